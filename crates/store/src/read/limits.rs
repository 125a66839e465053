//! What limits are asked about: how many lost access, how many have it, and whom the open mass-change case holds.

use crate::Store;
use crate::driver::Statement;
use crate::encode::micros;
use crate::error::StoreError;
use crate::write::{ACTIVE, CLAIMED, DEPARTURES};
use jiff::Timestamp;
use tenure_identity::case::{Case, CaseKind};
use tenure_identity::id::{CaseId, PersonId, SourceName};
use tenure_identity::limit::{HeldPeople, Losses};

/// People whom a case names.
const NAMED: i64 = 20;

const OPEN: &str = "select id from cases where kind = 'mass-change' and decided_at is null";

impl Store {
    /// How many people lost access since then, and how many have it.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn losses(&self, since: Timestamp) -> Result<Losses, StoreError> {
        // INVARIANT: the counter is read before the departures. Who leaves in between is counted twice and never missed.
        let counter = "select value from counters where name = $1";
        let statements = [
            Statement::new(counter, [DEPARTURES.into()]),
            Statement::new(counter, [ACTIVE.into()]),
            Statement::new(
                "select count(distinct person_id) from departures where at > $1",
                [micros(since).into()],
            ),
            Statement::new(OPEN, []),
        ];
        let [ever, active, recent, mut open] = self.database.query_all(statements).await?;
        let one = |rows: &[crate::driver::Row]| rows.first().map_or(Ok(0), |row| row.int(0));
        let open = open.first_mut().map(|row| row.text(0)).transpose()?;
        Ok(Losses {
            ever: one(&ever)?,
            recent: one(&recent)?.unsigned_abs(),
            // The counter of a batch is written after its people: it may lag behind, and never far.
            active: one(&active)?.max(0).unsigned_abs(),
            open: open.map(CaseId::new),
        })
    }

    /// The mass-change case that is open.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open_mass_change(&self) -> Result<Option<CaseId>, StoreError> {
        let mut rows = self.database.query(Statement::new(OPEN, [])).await?;
        rows.first_mut().map(|row| row.text(0).map(CaseId::new)).transpose()
    }

    /// The case as it is; of an open mass change, with whom it holds now.
    pub(super) async fn with_held(&self, case: Case) -> Result<Case, StoreError> {
        if case.kind != CaseKind::MassChange || case.decided.is_some() {
            return Ok(case);
        }
        let held = self.held(&case.id).await?;
        Ok(case.holding(held))
    }

    /// Everybody whom a mass-change case holds now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn held(&self, case: &CaseId) -> Result<HeldPeople, StoreError> {
        const HELD: &str = "from persons where hold_case = $1 and hold_state = 'held'";
        let by_source =
            format!("select hold_source, count(*) {HELD} group by hold_source order by hold_source");
        let unclaimed = format!("select count(*) {HELD} and not {CLAIMED}");
        let first = format!(
            "select id {HELD} order by case when {CLAIMED} then 1 else 0 end, hold_since, id limit $2"
        );
        let id = case.as_str();
        let statements = [
            Statement::built(by_source, vec![id.into()]),
            Statement::built(unclaimed, vec![id.into()]),
            Statement::built(first, vec![id.into(), NAMED.into()]),
        ];
        let [mut by_source, unclaimed, mut first] = self.database.query_all(statements).await?;
        let counted = by_source
            .iter_mut()
            .map(|row| Ok::<_, StoreError>((SourceName::new(row.text(0)?), row.int(1)?.unsigned_abs())));
        let by_source = counted.collect::<Result<_, _>>()?;
        let unclaimed = unclaimed.first().map_or(Ok(0), |row| row.int(0))?.unsigned_abs();
        let first = first.iter_mut().map(|row| row.text(0).map(PersonId::new)).collect::<Result<_, _>>()?;
        Ok(HeldPeople { by_source, unclaimed, first })
    }
}
