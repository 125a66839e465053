//! One person, explained over the admin API.

use crate::support::bodies::{enterprise, managed, number};
use crate::support::{TestApp, on_both, user, with};
use serde_json::{Value, json};
use tenure_engine::token::AdminScope;

on_both!(each_field_with_its_reasons, one_field_and_its_events, rules_and_roles_have_their_expressions);

async fn explained(app: &TestApp, id: &str, query: &str) -> Value {
    app.admin(&[AdminScope::Read]).await.look(&format!("/people/{id}/explain{query}")).await.json()
}

fn field<'a>(explained: &'a Value, name: &str) -> &'a Value {
    explained["fields"].as_array().unwrap().iter().find(|it| it["field"] == name).expect(name)
}

async fn each_field_with_its_reasons(app: TestApp) {
    let ada = app.create(with(with(user("ada"), number("7")), json!({ "title": "Countess" }))).await;
    app.hr.create(with(with(user("ada"), number("7")), json!({ "title": "Clerk" }))).await;
    let shown = explained(&app, &ada, "").await;
    let title = field(&shown, "title");
    assert_eq!(
        (&title["value"], &title["source"], &title["expression"]),
        (&json!("Countess"), &json!("okta"), &json!("user.title"))
    );
    assert!(title["rule"].as_str().unwrap().starts_with("authority `default`: okta, hr"), "{title}");
    let skipped = json!([{ "source": "hr", "value": "Clerk", "reason": "`okta` decides `title`" }]);
    assert_eq!(title["skipped"], skipped);
    let rule = "`deactivate_when = \"any\"`: no live claim says inactive, and none has ended since (hr: active, okta: active)";
    assert_eq!(field(&shown, "active")["rule"], rule);
    let person = app.seen(&ada).await.json();
    for (key, value) in person.as_object().unwrap() {
        assert_eq!(shown[key], *value, "the person is there too");
    }
    assert_eq!(shown["timeline"].as_array().unwrap().len(), 2);
}

async fn one_field_and_its_events(app: TestApp) {
    let ada = app.create(managed("ada", "ext-grace")).await;
    app.create(user("grace")).await;
    let shown = explained(&app, &ada, "?field=manager").await;
    assert_eq!(shown["record"].as_object().unwrap().keys().collect::<Vec<_>>(), ["manager"]);
    assert_eq!(shown["fields"].as_array().unwrap().len(), 1);
    let outcomes: Vec<_> =
        shown["timeline"].as_array().unwrap().iter().map(|it| &it["decisions"][0]["outcome"]).collect();
    assert_eq!(outcomes, ["deferred", "written"]);
    assert_eq!(
        explained(&app, &ada, "?field=manager&limit=1").await["timeline"].as_array().unwrap().len(),
        1
    );
    let admin = app.admin(&[AdminScope::Read]).await;
    let path = format!("/people/{ada}/explain");
    admin.api("GET", &format!("{path}?field=shoe_size")).await.problem(404, "no field `shoe_size`");
    admin.api("GET", &format!("{path}?limit=0")).await.problem(400, "`limit`");
    admin.api("GET", &format!("{path}?who=ada")).await.problem(400, "who");
    admin.api("GET", "/people/nobody/explain").await.problem(404, "no person `nobody`");
}

async fn rules_and_roles_have_their_expressions(app: TestApp) {
    let policy = "[[fields]]\nfield = \"building\"\nwhen = 'user.department == \"Sales\"'\nvalue = '\"North\"'\n\
                  [[roles]]\nrole = \"itil\"\nwhen = 'record.building == \"North\"'\n";
    app.apply(policy).await;
    let ada = app.create(with(user("ada"), enterprise(json!({ "department": "Sales" })))).await;
    let shown = explained(&app, &ada, "").await;
    assert_eq!(field(&shown, "building")["rule"], "by the rule `user.department == \"Sales\"`");
    let role = field(&shown, "roles");
    assert_eq!(
        (&role["value"], &role["rule"]),
        (&json!("itil"), &json!("granted by the rule `record.building == \"North\"`"))
    );
}
