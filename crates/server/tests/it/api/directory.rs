//! People, claims, groups and events, on both engines.

use crate::support::bodies::{add_member, group, number, operation};
use crate::support::{Client, TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;

on_both!(
    people_are_found_and_paged,
    a_person_is_shown_with_claims_and_links,
    claims_are_those_of_a_source,
    groups_and_members_are_paged,
    the_feed_is_followed,
);

async fn reader(app: &TestApp) -> Client {
    app.admin(&[AdminScope::Read]).await
}

fn ids(items: &[Value]) -> Vec<&str> {
    items.iter().map(|item| item["id"].as_str().unwrap()).collect()
}

/// Every item of a list, two at a time.
async fn all(client: &Client, path: &str) -> Vec<Value> {
    let (mut items, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.look(&format!("{path}limit=2{cursor}")).await;
        assert!(page.items().len() <= 2);
        items.extend(page.items());
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return items,
        }
    }
}

async fn people_are_found_and_paged(app: TestApp) {
    let mut known = Vec::new();
    for name in ["ada", "grace", "joan", "mary", "edith"] {
        known.push(app.create(with(user(name), number(name))).await);
    }
    let admin = reader(&app).await;
    known.sort();
    assert_eq!(ids(&all(&admin, "/people?").await), known);
    for who in ["ada", "ADA", "ext-ada", known[0].as_str()] {
        let found = admin.look(&format!("/people?query={who}")).await;
        assert_eq!((found.items().len(), &found["next"]), (1, &Value::Null), "{who}");
    }
    let grace = admin.look("/people?query=grace").await.items().remove(0);
    let login = &grace["record"]["user_name"];
    assert_eq!((&login["value"], &login["source"]), (&json!("grace"), &json!("okta")));
    assert_eq!(admin.look("/people?query=nobody").await.items(), [] as [Value; 0]);
}

async fn a_person_is_shown_with_claims_and_links(app: TestApp) {
    let id = app.create(with(user("ada"), number("7"))).await;
    assert_eq!(app.hr.create(with(user("ada"), number("7"))).await, id);
    app.patch(&format!("/Users/{id}"), operation("replace", "externalId", json!("ext-2"))).await.expect(200);
    let admin = reader(&app).await;
    let person = admin.look(&format!("/people/{id}")).await;
    assert_eq!((&person["id"], &person["active"]), (&json!(id), &json!(true)));
    assert_eq!(
        person["links"],
        json!([{ "source": "okta", "external_id": "ext-2" }, { "source": "hr", "external_id": "ext-ada" }])
    );
    assert_eq!(person["former_links"], json!([{ "source": "okta", "external_id": "ext-ada" }]));
    let claims = admin.look(&format!("/people/{id}/claims")).await.items();
    assert_eq!(Value::from(claims), person["claims"]);
    let events = admin.look(&format!("/people/{id}/events?limit=1")).await.items();
    assert_eq!((events.len(), &events[0]["kind"]), (1, &json!("relinked")));
    for path in ["", "/claims", "/events"] {
        admin.api("GET", &format!("/people/nobody{path}")).await.problem(404, "no person `nobody`");
    }
}

async fn claims_are_those_of_a_source(app: TestApp) {
    let ada = app.create(user("ada")).await;
    for name in ["grace", "joan"] {
        app.create(user(name)).await;
    }
    app.hr.create(user("mary")).await;
    let admin = reader(&app).await;
    let names: Vec<_> = all(&admin, "/claims?source=okta&").await;
    let names: Vec<_> = names.iter().map(|claim| claim["user_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ada", "grace", "joan"]);
    app.delete(&format!("/Users/{ada}")).await.expect(204);
    assert_eq!(all(&admin, "/claims?source=okta&").await.len(), 2);
    let ended = admin.look("/claims?source=okta&external_id=ext-ada").await.items();
    assert_eq!((ended.len(), &ended[0]["person"]), (1, &json!(ada)));
    assert!(ended[0]["ended"].is_string());
    assert_eq!(admin.look("/claims?source=nobody").await.items(), [] as [Value; 0]);
    admin.api("GET", "/claims").await.problem(400, "`source`");
}

async fn groups_and_members_are_paged(app: TestApp) {
    let mut people = Vec::new();
    for name in ["ada", "grace", "joan"] {
        people.push(app.create(user(name)).await);
    }
    people.sort();
    let mut groups = Vec::new();
    for name in ["Red", "Green", "Blue"] {
        groups.push(app.create_group(group(name, &[])).await);
    }
    let path = format!("/Groups/{}", groups[0]);
    for person in &people {
        app.patch(&path, add_member(person)).await.expect(200);
    }
    app.delete(&format!("/Groups/{}", groups[2])).await.expect(204);
    let admin = reader(&app).await;
    assert_eq!(ids(&all(&admin, "/groups?").await), groups[..2]);
    assert_eq!(ids(&all(&admin, "/groups?source=okta&all=true&").await), groups);
    assert_eq!(all(&admin, "/groups?source=hr&").await, [] as [Value; 0]);
    let path = format!("/groups/{}", groups[0]);
    assert_eq!(admin.look(&path).await["display_name"], "Red");
    assert_eq!(ids(&all(&admin, &format!("{path}/members?")).await), people);
    let events = admin.look(&format!("{path}/events?limit=2")).await.items();
    assert!(events.iter().all(|event| event["kind"] == "members changed"), "{events:?}");
    assert!(admin.look(&format!("/groups/{}", groups[2])).await["ended"].is_string());
    for path in ["", "/members", "/events"] {
        admin.api("GET", &format!("/groups/nothing{path}")).await.problem(404, "no group `nothing`");
    }
}

async fn the_feed_is_followed(app: TestApp) {
    let ada = app.create(user("ada")).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    app.delete(&format!("/Users/{ada}")).await.expect(204);
    let admin = reader(&app).await;
    let (mut after, mut seen) = (json!(0), Vec::new());
    loop {
        let page = admin.look(&format!("/events?limit=1&after={after}")).await;
        seen.extend(page.items());
        after = page["next"].clone();
        if page["more"] == false {
            break;
        }
    }
    let total: i64 = app.events().await;
    assert_eq!(seen.len() as i64, total);
    assert_eq!((&seen[0]["subject"], &seen[0]["subject_kind"]), (&json!(ada), &json!("person")));
    assert!(seen.iter().any(|it| it["subject"] == json!(team) && it["subject_kind"] == "group"));
    let created = admin.look("/events?kind=created").await;
    assert_eq!((created.items().len(), &created["next"]), (2, &after));
    let ended = admin.look("/events?kind=claim ended").await.items();
    assert_eq!(ended.len(), 1);
    let counts = admin.look("/events/counts").await.items();
    assert!(counts.contains(&json!({ "kind": "created", "count": 2 })), "{counts:?}");
    admin.api("GET", "/events?kind=nonsense").await.problem(400, "`claim ended`");
}
