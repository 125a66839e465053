//! Who goes: leavers, people taken off the application, and Entra's deletion for good.
//!
//! Each function lets it happen to somebody it fits, and gives back what follows from it on later days.

use super::Event;
use super::calendar::{Intent, PURGE_AFTER};
use super::world::{Seat, Standing, World};
use crate::company::Idp;

pub(super) fn leave(world: &mut World) -> Option<Vec<(u16, Intent)>> {
    let day = world.day;
    let seat = world.choose(|world, worker| {
        // Nobody has to be moved twice on one day because two of their managers left.
        let moved_today = |seat: &Seat| world.workers[*seat].touched == Some(day);
        let own = world.seat_of(&worker.human.number);
        worker.is_active() && worker.human.manager.is_some() && !world.reports(own).iter().any(moved_today)
    })?;
    hand_over_reports(world, seat);
    world.leave_groups(seat);
    world.tell(seat, |account| Event::Left { account });
    world.workers[seat].standing = Standing::Gone { since: day };
    let mut later = vec![];
    if world.workers[seat].ids.contains_key(&Idp::Entra) {
        later.push((day + PURGE_AFTER, Intent::Purge(seat)));
    }
    if world.office.rng.chance(200) {
        later.push((day + world.office.rng.between(10, 120), Intent::Rehire(seat)));
    }
    Some(later)
}

/// The people of a leaver report to the leaver's manager from now on.
fn hand_over_reports(world: &mut World, seat: Seat) {
    let manager = world.workers[seat].human.manager.clone();
    for report in world.reports(seat) {
        world.workers[report].human.manager.clone_from(&manager);
        world.tell(report, |account| Event::Moved { account });
    }
}

pub(super) fn purge(world: &mut World, seat: Seat) -> Option<()> {
    let Standing::Gone { .. } = world.workers[seat].standing else { return None };
    let account = world.account(seat, Idp::Entra);
    world.tell_once(Event::Purged { account });
    world.workers[seat].touched = Some(world.day);
    Some(())
}

pub(super) fn unassign(world: &mut World) -> Option<Vec<(u16, Intent)>> {
    let seat = world.choose(|world, worker| {
        let nobody_below = || world.reports(world.seat_of(&worker.human.number)).is_empty();
        worker.is_active() && worker.human.manager.is_some() && nobody_below()
    })?;
    let groups = world.leave_groups(seat);
    world.tell(seat, |account| Event::Unassigned { account });
    world.workers[seat].standing = Standing::Unassigned;
    let back = world.office.rng.chance(850);
    let day = world.day + world.office.rng.between(1, 40);
    Some(if back { vec![(day, Intent::Reassign(seat, groups))] } else { vec![] })
}
