//! Groups: claims too, with one owning source each. Membership changes are deltas, so that adding one member costs the
//! same in a group of ten and of a hundred thousand; the member list is never part of the group here.

mod members;

pub use members::{MemberFacts, MemberState, MembersPlan, named, needs_everybody, plan_members};

use crate::change::{Change, Expect, GroupChange};
use crate::decision::{Decision, Outcome};
use crate::event::{Actor, Event, EventKind, Subject};
use crate::id::{GroupId, SourceName};
use jiff::Timestamp;
use tenure_scim::Object;
use tenure_scim::resource::Note;
use tenure_scim::text::fold;

/// A group, without its members.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Never changes.
    pub id: GroupId,
    /// The one source that may write it.
    pub source: SourceName,
    /// Canonical SCIM attributes, without `id`, `meta` and `members`.
    pub attributes: Object,
    /// Counts the changes; the entity tag.
    pub version: i64,
    /// When it was first pushed.
    pub created: Timestamp,
    /// When it, or its membership, last changed.
    pub modified: Timestamp,
    /// When its source ended it (DELETE), if it did.
    pub ended: Option<Timestamp>,
}

/// A live group that somebody is in, as expressions see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Our id.
    pub id: GroupId,
    /// Whose group it is.
    pub source: SourceName,
    /// The source's own id.
    pub external_id: Option<String>,
    /// Its name.
    pub name: String,
}

impl Group {
    /// The name as the source writes it.
    pub fn display_name(&self) -> &str {
        crate::claim::text(&self.attributes, "displayName").unwrap_or_default()
    }

    /// The source's own id.
    pub fn external_id(&self) -> Option<&str> {
        crate::claim::text(&self.attributes, "externalId")
    }

    /// The name folded: one live group has it.
    pub fn display_key(&self) -> String {
        display_key(&self.attributes)
    }
}

/// The folded name of a group with these attributes.
pub fn display_key(attributes: &Object) -> String {
    fold(crate::claim::text(attributes, "displayName").unwrap_or_default().trim()).to_string()
}

/// What every group decision needs beside the facts.
#[derive(Debug, Clone)]
pub struct GroupContext<'a> {
    /// Who asks.
    pub actor: &'a Actor,
    /// When.
    pub now: Timestamp,
    /// The id of a group, should one be made.
    pub fresh: GroupId,
    /// From when on the changes of a membership count as one cycle.
    pub flapping_since: Timestamp,
}

/// What is known of a group that a source pushes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupFacts {
    /// The live group of this name, whoever owns it.
    pub namesake: Option<Group>,
    /// The group that the source had under this external id or, without one, under this name; live or ended.
    pub former: Option<Group>,
}

/// The answer to a source.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupReply {
    /// There is a group now that was not there, or it is back.
    Created(GroupId),
    /// The group is as the source wants it.
    Updated(GroupId),
    /// The group has ended.
    Ended(GroupId),
    /// Another source owns it; nothing changed, and its timeline says so.
    NotOwner(GroupId),
    /// A live group has this name or external id.
    Taken {
        /// The attribute in SCIM's spelling.
        attribute: &'static str,
        /// Who owns it.
        owner: SourceName,
    },
}

/// What one request does to a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupPlan {
    /// The answer.
    pub reply: GroupReply,
    /// Everything to commit.
    pub change: Change,
}

/// POST: a new group, or one that returns under its old id.
pub fn create(
    context: &GroupContext<'_>,
    attributes: Object,
    notes: &[Note],
    facts: &GroupFacts,
    members: MembersPlan,
) -> GroupPlan {
    if let Some(namesake) = &facts.namesake {
        return taken(context, namesake, "displayName");
    }
    if let Some(live) = facts.former.as_ref().filter(|group| group.ended.is_none()) {
        return taken(context, live, "externalId");
    }
    let former = facts.former.as_ref();
    let group = Group {
        id: former.map_or_else(|| context.fresh.clone(), |group| group.id.clone()),
        source: context.actor.source.clone(),
        attributes,
        version: former.map_or(1, |group| group.version + 1),
        created: former.map_or(context.now, |group| group.created),
        modified: context.now,
        ended: None,
    };
    let kind = if former.is_some() { EventKind::Returned } else { EventKind::Created };
    let mut decisions = attribute_decisions(None, &group.attributes, notes);
    decisions.extend(members.decisions);
    let expect = former.map_or(Expect::New, |group| Expect::Version(group.version));
    let events = vec![event(context, &group.id, kind, members.summary, decisions)];
    let reply = GroupReply::Created(group.id.clone());
    let change = Change {
        group: Some(GroupChange { group, expect, returns: former.is_some() }),
        members: Some(members.change),
        events,
        ..Change::default()
    };
    GroupPlan { reply, change }
}

fn taken(context: &GroupContext<'_>, holder: &Group, attribute: &'static str) -> GroupPlan {
    let foreign = holder.source != context.actor.source;
    let events = if foreign { vec![skipped(context, holder)] } else { Vec::new() };
    let reply = GroupReply::Taken { attribute, owner: holder.source.clone() };
    GroupPlan { reply, change: Change { events, ..Change::default() } }
}

/// PUT and PATCH: new attributes, members that come and go, or both.
pub fn update(
    context: &GroupContext<'_>,
    group: &Group,
    attributes: Object,
    notes: &[Note],
    facts: &GroupFacts,
    members: MembersPlan,
) -> GroupPlan {
    if group.source != context.actor.source {
        return not_owner(context, group);
    }
    let others = [&facts.namesake, &facts.former].into_iter().flatten().filter(|other| other.id != group.id);
    for other in others {
        if other.ended.is_none() && other.display_key() == display_key(&attributes) {
            return taken(context, other, "displayName");
        }
        if other.source == group.source
            && other.external_id().is_some()
            && other.external_id() == external_id(&attributes)
        {
            return taken(context, other, "externalId");
        }
    }
    let renamed = attributes != group.attributes;
    let changed = renamed || members.changes_anything();
    let mut decisions = attribute_decisions(Some(&group.attributes), &attributes, notes);
    decisions.extend(members.decisions);
    let kind = match (renamed, changed) {
        (true, _) => EventKind::Changed,
        (false, true) => EventKind::MembersChanged,
        (false, false) => EventKind::Unchanged,
    };
    let mut events = vec![event(context, &group.id, kind, members.summary, decisions)];
    let flap = |note| event(context, &group.id, EventKind::Flapping, Some(note), Vec::new());
    events.extend(members.flapping.into_iter().map(flap));
    let reply = GroupReply::Updated(group.id.clone());
    if !changed {
        return GroupPlan { reply, change: Change { events, ..Change::default() } };
    }
    let expect = if renamed { Expect::Version(group.version) } else { Expect::Live };
    let group = Group { attributes, version: group.version + 1, modified: context.now, ..group.clone() };
    let change = Change {
        group: Some(GroupChange { group, expect, returns: false }),
        members: Some(members.change),
        events,
        ..Change::default()
    };
    GroupPlan { reply, change }
}

fn external_id(attributes: &Object) -> Option<&str> {
    crate::claim::text(attributes, "externalId")
}

/// DELETE: the group ends and its members leave it; id and history stay.
pub fn end(context: &GroupContext<'_>, group: &Group) -> GroupPlan {
    if group.source != context.actor.source {
        return not_owner(context, group);
    }
    let events =
        vec![event(context, &group.id, EventKind::ClaimEnded, Some("all members left".into()), Vec::new())];
    let reply = GroupReply::Ended(group.id.clone());
    let expect = Expect::Version(group.version);
    let group = Group {
        version: group.version + 1,
        modified: context.now,
        ended: Some(context.now),
        ..group.clone()
    };
    let members = members::cleared(context);
    let change = Change {
        group: Some(GroupChange { group, expect, returns: false }),
        members: Some(members),
        events,
        ..Change::default()
    };
    GroupPlan { reply, change }
}

/// Another source's write: nothing changes, and the owner's timeline says who tried.
pub fn not_owner(context: &GroupContext<'_>, group: &Group) -> GroupPlan {
    let events = vec![skipped(context, group)];
    GroupPlan {
        reply: GroupReply::NotOwner(group.id.clone()),
        change: Change { events, ..Change::default() },
    }
}

fn skipped(context: &GroupContext<'_>, group: &Group) -> Event {
    let owner = &group.source;
    let source = &context.actor.source;
    let decision = Decision::new("displayName", Outcome::SkippedNotAuthoritative)
        .by(source)
        .because(format!("`{owner}` owns the group `{}`", group.display_name()));
    let note = format!("`{source}` tried to write a group that `{owner}` owns");
    event(context, &group.id, EventKind::Skipped, Some(note), vec![decision])
}

fn event(
    context: &GroupContext<'_>,
    group: &GroupId,
    kind: EventKind,
    note: Option<String>,
    decisions: Vec<Decision>,
) -> Event {
    let subject = Subject::Group(group.clone());
    Event { subject, at: context.now, actor: context.actor.clone(), kind, note, decisions }
}

fn attribute_decisions(before: Option<&Object>, after: &Object, notes: &[Note]) -> Vec<Decision> {
    let show = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let old = |key: &str| before.and_then(|before| before.get(key)).map(show);
    let written = after.iter().filter(|(key, _)| *key != "schemas").map(|(key, value)| {
        let (from, to) = (old(key), Some(show(value)));
        let outcome = if from == to { Outcome::Unchanged } else { Outcome::Written };
        Decision::new(key.as_str(), outcome).values(from.filter(|_| outcome == Outcome::Written), to)
    });
    let cleared = before.into_iter().flat_map(|before| before.keys()).filter(|key| !after.contains_key(*key));
    let cleared = cleared.map(|key| Decision::new(key.as_str(), Outcome::Written).values(old(key), None));
    let ignored = notes.iter().map(|note| Decision::new(note.path.as_str(), note.kind.into()));
    written.chain(cleared).chain(ignored).collect()
}

#[cfg(test)]
mod tests;
