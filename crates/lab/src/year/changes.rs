//! What changes for those who stay: posts, names, logins, mail domains, groups.
//!
//! Each function lets it happen to somebody it fits, or gives back `None` when there is nobody.

use std::collections::BTreeSet;

use super::Event;
use super::world::{Seat, Worker, World, reference};
use crate::company::{self, Group, Human, Idp};

pub(super) fn change_post(world: &mut World) -> Option<()> {
    let seat = world.choose(|_, worker| worker.is_active() && worker.human.manager.is_some())?;
    let before = world.usual_groups(seat);
    let (department, title) = company::new_post(&mut world.office);
    let human = &mut world.workers[seat].human;
    (human.department, human.title) = (department, title);
    world.give_manager(seat);
    world.tell(seat, |account| Event::Moved { account });
    move_between_groups(world, seat, &before);
    Some(())
}

/// Out of the old department's group and into the new one's.
fn move_between_groups(world: &mut World, seat: Seat, before: &[usize]) {
    let after = world.usual_groups(seat);
    let member = world.member(seat);
    let is_in = |group: &Group| group.members.iter().any(|other| other.number == member.number);
    let (old, new): (Vec<usize>, Vec<usize>) = (
        before
            .iter()
            .copied()
            .filter(|group| !after.contains(group) && is_in(&world.groups[*group]))
            .collect(),
        after.iter().copied().filter(|group| !before.contains(group)).collect(),
    );
    for group in old {
        world.change_members(group, vec![], vec![member.clone()]);
    }
    world.enter_groups(seat, &new);
}

pub(super) fn marry(world: &mut World) -> Option<()> {
    let seat = world.choose(|_, worker| worker.is_active())?;
    let Human { given, family, email, .. } = world.workers[seat].human.clone();
    let family = world.office.married_name(&family);
    let login = world.office.login(&given, &family);
    let human = &mut world.workers[seat].human;
    human.email = readdressed(&login, email.split_once('@').map_or("", |(_, domain)| domain));
    (human.family, human.login) = (family, login);
    world.tell(seat, |account| Event::Married { account });
    Some(())
}

/// Everybody at one place gets another mail domain on the same day.
pub(super) fn change_mail_domain(world: &mut World) -> Option<()> {
    let first = world.choose(|_, worker| worker.is_active())?;
    let location = world.workers[first].human.location.clone();
    for seat in 0..world.workers.len() {
        let worker = &mut world.workers[seat];
        if worker.is_active() && worker.human.location == location && worker.touched != Some(world.day) {
            worker.human.email = readdressed(&worker.human.email, "example.org");
            world.tell(seat, |account| Event::Readdressed { account });
        }
    }
    Some(())
}

fn readdressed(address: &str, domain: &str) -> String {
    let name = address.split_once('@').map_or(address, |(name, _)| name);
    format!("{name}@{domain}")
}

pub(super) fn replace_login(world: &mut World) -> Option<()> {
    let seat =
        world.choose(|_, worker| worker.is_active() && worker.home == Idp::Okta && worker.ids.len() == 1)?;
    let before = Box::new(world.account(seat, Idp::Okta));
    let login = world.office.login(&before.human.given, &before.human.family);
    world.workers[seat].human.login = login;
    world.tell(seat, |account| Event::LoginReplaced { before: before.clone(), account });
    Some(())
}

/// One comes, one goes, in one change: Okta pushes it as one request.
pub(super) fn swap_members(world: &mut World) -> Option<()> {
    let index = world.office.rng.below(world.groups.len());
    let Group { idp, members, .. } = world.groups[index].clone();
    let members: BTreeSet<_> = members.into_iter().map(|member| member.number).collect();
    let is_in = |human: &Human| members.contains(&human.number);
    let at_home = |worker: &Worker| worker.is_active() && worker.home == idp;
    let leaving = world.choose(|_, worker| at_home(worker) && is_in(&worker.human));
    let joining = world.choose(|_, worker| at_home(worker) && !is_in(&worker.human))?;
    let left: Vec<_> = leaving.into_iter().map(|seat| world.member(seat)).collect();
    world.change_members(index, vec![world.member(joining)], left);
    for seat in leaving.into_iter().chain([joining]) {
        world.workers[seat].touched = Some(world.day);
    }
    Some(())
}

pub(super) fn rename_group(world: &mut World) -> Option<()> {
    let index = world.office.rng.below(world.groups.len());
    let day = world.day;
    let group = &mut world.groups[index];
    group.name = format!("{} since day {day}", group.name.split(" since day ").next().unwrap_or_default());
    let event = Event::GroupRenamed { group: reference(group) };
    world.tell_of_group(event);
    Some(())
}
