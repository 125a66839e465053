//! Everybody who is known: the people in our store, and the identity provider's users who have not been pushed yet.

use super::OnboardError;
use crate::SharedEngine;
use std::collections::{HashMap, HashSet};
use tenure_identity::id::FieldName;
use tenure_identity::onboard::{Known, Name};
use tenure_identity::person::Person;
use tenure_scim::text::fold;
use tenure_store::onboard::Question;

/// People who are read at a time.
const PIECE: u32 = 1_000;

/// Our people by their ids, then the exported users whom we do not have, each with what a human has said of them.
pub(super) async fn everybody(
    engine: &SharedEngine,
    exported: Vec<Known>,
    questions: &[Question],
) -> Result<Vec<Known>, OnboardError> {
    let mut everybody = all(engine, exported).await?;
    everybody.shrink_to_fit();
    answered(&mut everybody, questions);
    Ok(everybody)
}

/// Puts answers to those whom they are about.
fn answered(everybody: &mut [Known], questions: &[Question]) {
    let answered =
        questions.iter().filter_map(|question| Some((&question.who, &question.answer.as_ref()?.0)));
    let (mut by_id, mut by_login) = (HashMap::new(), HashMap::new());
    for (who, answer) in answered {
        by_id.extend(who.external_id.iter().chain([&who.id]).map(|id| (id.as_str(), answer)));
        by_login.extend(who.login.iter().map(|login| (login.as_str(), answer)));
    }
    if by_id.is_empty() {
        return;
    }
    for known in everybody {
        let ids = known.external_id.as_deref().into_iter().chain([known.id.as_str()]);
        let by_login = || by_login.get(&*fold(known.user_name.trim()));
        known.answer = ids.into_iter().find_map(|id| by_id.get(id)).or_else(by_login).map(|&it| it.clone());
    }
}

async fn all(engine: &SharedEngine, exported: Vec<Known>) -> Result<Vec<Known>, OnboardError> {
    let key = engine.delivery.as_ref().map(|delivery| delivery.target.settings.key.clone());
    let (key, mut after) = (key.ok_or(OnboardError::NoTarget)?, String::new());
    let mut ours = Vec::new();
    loop {
        let people = engine.store.people_after(&after, PIECE).await?;
        let Some(last) = people.last() else { return Ok(together(ours, exported)) };
        after = last.id.to_string();
        ours.extend(people.iter().map(|person| known(person, &key)));
    }
}

/// A person by what delivery will write of them.
fn known(person: &Person, key: &FieldName) -> Known {
    let text = |field: &str| person.record.text(field).filter(|it| !it.is_empty()).map(str::to_owned);
    Known {
        external_id: text(key.as_str()),
        employee_number: text("employee_number"),
        emails: text("email").into_iter().collect(),
        name: Name { first: text("first_name"), middle: text("middle_name"), last: text("last_name") },
        active: person.active,
        ..Known::new(person.id.as_str(), text("user_name").unwrap_or_default())
    }
}

/// Of somebody who is in both, ours counts: by the external id, and where one side has none by the login.
fn together(ours: Vec<Known>, exported: Vec<Known>) -> Vec<Known> {
    let ids: HashSet<_> = ours.iter().filter_map(|known| known.external_id.clone()).collect();
    let logins: HashSet<_> = ours.iter().map(|known| fold(&known.user_name)).collect();
    let without_id: HashSet<_> =
        ours.iter().filter(|known| known.external_id.is_none()).map(|known| fold(&known.user_name)).collect();
    let is_ours = |known: &Known| match &known.external_id {
        Some(id) => ids.contains(id) || without_id.contains(&fold(&known.user_name)),
        None => logins.contains(&fold(&known.user_name)),
    };
    let others: Vec<_> = exported.into_iter().filter(|known| !is_ours(known)).collect();
    let mut everybody = ours;
    everybody.extend(others);
    everybody
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_identity::onboard::Answer;
    use tenure_store::onboard::Sought;

    fn person(id: &str, external_id: Option<&str>, login: &str) -> Known {
        Known { external_id: external_id.map(str::to_owned), ..Known::new(id, login) }
    }

    #[test]
    fn whoever_was_pushed_is_not_taken_for_two() {
        let ours = vec![person("p1", Some("00u1"), "ada"), person("p2", None, "grace")];
        let exported = vec![
            person("00u1", Some("00u1"), "ada.renamed"),
            person("00u2", Some("00u2"), "Grace"),
            person("Ada", None, "Ada"),
            person("00u4", Some("00u4"), "ada"),
        ];
        let ids: Vec<_> = together(ours, exported).into_iter().map(|known| known.id).collect();
        assert_eq!(ids, ["p1", "p2", "00u4"]);
    }

    #[test]
    fn an_answer_is_found_before_and_after_the_push() {
        let who = Sought {
            id: "00u1".into(),
            external_id: Some("00u1".into()),
            login: Some("ada".into()),
            address: None,
        };
        let answer = Some((Answer::New, "grace".to_owned()));
        let question = Question { who, kind: String::new(), records: Vec::new(), answer };
        let mut everybody = [
            person("00u1", Some("00u1"), "a"),
            person("p1", Some("00u1"), "b"),
            person("p2", None, "ADA"),
            person("p3", Some("00u3"), "c"),
        ];
        answered(&mut everybody, &[question]);
        let told: Vec<_> = everybody.iter().map(|known| known.answer.is_some()).collect();
        assert_eq!(told, [true, true, true, false]);
    }
}
