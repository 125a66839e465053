//! The link between a person of ours and their record, after which delivery takes over.

use super::apply::{Fate, Work};
use tenure_identity::id::PersonId;
use tenure_identity::onboard::Link;
use tenure_store::error::StoreError;

impl Work {
    pub(super) async fn link(&self, link: &Link) -> Fate {
        match self.try_link(link).await {
            Ok(fate) => fate,
            Err(error) => Fate::Refused(error.to_string()),
        }
    }

    async fn try_link(&self, link: &Link) -> Result<Fate, StoreError> {
        let store = self.engine.store();
        let Some(delivery) = store.delivery(&link.known).await? else {
            let is_ours = store.person(&PersonId::new(&link.known)).await?.is_some();
            return Ok(Fate::Later(if is_ours {
                "the policy's scope leaves them out, so that nothing is delivered".to_owned()
            } else {
                "they have not been pushed yet; the first push finds the record by its stable key".to_owned()
            }));
        };
        match delivery.record {
            Some(record) if record == link.record => return Ok(Fate::Standing),
            Some(other) => {
                return Ok(Fate::Refused(format!(
                    "they are linked to record {other}; `tenure deliver link` changes that"
                )));
            }
            None => {}
        }
        let by = format!("{}, onboarding by {}", self.application.by, link.by.label());
        Ok(match self.engine.link_record(&link.known, link.record.as_str(), &by).await {
            Ok(()) => Fate::Landed,
            Err(error) => Fate::Refused(error.to_string()),
        })
    }
}
