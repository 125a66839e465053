//! The order in which rules for fields are tried: what another rule reads comes before it. A field that depends on itself
//! is an error.

use crate::id::FieldName;
use crate::policy::FieldRule;
use crate::policy::problem::Problem;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;

/// Rules of one field, each with where it names the field.
type Rules = Vec<(Spanned<String>, FieldRule)>;

pub(super) fn in_order(rules: Rules, problems: &mut Vec<Problem>) -> Vec<FieldRule> {
    let mut waiting: BTreeMap<FieldName, Rules> = BTreeMap::new();
    for (place, rule) in rules {
        waiting.entry(rule.field.clone()).or_default().push((place, rule));
    }
    let mut ordered = Vec::new();
    while let Some(name) = waiting.keys().find(|name| read_of(name, &waiting).is_empty()).cloned() {
        let mut rules = waiting.remove(&name).expect("it was found there");
        rules.sort_by_key(|(_, rule)| rule.precedence);
        ordered.extend(rules.into_iter().map(|(_, rule)| rule));
    }
    problems.extend(circle(&waiting));
    ordered
}

/// The fields that still wait and that the rules for this one read.
fn read_of<'w>(name: &FieldName, waiting: &'w BTreeMap<FieldName, Rules>) -> BTreeSet<&'w FieldName> {
    let rules = waiting[name].iter().map(|(_, rule)| rule);
    let programs = rules.flat_map(|rule| [&rule.when, &rule.value]);
    let attributes = programs.flat_map(|program| &program.reads().attributes);
    let fields = attributes.filter(|it| &*it.root == "record").filter_map(|it| it.path.first());
    fields.filter_map(|field| Some(waiting.get_key_value(&**field)?.0)).collect()
}

/// All that wait read another that waits; whoever follows that comes to a circle.
fn circle(waiting: &BTreeMap<FieldName, Rules>) -> Option<Problem> {
    let mut way = vec![waiting.keys().next()?];
    let start = loop {
        let next = read_of(way[way.len() - 1], waiting).into_iter().next()?;
        match way.iter().position(|name| *name == next) {
            Some(start) => break start,
            None => way.push(next),
        }
    };
    let circle = &way[start..];
    let read = circle.iter().skip(1).chain(circle.first()).map(|name| format!("`{name}`"));
    let read = read.collect::<Vec<_>>().join(", whose rule reads ");
    let message = format!("`{}` depends on itself: its rule reads {read}", circle[0]);
    let (place, _) = waiting[circle[0]].first()?;
    let help = "let one of them read a source, as `user.…`, instead of `record.…`";
    Some(Problem::error(place.span(), message).help(help))
}
