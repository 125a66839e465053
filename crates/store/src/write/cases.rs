//! Writes of the table `cases`.

use crate::driver::Statement;
use crate::encode::{micros, object_text, texts};
use tenure_identity::case::{Case, Decided, Ruling};
use tenure_identity::id::CaseId;

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
    let person = match &decided.ruling {
        Ruling::Link(person) => Some(person.as_str()),
        Ruling::Create | Ruling::Reject => None,
    };
    let params = [
        decided.ruling.label().into(),
        person.into(),
        decided.by.as_str().into(),
        micros(decided.at).into(),
        id.as_str().into(),
    ];
    Statement::new(
        "update cases set ruling = $1, ruling_person = $2, decided_by = $3, decided_at = $4 \
         where id = $5 and decided_at is null",
        params,
    )
    .must_touch_one()
}
