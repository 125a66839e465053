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
    │ ID                     HOLDER   SCOPES                 STATE   CREATED                EXPIRES              │
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
        "admin": null,
        "scopes": [
          "scim:read",
          "scim:write"
        ],
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
    │ ID                     HOLDER   SCOPES                 STATE   CREATED                EXPIRES              │
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
    │ ID                     HOLDER   SCOPES                 STATE     CREATED                EXPIRES │
    ╞═════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ tok_0000000000000001   okta     scim:read scim:write   revoked   2026-01-01 00:00:00Z   never   │
    └─────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    assert_snapshot!(scene.run(&["token", "revoke", &id]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_0000000000000001` that works
      help: `tenure token list` shows the tokens
    ");
    assert_snapshot!(scene.run(&["token", "rotate", &id]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_0000000000000001` that works
      help: `tenure token list` shows the tokens
    ");
}

#[test]
fn mistakes_are_named() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["token", "create", "--source", "workday"]), @r"
    exit 2
    --- stderr
    error: there is no source `workday` in the configuration; there is: okta, entra
    ");
    assert_snapshot!(scene.run(&["token", "revoke", "tok_none"]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_none` that works
      help: `tenure token list` shows the tokens
    ");
    assert_snapshot!(scene.run(&["token", "rotate", "tok_none"]), @r"
    exit 1
    --- stderr
    error: there is no token `tok_none` that works
      help: `tenure token list` shows the tokens
    ");
}

#[test]
fn an_administrators_token_is_of_its_own_kind() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["token", "create", "--admin", "Grace Hopper", "--expires", "30d"]), @r"
    exit 0
    --- stdout
    [secret]
    --- stderr
    token `tok_0000000000000001` works until 2026-01-01 00:00:00Z; the secret below is not shown again
    ");
    scene.data(&["token", "create", "--admin", "mary", "--scope", "admin:read,admin:review"]);
    assert_snapshot!(scene.run(&["token", "list"]), @r"
    exit 0
    --- stdout
    ┌─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ ID                     HOLDER                 SCOPES                    STATE   CREATED                EXPIRES              │
    ╞═════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ tok_0000000000000001   Grace Hopper (admin)   admin:read                works   2026-01-01 00:00:00Z   2026-01-01 00:00:00Z │
    │ tok_0000000000000002   mary (admin)           admin:read admin:review   works   2026-01-01 00:00:00Z   never                │
    └─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    assert_snapshot!(scene.run(&["token", "create", "--admin", "eve", "--scope", "scim:read"]), @r"
    exit 2
    --- stderr
    error: an administrator's token cannot have such a scope
    ");
    assert_snapshot!(scene.run(&["token", "create", "--source", "okta", "--scope", "admin:read"]), @r"
    exit 2
    --- stderr
    error: a source's token cannot have such a scope
    ");
}

#[test]
fn a_token_has_one_holder() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["token", "create"]), @r"
    exit 2
    --- stderr
    error: the following required arguments were not provided:
      <--source <NAME>|--admin <NAME>>

    Usage: tenure token create <--source <NAME>|--admin <NAME>>

    For more information, try '--help'.
    ");
    assert_snapshot!(scene.run(&["token", "create", "--source", "okta", "--admin", "eve"]), @r"
    exit 2
    --- stderr
    error: the argument '--source <NAME>' cannot be used with '--admin <NAME>'

    Usage: tenure token create <--source <NAME>|--admin <NAME>>

    For more information, try '--help'.
    ");
    assert_snapshot!(scene.run(&["token", "create", "--admin", "tok_1"]), @r"
    exit 2
    --- stderr
    error: invalid value 'tok_1' for '--admin <NAME>': an administrator's name has 1 to 100 characters, none of them a control character, and does not begin with `tok_`

    For more information, try '--help'.
    ");
}
