//! Writes of the table `cases`.

use crate::driver::Statement;
use crate::encode::{micros, object_text, texts};
use jiff::Timestamp;
use tenure_identity::case::{Case, Decided};
use tenure_identity::change::Answer;
use tenure_identity::id::{CaseId, PersonId};

pub(super) fn open(case: &Case) -> Statement {
    let candidates: Vec<_> = case.candidates.iter().map(ToString::to_string).collect();
    Statement::new(
        "insert into cases (id, kind, source, identity, blocking, claim, candidates, evidence, opened_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        [
            case.id.as_str().into(),
            case.kind.label().into(),
            case.source.as_str().into(),
            case.identity.as_str().into(),
            case.kind.blocks().into(),
            object_text(&case.claim).into(),
            texts(&candidates).into(),
            texts(&case.evidence).into(),
            micros(case.opened).into(),
        ],
    )
}

/// Only an open case can be decided; a second decision finds that it moved.
pub(super) fn decide(id: &CaseId, decided: &Decided) -> Statement {
    let params = [
        decided.ruling.label().into(),
        decided.ruling.person().map(PersonId::as_str).into(),
        decided.by.as_str().into(),
        micros(decided.at).into(),
        decided.note.as_deref().into(),
        id.as_str().into(),
    ];
    Statement::new(
        "update cases set ruling = $1, ruling_person = $2, decided_by = $3, decided_at = $4, note = $5 \
         where id = $6 and decided_at is null",
        params,
    )
    .must_touch_one()
}

/// A claim goes through by the answer: from now on it cannot be taken back. Who comes after it was taken back finds that
/// it moved.
pub(super) fn follow(answer: &Answer, moment: Timestamp) -> Statement {
    Statement::new(
        "update cases set used_at = coalesce(used_at, $1) where id = $2 and decided_at = $3",
        [micros(moment).into(), answer.case.as_str().into(), micros(answer.decided).into()],
    )
    .must_touch_one()
}

/// The answer is taken back, unless a claim has gone through by it.
pub(super) fn reopen(answer: &Answer) -> Statement {
    Statement::new(
        "update cases set ruling = null, ruling_person = null, decided_by = null, decided_at = null, note = null \
         where id = $1 and decided_at = $2 and used_at is null",
        [answer.case.as_str().into(), micros(answer.decided).into()],
    )
    .must_touch_one()
}
