use super::*;
use crate::case::{CaseKind, Ruling};
use crate::event::EventKind::{CaseDecided, CaseOpened, CaseReopened, Linked, Relinked, Returned};
use crate::receive::CannotUndo;

/// `hr` knows somebody by the e-mail address alone, and `okta` waits for a human.
fn waiting() -> (World, crate::id::PersonId, User) {
    let mut world = World::new();
    let known = world.post("hr", user("lovelace").email("a@x.com")).created();
    let claim = ada().email("a@x.com");
    world.post("okta", claim.clone()).held();
    (world, known, claim)
}

#[test]
fn a_claim_that_waits_names_its_case_again_and_again() {
    let (mut world, known, claim) = waiting();
    assert_eq!(world.cases[0].kind, CaseKind::EmailMatch);
    assert_eq!(world.kinds_of(&known).last(), Some(&CaseOpened));
    for _ in 0..3 {
        let told = world.post("okta", claim.clone());
        assert_eq!(told.held(), world.cases[0].id);
        assert_eq!(told.change, crate::change::Change::default());
    }
    assert_eq!((world.cases.len(), world.people.len()), (1, 1));
}

#[test]
fn another_claim_waits_for_a_case_of_its_own() {
    let (mut world, ..) = waiting();
    world.post("okta", user("augusta").id("2").email("a@x.com")).held();
    assert_eq!(world.cases.len(), 2);
}

#[test]
fn link_adopts_the_person() {
    let (mut world, known, claim) = waiting();
    world.decide(Ruling::Link(known.clone()));
    let told = world.post("okta", claim.clone());
    assert_eq!((told.created(), told.kinds()), (known.clone(), vec![Linked]));
    assert_eq!(world.post("okta", claim.clone()).taken(), "externalId");
    world.delete("okta", &known);
    assert_eq!(world.post("okta", claim).created(), known);
}

#[test]
fn link_may_name_somebody_who_shares_no_key() {
    let (mut world, _, claim) = waiting();
    let other = world.post("hr", user("grace")).created();
    world.decide(Ruling::Link(other.clone()));
    assert_eq!(world.post("okta", claim).created(), other);
}

#[test]
fn create_makes_a_new_person_once() {
    let (mut world, known, claim) = waiting();
    world.decide(Ruling::Create);
    let new = world.post("okta", claim.clone()).created();
    assert_ne!(new, known);
    assert_eq!(world.post("okta", claim.clone()).taken(), "externalId");
    world.delete("okta", &new);
    assert_eq!(world.post("okta", claim.clone()).created(), new);
    assert_eq!(world.people.len(), 2);
}

#[test]
fn create_makes_no_second_person_after_a_rotation() {
    let (mut world, id) = with(ada().number("7"));
    world.delete("okta", &id);
    let claim = user("ada").id("2").number("8");
    world.post("okta", claim.clone()).held();
    world.decide(Ruling::Create);
    let new = world.post("okta", claim.clone()).created();
    world.put("okta", &new, claim.clone().id("3")).updated();
    world.delete("okta", &new);
    assert_eq!(world.post("okta", claim).created(), new);
}

#[test]
fn reject_keeps_refusing_until_the_link_is_there() {
    let (mut world, _, claim) = waiting();
    world.decide(Ruling::Reject);
    assert_eq!(world.post("okta", claim.clone()).rejected(), world.cases[0].id);
    let id = world.post("okta", user("countess").id("9")).created();
    world.put("okta", &id, claim.clone()).updated();
    world.delete("okta", &id);
    assert_eq!(world.post("okta", claim).kinds(), [Returned], "the link comes before the ruling");
}

#[test]
fn link_takes_over_nobody_whom_the_source_knows_otherwise_by_now() {
    let (mut world, known, claim) = waiting();
    world.decide(Ruling::Link(known.clone()));
    world.post("okta", claim.clone()).created();
    world.put("okta", &known, claim.clone().id("5")).updated();
    let told = world.post("okta", claim.login("augusta"));
    assert_ne!(told.created(), known);
    assert!(told.change.opened.is_some(), "somebody should look");
}

#[test]
fn a_ruling_serves_once() {
    let mut world = World::new();
    let known = world.post("hr", user("ada")).created();
    world.post("okta", user("ada")).held();
    world.decide(Ruling::Link(known.clone()));
    world.post("okta", user("ada")).created();
    world.put("okta", &known, user("lovelace")).updated();
    world.post("okta", user("ada")).held();
    assert_eq!(
        world.people[&known].claim_of(&crate::testing::source("okta")).unwrap().user_name(),
        "lovelace"
    );
}

#[test]
fn two_who_have_the_same_login_by_a_humans_word_share_it() {
    let mut world = World::new();
    let known = world.post("hr", user("ada")).created();
    world.post("okta", ada()).held();
    world.decide(Ruling::Create);
    let new = world.post("okta", ada()).created();
    assert_eq!(world.people[&known].login.key(), Some("ada"));
    assert_eq!(world.people[&new].login, crate::person::Held::Shared);
    world.put("okta", &new, ada().active(false)).updated();
    world.put("okta", &new, ada().active(true)).updated();
    assert_eq!(world.people[&new].login, crate::person::Held::Shared);
    world.put("okta", &new, ada().login("king")).updated();
    assert_eq!(world.people[&new].login.key(), Some("king"));
}

/// `hr` claims people, and only `okta` brings them.
fn brought_by_okta() -> World {
    let mut world = World::new();
    world.policy.joiners = Some(vec![crate::testing::source("okta")]);
    world
}

#[test]
fn a_source_that_brings_nobody_waits_for_somebody() {
    let mut world = brought_by_okta();
    let claim = user("lovelace").id("hr-7").number("7");
    let case = world.post("hr", claim.clone()).held();
    assert_eq!((world.cases[0].kind, world.post("hr", claim.clone()).held()), (CaseKind::Unmatched, case));
    let ada = world.post("okta", ada().number("7")).created();
    let told = world.post("hr", claim.clone());
    assert_eq!((told.created(), told.kinds()), (ada, vec![Linked, CaseDecided]));
    assert!(world.cases[0].decided.as_ref().is_some_and(|decided| decided.used.is_some()));
    assert!(world.undo(0).is_err(), "the claim rests on it");
    assert_eq!(world.post("hr", claim).taken(), "externalId");
}

#[test]
fn a_source_that_may_bring_people_by_now_settles_its_case() {
    let mut world = brought_by_okta();
    world.post("hr", user("lovelace")).held();
    world.policy.joiners = None;
    world.post("hr", user("lovelace")).created();
    assert_eq!(world.cases[0].decided.as_ref().map(|decided| &decided.ruling), Some(&Ruling::Create));
}

#[test]
fn a_claim_that_goes_through_settles_any_case() {
    let (mut world, known, claim) = waiting();
    world.put("hr", &known, user("lovelace").email("a@x.com").number("7")).updated();
    let told = world.post("okta", claim.number("7"));
    assert_eq!((told.created(), told.kinds()), (known, vec![Linked, CaseDecided]));
    assert!(world.cases[0].decided.is_some());
}

#[test]
fn what_the_facts_answered_binds_nobody() {
    let mut world = World::new();
    world.post("okta", ada().email("a@x.com")).created();
    world.post("hr", user("grace").email("a@x.com")).held();
    let grace = world.post("hr", user("grace").active(false)).created();
    assert_eq!(world.post("hr", user("grace").active(false)).created(), grace);
    world.put("hr", &grace, user("hopper")).updated();
    assert_ne!(world.post("hr", user("grace")).created(), grace);
}

#[test]
fn a_human_may_name_anybody_where_nobody_matches() {
    let mut world = brought_by_okta();
    let grace = world.post("okta", user("grace").id("9")).created();
    world.post("hr", user("lovelace")).held();
    world.answer(&Ruling::Link(grace.clone())).unwrap();
    assert_eq!(world.kinds_of(&grace).last(), Some(&CaseDecided));
    assert_eq!(world.post("hr", user("lovelace")).created(), grace);
}

/// `okta` wants to make another human being of a linked person.
fn rotating() -> (World, crate::id::PersonId, User) {
    let (mut world, id) = with(ada().number("7"));
    let another = user("ada").id("2").number("8");
    world.put("okta", &id, another.clone()).held();
    (world, id, another)
}

#[test]
fn an_update_waits_and_retries_too() {
    let (mut world, id, another) = rotating();
    assert_eq!(world.put("okta", &id, another).held(), world.cases[0].id);
    assert_eq!(
        world.put("okta", &id, ada().number("7").name("Ada", "King")).updated(),
        id,
        "other updates go on"
    );
}

#[test]
fn an_update_follows_the_ruling() {
    let (mut world, id, another) = rotating();
    world.decide(Ruling::Link(id.clone()));
    assert_eq!(world.put("okta", &id, another).kinds(), [Relinked]);

    let other = crate::id::PersonId::new("p0");
    for ruling in [Ruling::Reject, Ruling::Create, Ruling::Link(other)] {
        let (mut world, id, another) = rotating();
        world.decide(ruling);
        world.put("okta", &id, another).rejected();
        assert_eq!(world.cases.len(), 1);
        assert_eq!(world.people[&id].claims[0].external_id(), Some("1"));
    }
}

#[test]
fn after_create_the_newcomer_may_be_posted() {
    let (mut world, id, another) = rotating();
    world.decide(Ruling::Create);
    assert_ne!(world.post("okta", another.login("grace")).created(), id);
}

#[test]
fn in_doubt_a_policy_may_refuse_without_a_case() {
    let mut world = World::new();
    world.policy.correlation.ambiguous = crate::policy::OnDoubt::Reject;
    world.post("hr", user("lovelace").email("a@x.com")).created();
    let told = world.post("okta", ada().email("a@x.com"));
    assert_eq!(told.doubtful(), "only the e-mail address speaks for a match");
    assert!(world.cases.is_empty());
}

#[test]
fn what_does_not_answer_a_case_is_refused() {
    let (mut world, known, _) = waiting();
    let merge = world.answer(&Ruling::Merge(known.clone())).unwrap_err();
    assert_eq!(merge.to_string(), "`merge` does not answer an email-match case");
    let stranger = world.answer(&Ruling::Link(crate::id::PersonId::new("p0"))).unwrap_err();
    assert_eq!(stranger.to_string(), "`p0` is not a candidate of this case; it has p1");
    world.answer(&Ruling::Link(known)).unwrap();
    let again = world.answer(&Ruling::Create).unwrap_err();
    assert!(again.to_string().contains("has been decided already") && again.help().is_some());
}

#[test]
fn a_merge_is_proposed_and_nothing_else() {
    let (mut world, one) = with(ada().email("a@x.com"));
    let two = world.post("okta", user("ada+1").id("2").email("a@x.com")).created();
    assert_eq!(world.cases[0].kind, CaseKind::NearDuplicate);
    for ruling in [Ruling::Reject, Ruling::Link(one.clone())] {
        assert!(world.answer(&ruling).unwrap_err().help().unwrap().contains("merge"));
    }
    let before = world.people.clone();
    world.answer(&Ruling::Merge(one.clone())).unwrap();
    assert_eq!(world.people, before, "nobody is merged");
    for id in [&one, &two] {
        assert_eq!(world.kinds_of(id).last(), Some(&CaseDecided));
    }
    world.undo(0).unwrap();
    assert_eq!(world.cases[0].decided, None);
    assert_eq!(world.people, before);
}

#[test]
fn an_answer_nobody_has_used_is_taken_back() {
    let (mut world, known, claim) = waiting();
    assert!(matches!(world.undo(0), Err(CannotUndo::Open(_))));
    world.answer(&Ruling::Link(known.clone())).unwrap();
    world.undo(0).unwrap();
    assert_eq!(world.kinds_of(&known).last(), Some(&CaseReopened));
    assert_eq!(world.post("okta", claim.clone()).held(), world.cases[0].id, "it waits again");
    world.answer(&Ruling::Create).unwrap();
    assert_ne!(world.post("okta", claim).created(), known);
}

#[test]
fn an_answer_that_refused_can_be_taken_back() {
    let (mut world, _, claim) = waiting();
    world.answer(&Ruling::Reject).unwrap();
    world.post("okta", claim.clone()).rejected();
    world.undo(0).unwrap();
    world.post("okta", claim).held();
}

#[test]
fn an_answer_that_a_claim_went_through_by_stays() {
    for link in [true, false] {
        let (mut world, known, claim) = waiting();
        let ruling = if link { Ruling::Link(known) } else { Ruling::Create };
        world.answer(&ruling).unwrap();
        world.post("okta", claim).created();
        let before = (world.people.clone(), world.cases.clone());
        let refused = world.undo(0).unwrap_err();
        assert!(refused.to_string().contains("has been used") && refused.help().is_some(), "{refused}");
        assert_eq!((world.people, world.cases), before);
    }
}

#[test]
fn an_update_uses_the_answer_too() {
    let (mut world, id, another) = rotating();
    world.answer(&Ruling::Link(id.clone())).unwrap();
    world.put("okta", &id, another).updated();
    assert!(matches!(world.undo(0), Err(CannotUndo::Linked { person, .. }) if person == id));
}

#[test]
fn a_leaver_gets_the_login_back_that_the_answer_had_freed() {
    let (mut world, id) = with(ada().number("7"));
    world.put("okta", &id, ada().number("7").active(false)).updated();
    let claim = user("ada").id("2").number("8");
    world.post("okta", claim.clone()).held();
    let before = world.people[&id].clone();
    world.answer(&Ruling::Create).unwrap();
    assert!(!world.people[&id].claims[0].is_live());
    world.undo(0).unwrap();
    let after = &world.people[&id];
    assert!(after.claims[0].is_live() && !after.active && after.record == before.record);
    assert_eq!(after.claims[0].attributes, before.claims[0].attributes);
    world.post("okta", claim).held();
}

#[test]
fn a_newer_case_of_the_same_identity_counts() {
    let (mut world, known, claim) = waiting();
    world.answer(&Ruling::Link(known.clone())).unwrap();
    world.post("okta", claim.clone()).created();
    world.put("okta", &known, claim.clone().id("5")).updated();
    let mut unused = world.cases[0].clone();
    unused.decided.as_mut().unwrap().used = None;
    let newer = crate::id::CaseId::new("c99");
    let refused = crate::receive::undo(
        &world.policy,
        &unused,
        Some(&newer),
        &crate::case::Reviewer { name: "ada".into(), request: None },
        &[],
        crate::testing::at(99),
    );
    assert_eq!(refused, Err(CannotUndo::Superseded { newer }));
}
