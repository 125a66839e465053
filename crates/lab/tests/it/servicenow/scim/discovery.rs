//! What the service says of itself, to anybody.

use serde_json::json;

use super::{CUSTOM, SERVICENOW, set_up};

#[tokio::test]
async fn anybody_may_ask() {
    let snow = set_up("[scim.custom]\nbadge = 'source'").await.authorized(None);
    let service = snow.get("/api/now/scim/ServiceProviderConfig").await.json();
    assert_eq!(service["filter"], json!({ "supported": true, "maxResults": 500 }));
    assert_eq!(
        (&service["bulk"]["maxOperations"], &service["bulk"]["maxPayloadSize"]),
        (&json!(0), &json!(1_000_000))
    );
    let unsupported = ["sort", "etag", "changePassword"].map(|name| service[name]["supported"] == false);
    assert_eq!((unsupported, &service["patch"]["supported"]), ([true; 3], &json!(true)));

    let types = snow.get("/api/now/scim/ResourceTypes").await.json();
    let named =
        |name: &str| types["Resources"].as_array().unwrap().iter().find(|it| it["name"] == name).cloned();
    assert_eq!(types["totalResults"], 6);
    assert_eq!(named("CostCenter").unwrap()["endpoint"], "/CostCenters");
    let extensions = named("User").unwrap()["schemaExtensions"].clone();
    assert_eq!(
        extensions,
        json!([{ "schema": SERVICENOW, "required": false }, { "schema": CUSTOM, "required": false }])
    );
    assert_eq!(snow.get("/api/now/scim/ResourceTypes/Group").await.json()["id"], "Group");
    assert_eq!(snow.get("/api/now/scim/ResourceTypes/Robot").await.status, 404);
    assert_eq!(snow.post("/api/now/scim/Schemas", json!({})).await.status, 405);
}

#[tokio::test]
async fn schemas_say_what_is_mapped() {
    let snow = set_up("[scim.custom]\nbadge = 'source'").await;
    let user = snow.get("/api/now/scim/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.json();
    let attributes = user["attributes"].as_array().unwrap();
    let names: Vec<_> = attributes.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(
        names,
        [
            "userName",
            "name",
            "displayName",
            "active",
            "userType",
            "title",
            "timezone",
            "preferredLanguage",
            "emails",
            "phoneNumbers",
            "addresses"
        ]
    );
    let of = |name: &str| attributes.iter().find(|it| it["name"] == name).unwrap();
    assert_eq!(
        (&of("displayName")["mutability"], &of("userName")["uniqueness"]),
        (&json!("readOnly"), &json!("server"))
    );
    let parts = |name: &str| -> Vec<String> {
        let parts = of(name)["subAttributes"].as_array().unwrap();
        parts.iter().map(|it| it["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(parts("emails"), ["type", "value"]);
    assert_eq!(parts("phoneNumbers"), ["type", "value"]);
    assert_eq!(parts("addresses").len(), 6);
    let own = snow.get(&format!("/api/now/scim/Schemas/{SERVICENOW}")).await.json();
    assert_eq!(own["attributes"][2]["subAttributes"][1]["mutability"], "readOnly");
    let custom = snow.get(&format!("/api/now/scim/Schemas/{CUSTOM}")).await.json();
    assert_eq!(custom["attributes"][0]["name"], "badge");
}
