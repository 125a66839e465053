//! Whom onboarding leaves to a human: remembered with every look, so that delivery makes them no second record before
//! somebody has said which one is theirs; and the human's word, which the next look follows.

use super::{OnboardError, Study};
use crate::SharedEngine;
use std::collections::{HashMap, HashSet};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Answer, Known};
use tenure_scim::text::fold;
use tenure_store::deliveries::State;
use tenure_store::error::CommitError;
use tenure_store::onboard::{Question, Sought};

/// Records that are remembered of a question, for those who read why nothing is delivered.
const RECORDS: usize = 20;

/// A question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// By what onboarding knows the person.
    pub who: String,
    /// The records that were in question; the first of them, where there are many.
    pub records: Vec<SysId>,
}

/// Remembers who waits for a human. Of whom nothing is known now, nothing is forgotten: perhaps the export was another one.
pub(super) async fn remember(
    engine: &SharedEngine,
    study: &Study,
    before: &[Question],
) -> Result<(), OnboardError> {
    let known: HashMap<_, _> = study.known.iter().map(|known| (known.id.as_str(), known)).collect();
    let adoption = &study.adoption;
    let cases = adoption.cases.iter().map(|case| (case.kind.label(), &case.known, &case.records));
    let conflicts =
        adoption.conflicts.iter().map(|conflict| (conflict.kind.label(), &conflict.known, &conflict.records));
    let asked = cases.chain(conflicts).flat_map(|(kind, people, records)| {
        let people = people.iter().filter_map(|id| known.get(id.as_str()));
        people.map(move |person| question(person, kind, records))
    });
    let asked: Vec<_> = asked.collect();
    let settled = settled(&study.known, before, &asked);
    engine.store.ask_onboarding(&study.target, &settled, &asked, engine.clock.now()).await?;
    Ok(())
}

fn question(person: &Known, kind: &str, records: &[SysId]) -> Question {
    let records = records.iter().take(RECORDS).cloned().collect();
    Question { who: sought(person), kind: kind.to_owned(), records, answer: None }
}

fn sought(person: &Known) -> Sought {
    Sought {
        id: person.id.clone(),
        external_id: person.external_id.clone(),
        login: Some(person.user_name.clone()),
        address: person.emails.first().cloned(),
    }
}

/// People who were asked about, who are known now, and about whom there is no question any more.
fn settled(known: &[Known], before: &[Question], asked: &[Question]) -> Vec<String> {
    let waiting: Vec<_> = before.iter().filter(|question| question.answer.is_none()).collect();
    if waiting.is_empty() {
        return Vec::new();
    }
    let ids: HashSet<_> = known
        .iter()
        .flat_map(|known| known.external_id.as_deref().into_iter().chain([known.id.as_str()]))
        .collect();
    let logins: HashSet<_> = known.iter().map(|known| fold(known.user_name.trim())).collect();
    let still: HashSet<_> = asked.iter().map(|question| question.who.id.as_str()).collect();
    let is_known = |who: &Sought| {
        let by_id = who.external_id.iter().chain([&who.id]).any(|id| ids.contains(id.as_str()));
        by_id || who.login.as_ref().is_some_and(|login| logins.contains(login.as_str()))
    };
    let gone = waiting.iter().map(|question| &question.who);
    gone.filter(|who| !still.contains(who.id.as_str()) && is_known(who)).map(|who| who.id.clone()).collect()
}

/// Notes by a human's word which record is somebody's. The next look links them by it, and applying it writes the key;
/// who is new has a record made at once.
///
/// # Errors
/// If there is no target, onboarding asks nothing about such a person or asks about several, or the store fails.
pub async fn decide(
    engine: &SharedEngine,
    who: &str,
    answer: &Answer,
    by: &str,
) -> Result<Answered, OnboardError> {
    let target = &engine.delivery.as_ref().ok_or(OnboardError::NoTarget)?.target.name;
    let found = engine.store.onboard_questions_named(target, who.trim()).await?;
    let question = match found.as_slice() {
        [one] => one,
        [] => return Err(OnboardError::NoQuestion { who: who.to_owned() }),
        several => {
            let ids = several.iter().map(|question| question.who.id.clone()).collect();
            return Err(OnboardError::SeveralQuestions { who: who.to_owned(), ids });
        }
    };
    let (id, now) = (&question.who.id, engine.clock.now());
    match engine.store.answer_onboarding(target, id, answer, by, now).await {
        Ok(()) => {}
        Err(CommitError::Moved) => return Err(OnboardError::NoQuestion { who: who.to_owned() }),
        Err(error) => return Err(error.into()),
    }
    have_tried_again(engine, &question.who).await?;
    Ok(Answered { who: id.clone(), records: question.records.clone() })
}

/// Whoever was refused a record because of the question need not wait for the next try.
async fn have_tried_again(engine: &SharedEngine, who: &Sought) -> Result<(), OnboardError> {
    let store = engine.store();
    for name in [Some(&who.id), who.external_id.as_ref(), who.login.as_ref()].into_iter().flatten() {
        for person in store.find_people(name).await? {
            let delivery = store.delivery(person.as_str()).await?;
            if let Some(refused) = delivery.filter(|it| it.state == State::Refused) {
                store.retry_deliveries(Some(&refused.subject), None, engine.clock.now()).await?;
                engine.wake_delivery();
            }
        }
    }
    Ok(())
}
