//! `tenure explain`: whoever is meant, and why each value is what it is.

use crate::support::client::{user, with_email};
use crate::support::{Scene, Server};
use insta::assert_snapshot;
use serde_json::{Value, json};

/// Ada in two sources, with a mover's and a leaver's history.
async fn ada() -> (Scene, Server, String) {
    let scene = Scene::sqlite();
    let tokens = [scene.token("okta"), scene.token("entra")];
    let server = scene.serve();
    let [mut okta, mut entra] = tokens.map(|token| server.api(&token));
    let ada = with_email(user("00u1", "ada@example.com", "Ada", "Lovelace", "E-1001"), "ada.l@example.com");
    let id = okta.create("/Users", &ada).await;
    let path = format!("/Users/{id}");
    okta.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Countess" }])).await;
    assert_eq!(
        entra.create("/Users", &user("entra-7", "ada@example.com", "Ada", "King", "E-1001")).await,
        id
    );
    okta.patch(&path, json!([{ "op": "replace", "path": "title", "value": "Mathematician" }])).await;
    (scene, server, id)
}

#[tokio::test]
async fn everybody_is_found_by_every_name_they_have() {
    let (scene, _server, id) = ada().await;
    for who in [
        &id,
        "00u1",
        "entra-7",
        "ada@example.com",
        "ADA@EXAMPLE.COM",
        "E-1001",
        "e-1001",
        "ada.l@example.com",
    ] {
        assert_eq!(scene.json(&["explain", who])["id"], id.as_str(), "{who}");
    }
}

#[tokio::test]
async fn the_whole_story() {
    let (scene, _server, _) = ada().await;
    assert_snapshot!(scene.run(&["explain", "E-1001"]), @"
    exit 0
    --- stdout
    Ada Lovelace (ada@example.com)
    id 00000000-0000-0000-0000-000000000001, active, known since 2026-01-01 00:00:00Z
    ┌──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ FIELD             VALUE               FROM                         SKIPPED   LAST CHANGE                                 │
    ╞══════════════════════════════════════════════════════════════════════════════════════════════════════════════════════════╡
    │ active            true                policy                                 2026-01-01 00:00:00Z                        │
    │ department        Sales               okta: user.department                  2026-01-01 00:00:00Z                        │
    │ email             ada.l@example.com   okta: user.email                       2026-01-01 00:00:00Z                        │
    │ employee_number   E-1001              okta: user.employeeNumber              2026-01-01 00:00:00Z                        │
    │ first_name        Ada                 okta: user.name.givenName              2026-01-01 00:00:00Z                        │
    │ last_name         Lovelace            okta: user.name.familyName   entra     2026-01-01 00:00:00Z                        │
    │ locked_out        false               policy                                 2026-01-01 00:00:00Z                        │
    │ title             Mathematician       okta: user.title                       2026-01-01 00:00:00Z from `Countess` (okta) │
    │ u_okta_user_id    00u1                okta: user.externalId        entra     2026-01-01 00:00:00Z                        │
    │ user_name         ada@example.com     okta: user.userName                    2026-01-01 00:00:00Z                        │
    └──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    ┌─────────────────────────────────────────────────┐
    │ SOURCE   EXTERNAL ID   USER NAME         CLAIM  │
    ╞═════════════════════════════════════════════════╡
    │ okta     00u1          ada@example.com   active │
    │ entra    entra-7       ada@example.com   active │
    └─────────────────────────────────────────────────┘
    timeline:
      2026-01-01 00:00:00Z  created by okta (tok_0000000000000002)
          department written `Sales` (okta)
          email written `ada.l@example.com` (okta)
          employee_number written `E-1001` (okta)
          first_name written `Ada` (okta)
          last_name written `Lovelace` (okta)
          u_okta_user_id written `00u1` (okta)
          user_name written `ada@example.com` (okta)
          active written `true`
          locked_out written `false`
      2026-01-01 00:00:00Z  changed by okta (tok_0000000000000002)
          title written `Countess` (okta)
      2026-01-01 00:00:00Z  linked by entra (tok_0000000000000003): recognised by employee number
          last_name skipped (not authoritative) `King` (entra): `okta` decides `last_name`
          u_okta_user_id skipped (not authoritative) `entra-7` (entra): `okta` decides `u_okta_user_id`
      2026-01-01 00:00:00Z  changed by okta (tok_0000000000000002)
          last_name skipped (not authoritative) `King` (entra): `okta` decides `last_name`
          title written `Countess` → `Mathematician` (okta)
          u_okta_user_id skipped (not authoritative) `entra-7` (entra): `okta` decides `u_okta_user_id`
    ");
}

#[tokio::test]
async fn one_field() {
    let (scene, _server, _) = ada().await;
    assert_snapshot!(scene.run(&["explain", "E-1001", "title"]), @"
    exit 0
    --- stdout
    Ada Lovelace (ada@example.com)
    id 00000000-0000-0000-0000-000000000001, active, known since 2026-01-01 00:00:00Z
    title = Mathematician
      from     okta: user.title
      rule     authority `default`: okta, entra, then any other source; the first that has a value decides
      changed  2026-01-01 00:00:00Z from `Countess` (okta)
    timeline:
      2026-01-01 00:00:00Z  changed by okta (tok_0000000000000002)
          title written `Countess` (okta)
      2026-01-01 00:00:00Z  linked by entra (tok_0000000000000003): recognised by employee number
          title unchanged
      2026-01-01 00:00:00Z  changed by okta (tok_0000000000000002)
          title written `Countess` → `Mathematician` (okta)
    ");
    assert_snapshot!(scene.run(&["explain", "E-1001", "last_name"]), @"
    exit 0
    --- stdout
    Ada Lovelace (ada@example.com)
    id 00000000-0000-0000-0000-000000000001, active, known since 2026-01-01 00:00:00Z
    last_name = Lovelace
      from     okta: user.name.familyName
      rule     authority `default`: okta, entra, then any other source; the first that has a value decides
      skipped  entra said `King`, skipped (not authoritative): `okta` decides `last_name`
      changed  2026-01-01 00:00:00Z
    timeline:
      2026-01-01 00:00:00Z  created by okta (tok_0000000000000002)
          last_name written `Lovelace` (okta)
      2026-01-01 00:00:00Z  changed by okta (tok_0000000000000002)
          last_name unchanged
      2026-01-01 00:00:00Z  linked by entra (tok_0000000000000003): recognised by employee number
          last_name skipped (not authoritative) `King` (entra): `okta` decides `last_name`
          last_name unchanged
      2026-01-01 00:00:00Z  changed by okta (tok_0000000000000002)
          last_name skipped (not authoritative) `King` (entra): `okta` decides `last_name`
          last_name unchanged
    ");
    assert_snapshot!(scene.run(&["explain", "E-1001", "shoe_size"]), @r"
    exit 1
    --- stderr
    error: the record of this person has no field `shoe_size`, and no event speaks of one
    ");
}

#[tokio::test]
async fn a_program_reads_the_same_as_json() {
    let (scene, _server, id) = ada().await;
    assert_snapshot!(scene.run(&["explain", &id, "title", "--events", "1", "--format", "json"]), @r#"
    exit 0
    --- stdout
    {
      "id": "00000000-0000-0000-0000-000000000001",
      "active": true,
      "deactivated_at": null,
      "created": "2026-01-01T00:00:00Z",
      "provisioned": true,
      "hold": null,
      "record": {
        "title": {
          "value": "Mathematician",
          "said": null,
          "source": "okta",
          "since": "2026-01-01T00:00:00Z",
          "former": {
            "value": "Countess",
            "source": "okta",
            "since": "2026-01-01T00:00:00Z"
          }
        }
      },
      "roles": [],
      "groups": [],
      "claims": [
        {
          "person": "00000000-0000-0000-0000-000000000001",
          "source": "okta",
          "external_id": "00u1",
          "user_name": "ada@example.com",
          "active": true,
          "active_since": "2026-01-01T00:00:00Z",
          "ended": null,
          "version": 3,
          "created": "2026-01-01T00:00:00Z",
          "modified": "2026-01-01T00:00:00Z",
          "attributes": {
            "schemas": [
              "urn:ietf:params:scim:schemas:core:2.0:User",
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
            ],
            "externalId": "00u1",
            "userName": "ada@example.com",
            "name": {
              "givenName": "Ada",
              "familyName": "Lovelace"
            },
            "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
              "employeeNumber": "E-1001",
              "department": "Sales"
            },
            "emails": [
              {
                "value": "ada.l@example.com",
                "type": "work",
                "primary": true
              }
            ],
            "title": "Mathematician"
          }
        },
        {
          "person": "00000000-0000-0000-0000-000000000001",
          "source": "entra",
          "external_id": "entra-7",
          "user_name": "ada@example.com",
          "active": true,
          "active_since": "2026-01-01T00:00:00Z",
          "ended": null,
          "version": 1,
          "created": "2026-01-01T00:00:00Z",
          "modified": "2026-01-01T00:00:00Z",
          "attributes": {
            "schemas": [
              "urn:ietf:params:scim:schemas:core:2.0:User",
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
            ],
            "externalId": "entra-7",
            "userName": "ada@example.com",
            "name": {
              "givenName": "Ada",
              "familyName": "King"
            },
            "active": true,
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
              "employeeNumber": "E-1001",
              "department": "Sales"
            }
          }
        }
      ],
      "links": [
        {
          "source": "okta",
          "external_id": "00u1"
        },
        {
          "source": "entra",
          "external_id": "entra-7"
        }
      ],
      "former_links": [],
      "fields": [
        {
          "field": "title",
          "value": "Mathematician",
          "said": null,
          "source": "okta",
          "expression": "user.title",
          "rule": "authority `default`: okta, entra, then any other source; the first that has a value decides",
          "since": "2026-01-01T00:00:00Z",
          "former": {
            "value": "Countess",
            "source": "okta",
            "since": "2026-01-01T00:00:00Z"
          },
          "skipped": []
        }
      ],
      "timeline": [
        {
          "at": "2026-01-01T00:00:00Z",
          "kind": "changed",
          "source": "okta",
          "writer": "tok_0000000000000003",
          "request": "00000000-0000-0000-0000-000000000002",
          "note": null,
          "decisions": [
            {
              "field": "title",
              "outcome": "written",
              "from": "Countess",
              "to": "Mathematician",
              "source": "okta",
              "reason": null
            }
          ]
        }
      ],
      "delivery": null
    }
    "#);
    let whole = scene.json(&["explain", &id]);
    let keys: Vec<_> = whole.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "id",
            "active",
            "deactivated_at",
            "created",
            "provisioned",
            "hold",
            "record",
            "roles",
            "groups",
            "claims",
            "links",
            "former_links",
            "fields",
            "timeline",
            "delivery"
        ]
    );
    assert_eq!(whole["claims"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn nobody_and_several_are_told_apart() {
    let scene = Scene::sqlite();
    assert_snapshot!(scene.run(&["explain", "nobody"]), @r"
    exit 1
    --- stderr
    error: nobody is known by `nobody`
    ");
    let token = scene.token("okta");
    let server = scene.serve();
    let mut okta = server.api(&token);
    let mut ids = Vec::new();
    for number in ["1001", "1002"] {
        let person = user(&format!("00u{number}"), &format!("{number}@example.com"), number, "Desk", number);
        ids.push(okta.create("/Users", &with_email(person, "desk@example.com")).await);
    }
    ids.sort();
    // Ids are numbered as they are met.
    ids.iter().for_each(|id| drop(scene.run(&["explain", id])));
    assert_snapshot!(scene.run(&["explain", "desk@example.com"]), @r"
    exit 1
    --- stderr
    error: `desk@example.com` could be several people; say which id:
      00000000-0000-0000-0000-000000000001  1001 Desk (1001@example.com)
      00000000-0000-0000-0000-000000000002  1002 Desk (1002@example.com)
    ");
}

#[tokio::test]
async fn a_leaver_is_explained_with_what_was() {
    let (scene, server, id) = ada().await;
    let token = scene.token("okta");
    server.api(&token).deactivate(&id).await;
    let story = scene.json(&["explain", &id]);
    assert_eq!(
        (&story["active"], &story["record"]["locked_out"]["value"]),
        (&Value::from(false), &"true".into())
    );
    let said = scene.run(&["explain", &id, "active"]);
    assert!(
        said.contains("deactivated by okta (tok_") && said.contains("active written `true` → `false`"),
        "{said}"
    );
}

#[tokio::test]
async fn who_decided_about_access() {
    let scene = Scene::sqlite();
    let order = "[lifecycle]\ndeactivate_when = \"authoritative\"\n[authority]\nactive = [\"entra\"]\n";
    scene.write("policy.toml", order);
    let warned = scene.run(&["policy", "apply", "policy.toml"]);
    assert!(warned.contains("they have no access until `entra` claims them too"), "{warned}");
    let token = scene.token("okta");
    let server = scene.serve();
    server.api(&token).create("/Users", &user("00uAda", "Ada", "Ada", "Test", "Ada")).await;
    let explained = scene.run(&["explain", "Ada", "active"]);
    let [said, _] = explained.split("timeline:").collect::<Vec<_>>()[..] else { panic!("{explained}") };
    assert_snapshot!(said, @"
    exit 0
    --- stdout
    Ada Test (Ada)
    id 00000000-0000-0000-0000-000000000001, inactive since 2026-01-01 00:00:00Z, known since 2026-01-01 00:00:00Z
    active = false
      from     policy
      rule     authority `active`: entra; nobody of it claims them, so that they have no access (okta: active)
      skipped  okta said `true`, skipped (not authoritative): `okta` does not decide `active`, and nobody who does claims them
      changed  2026-01-01 00:00:00Z
    ");
}
