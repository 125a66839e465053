//! What onboarding has read of a target: page after page, so that a reading that was interrupted goes on where it was. It
//! is nobody's record, and is forgotten when a new reading begins. And the questions that came of it.

mod questions;

pub use questions::{Question, Sought};

use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{corrupt, micros, time};
use crate::error::{CommitError, StoreError};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tenure_identity::id::SysId;

/// One row as it was read, by column, without empty ones.
pub type Columns = BTreeMap<String, String>;

/// Some rows that were read together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What was read: users, groups, memberships and so on.
    pub part: String,
    /// From 0.
    pub number: u32,
    /// When it was read.
    pub read: Timestamp,
    /// The last row's id, after which the next page begins; `None` on the page that ends a part.
    pub position: Option<SysId>,
    /// The rows.
    pub rows: Vec<Columns>,
}

const KEEP: &str = "insert into onboard_pages (target, reading, part, page, read_at, position, content) \
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing";
const LAST: &str = "select part, page, read_at, position, content from onboard_pages \
     where target = $1 and reading = $2 and part = $3 order by page desc limit 1";
const ONE: &str = "select part, page, read_at, position, content from onboard_pages \
     where target = $1 and reading = $2 and part = $3 and page = $4";

impl Store {
    /// Keeps a page.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if there is such a page already: somebody else reads at the same time. Also if the database
    /// fails.
    pub async fn keep_onboard_page(
        &self,
        target: &str,
        reading: &str,
        page: &Page,
    ) -> Result<(), CommitError> {
        let content = serde_json::to_string(&page.rows).expect("texts by name can be written as JSON");
        let params = [
            target.into(),
            reading.into(),
            page.part.as_str().into(),
            i64::from(page.number).into(),
            micros(page.read).into(),
            page.position.as_ref().map(ToString::to_string).into(),
            content.into(),
        ];
        self.write(vec![Statement::new(KEEP, params).must_touch_one()]).await
    }

    /// The last page of a part that is kept.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn last_onboard_page(
        &self,
        target: &str,
        reading: &str,
        part: &str,
    ) -> Result<Option<Page>, StoreError> {
        let statement = Statement::new(LAST, [target.into(), reading.into(), part.into()]);
        let rows = self.database.query(statement).await?;
        rows.into_iter().next().map(read).transpose()
    }

    /// One page of a part.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn onboard_page(
        &self,
        target: &str,
        reading: &str,
        part: &str,
        number: u32,
    ) -> Result<Option<Page>, StoreError> {
        let params = [target.into(), reading.into(), part.into(), i64::from(number).into()];
        let statement = Statement::new(ONE, params);
        self.database.query(statement).await?.into_iter().next().map(read).transpose()
    }

    /// The reading that was at work last, and when its first page was read; `None` if there is none.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn newest_onboarding(&self, target: &str) -> Result<Option<(String, Timestamp)>, StoreError> {
        let sql = "select reading, min(read_at) from onboard_pages where target = $1 group by reading \
             order by max(read_at) desc, reading limit 1";
        let mut rows = self.database.query(Statement::new(sql, [target.into()])).await?;
        rows.first_mut().map(|row| Ok((row.text(0)?, time(row.int(1)?)?))).transpose()
    }

    /// Forgets the pages of one part.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_onboard_part(
        &self,
        target: &str,
        reading: &str,
        part: &str,
    ) -> Result<(), CommitError> {
        let sql = "delete from onboard_pages where target = $1 and reading = $2 and part = $3";
        self.write(vec![Statement::new(sql, [target.into(), reading.into(), part.into()])]).await
    }

    /// Forgets everything that was read, of whatever target.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn forget_onboarding(&self) -> Result<(), CommitError> {
        self.write(vec![Statement::new("delete from onboard_pages", [])]).await
    }
}

fn read(mut row: Row) -> Result<Page, StoreError> {
    Ok(Page {
        part: row.text(0)?,
        number: u32::try_from(row.int(1)?).map_err(|_| corrupt("number of a page"))?,
        read: time(row.int(2)?)?,
        position: row.opt_text(3)?.map(SysId::new),
        rows: serde_json::from_str(&row.text(4)?).map_err(|_| corrupt("rows of a page"))?,
    })
}
