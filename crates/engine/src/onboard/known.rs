//! Everybody who is known: the people in our store, and the identity provider's users who have not been pushed yet.

use super::OnboardError;
use crate::SharedEngine;
use std::collections::HashSet;
use tenure_identity::id::FieldName;
use tenure_identity::onboard::{Known, Name};
use tenure_identity::person::Person;
use tenure_scim::text::fold;

/// People who are read at a time.
const PIECE: u32 = 1_000;

/// Our people by their ids, then the exported users whom we do not have.
pub(super) async fn everybody(
    engine: &SharedEngine,
    exported: Vec<Known>,
) -> Result<Vec<Known>, OnboardError> {
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
    ours.into_iter().chain(others).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
