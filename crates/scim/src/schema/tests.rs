use super::*;
use serde_json::json;

fn custom(resource_type: &str, schema: &serde_json::Value) -> CustomExtension {
    serde_json::from_value(json!({ "resourceType": resource_type, "schema": schema })).unwrap()
}

fn badge(attributes: &serde_json::Value) -> serde_json::Value {
    json!({ "id": "urn:example:2.0:Badge", "name": "Badge", "attributes": attributes })
}

#[test]
fn names_and_urns_are_found_in_any_case() {
    let catalog = Catalog::standard();
    assert_eq!(catalog.user.attribute("USERNAME").unwrap().name, "userName");
    assert_eq!(catalog.user.attribute("externalid").unwrap().name, "externalId");
    let enterprise = catalog.user.extension(&ENTERPRISE_USER.to_uppercase()).unwrap();
    assert_eq!(enterprise.attribute("Manager").unwrap().sub("VALUE").unwrap().name, "value");
    assert!(catalog.user.attribute("members").is_none());
}

#[test]
fn user_name_is_required_unique_and_compared_without_case() {
    let catalog = Catalog::standard();
    let user_name = catalog.user.attribute("userName").unwrap();
    assert!(user_name.required && !user_name.case_exact);
    assert_eq!(user_name.uniqueness, Uniqueness::Server);
    let password = catalog.user.attribute("password").unwrap();
    assert_eq!((password.mutability, password.returned), (Mutability::WriteOnly, Returned::Never));
}

#[test]
fn custom_extensions_join_the_catalog() {
    let badge = badge(&json!([{ "name": "number", "type": "integer" }]));
    let catalog = Catalog::with_extensions(vec![custom("User", &badge)]).unwrap();
    let schema = catalog.user.extension("URN:example:2.0:badge").unwrap();
    assert_eq!(schema.attribute("number").unwrap().kind, Kind::Integer);
    assert_eq!(catalog.schemas().count(), 5);
}

#[test]
fn broken_extensions_are_refused_with_their_reason() {
    let refuse = |extension| Catalog::with_extensions(vec![extension]).unwrap_err().to_string();
    let name = || json!([{ "name": "number" }]);
    assert!(refuse(custom("Robot", &badge(&name()))).contains("`Robot`"));
    assert!(refuse(custom("User", &badge(&json!([{ "name": "2nd" }])))).contains("`2nd`"));
    assert!(refuse(custom("User", &badge(&json!([{ "name": "a" }, { "name": "A" }])))).contains("twice"));
    assert!(refuse(custom("User", &badge(&json!([{ "name": "a", "type": "complex" }])))).contains("complex"));
    let not_urn = json!({ "id": "badge", "name": "Badge", "attributes": [] });
    assert!(refuse(custom("User", &not_urn)).contains("`badge`"));
    let taken = json!({ "id": USER, "name": "User", "attributes": [] });
    assert!(refuse(custom("User", &taken)).contains("twice"));
}
