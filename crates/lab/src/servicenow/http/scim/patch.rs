//! PATCH (RFC 7644 section 3.5.2): a resource as JSON, changed one operation after the other.
//!
//! A value without a path names paths as its keys. What an operation adds need not have anything to be added to.

use serde_json::{Value, json};

use super::document::{self, Document};
use super::failure::Failure;
use super::filter::{Expression, Operator};
use crate::servicenow::faults::Scim;
use crate::servicenow::store::fold;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    Add,
    Replace,
    Remove,
}

/// Where it does it.
#[derive(Debug)]
struct Path<'p> {
    text: &'p str,
    schema: Option<&'p str>,
    /// Empty for an extension as a whole.
    name: &'p str,
    filter: Option<Expression>,
    part: Option<&'p str>,
}

/// Changes a document as the body of a PATCH says. `check` looks at the document after each operation.
pub(super) fn apply(
    document: &mut Document,
    body: &Document,
    set_up: &Scim,
    check: impl Fn(&Document) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let operations = document::get(body, "Operations").and_then(Value::as_array);
    let Some(operations) = operations else {
        return Err(Failure::syntax("Required attribute Operations is missing"));
    };
    for (position, operation) in operations.iter().enumerate() {
        let done = carry_out(document, operation, set_up).and_then(|()| check(document));
        done.map_err(|failure| failure.of_operation(position))?;
    }
    Ok(())
}

fn carry_out(document: &mut Document, operation: &Value, set_up: &Scim) -> Result<(), Failure> {
    let Some(operation) = operation.as_object() else {
        return Err(Failure::syntax("An operation must be a JSON object"));
    };
    let text = |name| document::get(operation, name).and_then(Value::as_str);
    let verb = match text("op").map(str::to_ascii_lowercase).as_deref() {
        Some("add") => Verb::Add,
        Some("replace") => Verb::Replace,
        Some("remove") => Verb::Remove,
        _ => return Err(Failure::syntax("The op must be add, replace or remove")),
    };
    let value = document::get(operation, "value").unwrap_or(&Value::Null);
    match (text("path").filter(|path| !path.is_empty()), value) {
        (Some(path), _) => step(document, verb, path, value, set_up),
        (None, Value::Object(values)) if verb != Verb::Remove => {
            values.iter().try_for_each(|(path, value)| step(document, verb, path, value, set_up))
        }
        (None, _) if verb == Verb::Remove => Err(Failure::no_target("")),
        (None, _) => Err(Failure::syntax("A value without a path must be a JSON object")),
    }
}

/// What one path is given.
fn step(
    document: &mut Document,
    verb: Verb,
    path: &str,
    value: &Value,
    set_up: &Scim,
) -> Result<(), Failure> {
    let path = Path::parse(path)?;
    if path.schema.is_none() && ["id", "meta"].iter().any(|it| path.name.eq_ignore_ascii_case(it)) {
        return if set_up.ignore_id { Ok(()) } else { Err(Failure::read_only(path.name)) };
    }
    let Some(schema) = path.schema else { return path.change(document, verb, value) };
    let schema = document::spelled(document, schema).to_owned();
    let extension = document.entry(&schema).or_insert_with(|| json!({}));
    let Some(extension) = extension.as_object_mut() else { return Err(Failure::path(path.text)) };
    match (path.name, verb, value) {
        ("", Verb::Remove, _) => _ = document.shift_remove(&schema),
        ("", _, Value::Object(values)) => extension.extend(values.clone()),
        ("", _, _) => return Err(Failure::value(format!("Value for {schema} must be a JSON object"))),
        _ => path.change(extension, verb, value)?,
    }
    Ok(())
}

impl<'p> Path<'p> {
    fn parse(text: &'p str) -> Result<Self, Failure> {
        let refused = || Failure::path(text);
        let head = text.find('[').unwrap_or(text.len());
        let (schema, rest) = match text.starts_with("urn:") {
            true if is_schema(text) => (Some(text), ""),
            true => text[..head].rfind(':').map_or((None, text), |at| (Some(&text[..at]), &text[at + 1..])),
            false => (None, text),
        };
        // The core schema may be named, and means nothing more.
        let schema = schema.filter(|schema| !schema.starts_with("urn:ietf:params:scim:schemas:core:"));
        let (name, filter, part) = match rest.split_once('[') {
            None => match rest.split_once('.') {
                None => (rest, None, None),
                Some((name, part)) => (name, None, Some(part)),
            },
            Some((name, rest)) => {
                let (inner, after) = rest.rsplit_once(']').ok_or_else(refused)?;
                let filter = Expression::parse(inner).map_err(|_| refused())?;
                let part = match after {
                    "" => None,
                    _ => Some(after.strip_prefix('.').ok_or_else(refused)?),
                };
                (name, Some(filter), part)
            }
        };
        let is_word = |word: &str| {
            !word.is_empty() && word.chars().all(|it| it.is_alphanumeric() || "_-$".contains(it))
        };
        match (is_word(name) || schema == Some(text)) && part.is_none_or(is_word) {
            true => Ok(Self { text, schema, name, filter, part }),
            false => Err(refused()),
        }
    }

    fn change(&self, base: &mut Document, verb: Verb, value: &Value) -> Result<(), Failure> {
        let name = document::spelled(base, self.name).to_owned();
        match (&self.filter, self.part) {
            (Some(filter), part) => self.change_elements(base, &name, filter, part, verb, value),
            (None, Some(part)) => {
                if verb == Verb::Remove && !base.contains_key(&name) {
                    return Ok(());
                }
                let whole = base.entry(&name).or_insert_with(|| json!({}));
                let Some(object) = whole.as_object_mut() else { return Err(Failure::path(self.text)) };
                let part = document::spelled(object, part).to_owned();
                change_one(object, &part, verb, value);
                Ok(())
            }
            (None, None) => {
                change_one(base, &name, verb, value);
                Ok(())
            }
        }
    }

    fn change_elements(
        &self,
        base: &mut Document,
        name: &str,
        filter: &Expression,
        part: Option<&str>,
        verb: Verb,
        value: &Value,
    ) -> Result<(), Failure> {
        let list = base.entry(name).or_insert_with(|| json!([]));
        let Some(list) = list.as_array_mut() else { return Err(Failure::path(self.text)) };
        if verb == Verb::Remove && part.is_none() {
            list.retain(|element| !matches(filter, element));
            return Ok(());
        }
        if !list.iter().any(|element| matches(filter, element)) {
            match verb {
                Verb::Add => list.push(as_filtered(filter)),
                Verb::Replace => return Err(Failure::no_target(self.text)),
                Verb::Remove => return Ok(()),
            }
        }
        for element in list.iter_mut().filter(|element| matches(filter, element)) {
            let Some(element) = element.as_object_mut() else { continue };
            match (part, value) {
                (Some(part), _) => change_one(element, part, verb, value),
                (None, Value::Object(values)) => element.extend(values.clone()),
                (None, _) => {
                    return Err(Failure::value(format!("Value for {} must be a JSON object", self.text)));
                }
            }
        }
        Ok(())
    }
}

/// Whether the text is a schema and nothing in it: `urn:…:2.0:User`.
fn is_schema(text: &str) -> bool {
    let mut parts = text.rsplit(':');
    let version = parts.nth(1).unwrap_or_default();
    version.split_once('.').is_some_and(|(major, minor)| {
        [major, minor].iter().all(|it| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

fn change_one(base: &mut Document, name: &str, verb: Verb, value: &Value) {
    let present = base.get_mut(name);
    match (verb, present, value) {
        (Verb::Remove, Some(Value::Array(list)), Value::Array(gone)) if !gone.is_empty() => {
            list.retain(|element| !gone.iter().any(|it| is_same(element, it)));
        }
        (Verb::Remove, ..) => _ = base.shift_remove(name),
        (Verb::Add, Some(Value::Array(list)), Value::Array(new)) => new.iter().for_each(|it| add(list, it)),
        (Verb::Add, Some(Value::Array(list)), new) => add(list, new),
        (_, Some(Value::Object(object)), Value::Object(new)) => object.extend(new.clone()),
        _ => _ = base.insert(name.to_owned(), value.clone()),
    }
}

/// An element takes the place of the one that it is the same as, or of the one address or number of its type.
fn add(list: &mut Vec<Value>, new: &Value) {
    let of_type = |element: &Value| element["type"].as_str().filter(|it| *it != "User").map(fold);
    let replaces = |element: &Value| {
        is_same(element, new) || (of_type(new).is_some() && of_type(element) == of_type(new))
    };
    list.retain(|element| !replaces(element));
    list.push(new.clone());
}

/// Members are the same by their ids.
fn is_same(element: &Value, other: &Value) -> bool {
    element == other || (element["value"].is_string() && element["value"] == other["value"])
}

/// Whether an element is meant.
fn matches(filter: &Expression, element: &Value) -> bool {
    match filter {
        Expression::And(left, right) => matches(left, element) && matches(right, element),
        Expression::Or(left, right) => matches(left, element) || matches(right, element),
        Expression::Within { .. } => false,
        Expression::Test { name, operator, value } => {
            let own = element.as_object().and_then(|object| document::get(object, name));
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), fold);
            own.is_some_and(|own| operator.holds(&text(own), &text(value)))
        }
    }
}

/// An element as a filter describes it.
fn as_filtered(filter: &Expression) -> Value {
    match filter {
        Expression::And(left, right) => {
            let mut both = as_filtered(left);
            let more = as_filtered(right);
            if let (Some(both), Some(more)) = (both.as_object_mut(), more.as_object()) {
                both.extend(more.clone());
            }
            both
        }
        Expression::Test { name, operator: Operator::Equals, value } => json!({ name.as_str(): value }),
        _ => json!({}),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &Value, operation: &Value, expected: &Value) {
        let mut document = before.as_object().expect("an object").clone();
        let body = json!({ "Operations": [operation] });
        let set_up = Scim::default();
        apply(&mut document, body.as_object().unwrap(), &set_up, |_| Ok(())).expect("it can be done");
        assert_eq!(&Value::Object(document), expected);
    }

    #[test]
    fn parents_come_as_they_are_needed() {
        let add = |path: &str| json!({ "op": "Add", "path": path, "value": "x" });
        check(&json!({}), &add("name.familyName"), &json!({ "name": { "familyName": "x" } }));
        check(
            &json!({}),
            &add(r#"emails[type eq "work"].value"#),
            &json!({ "emails": [{ "type": "work", "value": "x" }] }),
        );
        check(
            &json!({}),
            &add("urn:x:2.0:User:manager.value"),
            &json!({ "urn:x:2.0:User": { "manager": { "value": "x" } } }),
        );
    }

    #[test]
    fn values_without_a_path_name_paths() {
        let value = json!({ "Title": "Dr", "name.givenName": "Ada", "urn:x:2.0:User": { "a": 1 } });
        check(
            &json!({ "title": "Mr" }),
            &json!({ "op": "replace", "value": value }),
            &json!({ "title": "Dr", "name": { "givenName": "Ada" }, "urn:x:2.0:User": { "a": 1 } }),
        );
    }

    #[test]
    fn elements_come_and_go() {
        let members = json!({ "members": [{ "value": "a" }, { "value": "b" }] });
        let left = json!({ "members": [{ "value": "b" }] });
        check(&members, &json!({ "op": "remove", "path": r#"members[value eq "a"]"# }), &left);
        check(&members, &json!({ "op": "remove", "path": "members", "value": [{ "value": "a" }] }), &left);
        check(&members, &json!({ "op": "remove", "path": "members" }), &json!({}));
        check(&members, &json!({ "op": "add", "path": "members", "value": [{ "value": "b" }] }), &members);
        check(
            &json!({ "emails": [{ "type": "work", "value": "old" }] }),
            &json!({ "op": "add", "path": "emails", "value": [{ "type": "Work", "value": "new" }] }),
            &json!({ "emails": [{ "type": "Work", "value": "new" }] }),
        );
    }

    #[test]
    fn what_cannot_be_done_is_refused() {
        let refused = |operation: Value| {
            let body = json!({ "Operations": [operation] });
            let done = apply(&mut Document::new(), body.as_object().unwrap(), &Scim::default(), |_| Ok(()));
            format!("{:?}", done.unwrap_err())
        };
        assert!(
            refused(json!({ "op": "replace", "value": { "id": "x" } })).contains("Attribute id is read-only")
        );
        assert!(
            refused(json!({ "op": "replace", "path": r#"emails[type eq "work"].value"#, "value": "x" }))
                .contains("noTarget")
        );
        assert!(refused(json!({ "op": "remove" })).contains("noTarget"));
        assert!(refused(json!({ "op": "move", "path": "a" })).contains("add, replace or remove"));
        assert!(refused(json!({ "op": "add", "path": "a[b", "value": 1 })).contains("invalidPath"));
        assert!(refused(json!({ "op": "add", "path": "a b", "value": 1 })).contains("invalidPath"));
    }
}
