//! `tenure token`: the secret alone on standard output, everything else beside it.

use crate::support::Scene;
use insta::assert_snapshot;

fn only_id(scene: &Scene) -> String {
    let tokens = scene.json(&["token", "list"]);
    assert_eq!(tokens.as_array().unwrap().len(), 1);
    tokens[0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn the_secret_is_alone_on_standard_output() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["token", "create", "--source", "okta"]), @r"
    exit 0
    --- stdout
    [secret]
    --- stderr
    token `tok_0000000000000001` works until it is revoked; the secret below is not shown again
    ");
    assert_snapshot!(scene.run(&["token", "create", "--source", "entra", "--expires", "90d", "--scope", "read"]), @r"
    exit 0
    --- stdout
    [secret]
    --- stderr
    token `tok_0000000000000002` works until 2026-01-01 00:00:00Z; the secret below is not shown again
    ");
    assert_snapshot!(scene.run(&["token", "list"]), @r"
    exit 0
    --- stdout
    ┌────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ ID                     SOURCE   SCOPES                 STATE   CREATED                EXPIRES              │
    ╞════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ tok_0000000000000001   okta     scim:read scim:write   works   2026-01-01 00:00:00Z   never                │
    │ tok_0000000000000002   entra    scim:read              works   2026-01-01 00:00:00Z   2026-01-01 00:00:00Z │
    └────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
}

#[test]
fn a_program_reads_the_list_as_json() {
    let scene = Scene::sqlite();
    scene.data(&["token", "create", "--source", "okta", "--expires", "12h"]);
    assert_snapshot!(scene.run(&["token", "list", "--format", "json"]), @r#"
    exit 0
    --- stdout
    [
      {
        "id": "tok_0000000000000001",
        "source": "okta",
        "scopes": "scim:read scim:write",
        "state": "works",
        "created": "2026-01-01T00:00:00Z",
        "expires": "2026-01-01T00:00:00Z",
        "revoked": null
      }
    ]
    "#);
}

#[test]
fn an_empty_list_is_talk() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["token", "list"]), @r"
    exit 0
    --- stderr
    there are no tokens; `tenure token create --source NAME` makes one
    ");
    assert_snapshot!(scene.run(&["token", "list", "--format", "json"]), @r"
    exit 0
    --- stdout
    []
    ");
}

#[test]
fn no_secret_is_listed_or_stored() {
    let scene = Scene::sqlite();
    let secret = scene.token("okta");
    assert!(!scene.data(&["token", "list", "--format", "json"]).contains(&secret[7..]));
    for entry in std::fs::read_dir(scene.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(&secret[7..]));
    }
}

#[test]
fn rotating_makes_a_new_one_and_lets_the_old_one_expire() {
    let scene = Scene::sqlite();
    scene.token("okta");
    let id = only_id(&scene);
    assert_snapshot!(scene.run(&["token", "rotate", &id, "--overlap", "2h"]), @r"
    exit 0
    --- stdout
    [secret]
    --- stderr
    `tok_0000000000000001` works for another 2h
    token `tok_0000000000000002` works until it is revoked; the secret below is not shown again
    ");
    assert_snapshot!(scene.run(&["token", "list"]), @r"
    exit 0
    --- stdout
    ┌────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ ID                     SOURCE   SCOPES                 STATE   CREATED                EXPIRES              │
    ╞════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ tok_0000000000000001   okta     scim:read scim:write   works   2026-01-01 00:00:00Z   2026-01-01 00:00:00Z │
    │ tok_0000000000000002   okta     scim:read scim:write   works   2026-01-01 00:00:00Z   never                │
    └────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
}

#[test]
fn revoking_is_for_good() {
    let scene = Scene::sqlite();
    scene.token("okta");
    let id = only_id(&scene);
    assert_snapshot!(scene.run(&["token", "revoke", &id]), @r"
    exit 0
    --- stderr
    `tok_0000000000000001` is revoked; every node refuses it within two seconds
    ");
    assert_snapshot!(scene.run(&["token", "list"]), @r"
    exit 0
    --- stdout
    ┌─────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ ID                     SOURCE   SCOPES                 STATE     CREATED                EXPIRES │
    ╞═════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ tok_0000000000000001   okta     scim:read scim:write   revoked   2026-01-01 00:00:00Z   never   │
    └─────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    assert_snapshot!(scene.run(&["token", "revoke", &id]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_0000000000000001` that works; `tenure token list` shows them
    ");
    assert_snapshot!(scene.run(&["token", "rotate", &id]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_0000000000000001` that works; `tenure token list` shows them
    ");
}

#[test]
fn mistakes_are_named() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["token", "create", "--source", "workday"]), @r"
    exit 1
    --- stderr
    error: there is no source `workday` in the configuration; there is: okta, entra
    ");
    assert_snapshot!(scene.run(&["token", "revoke", "tok_none"]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_none` that works; `tenure token list` shows them
    ");
    assert_snapshot!(scene.run(&["token", "rotate", "tok_none"]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_none` that works; `tenure token list` shows them
    ");
}
