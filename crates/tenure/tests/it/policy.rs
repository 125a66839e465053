//! `tenure policy`: check, plan, apply, show, history, rollback, also while a server runs.

use crate::support::client::{group, user};
use crate::support::{Scene, Server, on_both_engines};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

on_both_engines!(
    a_running_server_takes_over_what_is_applied,
    what_a_kill_left_marked_is_worked_off_after_the_restart,
);

/// How long a server may take, with room for a busy machine.
const SOON: Duration = Duration::from_secs(30);

const SALES: &str = r#"[mapping."*"]
user_name       = "user.userName"
u_okta_user_id  = "user.externalId"
employee_number = "user.employeeNumber"
department      = { value = "user.department", default = "Unassigned", reference = "cmn_department", by = "name" }

[[roles]]
role = "sales_user"
when = 'user.department == "Sales"'

[[roles]]
role = "admin"
group = "ServiceNow Admins"
"#;

const BROKEN: &str = r#"[mapping.okta]
user_name  = "user.userName"
departmnt  = "user.department"
title      = 'String.toUperCase(user.title)'

[authority]
manager = ["workday"]

[limits]
deactivations = { count = 50, window = "1h" }
"#;

fn scene() -> Scene {
    let scene = Scene::sqlite();
    scene.write("sales.toml", SALES);
    scene.write("broken.toml", BROKEN);
    scene
}

/// Two people of Sales and one of none, and the server that has them.
async fn peopled(scene: &Scene) -> (Server, Vec<String>) {
    let token = scene.token("okta");
    let server = scene.serve();
    let mut api = server.api(&token);
    let mut ids = Vec::new();
    for (number, name) in ["ada", "grace", "joan"].into_iter().enumerate() {
        let mut body = user(&format!("00u{name}"), name, name, "Test", &number.to_string());
        if name == "joan" {
            body["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]
                .as_object_mut()
                .unwrap()
                .remove("department");
        }
        ids.push(api.create("/Users", &body).await);
    }
    (server, ids)
}

fn people(scene: &Scene, ids: &[String]) -> Vec<Value> {
    ids.iter().map(|id| scene.json(&["explain", id])).collect()
}

fn until(is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        assert!(since.elapsed() < SOON, "it never came about");
        std::thread::park_timeout(Duration::from_millis(50));
    }
}

#[test]
fn a_document_is_checked() {
    let scene = scene();
    assert_snapshot!(scene.run(&["policy", "check", "sales.toml"]), @"
    exit 0
    --- stderr
    `sales.toml` can be applied
    ");
    assert_snapshot!(scene.run(&["policy", "check", "broken.toml"]), @r#"
    exit 1
    --- stderr
    warning: `entra` has no mapping, so that nothing it says reaches a record
     --> broken.toml:1:10
      |
    1 | [mapping.okta]
      |          ^^^^
      |
      = help: add a table `[mapping.entra]`, or `[mapping."*"]` for every source without its own
    error: sys_user has no field `departmnt`
     --> broken.toml:3:1
      |
    3 | departmnt  = "user.department"
      | ^^^^^^^^^
      |
      = help: did you mean `department`?
    error: unknown function `String.toUperCase`
     --> broken.toml:4:15
      |
    4 | title      = 'String.toUperCase(user.title)'
      |               ^^^^^^^^^^^^^^^^^
      |
      = help: did you mean `String.toUpperCase`?
    error: there is no source `workday`
     --> broken.toml:7:12
      |
    7 | manager = ["workday"]
      |            ^^^^^^^^^
      |
      = help: the configuration has `okta`, `entra`; a new one is a table `[sources.workday]` in tenure.toml
    3 errors; the policy in force stays
    "#);
    let checked = scene.output(&["policy", "check", "broken.toml", "--format", "json"]);
    let answer: Value = serde_json::from_slice(&checked.stdout).unwrap();
    let severities: Vec<_> =
        answer["problems"].as_array().unwrap().iter().map(|it| &it["severity"]).collect();
    assert_eq!((&answer["valid"], checked.status.code()), (&json!(false), Some(1)));
    assert_eq!(severities, ["warning", "error", "error", "error"]);
    let planned = scene.output(&["policy", "plan", "broken.toml", "--format", "json"]);
    assert_eq!((planned.stdout, planned.status.code()), (checked.stdout, Some(1)), "as `check` says it");
    assert_snapshot!(scene.run(&["policy", "check", "absent.toml"]), @"
    exit 1
    --- stderr
    error: the policy `absent.toml` cannot be read
      because: No such file or directory (os error 2)
    ");
}

#[test]
fn wrong_usage_is_told_apart() {
    let scene = scene();
    for words in [
        &["policy"][..],
        &["policy", "check"],
        &["policy", "apply"],
        &["policy", "rollback"],
        &["policy", "rollback", "one"],
        &["policy", "show", "--format", "toml"],
    ] {
        let output = scene.output(words);
        assert_eq!(output.status.code(), Some(2), "{words:?}");
        assert!(output.stdout.is_empty());
    }
    assert_snapshot!(scene.run(&["policy", "rollback", "7"]), @"
    exit 1
    --- stderr
    error: there is no policy version `7`
      help: `tenure policy history` shows the versions
    ");
    assert_snapshot!(scene.run(&["policy", "show", "7"]), @"
    exit 1
    --- stderr
    error: there is no policy version `7`
      help: `tenure policy history` shows the versions
    ");
}

#[tokio::test]
async fn a_plan_writes_nothing_and_is_what_happens_then() {
    let scene = scene();
    let (server, ids) = peopled(&scene).await;
    server.stop();
    let before = people(&scene, &ids);
    scene.write("plan.toml", format!("{SALES}\n[scope]\nusers = 'user.department == \"Sales\"'\n"));
    assert_snapshot!(scene.run(&["policy", "plan", "plan.toml"]), @"
    exit 0
    --- stdout
    3 of 3 people would change (100.00 %); 1 would lose access, 0 would get it
    ┌──────────────────────────────────────┐
    │ FIELD        SET   CHANGED   CLEARED │
    ╞══════════════════════════════════════╡
    │ active       0     1         0       │
    │ department   1     0         0       │
    │ first_name   0     0         3       │
    │ last_name    0     0         3       │
    │ locked_out   0     1         0       │
    └──────────────────────────────────────┘
    ┌────────────────────────────────┐
    │ ROLE         GRANTED   REVOKED │
    ╞════════════════════════════════╡
    │ sales_user   2         0       │
    └────────────────────────────────┘
    ┌────────────────────────────────────────────────────┐
    │ MOST AFFECTED   WHAT WOULD CHANGE                  │
    ╞════════════════════════════════════════════════════╡
    │ joan            active: `true` → `false`           │
    │                 department: nothing → `Unassigned` │
    │                 first_name: `joan` → nothing       │
    │                 last_name: `Test` → nothing        │
    │                 locked_out: `false` → `true`       │
    │ ada             first_name: `ada` → nothing        │
    │                 last_name: `Test` → nothing        │
    │                 roles: nothing → `sales_user`      │
    │ grace           first_name: `grace` → nothing      │
    │                 last_name: `Test` → nothing        │
    │                 roles: nothing → `sales_user`      │
    └────────────────────────────────────────────────────┘
    ┌────────────────────────────────────────────────────────┐
    │ WOULD LOSE ACCESS   WHAT WOULD CHANGE                  │
    ╞════════════════════════════════════════════════════════╡
    │ joan                active: `true` → `false`           │
    │                     department: nothing → `Unassigned` │
    │                     first_name: `joan` → nothing       │
    │                     last_name: `Test` → nothing        │
    │                     locked_out: `false` → `true`       │
    └────────────────────────────────────────────────────────┘
    ");
    let plan = scene.json(&["policy", "plan", "plan.toml"]);
    assert_eq!(
        (people(&scene, &ids), scene.json(&["policy", "history"]).as_array().unwrap().len()),
        (before, 1)
    );
    assert_snapshot!(scene.run(&["policy", "apply", "plan.toml"]), @"
    exit 0
    --- stdout
    1
    --- stderr
    policy version 1 is in force; running servers take it over
    ");
    for affected in plan["most_affected"].as_array().unwrap() {
        let person = scene.json(&["explain", affected["id"].as_str().unwrap()]);
        for change in affected["changes"].as_array().unwrap().iter().filter(|it| it["field"] != "roles") {
            let field = change["field"].as_str().unwrap();
            assert_eq!(person["record"][field]["value"], change["to"], "{change}");
        }
    }
    let again = scene.json(&["policy", "plan", "plan.toml"]);
    assert_eq!((&again["affected"], &again["people"]), (&json!(0), &json!(3)));
}

#[tokio::test]
async fn versions_are_applied_shown_and_taken_back() {
    let scene = scene();
    let (server, ids) = peopled(&scene).await;
    server.stop();
    let values = || {
        let records = people(&scene, &ids).into_iter().map(|person| {
            let fields = person["record"].as_object().unwrap().clone();
            let values: Vec<_> =
                fields.into_iter().map(|(name, field)| (name, field["value"].clone())).collect();
            (values, person["roles"].clone())
        });
        records.collect::<Vec<_>>()
    };
    let built_in = values();
    assert_snapshot!(scene.run(&["policy", "apply", "sales.toml", "-m", "roles by department"]), @"
    exit 0
    --- stdout
    1
    --- stderr
    policy version 1 is in force; running servers take it over
    ");
    assert_eq!(scene.data(&["policy", "show"]), SALES);
    assert_ne!(values(), built_in);
    assert_snapshot!(scene.run(&["policy", "apply", "broken.toml"]).lines().last().unwrap().to_owned(), @"3 errors; the policy in force stays");
    assert_eq!(scene.data(&["policy", "rollback", "0", "--by", "joan", "-m", "too early"]), "2\n");
    assert_eq!(values(), built_in);
    assert_snapshot!(scene.run(&["policy", "history"]), @"
    exit 0
    --- stdout
    ┌────────────────────────────────────────────────────────────────────────────────────────┐
    │ VERSION   APPLIED                BY       WHY                                          │
    ╞════════════════════════════════════════════════════════════════════════════════════════╡
    │ 2         2026-01-01 00:00:00Z   joan     brings back 0. too early            in force │
    │ 1         2026-01-01 00:00:00Z   grace    roles by department                          │
    │ 0                                tenure   applies when nobody wrote another            │
    └────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    let shown = scene.json(&["policy", "show", "1"]);
    assert_eq!(
        (&shown["version"], &shown["author"], &shown["document"]),
        (&json!(1), &json!("grace"), &json!(SALES))
    );
}

async fn a_running_server_takes_over_what_is_applied(scene: Scene) {
    scene.write("sales.toml", SALES);
    let (server, ids) = peopled(&scene).await;
    assert_eq!(scene.data(&["policy", "apply", "sales.toml"]), "1\n");
    assert_eq!(scene.json(&["explain", &ids[0]])["roles"], json!(["sales_user"]));
    until(|| server.log().iter().any(|line| line.contains("a new policy is in force")));
    let mut api = server.api(&scene.token("okta"));
    let mary = api.create("/Users", &user("00umary", "mary", "Mary", "Test", "9")).await;
    assert_eq!(scene.json(&["explain", &mary])["roles"], json!(["sales_user"]), "the server decides by it");
    server.stop();
}

async fn what_a_kill_left_marked_is_worked_off_after_the_restart(scene: Scene) {
    scene.write("sales.toml", SALES);
    scene.data(&["policy", "apply", "sales.toml"]);
    let token = scene.token("okta");
    let server = scene.serve();
    let mut api = server.api(&token);
    let mut ids = Vec::new();
    for number in 0..300 {
        let name = format!("p{number}");
        ids.push(api.create("/Users", &user(&format!("00u{name}"), &name, &name, "Test", &name)).await);
    }
    api.create("/Groups", &group("ServiceNow Admins", &ids)).await;
    server.kill();
    let admin =
        |id: &String| scene.json(&["explain", id])["roles"].as_array().unwrap().contains(&json!("admin"));
    let server = scene.serve();
    for id in ids.iter().rev().step_by(37) {
        until(|| admin(id));
    }
    server.stop();
}

#[test]
fn a_policy_that_does_not_fit_keeps_the_server_from_starting() {
    let scene = scene();
    scene.write("entra.toml", "[authority]\ndefault = [\"entra\"]\n");
    scene.data(&["policy", "apply", "entra.toml"]);
    scene.write("tenure.toml", "[server]\nlisten = \"127.0.0.1:0\"\n\n[sources.okta]\nkind = \"scim\"\n");
    let output = scene.output(&["serve"]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("error: policy version 1 cannot be used with this configuration"), "{said}");
    assert!(said.contains("there is no source `entra`"), "{said}");
    scene.data(&["policy", "apply", "sales.toml"]);
    scene.serve().stop();
}

#[tokio::test]
async fn a_claim_of_nobody_is_linked_to_anybody() {
    let scene = scene();
    let (server, ids) = peopled(&scene).await;
    scene.write("joiners.toml", "[correlation]\ncreate = [\"okta\"]\n");
    scene.data(&["policy", "apply", "joiners.toml"]);
    server.stop();
    let (token, server) = (scene.token("entra"), scene.serve());
    let claim = user("entra-7", "lovelace", "Augusta", "King", "77");
    assert_eq!(server.api(&token).post("/Users", &claim).await.status, 409);
    let case = scene.json(&["review", "list"])[0]["id"].as_str().unwrap().to_owned();
    assert_snapshot!(scene.run(&["review", "show", &case]), @r#"
    exit 0
    --- stdout
    case 00000000-0000-0000-0000-000000000001 (unmatched): waits, since 2026-01-01 00:00:00Z
    entra claims Augusta King (lovelace), known there as `entra-7`
    - nobody is known by the keys of `lovelace`, and `entra` may not bring a person into being
    the claim:
    {
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      ],
      "externalId": "entra-7",
      "userName": "lovelace",
      "name": {
        "givenName": "Augusta",
        "familyName": "King"
      },
      "active": true,
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeNumber": "77",
        "department": "Sales"
      }
    }
    --- stderr
    decide with one of:
      tenure review decide 00000000-0000-0000-0000-000000000001 link --person ID    (anybody; `tenure explain WHO` tells the id)
      tenure review decide 00000000-0000-0000-0000-000000000001 create
      tenure review decide 00000000-0000-0000-0000-000000000001 reject
    "#);
    assert_snapshot!(scene.run(&["review", "decide", &case, "link"]), @"
    exit 2
    --- stderr
    error: say which person: --person ID; `tenure explain WHO` tells it
    ");
    assert_eq!(
        scene.output(&["review", "decide", &case, "link", "--person", "nobody"]).status.code(),
        Some(1)
    );
    scene.data(&["review", "decide", &case, "link", "--person", &ids[0]]);
    assert_eq!(server.api(&token).create("/Users", &claim).await, ids[0]);
    server.stop();
}
