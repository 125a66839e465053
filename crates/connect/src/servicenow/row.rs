//! A row as the Table API shows it, read from all the shapes that values come in: text, null, booleans and numbers of some
//! versions, and references as objects with a value, with a link, or as bare ids.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use tenure_identity::id::SysId;

/// Columns and their values as they are on the wire: everything is text, and null is empty.
pub type Fields = BTreeMap<String, String>;

/// One row of a table.
#[derive(Clone, PartialEq, Eq)]
pub struct Row {
    /// The row's id, case kept.
    pub sys_id: SysId,
    /// What was asked for and is shown. References are the `sys_id` they point at.
    pub fields: Fields,
}

impl Row {
    /// A column's value; empty if it has none, or if the column is not shown.
    pub fn get(&self, column: &str) -> &str {
        self.fields.get(column).map_or("", String::as_str)
    }

    /// Whether the instance shows the column at all.
    pub fn has(&self, column: &str) -> bool {
        self.fields.contains_key(column)
    }

    /// Reads one row.
    ///
    /// # Errors
    /// If it is no object, has no id, or a value has a shape that is not documented.
    pub(super) fn read(value: Value) -> Result<Self, &'static str> {
        let Value::Object(members) = value else {
            return Err("a row is not an object");
        };
        let fields: Fields = members
            .into_iter()
            .map(|(column, value)| Some((column, text(value)?)))
            .collect::<Option<_>>()
            .ok_or("a value is neither text nor a reference")?;
        let sys_id = fields.get("sys_id").filter(|it| !it.is_empty()).ok_or("a row has no sys_id")?;
        Ok(Self { sys_id: SysId::new(sys_id), fields })
    }

    /// Reads a list of rows.
    ///
    /// # Errors
    /// If it is no list, or one of the rows cannot be read.
    pub(super) fn read_all(value: Value) -> Result<Vec<Self>, &'static str> {
        match value {
            Value::Array(rows) => rows.into_iter().map(Self::read).collect(),
            _ => Err("the result is not a list"),
        }
    }
}

/// Shows which columns there are, never what they say of people.
impl fmt::Debug for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let columns: Vec<_> = self.fields.keys().collect();
        f.debug_struct("Row").field("sys_id", &self.sys_id).field("columns", &columns).finish()
    }
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::Null => Some(String::new()),
        Value::String(text) => Some(text),
        Value::Bool(it) => Some(it.to_string()),
        Value::Number(it) => Some(it.to_string()),
        Value::Object(mut members) => match (members.remove("value"), members.remove("link")) {
            (Some(value), _) if !value.is_object() => text(value),
            (None, Some(Value::String(link))) => Some(last_segment(&link).to_owned()),
            _ => None,
        },
        Value::Array(_) => None,
    }
}

/// The id at the end of a reference's link.
fn last_segment(link: &str) -> &str {
    let path = link.split(['?', '#']).next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[track_caller]
    fn check_value(value: impl Into<Value>, expected: &str) {
        let value = value.into();
        let row = Row::read(json!({ "sys_id": "a", "it": value.clone() })).unwrap();
        assert_eq!(row.get("it"), expected, "{value}");
        assert!(row.has("it"));
    }

    #[test]
    fn values_come_in_many_shapes() {
        check_value(json!("3"), "3");
        check_value(json!(""), "");
        check_value(Value::Null, "");
        check_value(json!(true), "true");
        check_value(json!(7), "7");
        check_value(json!({ "link": "https://x/api/now/table/sys_user/abc", "value": "abc" }), "abc");
        check_value(json!({ "value": "abc" }), "abc");
        check_value(json!({ "value": null }), "");
        check_value(json!({ "display_value": "", "value": "" }), "");
        check_value(
            json!({ "display_value": "Beth", "link": "https://x/api/now/table/sys_user/abc?a=b" }),
            "abc",
        );
        check_value(
            json!({ "link": "https://x/api/now/table/sys_user/glide.maint", "value": "glide.maint" }),
            "glide.maint",
        );
    }

    #[test]
    fn ids_keep_their_case() {
        let row = Row::read(json!({ "sys_id": "Glean_User_Role" })).unwrap();
        assert_eq!(row.sys_id.as_str(), "Glean_User_Role");
        assert_eq!((row.get("name"), row.has("name")), ("", false));
    }

    #[test]
    fn other_shapes_are_no_rows() {
        for bad in [
            json!([]),
            json!("row"),
            json!({ "name": "without id" }),
            json!({ "sys_id": "" }),
            json!({ "sys_id": "a", "it": ["b"] }),
            json!({ "sys_id": "a", "it": {} }),
            json!({ "sys_id": "a", "it": { "value": { "value": "b" } } }),
        ] {
            assert!(Row::read(bad.clone()).is_err(), "{bad}");
        }
        assert!(Row::read_all(json!({})).is_err());
    }

    #[test]
    fn rows_do_not_tell_of_people() {
        let row = Row::read(json!({ "sys_id": "a", "email": "ada@example.com" })).unwrap();
        assert_eq!(format!("{row:?}"), r#"Row { sys_id: SysId("a"), columns: ["email", "sys_id"] }"#);
    }
}
