//! Users: what becomes of their values, whom a create finds, what is refused, and that a DELETE deletes.

use hyper::Method;
use serde_json::{Value, json};

use super::{CUSTOM, Call, ENTERPRISE, SERVICENOW, Snow, USERS, failure, made, put, set_up, user};

#[tokio::test]
async fn values_become_columns_and_come_back() {
    let snow = set_up("").await;
    let department = snow.row("cmn_department", &[("name", "Mathematics")]);
    let boss = snow.user("boss");
    let mut body = user("ada", "00u1");
    for (name, value) in [
        ("title", json!("Countess")),
        ("timezone", json!("GB")),
        ("userType", json!("Employee")),
        ("displayName", json!("Somebody Else")),
        (
            "phoneNumbers",
            json!([{ "type": "mobile", "value": "1", "primary": true }, { "type": "fax", "value": "2" }]),
        ),
        (
            "addresses",
            json!([{ "type": "work", "locality": "Leeds" }, { "type": "home", "locality": "London" }]),
        ),
        (
            SERVICENOW,
            json!({ "employeeNumber": "7", "department": { "value": department }, "manager": { "value": boss } }),
        ),
    ] {
        body[name] = value;
    }
    let reply = snow.post(USERS, body).await;
    assert_eq!(reply.status, 201, "{}", reply.text);
    assert!(reply.headers["content-type"].starts_with("application/scim+json"));
    let made = reply.json();
    let id = made["id"].as_str().unwrap();
    assert_eq!(reply.headers["location"], format!("{}{USERS}/{id}", snow.server.url));
    assert_eq!(made["meta"]["location"], reply.headers["location"]);
    assert_eq!(made["meta"]["resourceType"], "User");

    let columns =
        ["user_name", "title", "time_zone", "email", "phone", "mobile_phone", "city", "employee_number"];
    assert_eq!(
        columns.map(|column| snow.value("sys_user", id, column)),
        ["ada", "Countess", "GB", "ada@example.com", "", "1", "London", "7"]
    );
    // What nobody asked for is dropped: other types, `primary`, a name that follows from its parts.
    assert_eq!(made["displayName"], "Ada Lovelace");
    assert_eq!(made["emails"], json!([{ "type": "work", "value": "ada@example.com" }]));
    assert_eq!(made["phoneNumbers"], json!([{ "type": "mobile", "value": "1" }]));
    assert_eq!((&made["externalId"], &made["userType"]), (&json!("00u1"), &json!("Employee")));
    let own = &made[SERVICENOW];
    assert_eq!(own["department"], json!({ "value": department, "name": "Mathematics" }));
    assert_eq!(own["manager"], json!({ "value": boss, "displayName": "boss Test" }));
    assert_eq!(snow.get(&format!("{USERS}/{id}")).await.json(), made);
}

#[tokio::test]
async fn the_enterprise_extension_is_thrown_away() {
    let snow = set_up("").await;
    let mut body = user("ada", "00u1");
    body["schemas"].as_array_mut().unwrap().push(json!(ENTERPRISE));
    body[ENTERPRISE] = json!({ "department": "Mathematics", "manager": { "value": "x" } });
    let (path, id) = made(&snow, body.clone()).await;
    assert_eq!(snow.value("sys_user", &id, "department"), "");
    assert_eq!(snow.get(&path).await.json().get(ENTERPRISE), None);
    // Its types are looked at all the same.
    body[ENTERPRISE]["manager"] = json!("x");
    let refused = failure(&put(&snow, &path, body).await);
    assert_eq!((refused.0, refused.1.as_str()), (400, "invalidValue"));
    assert!(refused.2.ends_with(":manager must be a JSON object"), "{}", refused.2);
}

#[tokio::test]
async fn a_create_finds_who_is_there_by_three_ways() {
    let snow = set_up("").await;
    let by_external_id = snow.user("old-1");
    snow.row("sys_scim_user", &[("external_id", "00u1"), ("user", &by_external_id)]);
    let by_user_name = snow.user("00u2");
    let values = [("user_name", "old-3"), ("email", "NEW-3@example.com"), ("title", "Countess")];
    let by_email = snow.row("sys_user", &values);
    for (number, expected) in [(1, by_external_id), (2, by_user_name), (3, by_email)] {
        let (_, id) = made(&snow, user(&format!("new-{number}"), &format!("00u{number}"))).await;
        assert_eq!(id, expected);
        assert_eq!(snow.value("sys_user", &id, "user_name"), format!("new-{number}"));
        // What the create does not say stays.
        assert_eq!(snow.value("sys_user", &id, "title"), if number == 3 { "Countess" } else { "" });
    }
    let before = snow.instance.count_of("sys_user");
    made(&snow, user("new-4", "00u4")).await;
    assert_eq!(snow.instance.count_of("sys_user"), before + 1);
}

#[tokio::test]
async fn a_user_who_has_a_new_name_and_address_becomes_two() {
    // The brownfield trap: nothing of what a create looks at is what the record has.
    let snow = set_up("").await;
    let old = snow.row("sys_user", &[("user_name", "a.byron"), ("email", "byron@example.com")]);
    let (_, id) = made(&snow, user("a.lovelace", "00u1")).await;
    assert_ne!(id, old);
}

#[tokio::test]
async fn external_ids_are_unique_nowhere() {
    let snow = set_up("match_by = []").await;
    let (_, first) = made(&snow, user("ada", "00u1")).await;
    let (_, second) = made(&snow, user("eve", "00u1")).await;
    assert_ne!(first, second);
    let filter = "filter=externalId%20eq%20%2200u1%22";
    let found = snow.get(&format!("{USERS}?{filter}")).await.json();
    assert_eq!(found["totalResults"], 2);
    let mut ids: Vec<&str> =
        found["Resources"].as_array().unwrap().iter().map(|it| it["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    let mut expected = [first.as_str(), second.as_str()];
    expected.sort_unstable();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn names_are_unique_and_addresses_if_the_owner_wants() {
    let snow = set_up("").await;
    let (path, _) = made(&snow, user("ada", "00u1")).await;
    let taken = "User already exists. The userName parameter must be unique";
    let expected = (409, "uniqueness".to_owned(), taken.to_owned());
    assert_eq!(failure(&snow.post(USERS, user("ADA", "00u2")).await), expected);
    let (other, _) = made(&snow, user("eve", "00u3")).await;
    assert_eq!(failure(&put(&snow, &other, user("ada", "00u3")).await), expected);
    assert_eq!(put(&snow, &path, user("ada", "00u1")).await.status, 200);

    let snow = set_up("unique_email = true").await;
    made(&snow, user("ada", "00u1")).await;
    let mut same = user("eve", "00u2");
    same["emails"][0]["value"] = json!("ada@example.com");
    assert_eq!(failure(&snow.post(USERS, same).await).0, 409);
}

#[tokio::test]
async fn references_are_ids_of_what_is_there() {
    let snow = set_up("").await;
    snow.row("cmn_department", &[("name", "Mathematics")]);
    let with = |own: Value| {
        let mut body = user("ada", "00u1");
        body[SERVICENOW] = own;
        body
    };
    let unknown = failure(&snow.post(USERS, with(json!({ "manager": { "value": "xyz" } }))).await);
    assert_eq!(unknown, (400, "invalidValue".to_owned(), "Manager id : xyz doesn't exist".to_owned()));
    assert!(snow.instance.find("sys_user", "user_name", "ada").is_empty());
    // A name alone is accepted, and nothing comes of it.
    let (_, id) = made(&snow, with(json!({ "department": { "name": "Mathematics" } }))).await;
    assert_eq!(snow.value("sys_user", &id, "department"), "");
    let text = failure(&snow.post(USERS, with(json!({ "manager": "xyz" }))).await);
    assert!(text.2.ends_with("manager must be a JSON object"), "{}", text.2);
}

#[tokio::test]
async fn extensions_have_to_be_named_on_create() {
    let snow = set_up("[scim.custom]\nvip = 'source'").await;
    let mut body = user("ada", "00u1");
    body[CUSTOM] = json!({ "vip": "yes" });
    let refused = failure(&snow.post(USERS, body.clone()).await);
    let expected =
        format!("Extended attributes namespace {CUSTOM} must be included in the schemas attribute");
    assert_eq!(refused, (400, "invalidSyntax".to_owned(), expected));
    body["schemas"].as_array_mut().unwrap().push(json!(CUSTOM));
    let (_, id) = made(&snow, body).await;
    assert_eq!(snow.value("sys_user", &id, "source"), "yes");
}

#[tokio::test]
async fn values_have_to_be_of_their_type() {
    let snow = set_up("").await;
    for (name, value, expected) in [
        ("active", json!("True"), "Value for attribute active must be a JSON boolean"),
        ("title", json!(7), "Value for attribute title must be a JSON string"),
        ("title", Value::Null, "Value for attribute title must not be null"),
        ("name", json!("Ada"), "Value for attribute name must be a JSON object"),
        ("emails", json!({ "value": "x" }), "Value for attribute emails must be a JSON array"),
        ("userName", json!(""), "Required attribute userName is missing"),
    ] {
        let mut body = user("ada", "00u1");
        body[name] = value;
        let refused = failure(&snow.post(USERS, body).await);
        assert_eq!(refused, (400, "invalidValue".to_owned(), expected.to_owned()));
    }
    assert_eq!(snow.post(USERS, json!([])).await.status, 400);
    let both = format!("{USERS}?attributes=id&excludedAttributes=name");
    assert_eq!(failure(&snow.post(&both, user("ada", "00u1")).await).0, 400);
    assert_eq!(snow.instance.calls().in_vain["POST sys_user"], 8);
    assert!(snow.instance.writes().is_empty());
}

#[tokio::test]
async fn text_is_cut_or_refused() {
    let snow = set_up("").await;
    let mut body = user("ada", "00u1");
    body["title"] = json!("x".repeat(61));
    let (_, id) = made(&snow, body.clone()).await;
    assert_eq!(snow.value("sys_user", &id, "title").len(), 60);
    let snow = set_up("validate_length = true").await;
    assert_eq!(failure(&snow.post(USERS, body).await).2, "Value for attribute title is too long");
}

#[tokio::test]
async fn put_replaces_everything() {
    let snow = set_up("").await;
    let mut body = user("ada", "00u1");
    body["title"] = json!("Countess");
    let (path, id) = made(&snow, body).await;
    let mut other = user("ada", "00u9");
    other["active"] = json!(false);
    let reply = put(&snow, &path, other).await.json();
    assert_eq!(
        (&reply["active"], &reply["externalId"], reply.get("title")),
        (&json!(false), &json!("00u9"), None)
    );
    // Business rules are gone past: nobody is locked out.
    assert_eq!(snow.value("sys_user", &id, "locked_out"), "false");
    assert_eq!(snow.instance.count_of("sys_scim_user"), 1);
    let mut unsaid = user("ada", "00u9");
    unsaid.as_object_mut().unwrap().remove("active");
    assert_eq!(put(&snow, &path, unsaid).await.json()["active"], false);
}

#[tokio::test]
async fn rules_run_if_the_owner_wants() {
    let snow = set_up(
        "rules = true\n[[abort]]\ntable = 'sys_user'\ncolumn = 'title'\nvalue = 'Robot'\nrule = 'No robots'",
    )
    .await;
    let (path, id) = made(&snow, user("ada", "00u1")).await;
    let mut body = user("ada", "00u1");
    body["active"] = json!(false);
    assert_eq!(put(&snow, &path, body.clone()).await.status, 200);
    assert_eq!(snow.value("sys_user", &id, "locked_out"), "true");
    body["title"] = json!("Robot");
    assert_eq!(put(&snow, &path, body).await.status, 403);
}

#[tokio::test]
async fn delete_deletes_the_row() {
    let snow = set_up("").await;
    let (path, id) = made(&snow, user("ada", "00u1")).await;
    let gone = snow.send(Call::new(Method::DELETE, &path).without("content-type")).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert!(snow.instance.row("sys_user", &id).is_none());
    assert_eq!(snow.instance.count_of("sys_scim_user"), 0);
    let expected = (404, String::new(), format!("User id : {id} doesn't exist"));
    assert_eq!(failure(&snow.delete(&path).await), expected);
    assert_eq!(failure(&snow.get(&path).await), expected);
    assert_eq!(failure(&put(&snow, &path, user("ada", "00u1")).await), expected);
}

#[tokio::test]
async fn only_its_administrators_may_use_it() {
    let snow: Snow = set_up("").await.signed_in("tenure.integration", "integration-password");
    assert_eq!(failure(&snow.get(USERS).await).0, 403);
    let role = snow.instance.find("sys_user_role", "name", "scim_admin")[0].sys_id().to_owned();
    let user = snow.instance.find("sys_user", "user_name", "tenure.integration")[0].sys_id().to_owned();
    snow.row("sys_user_has_role", &[("user", &user), ("role", &role)]);
    assert_eq!(snow.get(USERS).await.status, 200);
    // Who may use it may do everything: the rules that hide rows from others do not apply.
    snow.instance.patch("sys_user", &user, &[("vip", "true")]).expect("it can be changed");
    assert_eq!(snow.get(&format!("{USERS}/{user}")).await.status, 200);
    let snow = snow.authorized(None);
    assert_eq!(snow.get(USERS).await.status, 401);
}

#[tokio::test]
async fn what_there_is_not() {
    let snow = set_up("").await;
    for path in ["/api/now/scim/Bulk", "/api/now/scim/Me", "/api/now/scim/Users/.search/x"] {
        assert_eq!(snow.get(path).await.status, 400, "{path}");
    }
    assert_eq!(snow.post("/api/now/scim/Companies", json!({ "name": "x" })).await.status, 405);
    let snow = set_up("installed = false").await;
    assert_eq!(snow.get(USERS).await.status, 400);
}
