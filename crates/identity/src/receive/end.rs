//! DELETE: a claim ends. The person is deactivated, and keeps id, record and history.

use super::settle::settle;
use super::{Context, Plan, Reply};
use crate::change::ClaimChange;
use crate::claim::Claim;
use crate::event::EventKind;
use crate::person::Person;

/// Decides what the end of this source's live claim does.
pub fn end(context: &Context<'_>, person: &Person, before: &Claim) -> Plan {
    let claim = Claim {
        active: false,
        active_since: if before.active { context.now } else { before.active_since },
        ended: Some(context.now),
        version: before.version + 1,
        modified: context.now,
        ..before.clone()
    };
    let mut settled = settle(context, person, &claim, true, None);
    let events = settled.events(context, EventKind::ClaimEnded, None, Vec::new());
    let claims = vec![ClaimChange::update(&person.id, before, claim)];
    Plan { reply: Reply::Ended(person.id.clone()), change: settled.into_change(claims, events) }
}
