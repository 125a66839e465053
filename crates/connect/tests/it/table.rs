//! Single rows, and finding them: what is sent, and what is made of what comes back.

use crate::support::{Instance, fields, json as reply, no_record, rows};
use serde_json::json;
use tenure_connect::servicenow::{CallError, Compare, Lane, Unaskable, Verb};
use tenure_identity::id::SysId;

const ADA: &str = "6816f79cc0a8016401c5a33be04be441";

#[tokio::test]
async fn a_row_is_read_with_its_columns() {
    let row = json!({ "sys_id": ADA, "manager": { "link": "https://x/api/now/table/sys_user/m1", "value": "m1" }, "active": "true" });
    let instance = Instance::replies(vec![reply(200, json!({ "result": row }))]).await;
    let client = instance.client();
    let row = client
        .get(Lane::Normal, "sys_user", &SysId::new(ADA), &["manager", "active"])
        .await
        .unwrap()
        .unwrap();
    assert_eq!((row.sys_id.as_str(), row.get("manager"), row.get("active")), (ADA, "m1", "true"));
    let asked = instance.asked_once();
    assert_eq!(
        (asked.method.as_str(), asked.path.as_str()),
        ("GET", format!("/api/now/table/sys_user/{ADA}").as_str())
    );
    let parameters: Vec<_> = asked.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        parameters,
        [
            "sysparm_display_value=false",
            "sysparm_exclude_reference_link=true",
            "sysparm_fields=sys_id,manager,active"
        ]
    );
    assert_eq!(asked.headers["accept"], "application/json");
    assert_eq!(asked.headers["authorization"], "Basic dGVudXJlOnMzY3JldC13b3Jk");
    assert!(asked.headers["accept-encoding"].contains("gzip"));
}

#[tokio::test]
async fn a_hidden_row_is_none() {
    let instance = Instance::start(|_| no_record()).await;
    let client = instance.client();
    assert_eq!(client.get(Lane::Normal, "sys_user", &SysId::new(ADA), &[]).await.unwrap(), None);
    assert!(!client.remove(Lane::Normal, "sys_user", &SysId::new(ADA)).await.unwrap());
    let error =
        client.update(Lane::Normal, "sys_user", &SysId::new(ADA), &fields(&[]), &[]).await.unwrap_err();
    assert!(error.is_permanent(), "{error}");
}

#[tokio::test]
async fn rows_are_written_and_shown() {
    let instance = Instance::start(|asked| match asked.method.as_str() {
        "POST" => reply(201, json!({ "result": { "sys_id": "new", "user_name": "ada" } })),
        "PATCH" => reply(200, json!({ "result": { "sys_id": "Odd_Id.1-x", "user_name": "lovelace" } })),
        _ => crate::support::answer(204, "application/json", ""),
    })
    .await;
    let client = instance.client();
    let id = SysId::new("Odd_Id.1-x");
    let row = client
        .insert(Lane::Normal, "sys_user", &fields(&[("user_name", "ada")]), &["user_name"])
        .await
        .unwrap();
    assert_eq!(row.sys_id.as_str(), "new");
    let row = client
        .update(Lane::Normal, "sys_user", &id, &fields(&[("email", "")]), &["user_name"])
        .await
        .unwrap();
    assert_eq!(row.get("user_name"), "lovelace");
    assert!(client.remove(Lane::Leaver, "sys_user", &id).await.unwrap());
    let asked = instance.asked();
    let lines: Vec<_> = asked.iter().map(|it| format!("{} {} {}", it.method, it.path, it.body)).collect();
    assert_eq!(
        lines,
        [
            r#"POST /api/now/table/sys_user {"user_name":"ada"}"#,
            r#"PATCH /api/now/table/sys_user/Odd_Id.1-x {"email":""}"#,
            "DELETE /api/now/table/sys_user/Odd_Id.1-x ",
        ]
    );
    assert!(asked.iter().all(|it| it.headers["content-type"] == "application/json"));
    assert!(asked.iter().all(|it| !it.headers.contains_key("cookie")));
    assert_eq!(asked[0].query["sysparm_fields"], "sys_id,user_name");
    assert_eq!(asked[1].query["sysparm_input_display_value"], "false");
}

#[tokio::test]
async fn an_answer_about_another_row_is_not_believed() {
    let instance =
        Instance::start(|_| reply(200, json!({ "result": { "sys_id": ADA.to_uppercase() } }))).await;
    let error = instance.client().get(Lane::Normal, "sys_user", &SysId::new(ADA), &[]).await.unwrap_err();
    assert!(matches!(error, CallError::Unreadable { reason: "it is about another row", .. }), "{error}");
}

#[tokio::test]
async fn names_that_lead_elsewhere_are_not_sent() {
    let instance = Instance::replies(vec![]).await;
    let client = instance.client();
    for id in ["..", "a/b", "a?b", ""] {
        let error = client.remove(Lane::Normal, "sys_user", &SysId::new(id)).await.unwrap_err();
        assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Name, .. }), "{id}: {error}");
    }
    for table in ["", "..", "sys_user/x", "sys user"] {
        let error = client.insert(Lane::Normal, table, &fields(&[]), &[]).await.unwrap_err();
        assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Name, .. }), "{table}: {error}");
    }
    let error = client.insert(Lane::Normal, "sys_user", &fields(&[("a b", "")]), &[]).await.unwrap_err();
    assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Name, .. }), "{error}");
    assert!(instance.asked().is_empty());
}

#[tokio::test]
async fn who_is_found_has_the_value() {
    let all = json!([{ "sys_id": "1", "user_name": "Ada" }, { "sys_id": "2", "user_name": "adá" }, { "sys_id": "3", "user_name": "ada" }]);
    let instance = Instance::start(move |_| rows(all.clone(), 3)).await;
    let client = instance.client();
    for (compare, expected) in [(Compare::Exact, vec!["3"]), (Compare::Folded, vec!["1", "3"])] {
        let found =
            client.find(Lane::Normal, "sys_user", "user_name", "ada", compare, &["email"]).await.unwrap();
        assert_eq!(found.iter().map(|it| it.sys_id.as_str()).collect::<Vec<_>>(), expected);
    }
    let asked = &instance.asked()[0];
    assert_eq!(asked.query["sysparm_query"], "user_name=ada^ORDERBYsys_id");
    assert_eq!(asked.query["sysparm_fields"], "sys_id,email,user_name");
}

#[tokio::test]
async fn an_ignored_condition_finds_nobody() {
    // The column does not exist: the condition is ignored, and so is the wish to see it.
    let instance = Instance::start(|_| rows(json!([{ "sys_id": "1", "email": "a" }]), 1)).await;
    let find = async |client: tenure_connect::servicenow::ServiceNow| {
        client.find(Lane::Normal, "sys_user", "u_okta_user_id", "00u1", Compare::Exact, &["email"]).await
    };
    let error = find(instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Hidden, .. }), "{error}");
    // The column is there, but the condition is ignored all the same.
    let many: Vec<_> =
        (0..100).map(|it| json!({ "sys_id": format!("{it:03}"), "u_okta_user_id": "other" })).collect();
    let instance = Instance::start(move |_| rows(json!(many), 5000)).await;
    let error = find(instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Ignored, .. }), "{error}");
    assert_eq!(instance.asked().len(), 1);
}

#[tokio::test]
async fn dangerous_values_are_asked_for_by_their_beginning() {
    let all =
        json!([{ "sys_id": "1", "user_name": "ada^active=true" }, { "sys_id": "2", "user_name": "adam" }]);
    let instance = Instance::start(move |_| rows(all.clone(), 2)).await;
    let client = instance.client();
    let find = async |value: &str| {
        client.find(Lane::Normal, "sys_user", "user_name", value, Compare::Exact, &[]).await
    };
    let found = find("ada^active=true").await.unwrap();
    assert_eq!((found.len(), found[0].sys_id.as_str()), (1, "1"));
    assert_eq!(instance.asked_once().query["sysparm_query"], "user_nameSTARTSWITHada^ORDERBYsys_id");
    for (value, expected) in [("a^b", Unaskable::Value), ("\nada", Unaskable::Value), ("", Unaskable::Empty)]
    {
        let error = find(value).await.unwrap_err();
        assert!(matches!(&error, CallError::CannotAsk { reason, .. } if *reason == expected), "{error}");
    }
    assert_eq!(instance.asked().len(), 1);
}

#[tokio::test]
async fn large_requests_are_not_sent() {
    let instance = Instance::replies(vec![]).await;
    let photo = "x".repeat(11 * 1024 * 1024);
    let error = instance
        .client()
        .insert(Lane::Normal, "sys_user", &fields(&[("photo", &photo)]), &[])
        .await
        .unwrap_err();
    assert!(matches!(&error, CallError::TooLarge { call, .. } if call.verb == Verb::Insert), "{error}");
    assert!(instance.asked().is_empty());
}
