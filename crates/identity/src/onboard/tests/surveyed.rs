//! What a survey finds, and its figures.

use super::{DAY, ids, row};
use crate::id::{FieldName, SysId};
use crate::onboard::{AccountKind, Existing, FindingKind, Lengths, LoginAge, Survey, survey};
use crate::testing::{at, policy};

fn surveyed(rows: &[Existing]) -> Survey {
    survey(rows, &Lengths::of(&policy(), &"u_okta_user_id".into()), at(1020 * DAY))
}

fn keyed(row: Existing, key: &str) -> Existing {
    Existing { key: Some(key.into()), ..row }
}

#[track_caller]
fn check(rows: &[Existing], expected: &[(FindingKind, &[&str])]) {
    let survey = surveyed(rows);
    let found: Vec<_> = survey.findings.iter().map(|it| (it.kind, ids(&it.records))).collect();
    let expected: Vec<_> = expected.iter().map(|(kind, ids)| (*kind, ids.to_vec())).collect();
    assert_eq!(found, expected);
    assert!(survey.findings.iter().all(|it| !it.evidence.is_empty()));
}

#[test]
fn what_is_in_order_is_not_found() {
    check(&[keyed(row("1", "ada", "Ada", "Lovelace"), "00u1")], &[]);
}

#[test]
fn an_active_person_needs_a_stable_key() {
    let left = Existing { active: false, locked_out: true, ..row("2", "grace", "Grace", "Hopper") };
    let blank = keyed(row("3", "zoe", "Zoë", "Baker"), " ");
    let rows = [row("1", "ada", "Ada", "Lovelace"), left, blank];
    check(&rows, &[(FindingKind::NoStableKey, &["1"]), (FindingKind::NoStableKey, &["3"])]);
}

#[test]
fn locks_that_do_not_fit() {
    let locked = Existing { locked_out: true, ..keyed(row("1", "ada", "Ada", "Lovelace"), "00u1") };
    let open = Existing { active: false, ..row("2", "grace", "Grace", "Hopper") };
    check(
        &[open, locked],
        &[(FindingKind::LockedButActive, &["1"]), (FindingKind::InactiveButUnlocked, &["2"])],
    );
}

#[test]
fn addresses_that_differ_in_form_and_keys_that_are_shared() {
    let rows = [
        keyed(row("1", "ada.l", "Ada", "Lovelace"), "00u1"),
        Existing {
            email: Some("AdaL+x@example.com".into()),
            ..keyed(row("2", "gh", "Grace", "Hopper"), "00u1")
        },
        Existing {
            email: Some("ada.l@example.com".into()), ..keyed(row("3", "zb", "Zoë", "Baker"), "00u3")
        },
    ];
    check(
        &rows,
        &[
            (FindingKind::SharedKey, &["1", "2"]),
            (FindingKind::DuplicateSuspect, &["1", "2"]),
            (FindingKind::EmailForm, &["1", "2", "3"]),
        ],
    );
    check(&rows[2..], &[]);
}

#[test]
fn lengths_beyond_what_will_be_written() {
    let titled = |text: String| Existing {
        other: [(FieldName::new("title"), text)].into(),
        ..keyed(row("1", "ada", "Ada", "Lovelace"), "00u1")
    };
    check(&[titled("x".repeat(59))], &[]);
    check(&[titled("ü".repeat(60))], &[(FindingKind::PerhapsCut, &["1"])]);
    check(&[titled("x".repeat(61))], &[(FindingKind::TooLong, &["1"])]);
}

#[test]
fn accounts_that_are_no_persons_are_told() {
    let rows = [
        row("1", "reception", "", "Reception"),
        Existing { web_service_access_only: true, ..row("2", "x", "", "") },
        row("3", "adm-ada", "Ada", "Lovelace"),
    ];
    let expected: [(FindingKind, &[&str]); 3] = [
        (FindingKind::SharedAccount, &["1"]),
        (FindingKind::ServiceAccount, &["2"]),
        (FindingKind::PrivilegedAccount, &["3"]),
    ];
    check(&rows, &expected);
}

#[test]
fn figures_count_what_they_say() {
    let rows = [
        Existing {
            source: Some("ldap:CN=Ada".into()),
            open_work: 2,
            ..keyed(row("1", "ada", "Ada", "Lovelace"), "00u1")
        },
        Existing { active: false, locked_out: true, open_work: 3, ..row("2", "grace", "Grace", "Hopper") },
        Existing { last_login: None, ..row("3", "zoe", "Zoë", "Baker") },
        row("4", "kiosk", "", "Kiosk"),
    ];
    let figures = surveyed(&rows).figures;
    assert_eq!((figures.records, figures.active, figures.with_key), (4, 3, 1));
    assert_eq!((figures.active_people, figures.active_people_with_key), (2, 1));
    assert_eq!((figures.open_work, figures.open_work_of_inactive), (5, 3));
    assert_eq!(figures.accounts[&AccountKind::Person], 3);
    assert_eq!((figures.logins[&LoginAge::Month], figures.logins[&LoginAge::Never]), (1, 1));
    assert_eq!((figures.sources["ldap"], figures.sources[""]), (1, 3));
}

#[test]
fn labels_are_distinct_and_every_kind_is_explained() {
    let labels: std::collections::BTreeSet<_> = FindingKind::ALL.iter().map(|kind| kind.label()).collect();
    assert_eq!(labels.len(), FindingKind::ALL.len());
    assert!(FindingKind::ALL.is_sorted());
    assert_eq!(surveyed(&[]).count(FindingKind::SharedKey), 0);
    assert_eq!(SysId::new("Glean_role").as_str(), "Glean_role");
}

#[test]
fn the_key_is_called_as_the_targets_column_is() {
    let lengths = Lengths::of(&policy(), &"u_entra_id".into());
    let policy_key = lengths.columns().any(|column| column.as_str() == "u_okta_user_id");
    let rows = [keyed(row("1", "ada", "Ada", "Lovelace"), &"x".repeat(300))];
    let of = |lengths: &Lengths| survey(&rows, lengths, at(1020 * DAY)).count(FindingKind::TooLong);
    assert!(policy_key, "the policy limits the column that it is called by default");
    assert_eq!(of(&lengths), 0, "nothing is written to the other column");
    assert_eq!(of(&Lengths::of(&policy(), &"u_okta_user_id".into())), 1);
}
