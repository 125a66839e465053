//! What the server says of itself.

use crate::support::TestApp;
use crate::support::bodies::{ENTERPRISE_USER, GROUP, RECORD, USER};
use serde_json::{Value, json};

const BASE: &str = "https://tenure.example.com/scim/v2";

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_service_provider_config_says_what_is_true() {
    let app = TestApp::new().await;
    let config = app.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config["schemas"], json!(["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"]));
    for feature in ["patch", "bulk", "filter", "sort", "etag"] {
        assert_eq!(config[feature]["supported"], true, "{feature}");
    }
    assert_eq!(config["changePassword"]["supported"], false);
    assert_eq!(config["filter"]["maxResults"], 200);
    let pagination = &config["pagination"];
    assert_eq!((&pagination["cursor"], &pagination["index"]), (&json!(true), &json!(true)));
    assert_eq!((&pagination["cursorTimeout"], &pagination["maxPageSize"]), (&json!(3_600), &json!(200)));
    assert_eq!(config["authenticationSchemes"][0]["type"], "oauthbearertoken");
    assert_eq!(config["meta"]["location"], format!("{BASE}/ServiceProviderConfig"));
}

#[tokio::test]
async fn resource_types_one_by_one_and_together() {
    let app = TestApp::new().await;
    let all = app.get("/ResourceTypes").await.expect(200);
    assert_eq!(all["totalResults"], 2);
    let mut list_keys = keys(&all.json()).into_iter().map(str::to_owned).collect::<Vec<_>>();
    list_keys.sort();
    assert_eq!(list_keys, ["Resources", "itemsPerPage", "schemas", "startIndex", "totalResults"]);
    for (name, endpoint, schema, place) in [("User", "/Users", USER, 0), ("Group", "/Groups", GROUP, 1)] {
        let one = app.get(&format!("/ResourceTypes/{name}")).await.expect(200);
        assert_eq!(one.json(), all["Resources"][place]);
        assert_eq!((one["endpoint"].as_str(), one["schema"].as_str()), (Some(endpoint), Some(schema)));
        assert_eq!(one["meta"]["location"], format!("{BASE}/ResourceTypes/{name}"));
    }
    app.get("/ResourceTypes/Device").await.refused(404, None);
}

#[tokio::test]
async fn schemas_one_by_one_and_together() {
    let app = TestApp::new().await;
    let all = app.get("/Schemas").await.expect(200);
    assert_eq!(all.ids(), [USER, GROUP, ENTERPRISE_USER, RECORD]);
    for schema in all["Resources"].as_array().unwrap() {
        let urn = schema["id"].as_str().unwrap();
        assert_eq!(&app.get(&format!("/Schemas/{urn}")).await.expect(200).json(), schema);
        assert_eq!(schema["meta"]["location"], format!("{BASE}/Schemas/{urn}"));
    }
    app.get("/Schemas/urn:nothing").await.refused(404, None);
}

#[tokio::test]
async fn discovery_is_not_filtered() {
    let app = TestApp::new().await;
    for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas"] {
        app.get(&format!("{path}?filter=id eq \"x\"")).await.refused(403, None);
    }
}

#[tokio::test]
async fn a_new_server_is_empty() {
    let app = TestApp::new().await;
    for path in ["/", "/Users", "/Groups"] {
        let list = app.get(path).await.expect(200);
        assert_eq!((&list["totalResults"], &list["Resources"]), (&json!(0), &json!([])));
    }
}
