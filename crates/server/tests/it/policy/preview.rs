//! Preview: what a claim or a request would do. Nothing is written.

use super::joiners::OKTA_BRINGS;
use super::trade::TRADE;
use crate::support::bodies::{enterprise, number, operation};
use crate::support::{Answer, TestApp, on_both, user, with};
use serde_json::{Value, json};

on_both!(
    a_claim_of_somebody_new,
    a_claim_of_somebody_known,
    recorded_requests,
    what_would_be_refused,
    a_circle_that_would_close,
    what_cannot_be_previewed,
);

/// The answer to a preview, which has written nothing.
async fn preview(app: &TestApp, body: Value) -> Answer {
    let before = app.dump().await;
    let answer = app.governor().await.send("/preview", body).await;
    assert_eq!(app.dump().await, before, "a preview writes nothing");
    answer
}

async fn claim(app: &TestApp, source: &str, claim: Value) -> Answer {
    preview(app, json!({ "source": source, "claim": claim })).await.expect(200)
}

fn request(method: &str, path: &str, body: Value) -> Value {
    let mut request = json!({ "method": method, "path": path });
    request["body"] = body;
    json!({ "source": "okta", "request": request })
}

async fn a_claim_of_somebody_new(app: TestApp) {
    app.apply(TRADE).await;
    let ada =
        with(with(user("ada"), enterprise(json!({ "department": "Sales" }))), json!({ "title": "Manager" }));
    let shown = claim(&app, "okta", ada).await;
    assert_eq!((&shown["outcome"], &shown["active"]), (&json!("created"), &json!(true)));
    assert_eq!(shown["correlation"], "nobody is known by these keys: a new person");
    assert_eq!(shown["record"]["department"]["value"], "Sales");
    assert_eq!(shown["roles"], json!(["sales_manager"]));
    let writes = shown["writes"].as_array().unwrap();
    assert!(writes.contains(&json!({ "field": "department", "from": null, "to": "Sales" })), "{writes:?}");
    assert!(writes.contains(&json!({ "field": "roles", "from": null, "to": "sales_manager" })));
    assert_eq!(shown["events"][0]["kind"], "created");
}

async fn a_claim_of_somebody_known(app: TestApp) {
    let ada = app.create(with(user("ada"), number("7"))).await;
    let by_hr = with(with(user("lovelace"), number("7")), json!({ "title": "Countess" }));
    let shown = claim(&app, "hr", by_hr.clone()).await;
    assert_eq!((&shown["outcome"], &shown["person"]), (&json!("created"), &json!(ada)));
    assert_eq!(shown["correlation"], "recognised by employee number");
    assert_eq!(shown["writes"], json!([{ "field": "title", "from": null, "to": "Countess" }]));
    app.hr.create(by_hr).await;
    assert_eq!(app.field(&ada, "title").await, "Countess", "as it was shown");
}

async fn recorded_requests(app: TestApp) {
    let ada = app.create(user("ada")).await;
    let path = format!("/scim/v2/Users/{ada}?attributes=id");
    let title = json!([{ "field": "title", "from": null, "to": "Countess" }]);
    let shown = preview(&app, request("POST", "/Users", user("grace"))).await.expect(200);
    assert_eq!(shown["outcome"], "created");
    let put = with(user("ada"), json!({ "title": "Countess" }));
    let shown = preview(&app, request("PUT", &path, put)).await.expect(200);
    assert_eq!(
        (&shown["outcome"], &shown["person"], &shown["writes"]),
        (&json!("updated"), &json!(ada), &title)
    );
    let patch = operation("replace", "title", json!("Countess"));
    let shown = preview(&app, request("patch", &path, patch)).await.expect(200);
    assert_eq!((&shown["outcome"], &shown["writes"]), (&json!("updated"), &title));
    let shown = preview(&app, request("DELETE", &path, Value::Null)).await.expect(200);
    assert_eq!((&shown["outcome"], &shown["active"]), (&json!("ended"), &json!(false)));
    assert_eq!(shown["writes"][0], json!({ "field": "active", "from": "true", "to": "false" }));
}

async fn what_would_be_refused(app: TestApp) {
    app.apply(OKTA_BRINGS).await;
    app.create(user("ada")).await;
    let shown = claim(&app, "okta", user("ada")).await;
    assert_eq!((&shown["outcome"], &shown["person"]), (&json!("refused"), &Value::Null));
    assert_eq!(shown["correlation"], "this source has somebody with this externalId already");
    let shown = claim(&app, "hr", with(user("grace"), json!({ "emails": null, "name": null }))).await;
    assert_eq!((&shown["outcome"], &shown["case"]["kind"]), (&json!("refused"), &json!("unmatched")));
    assert!(
        shown["correlation"].as_str().unwrap().starts_with("a human would have to decide: nobody is known")
    );
}

async fn a_circle_that_would_close(app: TestApp) {
    let led_by = |manager: &str| enterprise(json!({ "manager": { "value": manager } }));
    let grace = app.create(user("grace")).await;
    app.create(with(user("ada"), led_by("ext-grace"))).await;
    let path = format!("/Users/{grace}");
    let shown =
        preview(&app, request("PUT", &path, with(user("grace"), led_by("ext-ada")))).await.expect(200);
    let events = shown["events"].as_array().unwrap();
    assert_eq!(events.iter().filter(|event| event["kind"] == "finding").count(), 2, "{events:?}");
}

async fn what_cannot_be_previewed(app: TestApp) {
    let ada = app.create(user("ada")).await;
    let path = format!("/Users/{ada}");
    for (body, status, words) in [
        (json!({ "source": "nobody", "claim": user("x") }), 400, "no source `nobody`"),
        (json!({ "source": "okta" }), 400, "`claim` or `request`"),
        (
            json!({ "source": "okta", "claim": {}, "request": { "method": "POST", "path": "/Users" } }),
            400,
            "one of both",
        ),
        (json!({ "source": "okta", "claim": { "externalId": "1" } }), 400, "userName"),
        (json!({ "source": "okta", "claim": [] }), 400, ""),
        (request("GET", "/Users", Value::Null), 400, "changes no user"),
        (request("POST", "/Groups", json!({})), 400, "only requests about /Users"),
        (request("POST", "/Users", Value::Null), 400, "missing field `body`"),
        (request("PUT", "/Users/nobody", user("x")), 404, "`nobody`"),
        (request("PATCH", &path, json!({ "Operations": [{ "op": "paint" }] })), 400, ""),
        (json!({ "claim": {} }), 400, "source"),
    ] {
        preview(&app, body).await.problem(status, words);
    }
}
