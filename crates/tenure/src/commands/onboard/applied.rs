//! What became of the links and keys that were written: the counts, and a line for each that somebody has to look into.

use super::Report;
use super::json::Each;
use crate::output;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tenure_engine::onboard::{Applied, Fate};

/// Lines that are shown at a terminal.
const SHOWN: usize = 20;

/// How many links, keys and external ids came out how.
fn counts(applied: &[Applied]) -> BTreeMap<(&'static str, &'static str), usize> {
    let mut counts = BTreeMap::new();
    for (what, fate) in applied.iter().flat_map(Applied::fates) {
        *counts.entry((what, fate.label())).or_default() += 1;
    }
    counts
}

/// Whether anything went wrong.
pub(super) fn has_trouble(applied: &[Applied]) -> bool {
    applied.iter().flat_map(Applied::fates).any(|(_, fate)| fate.is_trouble())
}

pub(super) fn table(report: &Report<'_>, applied: &[Applied]) -> String {
    let rows = counts(applied)
        .into_iter()
        .map(|((what, label), count)| vec![what.to_owned(), label.to_owned(), count.to_string()]);
    let mut text = format!("Applied\n{}", output::table(&["WHAT", "OUTCOME", "COUNT"], rows));
    let fates = || applied.iter().flat_map(|it| it.fates().map(move |(what, fate)| (it, what, fate)));
    let trouble = || fates().filter(|(_, _, fate)| fate.is_trouble());
    let count = trouble().count();
    if count > 0 {
        let rows = trouble().take(SHOWN).map(|(it, what, fate)| {
            let why = fate.reason().unwrap_or_default();
            vec![format!("{what} {}", fate.label()), report.record(&it.record), why.to_owned()]
        });
        text += &format!("\n\nNot done\n{}", output::table(&["WHAT", "RECORD", "WHY"], rows));
        if count > SHOWN {
            text += &format!("\n{} more; `--format json` has all", count - SHOWN);
        }
    }
    text
}

/// What became of everything, for programs.
pub(super) struct Outcome<'a>(pub(super) &'a [Applied]);

impl Serialize for Outcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut by_what: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
        for ((what, label), count) in counts(self.0) {
            by_what.entry(what).or_default().insert(label, count);
        }
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("counts", &by_what)?;
        map.serialize_entry("links", &Each(|| self.0.iter().map(one)))?;
        map.end()
    }
}

fn one(applied: &Applied) -> Value {
    let fate = |fate: &Fate| json!({ "outcome": fate.label(), "reason": fate.reason() });
    json!({
        "record": applied.record.as_str(),
        "person": applied.person,
        "by": applied.by.label(),
        "link": fate(&applied.link),
        "key": applied.key.as_ref().map(fate),
        "scim": applied.scim.as_ref().map(fate),
    })
}
