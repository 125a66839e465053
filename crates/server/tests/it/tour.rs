//! One long look around on both engines: the flows whose SQL could differ.

use crate::support::bodies::{ENTERPRISE_USER, RECORD, add_member, group, number, operation, remove_member};
use crate::support::{TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_identity::case::Ruling;
use tenure_identity::event::EventKind::{
    ClaimEnded, Created, Deactivated, Flapping, Linked, Relinked, Returned,
};
use tenure_identity::id::PersonId;

on_both!(a_whole_tenure, a_claim_that_waits, a_group_with_its_members, every_list, every_token);

async fn a_whole_tenure(app: TestApp) {
    let id = app.create(with(user("ada"), number("7"))).await;
    let path = format!("/Users/{id}");
    assert_eq!(app.hr.create(with(user("p-7"), number("7"))).await, id);
    app.put(&path, with(with(user("ada"), number("7")), json!({ "externalId": "new" }))).await.expect(200);
    app.hr.delete(&path).await.expect(204);
    assert_eq!(app.hr.create(with(user("p-7"), number("7"))).await, id);
    app.patch(&path, operation("Replace", "active", json!("False"))).await.expect(200);
    assert_eq!(app.create(with(with(user("ada"), number("7")), json!({ "externalId": "newer" }))).await, id);
    let expected =
        [Created, Linked, Relinked, ClaimEnded, Deactivated, Returned, Deactivated, Relinked, Returned];
    assert_eq!(app.kinds(&id).await, expected);
    let person = app.explain(&id).await;
    assert_eq!((person.person.claims.len(), person.former_links.len()), (2, 2));
    let record = app.get(&format!("{path}?attributes={RECORD}")).await.expect(200);
    assert_eq!(record[RECORD]["lockedOut"], false);
    app.post("/Users", user("ada")).await.refused(409, Some("uniqueness"));
}

async fn a_claim_that_waits(app: TestApp) {
    let known = app.hr.create(with(user("p-7"), json!({ "emails": [{ "value": "ada@example.com" }] }))).await;
    for _ in 0..2 {
        let held = app.post("/Users", user("ada")).await.refused(409, Some("uniqueness"));
        assert!(held.text.contains(app.open_case().await.id.as_str()), "{}", held.text);
    }
    app.decide(Ruling::Link(PersonId::new(&known))).await;
    assert_eq!(app.create(user("ada")).await, known);
}

async fn a_group_with_its_members(app: TestApp) {
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada, "later"])).await;
    let path = format!("/Groups/{team}");
    for _ in 0..2 {
        app.patch(&path, remove_member(&ada)).await.expect(200);
        app.patch(&path, add_member(&ada)).await.expect(200);
    }
    app.patch(&path, remove_member(&ada)).await.expect(200);
    assert!(app.group_kinds(&team).await.contains(&Flapping));
    assert_eq!(app.put(&path, group("Crew", &["x", "y"])).await.expect(200).members(), ["x", "y"]);
    app.patch(&path, operation("replace", "members", json!([{ "value": ada }]))).await.expect(200);
    assert_eq!(app.get(&path).await.expect(200).members(), [ada.as_str()]);
    app.entra.patch(&path, remove_member(&ada)).await.expect(200);
    assert_eq!(app.get(&format!("/Users/{ada}")).await.expect(200)["groups"][0]["value"], team.as_str());
    app.delete(&path).await.expect(204);
    assert_eq!(app.create_group(group("Crew", &[])).await, team);
    assert_eq!(app.get(&path).await.expect(200)["members"], Value::Null);
}

async fn every_list(app: TestApp) {
    let mut ids = Vec::new();
    for (login, title) in [("grace", "b"), ("Ada", "a"), ("edsger", "c"), ("ärnst", "d"), ("a_b", "e")] {
        let body = with(
            user(login),
            json!({ "title": title, ENTERPRISE_USER: { "employeeNumber": format!("n-{title}") } }),
        );
        ids.push(app.create(body).await);
    }
    for (filter, expected) in [
        ("userName sw \"A\"", 2),
        ("userName sw \"a_\"", 1),
        ("userName co \"R\"", 3),
        ("userName eq \"ÄRNST\"", 1),
        ("userName gt \"b\"", 3),
        ("title eq \"B\"", 1),
        ("emails[type eq \"work\"].value ew \"example.com\"", 5),
        ("emails.value eq \"ADA@example.com\"", 1),
        ("active eq true and not (title pr)", 0),
        ("externalId sw \"ext-\"", 5),
        ("meta.lastModified ge \"2020-01-01T00:00:00Z\"", 5),
        ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber eq \"n-a\"", 1),
    ] {
        assert_eq!(app.found(filter).await.len(), expected, "{filter}");
    }
    let sorted = app.get("/Users?sortBy=userName").await.expect(200);
    assert_eq!(sorted.each("userName"), ["a_b", "Ada", "edsger", "grace", "ärnst"]);
    let by_title = app.get("/Users?sortBy=title&sortOrder=descending&count=2").await.expect(200);
    assert_eq!(by_title.each("title"), ["e", "d"]);
    let (mut walked, mut cursor) = (Vec::new(), Some(String::new()));
    while let Some(here) = cursor {
        let page = app.get(&format!("/Users?count=2&cursor={here}")).await.expect(200);
        walked.extend(page.ids());
        cursor = page["nextCursor"].as_str().map(str::to_owned);
    }
    assert_eq!(walked, ids);
}

async fn every_token(app: TestApp) {
    let client = app.other_token_of("okta").await;
    client.get("/Users").await.expect(200);
    for token in app.engine.tokens().await.unwrap() {
        app.engine.revoke_token(&token.id).await.unwrap();
    }
    client.get("/Users").await.refused(401, None);
}
