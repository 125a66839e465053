//! The JSON that Entra puts together, in the dialect before and after the flag `aadOptscim062020`.

use serde_json::{Map, Value, json};

use super::Dialect;
use crate::company::Account;
use crate::idp::{ENTERPRISE, ScimId, USER};

/// A mapped attribute: the target path as an administrator writes it, and the value.
type Mapped = (String, String);

/// The body of a create.
pub(super) fn create(account: &Account) -> Value {
    let human = &account.human;
    let mut body = json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": account.external_id.0,
        "userName": human.login,
        "active": true,
        "displayName": human.display_name(),
        "title": human.title,
        "emails": [{ "primary": true, "type": "work", "value": human.email }],
        "addresses": [{ "primary": true, "type": "work", "locality": human.location }],
        "meta": { "resourceType": "User" },
        "name": {
            "formatted": human.display_name(),
            "familyName": human.family,
            "givenName": human.given,
        },
        "roles": [],
    });
    body[ENTERPRISE] = json!({ "employeeNumber": human.number.0, "department": human.department });
    body
}

/// The operations that bring a resource from `before` to `after`; all attributes when `before` is not known.
pub(super) fn changes(dialect: Dialect, before: Option<&Account>, after: &Account) -> Vec<Value> {
    let known = before.map(mapped).unwrap_or_default();
    let changed: Vec<Mapped> =
        mapped(after).into_iter().filter(|attribute| !known.contains(attribute)).collect();
    match dialect {
        Dialect::Old => changed.into_iter().map(|(path, value)| replace("Replace", &path, value)).collect(),
        Dialect::New => compact(changed),
    }
}

/// The operation that activates or disables.
pub(super) fn active(dialect: Dialect, active: bool) -> Value {
    match dialect {
        Dialect::Old => replace("Replace", "active", json!(if active { "True" } else { "False" })),
        Dialect::New => replace("replace", "active", json!(active)),
    }
}

/// The operation that names the manager, a bare string in the old dialect.
pub(super) fn manager(dialect: Dialect, manager: &ScimId) -> Value {
    let path = format!("{ENTERPRISE}:manager");
    match dialect {
        Dialect::Old => replace("Add", &path, json!(manager.0)),
        Dialect::New => replace("add", &path, json!({ "value": manager.0 })),
    }
}

/// The operations that add members: one with all of them.
pub(super) fn add_members(dialect: Dialect, members: &[ScimId]) -> Vec<Value> {
    let (op, value): (_, Vec<Value>) = match dialect {
        Dialect::Old => ("Add", members.iter().map(|id| json!({ "$ref": null, "value": id.0 })).collect()),
        Dialect::New => ("add", members.iter().map(|id| json!({ "value": id.0 })).collect()),
    };
    if value.is_empty() { vec![] } else { vec![replace(op, "members", value)] }
}

/// The operations that remove members: a value array in the old dialect, one filtered path each in the new.
pub(super) fn remove_members(dialect: Dialect, members: &[ScimId]) -> Vec<Value> {
    match dialect {
        Dialect::Old if members.is_empty() => vec![],
        Dialect::Old => {
            let value: Vec<Value> = members.iter().map(|id| json!({ "$ref": null, "value": id.0 })).collect();
            vec![replace("Remove", "members", value)]
        }
        Dialect::New => {
            let path = |id: &ScimId| format!("members[value eq \"{id}\"]");
            members.iter().map(|id| json!({ "op": "remove", "path": path(id) })).collect()
        }
    }
}

/// The operation that renames a group.
pub(super) fn name(dialect: Dialect, name: &str) -> Value {
    let op = if dialect == Dialect::Old { "Replace" } else { "replace" };
    replace(op, "displayName", json!(name))
}

/// Whether the resource is active, also where a server says it in words.
pub(super) fn is_active(resource: &Value) -> bool {
    match resource.get("active") {
        Some(Value::Bool(active)) => *active,
        Some(Value::String(word)) => !word.eq_ignore_ascii_case("false"),
        _ => true,
    }
}

/// Plain attributes in one operation without path and with dotted keys; value paths each on their own.
fn compact(changed: Vec<Mapped>) -> Vec<Value> {
    let (filtered, plain): (Vec<Mapped>, Vec<Mapped>) =
        changed.into_iter().partition(|(path, _)| path.contains('['));
    let mut operations: Vec<Value> =
        filtered.into_iter().map(|(path, value)| replace("replace", &path, value)).collect();
    let values: Map<String, Value> = plain.into_iter().map(|(path, value)| (path, value.into())).collect();
    if !values.is_empty() {
        operations.push(json!({ "op": "replace", "value": values }));
    }
    operations
}

fn mapped(account: &Account) -> Vec<Mapped> {
    let human = &account.human;
    let values = [
        ("userName", human.login.clone()),
        ("displayName", human.display_name()),
        ("title", human.title.clone()),
        ("emails[type eq \"work\"].value", human.email.clone()),
        ("addresses[type eq \"work\"].locality", human.location.clone()),
        ("name.givenName", human.given.clone()),
        ("name.familyName", human.family.clone()),
        ("name.formatted", human.display_name()),
        ("externalId", account.external_id.0.clone()),
    ];
    let extension = [("employeeNumber", human.number.0.clone()), ("department", human.department.clone())];
    let core = values.into_iter().map(|(path, value)| (path.to_owned(), value));
    core.chain(extension.map(|(attribute, value)| (format!("{ENTERPRISE}:{attribute}"), value))).collect()
}

fn replace(op: &str, path: &str, value: impl Into<Value>) -> Value {
    let value: Value = value.into();
    json!({ "op": op, "path": path, "value": value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;

    fn moved() -> (Account, Account) {
        let before = Company::generate(3, 4).staff.remove(2);
        let mut after = before.clone();
        after.human.department = "Legal".to_owned();
        after.human.email = "new@example.com".to_owned();
        after.human.family = "Neu".to_owned();
        (before, after)
    }

    #[test]
    fn the_old_dialect_replaces_path_by_path() {
        let (before, after) = moved();
        let operations = changes(Dialect::Old, Some(&before), &after);
        let paths: Vec<_> = operations.iter().filter_map(|operation| operation["path"].as_str()).collect();
        assert!(paths.contains(&"emails[type eq \"work\"].value"));
        assert!(paths.contains(&"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department"));
        assert!(operations.iter().all(|operation| operation["op"] == "Replace"));
        assert_eq!(paths.len(), 5, "{paths:?}");
    }

    #[test]
    fn the_new_dialect_has_dotted_keys_without_a_path() {
        let (before, after) = moved();
        let operations = changes(Dialect::New, Some(&before), &after);
        assert_eq!(operations.len(), 2);
        assert_eq!(operations[0]["path"], "emails[type eq \"work\"].value");
        assert_eq!(operations[1].get("path"), None);
        assert_eq!(operations[1]["value"]["name.familyName"], "Neu");
        assert_eq!(operations[1]["value"][format!("{ENTERPRISE}:department")], "Legal");
    }

    #[test]
    fn nothing_changed_is_no_operation() {
        let (before, _) = moved();
        assert!(changes(Dialect::Old, Some(&before), &before).is_empty());
        assert!(changes(Dialect::New, Some(&before), &before).is_empty());
        assert_eq!(changes(Dialect::Old, None, &before).len(), 11);
        assert!(add_members(Dialect::Old, &[]).is_empty() && remove_members(Dialect::Old, &[]).is_empty());
    }

    #[test]
    fn booleans_are_words_in_the_old_dialect() {
        assert_eq!(active(Dialect::Old, false)["value"], "False");
        assert_eq!(active(Dialect::New, false)["value"], json!(false));
        assert!(!is_active(&json!({ "active": "False" })));
        assert!(is_active(&json!({})));
    }
}
