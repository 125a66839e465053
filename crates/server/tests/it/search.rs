//! Filters over HTTP, `.search` on every level, and queries over all resource types.

use crate::support::bodies::{ENTERPRISE_USER, group, number};
use crate::support::{TestApp, user, with};
use serde_json::json;

async fn world() -> (TestApp, [String; 3]) {
    let app = TestApp::new().await;
    let ada = app
        .create(with(with(user("ada"), number("7")), json!({ "title": "Countess", "displayName": "Ada L" })))
        .await;
    let grace = app.create(with(user("grace"), json!({ "active": false, "displayName": "Team lead" }))).await;
    let team = app.create_group(group("Team", &[&ada])).await;
    (app, [ada, grace, team])
}

#[tokio::test]
async fn filters() {
    let (app, [ada, grace, team]) = world().await;
    let (both, ada, grace, none) = (vec![ada.clone(), grace.clone()], vec![ada], vec![grace], vec![]);
    for (filter, expected) in [
        ("userName eq \"ADA\"", &ada),
        ("userName ne \"ada\"", &grace),
        ("userName co \"D\"", &ada),
        ("userName sw \"gr\"", &grace),
        ("userName ew \"ce\"", &grace),
        ("userName gt \"b\"", &grace),
        ("userName le \"ada\"", &ada),
        ("externalId eq \"EXT-ada\"", &none),
        ("title pr", &ada),
        ("not (title pr)", &grace),
        ("active eq false", &grace),
        ("active eq \"True\"", &ada),
        ("title pr or active eq false", &both),
        ("userName sw \"a\" and active eq false", &none),
        ("emails[type eq \"work\" and value ew \"@EXAMPLE.com\"]", &both),
        ("emails.value eq \"grace@example.com\"", &grace),
        ("emails eq \"grace@example.com\"", &grace),
        ("name.familyName eq \"familyada\"", &ada),
        ("meta.created gt \"2020-01-01T00:00:00Z\"", &both),
        ("meta.lastModified lt \"2020-01-01T00:00:00Z\"", &none),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName eq \"ada\"", &ada),
        ("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"", &both),
        ("displayName eq \"team lead\"", &grace),
    ] {
        assert_eq!(&app.found(filter).await, expected, "{filter}");
    }
    assert_eq!(app.found(&format!("{ENTERPRISE_USER}:employeeNumber eq \"7\"")).await, ada);
    assert_eq!(app.found(&format!("groups[value eq \"{team}\"]")).await, ada);
    assert_eq!(app.found(&format!("id eq \"{}\"", grace[0])).await, grace);
}

#[tokio::test]
async fn filters_that_are_wrong() {
    let app = TestApp::new().await;
    for filter in [
        "userName",
        "userName xx \"a\"",
        "userName eq",
        "(userName pr",
        "active gt true",
        "emails[",
        "a b c d",
        "\"x\" eq userName",
    ] {
        app.get(&format!("/Users?filter={filter}")).await.refused(400, Some("invalidFilter"));
        app.post("/Users/.search", json!({ "filter": filter })).await.refused(400, Some("invalidFilter"));
    }
}

#[tokio::test]
async fn search_on_users_and_groups() {
    let (app, [ada, grace, team]) = world().await;
    let message = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": "userName pr",
        "sortBy": "userName", "sortOrder": "descending", "startIndex": 1, "count": 1, "attributes": ["userName"],
    });
    let found = app.post("/Users/.search", message).await.expect(200);
    assert_eq!(
        (found.ids(), &found["totalResults"], &found["itemsPerPage"]),
        (vec![grace], &json!(2), &json!(1))
    );
    let found = app
        .post("/Groups/.search", json!({ "filter": format!("members.value eq \"{ada}\"") }))
        .await
        .expect(200);
    assert_eq!(found.ids(), [team]);
    assert_eq!(app.post("/Users/.search", json!({})).await.expect(200)["totalResults"], 2);
}

#[tokio::test]
async fn queries_over_everything() {
    let (app, [ada, grace, team]) = world().await;
    let all = app.get("/").await.expect(200);
    assert_eq!(all.ids(), [ada.as_str(), &grace, &team]);
    let kinds: Vec<_> =
        all["Resources"].as_array().unwrap().iter().map(|r| r["meta"]["resourceType"].clone()).collect();
    assert_eq!(kinds, ["User", "User", "Group"]);
    assert_eq!(app.get("/?filter=displayName sw \"team\"").await.expect(200).ids(), [grace.as_str(), &team]);
    assert_eq!(app.get("/?filter=userName eq ada").await.expect(200).ids(), [ada.as_str()]);
    assert_eq!(app.get("/?startIndex=2&count=2").await.expect(200).ids(), [grace.as_str(), &team]);
    let none = app.get("/?count=0").await.expect(200);
    assert_eq!((&none["totalResults"], none.ids()), (&json!(3), vec![]));
    let searched =
        app.post("/.search", json!({ "filter": "meta.resourceType eq \"Group\"" })).await.expect(200);
    assert_eq!(searched.ids(), [team]);
}

#[tokio::test]
async fn searches_that_are_none() {
    let app = TestApp::new().await;
    for body in [json!([]), json!({ "schemas": ["urn:x"] }), json!("filter")] {
        app.post("/Users/.search", body).await.refused(400, Some("invalidSyntax"));
    }
    for body in [
        json!({ "count": true }),
        json!({ "filter": { "a": 1 } }),
        json!({ "sortBy": "userName", "sortOrder": "up" }),
    ] {
        app.post("/.search", body).await.refused(400, Some("invalidValue"));
    }
}
