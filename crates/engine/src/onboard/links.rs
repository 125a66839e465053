//! The link between a person of ours and their record, after which delivery takes over.

use super::apply::{Fate, Work};
use crate::EngineError;
use tenure_identity::event::Subject;
use tenure_identity::id::PersonId;
use tenure_identity::onboard::Link;

impl Work {
    pub(super) async fn link(&self, link: &Link) -> Fate {
        match self.try_link(link).await {
            Ok(fate) => fate,
            Err(error) => Fate::Refused(error.to_string()),
        }
    }

    async fn try_link(&self, link: &Link) -> Result<Fate, EngineError> {
        let store = self.engine.store();
        let id = PersonId::new(&link.known);
        let Some(person) = store.person(&id).await? else {
            return Ok(Fate::Later(
                "they have not been pushed yet; the first push finds the record by its stable key".to_owned(),
            ));
        };
        if !person.provisioned {
            let why = "the policy's scope leaves them out, so that nothing is delivered";
            return Ok(Fate::Later(why.to_owned()));
        }
        // Who came while there was no target waits for nothing yet, and has a record all the same.
        let record = store.delivery(&link.known).await?.and_then(|delivery| delivery.record);
        match record {
            Some(record) if record == link.record => Ok(Fate::Standing),
            Some(other) => Ok(Fate::Refused(format!(
                "they are linked to record {other}; `tenure deliver link` changes that"
            ))),
            None => {
                let by = format!("{}, onboarding by {}", self.application.by, link.by.label());
                self.engine.link_subject(&Subject::Person(id), link.record.as_str(), &by).await?;
                Ok(Fate::Landed)
            }
        }
    }
}
