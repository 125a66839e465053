//! SCIM list queries: one source's users or groups, filtered, sorted and paged.
//!
//! What indexes can answer is translated to SQL. What is left of a filter is decided on the resources themselves, by a
//! scan in pieces that gives up beyond a bound.

mod excerpt;
pub mod positions;
mod scan;
mod translate;

use crate::Store;
use crate::driver::{Row, Statement, Value};
use crate::encode::time;
use crate::error::StoreError;
use jiff::Timestamp;
use std::fmt::Write;
use tenure_identity::id::SourceName;
use tenure_scim::filter::Bound;
use tenure_scim::sort::Order;
use translate::Condition;

/// Which list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The live claims of a source.
    Users,
    /// The live groups of a source.
    Groups,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// Which list.
    pub kind: Kind,
    /// Whose.
    pub source: &'a SourceName,
    /// Which of them.
    pub filter: Option<&'a Bound>,
    /// In which order; by age without one.
    pub order: Option<&'a Order>,
    /// From where on.
    pub from: From,
    /// At most so many; 0 asks for the total only.
    pub count: u32,
}

/// Where a page begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// After so many others.
    Offset(u64),
    /// After the resource with this sequence number, in order of age.
    After(i64),
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// How many resources there are in all.
    pub total: u64,
    /// Those of this page.
    pub resources: Vec<Stored>,
}

/// A resource as it is stored: what only the server knows, and the document of its source.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Its place in the order of age.
    pub seq: i64,
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: i64,
    /// When it was made.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// Canonical SCIM attributes as JSON text.
    pub doc: String,
}

/// Resources that one query may look at without an index.
pub const SCAN_LIMIT: usize = 1_000_000;

/// Where [`rows`] has that column.
const ACTIVE: usize = 6;

impl Kind {
    fn table(self) -> &'static str {
        match self {
            Self::Users => "claims",
            Self::Groups => "groups",
        }
    }

    fn id(self) -> &'static str {
        match self {
            Self::Users => "person_id",
            Self::Groups => "id",
        }
    }

    /// The column that says whether the source's word is "active"; every live group is.
    fn active(self) -> &'static str {
        match self {
            Self::Users => "active",
            Self::Groups => "live",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Groups => "groups",
        }
    }
}

impl Store {
    /// One page of a list.
    ///
    /// # Errors
    /// [`StoreError::ScanTooLarge`] if no index serves and there is too much to look at; otherwise as every read.
    pub async fn list(&self, query: &Query<'_>) -> Result<Page, StoreError> {
        let dialect = self.database.dialect();
        let condition =
            query.filter.map(|filter| translate::condition(dialect, query.kind, query.source, filter));
        let sql_order = query.order.map(|order| order_by(query.kind, order));
        let exact = condition.as_ref().is_none_or(|condition| condition.exact);
        match (exact, sql_order) {
            (true, None) if query.filter.is_none() => self.plain_page(query).await,
            (true, None) => {
                let order = Condition::by_age(condition.as_ref()).to_owned();
                self.indexed_page(query, condition, order).await
            }
            (true, Some(Some(order))) => self.indexed_page(query, condition, order).await,
            _ => self.scanned_page(query, condition).await,
        }
    }

    /// The whole list in order of age: the total is kept, and deep pages begin at a remembered position.
    async fn plain_page(&self, query: &Query<'_>) -> Result<Page, StoreError> {
        let (after, offset) = match query.from {
            From::After(seq) => (seq, 0),
            From::Offset(offset) if offset < positions::STRIDE => (0, offset),
            From::Offset(offset) => return self.deep_page(query, offset).await,
        };
        let [totals, rows] =
            self.database.query_all([totals(query), plain_rows(query, after, offset)]).await?;
        page(read_totals(query, totals)?.0, rows)
    }

    async fn deep_page(&self, query: &Query<'_>, offset: u64) -> Result<Page, StoreError> {
        let (total, reordered) = read_totals(query, self.database.query(totals(query)).await?)?;
        if offset >= total {
            return Ok(Page { total, resources: Vec::new() });
        }
        let (after, offset) = self.position(query.kind, query.source, reordered, offset).await?;
        page(total, self.database.query(plain_rows(query, after, offset)).await?)
    }

    async fn indexed_page(
        &self,
        query: &Query<'_>,
        condition: Option<Condition>,
        order: String,
    ) -> Result<Page, StoreError> {
        let count = count(query, condition.as_ref());
        let (offset, condition) = match query.from {
            From::Offset(offset) => (offset, condition),
            From::After(seq) => (0, Some(translate::and_after(condition, seq))),
        };
        let rows = self.database.query(rows(query, condition.as_ref(), &order, query.count, offset)).await?;
        // A first page that is not full is everything: an identity provider's look-up needs no count.
        if query.from == From::Offset(0) && rows.len() < query.count as usize {
            return page(rows.len() as u64, rows);
        }
        let count = self.database.query(count).await?;
        page(count.first().map_or(Ok(0), |row| row.int(0))?.unsigned_abs(), rows)
    }

    /// How many live users or groups the source has.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn total(&self, kind: Kind, source: &SourceName) -> Result<u64, StoreError> {
        let query = Query { kind, source, filter: None, order: None, from: From::Offset(0), count: 0 };
        Ok(read_totals(&query, self.database.query(totals(&query)).await?)?.0)
    }
}

fn page(total: u64, rows: Vec<Row>) -> Result<Page, StoreError> {
    Ok(Page { total, resources: rows.into_iter().map(stored).collect::<Result<_, _>>()? })
}

/// The total of a list, and how often something left or re-entered its middle.
fn totals(query: &Query<'_>) -> Statement {
    let (total, reordered) = crate::write::listing_counters(query.kind.name(), query.source);
    Statement::new(
        "select name, value from counters where name in ($1, $2)",
        [total.into(), reordered.into()],
    )
}

fn read_totals(query: &Query<'_>, rows: Vec<Row>) -> Result<(u64, i64), StoreError> {
    let (total, _) = crate::write::listing_counters(query.kind.name(), query.source);
    let mut totals = (0, 0);
    for mut row in rows {
        let value = row.int(1)?;
        if row.text(0)? == total { totals.0 = value.unsigned_abs() } else { totals.1 = value }
    }
    Ok(totals)
}

fn plain_rows(query: &Query<'_>, after: i64, offset: u64) -> Statement {
    let condition =
        Condition { sql: "t.seq > $2".into(), params: vec![after.into()], exact: true, narrow: false };
    rows(query, Some(&condition), "t.seq", query.count, offset)
}

/// How many resources of the list satisfy the condition; its parameters start at `$2`.
fn count(query: &Query<'_>, condition: Option<&Condition>) -> Statement {
    let (sql, params) = select(query, "count(*)", condition);
    Statement::built(sql, params)
}

/// Resources of the list that satisfy the condition; its parameters start at `$2`.
fn rows(query: &Query<'_>, condition: Option<&Condition>, order: &str, count: u32, offset: u64) -> Statement {
    let (id, active) = (query.kind.id(), query.kind.active());
    let columns = format!("t.seq, t.{id}, t.version, t.created_at, t.modified_at, t.doc, t.{active}");
    let (mut sql, mut params) = select(query, &columns, condition);
    let next = params.len() + 1;
    write!(sql, " order by {order} limit ${next} offset ${}", next + 1)
        .expect("text can be written to a string");
    let offset = i64::try_from(offset).unwrap_or(i64::MAX);
    params.extend([i64::from(count).into(), offset.into()]);
    Statement::built(sql, params)
}

fn select(query: &Query<'_>, columns: &str, condition: Option<&Condition>) -> (String, Vec<Value>) {
    let table = query.kind.table();
    let mut sql = format!("select {columns} from {table} as t where t.source = $1 and t.live = 1");
    let mut params: Vec<Value> = vec![query.source.as_str().into()];
    if let Some(condition) = condition {
        write!(sql, " and {}", condition.sql).expect("text can be written to a string");
        params.extend_from_slice(&condition.params);
    }
    (sql, params)
}

pub(crate) fn stored(mut row: Row) -> Result<Stored, StoreError> {
    Ok(Stored {
        seq: row.int(0)?,
        id: row.text(1)?,
        version: row.int(2)?,
        created: time(row.int(3)?)?,
        modified: time(row.int(4)?)?,
        doc: row.text(5)?,
    })
}

/// The order in SQL, where a column has it; missing values come last when ascending (RFC 7644 §3.4.2.3).
fn order_by(kind: Kind, order: &Order) -> Option<String> {
    let column = match (kind, order.target.name().as_str()) {
        (_, "id") => kind.id(),
        (_, "externalId") => "external_id",
        (_, "meta.created") => "created_at",
        (_, "meta.lastModified") => "modified_at",
        (Kind::Users, "userName") => "user_name_key",
        (Kind::Groups, "displayName") => "display_key",
        _ => return None,
    };
    let direction = if order.descending { " desc" } else { "" };
    let missing =
        if column == "external_id" { format!("(t.external_id is null){direction}, ") } else { String::new() };
    Some(format!("{missing}t.{column}{direction}, t.seq"))
}
