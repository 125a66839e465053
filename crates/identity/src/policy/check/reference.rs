//! References: values that name a row of another table. People are looked up by what claims are found by, groups by the
//! name or the id that their source gave them; rows of other tables are found at the target.

use super::{Checker, list};
use crate::id::FieldName;
use crate::policy::columns::column;
use crate::policy::document::{self, Said};
use crate::policy::profile::attribute_of;
use crate::policy::{GroupKey, Mapping, Missing, PersonKey, Reference, ReferenceKey};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use toml::Spanned;

/// The table of people.
pub(super) const PEOPLE: &str = "sys_user";
/// The table of groups.
pub(super) const GROUPS: &str = "sys_user_group";

/// What a mapping or a rule says of what its value refers to.
#[derive(Clone, Copy)]
pub(super) struct Terms<'d> {
    pub(super) field: &'d Spanned<String>,
    pub(super) to: Option<&'d Spanned<String>>,
    pub(super) by: Option<&'d Spanned<String>>,
    pub(super) missing: Option<&'d Said<document::Missing>>,
    /// What to do about `missing = "default"` where there is no default.
    pub(super) no_default: Option<&'static str>,
}

impl Checker<'_> {
    pub(super) fn reference(&mut self, terms: &Terms<'_>) -> Option<Reference> {
        let missing = self.word(terms.missing).map_or(Missing::Defer, missing);
        let Some(to) = terms.to else {
            self.find_idle_terms(terms);
            self.warn_of_text(terms.field);
            return None;
        };
        let wanted = column(terms.field.get_ref()).map(|column| column.table);
        if let Some(wanted) = wanted.filter(|wanted| *wanted != Some(to.get_ref().as_str())) {
            let name = terms.field.get_ref();
            let (message, help) = match wanted {
                Some(table) => (format!("`{name}` refers to {table}"), format!("write `{table}`")),
                None => (format!("`{name}` refers to nothing"), "leave `reference` out".to_owned()),
            };
            self.error(to.span(), message, help);
        }
        self.check_missing(terms, missing, to);
        let by = terms.by.map_or(usual_column(to.get_ref()), |by| by.get_ref());
        let key = match to.get_ref().as_str() {
            GROUPS => self.group_key(by, terms.by).map(ReferenceKey::Group),
            _ => None,
        };
        Some(Reference { table: to.get_ref().clone(), by: by.to_owned(), key, missing })
    }

    /// What groups are looked up by.
    fn group_key(&mut self, by: &str, written: Option<&Spanned<String>>) -> Option<GroupKey> {
        let key = match by {
            "name" => Some(GroupKey::Name),
            "external_id" => Some(GroupKey::ExternalId),
            _ => None,
        };
        if let (None, Some(written)) = (key, written) {
            let message = format!("groups cannot be looked up by `{by}`");
            let help = "write `name`, or `external_id` for the id that their source gave them";
            self.error(written.span(), message, help);
        }
        key
    }

    /// `by` and `missing` mean nothing without `reference`.
    pub(super) fn find_idle_terms(&mut self, terms: &Terms<'_>) {
        let by = terms.by.map(|it| ("by", it.span()));
        let missing = terms.missing.map(|it| ("missing", it.span()));
        for (name, span) in by.into_iter().chain(missing) {
            let help = "add `reference = \"…\"`, the table that the value names a row of";
            self.error(span, format!("`{name}` is for references only"), help);
        }
    }

    /// Text in a column that is known to refer to something.
    fn warn_of_text(&mut self, field: &Spanned<String>) {
        if let Some(to) = column(field.get_ref()).and_then(|column| column.table) {
            let by = usual_column(to);
            let message = format!("`{}` refers to {to}, and the value is plain text", field.get_ref());
            let help = format!("write `{{ value = …, reference = \"{to}\", by = \"{by}\" }}`");
            self.warn(field.span(), message, help);
        }
    }

    fn check_missing(&mut self, terms: &Terms<'_>, missing: Missing, to: &Spanned<String>) {
        let span = terms.missing.map_or(to.span(), Spanned::span);
        let never_made = match to.get_ref().as_str() {
            PEOPLE => Some(("a person", "they arrive")),
            GROUPS => Some(("a group", "it arrives")),
            _ => None,
        };
        if let (Some((what, arrives)), Missing::Create) = (never_made, missing) {
            let help = format!("write `missing = \"defer\"`: the field is filled the moment {arrives}");
            self.error(span, format!("{what} is never made to fill a field"), help);
        } else if let (Missing::Default, Some(help)) = (missing, terms.no_default) {
            self.error(span, "there is no default to use", help);
        }
    }

    /// The column that `by` names has to come from an attribute that people are found by.
    pub(super) fn find_keys(&mut self, fields: &mut [(Mapping, Range<usize>)]) {
        let keys: BTreeMap<FieldName, _> =
            fields.iter().filter_map(|(it, _)| Some((it.field.clone(), person_key(it)?))).collect();
        let mapped: BTreeSet<FieldName> = fields.iter().map(|(it, _)| it.field.clone()).collect();
        for (mapping, place) in fields {
            let people = mapping.reference.as_mut().filter(|it| it.table == PEOPLE);
            let Some(reference) = people else { continue };
            let by = reference.by.as_str();
            let usual = || usual_key(by).filter(|_| !mapped.contains(by));
            reference.key = keys.get(by).copied().or_else(usual).map(ReferenceKey::Person);
            if reference.key.is_none() {
                let by = reference.by.clone();
                self.nobody_by(&by, place.clone());
            }
        }
    }

    /// The same of a rule: no source's mapping is its own, so that all of them have to say what the column comes from.
    pub(super) fn find_key_of_rule(&mut self, reference: &mut Reference, place: Range<usize>) {
        if reference.table != PEOPLE {
            return;
        }
        let by = reference.by.as_str();
        let key = self.columns.keys.get(by).copied().unwrap_or_else(|| usual_key(by));
        reference.key = key.map(ReferenceKey::Person);
        if key.is_none() {
            self.nobody_by(&reference.by, place);
        }
    }

    fn nobody_by(&mut self, by: &str, place: Range<usize>) {
        let message = format!("people cannot be looked up by `{by}`");
        let attributes = list(PersonKey::ALL.map(PersonKey::attribute));
        let help = format!("name a field that is mapped from one of {attributes} by itself");
        self.error(place, message, help);
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

/// The column by which rows of this table are found where the mapping names none.
pub(super) fn usual_column(table: &str) -> &'static str {
    if table == PEOPLE { "user_name" } else { "name" }
}

/// The key that a column of `sys_user` comes from when the mapping does not fill it.
pub(super) fn usual_key(column: &str) -> Option<PersonKey> {
    match column {
        "u_okta_user_id" => Some(PersonKey::ExternalId),
        "employee_number" => Some(PersonKey::EmployeeNumber),
        "user_name" => Some(PersonKey::UserName),
        "email" => Some(PersonKey::Email),
        _ => None,
    }
}

/// Which key of a claim the field comes from, if it is one attribute by itself.
pub(super) fn person_key(mapping: &Mapping) -> Option<PersonKey> {
    let [attribute] = mapping.value.reads().attributes.as_slice() else { return None };
    let plain = mapping.value.text().trim() == attribute.to_string();
    let name = attribute.path.first().filter(|_| plain)?;
    PersonKey::ALL.into_iter().find(|key| key.attribute() == attribute_of(name))
}
