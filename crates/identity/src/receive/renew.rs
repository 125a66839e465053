//! Renew: somebody's record is computed anew without a word of any source, because something else changed that it depends
//! on: the policy, a group that they joined or left, or the arrival of somebody whom they refer to.

use super::Context;
use super::settle::settle_as_is;
use crate::change::Change;
use crate::decision::Outcome;
use crate::event::EventKind;
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
            settled.events(context, EventKind::Resolved, Some(why.to_owned()), Vec::new())
        }
        false => Vec::new(),
    };
    let mut change = settled.into_change();
    change.settles = Some(person.due);
    Change { person: Some(change), events, ..Change::default() }
}
