//! What happens on which day of the year, and to whom.
//!
//! So many of each kind for a thousand people, at least one of each, spread over random days; some have consequences
//! on a later day (a leaver may come back, Entra deletes for good after thirty days). An intent that finds nobody it
//! fits is dropped.

use std::collections::BTreeMap;

use super::world::{Seat, World};
use super::{Arrival, DAYS, Dated, Event, arrivals, changes, departures};
use crate::company::Company;

/// Entra's soft delete lasts this long.
pub(super) const PURGE_AFTER: u16 = 30;

/// Something that is going to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Intent {
    Hire,
    HireWithRecycledLogin,
    HireNearDuplicate,
    HirePostedTwice,
    Move,
    Marry,
    ChangeMailDomain,
    ReplaceLogin,
    Leave,
    Rehire(Seat),
    Purge(Seat),
    Unassign,
    Reassign(Seat, Vec<usize>),
    AppearInSecondIdp,
    SwapMembers,
    RenameGroup,
}

/// How many of each for a thousand people in a year.
const RATES: &[(Intent, usize)] = &[
    (Intent::Hire, 120),
    (Intent::HireWithRecycledLogin, 8),
    (Intent::HireNearDuplicate, 6),
    (Intent::HirePostedTwice, 6),
    (Intent::Move, 180),
    (Intent::Marry, 20),
    (Intent::ReplaceLogin, 8),
    (Intent::Leave, 110),
    (Intent::Unassign, 30),
    (Intent::AppearInSecondIdp, 40),
    (Intent::SwapMembers, 150),
    (Intent::RenameGroup, 4),
];

type Calendar = BTreeMap<u16, Vec<Intent>>;

/// All events of the company's year.
pub(super) fn play_out(company: &Company, seed: u64) -> Vec<Dated> {
    let mut world = World::of(company, seed);
    assign_everybody(&mut world);
    let mut calendar = if company.staff.is_empty() { Calendar::new() } else { calendar(&mut world) };
    while let Some((day, intents)) = calendar.pop_first() {
        world.day = day;
        for intent in intents {
            let consequence = happen(&mut world, intent);
            for (later, intent) in consequence.into_iter().filter(|(later, _)| *later <= DAYS) {
                calendar.entry(later).or_default().push(intent);
            }
        }
        world.close_day();
    }
    world.into_story()
}

fn assign_everybody(world: &mut World) {
    for seat in 0..world.workers.len() {
        world.tell(seat, |account| Event::Joined { account, arrival: Arrival::Founder });
    }
    for group in world.groups.clone() {
        world.tell_of_group(Event::GroupPushed { group });
    }
    world.close_day();
}

fn calendar(world: &mut World) -> Calendar {
    let people = world.workers.len();
    let mut calendar = Calendar::from([(DAYS / 2, vec![Intent::ChangeMailDomain])]);
    for (intent, rate) in RATES {
        for _ in 0..(people * rate / 1000).max(1) {
            let day = world.office.rng.between(earliest(intent), DAYS);
            calendar.entry(day).or_default().push(intent.clone());
        }
    }
    calendar
}

/// A leaver's login is free only when somebody has left, so such joiners come late in the year.
fn earliest(intent: &Intent) -> u16 {
    if *intent == Intent::HireWithRecycledLogin { 3 * DAYS / 4 } else { 1 }
}

/// Lets it happen today; gives back what follows from it on later days, if it happened at all.
fn happen(world: &mut World, intent: Intent) -> Vec<(u16, Intent)> {
    let happened = match intent {
        Intent::Leave => return departures::leave(world).unwrap_or_default(),
        Intent::Unassign => return departures::unassign(world).unwrap_or_default(),
        Intent::Hire => arrivals::hire_plain(world, &Arrival::Plain),
        Intent::HirePostedTwice => arrivals::hire_plain(world, &Arrival::PostedTwice),
        Intent::HireWithRecycledLogin => arrivals::hire_with_recycled_login(world),
        Intent::HireNearDuplicate => arrivals::hire_near_duplicate(world),
        Intent::Move => changes::change_post(world),
        Intent::Marry => changes::marry(world),
        Intent::ChangeMailDomain => changes::change_mail_domain(world),
        Intent::ReplaceLogin => changes::replace_login(world),
        Intent::Rehire(seat) => arrivals::rehire(world, seat),
        Intent::Purge(seat) => departures::purge(world, seat),
        Intent::Reassign(seat, groups) => arrivals::reassign(world, seat, &groups),
        Intent::AppearInSecondIdp => arrivals::appear_in_second_idp(world),
        Intent::SwapMembers => changes::swap_members(world),
        Intent::RenameGroup => changes::rename_group(world),
    };
    // Nobody it fits: the year goes on without it.
    happened.unwrap_or_default();
    vec![]
}
