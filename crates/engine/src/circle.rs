//! Circles of managers, looked for before a change is committed that makes somebody refer to somebody else.

use crate::{Engine, EngineError};
use jiff::Timestamp;
use tenure_identity::change::Change;
use tenure_identity::event::Actor;
use tenure_identity::person::Person;
use tenure_identity::resolve::circle::Walk;

impl Engine {
    /// Adds to the change what has to be said of the circles that it closes. `before` is the person as they were; nobody
    /// refers to somebody new.
    pub(crate) async fn note_circles(
        &self,
        actor: &Actor,
        now: Timestamp,
        before: Option<&Person>,
        change: &mut Change,
    ) -> Result<(), EngineError> {
        let (Some(before), Some(after)) = (before, &change.person) else { return Ok(()) };
        let mut events = Vec::new();
        for mut walk in Walk::after(&before.record, &after.person) {
            while let Some(next) = walk.next() {
                let person = self.store.person(next).await?;
                walk = walk.on(person.as_ref());
            }
            events.extend(walk.events(actor, now));
        }
        change.events.extend(events);
        Ok(())
    }
}
