//! Writes that limits need: who lost access, who is held, and what becomes of everybody whom a case holds. Only commits that
//! begin, end or hold access come here.

use super::cases;
use crate::driver::{Statement, Transaction};
use crate::encode::{micros, texts};
use jiff::Timestamp;
use tenure_identity::case::{Case, Decided};
use tenure_identity::change::{Access, PersonChange, Sweep, Unclaimed};
use tenure_identity::id::{CaseId, PersonId};
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

/// The case is closed if it holds nobody. It is touched before, so that of two commits that lift its last holds the second
/// waits for the first, and sees it.
const TOUCH: &str = "update cases set opened_at = opened_at where id = $1";
const CLOSE: &str = "update cases set ruling = $1, decided_by = $2, decided_at = $3, used_at = $4, note = $5 \
     where id = $6 and decided_at is null \
     and not exists (select 1 from persons where hold_case = $6 and hold_state = 'held')";

/// Of a person: some source still claims them.
pub(crate) const CLAIMED: &str =
    "exists (select 1 from claims where claims.person_id = persons.id and claims.ended_at is null)";

const TELL: &str = "insert into events (subject, at, kind, source, writer, request, note, decisions) \
     select id, cast($1 as bigint), cast($2 as text), cast($3 as text), cast($4 as text), cast($5 as text), \
     cast($6 as text), cast($7 as text) from persons where hold_case = $8 and hold_state = $9";

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

/// The case does not hold the person any more. Comes after that is written.
pub(super) fn vacate(id: &CaseId, decided: &Decided, out: &mut Transaction) {
    let params = [
        decided.ruling.label().into(),
        decided.by.as_str().into(),
        micros(decided.at).into(),
        decided.used.map(micros).into(),
        decided.note.as_deref().into(),
        id.as_str().into(),
    ];
    out.statements.extend([Statement::new(TOUCH, [id.as_str().into()]), Statement::new(CLOSE, params)]);
}

/// Everybody whom the case is about hears of it and is in the other state. Comes after the case is decided or open again, so
/// that nobody is held by it meanwhile.
pub(super) fn sweep(sweep: &Sweep, out: &mut Transaction) {
    let (event, case) = (&sweep.event, sweep.case.as_str());
    let among = match sweep.unclaimed {
        Unclaimed::LeftOut => format!(" and {CLAIMED}"),
        Unclaimed::Swept | Unclaimed::Absent => String::new(),
    };
    if sweep.unclaimed == Unclaimed::LeftOut {
        out.statements.push(Statement::new(STILL_OPEN, [case.into()]).must_touch_one());
    }
    let params = vec![
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
    out.statements.push(Statement::built(format!("{TELL}{among} order by hold_since, id"), params));
    let due = i64::from(sweep.to == HoldState::Released);
    let params = vec![
        sweep.to.label().into(),
        micros(event.at).into(),
        due.into(),
        case.into(),
        sweep.from.label().into(),
    ];
    out.statements.push(Statement::built(format!("{SWEEP}{among}"), params));
    if sweep.unclaimed != Unclaimed::Swept {
        out.statements.push(nobody_for_ever(sweep));
    }
    out.statements.extend(sweep.found.as_ref().map(found));
}

/// Of those who were swept some source still claims everybody; an end that came meanwhile refuses the commit.
fn nobody_for_ever(sweep: &Sweep) -> Statement {
    let (case, at) = (sweep.case.as_str(), micros(sweep.event.at));
    let sql = format!(
        "update cases set opened_at = opened_at where id = $1 and not exists (select 1 from persons \
         where hold_case = $1 and hold_state = $2 and hold_since = $3 and not {CLAIMED})"
    );
    let params = vec![case.into(), sweep.to.label().into(), at.into()];
    Statement::built(sql, params).must_touch_one()
}

fn found(case: &Case) -> Statement {
    let candidates: Vec<_> = case.candidates.iter().map(PersonId::to_string).collect();
    let params = [texts(&candidates).into(), texts(&case.evidence).into(), case.id.as_str().into()];
    Statement::new(FOUND, params)
}
