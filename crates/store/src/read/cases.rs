//! Cases: the question that blocks an identity, and the list for the people who answer.

use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{corrupt, micros, object, opt_time, text_list, time};
use crate::error::StoreError;
use jiff::Timestamp;
use tenure_identity::case::{Case, CaseKind, Decided, Ruling};
use tenure_identity::id::{CaseId, PersonId, SourceName};

const COLUMNS: &str = "id, kind, source, identity, claim, candidates, evidence, opened_at, ruling, ruling_person, \
     decided_by, decided_at, note, used_at";

/// The newest case that holds, or held, claims of this identity.
pub(crate) fn newest_blocking(source: &SourceName, identity: &str) -> Statement {
    Statement::new(
        "select id, kind, source, identity, claim, candidates, evidence, opened_at, ruling, ruling_person, \
         decided_by, decided_at, note, used_at from cases where source = $1 and identity = $2 and blocking = 1 \
         order by opened_at desc, id desc limit 1",
        [source.as_str().into(), identity.into()],
    )
}

impl Store {
    /// One case.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn case(&self, id: &CaseId) -> Result<Option<Case>, StoreError> {
        let sql = format!("select {COLUMNS} from cases where id = $1");
        let rows = self.database.query(Statement::built(sql, vec![id.as_str().into()])).await?;
        match rows.into_iter().next() {
            Some(row) => Ok(Some(self.with_held(read(row)?).await?)),
            None => Ok(None),
        }
    }

    /// Cases from the newest on, at most `limit`, or from the one that comes after this time and id; decided ones too
    /// if `all`.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn cases(
        &self,
        all: bool,
        after: Option<(Timestamp, &CaseId)>,
        limit: u32,
    ) -> Result<Vec<Case>, StoreError> {
        let open_only = if all { "" } else { "and decided_at is null" };
        // Before any: later than every time that can be kept.
        let (time, id) = after.map_or((i64::MAX, ""), |(time, id)| (micros(time), id.as_str()));
        let sql = format!(
            "select {COLUMNS} from cases where (opened_at, id) < ($1, $2) {open_only} \
             order by opened_at desc, id desc limit $3"
        );
        let params = vec![time.into(), id.into(), i64::from(limit).into()];
        let mut cases = Vec::new();
        for row in self.database.query(Statement::built(sql, params)).await? {
            cases.push(self.with_held(read(row)?).await?);
        }
        Ok(cases)
    }

    /// The newest case that holds, or held, claims of this identity.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn newest_case(&self, source: &SourceName, identity: &str) -> Result<Option<Case>, StoreError> {
        let rows = self.database.query(newest_blocking(source, identity)).await?;
        rows.into_iter().next().map(read).transpose()
    }
}

pub(crate) fn read(mut row: Row) -> Result<Case, StoreError> {
    let candidates = text_list(&row.text(5)?)?.into_iter().map(PersonId::new).collect();
    Ok(Case {
        id: CaseId::new(row.text(0)?),
        kind: CaseKind::from_label(&row.text(1)?).ok_or_else(|| corrupt("case"))?,
        source: SourceName::new(row.text(2)?),
        identity: row.text(3)?,
        claim: object(&row.text(4)?, "claim")?,
        candidates,
        evidence: text_list(&row.text(6)?)?,
        opened: time(row.int(7)?)?,
        decided: decided(&mut row)?,
    })
}

fn decided(row: &mut Row) -> Result<Option<Decided>, StoreError> {
    let Some(ruling) = row.opt_text(8)? else { return Ok(None) };
    let ruling = match (ruling.as_str(), row.opt_text(9)?) {
        ("link", Some(person)) => Ruling::Link(PersonId::new(person)),
        ("create", _) => Ruling::Create,
        ("reject", _) => Ruling::Reject,
        ("merge", Some(person)) => Ruling::Merge(PersonId::new(person)),
        ("release", _) => Ruling::Release,
        ("keep", _) => Ruling::Keep,
        _ => return Err(corrupt("ruling")),
    };
    let at = opt_time(row.opt_int(11)?)?.ok_or_else(|| corrupt("ruling"))?;
    let used = opt_time(row.opt_int(13)?)?;
    Ok(Some(Decided { ruling, by: row.text(10)?, at, note: row.opt_text(12)?, used }))
}
