//! Whom onboarding leaves to a human: remembered with every look, so that delivery makes them no second record before
//! somebody has said which one is theirs; and the human's word, which the next look follows.

use super::{OnboardError, Study, sure};
use crate::SharedEngine;
use crate::deliver::USERS;
use std::collections::{BTreeSet, HashMap, HashSet};
use tenure_connect::servicenow::Lane;
use tenure_identity::event::Subject;
use tenure_identity::id::{PersonId, SysId};
use tenure_identity::onboard::{Answer, Known, QuestionKind};
use tenure_scim::text::fold;
use tenure_store::deliveries::State;
use tenure_store::error::CommitError;
use tenure_store::onboard::{Question, Sought};

/// Records that are remembered of a question, for those who read why nothing is delivered.
const RECORDS: usize = 20;

/// What is asked about whoever looks like a newcomer while users are hidden from us.
pub(crate) const HIDDEN: &str = "hidden-records";

/// Questions whose records have the person's user name.
const OF_ONE_NAME: [QuestionKind; 2] = [QuestionKind::FormerOwner, QuestionKind::NotAPerson];

/// A question that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// By what onboarding knows the person.
    pub who: String,
    /// The records that were in question; the first of them, where there are many.
    pub records: Vec<SysId>,
    /// Whether they are in question because of the user name, of which the target has one only.
    pub name_is_taken: bool,
    /// Whether they have been pushed, so that there is something to link.
    pub is_pushed: bool,
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
    let unseen = if study.is_trusted() { &[][..] } else { &adoption.newcomers[..] };
    let unseen = unseen.iter().filter_map(|id| known.get(id.as_str()));
    // Of whom a human has said that they are new is new, whatever is hidden.
    let unseen = unseen.filter(|person| person.answer != Some(Answer::New));
    let asked: Vec<_> = asked.chain(unseen.map(|person| question(person, HIDDEN, &[]))).collect();
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
/// If there is no target, onboarding asks nothing about such a person or asks about several, the record is not there or
/// somebody else's, or the store fails.
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
    let people = people(engine, &question.who).await?;
    if let Answer::Record(record) = answer {
        can_be_theirs(engine, question, &people, record).await?;
    }
    let (id, now) = (&question.who.id, engine.clock.now());
    match engine.store.answer_onboarding(target, id, answer, by, now).await {
        Ok(()) => {}
        Err(CommitError::Moved) => return Err(OnboardError::NoQuestion { who: who.to_owned() }),
        Err(error) => return Err(error.into()),
    }
    have_tried_again(engine, &people).await?;
    Ok(Answered {
        who: id.clone(),
        records: question.records.clone(),
        name_is_taken: OF_ONE_NAME.iter().any(|kind| kind.label() == question.kind),
        is_pushed: !people.is_empty(),
    })
}

/// The people of ours whom a question is about.
async fn people(engine: &SharedEngine, who: &Sought) -> Result<BTreeSet<PersonId>, OnboardError> {
    let mut people = BTreeSet::new();
    for name in [Some(&who.id), who.external_id.as_ref(), who.login.as_ref()].into_iter().flatten() {
        people.extend(engine.store.find_people(name).await?);
    }
    Ok(people)
}

/// Refuses a record that is another person's by link, by the last look or by stable key, or that the target does not have. Of those that were
/// in question it is known that they are there, and a key that they carry is part of the question.
async fn can_be_theirs(
    engine: &SharedEngine,
    question: &Question,
    people: &BTreeSet<PersonId>,
    record: &SysId,
) -> Result<(), OnboardError> {
    let holder = engine.store.holders_of(&[record.to_string()]).await?.remove(record);
    let anothers = |why| OnboardError::Anothers { record: record.clone(), why };
    match holder {
        Some(Subject::Person(holder)) if people.contains(&holder) => return Ok(()),
        Some(holder) => return Err(anothers(format!("it is linked to {}", holder.as_str()))),
        None if question.records.contains(record) => return Ok(()),
        None => {}
    }
    let target = &engine.delivery.as_ref().ok_or(OnboardError::NoTarget)?.target;
    if let Some(owner) = sure::owner(engine, &target.name, record).await?.filter(|it| *it != question.who.id)
    {
        return Err(anothers(format!("by the last look it is {owner}'s")));
    }
    let key = target.settings.key.as_str();
    let row = target.client.get(Lane::Normal, USERS, record, &["sys_id", key]).await;
    let row = row.map_err(|source| OnboardError::Unasked { record: record.clone(), source })?;
    let row = row.ok_or_else(|| OnboardError::NotThere { record: record.clone() })?;
    let carried = row.get(key);
    if carried.is_empty() || question.who.external_id.as_deref() == Some(carried) {
        return Ok(());
    }
    Err(anothers(format!("it carries the stable key `{carried}`")))
}

/// Whoever was refused a record because of the question need not wait for the next try.
async fn have_tried_again(engine: &SharedEngine, people: &BTreeSet<PersonId>) -> Result<(), OnboardError> {
    let store = engine.store();
    for person in people {
        let delivery = store.delivery(person.as_str()).await?;
        if let Some(refused) = delivery.filter(|it| it.state == State::Refused) {
            store.retry_deliveries(Some(&refused.subject), None, engine.clock.now()).await?;
            engine.wake_delivery();
        }
    }
    Ok(())
}
