//! Many who lose access at once: who is held, what a human's answer does, and what ends a hold without one.

use super::*;
use crate::case::{CaseKind, Ruling};
use crate::decision::Outcome;
use crate::event::EventKind::{
    CaseDecided, CaseOpened, CaseReopened, Changed, ClaimEnded, Created, Deactivated, Finding, Resolved,
};
use crate::id::PersonId;
use crate::limit::HoldState;
use crate::policy::{Beyond, DeactivateWhen, Limit, Voice};
use crate::receive::{CannotDecide, CannotUndo};
use crate::testing::source;
use proptest::prelude::*;

/// Nobody's business before this.
const WINDOW: i64 = 1000;
const UNCLAIMED: &str = "of 1 person no source makes a live claim any more: `keep` leaves them held, for nobody could say again that they are inactive";

fn limited(then: Beyond) -> World {
    let mut world = World::new();
    let limit = Limit { count: Some(1), percent: None, window_seconds: WINDOW, then };
    world.policy.limits.deactivations = Some(limit);
    world
}

fn named(number: usize) -> User {
    user(&format!("u{number}")).id(&format!("x{number}"))
}

/// So many people under a limit of one.
fn people(world: &mut World, count: usize) -> Vec<PersonId> {
    (0..count).map(|number| world.post("okta", named(number)).created()).collect()
}

fn state(world: &World, id: &PersonId) -> Option<HoldState> {
    world.people[id].hold.as_ref().map(|hold| hold.state)
}

/// Three people who are said to be inactive: the first leaves, the others are held.
fn two_held() -> (World, Vec<PersonId>) {
    let mut world = limited(Beyond::Hold);
    let ids = people(&mut world, 3);
    for (number, id) in ids.iter().enumerate() {
        world.put("okta", id, named(number).active(false));
    }
    (world, ids)
}

#[test]
fn beyond_the_limit_the_claim_is_kept_and_access_stays() {
    let mut world = limited(Beyond::Hold);
    let ids = people(&mut world, 3);
    assert_eq!(world.put("okta", &ids[0], named(0).active(false)).kinds(), [Deactivated]);
    let told = world.put("okta", &ids[1], named(1).active(false));
    assert_eq!((told.updated(), told.kinds()), (ids[1].clone(), vec![Changed, CaseOpened]));
    assert_eq!(told.outcomes("active"), [Outcome::Held]);
    assert_eq!(world.delete("okta", &ids[2]).kinds(), [ClaimEnded], "of the same case");
    has_left(&world.people[&ids[0]]);
    for id in &ids[1..] {
        has_access(&world.people[id]);
        assert!(!world.people[id].claims[0].active, "the source reads back what it said");
        assert!(world.people[id].record.text("user_name").is_some(), "and the record stays whole");
    }
    let case = world.seen(&world.cases[0]);
    assert_eq!((world.cases.len(), case.kind, case.kind.blocks()), (1, CaseKind::MassChange, false));
    assert_eq!(case.candidates, [ids[2].clone(), ids[1].clone()], "whom no source claims comes first");
    assert_eq!(
        case.evidence,
        [
            "more people would lose access than 1 person within 1000s",
            "1 person had lost access already, and 2 still had it",
            "2 people held: 2 by `okta`",
            UNCLAIMED,
        ]
    );
}

#[test]
fn a_limit_that_warns_lets_it_happen_and_says_so() {
    let mut world = limited(Beyond::Warn);
    let ids = people(&mut world, 2);
    assert_eq!(world.delete("okta", &ids[0]).kinds(), [ClaimEnded, Deactivated]);
    let told = world.delete("okta", &ids[1]);
    assert_eq!(told.kinds(), [ClaimEnded, Deactivated, Finding]);
    let note = "access ended beyond the limit of 1 person within 1000s: 1 person had lost it already";
    assert_eq!(told.change.events[2].note.as_deref(), Some(note));
    has_left(&world.people[&ids[1]]);
}

#[test]
fn what_happened_before_the_window_does_not_count() {
    let mut world = limited(Beyond::Hold);
    let ids = people(&mut world, 2);
    world.delete("okta", &ids[0]);
    world.clock += WINDOW;
    world.delete("okta", &ids[1]);
    has_left(&world.people[&ids[1]]);
}

#[test]
fn whoever_is_active_again_is_not_held_any_more() {
    let (mut world, ids) = two_held();
    world.put("okta", &ids[1], named(1).active(true));
    assert_eq!(state(&world, &ids[1]), None);
    let note = world.events.last().unwrap().note.as_deref();
    assert_eq!(note, Some("case c5 (mass-change): no longer held, for their claims give access again"));
    world.answer(&Ruling::Release).unwrap();
    world.renew(&ids[1]);
    has_access(&world.people[&ids[1]]);
}

#[test]
fn a_case_that_holds_nobody_any_more_is_closed() {
    let (mut world, ids) = two_held();
    assert_eq!(world.put("okta", &ids[1], named(1).active(true)).kinds(), [Changed, CaseDecided]);
    assert_eq!(world.cases[0].decided, None, "it holds another");
    world.put("okta", &ids[2], named(2).active(true));
    let decided = world.cases[0].decided.clone().unwrap();
    assert!(decided.is_by_facts() && decided.ruling == Ruling::Keep);
    assert_eq!(decided.note.as_deref(), Some("nobody is held any more: their claims give access again"));
    assert!(matches!(world.answer(&Ruling::Release), Err(CannotDecide::Decided(_))));
    let undone = world.undo(0).unwrap_err();
    assert!(matches!(undone, CannotUndo::Vacated { .. }), "{undone}");
    world.put("okta", &ids[1], named(1).active(false));
    assert_eq!(world.cases.len(), 2, "a fresh question");
}

#[test]
fn nobody_is_kept_of_whom_no_source_could_say_inactive_again() {
    let (mut world, ids) = two_held();
    world.delete("okta", &ids[2]);
    let seen = world.seen(&world.cases[0]);
    assert_eq!(seen.candidates, [ids[2].clone(), ids[1].clone()]);
    assert_eq!(seen.evidence[3], UNCLAIMED);
    world.answer(&Ruling::Keep).unwrap();
    let states = |world: &World| ids[1..].iter().map(|id| state(world, id)).collect::<Vec<_>>();
    assert_eq!(states(&world), [Some(HoldState::Kept), Some(HoldState::Held)]);
    assert_eq!(world.cases[0].decided, None, "it waits for an answer about the other");
    assert!(!world.kinds_of(&ids[2]).contains(&CaseDecided));
    let again = world.answer(&Ruling::Keep).unwrap_err();
    assert!(matches!(again, CannotDecide::NobodyClaims(_)) && again.help().is_some(), "{again}");
    world.answer(&Ruling::Release).unwrap();
    assert_eq!(states(&world), [Some(HoldState::Kept), Some(HoldState::Released)]);
    world.renew(&ids[2]);
    has_left(&world.people[&ids[2]]);
}

#[test]
fn who_is_left_of_an_order_ends_what_was_kept() {
    let mut world = limited(Beyond::Hold);
    world.policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
    world
        .policy
        .authority
        .fields
        .insert("active".into(), ["okta", "hr"].map(|it| Voice::of(source(it))).to_vec());
    let hired = |number: usize| named(number).number(&format!("E{number}"));
    let ids = [0, 1].map(|number| world.post("okta", hired(number)).created());
    let hr = || hired(1).id("hr1");
    assert_eq!(world.post("hr", hr()).created(), ids[1]);
    for (number, id) in ids.iter().enumerate() {
        world.put("okta", id, hired(number).active(false));
    }
    world.delete("okta", &ids[1]);
    world.answer(&Ruling::Keep).unwrap();
    assert_eq!(state(&world, &ids[1]), Some(HoldState::Kept));
    world.clock += WINDOW;
    world.put("hr", &ids[1], hr().active(false));
    has_left(&world.people[&ids[1]]);
}

#[test]
fn where_nobody_of_the_order_claims_them_whoever_does_ends_what_was_kept() {
    let hired = |number: usize| named(number).number(&format!("E{number}"));
    let of_hr = |number: usize| hired(number).id(&format!("hr{number}"));
    for ends_by_delete in [false, true] {
        let mut world = limited(Beyond::Hold);
        world.policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
        world.policy.authority.fields.insert("active".into(), vec![Voice::of(source("hr"))]);
        let ids = [0, 1].map(|number| world.post("hr", of_hr(number)).created());
        for (number, id) in ids.iter().enumerate() {
            world.post("okta", hired(number));
            world.delete("hr", id);
        }
        assert_eq!(state(&world, &ids[1]), Some(HoldState::Held));
        world.answer(&Ruling::Keep).unwrap();
        world.clock += WINDOW;
        has_access(&world.people[&ids[1]]);
        match ends_by_delete {
            true => _ = world.delete("okta", &ids[1]),
            false => _ = world.put("okta", &ids[1], hired(1).active(false)),
        }
        has_left(&world.people[&ids[1]]);
    }
}

#[test]
fn release_ends_access_whatever_the_limit_says() {
    let (mut world, ids) = two_held();
    world.answer(&Ruling::Release).unwrap();
    for id in &ids[1..] {
        has_access(&world.people[id]);
        let change = world.renew(id);
        let kinds: Vec<_> = change.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [Resolved, Deactivated]);
        let note = change.events[0].note.as_ref().unwrap();
        assert!(note.ends_with("(mass-change): release"), "{note}");
        has_left(&world.people[id]);
        assert_eq!(state(&world, id), None);
    }
    let kinds = [Created, Changed, CaseOpened, CaseDecided, Resolved, Deactivated];
    assert_eq!(world.kinds_of(&ids[1]), kinds);
    assert!(matches!(world.undo(0), Err(CannotUndo::Released { .. })));
}

#[test]
fn keep_lasts_until_the_source_says_inactive_again() {
    let (mut world, ids) = two_held();
    world.answer(&Ruling::Keep).unwrap();
    world.clock += WINDOW;
    for id in &ids[1..] {
        world.renew(id);
        assert_eq!(state(&world, id), Some(HoldState::Kept));
        has_access(&world.people[id]);
    }
    world.put("okta", &ids[1], named(1).without("active").name("Una", "One"));
    has_access(&world.people[&ids[1]]);
    world.put("okta", &ids[1], named(1).active(false));
    has_left(&world.people[&ids[1]]);
    world.put("okta", &ids[2], named(2).active(true));
    world.put("okta", &ids[2], named(2).active(false));
    assert_eq!(state(&world, &ids[2]), Some(HoldState::Held), "a fresh question");
    assert_eq!(world.cases.len(), 2);
}

#[test]
fn keep_can_be_taken_back_and_release_as_long_as_nobody_left() {
    let (mut world, ids) = two_held();
    world.answer(&Ruling::Keep).unwrap();
    world.undo(0).unwrap();
    assert_eq!(state(&world, &ids[1]), Some(HoldState::Held));
    world.answer(&Ruling::Release).unwrap();
    world.undo(0).unwrap();
    world.renew(&ids[1]);
    has_access(&world.people[&ids[1]]);
    let answers = [CaseDecided, CaseReopened, CaseDecided, CaseReopened];
    assert!(world.kinds_of(&ids[2]).ends_with(&answers), "every answer is on every timeline");
    assert_eq!(world.seen(&world.cases[0]).evidence.len(), 3);
}

#[test]
fn keep_stays_once_another_question_is_open() {
    let (mut world, ids) = two_held();
    world.answer(&Ruling::Keep).unwrap();
    world.put("okta", &ids[1], named(1).active(false));
    assert_eq!((world.cases.len(), state(&world, &ids[1])), (2, Some(HoldState::Held)));
    assert!(matches!(world.undo(0), Err(CannotUndo::Superseded { .. })));
}

#[test]
fn answers_fit_their_question() {
    let (mut world, ids) = two_held();
    for ruling in
        [Ruling::Create, Ruling::Reject, Ruling::Link(ids[1].clone()), Ruling::Merge(ids[1].clone())]
    {
        assert!(world.answer(&ruling).is_err(), "{ruling:?}");
    }
    for kind in CaseKind::ALL.into_iter().filter(|kind| *kind != CaseKind::MassChange) {
        assert!(!Ruling::Keep.answers(kind) && !Ruling::Release.answers(kind));
    }
}

#[test]
fn whoever_has_access_by_another_source_again_needs_no_hold() {
    let (mut world, ids) = two_held();
    let id = &ids[2];
    world.delete("okta", id);
    assert_eq!(state(&world, id), Some(HoldState::Held));
    let told = world.post("okta", named(2));
    assert_eq!((told.created(), state(&world, id)), (id.clone(), None));
    has_access(&world.people[id]);
}

proptest! {
    #[test]
    fn nobody_who_is_held_loses_access_and_everybody_who_is_released_does(
        leaving in prop::sample::subsequence((0..6usize).collect::<Vec<_>>(), 0..6).prop_shuffle(),
        renewed in prop::collection::vec(0..6usize, 0..12),
        deletes in any::<[bool; 6]>(),
    ) {
        let mut world = limited(Beyond::Hold);
        let ids = people(&mut world, 6);
        for &number in &leaving {
            match deletes[number] {
                true => drop(world.delete("okta", &ids[number])),
                false => drop(world.put("okta", &ids[number], named(number).active(false))),
            }
        }
        renewed.iter().for_each(|&number| drop(world.renew(&ids[number])));
        let active = |world: &World| ids.iter().filter(|id| world.people[*id].active).count();
        prop_assert_eq!(active(&world), 6 - leaving.len().min(1), "exactly one leaves, whoever came first");
        if leaving.len() > 1 {
            world.answer(&Ruling::Release).unwrap();
            renewed.iter().chain(&[0, 1, 2, 3, 4, 5]).for_each(|&number| drop(world.renew(&ids[number])));
        }
        prop_assert_eq!(active(&world), 6 - leaving.len());
        prop_assert!(world.people.values().all(|person| person.hold.is_none()));
    }
}
