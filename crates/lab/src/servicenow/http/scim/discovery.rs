//! What the service says of itself (RFC 7644 section 4), to anybody who asks.

use axum::http::Method;
use serde_json::{Map, Value, json};

use super::attribute::{Attribute, KINDS, Kind, Shape};
use super::failure::Failure;
use super::list::MAX_COUNT;
use crate::servicenow::faults::Scim;
use crate::servicenow::http::answer::Answer;
use crate::servicenow::http::asked::Asked;

/// What can be asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::servicenow::http) enum Discovery {
    ServiceProviderConfig,
    /// All, or the one of this name.
    ResourceTypes(Option<String>),
    /// All, or the one of this URN.
    Schemas(Option<String>),
}

impl Discovery {
    pub(in crate::servicenow::http) fn of(parts: &[&str]) -> Option<Self> {
        match *parts {
            ["ServiceProviderConfig"] => Some(Self::ServiceProviderConfig),
            ["ResourceTypes"] => Some(Self::ResourceTypes(None)),
            ["ResourceTypes", name] => Some(Self::ResourceTypes(Some(name.to_owned()))),
            ["Schemas"] => Some(Self::Schemas(None)),
            ["Schemas", urn] => Some(Self::Schemas(Some(urn.to_owned()))),
            _ => None,
        }
    }
}

/// Answers a question about the service.
pub(in crate::servicenow::http) fn answer(set_up: &Scim, asked: &Asked, about: &Discovery) -> Answer {
    if !set_up.installed {
        return Answer::no_resource();
    }
    if asked.method != Method::GET {
        return Failure::no_method().into_answer();
    }
    let base = format!("{}/api/now/scim", asked.origin);
    match about {
        Discovery::ServiceProviderConfig => super::json(200, &service(&base)),
        Discovery::ResourceTypes(name) => some(
            KINDS.iter().map(|kind| resource_type(kind, set_up, &base)).collect(),
            "name",
            name.as_deref(),
        ),
        Discovery::Schemas(urn) => some(schemas(set_up, &base), "id", urn.as_deref()),
    }
}

fn some(all: Vec<Value>, key: &str, wanted: Option<&str>) -> Answer {
    let Some(wanted) = wanted else {
        let body = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": all.len(),
            "startIndex": 1,
            "itemsPerPage": all.len(),
            "Resources": all,
        });
        return super::json(200, &body);
    };
    match all.into_iter().find(|it| it[key] == wanted) {
        Some(one) => super::json(200, &one),
        None => Failure::not_found("Resource", wanted).into_answer(),
    }
}

fn service(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 1_000_000 },
        "filter": { "supported": true, "maxResults": MAX_COUNT },
        "changePassword": { "supported": false },
        // Sorting works all the same.
        "sort": { "supported": false },
        "etag": { "supported": false },
        "authenticationSchemes": [{
            "name": "OAuth Bearer Token",
            "description": "Authentication scheme using the OAuth Bearer Token standard",
            "type": "oauthbearertoken",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

fn resource_type(kind: &Kind, set_up: &Scim, base: &str) -> Value {
    let extensions = kind.extensions(&kind.attributes(set_up)).into_iter();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": kind.name,
        "name": kind.name,
        "endpoint": format!("/{}", kind.endpoint),
        "schema": kind.schema,
        "schemaExtensions": extensions
            .map(|schema| json!({ "schema": schema, "required": false }))
            .collect::<Value>(),
        "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{}", kind.name) },
    })
}

fn schemas(set_up: &Scim, base: &str) -> Vec<Value> {
    let mut schemas = Vec::new();
    for kind in &KINDS {
        schemas.push(schema(kind, kind.schema, None, set_up, base));
        let extensions = kind.extensions(&kind.attributes(set_up)).into_iter();
        schemas.extend(extensions.map(|urn| schema(kind, urn, Some(urn), set_up, base)));
    }
    schemas
}

fn schema(kind: &Kind, urn: &str, extension: Option<&str>, set_up: &Scim, base: &str) -> Value {
    let mut shown: Map<String, Value> = Map::new();
    // Common attributes belong to no schema (RFC 7643 section 3.1).
    let is_common = |it: &Attribute<'_>| ["id", "externalId", "meta"].contains(&it.name);
    let attributes = kind.attributes(set_up);
    for attribute in attributes.iter().filter(|it| it.schema == extension && !is_common(it)) {
        let Some(part) = attribute.part else {
            shown.insert(attribute.name.to_owned(), definition(kind, attribute, attribute.name));
            continue;
        };
        let whole = shown.entry(attribute.name).or_insert_with(|| {
            let mut whole = json!({
                "name": attribute.name,
                "type": "complex",
                "multiValued": attribute.of_type.is_some(),
                "required": false,
                "mutability": "readWrite",
                "returned": "default",
                "subAttributes": [],
            });
            if attribute.of_type.is_some() {
                whole["subAttributes"] = json!([definition(kind, attribute, "type")]);
            }
            whole
        });
        let parts = whole["subAttributes"].as_array_mut().expect("it was made as a list");
        if !parts.iter().any(|it| it["name"] == part) {
            parts.push(definition(kind, attribute, part));
        }
    }
    if kind.is_group() && extension.is_none() {
        shown.insert("members".to_owned(), members());
    }
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": urn,
        "name": kind.name,
        "attributes": shown.into_iter().map(|(_, definition)| definition).collect::<Value>(),
        "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{urn}") },
    })
}

fn definition(kind: &Kind, attribute: &Attribute<'_>, name: &str) -> Value {
    let is_key = name == "userName" || (kind.is_group() && name == "displayName");
    json!({
        "name": name,
        "type": match attribute.shape {
            Shape::Truth => "boolean",
            Shape::Time => "dateTime",
            _ => "string",
        },
        "multiValued": false,
        "required": is_key,
        "caseExact": false,
        "mutability": if attribute.read_only || kind.read_only { "readOnly" } else { "readWrite" },
        "returned": "default",
        "uniqueness": if is_key { "server" } else { "none" },
    })
}

fn members() -> Value {
    let text = |name: &str| {
        json!({ "name": name, "type": "string", "multiValued": false, "required": false, "mutability": "immutable",
            "returned": "default" })
    };
    json!({
        "name": "members",
        "type": "complex",
        "multiValued": true,
        "required": false,
        "mutability": "readWrite",
        "returned": "default",
        "subAttributes": [text("value"), text("display"), text("type"), text("$ref")],
    })
}
