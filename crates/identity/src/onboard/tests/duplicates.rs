//! Who looks like one human being, and who does not.

use super::{DAY, ids, row};
use crate::id::SysId;
use crate::onboard::{Existing, suspects};
use crate::testing::at;

fn ada() -> Existing {
    Existing {
        employee_number: Some("E100".into()),
        phone: Some("+44 20 7946 0001".into()),
        department: Some("Research".into()),
        manager: Some(SysId::new("boss")),
        ..row("1", "ada.lovelace", "Ada", "Lovelace")
    }
}

/// A record that was made after the other was used last.
fn later(row: Existing) -> Existing {
    Existing { created: Some(at(1005 * DAY)), last_login: Some(at(1400 * DAY)), ..row }
}

#[track_caller]
fn check(one: Existing, other: Existing, suspect: bool) {
    let rows = [one, other];
    let found = suspects(&rows);
    assert_eq!(found.len(), usize::from(suspect), "{rows:#?} {found:#?}");
}

#[test]
fn somebody_who_came_back_is_suspect() {
    let gone = Existing { active: false, ..ada() };
    check(gone, later(Existing { phone: None, ..row("2", "ada.lovelace2", "Ada", "Lovelace") }), true);
}

#[test]
fn a_marriage_with_the_same_number_is_suspect() {
    let married = row("2", "ada.king", "Ada", "King");
    check(ada(), Existing { employee_number: Some("0E100".into()), ..married.clone() }, true);
    let same_place =
        Existing { department: ada().department, manager: ada().manager, ..later(married.clone()) };
    check(ada(), Existing { phone: Some("020 7946 0001".into()), ..same_place }, true);
    check(ada(), married, false);
}

#[test]
fn typing_mistakes_are_suspect_where_something_else_agrees() {
    for (first, last) in [
        ("Ada", "Lovelase"),
        ("Ada", "Lovlelace"),
        ("A.", "Lovelace"),
        ("Lovelace", "Ada"),
        ("ADA", "Lövelace"),
    ] {
        let typed = Existing { phone: ada().phone, last_login: None, ..row("2", "alovelace", first, last) };
        check(ada(), typed, true);
    }
}

#[test]
fn an_address_in_another_form_is_suspect() {
    for address in ["Ada.Lovelace@Example.com", "ada.lovelace+snow@example.com", "adalovelace@example.com"] {
        let same = Existing {
            email: Some(address.into()),
            last_login: None,
            ..row("2", "lovelacea", "Ada", "Lovelace")
        };
        check(ada(), same, true);
    }
}

#[test]
fn namesakes_in_use_side_by_side_are_two() {
    let other = Existing {
        employee_number: Some("E200".into()),
        department: Some("Sales".into()),
        manager: Some(SysId::new("another")),
        ..row("2", "ada.lovelace2", "Ada", "Lovelace")
    };
    check(ada(), other, false);
}

#[test]
fn father_and_son_are_two() {
    let place = |row: Existing| Existing { department: ada().department, ..row };
    let son = place(row("2", "john.smith2", "John", "Smith Jr."));
    check(place(row("1", "john.smith", "John", "Smith")), son, false);
}

#[test]
fn who_inherits_a_desk_is_another() {
    let successor = Existing {
        phone: ada().phone,
        department: ada().department,
        manager: ada().manager,
        ..later(row("2", "grace.hopper", "Grace", "Hopper"))
    };
    check(Existing { active: false, ..ada() }, successor, false);
}

#[test]
fn a_shared_mailbox_makes_nobody_one() {
    let mailbox = |row: Existing| Existing { email: Some("plant7@example.com".into()), ..row };
    check(mailbox(ada()), mailbox(row("2", "ghopper", "Grace", "Hopper")), false);
}

#[test]
fn accounts_of_programs_and_second_accounts_are_nobodys_double() {
    let admin =
        Existing { employee_number: Some("E100".into()), ..row("2", "adm-alovelace", "Ada", "Lovelace") };
    check(ada(), admin, false);
    let program = Existing { web_service_access_only: true, ..row("3", "ada.api", "Ada", "Lovelace") };
    check(ada(), program, false);
}

#[test]
fn different_stable_keys_outweigh_an_equal_name() {
    let keyed = |row: Existing, key: &str| Existing { key: Some(key.into()), ..row };
    let same_place = || Existing {
        department: ada().department,
        manager: ada().manager,
        ..row("2", "alove", "Ada", "Lovelace")
    };
    check(ada(), same_place(), true);
    check(keyed(ada(), "00u1"), keyed(same_place(), "00u2"), false);
}

#[test]
fn three_records_of_one_human_being_are_one_cluster() {
    let mut rows = vec![
        Existing { active: false, last_login: None, ..ada() },
        Existing {
            active: false,
            employee_number: ada().employee_number,
            last_login: None,
            ..row("2", "alovelace", "Ada", "Lovelace")
        },
        Existing {
            employee_number: ada().employee_number,
            open_work: 4,
            ..row("3", "ada.king", "Ada", "King")
        },
    ];
    rows.push(row("4", "grace.hopper", "Grace", "Hopper"));
    let found = suspects(&rows);
    assert_eq!(found.len(), 1);
    assert_eq!(ids(&found[0].records), ["3", "1", "2"]);
    assert_eq!(found[0].keep().as_str(), "3");
    assert_eq!(found[0].why, "it is active and `ada.lovelace` is not");
    assert!(found[0].certainty > 0.6, "{}", found[0].certainty);
    assert!(
        found[0].evidence.iter().any(|it| it.contains("both have the employee number `E100`")),
        "{found:#?}"
    );
}
