//! Who comes: joiners of every awkward kind, rehires, people assigned again, people who arrive from a second provider.
//!
//! Each function lets it happen to somebody it fits, or gives back `None` when there is nobody.

use super::calendar::PURGE_AFTER;
use super::world::{Seat, Standing, World};
use super::{Arrival, Event};
use crate::company::{self, Human, Idp};

pub(super) fn hire_plain(world: &mut World, arrival: &Arrival) -> Option<()> {
    let (given, family) = world.office.name();
    let mut human = world.office.hire(given, family);
    (human.department, human.title) = company::new_post(&mut world.office);
    human.location = world.workers[0].human.location.clone();
    // Only Okta posts twice here: Entra looks up before it creates again.
    let plain = *arrival == Arrival::Plain;
    let home = if plain && world.office.rng.chance(120) { Idp::Entra } else { Idp::Okta };
    seat(world, human, home, arrival);
    Some(())
}

pub(super) fn hire_with_recycled_login(world: &mut World) -> Option<()> {
    let gone = |worker: &Standing| matches!(worker, Standing::Gone { .. });
    let leaver = world.choose(|_, worker| gone(&worker.standing) && !worker.login_passed_on)?;
    world.workers[leaver].login_passed_on = true;
    let before = world.workers[leaver].human.clone();
    let mut human = world.office.hire_namesake(&before);
    (human.department, human.title) = company::new_post(&mut world.office);
    human.location.clone_from(&before.location);
    seat(world, human, Idp::Okta, &Arrival::RecycledLogin { from: before.number });
    Some(())
}

pub(super) fn hire_near_duplicate(world: &mut World) -> Option<()> {
    let colleague = world.choose(|_, worker| worker.is_active() && worker.home == Idp::Okta)?;
    let twin = world.workers[colleague].human.clone();
    let (given, family) = nearly(world, &twin);
    let mut human = world.office.hire(given, family);
    human.department.clone_from(&twin.department);
    human.title.clone_from(&twin.title);
    human.location.clone_from(&twin.location);
    seat(world, human, Idp::Okta, &Arrival::NearDuplicate { of: twin.number });
    Some(())
}

/// The names swapped, or the family name with its last letter doubled.
fn nearly(world: &mut World, twin: &Human) -> (String, String) {
    if world.office.rng.chance(500) {
        return (twin.family.clone(), twin.given.clone());
    }
    let doubled = twin.family.chars().last().filter(char::is_ascii_alphabetic);
    (twin.given.clone(), twin.family.chars().chain(doubled.or(Some('n'))).collect())
}

fn seat(world: &mut World, human: Human, home: Idp, arrival: &Arrival) {
    let seat = world.seat_new(human, home);
    world.give_manager(seat);
    world.tell(seat, |account| Event::Joined { account, arrival: arrival.clone() });
    let groups = world.usual_groups(seat);
    world.enter_groups(seat, &groups);
}

pub(super) fn rehire(world: &mut World, seat: Seat) -> Option<()> {
    let worker = &world.workers[seat];
    let Standing::Gone { since } = worker.standing else { return None };
    if worker.login_passed_on || worker.touched == Some(world.day) {
        return None;
    }
    let purged = world.day >= since + PURGE_AFTER;
    let rotated: Vec<Idp> = worker.ids.keys().copied().collect();
    // Every other one comes back under another Okta id.
    world.rehires += 1;
    let by_turn = world.rehires.is_multiple_of(2);
    let rotated: Vec<Idp> =
        rotated.into_iter().filter(|idp| if *idp == Idp::Entra { purged } else { by_turn }).collect();
    for idp in &rotated {
        let fresh = world.office.external_id(*idp);
        world.workers[seat].ids.insert(*idp, fresh);
    }
    if !rotated.is_empty() && world.office.rng.chance(500) {
        let Human { given, family, .. } = world.workers[seat].human.clone();
        world.workers[seat].human.login = world.office.login(&given, &family);
    }
    return_to_work(world, seat);
    world.tell(seat, |account| Event::Rehired { rotated: rotated.contains(&account.idp), account });
    let groups = world.usual_groups(seat);
    world.enter_groups(seat, &groups);
    Some(())
}

fn return_to_work(world: &mut World, seat: Seat) {
    world.workers[seat].standing = Standing::Active;
    if !world.manager_is_here(seat) {
        world.give_manager(seat);
    }
}

pub(super) fn reassign(world: &mut World, seat: Seat, groups: &[usize]) -> Option<()> {
    return_to_work(world, seat);
    world.tell(seat, |account| Event::Reassigned { account });
    world.enter_groups(seat, groups);
    Some(())
}

pub(super) fn appear_in_second_idp(world: &mut World) -> Option<()> {
    let seat =
        world.choose(|_, worker| worker.is_active() && worker.home == Idp::Okta && worker.ids.len() == 1)?;
    let id = world.office.external_id(Idp::Entra);
    world.workers[seat].ids.insert(Idp::Entra, id);
    world.tell_once(Event::Appeared { account: world.account(seat, Idp::Entra) });
    world.workers[seat].touched = Some(world.day);
    Some(())
}
