//! Explain: one person with their record, every claim, every link and the timeline, for whoever asks "why?".

use crate::error::Thing;
use crate::ground::as_known;
use crate::{Engine, EngineError};
use tenure_identity::event::{self, Event, EventKind};
use tenure_identity::id::{PersonId, SourceName};
use tenure_identity::person::Person;
use tenure_identity::resolve::explain::{FieldExplanation, explain};
use tenure_store::deliveries::Delivery;

/// Everything that is known of one person.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The person with record and claims.
    pub person: Person,
    /// Each field: where its value comes from under the policy in force, and who was skipped.
    pub fields: Vec<FieldExplanation>,
    /// External ids that the claims no longer have.
    pub former_links: Vec<(SourceName, String)>,
    /// The newest events, oldest first.
    pub timeline: Vec<Event>,
    /// Where they stand in the target; nothing if nothing was ever to be delivered.
    pub delivery: Option<Delivery>,
}

impl Explanation {
    /// The same with only what is said of one field; the person stays whole.
    ///
    /// # Errors
    /// If neither the record nor an event has the field.
    pub fn about(mut self, field: &str) -> Result<Self, EngineError> {
        self.fields.retain(|it| it.field == field);
        self.timeline.iter_mut().for_each(|event| event.decisions.retain(|it| it.field == field));
        self.timeline.retain(|event| !event.decisions.is_empty());
        if self.fields.is_empty() && self.timeline.is_empty() {
            return Err(EngineError::no_such(Thing::Field, field));
        }
        Ok(self)
    }
}

impl Engine {
    /// Everybody whom `who` could mean: an id, a login, an external id, an employee number or an e-mail address.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn find_people(&self, who: &str) -> Result<Vec<PersonId>, EngineError> {
        Ok(self.store.find_people(who).await?)
    }

    /// Explains one person with at most so many events.
    ///
    /// # Errors
    /// If there is nobody of this id, or the store fails.
    pub async fn explain(&self, id: &PersonId, events: u32) -> Result<Explanation, EngineError> {
        let person = self.person(id).await?;
        let fields = self.explain_fields(&person).await?;
        let former_links = self.store.former_links(id).await?;
        let timeline = self.store.timeline(&event::Subject::Person(id.clone()), events).await?;
        let delivery = self.store.delivery(id.as_str()).await?;
        Ok(Explanation { person, fields, former_links, timeline, delivery })
    }

    async fn explain_fields(&self, person: &Person) -> Result<Vec<FieldExplanation>, EngineError> {
        let ground = self.ground_anew(&[person]).await?;
        Ok(explain(&ground.policy, &as_known(person, ground.references()), self.clock.now()))
    }

    /// One person with their claims.
    ///
    /// # Errors
    /// If there is nobody of this id, or the store fails.
    pub async fn person(&self, id: &PersonId) -> Result<Person, EngineError> {
        let person = self.store.person(id).await?;
        person.ok_or_else(|| EngineError::no_such(Thing::Person, id.as_str()))
    }

    /// How many events of each kind there are.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn event_counts(&self) -> Result<Vec<(EventKind, i64)>, EngineError> {
        Ok(self.store.event_counts().await?)
    }
}
