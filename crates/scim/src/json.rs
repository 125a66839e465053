//! Reading request bodies: one pass from bytes to a [`Value`] that the rest of the crate can trust.
//!
//! Beyond RFC 8259 it refuses what has no meaning in SCIM: keys that differ at most in case (RFC 7643 §2.1 makes them
//! one attribute), text with control or reordering characters, and documents too deep or too large to be a request.
//! It knows no schema. Errors name the place and never echo a value.

use crate::{Error, ErrorKind, text};
use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::collections::HashSet;
use std::fmt;

/// How large a document may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How many arrays and objects may lie within each other.
    pub depth: usize,
    /// The longest text or key, in bytes.
    pub string_length: usize,
    /// How many values there may be in all.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { depth: 24, string_length: 65_536, nodes: 2_000_000 }
    }
}

/// Reads one JSON document.
///
/// # Errors
/// `invalidSyntax` for what is not JSON, for duplicate keys and for too deep nesting; `invalidValue` for text that we
/// do not take; `tooMany` for too many values.
pub fn parse(bytes: &[u8], limits: &Limits) -> Result<Value, Error> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        Error::invalid_syntax(format!("the request body is not UTF-8 (byte {})", error.valid_up_to() + 1))
    })?;
    let mut reader = Reader { limits, nodes: 0, refusal: None };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Node { reader: &mut reader, depth: 0 }.deserialize(&mut deserializer);
    match parsed.and_then(|value| deserializer.end().map(|()| value)) {
        Ok(value) => Ok(value),
        Err(error) => Err(reader.refusal.map_or_else(|| malformed(&error), Refusal::into_error)),
    }
}

fn malformed(error: &serde_json::Error) -> Error {
    Error::invalid_syntax(format!("the request body is not valid JSON: {error}"))
}

/// What one document has used up, and why it was refused.
struct Reader<'a> {
    limits: &'a Limits,
    nodes: usize,
    refusal: Option<Refusal>,
}

/// A refusal on its way out; every level adds its own step, so that documents in order pay nothing for the path.
struct Refusal {
    kind: ErrorKind,
    what: String,
    steps: Vec<String>,
}

impl Refusal {
    fn into_error(self) -> Error {
        let path: String = self.steps.into_iter().rev().collect();
        let path = path.trim_start_matches('.');
        let place = if path.is_empty() { "the request body".to_owned() } else { format!("`{path}`") };
        Error { kind: self.kind, detail: format!("{place} {}", self.what) }
    }
}

impl Reader<'_> {
    fn refuse<E: de::Error>(&mut self, kind: ErrorKind, what: impl Into<String>) -> E {
        self.refusal = Some(Refusal { kind, what: what.into(), steps: Vec::new() });
        E::custom("refused")
    }

    fn add_step(&mut self, step: impl FnOnce() -> String) {
        if let Some(refusal) = &mut self.refusal {
            refusal.steps.push(step());
        }
    }

    fn count<E: de::Error>(&mut self) -> Result<(), E> {
        self.nodes += 1;
        if self.nodes > self.limits.nodes {
            let most = self.limits.nodes;
            return Err(self.refuse(ErrorKind::TooMany, format!("exceeds {most} values in one request")));
        }
        Ok(())
    }

    fn check_depth<E: de::Error>(&mut self, depth: usize) -> Result<(), E> {
        if depth > self.limits.depth {
            let most = self.limits.depth;
            return Err(self.refuse(ErrorKind::InvalidSyntax, format!("is nested deeper than {most} levels")));
        }
        Ok(())
    }

    fn check_text<E: de::Error>(&mut self, text: &str) -> Result<(), E> {
        if text.len() > self.limits.string_length {
            let most = self.limits.string_length;
            return Err(self.refuse(ErrorKind::InvalidValue, format!("is longer than {most} bytes")));
        }
        text::check(text)
            .map_err(|character| self.refuse(ErrorKind::InvalidValue, format!("contains {character}")))
    }

    fn check_key<E: de::Error>(
        &mut self,
        key: &str,
        earlier: &mut Keys,
        map: &Map<String, Value>,
    ) -> Result<(), E> {
        self.check_text(key).inspect_err(|_| self.add_step(|| ".(a key)".into()))?;
        if earlier.contains(map, key) {
            let what =
                format!("has the key `{}` twice; upper and lower case are the same in SCIM", short(key));
            return Err(self.refuse(ErrorKind::InvalidSyntax, what));
        }
        Ok(())
    }
}

/// The keys of one object so far. Small objects are searched, large ones indexed.
#[derive(Default)]
struct Keys(HashSet<String>);

impl Keys {
    const SEARCHED: usize = 16;

    fn contains(&mut self, map: &Map<String, Value>, key: &str) -> bool {
        if map.len() <= Self::SEARCHED {
            return map.keys().any(|other| other.eq_ignore_ascii_case(key));
        }
        if self.0.is_empty() {
            self.0.extend(map.keys().map(|other| other.to_ascii_lowercase()));
        }
        !self.0.insert(key.to_ascii_lowercase())
    }
}

fn short(key: &str) -> &str {
    key.char_indices().nth(64).map_or(key, |(end, _)| &key[..end])
}

/// One value to be read, `depth` containers below the top.
struct Node<'r, 'l> {
    reader: &'r mut Reader<'l>,
    depth: usize,
}

impl<'l> Node<'_, 'l> {
    fn child(&mut self) -> Node<'_, 'l> {
        Node { reader: self.reader, depth: self.depth + 1 }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_, '_> {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.reader.count()?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_, '_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        self.reader.check_text(value)?;
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<Value, A::Error> {
        self.reader.check_depth(self.depth + 1)?;
        let mut array = Vec::new();
        loop {
            match elements.next_element_seed(self.child()) {
                Ok(Some(element)) => array.push(element),
                Ok(None) => return Ok(Value::Array(array)),
                Err(error) => {
                    self.reader.add_step(|| format!("[{}]", array.len()));
                    return Err(error);
                }
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        self.reader.check_depth(self.depth + 1)?;
        let (mut object, mut keys) = (Map::new(), Keys::default());
        while let Some(key) = entries.next_key::<String>()? {
            self.reader.check_key(&key, &mut keys, &object)?;
            let value = entries
                .next_value_seed(self.child())
                .inspect_err(|_| self.reader.add_step(|| format!(".{}", short(&key))))?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests;
