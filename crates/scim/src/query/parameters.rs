//! The parameters of a list request as text, from a URL or from a search message, and their way to a [`ListQuery`].

use super::{ListQuery, Page, SEARCH_REQUEST_SCHEMA, decode};
use crate::Error;
use crate::filter::{self, Filter};
use crate::path::AttributePath;
use crate::projection::Projection;
use crate::sort::SortBy;
use serde_json::Value;

/// What was given. Empty text counts as given only where it has a meaning, which is for `cursor`.
#[derive(Default)]
pub(super) struct Parameters {
    filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    cursor: Option<String>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

impl Parameters {
    pub(super) fn from_query_string(raw: &str) -> Result<Self, Error> {
        let mut parameters = Self::default();
        for pair in raw.strip_prefix('?').unwrap_or(raw).split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = decode::form(name) else { continue };
            let Some(slot) = parameters.slot(&name) else { continue };
            if slot.is_some() {
                return Err(Error::invalid_value(format!("the parameter `{name}` was given twice")));
            }
            *slot = Some(decode_value(&name, value)?);
        }
        Ok(parameters)
    }

    pub(super) fn from_search_request(body: &Value) -> Result<Self, Error> {
        let Value::Object(message) = body else {
            return Err(Error::invalid_syntax("a search request is a JSON object"));
        };
        let mut parameters = Self::default();
        for (key, value) in message {
            if key.eq_ignore_ascii_case("schemas") {
                check_schemas(value)?;
            } else if let Some(slot) = parameters.slot(key) {
                *slot = text_of(key, value)?;
            }
        }
        Ok(parameters)
    }

    fn slot(&mut self, name: &str) -> Option<&mut Option<String>> {
        Some(match name.to_ascii_lowercase().as_str() {
            "filter" => &mut self.filter,
            "sortby" => &mut self.sort_by,
            "sortorder" => &mut self.sort_order,
            "startindex" => &mut self.start_index,
            "count" => &mut self.count,
            "cursor" => &mut self.cursor,
            "attributes" => &mut self.attributes,
            "excludedattributes" => &mut self.excluded_attributes,
            _ => return None,
        })
    }

    pub(super) fn into_query(self, limits: &filter::Limits) -> Result<ListQuery, Error> {
        let filter = self.filter.as_deref().filter(|filter| !filter.trim().is_empty());
        Ok(ListQuery {
            filter: filter.map(|filter| Filter::parse_within(filter, limits)).transpose()?,
            sort: self.sort()?,
            page: self.page()?,
            projection: Projection::parse(self.attributes.as_deref(), self.excluded_attributes.as_deref())?,
        })
    }

    fn sort(&self) -> Result<Option<SortBy>, Error> {
        let Some(path) = self.sort_by.as_deref().filter(|path| !path.trim().is_empty()) else {
            return Ok(None);
        };
        let path = AttributePath::parse(path)
            .map_err(|error| Error::invalid_value(format!("sortBy: {}", error.detail)))?;
        let order = self.sort_order.as_deref().unwrap_or_default().trim();
        let descending = order.eq_ignore_ascii_case("descending");
        if !descending && !order.is_empty() && !order.eq_ignore_ascii_case("ascending") {
            return Err(Error::invalid_value("sortOrder is `ascending` or `descending`"));
        }
        Ok(Some(SortBy { path, descending }))
    }

    fn page(&self) -> Result<Page, Error> {
        let Some(cursor) = &self.cursor else {
            let start = self.start_index.as_deref().map_or(Some(1), integer);
            let start =
                start.ok_or_else(|| Error::invalid_value("startIndex is a whole number, 1 or more"))?;
            let count = self.count.as_deref().map(|count| {
                integer(count).ok_or_else(|| Error::invalid_value("count is a whole number, 0 or more"))
            });
            // RFC 7644 §3.4.2.4: less than 1 is 1, and a negative count is 0.
            let start = start.max(1).unsigned_abs();
            return Ok(Page::Index { start, count: count.transpose()?.map(page_size) });
        };
        if self.start_index.is_some() {
            return Err(Error::invalid_value(
                "`cursor` and `startIndex` were both given; a request can have one of them",
            ));
        }
        let positive = |count| integer(count).filter(|count| *count > 0);
        let count = self.count.as_deref().map(|count| {
            positive(count)
                .ok_or_else(|| Error::invalid_count("with a cursor, count is a whole number, 1 or more"))
        });
        let cursor = Some(cursor.clone()).filter(|cursor| !cursor.is_empty());
        Ok(Page::Cursor { cursor, count: count.transpose()?.map(page_size) })
    }
}

fn decode_value(name: &str, value: &str) -> Result<String, Error> {
    let broken = || format!("the parameter `{name}` is not percent-encoded UTF-8");
    if name.eq_ignore_ascii_case("filter") {
        return decode::filter(value).ok_or_else(|| Error::invalid_filter(broken()));
    }
    decode::form(value).ok_or_else(|| Error::invalid_syntax(broken()))
}

fn integer(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// A page size of billions is the server's maximum anyway.
fn page_size(count: i64) -> u32 {
    u32::try_from(count.max(0)).unwrap_or(u32::MAX)
}

fn check_schemas(schemas: &Value) -> Result<(), Error> {
    let ours = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(SEARCH_REQUEST_SCHEMA));
    match schemas {
        Value::Null => Ok(()),
        Value::Array(urns) if urns.is_empty() || urns.iter().any(ours) => Ok(()),
        _ => Err(Error::invalid_syntax(format!("a search request has the schema `{SEARCH_REQUEST_SCHEMA}`"))),
    }
}

fn text_of(key: &str, value: &Value) -> Result<Option<String>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Number(number) => Ok(Some(number.to_string())),
        Value::Array(names) => {
            let names: Option<Vec<_>> = names.iter().map(Value::as_str).collect();
            names.map(|names| Some(names.join(","))).ok_or_else(|| wrong_type(key))
        }
        Value::Bool(_) | Value::Object(_) => Err(wrong_type(key)),
    }
}

fn wrong_type(key: &str) -> Error {
    let key: String = key.chars().take(64).collect();
    Error::invalid_value(format!("`{key}` of the search request has a value of the wrong type"))
}
