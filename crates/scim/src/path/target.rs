//! A path that has been resolved: which value of a canonical resource it means, and how that value behaves.

use super::write_path;
use crate::schema::{Attribute, Kind, Mutability, Returned, Uniqueness};
use crate::{Object, text};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;

/// An attribute or sub-attribute of one resource type, in canonical spelling.
///
/// Within a value path (`emails[type eq "work"]`) a target is relative to the element and has no schema.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Target {
    /// The URN of the extension that has the attribute; nothing for core and common attributes.
    pub schema: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// The sub-attribute, if the path goes that far.
    pub sub: Option<String>,
    /// Type of the value that the path ends at.
    pub kind: Kind,
    /// Whether that value is compared with regard to case.
    pub case_exact: bool,
    /// Whether no two resources may have the same value.
    pub unique: bool,
    /// Whether the attribute (not its sub-attribute) is an array.
    pub multi_valued: bool,
    /// Who may write the value.
    pub mutability: Mutability,
    /// When the value is shown.
    pub returned: Returned,
}

impl Target {
    /// A target from definitions. What the attribute forbids, its sub-attribute cannot permit.
    pub(crate) fn new(schema: Option<&str>, attribute: &Attribute, sub: Option<&Attribute>) -> Self {
        let leaf = sub.unwrap_or(attribute);
        let read_only = attribute.mutability == Mutability::ReadOnly;
        let never = attribute.returned == Returned::Never;
        Self {
            schema: schema.map(Into::into),
            attribute: attribute.name.clone(),
            sub: sub.map(|sub| sub.name.clone()),
            kind: leaf.kind,
            case_exact: leaf.case_exact,
            unique: leaf.uniqueness != Uniqueness::None,
            multi_valued: attribute.multi_valued,
            mutability: if read_only { Mutability::ReadOnly } else { leaf.mutability },
            returned: if never { Returned::Never } else { leaf.returned },
        }
    }

    /// The key under which texts are equal to one another here. Of what is unique, blanks around it make no other value:
    /// who looks somebody up finds exactly whom a new one would collide with.
    pub fn key<'t>(&self, text: &'t str) -> Cow<'t, str> {
        match (self.case_exact, self.unique) {
            (true, _) => Cow::Borrowed(text),
            (false, true) => text::fold(text.trim()),
            (false, false) => text::fold(text),
        }
    }

    /// The text as parts of it are compared.
    pub fn folded<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.case_exact { Cow::Borrowed(text) } else { text::fold(text) }
    }

    /// Canonical text: `userName`, `emails.value`, `urn:…:User:employeeNumber`.
    pub fn name(&self) -> String {
        self.to_string()
    }

    /// Every value that the target has in a canonical resource, or in an element for a relative target. Arrays are
    /// taken apart; extensions are objects under their URN.
    pub fn values<'o>(&self, object: &'o Object) -> impl Iterator<Item = &'o Value> + use<'o, '_> {
        let scope = match &self.schema {
            Some(urn) => object.get(urn).and_then(Value::as_object),
            None => Some(object),
        };
        let elements = scope.and_then(|scope| scope.get(&self.attribute)).map_or(&[][..], elements);
        elements.iter().flat_map(|element| match &self.sub {
            None => std::slice::from_ref(element),
            Some(sub) => element.get(sub).map_or(&[][..], self::elements),
        })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_path(formatter, self.schema.as_deref(), &self.attribute, self.sub.as_deref())
    }
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(elements) => elements,
        single => std::slice::from_ref(single),
    }
}
