//! Where in a claim a value is: an attribute, a part of one, or one element of a multi-valued attribute chosen by an
//! order of preference.

use serde_json::Value;
use tenure_scim::Object;

/// A place in a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selector {
    /// URN of the extension, `None` for the core schema.
    pub schema: Option<String>,
    /// The attribute.
    pub attribute: String,
    /// Which elements of a multi-valued attribute to try, in order. Empty for a single value.
    pub prefer: Vec<Preference>,
    /// The sub-attribute of a complex attribute.
    pub sub: Option<String>,
}

/// Which element of a multi-valued attribute is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Preference {
    /// The first of this type.
    Type(String),
    /// The one that is marked as primary.
    Primary,
    /// The first.
    First,
}

impl Selector {
    /// The value as text, if the claim has one.
    pub fn select(&self, claim: &Object) -> Option<String> {
        let object = match &self.schema {
            Some(urn) => claim.get(urn)?.as_object()?,
            None => claim,
        };
        let value = self.element(object.get(&self.attribute)?)?;
        let leaf = match &self.sub {
            Some(sub) => value.as_object()?.get(sub)?,
            None => value,
        };
        scalar(leaf)
    }

    fn element<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        if self.prefer.is_empty() {
            return Some(value);
        }
        let elements = value.as_array()?;
        self.prefer.iter().find_map(|preference| elements.iter().find(|element| preference.fits(element)))
    }
}

impl Preference {
    fn fits(&self, element: &Value) -> bool {
        match self {
            Self::Type(kind) => {
                element.get("type").and_then(Value::as_str).is_some_and(|k| k.eq_ignore_ascii_case(kind))
            }
            Self::Primary => element.get("primary").and_then(Value::as_bool) == Some(true),
            Self::First => true,
        }
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn emails(prefer: &[Preference]) -> Option<String> {
        let claim = json!({ "emails": [
            { "value": "first@x" }, { "value": "home@x", "type": "Home" }, { "value": "main@x", "primary": true },
        ] });
        let selector = Selector {
            schema: None,
            attribute: "emails".into(),
            prefer: prefer.to_vec(),
            sub: Some("value".into()),
        };
        selector.select(claim.as_object().unwrap())
    }

    #[test]
    fn the_first_preference_that_fits_chooses() {
        assert_eq!(emails(&[Preference::Primary, Preference::First]).as_deref(), Some("main@x"));
        assert_eq!(emails(&[Preference::Type("work".into()), Preference::First]).as_deref(), Some("first@x"));
        assert_eq!(emails(&[Preference::Type("home".into())]).as_deref(), Some("home@x"));
        assert_eq!(emails(&[Preference::Type("work".into())]), None);
    }
}
