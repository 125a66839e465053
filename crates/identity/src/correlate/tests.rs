use super::*;
use crate::testing::{User, person, policy, source, user};
use proptest::prelude::*;

/// What `okta` is told about a new claim.
fn found(claim: &User, people: &[Person]) -> String {
    let keys = Keys::of(&claim.0);
    match correlate(&policy(), &source("okta"), &keys, people) {
        Correlation::Taken { person, by } => format!("taken {} {by}", person.id),
        Correlation::Known { person, by } => format!("known {} {by:?}", person.id),
        Correlation::New { alike } => {
            let show = |alike: &Alike| format!("{}{}", alike.person, if alike.ask { "?" } else { "" });
            ["new".to_owned()].into_iter().chain(alike.iter().map(show)).collect::<Vec<_>>().join(" ")
        }
        Correlation::Doubt { kind, candidates, .. } => {
            let candidates: Vec<_> = candidates.iter().map(PersonId::as_str).collect();
            format!("{} {}", kind.label(), candidates.join(" "))
        }
    }
}

#[track_caller]
fn check(claim: &User, people: &[Person], expected: &str) {
    assert_eq!(found(claim, people), expected);
}

#[test]
fn nobody_is_new() {
    check(&user("ada").id("1").number("7"), &[], "new");
}

#[test]
fn the_link_comes_first() {
    let linked = person("a", vec![user("x").id("1").number("8").active(false).by("okta")]);
    let numbered = person("b", vec![user("y").number("7").by("hr")]);
    let named = person("c", vec![user("ada").ended_by("hr", 1)]);
    check(&user("ada").id("1").number("7"), &[numbered, named, linked], "known a ExternalId");
}

#[test]
fn an_external_id_of_another_source_is_no_link() {
    check(&user("ada").id("1"), &[person("a", vec![user("x").id("1").by("hr")])], "new");
}

#[test]
fn external_ids_are_compared_exactly() {
    check(
        &user("ada").id("00uA"),
        &[person("a", vec![user("x").id("00ua").active(false).by("okta")])],
        "new",
    );
}

#[test]
fn an_ended_claim_is_still_a_link() {
    check(
        &user("ada").id("1"),
        &[person("a", vec![user("x").id("1").ended_by("okta", 1)])],
        "known a ExternalId",
    );
}

#[test]
fn an_active_holder_is_a_conflict() {
    let ada = [person("a", vec![user("ada").id("1").by("okta")])];
    check(&user("zoe").id("1"), &ada, "taken a externalId");
    check(&user("ADA").id("2"), &ada, "taken a userName");
    check(&user("ada"), &ada, "taken a userName");
}

#[test]
fn the_employee_number_comes_before_the_login() {
    let numbered = person("a", vec![user("x").number("A7").by("hr")]);
    let named = person("b", vec![user("ada").ended_by("hr", 1)]);
    check(&user("ada").id("1").number(" a7 "), &[named, numbered], "known a EmployeeNumber");
}

#[test]
fn a_rotated_id_under_the_same_number_is_the_same_person() {
    let leaver = person("a", vec![user("ada").id("1").number("7").active(false).by("okta")]);
    check(&user("ada").id("2").number("7"), &[leaver], "known a EmployeeNumber");
}

#[test]
fn one_number_on_two_people_is_a_case() {
    let people = [
        person("a", vec![user("x").number("7").by("hr")]),
        person("b", vec![user("y").number("7").by("hr")]),
    ];
    check(&user("ada").id("1").number("7"), &people, "ambiguous-match a b");
}

#[test]
fn one_number_under_another_login_of_this_source_is_a_case() {
    check(
        &user("ada").id("1").number("7"),
        &[person("a", vec![user("x").number("7").by("okta")])],
        "ambiguous-match a",
    );
}

#[test]
fn a_second_account_of_the_source_is_another_person() {
    let ada = [person("a", vec![user("ada").id("1").number("7").email("ada@x.com").by("okta")])];
    check(&user("adm-ada").id("2").number("7"), &ada, "new a");
    check(&user("adm-ada").id("2").number("7").email("ada@x.com"), &ada, "new a?");
}

#[test]
fn an_unlinked_login_is_the_same_person() {
    for claim in [
        user("ada").ended_by("hr", 1),
        user("ada").ended_by("okta", 1),
        user("ada").active(false).by("okta"),
        user("ada").id("1").ended_by("okta", 1),
        user("ada").number("7").name("Ada", "King").ended_by("hr", 1),
    ] {
        let ada = user("Ada").name("Ada", "Lovelace");
        let ada = if claim.external_id().is_some() { ada } else { ada.id("2") };
        check(&ada, &[person("a", vec![claim])], "known a UserName");
    }
}

#[test]
fn a_leavers_login_under_other_keys_is_a_case() {
    for claim in [
        user("ada").id("1").active(false).by("okta"),
        user("ada").id("1").ended_by("okta", 1),
        user("ada").number("7").active(false).by("okta"),
        user("ada").number("7").ended_by("hr", 1),
        user("ada").name("Grace", "Hopper").active(false).by("okta"),
        user("ada").name("Grace", "Hopper").ended_by("hr", 1),
    ] {
        let new = user("ada").id("2").number("8").name("Ada", "Lovelace");
        check(&new, &[person("a", vec![claim])], "recycled-login a");
    }
}

#[test]
fn a_login_that_another_source_claims_is_a_case() {
    for active in [true, false] {
        let theirs = person("a", vec![user("ada").active(active).by("hr"), user("ada").ended_by("okta", 1)]);
        check(&user("ada").id("2"), &[theirs], "ambiguous-match a");
    }
}

#[test]
fn a_former_login_of_an_active_account_is_a_case() {
    let bob = person("a", vec![user("bob").by("okta"), user("ada").ended_by("hr", 1)]);
    check(&user("ada"), &[bob], "ambiguous-match a");
}

#[test]
fn a_login_of_several_is_a_case() {
    let (one, two) = (user("ada").ended_by("hr", 1), user("ada").by("hr"));
    check(&user("ada").id("2"), &[person("a", vec![one]), person("b", vec![two])], "ambiguous-match a b");
}

#[test]
fn an_email_alone_is_a_case() {
    let ada = user("ada").email("ada@x.com");
    let new = || user("lovelace").id("2").email("ADA@x.com");
    check(&new(), &[person("a", vec![ada.clone().by("hr")])], "email-match a");
    check(&new().number("7"), &[person("a", vec![ada.clone().by("hr")])], "email-match a");
    check(&new(), &[person("a", vec![ada.clone().active(false).by("okta")])], "email-match a");
    let other_name = ada.name("Grace", "Hopper").by("hr");
    check(&new().name("Ada", "Lovelace"), &[person("a", vec![other_name])], "email-match a");
}

#[test]
fn an_email_under_other_stable_keys_is_another_person() {
    let new = || user("lovelace").id("2").number("8").email("ada@x.com");
    let ada = || user("ada").email("ada@x.com");
    check(&new(), &[person("a", vec![ada().number("7").by("hr")])], "new a?");
    check(&new(), &[person("a", vec![ada().number("7").ended_by("hr", 1)])], "new a?");
    check(&new(), &[person("a", vec![ada().id("1").active(false).by("okta")])], "new a?");
    check(&new(), &[person("a", vec![ada().id("1").by("okta")])], "new a?");
}

#[test]
fn near_duplicates_are_noticed() {
    let ada = || user("ada.lovelace@x.com").name("Ada", "Lovelace").email("ada.lovelace@x.com");
    let known = [person("a", vec![ada().by("hr")])];
    let near = |login: &str| user(login).id("2").name("Ada", "Lovelace").email(login);
    for login in [
        "adalovelace@x.com",
        "ada.lovelace+1@x.com",
        "ada.lovelace@y.com",
        "Ada_Lovelace@x.com",
        "lovelace.ada@x.com",
    ] {
        check(&near(login), &known, "new a?");
    }
    check(&user("zq7@x.com").id("2").name("Lovelace", "Ada"), &known, "new a?");
}

#[test]
fn a_shared_name_alone_is_no_near_duplicate() {
    let known = [person("a", vec![user("jsmith@x.com").name("John", "Smith").by("hr")])];
    check(&user("smithj42@x.com").id("2").name("John", "Smith"), &known, "new");
}

#[test]
fn a_case_shows_both_sides() {
    let leaver = [person("a", vec![user("ada").id("1").number("7").active(false).by("okta")])];
    let keys = Keys::of(&user("ada").id("2").number("8").0);
    let (policy, okta) = (policy(), source("okta"));
    let Correlation::Doubt { evidence, .. } = correlate(&policy, &okta, &keys, &leaver) else {
        panic!("no doubt")
    };
    let evidence = evidence.join("\n");
    for said in [
        "`ada` (a) is inactive",
        "external id: claim `2`, `ada` `1`: different",
        "employee number: claim `8`",
    ] {
        assert!(evidence.contains(said), "{said} is not in\n{evidence}");
    }
}

fn some(choices: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(prop::sample::select(choices))
}

prop_compose! {
    fn any_user()(
        login in prop::sample::select(&["ada", "bob"][..]),
        id in some(&["1", "2", "3"]),
        number in some(&["7", "8"]),
        email in some(&["ada@x.com", "bob@x.com"]),
        active in any::<bool>(),
    ) -> User {
        let user = user(login).active(active);
        let user = id.into_iter().fold(user, User::id);
        let user = number.into_iter().fold(user, User::number);
        email.into_iter().fold(user, User::email)
    }
}

prop_compose! {
    fn any_person()(
        okta in prop::option::of((any_user(), any::<bool>())),
        hr in prop::option::of((any_user(), any::<bool>())),
    ) -> Person {
        let claim = |name, (user, ended): (User, bool)| if ended { user.ended_by(name, 1) } else { user.by(name) };
        let okta = okta.map(|okta| claim("okta", okta));
        person("a", okta.into_iter().chain(hr.map(|hr| claim("hr", hr))).collect())
    }
}

proptest! {
    #[test]
    fn nobody_is_taken_from_another_source_by_login_or_email(
        claim in any_user(),
        people in prop::collection::vec(any_person(), 0..4),
    ) {
        let keys = Keys::of(&claim.0);
        let (policy, okta) = (policy(), source("okta"));
        if let Correlation::Known { person, by } = correlate(&policy, &okta, &keys, &people) {
            let number = person.keys().any(|theirs| {
                theirs.employee_number.is_some() && theirs.employee_number == keys.employee_number
            });
            let linked = keys.external_id.is_some()
                && person.claim_of(&okta).and_then(|claim| claim.external_id()) == keys.external_id.as_deref();
            // A source that gives no external ids calls people by their login.
            let named = keys.external_id.is_none()
                && person.live_claim_of(&okta).is_some_and(|own| {
                    own.external_id().is_none() && own.keys().user_name == keys.user_name
                });
            let owned = person.other_live_sources(&okta).next().is_some();
            prop_assert!(number || linked || named || !owned, "{by:?}");
            prop_assert!(!person.live_claim_of(&okta).is_some_and(crate::claim::Claim::gives_access), "a take-over");
        }
    }
}
