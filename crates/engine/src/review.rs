//! Review: the cases that wait for a human, what becomes of them, and how an answer is taken back.

use crate::commit::Tries;
use crate::error::Thing;
use crate::{Engine, EngineError};
use jiff::Timestamp;
use tenure_identity::case::{Case, CaseKind, Reviewer, Ruling};
use tenure_identity::change::Change;
use tenure_identity::correlate::{Beside, beside};
use tenure_identity::id::CaseId;
use tenure_identity::keys::Keys;
use tenure_identity::limit::HeldPeople;
use tenure_identity::person::Person;
use tenure_identity::receive::{self, Concerned};

/// A case with everybody who could be meant, each put beside the claim as they are now.
#[derive(Debug, Clone)]
pub struct Question {
    /// The case.
    pub case: Case,
    /// Its candidates.
    pub candidates: Vec<Candidate>,
}

/// Somebody who could be meant.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The person.
    pub person: Person,
    /// What they and the claim have in common.
    pub beside: Beside,
}

impl Engine {
    /// Cases from the newest on, or from the one that comes after this time and id; decided ones too if `all`.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn cases(
        &self,
        all: bool,
        after: Option<(Timestamp, &CaseId)>,
        limit: u32,
    ) -> Result<Vec<Case>, EngineError> {
        Ok(self.store.cases(all, after, limit).await?)
    }

    /// One case.
    ///
    /// # Errors
    /// If there is none of this id, or the store fails.
    pub async fn case(&self, id: &str) -> Result<Case, EngineError> {
        let case = self.store.case(&CaseId::new(id)).await?;
        case.ok_or_else(|| EngineError::no_such(Thing::Case, id))
    }

    /// One case with its candidates side by side.
    ///
    /// # Errors
    /// If there is none of this id, or the store fails.
    pub async fn question(&self, id: &str) -> Result<Question, EngineError> {
        let case = self.case(id).await?;
        let keys = Keys::of(&case.claim);
        let candidates = self.candidates(&case).await?.into_iter().map(|person| {
            let beside = beside(&person, &case.source, &keys);
            Candidate { person, beside }
        });
        Ok(Question { candidates: candidates.collect(), case })
    }

    /// Decides a case. The source's next try at the claim goes through, or is refused for good; whoever a mass change holds
    /// loses access, many of them in the background, or keeps it. It stays open for those who cannot be kept.
    ///
    /// # Errors
    /// If the case is not open, the ruling does not fit it, or the store fails.
    pub async fn decide_case(
        &self,
        id: &str,
        ruling: &Ruling,
        note: Option<&str>,
        by: &Reviewer,
    ) -> Result<Case, EngineError> {
        let mut tries = Tries::default();
        loop {
            let case = self.case(id).await?;
            let mut people = self.candidates(&case).await?;
            if let Some(named) = ruling.person().filter(|_| case.kind.is_about_anybody()) {
                people.push(self.person(named).await?);
            }
            let held = match case.kind {
                CaseKind::MassChange => self.store.held(&case.id).await?,
                _ => HeldPeople::default(),
            };
            let (policy, concerned, now) = (self.policy(), Concerned { people, held }, self.clock.now());
            let change = receive::decide(&policy, &case, ruling, note, by, &concerned, now)?;
            if self.commit(&change, &mut tries).await? {
                self.look_up_again(&change).await;
                if *ruling == Ruling::Release {
                    self.renew_soon().await;
                }
                return self.case(id).await;
            }
        }
    }

    /// Takes the decision of a case back, so that it is open again.
    ///
    /// # Errors
    /// If it is open, its decision has been used or superseded, or the store fails.
    pub async fn undo_case(&self, id: &str, by: &Reviewer) -> Result<Case, EngineError> {
        let mut tries = Tries::default();
        loop {
            let case = self.case(id).await?;
            let newest = self.newest_like(&case).await?;
            let people = self.candidates(&case).await?;
            let change =
                receive::undo(&self.policy(), &case, newest.as_ref(), by, &people, self.clock.now())?;
            if self.commit(&change, &mut tries).await? {
                self.look_up_again(&change).await;
                return self.case(id).await;
            }
        }
    }

    /// The newest case about the same identity, or the mass change that is open.
    async fn newest_like(&self, case: &Case) -> Result<Option<CaseId>, EngineError> {
        if case.kind == CaseKind::MassChange {
            return Ok(self.store.open_mass_change().await?);
        }
        let newest = self.store.newest_case(&case.source, &case.identity).await?;
        Ok(newest.map(|newest| newest.id))
    }

    /// A decision is made without looking up whom the people refer to: what waits because of that is filled now.
    async fn look_up_again(&self, change: &Change) {
        if let Some(person) = &change.person {
            self.renew_if_awaited_came(person).await;
        }
    }

    async fn candidates(&self, case: &Case) -> Result<Vec<Person>, EngineError> {
        let mut people = Vec::new();
        for person in &case.candidates {
            people.extend(self.store.person(person).await?);
        }
        Ok(people)
    }
}
