//! Survey and adoption of the same records together: looking for those that are one human being is most of the work of
//! either, and is done once.

use super::adopt::{Adoption, adopt_among};
use super::existing::{Existing, Known};
use super::lengths::Lengths;
use super::survey::{Survey, long_logins, survey_among};
use super::suspects::suspects;
use crate::policy::Policy;
use jiff::Timestamp;

/// What [`super::survey`] says, with what is to be known of the people beside it, and what [`super::adopt`] says.
pub fn study(
    policy: &Policy,
    lengths: &Lengths,
    rows: &[Existing],
    known: &[Known],
    now: Timestamp,
) -> (Survey, Adoption) {
    let clusters = suspects(rows);
    let adoption = adopt_among(policy, rows, clusters.clone(), known);
    let mut survey = survey_among(rows, clusters, lengths, now);
    survey.findings.extend(long_logins(known, lengths));
    // Stable: those of records stay first.
    survey.findings.sort_by_key(|finding| finding.kind);
    (survey, adoption)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SysId;
    use crate::onboard::{FindingKind, Name, adopt, survey};
    use crate::testing::policy;

    #[test]
    fn together_they_say_what_each_says_alone() {
        let row = |id: &str, login: &str| Existing {
            employee_number: Some("E1".into()),
            name: Name::of("Ada", "Lovelace"),
            ..Existing::new(SysId::new(id), login)
        };
        let (rows, known) = ([row("r1", "ada"), row("r2", "alovelace")], [Known::new("00u1", "ada")]);
        let now: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        let (policy, lengths) = (policy(), Lengths::of(&policy(), &"u_key".into()));
        let (surveyed, adoption) = study(&policy, &lengths, &rows, &known, now);
        assert_eq!(surveyed, survey(&rows, &lengths, now));
        assert_eq!(surveyed.clusters.len(), 1);
        assert_eq!(adoption, adopt(&policy, &rows, &known));
    }

    #[test]
    fn a_login_that_the_target_does_not_take_is_found_before_the_push() {
        let lengths = Lengths::of(&policy(), &"u_key".into());
        let now: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        let known = [Known::new("00u1", "a".repeat(40)), Known::new("00u2", "b".repeat(41))];
        let found = |lengths: &Lengths| {
            let (survey, _) = study(&policy(), lengths, &[], &known, now);
            assert!(
                survey.findings.iter().all(|it| it.kind == FindingKind::TooLong && it.records.is_empty())
            );
            survey.findings.into_iter().flat_map(|it| it.people).collect::<Vec<_>>()
        };
        assert_eq!(found(&lengths), ["00u2"]);
        assert_eq!(found(&lengths.with_login_of(Some(30))), ["00u1", "00u2"]);
    }
}
