//! What the demo says at the end: what happened and what Tenure made of it, whether everybody is right, and who waits.

use super::Result;
use crate::cli::Format;
use crate::commands::review;
use crate::output;
use serde_json::{Value, json};
use tenure_identity::case::Case;
use tenure_identity::event::EventKind;
use tenure_lab::proof::Proof;

/// A number of the year: its name for programs, what it counts, and what Tenure made of it.
struct Number {
    key: &'static str,
    what: &'static str,
    count: u64,
    meaning: &'static str,
}

/// Shows the result: data on standard output, what else went wrong on standard error.
pub(super) fn show(result: &Result, format: Format) {
    match format {
        Format::Json => output::json(&as_json(result)),
        Format::Table => show_tables(result),
    }
    show_problems(result);
}

fn show_tables(result: &Result) {
    let rows = numbers(result)
        .into_iter()
        .map(|number| vec![number.what.to_owned(), number.count.to_string(), number.meaning.to_owned()]);
    output::line(&output::table(&["A YEAR", "", "WHAT TENURE MADE OF IT"], rows));
    let comparison = &result.comparison;
    output::line(&format!(
        "of {} people, {} have exactly one record that is right, {} wait for a human's decision, {} are wrong",
        comparison.humans,
        comparison.right,
        comparison.undecided,
        comparison.differences().len()
    ));
    for difference in comparison.differences() {
        output::line(&format!("wrong: {difference}"));
    }
    let target = &result.target;
    output::line(&format!(
        "ServiceNow holds {} records after {} calls: {} people are right there, {} wait, {} are wrong",
        target.records,
        target.calls.total,
        target.right,
        target.undecided.len(),
        target.differences.len()
    ));
    output::line(&format!(
        "open work with leavers: {}, {} tasks handed over",
        if target.with_leavers == 0 { "none".to_owned() } else { target.with_leavers.to_string() },
        target.handed_over
    ));
    for difference in &target.differences {
        output::line(&format!("wrong in ServiceNow: {difference}"));
    }
    for careless in &target.careless {
        output::line(&format!("written without need to ServiceNow: {careless}"));
    }
    if !result.waiting.is_empty() {
        output::line("these wait, because to guess would risk one person's access for another's:");
        let row = |case: &Case| {
            vec![review::who(case), review::question(case).to_owned(), format!("case {}", case.id)]
        };
        output::line(&output::table(&["WHO", "WHY", ""], result.waiting.iter().map(row)));
    }
}

fn as_json(result: &Result) -> Value {
    let comparison = &result.comparison;
    let mut summary: serde_json::Map<_, _> =
        numbers(result).into_iter().map(|number| (number.key.to_owned(), number.count.into())).collect();
    let rest = [
        ("people", json!(comparison.humans)),
        ("records", json!(comparison.right)),
        ("undecided", json!(comparison.undecided)),
        ("wrong", json!(comparison.differences().len())),
        ("differences", json!(comparison.differences())),
        ("target", target_json(&result.target)),
        ("casesWaiting", json!(result.waiting.len())),
        ("cases", result.waiting.iter().map(case_json).collect()),
    ];
    summary.extend(rest.map(|(key, value)| (key.to_owned(), value)));
    summary.into()
}

fn target_json(target: &Proof) -> Value {
    json!({
        "records": target.records, "right": target.right, "undecided": target.undecided.len(),
        "wrong": target.differences.len(), "differences": target.differences, "calls": target.calls.total,
        "carelessWrites": target.careless, "openWithLeavers": target.with_leavers,
        "tasksHandedOver": target.handed_over,
    })
}

fn case_json(case: &Case) -> Value {
    json!({
        "id": case.id.as_str(), "kind": case.kind.label(), "source": case.source.as_str(),
        "who": review::who(case), "question": review::question(case),
    })
}

/// Refusals that no case explains, and failures.
fn show_problems(result: &Result) {
    let explained = |detail: &str| result.waiting.iter().any(|case| detail.contains(case.id.as_str()));
    let refusals = result.played.refusals.iter();
    for refused in refusals.filter(|refused| !refused.overcome && !explained(&refused.refusal.detail)) {
        let who = refused.who.as_ref().map_or("a group", |who| who.0.as_str());
        output::say(&format!(
            "refused on day {}: {} of {who}: {}",
            refused.day, refused.kind, refused.refusal
        ));
    }
    for failure in &result.played.failures {
        let who = failure.who.as_ref().map_or("a group", |who| who.0.as_str());
        output::say(&format!("failed on day {}: {} of {who}: {}", failure.day, failure.kind, failure.error));
    }
}

fn numbers(result: &Result) -> Vec<Number> {
    let played = &result.played;
    let number = |key, what, count, meaning| Number { key, what, count, meaning };
    let events = |kind| result.events_of(kind);
    vec![
        number("founders", "people at first", played.founders as u64, "one record each"),
        number("joiners", "joiners", played.joiners as u64, "a new record, unless they were known"),
        number("movers", "movers", played.movers as u64, "the same record with new values"),
        number(
            "leavers",
            "leavers",
            played.leavers as u64,
            "no access any more; id, record and history are kept",
        ),
        number("rehires", "rehires", played.rehires as u64, "the old record, active again"),
        number(
            "requests",
            "SCIM requests",
            played.requests,
            "sent by a simulated Okta and a simulated Entra",
        ),
        number("returned", "returns", events(EventKind::Returned), "recognised; back under their old id"),
        number("relinked", "new external ids", events(EventKind::Relinked), "recognised by a stable key"),
        number("linked", "second sources", events(EventKind::Linked), "recognised; one record for both"),
        number("refused", "refusals", played.refusals.len() as u64, "posted twice, or held for a human"),
        number(
            "duplicatesPrevented",
            "duplicates prevented",
            result.duplicates_prevented(),
            "the sum of the four lines above",
        ),
        number(
            "nearDuplicates",
            "pairs who look alike",
            // Each pair is noted on both timelines.
            events(EventKind::NearDuplicate) / 2,
            "kept apart, and noted on both timelines",
        ),
    ]
}

impl Result {
    /// Whether everybody is right, here and in ServiceNow.
    pub(super) fn is_right(&self) -> bool {
        self.comparison.is_right() && self.target.is_right() && self.played.failures.is_empty()
    }

    fn events_of(&self, kind: EventKind) -> u64 {
        let found = self.events.iter().find(|(known, _)| *known == kind);
        found.map_or(0, |(_, count)| u64::try_from(*count).unwrap_or_default())
    }

    /// Every time somebody was recognised who would have been a second record elsewhere, or was kept from becoming one.
    fn duplicates_prevented(&self) -> u64 {
        let recognised = [EventKind::Returned, EventKind::Relinked, EventKind::Linked];
        recognised.map(|kind| self.events_of(kind)).iter().sum::<u64>() + self.played.refusals.len() as u64
    }
}
