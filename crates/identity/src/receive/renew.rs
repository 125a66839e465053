//! Renew: somebody's record is computed anew without a word of any source, because something else changed that it depends
//! on: the policy, a group that they joined or left, or the arrival of somebody whom they refer to.

use super::Context;
use super::settle::settle_as_is;
use crate::case::{CaseKind, Ruling};
use crate::change::Change;
use crate::decision::Outcome;
use crate::event::EventKind;
use crate::limit::HoldState;
use crate::person::Person;

/// The change that brings the person up to date. It says on the timeline what changed, and nothing if nothing did.
pub fn renew(context: &Context<'_>, person: &Person, why: &str) -> Change {
    let mut settled = settle_as_is(context, person);
    // A group that they refer to may have gone: the field keeps it, and waits.
    let waits_anew = settled.person.waits && !person.waits;
    let worth_saying = settled.changed || waits_anew || !settled.findings.is_empty();
    let events = match worth_saying {
        true => {
            settled.decisions.retain(|decision| decision.outcome != Outcome::Unchanged);
            let why = released(person).unwrap_or_else(|| why.to_owned());
            settled.events(context, EventKind::Resolved, Some(why), Vec::new())
        }
        false => Vec::new(),
    };
    let mut change = settled.into_change(Vec::new(), events);
    if let Some(settling) = &mut change.person {
        settling.settles = Some(person.due);
    }
    change
}

/// Why somebody is resolved anew whose access a human has released.
fn released(person: &Person) -> Option<String> {
    let hold = person.hold.as_ref().filter(|hold| hold.state == HoldState::Released)?;
    Some(format!("case {} ({}): {}", hold.case, CaseKind::MassChange.label(), Ruling::Release.label()))
}
