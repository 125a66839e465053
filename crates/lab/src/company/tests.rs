//! The company is the same for the same seed, and has in it what breaks matching rules.

use std::collections::BTreeSet;

use super::*;

#[test]
fn a_seed_gives_the_same_company_for_ever() {
    assert_eq!(Company::generate(42, 300), Company::generate(42, 300));
    assert_ne!(Company::generate(42, 300), Company::generate(43, 300));

    let head = &Company::generate(42, 300).staff[0].human;
    assert_eq!((head.number.0.as_str(), head.title.as_str()), ("E10001", "Chief Executive Officer"));
    // INVARIANT: these never change; a recorded rehearsal names its seed and nothing else.
    let logins: Vec<String> =
        Company::generate(42, 300).staff.iter().take(3).map(|account| account.human.login.clone()).collect();
    assert_eq!(logins, PINNED);
}

const PINNED: [&str; 3] =
    ["fatima.elamrani@example.com", "thianh.tran@example.com", "siobhan.byrne@example.com"];

#[test]
fn numbers_logins_and_ids_are_unique() {
    let company = Company::generate(1, 2000);
    let unique = |key: fn(&Account) -> &str| company.staff.iter().map(key).collect::<BTreeSet<_>>().len();
    assert_eq!(unique(|account| &account.human.number.0), 2000);
    assert_eq!(unique(|account| &account.human.login), 2000);
    assert_eq!(unique(|account| &account.external_id.0), 2000);
}

#[test]
fn managers_form_a_tree() {
    let company = Company::generate(1, 500);
    let mut seen = BTreeSet::new();
    for (position, account) in company.staff.iter().enumerate() {
        match &account.human.manager {
            None => assert_eq!(position, 0, "only the head reports to nobody"),
            Some(manager) => assert!(seen.contains(manager), "managers come before their reports"),
        }
        seen.insert(account.human.number.clone());
    }
}

#[test]
fn a_manager_is_named_only_within_the_same_provider() {
    let company = Company::generate(1, 500);
    let accounts: BTreeMap<_, _> =
        company.staff.iter().map(|account| (&account.external_id, account)).collect();
    for account in &company.staff {
        let Some(manager) = &account.manager_id else { continue };
        assert_eq!(accounts[manager].idp, account.idp);
        assert_eq!(Some(&accounts[manager].human.number), account.human.manager.as_ref());
    }
}

#[test]
fn the_awkward_cases_are_there() {
    let company = Company::generate(1, 2000);
    let humans = || company.staff.iter().map(|account| &account.human);
    assert!(humans().any(|human| human.family.contains('\'')));
    assert!(humans().any(|human| human.family.contains('-')));
    assert!(humans().any(|human| human.family.contains(' ')));
    assert!(humans().any(|human| human.family.starts_with('王')));
    assert!(humans().any(|human| human.email.contains('+')));
    assert!(humans().any(|human| human.login.contains("2@")));
    let entra = company.staff.iter().filter(|account| account.idp == Idp::Entra).count();
    assert!((100..500).contains(&entra), "{entra}");
}

#[test]
fn groups_have_members_of_their_own_provider() {
    let company = Company::generate(1, 400);
    let provider: BTreeMap<_, _> =
        company.staff.iter().map(|account| (&account.external_id, account.idp)).collect();
    let names: BTreeSet<_> = company.groups.iter().map(|group| &group.name).collect();
    assert_eq!(names.len(), company.groups.len());
    for group in &company.groups {
        assert!(
            group.members.iter().all(|member| provider[&member.external_id] == group.idp),
            "{}",
            group.name
        );
    }
}

#[test]
fn small_companies_work_too() {
    for people in 0..12 {
        assert_eq!(Company::generate(9, people).staff.len(), people);
    }
}
