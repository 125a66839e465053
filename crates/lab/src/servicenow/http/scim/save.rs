//! What a resource's values become: columns of the row and of its companion, and a group's memberships.
//!
//! Nothing holds these writes together, as nothing does on an instance; what can be refused is looked at before the first.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::attribute::{Attribute, Kind, Shape};
use super::document::{self, Document};
use super::failure::Failure;
use super::record::companions;
use crate::servicenow::change::{Draft, Editor};
use crate::servicenow::faults::{MatchBy, Scim};
use crate::servicenow::row::Row;
use crate::servicenow::store::Store;

/// A write with effect: table, row, the method if it is not the call's own, columns.
pub(super) type Effect = (&'static str, String, Option<&'static str>, Vec<String>);

/// What came of a write.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) sys_id: String,
    pub(super) writes: Vec<Effect>,
}

/// Values by column.
type Columns<'a> = BTreeMap<&'a str, String>;

/// Writes a resource over the row of this id, or as a new one.
pub(super) fn save(
    editor: &mut Editor<'_>,
    kind: &'static Kind,
    id: Option<&str>,
    document: &Document,
) -> Result<Saved, Failure> {
    if let Some(id) = id.filter(|id| editor.data.store.rows(kind.table).get(id).is_none()) {
        return Err(Failure::not_found(kind.name, id));
    }
    let set_up = &editor.terms.faults.scim;
    let attributes = kind.attributes(set_up);
    let (mut row, mut companion) = columns(&attributes, document)?;
    check_lengths(editor, kind, &attributes, &row)?;
    check_references(editor, kind, &attributes, &row)?;
    check_unique(&editor.data.store, kind, set_up, id, &row)?;
    let members = members(editor, kind, document)?;
    let found = match id {
        Some(id) => Some(id.to_owned()),
        None => known(&editor.data.store, kind, set_up, &row, &companion),
    };
    if id.is_none() {
        // A create empties nothing: neither what a column begins with, nor what a user has whom it finds.
        row.retain(|_, text| !text.is_empty());
        companion.retain(|_, text| !text.is_empty());
    }
    let mut writes = Vec::new();
    let sys_id = put(editor, kind.table, found.as_deref(), &row, &mut writes)?;
    put_companion(editor, kind, &sys_id, companion, &mut writes)?;
    if let Some(members) = members {
        put_members(editor, &sys_id, &members, &mut writes)?;
    }
    Ok(Saved { sys_id, writes })
}

/// The values of a document for the row and for its companion. What is not there is emptied.
fn columns<'a>(
    attributes: &[Attribute<'a>],
    document: &Document,
) -> Result<(Columns<'a>, Columns<'a>), Failure> {
    let (mut row, mut companion) = (Columns::new(), Columns::new());
    for attribute in attributes.iter().filter(|it| !it.read_only) {
        let text = match (attribute.shape, document::value(document, attribute)) {
            (Shape::Truth, None | Some(Value::Null)) => continue,
            // A department that is named and not identified stays as it is.
            (Shape::Reference(_), None) if document::mentions(document, attribute) => continue,
            (_, None | Some(Value::Null)) => String::new(),
            (_, Some(Value::String(text))) => text.clone(),
            (_, Some(other)) => other.to_string(),
        };
        let of = if attribute.in_companion { &mut companion } else { &mut row };
        of.insert(attribute.column, text);
    }
    Ok((row, companion))
}

fn check_lengths(
    editor: &Editor<'_>,
    kind: &Kind,
    attributes: &[Attribute<'_>],
    row: &Columns<'_>,
) -> Result<(), Failure> {
    let table = editor.terms.dictionary.table(kind.table);
    let Some(table) = table.filter(|_| editor.terms.faults.scim.validate_length) else { return Ok(()) };
    let is_too_long = |attribute: &&Attribute<'_>| {
        let most = table.columns.get(attribute.column).map_or(usize::MAX, |column| column.max_length);
        row.get(attribute.column).is_some_and(|text| text.chars().count() > most)
    };
    match attributes.iter().find(is_too_long) {
        None => Ok(()),
        Some(attribute) => {
            Err(Failure::value(format!("Value for attribute {} is too long", attribute.path())))
        }
    }
}

fn check_references(
    editor: &Editor<'_>,
    kind: &Kind,
    attributes: &[Attribute<'_>],
    row: &Columns<'_>,
) -> Result<(), Failure> {
    let table = editor.terms.dictionary.table(kind.table);
    for attribute in attributes.iter().filter(|it| !it.read_only) {
        let Shape::Reference(said) = attribute.shape else { continue };
        let column = table.and_then(|table| table.columns.get(attribute.column));
        let Some(referred) = column.and_then(|column| column.reference.as_deref()) else { continue };
        let id = row.get(attribute.column).map_or("", String::as_str);
        if !id.is_empty() && editor.data.store.rows(referred).get(id).is_none() {
            return Err(Failure::value(format!("{said} id : {id} doesn't exist")));
        }
    }
    Ok(())
}

/// Names are there and are nobody else's.
fn check_unique(
    store: &Store,
    kind: &Kind,
    set_up: &Scim,
    id: Option<&str>,
    row: &Columns<'_>,
) -> Result<(), Failure> {
    let (column, attribute) =
        if kind.is_group() { ("name", "displayName") } else { ("user_name", "userName") };
    if row.get(column).is_none_or(String::is_empty) {
        return Err(Failure::value(format!("Required attribute {attribute} is missing")));
    }
    let has_another = |column: &str| {
        let value = row.get(column).filter(|value| !value.is_empty());
        value.is_some_and(|value| {
            store.rows(kind.table).with(column, value).iter().any(|it| Some(&**it) != id)
        })
    };
    if has_another(column) {
        return Err(Failure::exists(kind.name, attribute));
    }
    match !kind.is_group() && set_up.unique_email && has_another("email") {
        true => Err(Failure::exists(kind.name, "emails")),
        false => Ok(()),
    }
}

/// The user whom a create is about, if they are there already.
fn known(
    store: &Store,
    kind: &Kind,
    set_up: &Scim,
    row: &Columns<'_>,
    companion: &Columns<'_>,
) -> Option<String> {
    let (table, back) = kind.companion.filter(|_| !kind.is_group())?;
    let users = store.rows(kind.table);
    let external_id = companion.get("external_id").map_or("", String::as_str);
    let email = row.get("email").map_or("", String::as_str);
    let find = |by: &MatchBy| {
        let ids: Vec<String> = match by {
            MatchBy::ExternalId => {
                let rows = store.rows(table).exactly("external_id", external_id);
                rows.iter().map(|row| row.get(back).to_owned()).collect()
            }
            MatchBy::UserName => {
                users.with("user_name", external_id).iter().map(ToString::to_string).collect()
            }
            MatchBy::Email => users.with("email", email).iter().map(ToString::to_string).collect(),
        };
        ids.into_iter().find(|id| users.get(id).is_some())
    };
    set_up.match_by.iter().find_map(find)
}

fn put(
    editor: &mut Editor<'_>,
    table: &'static str,
    id: Option<&str>,
    columns: &Columns<'_>,
    writes: &mut Vec<Effect>,
) -> Result<String, Failure> {
    let written = match id {
        Some(id) => editor.update(table, id, &as_draft(columns))?,
        None => editor.insert(table, &as_draft(columns))?,
    };
    let sys_id = written.row.sys_id().to_owned();
    if !written.columns.is_empty() || id.is_none() {
        writes.push((table, sys_id.clone(), None, written.columns));
    }
    Ok(sys_id)
}

fn as_draft(columns: &Columns<'_>) -> Draft {
    Draft::new(columns.iter().map(|(column, text)| (*column, text.as_str())))
}

fn put_companion(
    editor: &mut Editor<'_>,
    kind: &Kind,
    sys_id: &str,
    mut columns: Columns<'_>,
    writes: &mut Vec<Effect>,
) -> Result<(), Failure> {
    let Some((table, back)) = kind.companion else { return Ok(()) };
    let present = companions(&editor.data.store, kind, sys_id).first().map(|row| row.sys_id().to_owned());
    columns.insert(back, sys_id.to_owned());
    put(editor, table, present.as_deref(), &columns, writes).map(|_| ())
}

/// The ids of a group's members as the document has them; nothing for what has no members.
fn members(
    editor: &Editor<'_>,
    kind: &Kind,
    document: &Document,
) -> Result<Option<BTreeSet<String>>, Failure> {
    if !kind.is_group() {
        return Ok(None);
    }
    let wanted = match document::get(document, "members") {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list.as_slice(),
        Some(_) => return Err(Failure::value("Value for attribute members must be a JSON array")),
    };
    let mut members = BTreeSet::new();
    for member in wanted {
        let id = member.as_object().and_then(|member| document::get(member, "value")?.as_str());
        let id =
            id.ok_or_else(|| Failure::value("Value for attribute members.value must be a JSON string"))?;
        if editor.data.store.rows("sys_user").get(id).is_none() {
            return Err(Failure::value(format!("Member id : {id} doesn't exist")));
        }
        members.insert(id.to_owned());
    }
    match editor.terms.faults.scim.max_members {
        Some(most) if members.len() > most => {
            Err(Failure::value(format!("A group can have {most} members at most")))
        }
        _ => Ok(Some(members)),
    }
}

fn put_members(
    editor: &mut Editor<'_>,
    group: &str,
    wanted: &BTreeSet<String>,
    writes: &mut Vec<Effect>,
) -> Result<(), Failure> {
    const TABLE: &str = "sys_user_grmember";
    let of_row = |row: &Row| (row.get("user").to_owned(), row.sys_id().to_owned());
    let present: Vec<(String, String)> =
        editor.data.store.rows(TABLE).exactly("group", group).into_iter().map(|row| of_row(row)).collect();
    for (_, row) in present.iter().filter(|(user, _)| !wanted.contains(user)) {
        editor.delete(TABLE, row)?;
        writes.push((TABLE, row.clone(), Some("DELETE"), Vec::new()));
    }
    for user in wanted.iter().filter(|user| !present.iter().any(|(it, _)| it == *user)) {
        let written = editor.insert(TABLE, &Draft::new([("user", user.as_str()), ("group", group)]))?;
        writes.push((TABLE, written.row.sys_id().to_owned(), Some("POST"), written.columns));
    }
    Ok(())
}
