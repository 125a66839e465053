//! What is true after a list of events: who exists, who is active, which provider holds whom, who is in which group.
//!
//! A server that was told these events and knows every human being once has exactly these people. It is a fold over the
//! events and knows nothing of how they were invented.

use std::collections::{BTreeMap, BTreeSet};

use super::{Arrival, Event};
use crate::company::{Account, EmployeeNumber, ExternalId, Group, GroupId, Human, Idp, Member};

/// The end of a story, by the keys that never change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Truth {
    /// Every human being who was ever told of.
    pub people: BTreeMap<EmployeeNumber, PersonTruth>,
    /// Every group that is pushed.
    pub groups: BTreeMap<GroupId, GroupTruth>,
}

/// A human being at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonTruth {
    /// The attributes as they were told last.
    pub human: Human,
    /// Still works here.
    pub employed: bool,
    /// The accounts that providers hold; an account that was deleted for good is not among them.
    pub accounts: BTreeMap<Idp, Holding>,
    /// Why a careful server may have asked a human about this person instead of deciding.
    pub doubt: Option<Doubt>,
}

/// An account in a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The provider's id of the account.
    pub external_id: ExternalId,
    /// Assigned to the application.
    pub active: bool,
}

/// A group at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupTruth {
    /// The provider that pushes it.
    pub idp: Idp,
    /// Its name.
    pub name: String,
    /// Who is in it.
    pub members: BTreeSet<EmployeeNumber>,
}

/// What makes a person hard to tell from another one, or from who they were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doubt {
    /// Has a leaver's login.
    RecycledLogin,
    /// Is nearly a colleague's namesake.
    NearDuplicate,
    /// Came back under another external id.
    RotatedId,
}

impl Truth {
    /// The truth after these events.
    pub fn after<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut truth = Self::default();
        for event in events {
            truth.learn(event);
        }
        truth
    }

    /// The people whom a server should have as active.
    pub fn active(&self) -> impl Iterator<Item = &PersonTruth> {
        self.people.values().filter(|person| person.active())
    }

    fn learn(&mut self, event: &Event) {
        match event {
            Event::Joined { account, arrival } => {
                self.assigned(account).doubt = doubt(arrival);
            }
            Event::Rehired { account, rotated } => {
                let person = self.assigned(account);
                person.employed = true;
                person.doubt = rotated.then_some(Doubt::RotatedId).or(person.doubt);
            }
            Event::Reassigned { account }
            | Event::Appeared { account }
            | Event::LoginReplaced { account, .. } => {
                self.assigned(account);
            }
            Event::Moved { account } | Event::Married { account } | Event::Readdressed { account } => {
                self.person(account).human = account.human.clone();
            }
            Event::Left { account } => {
                self.taken_off(account);
                self.person(account).employed = false;
            }
            Event::Unassigned { account } => self.taken_off(account),
            Event::Purged { account } => {
                self.person(account).accounts.remove(&account.idp);
            }
            Event::GroupPushed { .. } | Event::MembersChanged { .. } | Event::GroupRenamed { .. } => {
                self.learn_group(event);
            }
        }
    }

    fn learn_group(&mut self, event: &Event) {
        if let Event::GroupPushed { group } = event {
            self.groups.insert(group.id.clone(), pushed(group));
            return;
        }
        let Some(known) = event.group().and_then(|id| self.groups.get_mut(id)) else { return };
        match event {
            Event::MembersChanged { joined, left, .. } => {
                known.members.retain(|number| left.iter().all(|member| member.number != *number));
                known.members.extend(numbers(joined));
            }
            Event::GroupRenamed { group } => known.name.clone_from(&group.name),
            _ => {}
        }
    }

    fn person(&mut self, account: &Account) -> &mut PersonTruth {
        let human = &account.human;
        self.people.entry(human.number.clone()).or_insert_with(|| PersonTruth {
            human: human.clone(),
            employed: true,
            accounts: BTreeMap::new(),
            doubt: None,
        })
    }

    fn assigned(&mut self, account: &Account) -> &mut PersonTruth {
        let person = self.person(account);
        person.human = account.human.clone();
        let holding = Holding { external_id: account.external_id.clone(), active: true };
        person.accounts.insert(account.idp, holding);
        person
    }

    fn taken_off(&mut self, account: &Account) {
        if let Some(holding) = self.person(account).accounts.get_mut(&account.idp) {
            holding.active = false;
        }
    }
}

impl PersonTruth {
    /// Whether a server should have the person as active: some provider has them assigned.
    ///
    /// A year never leaves one provider saying yes and another no, so that this does not depend on a server's policy.
    pub fn active(&self) -> bool {
        self.accounts.values().any(|holding| holding.active)
    }
}

fn doubt(arrival: &Arrival) -> Option<Doubt> {
    match arrival {
        Arrival::RecycledLogin { .. } => Some(Doubt::RecycledLogin),
        Arrival::NearDuplicate { .. } => Some(Doubt::NearDuplicate),
        Arrival::Founder | Arrival::Plain | Arrival::PostedTwice => None,
    }
}

fn pushed(group: &Group) -> GroupTruth {
    GroupTruth { idp: group.idp, name: group.name.clone(), members: numbers(&group.members).collect() }
}

fn numbers<'a>(members: impl IntoIterator<Item = &'a Member>) -> impl Iterator<Item = EmployeeNumber> {
    members.into_iter().map(|member| member.number.clone())
}
