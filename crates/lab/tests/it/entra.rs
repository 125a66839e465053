//! What Entra sends, request by request, in both dialects.

use std::sync::Arc;

use serde_json::{Value, json};
use tenure_lab::company::{Account, Company, Group, GroupId, Idp, Member};
use tenure_lab::idp::entra::{Dialect, Entra, Match};
use tenure_lab::idp::{Hurried, Outcome, ScimId};

use crate::stub::{ENTERPRISE, Seen, Stub, decode};

async fn entra(dialect: Dialect) -> (Stub, Entra) {
    let stub = Stub::start().await;
    let entra =
        Entra::new(&stub.base_url, "token", dialect, Arc::new(Hurried::default())).expect("a base URL");
    (stub, entra)
}

/// The head of a company and two who report to them.
fn people() -> Vec<Account> {
    Company::generate(3, 3).staff
}

fn group(members: &[Account]) -> Group {
    Group {
        idp: Idp::Entra,
        id: GroupId("g-1".into()),
        name: "Staff".into(),
        members: members.iter().map(member).collect(),
    }
}

fn member(account: &Account) -> Member {
    let (number, external_id) = (account.human.number.clone(), account.external_id.clone());
    Member { number, external_id, login: account.human.login.clone() }
}

fn operations(seen: &Seen) -> &Value {
    &seen.body["Operations"]
}

#[tokio::test]
async fn matching_attributes_are_tried_in_order() {
    let (stub, entra) = entra(Dialect::New).await;
    let mut entra = entra.matching(&[Match::ExternalId, Match::UserName, Match::WorkEmail]);
    let head = &people()[0];
    assert_eq!(entra.provision(head).await.unwrap(), Outcome::Created(ScimId("s1".into())));
    let lines: Vec<_> = stub.lines().iter().map(|line| decode(line)).collect();
    let expected = [
        format!("GET /Users?filter=externalId eq \"{}\"", head.external_id),
        format!("GET /Users?filter=userName eq \"{}\"", head.human.login),
        format!("GET /Users?filter=emails[type eq \"work\"].value eq \"{}\"", head.human.email),
        "POST /Users".to_owned(),
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn a_match_gets_everything_and_is_restored() {
    let (stub, mut entra) = entra(Dialect::Old).await;
    let head = &people()[0];
    stub.seed_user(json!({ "userName": head.human.login, "active": false }));
    assert_eq!(entra.provision(head).await.unwrap(), Outcome::Linked(ScimId("s1".into())));
    let seen = stub.take();
    let last = operations(seen.last().unwrap()).as_array().unwrap().last().unwrap().clone();
    assert_eq!(last, json!({ "op": "Replace", "path": "active", "value": "True" }));
    assert_eq!(stub.state().users["s1"]["externalId"], json!(head.external_id.0));
}

#[tokio::test]
async fn only_changes_are_sent() {
    let (stub, mut entra) = entra(Dialect::Old).await;
    let mut head = people().remove(0);
    entra.provision(&head).await.unwrap();
    stub.lines();
    head.human.department = "Legal".into();
    entra.update(&head).await.unwrap();
    let path = format!("{ENTERPRISE}:department");
    let seen = stub.take();
    assert_eq!(seen[0].line, "PATCH /Users/s1");
    assert_eq!(*operations(&seen[0]), json!([{ "op": "Replace", "path": path, "value": "Legal" }]));
    entra.update(&head).await.unwrap();
    assert!(stub.lines().is_empty(), "nothing changed since");
}

#[tokio::test]
async fn disable_restore_and_hard_delete() {
    for (dialect, no, yes) in
        [(Dialect::Old, json!("False"), json!("True")), (Dialect::New, json!(false), json!(true))]
    {
        let (stub, mut entra) = entra(dialect).await;
        let head = &people()[0];
        entra.provision(head).await.unwrap();
        stub.lines();
        entra.disable(head).await.unwrap();
        entra.restore(head).await.unwrap();
        assert_eq!(entra.hard_delete(head).await.unwrap(), Outcome::Deleted(ScimId("s1".into())));
        let seen = stub.take();
        assert_eq!(operations(&seen[0])[0]["value"], no);
        assert_eq!(operations(&seen[1])[0]["value"], yes);
        assert_eq!(seen[2].line, "DELETE /Users/s1");
        assert_eq!(entra.disable(head).await.unwrap(), Outcome::Nothing);
    }
}

#[tokio::test]
async fn a_manager_is_checked_and_sent_once_they_have_arrived() {
    for (dialect, value) in [(Dialect::Old, json!("s2")), (Dialect::New, json!({ "value": "s2" }))] {
        let (stub, mut entra) = entra(dialect).await;
        let people = people();
        entra.provision(&people[1]).await.unwrap();
        assert_eq!(entra.settle_managers().await.unwrap(), 0, "the manager is not there yet");
        entra.provision(&people[0]).await.unwrap();
        stub.lines();
        assert_eq!(entra.settle_managers().await.unwrap(), 1);
        let seen = stub.take();
        let check = "GET /Users?filter=id eq \"s1\" and manager eq \"s2\"&attributes=id";
        assert_eq!(decode(&seen[0].line), check);
        assert_eq!(operations(&seen[1])[0]["path"], format!("{ENTERPRISE}:manager"));
        assert_eq!(operations(&seen[1])[0]["value"], value);
        assert_eq!(entra.settle_managers().await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_group_is_looked_up_without_members_and_filled_afterwards() {
    let (stub, mut entra) = entra(Dialect::Old).await;
    let people = people();
    entra.provision(&people[0]).await.unwrap();
    stub.lines();
    entra.create_group(&group(&people)).await.unwrap();
    let seen = stub.take();
    let filter = "GET /Groups?excludedAttributes=members&filter=displayName eq \"Staff\"";
    assert_eq!(decode(&seen[0].line), filter);
    assert_eq!(seen[1].body.get("members"), None);
    assert_eq!(seen[1].body["externalId"], "g-1");
    let add = json!([{ "op": "Add", "path": "members", "value": [{ "$ref": null, "value": "s1" }] }]);
    assert_eq!(*operations(&seen[2]), add);
}

#[tokio::test]
async fn members_are_checked_one_by_one() {
    for (dialect, removal) in [
        (
            Dialect::Old,
            json!([{ "op": "Remove", "path": "members", "value": [{ "$ref": null, "value": "s1" }] }]),
        ),
        (Dialect::New, json!([{ "op": "remove", "path": "members[value eq \"s1\"]" }])),
    ] {
        let (stub, mut entra) = entra(dialect).await;
        let people = people();
        for account in &people[..2] {
            entra.provision(account).await.unwrap();
        }
        entra.create_group(&group(&people[..1])).await.unwrap();
        stub.lines();
        let id = GroupId("g-1".into());
        entra.change_members(&id, &[member(&people[1])], &[member(&people[0])]).await.unwrap();
        let seen = stub.take();
        assert_eq!(seen[0].line, "GET /Groups/s3?excludedAttributes=members");
        let check = "GET /Groups?filter=id eq \"s3\" and members eq \"s2\"&attributes=id";
        assert_eq!(decode(&seen[1].line), check);
        assert_eq!(*operations(seen.last().unwrap()), removal);
        let members = stub.state().groups["s3"]["members"].clone();
        assert_eq!(members.as_array().map(Vec::len), Some(1));

        entra.change_members(&id, &[member(&people[1])], &[]).await.unwrap();
        assert!(stub.lines().iter().all(|line| line.starts_with("GET")), "the server has the member already");
    }
}

#[tokio::test]
async fn groups_are_renamed_and_deleted() {
    let (stub, mut entra) = entra(Dialect::New).await;
    entra.create_group(&group(&[])).await.unwrap();
    stub.lines();
    let id = GroupId("g-1".into());
    entra.rename_group(&id, "Crew").await.unwrap();
    let seen = stub.take();
    assert_eq!(*operations(&seen[1]), json!([{ "op": "replace", "path": "displayName", "value": "Crew" }]));
    entra.delete_group(&id).await.unwrap();
    assert_eq!(stub.lines(), ["DELETE /Groups/s1"]);
    assert_eq!(entra.rename_group(&id, "Gone").await.unwrap(), Outcome::Nothing);
}
