//! `tenure review`: the cases that wait for a human, and what a ruling does.

use crate::support::client::{Api, user, with_email};
use crate::support::{Scene, Server};
use insta::assert_snapshot;
use serde_json::Value;

/// A server with a client of Okta.
struct Desk {
    scene: Scene,
    server: Server,
    okta: Api,
}

impl Desk {
    fn open() -> Self {
        let scene = Scene::sqlite();
        let token = scene.token("okta");
        let server = scene.serve();
        let okta = server.api(&token);
        Self { scene, server, okta }
    }

    /// Ada Lovelace has left, and Ada Byron gets her login.
    async fn with_a_recycled_login() -> (Self, String, Value) {
        let mut desk = Self::open();
        let ada = user("00u1", "ada@example.com", "Ada", "Lovelace", "1001");
        let known = desk.okta.create("/Users", &ada).await;
        desk.okta.deactivate(&known).await;
        let byron = user("00u2", "ada@example.com", "Ada", "Byron", "1002");
        assert_eq!(desk.okta.post("/Users", &byron).await.status, 409);
        (desk, known, byron)
    }

    /// Two people share an address, and the claim of a third has nothing else.
    async fn with_two_candidates() -> (Self, [String; 2]) {
        let mut desk = Self::open();
        let mut known = Vec::new();
        for (id, name) in [("1", "Ada"), ("2", "Grace")] {
            let login = format!("{name}@example.com");
            let person = user(&format!("00u{id}"), &login, name, "Twin", &format!("100{id}"));
            known.push(desk.okta.create("/Users", &with_email(person, "desk@example.com")).await);
        }
        let token = desk.scene.token("entra");
        let mut claim = with_email(user("entra-1", "info@example.com", "In", "Fo", "9"), "desk@example.com");
        claim.as_object_mut().unwrap().retain(|key, _| !key.contains("enterprise"));
        assert_eq!(desk.server.api(&token).post("/Users", &claim).await.status, 409);
        (desk, known.try_into().unwrap())
    }

    /// The only open case of this kind.
    fn case(&self, kind: &str) -> String {
        let cases = self.scene.json(&["review", "list"]);
        let found: Vec<_> = cases.as_array().unwrap().iter().filter(|case| case["kind"] == kind).collect();
        assert_eq!(found.len(), 1, "{cases:#}");
        found[0]["id"].as_str().unwrap().to_owned()
    }
}

#[test]
fn no_case_waits() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["review", "list"]), @r"
    exit 0
    --- stderr
    no case waits
    ");
    assert_snapshot!(scene.run(&["review", "list", "--format", "json"]), @r"
    exit 0
    --- stdout
    []
    ");
    assert_snapshot!(scene.run(&["review", "show", "nothing"]), @r"
    exit 1
    --- stderr
    error: there is no case `nothing`
      help: `tenure review list --all` shows the cases
    ");
    assert_snapshot!(scene.run(&["review", "decide", "nothing", "create"]), @r"
    exit 1
    --- stderr
    error: there is no case `nothing`
      help: `tenure review list --all` shows the cases
    ");
}

#[tokio::test]
async fn a_case_names_who_is_meant_and_shows_both_sides() {
    let (desk, known, _) = Desk::with_a_recycled_login().await;
    let scene = &desk.scene;
    let case = desk.case("recycled-login");
    scene.run(&["explain", &known]);
    assert_snapshot!(scene.run(&["review", "list"]), @r"
    exit 0
    --- stdout
    ┌─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ CASE                                   KIND             SOURCE   WHO                           QUESTION                                                STATE   SINCE                │
    ╞═════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ 00000000-0000-0000-0000-000000000002   recycled-login   okta     Ada Byron (ada@example.com)   the login belonged to somebody with other stable keys   waits   2026-01-01 00:00:00Z │
    └─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    assert_snapshot!(scene.run(&["review", "show", &case]), @r#"
    exit 0
    --- stdout
    case 00000000-0000-0000-0000-000000000002 (recycled-login): waits, since 2026-01-01 00:00:00Z
    okta claims Ada Byron (ada@example.com), known there as `00u2`
    - the login belonged to somebody with other stable keys
    - `ada@example.com` (00000000-0000-0000-0000-000000000001) is inactive
    - external id: claim `00u2`, `ada@example.com` `00u1`: different
    - employee number: claim `1002`, `ada@example.com` `1001`: different
    - login: claim `ada@example.com`, `ada@example.com` `ada@example.com`: equal
    - name: claim `ada byron`, `ada@example.com` `ada lovelace`: different
    ┌──────────────────────────────────────────────────────────────────────────────────────┐
    │                   CLAIM                         CANDIDATE                            │
    ╞══════════════════════════════════════════════════════════════════════════════════════╡
    │ id                                              00000000-0000-0000-0000-000000000001 │
    │ who               Ada Byron (ada@example.com)   Ada Lovelace (ada@example.com)       │
    │ state                                           inactive                             │
    │ external id       00u2                          00u1 (different)                     │
    │ employee number   1002                          1001 (different)                     │
    │ login             ada@example.com               ada@example.com (equal)              │
    │ name              ada byron                     ada lovelace (different)             │
    │ similarity                                      83 %                                 │
    └──────────────────────────────────────────────────────────────────────────────────────┘
    the claim:
    {
      "schemas": [
        "urn:ietf:params:scim:schemas:core:2.0:User",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
      ],
      "externalId": "00u2",
      "userName": "ada@example.com",
      "name": {
        "givenName": "Ada",
        "familyName": "Byron"
      },
      "active": true,
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
        "employeeNumber": "1002",
        "department": "Sales"
      }
    }
    --- stderr
    decide with one of:
      tenure review decide 00000000-0000-0000-0000-000000000002 link --person 00000000-0000-0000-0000-000000000001
      tenure review decide 00000000-0000-0000-0000-000000000002 create
      tenure review decide 00000000-0000-0000-0000-000000000002 reject
    "#);
    assert_snapshot!(scene.run(&["review", "show", &case, "--format", "json"]), @r#"
    exit 0
    --- stdout
    {
      "id": "00000000-0000-0000-0000-000000000002",
      "kind": "recycled-login",
      "blocking": true,
      "source": "okta",
      "identity": "00u2",
      "who": "Ada Byron (ada@example.com)",
      "claim": {
        "schemas": [
          "urn:ietf:params:scim:schemas:core:2.0:User",
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
        ],
        "externalId": "00u2",
        "userName": "ada@example.com",
        "name": {
          "givenName": "Ada",
          "familyName": "Byron"
        },
        "active": true,
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
          "employeeNumber": "1002",
          "department": "Sales"
        }
      },
      "candidates": [
        {
          "person": {
            "id": "00000000-0000-0000-0000-000000000001",
            "active": false,
            "deactivated_at": "2026-01-01T00:00:00Z",
            "created": "2026-01-01T00:00:00Z",
            "provisioned": true,
            "hold": null,
            "record": {
              "active": {
                "value": "false",
                "said": null,
                "source": null,
                "since": "2026-01-01T00:00:00Z",
                "former": {
                  "value": "true",
                  "source": null,
                  "since": "2026-01-01T00:00:00Z"
                }
              },
              "department": {
                "value": "Sales",
                "said": null,
                "source": "okta",
                "since": "2026-01-01T00:00:00Z",
                "former": null
              },
              "employee_number": {
                "value": "1001",
                "said": null,
                "source": "okta",
                "since": "2026-01-01T00:00:00Z",
                "former": null
              },
              "first_name": {
                "value": "Ada",
                "said": null,
                "source": "okta",
                "since": "2026-01-01T00:00:00Z",
                "former": null
              },
              "last_name": {
                "value": "Lovelace",
                "said": null,
                "source": "okta",
                "since": "2026-01-01T00:00:00Z",
                "former": null
              },
              "locked_out": {
                "value": "true",
                "said": null,
                "source": null,
                "since": "2026-01-01T00:00:00Z",
                "former": {
                  "value": "false",
                  "source": null,
                  "since": "2026-01-01T00:00:00Z"
                }
              },
              "u_okta_user_id": {
                "value": "00u1",
                "said": null,
                "source": "okta",
                "since": "2026-01-01T00:00:00Z",
                "former": null
              },
              "user_name": {
                "value": "ada@example.com",
                "said": null,
                "source": "okta",
                "since": "2026-01-01T00:00:00Z",
                "former": null
              }
            },
            "roles": []
          },
          "evidence": [
            {
              "kind": "external id",
              "claim": "00u2",
              "record": "00u1",
              "agrees": false
            },
            {
              "kind": "employee number",
              "claim": "1002",
              "record": "1001",
              "agrees": false
            },
            {
              "kind": "login",
              "claim": "ada@example.com",
              "record": "ada@example.com",
              "agrees": true
            },
            {
              "kind": "name",
              "claim": "ada byron",
              "record": "ada lovelace",
              "agrees": false
            }
          ],
          "similarity": 0.83,
          "alike": [
            "the logins `ada@example.com` and `ada@example.com` are alike"
          ]
        }
      ],
      "evidence": [
        "the login belonged to somebody with other stable keys",
        "`ada@example.com` (00000000-0000-0000-0000-000000000001) is inactive",
        "external id: claim `00u2`, `ada@example.com` `00u1`: different",
        "employee number: claim `1002`, `ada@example.com` `1001`: different",
        "login: claim `ada@example.com`, `ada@example.com` `ada@example.com`: equal",
        "name: claim `ada byron`, `ada@example.com` `ada lovelace`: different"
      ],
      "opened": "2026-01-01T00:00:00Z",
      "decided": null
    }
    "#);
}

#[tokio::test]
async fn create_lets_the_next_try_make_somebody_new() {
    let (mut desk, known, byron) = Desk::with_a_recycled_login().await;
    let case = desk.case("recycled-login");
    assert_snapshot!(desk.scene.run(&["review", "decide", &case, "create"]), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000001 is decided: create; the source's next try follows it
    ");
    let new = desk.okta.create("/Users", &byron).await;
    assert_ne!(new, known);
    assert_snapshot!(desk.scene.run(&["review", "list"]), @r"
    exit 0
    --- stderr
    no case waits
    ");
    assert_snapshot!(desk.scene.run(&["review", "list", "--all"]), @r"
    exit 0
    --- stdout
    ┌───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ CASE                                   KIND             SOURCE   WHO                           QUESTION                                                STATE             SINCE                │
    ╞═══════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ 00000000-0000-0000-0000-000000000001   recycled-login   okta     Ada Byron (ada@example.com)   the login belonged to somebody with other stable keys   create by grace   2026-01-01 00:00:00Z │
    └───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ");
    assert_eq!(desk.scene.json(&["explain", "1001"])["active"], false);
    assert_eq!(desk.scene.json(&["explain", "1002"])["active"], true);
}

#[tokio::test]
async fn link_needs_no_person_where_there_is_one_candidate() {
    let (mut desk, known, byron) = Desk::with_a_recycled_login().await;
    let case = desk.case("recycled-login");
    desk.scene.data(&["review", "decide", &case, "link", "--by", "ada"]);
    assert_eq!(desk.okta.create("/Users", &byron).await, known);
    let decided = desk.scene.json(&["review", "show", &case]);
    assert_eq!((&decided["decided"]["ruling"], &decided["decided"]["by"]), (&"link".into(), &"ada".into()));
}

#[tokio::test]
async fn reject_keeps_refusing() {
    let (mut desk, known, byron) = Desk::with_a_recycled_login().await;
    let case = desk.case("recycled-login");
    desk.scene.data(&["review", "decide", &case, "reject"]);
    for _ in 0..2 {
        let answer = desk.okta.post("/Users", &byron).await;
        assert_eq!(answer.status, 409);
        assert!(
            answer.body["detail"].as_str().is_some_and(|detail| detail.contains(&case)),
            "{}",
            answer.body
        );
    }
    assert_eq!(desk.scene.json(&["explain", "1001"])["id"], known.as_str());
    assert_eq!(desk.scene.output(&["explain", "1002"]).status.code(), Some(1));
}

#[tokio::test]
async fn two_candidates_take_a_person() {
    let (desk, [ada, grace]) = Desk::with_two_candidates().await;
    let (scene, case) = (&desk.scene, desk.case("email-match"));
    scene.run(&["explain", &ada]);
    scene.run(&["explain", &grace]);
    assert_snapshot!(scene.run(&["review", "decide", &case, "link"]), @r"
    exit 2
    --- stderr
    error: say which person: --person 00000000-0000-0000-0000-000000000001 | 00000000-0000-0000-0000-000000000002
    ");
    let stranger = "00000000-0000-7000-8000-000000000000";
    let said = scene.run(&["review", "decide", &case, "link", "--person", stranger]);
    assert!(said.starts_with("exit 1") && said.contains("is not a candidate of this case"), "{said}");
    assert_snapshot!(scene.run(&["review", "decide", &case, "create", "--person", &grace]), @r"
    exit 2
    --- stderr
    error: --person goes with `link` and `merge` only
    ");
    assert_snapshot!(scene.run(&["review", "decide", &case, "link", "--person", &grace]), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000004 is decided: link; the source's next try follows it
    ");
    assert_snapshot!(scene.run(&["review", "decide", &case, "create"]), @r"
    exit 1
    --- stderr
    error: case `00000000-0000-0000-0000-000000000004` has been decided already
      help: undo the decision first, as long as no claim has gone through by it
    ");
}

#[tokio::test]
async fn near_duplicates_wait_for_nobody() {
    let (desk, _) = Desk::with_two_candidates().await;
    let case = desk.case("near-duplicate");
    assert_snapshot!(desk.scene.run(&["review", "decide", &case, "link"]), @r"
    exit 1
    --- stderr
    error: `link` does not answer a near-duplicate case
      help: all of its people exist: `merge` with the person to keep proposes that they are one, `create` says that they are not
    ");
    assert_snapshot!(desk.scene.run(&["review", "decide", &case, "create"]), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000001 is decided: create; nothing waited for it
    ");
}

#[tokio::test]
async fn a_merge_is_noted_as_a_proposal() {
    let (desk, [ada, _]) = Desk::with_two_candidates().await;
    let case = desk.case("near-duplicate");
    desk.scene.run(&["review", "decide", &case, "reject"]);
    assert_snapshot!(desk.scene.run(&["review", "decide", &case, "merge"]), @r"
    exit 2
    --- stderr
    error: say which person: --person 00000000-0000-0000-0000-000000000001 | 00000000-0000-0000-0000-000000000002
    ");
    let words = ["review", "decide", &case, "merge", "--person", &ada, "--note", "same desk"];
    assert_snapshot!(desk.scene.run(&words), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000003 is decided: merge; it is noted on their timelines, and nobody is merged; end the other account at its source
    ");
    let said = desk.scene.run(&["explain", &ada]);
    assert!(said.contains("nobody is merged by that: same desk"), "{said}");
}

#[tokio::test]
async fn an_answer_is_taken_back_until_it_is_used() {
    let (mut desk, known, byron) = Desk::with_a_recycled_login().await;
    let case = desk.case("recycled-login");
    assert_snapshot!(desk.scene.run(&["review", "undo", &case]), @r"
    exit 1
    --- stderr
    error: case `00000000-0000-0000-0000-000000000001` is open; there is no decision to undo
    ");
    desk.scene.data(&["review", "decide", &case, "reject", "--note", "not ours"]);
    let shown = desk.scene.run(&["review", "show", &case]);
    assert!(
        shown.contains("the answer's note: not ours") && shown.contains("tenure review undo "),
        "{shown}"
    );
    assert_snapshot!(desk.scene.run(&["review", "undo", &case, "--by", "mary"]), @r"
    exit 0
    --- stderr
    case 00000000-0000-0000-0000-000000000001 is open again
    ");
    assert_eq!(desk.scene.json(&["review", "show", &case])["decided"], Value::Null);
    desk.scene.data(&["review", "decide", &case, "link"]);
    assert_eq!(desk.okta.create("/Users", &byron).await, known);
    assert_snapshot!(desk.scene.run(&["review", "undo", &case]), @r"
    exit 1
    --- stderr
    error: the decision has been used: at 2026-01-01T00:00:00Z `00u2` of `okta` was linked to person `00000000-0000-0000-0000-000000000002`
      help: to part them, end the account at `okta` and let it make a new one with another external id, login and employee number; that claim is looked at anew, and `00000000-0000-0000-0000-000000000002` keeps id and history
    ");
    let shown = desk.scene.run(&["review", "show", &case]);
    assert!(shown.contains("a claim went through by the answer at "), "{shown}");
}
