//! Whether the target has the columns that the policy fills, as long and of the kind that the policy takes them for.

use super::{Check, Patient};
use crate::deliver::USERS;
use crate::target::KEY_LENGTH;
use std::collections::BTreeMap;
use tenure_connect::servicenow::{Column, Columns};
use tenure_identity::id::FieldName;
use tenure_identity::policy::{Policy, columns};
use tenure_identity::reconcile::{ACTIVE, LOCKED_OUT};

const NAME: &str = "columns";

/// What the policy takes a column for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Use {
    max_length: Option<usize>,
    /// The table that it refers to.
    reference: Option<String>,
}

pub(super) async fn look(patient: &Patient<'_>) -> Vec<Check> {
    let known = match patient.client().columns(super::LANE, USERS).await {
        Ok(known) => known,
        Err(error) => return vec![Check::unasked("dictionary", &error)],
    };
    if !known.is_known() {
        let means = "whether columns are missing or too short only shows when something is delivered";
        return vec![
            Check::unknown("dictionary", "the target does not show its dictionary whole", means).cure(
                "let the account read `sys_db_object` and `sys_dictionary`; `personalize_dictionary` does",
            ),
        ];
    }
    let uses = uses(&patient.policy, &patient.target.settings.key);
    let mut checks: Vec<_> =
        uses.iter().filter_map(|(name, of)| judge(name, of, &known, &patient.target.settings.key)).collect();
    checks.extend(mandatory(&uses, &known));
    if checks.is_empty() {
        let found = format!("all {} columns that the policy fills are there", uses.len());
        checks.push(Check::good(NAME, found, "they are of the right kind, and long enough"));
    }
    checks
}

/// Every column that the policy fills or the delivery needs.
fn uses(policy: &Policy, key: &FieldName) -> BTreeMap<FieldName, Use> {
    let mut uses = BTreeMap::<FieldName, Use>::new();
    let mappings = policy.mapping.iter().chain(policy.mapping_of.values().flatten());
    for mapping in mappings {
        let of = uses.entry(mapping.field.clone()).or_default();
        of.max_length = of.max_length.max(mapping.max_length);
        of.reference = of.reference.take().or_else(|| mapping.reference.as_ref().map(|it| it.table.clone()));
    }
    for rule in &policy.fields {
        let of = uses.entry(rule.field.clone()).or_default();
        of.max_length = of.max_length.max(rule.max_length);
        of.reference = of.reference.take().or_else(|| rule.reference.as_ref().map(|it| it.table.clone()));
    }
    for (name, of) in &mut uses {
        of.max_length = of.max_length.or_else(|| columns::column(name.as_str())?.max_length);
    }
    let always =
        [Some(key.clone()), Some(ACTIVE.into()), policy.lifecycle.lock_out.then(|| LOCKED_OUT.into())];
    for name in always.into_iter().flatten() {
        uses.entry(name).or_default();
    }
    uses
}

fn judge(name: &FieldName, of: &Use, known: &Columns, key: &FieldName) -> Option<Check> {
    let Some(column) = known.get(name.as_str()) else {
        let means = "what the policy says of it is never delivered";
        return Some(Check::bad(NAME, format!("`{USERS}` has no column `{name}`"), means).cure(recipe(
            name,
            of,
            name == key,
        )));
    };
    wrong_kind(column, of).or_else(|| too_short(column, of)).or_else(|| closed(column))
}

/// What to create, exactly.
fn recipe(name: &FieldName, of: &Use, is_key: bool) -> String {
    let length = of.max_length.unwrap_or(if is_key { KEY_LENGTH } else { 100 });
    let kind = match &of.reference {
        Some(table) => format!("type Reference, to table `{table}`"),
        None if *name == ACTIVE || *name == LOCKED_OUT => "type True/False".to_owned(),
        None => format!("type String, maximum length {length}"),
    };
    let unique = if is_key { "; tick Unique" } else { "" };
    format!("create in table `{USERS}` the column `{name}`: {kind}{unique}; or take it out of the policy")
}

fn wrong_kind(column: &Column, of: &Use) -> Option<Check> {
    let name = &column.name;
    match (&column.reference, &of.reference) {
        (Some(there), Some(here)) if there != here => Some(
            Check::bad(
                NAME,
                format!("`{name}` refers to `{there}`, and the policy says `{here}`"),
                "its rows are looked for in the wrong table",
            )
            .cure(format!("say `reference = \"{there}\"` in the policy")),
        ),
        (Some(there), None) => Some(
            Check::bad(
                NAME,
                format!("`{name}` refers to `{there}`, and the policy takes it for text"),
                "it is left as it is",
            )
            .cure(format!("say `reference = \"{there}\"` in the policy")),
        ),
        (None, Some(here)) => Some(
            Check::bad(
                NAME,
                format!(
                    "`{name}` is of type {}, and the policy says that it refers to `{here}`",
                    column.kind
                ),
                "ids would be written as text",
            )
            .cure(format!("make it a Reference to `{here}`, or take `reference` out of the policy")),
        ),
        _ => None,
    }
}

fn too_short(column: &Column, of: &Use) -> Option<Check> {
    let (has, wanted) = (column.max_length?, of.max_length?);
    let is_text = column.reference.is_none() && !column.choice;
    (is_text && has < wanted).then(|| {
        let name = &column.name;
        Check::note(
            NAME,
            format!("`{name}` holds {has} characters, and the policy lets {wanted} through"),
            "ServiceNow cuts longer values without a word; their delivery says `truncated`",
        )
        .cure(format!("make `{name}` {wanted} long in `{USERS}`, or say `max_length = {has}` in the policy"))
    })
}

fn closed(column: &Column) -> Option<Check> {
    column.read_only.then(|| {
        let found = format!("`{}` is read-only in the dictionary", column.name);
        Check::note(NAME, found, "the form may not change it; the API may or may not")
            .cure("look at the first delivery: `dropped` means that it cannot be written")
    })
}

/// Columns that must have a value and that nothing fills.
fn mandatory(uses: &BTreeMap<FieldName, Use>, known: &Columns) -> Vec<Check> {
    let unfilled = known.iter().filter(|column| column.mandatory && !uses.contains_key(column.name.as_str()));
    let told = unfilled.map(|column| {
        let found = format!("`{}` must have a value, and the policy does not fill it", column.name);
        Check::note(NAME, found, "joiners are refused unless the column has a default")
            .cure(format!("map `{}` in the policy, or make it optional", column.name))
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_identity::id::SourceName;

    #[test]
    fn a_column_that_is_closed_to_writers_is_told() {
        let column = |read_only| Column {
            name: "u_text".to_owned(),
            kind: "string".to_owned(),
            max_length: Some(40),
            reference: None,
            choice: false,
            unique: false,
            mandatory: false,
            read_only,
        };
        let known = Columns::of([column(true)]);
        let check = judge(&"u_text".into(), &Use::default(), &known, &"u_key".into()).unwrap();
        assert!(check.found.contains("`u_text` is read-only"), "{check:?}");
        let known = Columns::of([column(false)]);
        assert_eq!(judge(&"u_text".into(), &Use::default(), &known, &"u_key".into()), None);
    }

    #[test]
    fn the_key_is_made_as_long_as_the_built_in_policy_fills_it() {
        let policy = Policy::built_in(&[SourceName::new("okta")]);
        let key = FieldName::from("u_okta_user_id");
        assert_eq!(uses(&policy, &key)[&key].max_length, Some(KEY_LENGTH));
        let cure = recipe(&key, &Use::default(), true);
        assert!(cure.contains(&format!("type String, maximum length {KEY_LENGTH}; tick Unique")), "{cure}");
    }
}
