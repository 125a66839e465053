//! Mappings: how claims become record fields.

use super::reference::{Terms, person_key};
use super::{About, Checker};
use crate::id::{FieldName, SourceName};
use crate::policy::columns::column;
use crate::policy::document::{self, FieldTable};
use crate::policy::profile::attribute_of;
use crate::policy::{Mapping, PersonKey, Policy, Reference, TooLong};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tenure_el::{Expect, Program};
use toml::Spanned;

/// What mappings say of the columns that they fill.
#[derive(Debug, Default)]
pub(super) struct Columns {
    /// The shortest that a mapping states.
    pub(super) lengths: BTreeMap<FieldName, usize>,
    /// What they refer to, each in one of the ways that mappings say it.
    pub(super) references: BTreeMap<FieldName, Vec<Reference>>,
    /// By what the defaults are looked up that stand in for sources without a value.
    pub(super) defaults: BTreeMap<FieldName, Reference>,
    /// The attributes that mappings read for them.
    pub(super) reads: BTreeMap<FieldName, BTreeSet<String>>,
    /// The key that they are by themselves, if all mappings say so; not the columns that no mapping fills.
    pub(super) keys: BTreeMap<FieldName, Option<PersonKey>>,
}

impl Columns {
    pub(super) fn of<'m>(mappings: impl Iterator<Item = &'m Mapping>) -> Self {
        let mut columns = Self::default();
        for mapping in mappings {
            if let Some(length) = mapping.max_length {
                let shortest = columns.lengths.entry(mapping.field.clone()).or_insert(length);
                *shortest = length.min(*shortest);
            }
            let key = person_key(mapping);
            let known = columns.keys.entry(mapping.field.clone()).or_insert(key);
            *known = known.filter(|known| key == Some(*known));
            columns.reads.entry(mapping.field.clone()).or_default().extend(mapping.reads.iter().cloned());
            let Some(reference) = &mapping.reference else { continue };
            let ways = columns.references.entry(mapping.field.clone()).or_default();
            if !ways.iter().any(|way| way.looks_up_like(reference)) {
                ways.push(reference.clone());
            }
            if mapping.default.is_some() {
                columns.defaults.insert(mapping.field.clone(), reference.clone());
            }
        }
        columns
    }
}

impl Checker<'_> {
    pub(super) fn mappings(
        &mut self,
        tables: document::Mappings,
    ) -> (Vec<Mapping>, BTreeMap<SourceName, Vec<Mapping>>) {
        if tables.is_empty() {
            return (Policy::built_in(self.around.sources).mapping, BTreeMap::new());
        }
        let (mut general, mut of) = (Vec::new(), BTreeMap::new());
        for (name, table) in tables {
            let mut fields: Vec<_> =
                table.into_iter().filter_map(|(field, line)| self.mapping(&field, line)).collect();
            fields.sort_by(|(one, _), (other, _)| one.field.cmp(&other.field));
            self.find_keys(&mut fields);
            let fields = fields.into_iter().map(|(mapping, _)| mapping).collect();
            match name.get_ref().as_str() {
                "*" => general = fields,
                other => of.extend(self.source(other, name.span()).map(|source| (source, fields))),
            }
        }
        (general, of)
    }

    /// One line, and where it says what the value refers to.
    fn mapping(
        &mut self,
        field: &Spanned<String>,
        line: Spanned<document::Field>,
    ) -> Option<(Mapping, Range<usize>)> {
        self.check_field(field);
        let span = line.span();
        let table = match line.into_inner() {
            document::Field::Expression(text) => FieldTable::of(Spanned::new(span, text)),
            document::Field::Table(table) => *table,
        };
        let program = self.expression(&table.value, About::Claim, Expect::Text);
        let place = table.by.as_ref().or(table.reference.as_ref()).unwrap_or(&table.value).span();
        let reference = self.reference(&Terms {
            field,
            to: table.reference.as_ref(),
            by: table.by.as_ref(),
            missing: table.missing.as_ref(),
            no_default: table.default.is_none().then_some("add `default = \"…\"`"),
        });
        let stated = table.max_length.as_ref().map(|length| *length.get_ref() as usize);
        let max_length = stated.or(column(field.get_ref()).and_then(|column| column.max_length));
        let too_long = self.word(table.too_long.as_ref()).map(too_long);
        self.check_length(field, &table, max_length, too_long);
        let program = program?;
        let mapping = Mapping {
            field: FieldName::new(field.get_ref()),
            default: table.default.map(Spanned::into_inner),
            create_only: table.create_only,
            max_length,
            too_long: too_long.unwrap_or_default(),
            reference,
            reads: reads(&program),
            value: program,
        };
        Some((mapping, place))
    }

    /// Lengths that mean nothing, and defaults that do not fit.
    fn check_length(
        &mut self,
        field: &Spanned<String>,
        table: &FieldTable,
        max_length: Option<usize>,
        too_long: Option<TooLong>,
    ) {
        let name = field.get_ref();
        if let Some(length) = table.max_length.as_ref().filter(|length| *length.get_ref() == 0) {
            self.error(length.span(), format!("`{name}` would hold nothing"), "write at least 1");
        }
        if let Some(word) = table.too_long.as_ref().filter(|_| too_long.is_some() && max_length.is_none()) {
            let message = format!("it is not known how much `{name}` holds");
            self.error(word.span(), message, "add `max_length = …`");
        }
        let Some(default) = &table.default else { return };
        let length = default.get_ref().chars().count();
        let refused = too_long.is_none_or(|it| it == TooLong::Refuse);
        if default.get_ref().trim().is_empty() {
            self.error(default.span(), "the default is empty", "leave it out, or give it a value");
        } else if let Some(max) = max_length.filter(|max| length > *max && refused) {
            let message = format!("the default has {length} characters and `{name}` holds {max}");
            self.error(default.span(), message, "shorten it");
        }
    }
}

fn too_long(written: document::TooLong) -> TooLong {
    match written {
        document::TooLong::Refuse => TooLong::Refuse,
        document::TooLong::Cut => TooLong::Cut,
        document::TooLong::CutAtWord => TooLong::CutAtWord,
    }
}

/// The attributes of a claim that a program reads.
fn reads(program: &Program) -> Vec<String> {
    let names = program.reads().attributes.iter().map(|attribute| match attribute.path.first() {
        Some(name) => attribute_of(name).to_owned(),
        None => "*".to_owned(),
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}
