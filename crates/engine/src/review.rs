//! Review: the cases that wait for a human, and what becomes of them.

use crate::commit::Tries;
use crate::{Engine, EngineError};
use tenure_identity::case::{Case, Ruling};
use tenure_identity::id::CaseId;
use tenure_identity::receive;

impl Engine {
    /// Cases from the newest on; decided ones too if `all`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cases(&self, all: bool, limit: u32) -> Result<Vec<Case>, EngineError> {
        Ok(self.store.cases(all, limit).await?)
    }

    /// One case.
    ///
    /// # Errors
    /// If there is none of this id, or the store fails.
    pub async fn case(&self, id: &str) -> Result<Case, EngineError> {
        let case = self.store.case(&CaseId::new(id)).await?;
        case.ok_or_else(|| {
            EngineError::Review(format!("there is no case `{id}`; `tenure review list` shows them"))
        })
    }

    /// Decides a case. The source's next try at the claim goes through, or is refused for good.
    ///
    /// # Errors
    /// If the case is not open, the ruling does not fit it, or the store fails.
    pub async fn decide_case(&self, id: &str, ruling: &Ruling, by: &str) -> Result<Case, EngineError> {
        let mut tries = Tries::default();
        loop {
            let case = self.case(id).await?;
            if case.decided.is_some() {
                return Err(EngineError::Review(format!("case `{id}` has been decided already")));
            }
            if let Ruling::Link(person) = ruling
                && !case.candidates.contains(person)
            {
                let candidates: Vec<_> = case.candidates.iter().map(ToString::to_string).collect();
                let help =
                    format!("`{person}` is not a candidate of this case; it has {}", candidates.join(", "));
                return Err(EngineError::Review(help));
            }
            let mut people = Vec::new();
            for person in &case.candidates {
                people.extend(self.store.person(person).await?);
            }
            let change = receive::decide(&self.policy, &case, ruling, by, &people, self.clock.now());
            if self.commit(&change, &mut tries).await? {
                break;
            }
        }
        self.case(id).await
    }
}
