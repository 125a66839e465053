//! The documents by which a client learns what we do (RFC 7644 §4): `ServiceProviderConfig` (RFC 7643 §5, with the
//! `pagination` of RFC 9865 §4), `ResourceType` (§6) and `Schema` (§7).
//!
//! Validators stop at a key that the RFCs do not name, so there is none here.

use crate::schema::{Catalog, Mutability, ResourceType, Schema};
use serde_json::{Value, json};

/// URN of the schema of schemas.
pub const SCHEMA_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Schema";
/// URN of the schema of resource types.
pub const RESOURCE_TYPE_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
/// URN of the schema of the server's configuration.
pub const CONFIG_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

/// The server's limits, as it tells them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capabilities {
    /// The most operations in one bulk request.
    pub bulk_operations: u32,
    /// The most bytes in one bulk request.
    pub bulk_bytes: u64,
    /// The most resources in one answer.
    pub max_page_size: u32,
    /// Resources in one answer if the client does not say.
    pub default_page_size: u32,
    /// Seconds that a cursor lives, if it is not forever.
    pub cursor_timeout: Option<u32>,
    /// Where people read about this server.
    pub documentation_uri: Option<String>,
}

/// The `ServiceProviderConfig` document.
pub fn service_provider_config(capabilities: &Capabilities, base_url: &str) -> Value {
    let mut config = json!({
        "schemas": [CONFIG_SCHEMA],
        "patch": { "supported": true },
        "bulk": {
            "supported": true,
            "maxOperations": capabilities.bulk_operations,
            "maxPayloadSize": capabilities.bulk_bytes,
        },
        "filter": { "supported": true, "maxResults": capabilities.max_page_size },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "OAuth Bearer Token",
            "description": "A bearer token in the Authorization header",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "pagination": pagination(capabilities),
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": location(base_url, "/ServiceProviderConfig"),
        },
    });
    if let Some(uri) = &capabilities.documentation_uri {
        config["documentationUri"] = json!(uri);
    }
    config
}

fn pagination(capabilities: &Capabilities) -> Value {
    let mut pagination = json!({
        "cursor": true,
        "index": true,
        "defaultPaginationMethod": "index",
        "defaultPageSize": capabilities.default_page_size,
        "maxPageSize": capabilities.max_page_size,
    });
    if let Some(seconds) = capabilities.cursor_timeout {
        pagination["cursorTimeout"] = json!(seconds);
    }
    pagination
}

/// The document of one resource type. Extensions that nobody can write are not announced here: clients take what is
/// announced for something to fill in. They are found under `/Schemas`.
pub fn resource_type(resource_type: &ResourceType, base_url: &str) -> Value {
    let extensions = resource_type.extensions.iter().filter(|extension| is_writable(&extension.schema));
    let extensions: Vec<_> =
        extensions.map(|e| json!({ "schema": e.schema.id, "required": e.required })).collect();
    let mut document = json!({
        "schemas": [RESOURCE_TYPE_SCHEMA],
        "id": resource_type.name,
        "name": resource_type.name,
        "description": resource_type.description,
        "endpoint": resource_type.endpoint,
        "schema": resource_type.schema.id,
        "meta": {
            "resourceType": "ResourceType",
            "location": location(base_url, &format!("/ResourceTypes/{}", resource_type.name)),
        },
    });
    if !extensions.is_empty() {
        document["schemaExtensions"] = json!(extensions);
    }
    document
}

fn is_writable(schema: &Schema) -> bool {
    schema.attributes.iter().any(|attribute| attribute.mutability != Mutability::ReadOnly)
}

/// The document of one schema.
pub fn schema(schema: &Schema, base_url: &str) -> Value {
    json!({
        "schemas": [SCHEMA_SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": schema.attributes,
        "meta": {
            "resourceType": "Schema",
            "location": location(base_url, &format!("/Schemas/{}", schema.id)),
        },
    })
}

/// The documents of every resource type.
pub fn resource_types(catalog: &Catalog, base_url: &str) -> Vec<Value> {
    catalog.resource_types().into_iter().map(|each| resource_type(each, base_url)).collect()
}

/// The documents of every schema.
pub fn schemas(catalog: &Catalog, base_url: &str) -> Vec<Value> {
    catalog.schemas().map(|each| schema(each, base_url)).collect()
}

fn location(base_url: &str, path: &str) -> String {
    format!("{}{path}", base_url.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{ENTERPRISE_USER, USER};

    const BASE: &str = "https://scim.example.com/scim/v2/";

    fn capabilities() -> Capabilities {
        Capabilities {
            bulk_operations: 1000,
            bulk_bytes: 1_048_576,
            max_page_size: 500,
            default_page_size: 100,
            cursor_timeout: Some(3600),
            documentation_uri: Some("https://docs.example.com".into()),
        }
    }

    /// The keys of an object, as a validator compares them.
    #[track_caller]
    fn keys(value: &Value) -> String {
        let mut keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        keys.join(" ")
    }

    #[test]
    fn the_configuration_has_the_keys_of_the_rfcs_and_no_other() {
        let config = service_provider_config(&capabilities(), BASE);
        assert_eq!(
            keys(&config),
            "authenticationSchemes bulk changePassword documentationUri etag filter meta pagination patch schemas sort"
        );
        assert_eq!(
            keys(&config["pagination"]),
            "cursor cursorTimeout defaultPageSize defaultPaginationMethod index maxPageSize"
        );
        assert_eq!(
            config["bulk"],
            json!({ "supported": true, "maxOperations": 1000, "maxPayloadSize": 1_048_576 })
        );
        assert_eq!(config["filter"], json!({ "supported": true, "maxResults": 500 }));
        assert_eq!(keys(&config["authenticationSchemes"][0]), "description name primary specUri type");
        assert_eq!(config["meta"]["location"], "https://scim.example.com/scim/v2/ServiceProviderConfig");
    }

    #[test]
    fn what_is_not_configured_is_absent() {
        let bare = Capabilities { cursor_timeout: None, documentation_uri: None, ..capabilities() };
        let config = service_provider_config(&bare, BASE);
        assert!(config.get("documentationUri").is_none());
        assert!(config["pagination"].get("cursorTimeout").is_none());
    }

    #[test]
    fn resource_types_name_their_extensions() {
        let [user, group] = &resource_types(&Catalog::standard(), BASE)[..] else {
            panic!("two resource types")
        };
        assert_eq!(keys(user), "description endpoint id meta name schema schemaExtensions schemas");
        assert_eq!(user["schemaExtensions"], json!([{ "schema": ENTERPRISE_USER, "required": false }]));
        assert_eq!(user["meta"]["location"], "https://scim.example.com/scim/v2/ResourceTypes/User");
        assert_eq!(keys(group), "description endpoint id meta name schema schemas");
    }

    #[test]
    fn schemas_describe_every_attribute_in_full() {
        let documents = schemas(&Catalog::standard(), BASE);
        assert_eq!(documents.len(), 4);
        for document in &documents {
            assert_eq!(keys(document), "attributes description id meta name schemas");
            assert_eq!(document["schemas"], json!([SCHEMA_SCHEMA]));
        }
        let user = documents.iter().find(|document| document["id"] == USER).unwrap();
        assert_eq!(user["meta"]["location"], format!("https://scim.example.com/scim/v2/Schemas/{USER}"));
        let user_name = &user["attributes"][0];
        assert_eq!(
            keys(user_name),
            "caseExact description multiValued mutability name required returned type uniqueness"
        );
    }
}
