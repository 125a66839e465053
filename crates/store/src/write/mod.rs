//! A [`Change`] as statements: what the decisions decided, in the order in which constraints should speak.

mod cases;
mod claims;
mod deliveries;
mod groups;
mod limits;
mod persons;

pub(crate) use deliveries::{EVERY_GROUP, EVERYBODY, MARK, NOT_MARKED, REFERRED, due_now, mark_who_refers};
pub(crate) use limits::{ACTIVE, CLAIMED, DEPARTURES};
pub(crate) use persons::{MARK_MEMBERS, MARK_WAITING};

use crate::driver::{Dialect, Statement, Transaction};
use crate::encode::{decisions_text, micros};
use tenure_identity::change::{Change, Expect, GroupChange};
use tenure_identity::event::Event;
use tenure_identity::id::SourceName;

/// Everything that the change writes, in one transaction; with marks for delivery, if there is a target.
pub(crate) fn transaction(dialect: Dialect, delivers: bool, change: &Change) -> Transaction {
    let mut out = Transaction::default();
    let moment = change.events.iter().map(|event| event.at).max();
    if let Some(person) = &change.person {
        let moment = moment.unwrap_or(person.person.created);
        persons::write(person, &mut out);
        limits::access(person, moment, &mut out);
    }
    for claim in &change.claims {
        claims::write(dialect, claim, &mut out);
    }
    if let Some(group) = &change.group {
        group_and_members(dialect, change, group, &mut out);
    }
    deliveries::mark(dialect, delivers, change, &mut out);
    if let Some(case) = &change.opened {
        out.statements.push(cases::open(case));
    }
    if let Some(person) = &change.person {
        limits::hold(person, &mut out);
    }
    if let Some((id, decided)) = &change.vacates {
        limits::vacate(id, decided, &mut out);
    }
    if let Some((id, decided)) = &change.decided {
        out.statements.push(cases::decide(id, decided));
    }
    if let Some(answer) = &change.follows {
        out.statements.push(cases::follow(answer, moment.unwrap_or(answer.decided)));
    }
    if let Some(answer) = &change.reopened {
        out.statements.push(cases::reopen(answer));
    }
    if let Some(sweep) = &change.sweep {
        limits::sweep(sweep, &mut out);
    }
    out.statements.extend(change.events.iter().map(event));
    out
}

fn group_and_members(dialect: Dialect, change: &Change, group: &GroupChange, out: &mut Transaction) {
    groups::write(group, out);
    // The membership alone concerns nobody who refers to the group.
    if group.expect != Expect::Live {
        persons::group_named(dialect, &group.group, out);
    }
    let members = change.members.as_ref();
    // Whoever is in the group before a change of it has to hear of it, and whoever comes or goes.
    let cleared = members.is_some_and(|members| members.clear);
    if change.groups_matter && (cleared || matches!(group.expect, Expect::Version(_))) {
        persons::group_changed(dialect, group.id(), out);
    }
    let Some(members) = members else { return };
    groups::write_members(group.id(), members, out);
    if change.groups_matter {
        let added = members.add.iter().map(|member| member.value.clone());
        let moved: Vec<_> = added.chain(members.remove.iter().cloned()).collect();
        persons::regrouped(dialect, &moved, out);
    }
}

pub(crate) fn event(event: &Event) -> Statement {
    Statement::new(
        "insert into events (subject, at, kind, source, writer, request, note, decisions) \
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        [
            event.subject.as_str().into(),
            micros(event.at).into(),
            event.kind.label().into(),
            event.actor.source.as_str().into(),
            event.actor.writer.as_str().into(),
            event.actor.request.as_deref().into(),
            event.note.as_deref().into(),
            decisions_text(&event.decisions).into(),
        ],
    )
}

/// The counters of one list: its total, and how often something left or re-entered its middle.
pub(crate) fn listing_counters(what: &str, source: &SourceName) -> (String, String) {
    (format!("{what}:{source}"), format!("{what}:{source}:reordered"))
}
