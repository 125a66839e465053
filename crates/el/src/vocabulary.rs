//! Which roots and attributes there are, for the checker. What is not known of may be an error or be allowed (open).

use crate::types::{Fields, Type};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The roots (`user`, `appuser`, apps) and what is below them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vocabulary {
    roots: Fields,
}

impl Vocabulary {
    /// Nothing is known and nothing else is allowed.
    pub fn empty() -> Self {
        Self { roots: Fields { known: BTreeMap::new(), open: false } }
    }

    /// Every root and every attribute is allowed.
    pub fn open() -> Self {
        Self { roots: Fields { known: BTreeMap::new(), open: true } }
    }

    /// Adds an attribute with everything on the way to it: `user.name.givenName`. Objects that are made on the way have
    /// no other properties.
    #[must_use]
    pub fn with(mut self, path: &str, kind: Type) -> Self {
        insert(&mut self.roots, path, kind);
        self
    }

    /// Adds a root of which nothing is known, with every attribute allowed.
    #[must_use]
    pub fn with_open_root(self, root: &str) -> Self {
        self.with(root, Type::any_object())
    }

    /// Allows attributes that are not known below a root or object; known ones keep their types.
    #[must_use]
    pub fn opened(mut self, path: &str) -> Self {
        open(&mut self.roots, path);
        self
    }

    /// The roots.
    pub fn roots(&self) -> &Fields {
        &self.roots
    }
}

fn insert(fields: &mut Fields, path: &str, kind: Type) {
    let Some((name, rest)) = path.split_once('.') else {
        fields.known.insert(path.into(), kind);
        return;
    };
    insert(object(fields, name), rest, kind);
}

fn open(fields: &mut Fields, path: &str) {
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let below = object(fields, name);
    if rest.is_empty() { below.open = true } else { open(below, rest) }
}

/// The object of this name; whatever else had the name is replaced.
fn object<'f>(fields: &'f mut Fields, name: &str) -> &'f mut Fields {
    let entry = fields.known.entry(name.into()).or_default();
    if !matches!(entry, Type::Object(_)) {
        *entry = Type::object([]);
    }
    match entry {
        Type::Object(below) => Arc::make_mut(below),
        _ => unreachable!("it was made an object above"),
    }
}
