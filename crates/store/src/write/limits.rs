//! Writes that limits need: who lost access, who is held, and what becomes of everybody whom a case holds. Only commits that
//! begin, end or hold access come here.

use super::cases;
use crate::driver::{Statement, Transaction};
use crate::encode::{micros, texts};
use jiff::Timestamp;
use tenure_identity::case::Case;
use tenure_identity::change::{Access, PersonChange, Sweep};
use tenure_identity::id::PersonId;
use tenure_identity::limit::{Hold, HoldState};

/// The counter of people who have access.
pub(crate) const ACTIVE: &str = "people:active";
/// The counter of how often anybody lost access.
pub(crate) const DEPARTURES: &str = "people:departures";

/// Of two commits that were decided on the same count, the second finds that it moved, if the limit allows only one.
const DEPART: &str = "update counters set value = value + 1 where name = $1 and value < $2";

const NOTE: &str = "insert into departures (at, person_id) values ($1, $2) on conflict do nothing";

const HOLD: &str =
    "update persons set hold_case = $1, hold_state = $2, hold_since = $3, hold_source = $4 where id = $5";

/// The case must still be open: its answer is carried out for those whom it holds then.
const STILL_OPEN: &str = "update cases set opened_at = opened_at where id = $1 and decided_at is null";

const TELL: &str = "insert into events (subject, at, kind, source, writer, request, note, decisions) \
     select id, cast($1 as bigint), cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as text), \
     cast($6 as text), cast($7 as text) from persons where hold_case = $8 and hold_state = $9 order by hold_since, id";

/// Whoever read one of these people before decides anew.
const SWEEP: &str = "update persons set hold_state = $1, hold_since = $2, due = due + $3, version = version + 1 \
     where hold_case = $4 and hold_state = $5";

const FOUND: &str = "update cases set candidates = $1, evidence = $2 where id = $3";

/// What the beginning or end of access leaves behind.
pub(super) fn access(change: &PersonChange, moment: Timestamp, out: &mut Transaction) {
    let mut count = |delta: i64| *out.counters.entry(ACTIVE.to_owned()).or_default() += delta;
    match &change.access {
        None => {}
        Some(Access::Begins) => count(1),
        Some(Access::Ends(ending)) => {
            count(-1);
            let below = ending.below.unwrap_or(i64::MAX);
            out.statements.push(Statement::new(DEPART, [DEPARTURES.into(), below.into()]).must_touch_one());
            let id = change.person.id.as_str().into();
            out.statements.push(Statement::new(NOTE, [micros(moment).into(), id]));
            out.statements.extend(ending.by.as_ref().map(|answer| cases::follow(answer, moment)));
        }
    }
}

/// Who is held now, or is not any more. Comes after the case is opened.
pub(super) fn hold(change: &PersonChange, out: &mut Transaction) {
    if !change.hold_changed {
        return;
    }
    let hold = change.person.hold.as_ref();
    let params = [
        hold.map(|hold| hold.case.as_str()).into(),
        hold.map(|hold| hold.state.label()).into(),
        hold.map(|hold| micros(hold.since)).into(),
        hold.map(|hold| hold.source.as_str()).into(),
        change.person.id.as_str().into(),
    ];
    out.statements.push(Statement::new(HOLD, params).must_touch_one());
    if let Some(Hold { case, state: HoldState::Held, .. }) = hold {
        out.statements.push(Statement::new(STILL_OPEN, [case.as_str().into()]).must_touch_one());
    }
}

/// Everybody whom the case is about hears of it and is in the other state. Comes after the case is decided or open again, so
/// that nobody is held by it meanwhile.
pub(super) fn sweep(sweep: &Sweep, out: &mut Transaction) {
    let (event, case) = (&sweep.event, sweep.case.as_str());
    let params = [
        micros(event.at).into(),
        event.kind.label().into(),
        event.actor.source.as_str().into(),
        event.actor.writer.as_str().into(),
        event.actor.request.as_deref().into(),
        event.note.as_deref().into(),
        crate::encode::decisions_text(&event.decisions).into(),
        case.into(),
        sweep.from.label().into(),
    ];
    out.statements.push(Statement::new(TELL, params));
    let due = i64::from(sweep.to == HoldState::Released);
    let params = [
        sweep.to.label().into(),
        micros(event.at).into(),
        due.into(),
        case.into(),
        sweep.from.label().into(),
    ];
    out.statements.push(Statement::new(SWEEP, params));
    out.statements.extend(sweep.found.as_ref().map(found));
}

fn found(case: &Case) -> Statement {
    let candidates: Vec<_> = case.candidates.iter().map(PersonId::to_string).collect();
    let params = [texts(&candidates).into(), texts(&case.evidence).into(), case.id.as_str().into()];
    Statement::new(FOUND, params)
}
