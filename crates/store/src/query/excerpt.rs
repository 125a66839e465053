//! The part of a document that a filter and an order look at: most documents of a scan are looked at once and dropped,
//! so what nobody asks for is skipped without being built.

use super::Query;
use crate::encode::unreadable;
use crate::error::StoreError;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;
use tenure_scim::Object;
use tenure_scim::filter::Bound;
use tenure_scim::path::Target;

/// The keys of a document that a query looks at: attributes, and the URNs of extensions.
#[derive(Debug, Default)]
pub(super) struct Excerpt<'a>(Vec<&'a str>);

impl<'a> Excerpt<'a> {
    pub(super) fn of(query: &Query<'a>) -> Self {
        let mut excerpt = Self::default();
        query.filter.into_iter().for_each(|filter| excerpt.add_filter(filter));
        query.order.into_iter().for_each(|order| excerpt.add(&order.target));
        excerpt
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.0.contains(&key)
    }

    /// Reads those keys of the document.
    pub(super) fn read(&self, document: &str) -> Result<Object, StoreError> {
        let mut deserializer = serde_json::Deserializer::from_str(document);
        let read = deserializer.deserialize_map(Document(&self.0));
        read.map_err(|error| unreadable("resource", &error))
    }

    fn add_filter(&mut self, filter: &'a Bound) {
        match filter {
            Bound::And(items) | Bound::Or(items) => items.iter().for_each(|item| self.add_filter(item)),
            Bound::Not(inner) => self.add_filter(inner),
            Bound::Test(test) => self.add(&test.target),
            Bound::Element { target, .. } => self.add(target),
            Bound::Never => {}
        }
    }

    fn add(&mut self, target: &'a Target) {
        self.0.push(target.schema.as_deref().unwrap_or(&target.attribute));
    }
}

struct Document<'a>(&'a [&'a str]);

impl<'de> Visitor<'de> for Document<'_> {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::new();
        while let Some(key) = map.next_key_seed(Key(self.0))? {
            match key {
                Some(key) => object.insert(key.to_owned(), map.next_value::<Value>()?).map_or((), drop),
                None => map.next_value::<IgnoredAny>().map(drop)?,
            }
        }
        Ok(object)
    }
}

/// A key of the document: which of those that are asked for, if any.
struct Key<'a>(&'a [&'a str]);

impl<'de, 'a> DeserializeSeed<'de> for Key<'a> {
    type Value = Option<&'a str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'a> Visitor<'_> for Key<'a> {
    type Value = Option<&'a str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().copied().find(|wanted| *wanted == key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_asked_for_is_read() {
        let excerpt = Excerpt(vec!["userName", "urn:x"]);
        let read = excerpt.read(r#"{"a":[1,{"userName":2}],"userName":"ada\n","urn:x":{"y":[]},"z":null}"#);
        assert_eq!(Value::Object(read.unwrap()).to_string(), r#"{"userName":"ada\n","urn:x":{"y":[]}}"#);
        assert!(excerpt.has("urn:x") && !excerpt.has("a"));
        assert!(excerpt.read("[]").is_err() && excerpt.read(r#"{"a":"#).is_err());
    }
}
