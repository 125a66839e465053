//! The company as it is on one day of the year: who works there now, and the events that each change gives rise to.
//!
//! [`super::calendar`] decides what happens when and to whom; here it happens. The events of a day are collected in
//! three phases (out of groups, people, into groups), because a provider takes a leaver out of the groups before it
//! forgets who that was, and can put a joiner in only afterwards.

use std::collections::{BTreeMap, BTreeSet};

use super::{Dated, Event, GroupRef};
use crate::company::{self, Account, Company, EmployeeNumber, ExternalId, Group, Human, Idp, Member, Office};

/// A position in [`World::workers`].
pub(super) type Seat = usize;

/// A human being, with what the year has to remember of them.
#[derive(Debug)]
pub(super) struct Worker {
    pub(super) human: Human,
    pub(super) home: Idp,
    pub(super) ids: BTreeMap<Idp, ExternalId>,
    pub(super) standing: Standing,
    /// The day on which something last happened to them; one thing a day keeps a day's events free of order.
    pub(super) touched: Option<u16>,
    /// Somebody else has their login now, so they do not come back.
    pub(super) login_passed_on: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    Active,
    Unassigned,
    Gone { since: u16 },
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) office: Office,
    pub(super) workers: Vec<Worker>,
    pub(super) groups: Vec<Group>,
    pub(super) day: u16,
    pub(super) rehires: usize,
    seats: BTreeMap<EmployeeNumber, Seat>,
    departments: BTreeMap<(Idp, String), usize>,
    today: [Vec<Event>; 3],
    told: Vec<Dated>,
}

impl World {
    pub(super) fn of(company: &Company, seed: u64) -> Self {
        let workers: Vec<Worker> = company.staff.iter().map(Worker::new).collect();
        let seats =
            workers.iter().enumerate().map(|(seat, worker)| (worker.human.number.clone(), seat)).collect();
        Self {
            // A stream of its own: with the company's, the year would invent the company's ids again.
            office: Office::of(company, !seed),
            workers,
            groups: company.groups.clone(),
            day: 0,
            rehires: 0,
            seats,
            departments: departments(&company.groups),
            today: Default::default(),
            told: vec![],
        }
    }

    /// Ends the day: its events are told in order.
    pub(super) fn close_day(&mut self) {
        let day = self.day;
        for phase in &mut self.today {
            self.told.extend(phase.drain(..).map(|event| Dated { day, event }));
        }
    }

    pub(super) fn into_story(self) -> Vec<Dated> {
        self.told
    }

    /// The worker's account in one provider, with the manager as that provider knows them.
    pub(super) fn account(&self, seat: Seat, idp: Idp) -> Account {
        let worker = &self.workers[seat];
        let manager = worker.human.manager.as_ref().map(|number| self.seats[number]);
        Account {
            idp,
            external_id: worker.ids[&idp].clone(),
            human: worker.human.clone(),
            manager_id: manager.and_then(|seat| self.workers[seat].ids.get(&idp).cloned()),
        }
    }

    /// Every provider that holds the worker tells this event.
    pub(super) fn tell(&mut self, seat: Seat, event: impl Fn(Account) -> Event) {
        let idps: Vec<Idp> = self.workers[seat].ids.keys().copied().collect();
        for idp in idps {
            self.tell_once(event(self.account(seat, idp)));
        }
        self.workers[seat].touched = Some(self.day);
    }

    /// One event about a person.
    pub(super) fn tell_once(&mut self, event: Event) {
        self.today[1].push(event);
    }

    /// A group event that needs its people to be there.
    pub(super) fn tell_of_group(&mut self, event: Event) {
        self.today[2].push(event);
    }

    pub(super) fn seat_new(&mut self, human: Human, home: Idp) -> Seat {
        let seat = self.workers.len();
        self.seats.insert(human.number.clone(), seat);
        let ids = BTreeMap::from([(home, self.office.external_id(home))]);
        let standing = Standing::Active;
        self.workers.push(Worker { human, home, ids, standing, touched: None, login_passed_on: false });
        seat
    }

    /// A random worker who may have something happen to them today.
    pub(super) fn choose(&mut self, fits: impl Fn(&Self, &Worker) -> bool) -> Option<Seat> {
        let count = self.workers.len();
        let start = self.office.rng.below(count);
        let mut seats = (0..count).map(|offset| (start + offset) % count);
        seats.find(|seat| {
            let worker = &self.workers[*seat];
            worker.touched != Some(self.day) && fits(self, worker)
        })
    }

    /// Puts the worker under somebody of the same provider who has reports, and into that department.
    pub(super) fn give_manager(&mut self, seat: Seat) {
        let home = self.workers[seat].home;
        let start = self.office.rng.below(self.workers.len());
        let count = self.workers.len();
        let colleagues = (0..count).map(|offset| &self.workers[(start + offset) % count]);
        let manager = colleagues
            .filter(|colleague| colleague.is_active() && colleague.home == home)
            .filter_map(|colleague| self.seats.get(colleague.human.manager.as_ref()?))
            .find(|boss| {
                self.workers[**boss].is_active() && **boss != seat && !self.reports_to(**boss, seat)
            });
        if let Some(boss) = manager {
            self.workers[seat].human.manager = Some(self.workers[*boss].human.number.clone());
        }
    }

    /// Whether `seat` stands below `boss`, through however many managers.
    fn reports_to(&self, seat: Seat, boss: Seat) -> bool {
        let above = |seat: &Seat| self.workers[*seat].human.manager.as_ref().map(|number| self.seats[number]);
        std::iter::successors(above(&seat), above).any(|manager| manager == boss)
    }

    pub(super) fn manager_is_here(&self, seat: Seat) -> bool {
        let manager = self.workers[seat].human.manager.as_ref();
        manager.is_some_and(|number| self.workers[self.seats[number]].is_active())
    }

    /// The people who report to this one and are assigned.
    pub(super) fn reports(&self, seat: Seat) -> Vec<Seat> {
        let boss = Some(&self.workers[seat].human.number);
        let reports = |worker: &Worker| worker.is_active() && worker.human.manager.as_ref() == boss;
        (0..self.workers.len()).filter(|seat| reports(&self.workers[*seat])).collect()
    }

    /// Takes the worker out of all groups; gives back which those were.
    pub(super) fn leave_groups(&mut self, seat: Seat) -> Vec<usize> {
        let member = self.member(seat);
        let number = &member.number;
        let in_group = |group: &Group| group.members.iter().any(|other| other.number == *number);
        let left: Vec<usize> =
            (0..self.groups.len()).filter(|index| in_group(&self.groups[*index])).collect();
        for index in &left {
            self.change_members(*index, vec![], vec![member.clone()]);
        }
        left
    }

    /// Puts the worker into these groups.
    pub(super) fn enter_groups(&mut self, seat: Seat, groups: &[usize]) {
        let member = self.member(seat);
        for index in groups {
            self.change_members(*index, vec![member.clone()], vec![]);
        }
    }

    /// The group of everybody and the group of the department, in the worker's own provider.
    pub(super) fn usual_groups(&self, seat: Seat) -> Vec<usize> {
        let worker = &self.workers[seat];
        let everybody = self.groups.iter().position(|group| group.idp == worker.home);
        let department = self.departments.get(&(worker.home, worker.human.department.clone())).copied();
        everybody.into_iter().chain(department).collect()
    }

    pub(super) fn member(&self, seat: Seat) -> Member {
        company::member(&self.account(seat, self.workers[seat].home))
    }

    pub(super) fn seat_of(&self, number: &EmployeeNumber) -> Seat {
        self.seats[number]
    }

    /// Changes a group and tells it; going only is told before the day's people, everything else after them.
    pub(super) fn change_members(&mut self, index: usize, joined: Vec<Member>, left: Vec<Member>) {
        let group = &mut self.groups[index];
        let gone: BTreeSet<&EmployeeNumber> = left.iter().map(|member| &member.number).collect();
        group.members.retain(|member| !gone.contains(&member.number));
        group.members.extend(joined.iter().cloned());
        let phase = if joined.is_empty() { 0 } else { 2 };
        let group = reference(group);
        self.today[phase].push(Event::MembersChanged { group, joined, left });
    }
}

impl Worker {
    fn new(account: &Account) -> Self {
        Self {
            human: account.human.clone(),
            home: account.idp,
            ids: BTreeMap::from([(account.idp, account.external_id.clone())]),
            standing: Standing::Active,
            touched: None,
            login_passed_on: false,
        }
    }

    pub(super) fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }
}

pub(super) fn reference(group: &Group) -> GroupRef {
    GroupRef { idp: group.idp, id: group.id.clone(), name: group.name.clone() }
}

fn departments(groups: &[Group]) -> BTreeMap<(Idp, String), usize> {
    let department = |group: &Group| group.name.strip_suffix(&format!(" ({})", group.idp)).map(str::to_owned);
    let numbered = groups.iter().enumerate();
    numbered.filter_map(|(index, group)| Some(((group.idp, department(group)?), index))).collect()
}
