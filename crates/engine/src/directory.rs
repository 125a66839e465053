//! The whole directory for those who look after it, whoever claims what: people, claims, groups, members and events, in
//! pages that begin where the last one ended.

use crate::error::Thing;
use crate::{Engine, EngineError};
use jiff::SignedDuration;
use tenure_identity::event::{Event, EventKind, Subject};
use tenure_identity::group::Group;
use tenure_identity::id::{GroupId, PersonId, SourceName};
use tenure_identity::person::Person;
use tenure_scim::patch::Member;
use tenure_store::read::directory::{ClaimOf, Placed};
use tenure_store::read::feed::{FeedPage, FeedQuery};

/// How long a commit may be on its way; the feed waits so long for what belongs into a gap.
const SETTLING: SignedDuration = SignedDuration::from_secs(60);

impl Engine {
    /// People without their claims in the order of their ids, after this one.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn people_after(&self, after: &str, limit: u32) -> Result<Vec<Person>, EngineError> {
        Ok(self.store.people_after(after, limit).await?)
    }

    /// Everybody whom `who` could mean, as [`Engine::find_people`] finds them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn people_named(&self, who: &str) -> Result<Vec<Person>, EngineError> {
        let mut people = Vec::new();
        for id in self.find_people(who).await? {
            people.extend(self.store.person(&id).await?);
        }
        people.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(people)
    }

    /// The newest events of one person, oldest first.
    ///
    /// # Errors
    /// If there is nobody of this id, or the store fails.
    pub async fn person_events(&self, id: &PersonId, limit: u32) -> Result<Vec<Event>, EngineError> {
        self.person(id).await?;
        Ok(self.store.timeline(&Subject::Person(id.clone()), limit).await?)
    }

    /// External ids that the person's claims no longer have.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn former_links(&self, id: &PersonId) -> Result<Vec<(SourceName, String)>, EngineError> {
        Ok(self.store.former_links(id).await?)
    }

    /// The live claims of a source in order of age, after this place.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn claims_after(
        &self,
        source: &SourceName,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Placed<ClaimOf>>, EngineError> {
        Ok(self.store.claims_after(source, after, limit).await?)
    }

    /// The claim of a source with this external id, live or ended.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn claim_named(
        &self,
        source: &SourceName,
        external_id: &str,
    ) -> Result<Option<ClaimOf>, EngineError> {
        Ok(self.store.claim_named(source, external_id).await?.map(|placed| placed.value))
    }

    /// Groups in order of age, after this place: of one source or of all, ended ones too if `ended`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn groups_after(
        &self,
        source: Option<&SourceName>,
        ended: bool,
        after: i64,
        limit: u32,
    ) -> Result<Vec<Placed<Group>>, EngineError> {
        Ok(self.store.groups_after(source, ended, after, limit).await?)
    }

    /// One group, live or ended, whoever owns it.
    ///
    /// # Errors
    /// If there is none of this id, or the store fails.
    pub async fn any_group(&self, id: &GroupId) -> Result<Group, EngineError> {
        let group = self.store.group(id).await?;
        group.ok_or_else(|| EngineError::no_such(Thing::Group, id.as_str()))
    }

    /// Members of a group in the order of their ids, after this one.
    ///
    /// # Errors
    /// If there is no such group, or the store fails.
    pub async fn members_after(
        &self,
        id: &GroupId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Member>, EngineError> {
        self.any_group(id).await?;
        Ok(self.store.members_after(id, after, limit).await?)
    }

    /// The newest events of one group, oldest first.
    ///
    /// # Errors
    /// If there is no such group, or the store fails.
    pub async fn group_events(&self, id: &GroupId, limit: u32) -> Result<Vec<Event>, EngineError> {
        self.any_group(id).await?;
        Ok(self.store.timeline(&Subject::Group(id.clone()), limit).await?)
    }

    /// One page of everybody's events in the order of their numbers.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn feed(
        &self,
        after: i64,
        kind: Option<EventKind>,
        limit: u32,
    ) -> Result<FeedPage, EngineError> {
        let now = self.clock.now();
        let settled_until = now.checked_sub(SETTLING).unwrap_or(now);
        Ok(self.store.feed(&FeedQuery { after, kind, limit, settled_until }).await?)
    }
}
