//! Whether a record may be made for somebody at all. Of whom onboarding could not tell which record is theirs, one may be
//! there: nothing is made before a human has said so.

use super::person::Work;
use super::trouble::Trouble;
use super::user_name::USER_NAME;
use crate::onboard::HIDDEN;
use tenure_identity::id::SysId;
use tenure_identity::onboard::Answer;
use tenure_store::onboard::{Question, Sought};

const EMAIL: &str = "email";

impl Work<'_> {
    /// Refuses to make a record for somebody who never had one of ours, while onboarding leaves it to a human.
    pub(super) async fn may_be_new(&self) -> Result<(), Trouble> {
        if self.taken.record.is_some() {
            return Ok(());
        }
        let questions = self.questions().await?;
        questions.iter().find_map(in_the_way).map_or(Ok(()), |why| Err(Trouble::Doubt(why)))
    }

    /// Records of which a human has said that they are not theirs; of whom an address is shared with, another answer may be.
    pub(super) async fn disowned(&self) -> Result<Vec<SysId>, Trouble> {
        let sought = self.sought();
        let is_new = |question: &Question| {
            matches!(question.answer, Some((Answer::New, _)))
                && sought.iter().any(|who| question.who.is_surely(who))
        };
        let questions = self.questions().await?.into_iter().filter(is_new);
        Ok(questions.flat_map(|question| question.records).collect())
    }

    /// What onboarding has asked about them.
    async fn questions(&self) -> Result<Vec<Question>, Trouble> {
        let (target, store) = (&self.delivery.target.name, self.engine.store());
        let mut questions = Vec::new();
        for who in self.sought() {
            questions.extend(store.onboard_questions_about(target, &who).await?);
        }
        Ok(questions)
    }

    /// What they can be asked about by, once for each stable key.
    fn sought(&self) -> Vec<Sought> {
        let text = |column: &str| self.person.record.text(column).map(str::to_owned);
        let mut keys: Vec<_> = self.keys().into_iter().map(Some).collect();
        if keys.is_empty() {
            keys.push(None);
        }
        let sought = |external_id| {
            let id = self.person.id.to_string();
            Sought { id, external_id, login: text(USER_NAME), address: text(EMAIL) }
        };
        keys.into_iter().map(sought).collect()
    }
}

fn in_the_way(question: &Question) -> Option<String> {
    let who = &question.who.id;
    match &question.answer {
        Some((Answer::New, _)) => None,
        Some((Answer::Record(record), by)) => Some(format!(
            "record {record} is theirs by {by}'s word, and does not carry their stable key yet; \
             `tenure onboard --apply --seed-keys` writes it, or says why not; `tenure deliver link` says so once more"
        )),
        None if question.kind == HIDDEN => Some(format!(
            "onboarding was not shown every user of the target, one of those that it did not see may be theirs, and no other is \
             made before; let our account see them all, look again with `tenure onboard`, and then `tenure deliver retry`; or \
             `tenure onboard decide {who} new` says that there is none"
        )),
        None => {
            let records: Vec<_> = question.records.iter().map(SysId::as_str).collect();
            Some(format!(
                "onboarding left it to a human which record is theirs ({}: {}), and no other is made before; \
                 `tenure onboard decide {who} SYS_ID` or `tenure onboard decide {who} new` says it",
                question.kind,
                records.join(", ")
            ))
        }
    }
}
