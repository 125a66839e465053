//! The link between a person of ours and their record, after which delivery takes over.

use super::apply::{Fate, Work};
use crate::EngineError;
use tenure_identity::event::Subject;
use tenure_identity::id::PersonId;
use tenure_identity::onboard::{Link, MatchedBy};
use tenure_store::error::StoreError;

impl Work {
    /// Makes the link. `seeded` says that the record carries the stable key by now.
    pub(super) async fn link(&self, link: &Link, seeded: bool) -> Fate {
        match self.try_link(link, seeded).await {
            Ok(fate) => fate,
            Err(error) => Fate::Refused(error.to_string()),
        }
    }

    async fn try_link(&self, link: &Link, seeded: bool) -> Result<Fate, EngineError> {
        if let Some(fate) = self.instead_of_link(link, seeded).await? {
            return Ok(fate);
        }
        let by = format!("{}, onboarding by {}", self.application.by, link.by.label());
        let who = Subject::Person(PersonId::new(&link.known));
        self.engine.link_subject(&who, link.record.as_str(), &by).await?;
        Ok(Fate::Landed)
    }

    /// What there is in place of a link that would be made; nothing where it would be.
    pub(super) async fn instead_of_link(
        &self,
        link: &Link,
        seeded: bool,
    ) -> Result<Option<Fate>, StoreError> {
        // Delivery does not take over a record that carries somebody else's key, and a link to it would only stand in the way.
        if let Some(carried) = link.replaces.as_ref().filter(|_| !seeded) {
            let why = format!("the record carries the stable key `{carried}`");
            return Ok(Some(Fate::Waits(format!("{why}, which has to be replaced first (`--seed-keys`)"))));
        }
        let store = self.engine.store();
        let Some(person) = store.person(&PersonId::new(&link.known)).await? else {
            return Ok(Some(before_the_push(link, seeded)));
        };
        if !person.provisioned {
            let why = "the policy's scope leaves them out, so that nothing is delivered";
            return Ok(Some(Fate::Later(why.to_owned())));
        }
        // Who came while there was no target waits for nothing yet, and has a record all the same.
        let record = store.delivery(&link.known).await?.and_then(|delivery| delivery.record);
        Ok(match record {
            Some(record) if record == link.record => Some(Fate::Standing),
            Some(other) => Some(Fate::Refused(format!(
                "they are linked to record {other}; `tenure deliver link` changes that"
            ))),
            None => None,
        })
    }
}

/// Who has not been pushed yet has nothing to link, and the first push goes by the stable key alone.
fn before_the_push(link: &Link, seeded: bool) -> Fate {
    let (unseeded, without_id) = (
        "they have not been pushed yet, and the first push would not find the record, which lacks their stable key; write \
         the key first (`--seed-keys`)",
        "they have not been pushed yet, and the first push would not find the record: the export has no id of theirs to \
         write into it; export ids, too",
    );
    match (&link.seed, link.by) {
        (_, MatchedBy::Key) => {}
        (Some(_), _) if seeded => {}
        (Some(_), _) => return Fate::Waits(unseeded.to_owned()),
        (None, _) => return Fate::Waits(without_id.to_owned()),
    }
    Fate::Later("they have not been pushed yet; the first push finds the record by its stable key".to_owned())
}
