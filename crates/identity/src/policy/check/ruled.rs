//! What the values of rules refer to: as the rule says, or else as the mappings of the field do. A record does not keep which
//! rule decided a field, so that rules, and a default beside them, have to agree on how text is looked up.

use super::reference::{PEOPLE, Terms, usual_column};
use super::{Checker, list};
use crate::policy::columns::column;
use crate::policy::{FieldRule, Missing, Reference, document};
use toml::Spanned;

impl Checker<'_> {
    pub(super) fn reference_of_rule(&mut self, rule: &document::FieldRule) -> Option<Reference> {
        let terms = Terms {
            field: &rule.field,
            to: rule.reference.as_ref(),
            by: rule.by.as_ref(),
            missing: rule.missing.as_ref(),
            no_default: Some("write `defer` or `skip`; a rule has no default"),
        };
        if terms.to.is_none() {
            self.find_idle_terms(&terms);
            return self.inherited(&rule.field);
        }
        let mut reference = self.reference(&terms)?;
        let place = terms.by.or(terms.to).unwrap_or(&rule.field).span();
        self.find_key_of_rule(&mut reference, place);
        Some(reference)
    }

    /// What the mappings say that the field refers to, for a rule that says nothing.
    fn inherited(&mut self, field: &Spanned<String>) -> Option<Reference> {
        let name = field.get_ref();
        let ways = self.columns.references.get(name.as_str()).map_or(&[][..], Vec::as_slice);
        match ways {
            [] => self.find_plain_text(field),
            // Rules have no default.
            [way] if way.missing == Missing::Default => {
                return Some(Reference { missing: Missing::Defer, ..way.clone() });
            }
            [way] => return Some(way.clone()),
            several => {
                let columns = list(several.iter().map(|way| way.by.as_str()));
                let message = format!("mappings look up what `{name}` refers to by {columns}");
                let table = &several[0].table;
                let help = format!("add `reference = \"{table}\"` to the rule, and `by = \"…\"`");
                self.error(field.span(), message, help);
            }
        }
        None
    }

    /// Text in a column that refers to something is never delivered, and a manager who is text is nobody.
    fn find_plain_text(&mut self, field: &Spanned<String>) {
        let name = field.get_ref();
        let Some(table) = column(name).and_then(|column| column.table) else { return };
        let message = format!("`{name}` refers to {table}, and the value is plain text");
        let help = format!("add `reference = \"{table}\"` and `by = \"{}\"`", usual_column(table));
        match table {
            PEOPLE => self.error(field.span(), message, help),
            _ => self.warn(field.span(), message, help),
        }
    }

    /// Rules of one field that look up its text differently, or not as the default of a mapping.
    pub(super) fn find_discord(&mut self, rules: &[(Spanned<String>, FieldRule)]) {
        for (index, (place, rule)) in rules.iter().enumerate() {
            let first = rules[..index].iter().map(|(_, it)| it).find(|it| it.field == rule.field);
            if first.is_some_and(|first| !agree(first.reference.as_ref(), rule.reference.as_ref())) {
                let message = format!("two rules say differently what `{}` refers to", rule.field);
                let help = "give both the same `reference`, `by` and `missing`";
                self.error(place.span(), message, help);
                continue;
            }
            let default = self.columns.defaults.get(&rule.field);
            if let (Some(default), Some(reference)) = (default, &rule.reference)
                && !default.looks_up_like(reference)
                && default.key.is_none()
            {
                let message = format!("the default of `{}` is looked up by `{}`", rule.field, default.by);
                let help = format!("write `by = \"{}\"` here, too", default.by);
                self.error(place.span(), message, help);
            }
        }
    }
}

/// Whether text is looked up in the same way. Whom and which group of ours a value names is settled before it is kept.
fn agree(one: Option<&Reference>, other: Option<&Reference>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) if one.key.is_some() && other.key.is_some() => one.table == other.table,
        (one, other) => one == other,
    }
}
