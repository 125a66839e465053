//! The people of the server beside the truth of the year: everybody once, active if they are, unless a human has to say.

use std::collections::BTreeMap;
use tenure_engine::Engine;
use tenure_identity::id::PersonId;
use tenure_lab::company::EmployeeNumber;
use tenure_lab::year::{PersonTruth, Truth};

/// What the comparison found.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Human beings in the truth.
    pub(crate) humans: usize,
    /// Those with exactly one record that says what is true.
    pub(crate) right: usize,
    /// Those whose claim waits for a human's decision.
    pub(crate) undecided: usize,
    differences: Vec<String>,
}

impl Comparison {
    /// Compares everybody.
    pub(crate) async fn of(engine: &Engine, truth: &Truth) -> anyhow::Result<Self> {
        let mut comparison = Self { humans: truth.people.len(), ..Self::default() };
        let mut owners: BTreeMap<PersonId, &EmployeeNumber> = BTreeMap::new();
        for (number, human) in &truth.people {
            let found = engine.find_people(&number.0).await?;
            comparison.judge(engine, number, human, &found).await?;
            for person in found {
                if let Some(other) = owners.insert(person.clone(), number) {
                    comparison.differences.push(format!("{person} is both {} and {}", other.0, number.0));
                }
            }
        }
        Ok(comparison)
    }

    async fn judge(
        &mut self,
        engine: &Engine,
        number: &EmployeeNumber,
        human: &PersonTruth,
        found: &[PersonId],
    ) -> anyhow::Result<()> {
        let number = &number.0;
        match found {
            [person] => {
                let active = engine.explain(person, 0).await?.person.active;
                if active == human.active() {
                    self.right += 1;
                } else if human.doubt.is_some() {
                    self.undecided += 1;
                } else {
                    self.differences
                        .push(format!("{number} is active: {active}, should be: {}", human.active()));
                }
            }
            [] if human.doubt.is_some() => self.undecided += 1,
            [] => self.differences.push(format!("{number} has no record")),
            several => self.differences.push(format!("{number} has {} records", several.len())),
        }
        Ok(())
    }

    /// Whether nobody differs from the truth.
    pub(crate) fn is_right(&self) -> bool {
        self.differences.is_empty()
    }

    /// One sentence for each person who differs.
    pub(crate) fn differences(&self) -> &[String] {
        &self.differences
    }
}
