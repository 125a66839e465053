//! References: values that name a row of another table. People are looked up by what claims are found by.

use super::{Checker, list};
use crate::id::FieldName;
use crate::policy::columns::column;
use crate::policy::document::{self, FieldTable};
use crate::policy::profile::attribute_of;
use crate::policy::{Mapping, Missing, PersonKey, Reference};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;

impl Checker<'_> {
    pub(super) fn reference(&mut self, field: &Spanned<String>, table: &FieldTable) -> Option<Reference> {
        let Some(to) = &table.reference else {
            self.without_reference(field, table);
            return None;
        };
        let wanted = column(field.get_ref()).map(|column| column.table);
        if let Some(wanted) = wanted.filter(|wanted| *wanted != Some(to.get_ref().as_str())) {
            let name = field.get_ref();
            let (message, help) = match wanted {
                Some(table) => (format!("`{name}` refers to {table}"), format!("write `{table}`")),
                None => (format!("`{name}` refers to nothing"), "leave `reference` out".to_owned()),
            };
            self.error(to.span(), message, help);
        }
        let people = to.get_ref() == "sys_user";
        let missing = table.missing.as_ref().map_or(Missing::Defer, |it| missing(*it.get_ref()));
        self.check_missing(table, missing, people, to);
        let by = table.by.as_ref().map_or(if people { "user_name" } else { "name" }, |by| by.get_ref());
        Some(Reference { table: to.get_ref().clone(), by: by.to_owned(), key: None, missing })
    }

    fn without_reference(&mut self, field: &Spanned<String>, table: &FieldTable) {
        let by = table.by.as_ref().map(|it| ("by", it.span()));
        let missing = table.missing.as_ref().map(|it| ("missing", it.span()));
        for (name, span) in by.into_iter().chain(missing) {
            let help = "add `reference = \"…\"`, the table that the value names a row of";
            self.error(span, format!("`{name}` is for references only"), help);
        }
        if let Some(to) = column(field.get_ref()).and_then(|column| column.table) {
            let by = if to == "sys_user" { "user_name" } else { "name" };
            let message = format!("`{}` refers to {to}, and the value is plain text", field.get_ref());
            let help = format!("write `{{ value = …, reference = \"{to}\", by = \"{by}\" }}`");
            self.warn(field.span(), message, help);
        }
    }

    fn check_missing(&mut self, table: &FieldTable, missing: Missing, people: bool, to: &Spanned<String>) {
        let span = table.missing.as_ref().map_or(to.span(), Spanned::span);
        if people && missing == Missing::Create {
            let help = "write `missing = \"defer\"`: the field is filled the moment they arrive";
            self.error(span, "a person is never made to fill a field", help);
        } else if missing == Missing::Default && table.default.is_none() {
            self.error(span, "there is no default to use", "add `default = \"…\"`");
        }
    }

    /// The column that `by` names has to come from an attribute that people are found by.
    pub(super) fn find_keys(&mut self, fields: &mut [(Mapping, Range<usize>)]) {
        let keys: BTreeMap<FieldName, _> =
            fields.iter().filter_map(|(it, _)| Some((it.field.clone(), person_key(it)?))).collect();
        let mapped: BTreeSet<FieldName> = fields.iter().map(|(it, _)| it.field.clone()).collect();
        for (mapping, place) in fields {
            let people = mapping.reference.as_mut().filter(|it| it.table == "sys_user");
            let Some(reference) = people else { continue };
            let by = reference.by.as_str();
            let usual = || usual_key(by).filter(|_| !mapped.contains(by));
            reference.key = keys.get(by).copied().or_else(usual);
            if reference.key.is_none() {
                let message = format!("people cannot be looked up by `{by}`");
                let attributes = list(PersonKey::ALL.map(PersonKey::attribute));
                let help = format!("name a field that is mapped from one of {attributes} by itself");
                self.error(place.clone(), message, help);
            }
        }
    }
}

fn missing(written: document::Missing) -> Missing {
    match written {
        document::Missing::Create => Missing::Create,
        document::Missing::Defer => Missing::Defer,
        document::Missing::Default => Missing::Default,
        document::Missing::Skip => Missing::Skip,
    }
}

/// The key that a column of `sys_user` comes from when the mapping does not fill it.
fn usual_key(column: &str) -> Option<PersonKey> {
    match column {
        "u_okta_user_id" => Some(PersonKey::ExternalId),
        "employee_number" => Some(PersonKey::EmployeeNumber),
        "user_name" => Some(PersonKey::UserName),
        "email" => Some(PersonKey::Email),
        _ => None,
    }
}

/// Which key of a claim the field comes from, if it is one attribute by itself.
fn person_key(mapping: &Mapping) -> Option<PersonKey> {
    let [attribute] = mapping.value.reads().attributes.as_slice() else { return None };
    let plain = mapping.value.text().trim() == attribute.to_string();
    let name = attribute.path.first().filter(|_| plain)?;
    PersonKey::ALL.into_iter().find(|key| key.attribute() == attribute_of(name))
}
