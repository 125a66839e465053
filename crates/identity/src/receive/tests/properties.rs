//! Long random lives in a world that refuses what the store refuses.

use super::*;
use crate::case::Ruling;
use crate::event::EventKind;
use crate::id::PersonId;
use crate::policy::DeactivateWhen;
use crate::receive::Reply;
use crate::testing::{Told, source};
use proptest::prelude::*;

/// One request, or one answer of a human. Numbers choose among whoever is there.
#[derive(Debug, Clone)]
enum Step {
    Post(&'static str, User),
    Put(&'static str, usize, User),
    Delete(&'static str, usize),
    Decide(u8, usize),
}

fn some(choices: &'static [&'static str]) -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.7, prop::sample::select(choices))
}

prop_compose! {
    fn any_user()(
        login in prop::sample::select(&["ada", "ADA", "bob", "cy"][..]),
        id in some(&["1", "2", "3", "4"]),
        number in some(&["7", "8", "9"]),
        email in some(&["a@x.com", "b@x.com"]),
        name in some(&["Ada", "Grace"]),
        active in prop::option::of(any::<bool>()),
    ) -> User {
        let user = active.into_iter().fold(user(login), User::active);
        let user = id.into_iter().fold(user, User::id);
        let user = number.into_iter().fold(user, User::number);
        let user = name.into_iter().fold(user, |user, name| user.name(name, name));
        email.into_iter().fold(user, User::email)
    }
}

fn any_step() -> impl Strategy<Value = Step> {
    let who = || prop::sample::select(&["okta", "hr", "csv"][..]);
    prop_oneof![
        4 => (who(), any_user()).prop_map(|(who, user)| Step::Post(who, user)),
        4 => (who(), any::<usize>(), any_user()).prop_map(|(who, whom, user)| Step::Put(who, whom, user)),
        2 => (who(), any::<usize>()).prop_map(|(who, whom)| Step::Delete(who, whom)),
        1 => (0..3u8, any::<usize>()).prop_map(|(what, whom)| Step::Decide(what, whom)),
    ]
}

fn pick(world: &World, claimed_by: Option<&str>, number: usize) -> Option<PersonId> {
    let claimed =
        |person: &&Person| claimed_by.is_none_or(|name| person.live_claim_of(&source(name)).is_some());
    let ids: Vec<_> = world.people.values().filter(claimed).map(|person| person.id.clone()).collect();
    (!ids.is_empty()).then(|| ids[number % ids.len()].clone())
}

fn take(world: &mut World, step: &Step) -> Option<Told> {
    match step {
        Step::Post(who, user) => Some(world.post(who, user.clone())),
        Step::Put(who, whom, user) => {
            let id = pick(world, Some(who), *whom)?;
            Some(world.put(who, &id, user.clone()))
        }
        Step::Delete(who, whom) => {
            let id = pick(world, Some(who), *whom)?;
            Some(world.delete(who, &id))
        }
        Step::Decide(what, whom) => {
            world.cases.iter().find(|case| case.decided.is_none())?;
            let person = pick(world, None, *whom)?;
            world.decide([Ruling::Link(person), Ruling::Create, Ruling::Reject][usize::from(*what)].clone());
            None
        }
    }
}

fn live(steps: &[Step], authoritative: bool, mut each: impl FnMut(&mut World, &Step, &Told)) -> World {
    let mut world = World::new();
    if authoritative {
        world.policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
    }
    for step in steps {
        if let Some(told) = take(&mut world, step) {
            each(&mut world, step, &told);
        }
    }
    world
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    prop::collection::vec(any_step(), 1..40)
}

proptest! {
    #[test]
    fn every_plan_commits_and_nobody_is_lost(steps in steps(), authoritative in any::<bool>()) {
        let mut people = 0;
        // The world itself checks versions and unique keys.
        live(&steps, authoritative, |world, _, told| {
            assert!(world.people.len() >= people, "somebody is gone");
            people = world.people.len();
            let refused = matches!(told.reply, Reply::Refused(_));
            assert_eq!(refused, told.change.person.is_none() && !told.kinds().contains(&EventKind::Unchanged));
            assert!(refused || !told.change.events.is_empty(), "an accepted request leaves an event");
        });
    }

    #[test]
    fn a_leaver_never_ends_with_access(steps in steps(), authoritative in any::<bool>()) {
        live(&steps, authoritative, |world, step, told| {
            world.people.values().for_each(|person| if person.active { has_access(person) } else { has_left(person) });
            if let (Step::Delete(..), Reply::Ended(id), false) = (step, &told.reply, authoritative) {
                assert!(!world.people[id].active);
            }
        });
    }

    #[test]
    fn the_same_update_again_is_unchanged(steps in steps(), authoritative in any::<bool>()) {
        live(&steps, authoritative, |world, step, told| {
            if let (Step::Put(who, _, user), Reply::Updated(id)) = (step, &told.reply) {
                let again = world.put(who, id, user.clone());
                assert_eq!((again.updated(), again.kinds()), (id.clone(), vec![EventKind::Unchanged]));
                assert!(again.change.person.is_none() && again.change.claims.is_empty());
            }
        });
    }

    #[test]
    fn the_same_post_again_is_refused_or_makes_nobody(steps in steps()) {
        live(&steps, false, |world, step, told| {
            if let (Step::Post(who, user), Reply::Created(_)) = (step, &told.reply) {
                let people = world.people.len();
                let _ = world.post(who, user.clone());
                assert_eq!(world.people.len(), people, "a second person");
            }
        });
    }
}
