//! Reading a query page by page. A page begins after the last row's id, because deep offsets are slow and rows shift. Rows
//! that the account may not see are taken out after the limit was applied: a short page is not the end, and an empty one
//! may have readable rows behind it, so the end is where the count says so.

use super::ServiceNow;
use super::budget::Lane;
use super::call::Question;
use super::classify;
use super::error::{CallError, Unaskable, Verb};
use super::query::{Query, Verdict};
use super::row::Row;
use super::table::{call, cannot_ask, show};
use http::Method;
use tenure_identity::id::SysId;

/// So many rows that do not match, and more than match, mean that ServiceNow ignored a condition.
const IGNORED: usize = 100;

/// The pages of a query, one after the other.
#[derive(Debug)]
pub struct Pages {
    client: ServiceNow,
    lane: Lane,
    table: String,
    query: Query,
    columns: Vec<String>,
    size: usize,
    last: Option<SysId>,
    /// Rows after `last` that are known to be hidden.
    offset: u64,
    total: Option<u64>,
    matching: usize,
    strangers: usize,
    ended: bool,
}

/// What one call brings.
struct Window {
    rows: Vec<Row>,
    /// Rows after `last`, hidden ones included, where the instance counts them.
    count: Option<u64>,
}

/// The first page of a query, and no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// The rows that are shown.
    pub rows: Vec<Row>,
    /// How many there are in all, those that the account may not see included, where the instance counts them.
    pub total: Option<u64>,
}

/// How many rows a glance shows at most, if the query has no limit.
const GLANCE: usize = 20;
/// How many rows a page ever has.
const LARGEST: usize = 1_000;

impl ServiceNow {
    /// Reads the first page of a query, with one call however many rows are hidden: as many rows as its limit says, up to
    /// 1,000.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn glance(
        &self,
        lane: Lane,
        table: &str,
        query: &Query,
        columns: &[&str],
    ) -> Result<Glance, CallError> {
        let size = query.most().map_or(GLANCE, |it| it.min(LARGEST));
        let mut pages = self.pages(lane, table, query, columns, size);
        let window = pages.read().await?;
        let total = window.count;
        Ok(Glance { rows: pages.take(window)?, total })
    }

    /// Reads a query page by page, with at most `size` rows on each.
    pub fn pages(&self, lane: Lane, table: &str, query: &Query, columns: &[&str], size: usize) -> Pages {
        Pages {
            client: self.clone(),
            lane,
            table: table.to_owned(),
            query: query.clone(),
            columns: columns.iter().map(|it| (*it).to_owned()).collect(),
            size: size.max(1),
            last: None,
            offset: 0,
            total: None,
            matching: 0,
            strangers: 0,
            ended: query.is_of_nothing(),
        }
    }
}

impl Pages {
    /// Goes on after this row, where an earlier reading stopped.
    #[must_use]
    pub fn after(mut self, last: SysId) -> Self {
        self.last = Some(last);
        self
    }

    /// The last row that was read, even if it did not match; go on [`Self::after`] it.
    pub fn position(&self) -> Option<&SysId> {
        self.last.as_ref()
    }

    /// How many rows there were when reading began, those that the account may not see included; `None` before the first
    /// page, or if the instance does not count.
    pub fn total(&self) -> Option<u64> {
        self.total
    }

    /// The next rows, never none of them; `None` at the end. After an error, the same page can be asked for again.
    ///
    /// # Errors
    /// As [`ServiceNow::list`].
    pub async fn next(&mut self) -> Result<Option<Vec<Row>>, CallError> {
        while !self.ended {
            let window = self.read().await?;
            let rows = self.take(window)?;
            if !rows.is_empty() {
                return Ok(Some(rows));
            }
        }
        Ok(None)
    }

    async fn read(&self) -> Result<Window, CallError> {
        let question = self.question()?;
        match self.client.ask(self.lane, &question).await {
            Ok(answered) => {
                let (status, count) = (answered.status, answered.total);
                let rows = Row::read_all(answered.result(&question.call)?);
                let call = question.call;
                let rows = rows.map_err(|reason| CallError::Unreadable { call, status, reason })?;
                Ok(Window { rows, count })
            }
            // Version 1 of the API says so of an empty list.
            Err(error) if classify::is_no_record(&error) => Ok(Window { rows: Vec::new(), count: None }),
            Err(error) => Err(error),
        }
    }

    fn question(&self) -> Result<Question, CallError> {
        let call = call(Verb::Read, &self.table, None);
        let mut url = self.client.address("table", &call)?;
        self.client.check_columns(&self.table, &self.query)?;
        let columns: Vec<_> = self.columns.iter().map(String::as_str).chain(self.query.columns()).collect();
        show(&mut url, &self.table, &columns)?;
        url.query_pairs_mut()
            .append_pair("sysparm_query", &self.encoded()?)
            .append_pair("sysparm_limit", &self.size.to_string())
            .append_pair("sysparm_offset", &self.offset.to_string());
        Ok(Question::new(call, Method::GET, url))
    }

    fn encoded(&self) -> Result<String, CallError> {
        let mut parts = Vec::new();
        let conditions = self.query.encode();
        parts.push(conditions.map_err(|(column, reason)| cannot_ask(&self.table, &column, reason))?);
        if let Some(last) = &self.last {
            // INVARIANT: an id that could change the query never gets here.
            if super::query::safe_prefix(last.as_str()) != last.as_str() {
                return Err(cannot_ask(&self.table, "sys_id", Unaskable::Value));
            }
            parts.push(format!("sys_id>{last}"));
        }
        parts.push("ORDERBYsys_id".to_owned());
        parts.retain(|it| !it.is_empty());
        Ok(parts.join("^"))
    }

    /// Moves behind a window and gives those of its rows that match.
    fn take(&mut self, window: Window) -> Result<Vec<Row>, CallError> {
        let Window { rows, count } = window;
        if self.last.as_ref().is_some_and(|last| rows.iter().any(|it| it.sys_id == *last)) {
            let call = call(Verb::Read, &self.table, None);
            return Err(CallError::Unreadable { call, status: 200, reason: "a page repeats the one before" });
        }
        let next = rows.last().map(|it| it.sys_id.clone());
        let mut matching = self.matching_of(rows)?;
        self.total = self.total.or(count);
        let seen = self.offset + self.size as u64;
        self.ended = count.map_or(next.is_none(), |it| seen >= it);
        match next {
            Some(next) => (self.last, self.offset) = (Some(next), 0),
            None => self.offset = seen,
        }
        if let Some(most) = self.query.most() {
            matching.truncate(most - self.matching);
            self.ended |= self.matching + matching.len() >= most;
        }
        self.matching += matching.len();
        Ok(matching)
    }

    fn matching_of(&mut self, rows: Vec<Row>) -> Result<Vec<Row>, CallError> {
        let mut matching = Vec::with_capacity(rows.len());
        let mut strangers = self.strangers;
        for row in rows {
            match self.query.judge(&row) {
                (Verdict::Holds, _) => matching.push(row),
                (Verdict::Hidden, column) => return Err(cannot_ask(&self.table, column, Unaskable::Hidden)),
                (Verdict::Fails, _) => strangers += 1,
            }
        }
        if strangers >= IGNORED && strangers > self.matching + matching.len() {
            let columns: Vec<_> = self.query.columns().into_iter().collect();
            return Err(cannot_ask(&self.table, &columns.join("`, `"), Unaskable::Ignored));
        }
        self.strangers = strangers;
        Ok(matching)
    }
}
