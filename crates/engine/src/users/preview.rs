//! Preview: what a request about a user would do, decided as it would be now, with nothing written.

use super::person_id;
use super::write::{Update, incoming};
use crate::{Caller, Engine, EngineError, Preconditions};
use serde_json::Value;
use tenure_identity::event::Actor;
use tenure_identity::id::SourceName;
use tenure_identity::impact::{ValueChange, differences};
use tenure_identity::person::Person;
use tenure_identity::receive::{Plan, Refusal, Reply};
use tenure_identity::record::Record;
use tenure_scim::patch::PatchRequest;
use tenure_scim::resource;

/// What a source could ask.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// POST of a user.
    Create(Value),
    /// PUT of the user with this id.
    Replace(String, Value),
    /// PATCH of the user with this id.
    Patch(String, Value),
    /// DELETE of the user with this id.
    End(String),
}

/// What would come of it.
#[derive(Debug, Clone)]
pub struct Preview {
    /// The plan: the reply, and everything that would be committed.
    pub plan: Plan,
    /// The person as they are now, if they are known.
    pub before: Option<Person>,
    /// What would change in the record.
    pub writes: Vec<ValueChange>,
}

impl Preview {
    /// Whom correlation takes it to be about, in one sentence.
    pub fn correlation(&self) -> String {
        match &self.plan.reply {
            Reply::Created(_) if self.before.is_none() => {
                "nobody is known by these keys: a new person".to_owned()
            }
            Reply::Created(_) => {
                let note = self.plan.change.events.iter().find_map(|event| event.note.clone());
                note.unwrap_or_else(|| "somebody known".to_owned())
            }
            Reply::Updated(_) => "the person whom the request names".to_owned(),
            Reply::Ended(_) => "the person whom the request names; their claim ends".to_owned(),
            Reply::Refused(Refusal::Taken { attribute: "externalId" }) => {
                "this source has somebody with this externalId already".to_owned()
            }
            Reply::Refused(Refusal::Taken { attribute }) => format!("{attribute} is held by somebody active"),
            Reply::Refused(Refusal::Rotated { former }) => {
                format!(
                    "the person is known to this source as `{former}`, and the policy allows no other external id"
                )
            }
            Reply::Refused(Refusal::Doubtful { question }) => {
                format!("in doubt, which the policy refuses: {question}")
            }
            Reply::Refused(Refusal::Held { question, .. }) => {
                format!("a human would have to decide: {question}")
            }
            Reply::Refused(Refusal::Rejected { case }) => {
                format!("a human decided against it in case {case}")
            }
        }
    }
}

impl Engine {
    /// Decides the request as if this source had sent it now.
    ///
    /// # Errors
    /// As the request itself.
    pub async fn preview_user(&self, source: &SourceName, request: Request) -> Result<Preview, EngineError> {
        let actor = Actor { source: source.clone(), writer: "preview".to_owned(), request: None };
        let caller = Caller { actor };
        let (plan, before) = match request {
            Request::Create(body) => self.preview_create(&caller, body).await?,
            Request::Replace(id, body) => self.preview_update(&caller, &id, &Update::Replace(&body)).await?,
            Request::Patch(id, body) => {
                let request = PatchRequest::parse(body)?;
                self.preview_update(&caller, &id, &Update::Patch(&request)).await?
            }
            Request::End(id) => self.preview_end(&caller, &id).await?,
        };
        let empty = Record::default();
        let now = before.as_ref().map_or(&empty, |person| &person.record);
        let writes = plan.change.person.as_ref().map(|change| differences(now, &change.person.record));
        Ok(Preview { writes: writes.unwrap_or_default(), plan, before })
    }

    async fn preview_create(
        &self,
        caller: &Caller,
        body: Value,
    ) -> Result<(Plan, Option<Person>), EngineError> {
        let incoming = incoming(resource::accept(body, &self.catalog().user)?);
        self.decide_new_claim(caller, &incoming).await
    }

    async fn preview_update(
        &self,
        caller: &Caller,
        id: &str,
        update: &Update<'_>,
    ) -> Result<(Plan, Option<Person>), EngineError> {
        let (person, claim) = self.person_and_claim(caller, &person_id(id)?).await?;
        let conditions = Preconditions::default();
        let plan = match &claim {
            Some(claim) => self.decide_user_update(caller, &person, claim, update, &conditions).await?,
            None => self.decide_first_claim(caller, &person, update, &conditions).await?,
        };
        Ok((plan, Some(person)))
    }

    async fn preview_end(&self, caller: &Caller, id: &str) -> Result<(Plan, Option<Person>), EngineError> {
        let (person, claim) = self.person_and_claim(caller, &person_id(id)?).await?;
        let claim = claim.ok_or_else(|| EngineError::user(id))?;
        Ok((self.decide_user_end(caller, &person, &claim).await?, Some(person)))
    }
}
