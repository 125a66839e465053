//! A change: everything that one request changes, as data. The store carries it out in one commit or not at all.
//!
//! It names the versions that it was decided on. If they have moved, or a named constraint says that somebody else was
//! quicker, nothing is written and the request is decided again on new facts.

use crate::case::{Case, Decided};
use crate::claim::Claim;
use crate::event::Event;
use crate::group::Group;
use crate::id::{CaseId, GroupId, PersonId};
use crate::keys::Keys;
use crate::limit::HoldState;
use crate::person::Person;
use crate::policy::Policy;
use crate::resolve::{Referred, Wanted};
use jiff::Timestamp;
use tenure_scim::patch::Member;

/// Everything that one request changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Change {
    /// The person, if one is made or changed.
    pub person: Option<PersonChange>,
    /// Claims that are made or changed.
    pub claims: Vec<ClaimChange>,
    /// The group, if one is made or changed.
    pub group: Option<GroupChange>,
    /// Members of that group that come and go.
    pub members: Option<MembersChange>,
    /// What the timelines will say.
    pub events: Vec<Event>,
    /// A question to put to a human.
    pub opened: Option<Case>,
    /// A human's answer.
    pub decided: Option<(CaseId, Decided)>,
    /// Whether records depend on groups, so that whoever joins or leaves one is due to be resolved anew.
    pub groups_matter: bool,
    /// The answer by which the change goes through. It must still stand, and cannot be taken back afterwards.
    pub follows: Option<Answer>,
    /// The answer that is taken back. It must still stand, and no claim may have gone through by it.
    pub reopened: Option<Answer>,
    /// What becomes of everybody whom a mass-change case holds.
    pub sweep: Option<Sweep>,
    /// The mass-change case that does not hold the person any more, and how it is closed if it holds nobody else.
    pub vacates: Option<(CaseId, Decided)>,
}

/// A human's answer to a case, as a change rests on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The case.
    pub case: CaseId,
    /// When it was answered.
    pub decided: Timestamp,
}

/// What becomes of a person.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonChange {
    /// The person as they will be; `claims` is not read.
    pub person: Person,
    /// The version that must still be there; `None` makes a new person.
    pub expect: Option<i64>,
    /// Whether the record changed, so that it has to be delivered.
    pub dirty: bool,
    /// What fields wait for and refer to now, instead of what they did before; `None` leaves that as it is.
    pub depends: Option<Depends>,
    /// The version of the policy that the record was resolved under.
    pub policy: i64,
    /// [`Person::due`] as it was read, where nothing is due any more then; the commit is refused if more has become due.
    pub settles: Option<i64>,
    /// Whether access began or ended.
    pub access: Option<Access>,
    /// Whether [`Person::hold`] is not what it was.
    pub hold_changed: bool,
}

/// What becomes of somebody's access.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Access {
    /// They have it now.
    Begins,
    /// They have none any more.
    Ends(Ending),
}

/// What the end of somebody's access rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ending {
    /// Access may have ended fewer times than this, of anybody and ever; otherwise the commit is refused. So a limit holds
    /// however many requests come at once. `None`: no limit was asked.
    pub below: Option<i64>,
    /// The answer that released it. It must still stand, and cannot be taken back afterwards.
    pub by: Option<Answer>,
}

/// What an answer to a mass-change case, or taking it back, does to everybody whom the case is about. The store finds them.
#[derive(Debug, Clone, PartialEq)]
pub struct Sweep {
    /// The case.
    pub case: CaseId,
    /// Whoever is in this state …
    pub from: HoldState,
    /// … is in this one now. Who is released is due to be resolved anew.
    pub to: HoldState,
    /// What becomes of those whom no source claims any more.
    pub unclaimed: Unclaimed,
    /// What the timeline of each says; its subject is not read.
    pub event: Event,
    /// The case as it was when it was decided, with the last count of whom it holds.
    pub found: Option<Case>,
}

/// What a sweep does to people without a live claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unclaimed {
    /// The same as to all others.
    Swept,
    /// There are none; otherwise the commit is refused.
    Absent,
    /// They stay as they are, and so does the case, which must still be open.
    LeftOut,
}

/// Whom and what a record waits for, and which groups it refers to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Depends {
    /// Those who have not arrived: their arrival makes the person due.
    pub waits_for: Vec<Wanted>,
    /// Groups that fields refer to: another name, or their end, makes the person due.
    pub refers_to: Vec<Referred>,
}

/// What becomes of a claim.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimChange {
    /// Whom it is about.
    pub person: PersonId,
    /// The claim as it will be.
    pub claim: Claim,
    /// What it could be found by before, and whether it was live; `None` makes a new claim.
    pub before: Option<ClaimBefore>,
}

/// What has to be taken back when a claim changes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimBefore {
    /// Its keys.
    pub keys: Keys,
    /// Its display name.
    pub display_name: Option<String>,
    /// Whether it was live.
    pub live: bool,
}

/// What becomes of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupChange {
    /// The group as it will be.
    pub group: Group,
    /// The version that must still be there, where the change was decided on it.
    pub expect: Expect,
    /// Whether the group had ended and is back.
    pub returns: bool,
}

/// How firmly a group change rests on what was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// The group is new.
    New,
    /// Exactly this version.
    Version(i64),
    /// Any version, so long as the group is live: only its version and time move on. Two writers who add members at the
    /// same time do not disturb each other.
    Live,
}

/// Members that come and go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MembersChange {
    /// All present members leave before anybody comes.
    pub clear: bool,
    /// Ids that leave.
    pub remove: Vec<String>,
    /// Members that come, or whose display text changes.
    pub add: Vec<Member>,
    /// When.
    pub at: Timestamp,
    /// Who: source and token.
    pub writer: String,
    /// A membership that last changed after this is in a quick cycle of coming and going; the store counts these.
    pub cycle_since: Timestamp,
}

impl Change {
    /// Whether the limit of the policy has to be asked before this is committed: access ends, and nothing says that it may.
    pub fn asks_for_losses(&self, policy: &Policy) -> bool {
        let access = self.person.as_ref().and_then(|person| person.access.as_ref());
        policy.limits.deactivations.is_some() && access == Some(&Access::Ends(Ending::default()))
    }
}

impl AsRef<Change> for Change {
    fn as_ref(&self) -> &Change {
        self
    }
}

impl ClaimChange {
    /// A claim that was not there.
    pub fn new(person: &PersonId, claim: Claim) -> Self {
        Self { person: person.clone(), claim, before: None }
    }

    /// A claim that was there.
    pub fn update(person: &PersonId, before: &Claim, claim: Claim) -> Self {
        let display_name = crate::claim::text(&before.attributes, "displayName").map(str::to_owned);
        let before = ClaimBefore { keys: before.keys(), display_name, live: before.is_live() };
        Self { person: person.clone(), claim, before: Some(before) }
    }
}

impl GroupChange {
    /// The id of the group.
    pub fn id(&self) -> &GroupId {
        &self.group.id
    }
}
