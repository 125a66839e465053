//! `user.getGroups` and `user.isMemberOf`: groups by criteria. Values of one criterion are alternatives; all criteria hold.

use super::{Call, Entry, Fault, Outcome};
use crate::context::Group;
use crate::suggest::did_you_mean;
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "user.getGroups(criteria: object...) -> list",
        "The user's groups that fit all criteria: `group.id`, `group.source.id`, `group.type`, `group.profile.name`. Names are \
         compared by their beginning, or with `'operator': 'EXACT'` as a whole.",
        ("", ""),
        get_groups,
    ),
    Entry::new(
        "user.isMemberOf(criteria: object...) -> boolean",
        "Whether the user is in a group that fits all criteria.",
        ("", ""),
        is_member,
    ),
];

const KEYS: [&str; 4] = ["group.id", "group.source.id", "group.type", "group.profile.name"];

/// One thing that a group has to fit.
struct Criterion {
    key: &'static str,
    values: Vec<String>,
    exact: bool,
}

fn get_groups<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let criteria = criteria(call)?;
    let context = call.machine.context;
    let mut found = Vec::new();
    for group in context.groups() {
        call.machine.charge(1)?;
        if criteria.iter().all(|it| it.fits(&group)) {
            found.push(Value::Group(Box::new(group)));
        }
    }
    Ok(Value::List(found))
}

fn is_member<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let criteria = criteria(call)?;
    let context = call.machine.context;
    Ok(Value::Boolean(context.groups().any(|group| criteria.iter().all(|it| it.fits(&group)))))
}

fn criteria(call: &mut Call<'_, '_>) -> Result<Vec<Criterion>, Box<Fault>> {
    let mut criteria = Vec::new();
    for at in 0..call.count() {
        let Value::Map(entries) = call.take(at) else {
            let help = "criteria are written {'group.type': {'OKTA_GROUP'}}";
            return Err(Fault::new("expected criteria in braces").help(help).at(at));
        };
        read(&entries, &mut criteria).map_err(|fault| fault.at(at))?;
    }
    Ok(criteria)
}

/// The criteria of one map; its operator is for all of them.
fn read(
    entries: &[(std::borrow::Cow<'_, str>, Value<'_>)],
    criteria: &mut Vec<Criterion>,
) -> Result<(), Box<Fault>> {
    let operator = entries.iter().find(|(key, _)| key == "operator").map(|(_, value)| value);
    let exact = match operator.map(Value::as_text) {
        None | Some(Some("STARTS_WITH")) => false,
        Some(Some("EXACT")) => true,
        _ => return Err(Fault::new("unknown operator").help("operators are STARTS_WITH and EXACT")),
    };
    for (key, value) in entries.iter().filter(|(key, _)| key != "operator") {
        let Some(key) = KEYS.into_iter().find(|it| it == key) else {
            let fault = Fault::new(format!("groups have no criterion `{key}`"));
            return Err(fault.help(did_you_mean(key, KEYS).unwrap_or_else(|| KEYS.join(", "))));
        };
        criteria.push(Criterion { key, values: values(value)?, exact });
    }
    Ok(())
}

fn values(value: &Value<'_>) -> Result<Vec<String>, Box<Fault>> {
    let text = |value: &Value<'_>| {
        let text = value.as_text().map(str::to_owned);
        text.ok_or_else(|| Fault::new(format!("a criterion is text, and this is {}", value.describe())))
    };
    match value.elements() {
        Some(mut items) => items.try_fold(Vec::new(), |mut all, item| {
            all.push(text(&item)?);
            Ok(all)
        }),
        None => Ok(vec![text(value)?]),
    }
}

impl Criterion {
    fn fits(&self, group: &Group<'_>) -> bool {
        self.values.iter().any(|value| match self.key {
            "group.id" => group.id == value,
            "group.source.id" => group.source_id == Some(value),
            "group.type" => group.kind == value,
            _ if self.exact => group.name == value,
            // Okta's samples write prefixes as `West Coast.*`.
            _ => group.name.starts_with(value.strip_suffix(".*").unwrap_or(value)),
        })
    }
}
