use super::*;
use crate::case::{CaseKind, Ruling};
use crate::event::EventKind::{self, Created, Deactivated, NearDuplicate, Relinked};
use crate::person::Held;
use crate::receive::{Refusal, Reply};

#[test]
fn a_rotation_under_the_same_number_relinks() {
    for active in [true, false] {
        let (mut world, id) = with(ada().number("7").active(active));
        let told = world.put("okta", &id, ada().id("2").number("7").active(active));
        assert_eq!((told.updated(), told.kinds()), (id, vec![Relinked]));
    }
}

#[test]
fn a_plain_rotation_of_an_active_person_is_applied() {
    for (old, new) in [(ada(), ada()), (ada().number("7"), ada()), (ada(), ada().number("8"))] {
        let (mut world, id) = with(old);
        assert_eq!(world.put("okta", &id, new.id("2")).kinds(), [Relinked]);
        assert_eq!(world.people[&id].claims[0].external_id(), Some("2"));
    }
}

#[test]
fn a_rotation_that_also_deactivates_says_both() {
    let (mut world, id) = with(ada());
    assert_eq!(world.put("okta", &id, ada().id("2").active(false)).kinds(), [Relinked, Deactivated]);
}

#[test]
fn a_rotation_of_a_leaver_without_an_equal_number_is_held() {
    for (old, new) in [(ada(), ada()), (ada().number("7"), ada()), (ada(), ada().number("8"))] {
        let (mut world, id) = with(old.active(false));
        world.put("okta", &id, new.id("2").active(true)).held();
        has_left(&world.people[&id]);
    }
}

#[test]
fn a_first_external_id_turns_no_leaver_into_a_newcomer() {
    let (mut world, id) = with(user("ada").number("7").active(false));
    world.put("okta", &id, user("ada").id("2").number("8").active(true)).held();
    world.put("okta", &id, user("ada").id("1").number("7").active(true)).updated();
}

#[test]
fn an_update_that_makes_another_of_the_person_is_held_with_both_sides() {
    for active in [true, false] {
        let (mut world, id) = with(ada().number("7").active(active));
        let told =
            world.put("okta", &id, user("ada").id("2").number("8").name("Grace", "Hopper").active(true));
        told.held();
        let case = told.change.opened.as_ref().unwrap();
        assert_eq!((case.kind, &case.candidates), (CaseKind::RotatedIdentity, &vec![id]));
        let shown = case.evidence.join("\n");
        for side in
            ["now `1`, claimed `2`", "now `7`, claimed `8`", "now `ada lovelace`, claimed `grace hopper`"]
        {
            assert!(shown.contains(side), "{side} is not in\n{shown}");
        }
        assert_eq!(told.kinds(), [EventKind::CaseOpened]);
    }
}

#[test]
fn under_review_even_a_plain_rotation_is_held() {
    let (mut world, id) = with(ada().number("7"));
    world.policy.correlation.rotated_external_id = crate::policy::OnRotation::Review;
    world.put("okta", &id, ada().id("2").number("7")).held();
    world.delete("okta", &id);
    let told = world.post("okta", ada().id("3").number("7"));
    told.held();
    let shown = told.change.opened.unwrap().evidence.join("\n");
    assert!(shown.contains("external id: claim `3`, `ada` `1`: different"), "{shown}");
    world.decide(Ruling::Link(id.clone()));
    assert_eq!(world.post("okta", ada().id("3").number("7")).created(), id);
}

#[test]
fn where_no_external_id_may_change_a_rotation_is_refused() {
    let (mut world, id) = with(ada().number("7"));
    world.policy.correlation.rotated_external_id = crate::policy::OnRotation::Reject;
    let refused = |told: crate::testing::Told| {
        assert_eq!(told.reply, Reply::Refused(Refusal::Rotated { former: "1".into() }));
        assert_eq!(told.change, crate::change::Change::default());
    };
    refused(world.put("okta", &id, ada().id("2").number("7")));
    world.put("okta", &id, ada().number("7").name("Ada", "King")).updated();
    world.delete("okta", &id);
    refused(world.post("okta", ada().id("2").number("7")));
    assert_eq!(world.post("okta", ada().number("7")).created(), id);
}

#[test]
fn a_new_hire_under_a_leavers_login_is_held() {
    let (mut world, id) = with(ada().number("7"));
    world.delete("okta", &id);
    let told = world.post("okta", user("ada").id("2").number("8"));
    told.held();
    let case = told.change.opened.unwrap();
    assert_eq!((case.kind, case.candidates), (CaseKind::RecycledLogin, vec![id.clone()]));
    assert!(case.evidence.iter().any(|line| line == "external id: claim `2`, `ada` `1`: different"));
    has_left(&world.people[&id]);
}

#[test]
fn a_new_hire_under_a_leavers_address_is_a_new_person() {
    let (mut world, leaver) = with(ada().number("7").email("a@x.com"));
    world.delete("okta", &leaver);
    let told = world.post("okta", user("ada.king").id("2").number("8").email("a@x.com"));
    assert_ne!(told.created(), leaver);
    assert!(told.kinds().contains(&NearDuplicate));
    let case = told.change.opened.unwrap();
    assert_eq!((case.kind, case.kind.blocks()), (CaseKind::NearDuplicate, false));
    assert!(case.candidates.contains(&leaver));
    has_left(&world.people[&leaver]);
}

#[test]
fn a_second_account_is_created_and_noted_on_both_timelines() {
    let (mut world, id) = with(ada().number("7"));
    let told = world.post("okta", user("adm-ada").id("2").number("7").name("Ada", "Lovelace"));
    let second = told.created();
    assert_ne!(second, id);
    assert_eq!(told.change.opened, None);
    assert_eq!(world.kinds_of(&second), [Created, NearDuplicate]);
    assert_eq!(world.kinds_of(&id), [Created, NearDuplicate]);
    assert_eq!(world.people[&id].employee_number.key(), Some("7"));
    assert_eq!(world.people[&second].employee_number, Held::Shared);
}

#[test]
fn a_number_that_changes_to_anothers_is_shared_and_noted() {
    let (mut world, id) = with(ada().number("7"));
    let zoe = world.post("okta", user("zoe").id("2").number("8")).created();
    world.put("okta", &zoe, user("zoe").id("2").number("7")).updated();
    assert_eq!(world.people[&zoe].employee_number, Held::Shared);
    assert!(world.kinds_of(&id).contains(&NearDuplicate));
    world.put("okta", &zoe, user("zoe").id("2").number("9")).updated();
    assert_eq!(
        world.people[&zoe].employee_number.key(),
        Some("9"),
        "a number of their own is theirs alone again"
    );
}

#[test]
fn a_login_that_another_source_brought_to_the_record_is_no_second_persons() {
    let (mut world, id) = with(ada().number("7"));
    world
        .policy
        .authority
        .fields
        .insert("user_name".into(), vec![crate::policy::Voice::of(crate::testing::source("hr"))]);
    world.post("hr", user("lovelace").number("7")).created();
    assert_eq!(world.people[&id].login.key(), Some("lovelace"));
    let told = world.post("okta", user("lovelace").id("2"));
    assert_eq!(told.created(), world.people.keys().find(|&other| *other != id).unwrap().clone());
}
