//! A call as it came, by itself or within a batch: method, path, parameters, headers, body.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, header};

use super::answer::Answer;
use super::scim::{self, discovery::Discovery};

/// A call.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) method: Method,
    pub(super) resource: Resource,
    /// The path as it was sent.
    pub(super) path: String,
    pub(super) parameters: Vec<(String, String)>,
    pub(super) headers: HeaderMap,
    pub(super) body: Bytes,
    /// What clients call the instance, for links.
    pub(super) origin: String,
}

/// What a call is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    /// A table, or a row of it. `first` is version 1, which answers an empty list with 404.
    Table { first: bool, table: String, sys_id: Option<String> },
    /// Counts.
    Aggregate { table: String },
    /// Several calls at once.
    Batch,
    /// Where somebody's roles come from.
    Inheritance,
    /// Resources of ServiceNow's own SCIM service, or one of them.
    Scim { kind: &'static scim::Kind, id: Option<String> },
    /// What that service says of itself.
    Discovery(Discovery),
    /// A token.
    Token,
    /// Nothing that there is.
    Unknown,
}

impl Asked {
    pub(super) fn new(method: Method, target: &str, headers: HeaderMap, body: Bytes, origin: String) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let overridden = headers.get("x-http-method-override").and_then(|value| value.to_str().ok());
        let method = overridden.and_then(|name| name.to_uppercase().parse().ok()).unwrap_or(method);
        let resource = Resource::of(path);
        Self { method, resource, path: path.to_owned(), parameters: pairs(query), headers, body, origin }
    }

    /// The first value of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(it, _)| it == name).map(|(_, value)| value.as_str())
    }

    /// Whether a parameter is `true`.
    pub(super) fn is(&self, name: &str) -> bool {
        self.parameter(name) == Some("true")
    }

    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Whether the call writes.
    pub(super) fn writes(&self) -> bool {
        [Method::POST, Method::PUT, Method::PATCH, Method::DELETE].contains(&self.method)
    }

    /// The name under which calls are counted and faults are chosen.
    pub(super) fn subject(&self) -> &str {
        match &self.resource {
            Resource::Table { table, .. } | Resource::Aggregate { table } => table,
            Resource::Batch => "batch",
            Resource::Scim { kind, .. } => kind.endpoint,
            Resource::Discovery(_) => "scim",
            Resource::Inheritance => "user_role_inheritance",
            Resource::Token => "oauth",
            Resource::Unknown => "unknown",
        }
    }

    /// What the rate limits call this API.
    pub(super) fn api(&self) -> &'static str {
        match self.resource {
            Resource::Aggregate { .. } => "Aggregate API",
            Resource::Batch => "Batch API",
            Resource::Inheritance => "User Role Inheritance API",
            Resource::Scim { .. } | Resource::Discovery(_) => "SCIM API",
            _ => "Table API",
        }
    }

    /// Whether the call says what it sends and what it understands.
    pub(super) fn negotiate(&self) -> Result<(), Answer> {
        let Some(accept) = self.header(header::ACCEPT.as_str()) else {
            return Err(Answer::failure(400, "Bad Request", Some("The Accept header is missing")));
        };
        if !accept.split(',').any(|media| is_json(media) || media.trim().starts_with("*/*")) {
            return Err(Answer::failure(406, "Not acceptable", Some(&format!("{accept} is not supported"))));
        }
        // The platform wants a type even where nothing is sent; SCIM clients do not know that, and their DELETEs arrive.
        let is_scim_delete = self.method == Method::DELETE && matches!(self.resource, Resource::Scim { .. });
        if !self.writes() || is_scim_delete {
            return Ok(());
        }
        match self.header(header::CONTENT_TYPE.as_str()) {
            None => Err(Answer::failure(400, "Bad Request", Some("The Content-Type header is missing"))),
            Some(media) if is_json(media) => Ok(()),
            Some(media) => {
                let detail = format!("{media} is not supported");
                Err(Answer::failure(415, "Unsupported media type", Some(&detail)))
            }
        }
    }
}

impl Resource {
    fn of(path: &str) -> Self {
        let parts: Vec<String> = path.trim_matches('/').split('/').map(decode).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        let (first, rest) = match parts.as_slice() {
            ["oauth_token.do"] => return Self::Token,
            ["api", "global", "user_role_inheritance"] => return Self::Inheritance,
            ["api", "now", "scim", rest @ ..] | ["api", "now", "v1", "scim", rest @ ..] => {
                return Self::scim(rest);
            }
            ["api", "now", "v1", rest @ ..] => (true, rest),
            ["api", "now", "v2", rest @ ..] | ["api", "now", rest @ ..] => (false, rest),
            _ => return Self::Unknown,
        };
        match rest {
            ["table", table] => Self::Table { first, table: (*table).to_owned(), sys_id: None },
            ["table", table, sys_id] => {
                Self::Table { first, table: (*table).to_owned(), sys_id: Some((*sys_id).to_owned()) }
            }
            ["stats", table] => Self::Aggregate { table: (*table).to_owned() },
            ["batch"] => Self::Batch,
            _ => Self::Unknown,
        }
    }

    fn scim(parts: &[&str]) -> Self {
        let resources = |endpoint: &str, id: Option<&str>| {
            let kind = scim::kind(endpoint)?;
            Some(Self::Scim { kind, id: id.map(str::to_owned) })
        };
        let found = match *parts {
            [endpoint] => resources(endpoint, None),
            [endpoint, id] => resources(endpoint, Some(id)),
            _ => None,
        };
        found.or_else(|| Discovery::of(parts).map(Self::Discovery)).unwrap_or(Self::Unknown)
    }
}

fn is_json(media: &str) -> bool {
    let kind = media.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || kind.ends_with("+json") || kind == "application/*"
}

/// The pairs of a query or a form.
pub(super) fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    let pair = |part: &str| {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")))
    };
    parts.map(pair).collect()
}

/// Undoes percent-encoding; what is no encoding stays.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = (byte == b'%').then(|| after.get(..2)).flatten();
        let number = pair.and_then(|it| u8::from_str_radix(std::str::from_utf8(it).ok()?, 16).ok());
        bytes.push(number.unwrap_or(byte));
        rest = if number.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_resources() {
        let table = |first, sys_id: Option<&str>| Resource::Table {
            first,
            table: "sys_user".to_owned(),
            sys_id: sys_id.map(str::to_owned),
        };
        assert_eq!(Resource::of("/api/now/table/sys_user"), table(false, None));
        assert_eq!(Resource::of("/api/now/v1/table/sys_user/a%2Eb"), table(true, Some("a.b")));
        assert_eq!(Resource::of("/api/now/v2/table/sys_user"), table(false, None));
        assert_eq!(Resource::of("/api/now/v1/batch"), Resource::Batch);
        assert_eq!(Resource::of("/api/now/stats/task"), Resource::Aggregate { table: "task".to_owned() });
        assert_eq!(Resource::of("/api/now/import/x"), Resource::Unknown);
        let user = Resource::Scim { kind: scim::kind("Users").unwrap(), id: Some("x".to_owned()) };
        assert_eq!(Resource::of("/api/now/v1/scim/Users/x"), user);
        assert_eq!(Resource::of("/api/now/scim/Schemas"), Resource::Discovery(Discovery::Schemas(None)));
        assert_eq!(Resource::of("/api/now/scim/Bulk"), Resource::Unknown);
        assert_eq!(Resource::of("/api/now/v2/scim/Users"), Resource::Unknown);
    }

    #[test]
    fn parameters_are_decoded() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            pairs("a=1%5E2&b=x+y&c&d=100%"),
            [pair("a", "1^2"), pair("b", "x y"), pair("c", ""), pair("d", "100%")]
        );
    }
}
