//! Sorting (RFC 7644 §3.4.2.3): by the type of the attribute, by the primary or first of several values, and
//! resources without a value last when ascending, first when descending.
//!
//! Text sorts by its key, byte by byte, so that the database's order can be the same one.

use crate::path::{AttributePath, Target};
use crate::schema::{Kind, ResourceType, Returned};
use crate::{Error, Object, filter, text};
use jiff::Timestamp;
use serde_json::Value;
use std::cmp::Ordering;

/// `sortBy` and `sortOrder` as written.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SortBy {
    /// What to sort by.
    pub path: AttributePath,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// An order of the resources of one type.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Order {
    /// The single value that is compared.
    pub target: Target,
    /// Whether the greatest comes first.
    pub descending: bool,
}

/// What a resource sorts by.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// `false` before `true`.
    Bool(bool),
    /// By size.
    Number(f64),
    /// By time.
    Instant(Timestamp),
    /// By bytes; folded unless the attribute is `caseExact`.
    Text(String),
    /// No value: after everything else.
    Missing,
}

impl SortBy {
    /// Types the order for a resource type.
    ///
    /// # Errors
    /// `invalidValue` for an attribute that the type does not have, that has parts, or that is never shown.
    pub fn bind(&self, resource_type: &ResourceType) -> Result<Order, Error> {
        let path = &self.path;
        let target = path.resolve_value(resource_type).ok_or_else(|| {
            Error::invalid_value(format!("sortBy: `{}` has no attribute `{path}`", resource_type.name))
        })?;
        if target.kind == Kind::Complex || target.returned == Returned::Never {
            return Err(Error::invalid_value(format!("sortBy: resources cannot be sorted by `{path}`")));
        }
        Ok(Order { target, descending: self.descending })
    }
}

impl Order {
    /// Compares two canonical resources. It is meant for a stable sort.
    pub fn compare(&self, left: &Object, right: &Object) -> Ordering {
        self.compare_keys(&self.key(left), &self.key(right))
    }

    /// Compares two keys of this order, for sorting with cached keys.
    pub fn compare_keys(&self, left: &SortKey, right: &SortKey) -> Ordering {
        let ascending = left.compare(right);
        if self.descending { ascending.reverse() } else { ascending }
    }

    /// What a canonical resource sorts by.
    pub fn key(&self, object: &Object) -> SortKey {
        let value = self.primary(object).or_else(|| self.target.values(object).next());
        value.filter(|value| filter::has_value(value)).map_or(SortKey::Missing, |value| self.key_of(value))
    }

    /// The value of the element that is marked as primary.
    fn primary<'o>(&self, object: &'o Object) -> Option<&'o Value> {
        let sub = self.target.sub.as_deref().filter(|_| self.target.multi_valued)?;
        let elements = Target { sub: None, ..self.target.clone() };
        let primary = |element: &&Value| element.get("primary").and_then(Value::as_bool) == Some(true);
        elements.values(object).find(primary)?.get(sub)
    }

    fn key_of(&self, value: &Value) -> SortKey {
        match (self.target.kind, value) {
            (_, Value::Bool(value)) => SortKey::Bool(*value),
            (_, Value::Number(number)) => number.as_f64().map_or(SortKey::Missing, SortKey::Number),
            (Kind::DateTime, Value::String(text)) => {
                text::instant(text).map_or(SortKey::Missing, SortKey::Instant)
            }
            (_, Value::String(text)) => SortKey::Text(self.target.key(text).into_owned()),
            _ => SortKey::Missing,
        }
    }
}

impl SortKey {
    /// A total order: kinds in the order of the enum, each by its own nature.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.total_cmp(right),
            (Self::Instant(left), Self::Instant(right)) => left.cmp(right),
            (Self::Text(left), Self::Text(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Bool(_) => 0,
            Self::Number(_) => 1,
            Self::Instant(_) => 2,
            Self::Text(_) => 3,
            Self::Missing => 4,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Catalog;
    use proptest::prelude::*;
    use serde_json::json;

    fn order(path: &str, descending: bool) -> Order {
        let path = AttributePath::parse(path).unwrap();
        SortBy { path, descending }.bind(&Catalog::standard().user).unwrap()
    }

    /// Sorts people, who have their expected place as `id`.
    #[track_caller]
    fn check(path: &str, descending: bool, people: Value, expected: &str) {
        let order = order(path, descending);
        let mut people: Vec<Object> = serde_json::from_value(people).unwrap();
        people.sort_by(|left, right| order.compare(left, right));
        let ids: Vec<_> = people.iter().map(|person| person["id"].as_str().unwrap()).collect();
        assert_eq!(ids.join(""), expected);
    }

    #[test]
    fn text_sorts_without_case_and_equals_keep_their_order() {
        let people = json!([
            { "id": "c", "userName": "Zoe" }, { "id": "a", "userName": "adam" }, { "id": "b", "userName": "ADAM" },
        ]);
        check("userName", false, people.clone(), "abc");
        check("userName", true, people, "cab");
    }

    #[test]
    fn missing_is_last_ascending_and_first_descending() {
        let people = json!([{ "id": "x" }, { "id": "e", "title": "" }, { "id": "a", "title": "A" }, { "id": "b", "title": "b" }]);
        check("title", false, people.clone(), "abxe");
        check("title", true, people, "xeba");
    }

    #[test]
    fn instants_sort_as_instants() {
        let people = json!([
            { "id": "b", "meta": { "created": "2026-01-01T00:30:00Z" } },
            { "id": "a", "meta": { "created": "2026-01-01T01:00:00+01:00" } },
        ]);
        check("meta.created", false, people, "ab");
    }

    #[test]
    fn booleans_sort_false_first() {
        check("active", false, json!([{ "id": "b", "active": true }, { "id": "a", "active": false }]), "ab");
    }

    #[test]
    fn the_primary_value_counts_or_else_the_first() {
        let people = json!([
            { "id": "b", "emails": [{ "value": "a@x" }, { "value": "m@x", "primary": true }] },
            { "id": "c", "emails": [{ "value": "z@x" }, { "value": "a@x", "primary": false }] },
            { "id": "a", "emails": [{ "value": "b@x" }] },
        ]);
        check("emails", false, people.clone(), "abc");
        check("emails.value", true, people, "cba");
    }

    #[test]
    fn extensions_sort_by_urn_or_bare_name() {
        let urn = crate::schema::ENTERPRISE_USER;
        let people = json!([{ "id": "b", urn: { "department": "Sales" } }, { "id": "a", urn: { "department": "legal" } }]);
        check("department", false, people.clone(), "ab");
        check(&format!("{urn}:department"), false, people.clone(), "ab");
        check("manager", false, people, "ba");
    }

    #[test]
    fn what_has_no_order_is_refused() {
        for path in ["password", "name", "addresses", "nonsense", "emails.nonsense"] {
            let by = SortBy { path: AttributePath::parse(path).unwrap(), descending: false };
            let error = by.bind(&Catalog::standard().user).unwrap_err();
            assert!(error.detail.contains(&format!("`{path}`")), "{error}");
        }
    }

    fn key() -> impl Strategy<Value = SortKey> {
        prop_oneof![
            any::<bool>().prop_map(SortKey::Bool),
            any::<f64>().prop_map(SortKey::Number),
            "[a-c]{0,2}".prop_map(SortKey::Text),
            Just(SortKey::Missing),
        ]
    }

    proptest! {
        #[test]
        fn the_order_is_total(a in key(), b in key(), c in key()) {
            prop_assert_eq!(a.compare(&b), b.compare(&a).reverse());
            if a.compare(&b).is_le() && b.compare(&c).is_le() {
                prop_assert!(a.compare(&c).is_le());
            }
        }
    }
}
