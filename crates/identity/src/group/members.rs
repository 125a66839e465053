//! Who comes and who goes: the membership changes of one request worked into one delta, and memberships that flap.

use super::GroupContext;
use crate::change::MembersChange;
use crate::decision::{Decision, Outcome};
use jiff::Timestamp;
use std::collections::{BTreeMap, HashMap, HashSet};
use tenure_scim::patch::{Member, MemberChange};

/// An event names this many members; a note counts the rest.
const NAMED: usize = 50;

/// What is known of the members that a request speaks of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MemberFacts {
    /// By member id: everybody whom the request names, and everybody present if [`needs_everybody`] says so.
    pub states: HashMap<String, MemberState>,
    /// Ids among them that belong to somebody we know.
    pub known: HashSet<String>,
}

/// One membership, present or past.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberState {
    /// The member as it was given.
    pub member: Member,
    /// Whether it is in the group now.
    pub present: bool,
    /// When it last came or went.
    pub changed: Timestamp,
    /// Who did that: source and token.
    pub writer: String,
    /// How often it came and went in quick succession.
    pub cycles: i64,
}

/// The membership changes of one request as one delta.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MembersPlan {
    /// What to commit.
    pub change: MembersChange,
    /// What became of each member, the first fifty by name.
    pub decisions: Vec<Decision>,
    /// One sentence with the numbers.
    pub summary: Option<String>,
    /// One sentence for each membership that flaps, naming both writers.
    pub flapping: Vec<String>,
}

impl MembersPlan {
    /// Whether anybody comes or goes.
    pub fn changes_anything(&self) -> bool {
        self.change.clear || !self.change.add.is_empty() || !self.change.remove.is_empty()
    }
}

/// The ids that a request names, whose states have to be known.
pub fn named(changes: &[MemberChange]) -> HashSet<&str> {
    let ids = changes.iter().flat_map(|change| -> Box<dyn Iterator<Item = &str>> {
        match change {
            MemberChange::Add(members) | MemberChange::Replace(members) => {
                Box::new(members.iter().map(|member| member.value.as_str()))
            }
            MemberChange::Remove(ids) => Box::new(ids.iter().map(String::as_str)),
            MemberChange::RemoveMatching(_) | MemberChange::RemoveAll => Box::new(std::iter::empty()),
        }
    });
    ids.collect()
}

/// Whether the delta depends on everybody who is present: a replacement, or a removal by anything but ids.
pub fn needs_everybody(changes: &[MemberChange]) -> bool {
    changes.iter().any(|change| matches!(change, MemberChange::Replace(_) | MemberChange::RemoveMatching(_)))
}

/// Works the changes, in their order, into one delta.
pub fn plan_members(
    context: &GroupContext<'_>,
    changes: &[MemberChange],
    facts: &MemberFacts,
) -> MembersPlan {
    let mut wanted = Wanted { facts, overlay: BTreeMap::new(), cleared: false };
    for change in changes {
        wanted.apply(change);
    }
    wanted.into_plan(context)
}

pub(super) fn cleared(context: &GroupContext<'_>) -> MembersChange {
    MembersChange { clear: true, ..empty(context) }
}

fn empty(context: &GroupContext<'_>) -> MembersChange {
    MembersChange {
        clear: false,
        remove: Vec::new(),
        add: Vec::new(),
        at: context.now,
        writer: writer(context),
        cycle_since: context.flapping_since,
    }
}

fn writer(context: &GroupContext<'_>) -> String {
    format!("{}/{}", context.actor.source, context.actor.writer)
}

/// The membership as the changes so far want it, laid over what is known.
struct Wanted<'a> {
    facts: &'a MemberFacts,
    /// `Some` is in the group, `None` is not.
    overlay: BTreeMap<String, Option<Member>>,
    /// Whoever the overlay does not name has left.
    cleared: bool,
}

impl Wanted<'_> {
    fn apply(&mut self, change: &MemberChange) {
        match change {
            MemberChange::Add(members) => self.add(members),
            MemberChange::Remove(ids) => self.remove(ids.clone()),
            MemberChange::RemoveAll => {
                self.overlay.clear();
                self.cleared = true;
            }
            MemberChange::RemoveMatching(filter) => {
                let present = self.present();
                let matching = present.into_iter().filter(|member| filter.matches(&member.to_object()));
                self.remove(matching.map(|member| member.value).collect());
            }
            MemberChange::Replace(members) => {
                self.remove(self.present().into_iter().map(|member| member.value).collect());
                self.add(members);
            }
        }
    }

    fn add(&mut self, members: &[Member]) {
        for member in members {
            self.overlay.insert(member.value.clone(), Some(member.clone()));
        }
    }

    fn remove(&mut self, ids: Vec<String>) {
        for id in ids {
            self.overlay.insert(id, None);
        }
    }

    fn present(&self) -> Vec<Member> {
        let known = self.facts.states.values().filter(|state| state.present && !self.cleared);
        let untouched = known.filter(|state| !self.overlay.contains_key(&state.member.value));
        let added = self.overlay.values().flatten().cloned();
        untouched.map(|state| state.member.clone()).chain(added).collect()
    }

    fn into_plan(self, context: &GroupContext<'_>) -> MembersPlan {
        let mut plan = MembersPlan { change: empty(context), ..MembersPlan::default() };
        plan.change.clear = self.cleared;
        let mut same = 0;
        for (id, member) in self.overlay {
            let before = self.facts.states.get(&id);
            let was_present = before.is_some_and(|state| state.present && !self.cleared);
            match member {
                Some(member) if was_present && before.is_some_and(|state| !is_news(&member, state)) => {
                    same += 1;
                    note(&mut plan, &id, Outcome::Unchanged, None);
                }
                Some(member) => {
                    let known = self.facts.known.contains(&id);
                    let reason = (!known).then_some("nobody with this id has arrived yet");
                    note(&mut plan, &id, if known { Outcome::Written } else { Outcome::Deferred }, reason);
                    plan.change.add.push(member);
                }
                None if was_present => {
                    plan.flapping.extend(before.and_then(|state| flaps(context, state)));
                    note(&mut plan, &id, Outcome::Written, Some("removed"));
                    plan.change.remove.push(id);
                }
                None => {
                    same += 1;
                    note(&mut plan, &id, Outcome::Unchanged, Some("was not a member"));
                }
            }
        }
        plan.summary = summary(&plan.change, same);
        plan
    }
}

/// Okta adds members with their display name and without a type at every push; only what is given and new is news.
fn is_news(member: &Member, before: &MemberState) -> bool {
    let news = |new: &Option<String>, old: &Option<String>| new.is_some() && new != old;
    news(&member.display, &before.member.display) || news(&member.kind, &before.member.kind)
}

fn note(plan: &mut MembersPlan, id: &str, outcome: Outcome, reason: Option<&str>) {
    if plan.decisions.len() < NAMED {
        let decision = Decision::new("members", outcome);
        let decision = match reason {
            Some("removed") => decision.values(Some(id.to_owned()), None),
            _ => decision.values(None, Some(id.to_owned())),
        };
        plan.decisions.push(match reason {
            Some(reason) => decision.because(reason),
            None => decision,
        });
    }
}

/// Added and removed again within the window: by two writers at once, or by one for the second time.
fn flaps(context: &GroupContext<'_>, state: &MemberState) -> Option<String> {
    let writer = writer(context);
    let quick = state.changed >= context.flapping_since;
    let suspect = quick && (state.writer != writer || state.cycles >= 1);
    suspect.then(|| {
        let times = state.cycles + 1;
        format!(
            "member `{}` was added by `{}` at {} and is removed by `{writer}` now; cycle {times} within the window",
            state.member.value, state.writer, state.changed
        )
    })
}

fn summary(change: &MembersChange, same: usize) -> Option<String> {
    let mut parts = Vec::new();
    if change.clear {
        parts.push("all members removed".to_owned());
    }
    for (count, what) in [(change.add.len(), "added"), (change.remove.len(), "removed"), (same, "unchanged")]
    {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    (!parts.is_empty()).then(|| parts.join(", "))
}
