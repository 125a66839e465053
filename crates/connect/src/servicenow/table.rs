//! Reading and writing single rows, and finding rows by a key. Every column is asked for by name, references come as ids,
//! and what comes back is held against what was asked.

use super::ServiceNow;
use super::budget::Lane;
use super::call::{Answered, Question};
use super::classify::{self, Meaning};
use super::error::{Call, CallError, Unaskable, Verb};
use super::query::{self, Condition, Query};
use super::row::{Fields, Row};
use http::Method;
use reqwest::Url;
use std::sync::Arc;
use tenure_identity::id::SysId;
use tenure_scim::text::fold;

/// How a found value must equal the one that was asked for. ServiceNow itself compares as its database does, in most places
/// without regard to case and accents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compare {
    /// Byte for byte.
    Exact,
    /// Without regard to case and to the way in which accents are encoded.
    Folded,
}

impl Compare {
    fn matches(self, found: &str, asked: &str) -> bool {
        match self {
            Self::Exact => found == asked,
            Self::Folded => fold(found) == fold(asked),
        }
    }
}

/// How many rows a search for one value looks at together.
const TOGETHER: usize = 100;
/// How many rows a search looks at if it can only ask for how the value begins.
const CANDIDATES: usize = 1000;
/// How long the beginning of a value must be to be asked for in its place.
const BEGINNING: usize = 3;

impl ServiceNow {
    /// Reads a row; `None` if there is none, or none that the account may see.
    ///
    /// # Errors
    /// If the instance cannot be asked or does not answer as documented.
    pub async fn get(
        &self,
        lane: Lane,
        table: &str,
        id: &SysId,
        columns: &[&str],
    ) -> Result<Option<Row>, CallError> {
        let question = self.reading(table, id, columns)?;
        found(&question.call, self.ask(lane, &question).await)
    }

    /// Finds the rows in which a column has this value; rows that only the instance takes for equal are left out. The column
    /// is among the fields of the rows that are found.
    ///
    /// # Errors
    /// As [`Self::get`], and if asking for the value could match other rows: ServiceNow ignores conditions that it does not
    /// understand and then answers with everybody.
    pub async fn find(
        &self,
        lane: Lane,
        table: &str,
        column: &str,
        value: &str,
        compare: Compare,
        columns: &[&str],
    ) -> Result<Vec<Row>, CallError> {
        let condition = asking_for(column, value).map_err(|reason| cannot_ask(table, column, reason))?;
        let mut pages = self.pages(lane, table, &Query::of(condition), columns, TOGETHER);
        let (mut matching, mut seen) = (Vec::new(), 0);
        while let Some(rows) = pages.next().await? {
            seen += rows.len();
            if seen > CANDIDATES {
                return Err(cannot_ask(table, column, Unaskable::Value));
            }
            matching.extend(rows.into_iter().filter(|it| compare.matches(it.get(column), value)));
        }
        Ok(matching)
    }

    /// Reads all the rows of a query, or as many as its limit says, in the order of their ids.
    ///
    /// # Errors
    /// As [`Self::get`]; also if the query's values could change the query, or the rows that come do not show the columns
    /// that it is about.
    pub async fn list(
        &self,
        lane: Lane,
        table: &str,
        query: &Query,
        columns: &[&str],
    ) -> Result<Vec<Row>, CallError> {
        let size = query.most().map_or(1000, |it| it.clamp(TOGETHER, 1000));
        let mut pages = self.pages(lane, table, query, columns, size);
        let mut all = Vec::new();
        while let Some(rows) = pages.next().await? {
            all.extend(rows);
        }
        Ok(all)
    }

    /// Creates a row and gives it as it is now, with these columns.
    ///
    /// # Errors
    /// As [`Self::get`], and if ServiceNow refuses. After [`Outcome::Unknown`](super::Outcome) the row may exist.
    pub async fn insert(
        &self,
        lane: Lane,
        table: &str,
        fields: &Fields,
        columns: &[&str],
    ) -> Result<Row, CallError> {
        let question = self.inserting(table, fields, columns)?;
        written(&question.call, self.ask(lane, &question).await?)
    }

    /// Changes these fields of a row and gives it as it is now, with these columns. What the account may not write is left
    /// out by ServiceNow without a word, and long text is cut: compare.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub async fn update(
        &self,
        lane: Lane,
        table: &str,
        id: &SysId,
        fields: &Fields,
        columns: &[&str],
    ) -> Result<Row, CallError> {
        let question = self.changing(table, id, fields, columns)?;
        written(&question.call, self.ask(lane, &question).await?)
    }

    /// Removes a row; `false` if there is none, or none that the account may see.
    ///
    /// # Errors
    /// As [`Self::insert`].
    pub async fn remove(&self, lane: Lane, table: &str, id: &SysId) -> Result<bool, CallError> {
        let question = self.removing(table, id)?;
        removed(self.ask(lane, &question).await)
    }

    pub(super) fn reading(&self, table: &str, id: &SysId, columns: &[&str]) -> Result<Question, CallError> {
        let call = call(Verb::Read, table, Some(id));
        let mut url = self.address("table", &call)?;
        show(&mut url, table, columns)?;
        Ok(Question::new(call, Method::GET, url))
    }

    pub(super) fn inserting(
        &self,
        table: &str,
        fields: &Fields,
        columns: &[&str],
    ) -> Result<Question, CallError> {
        self.writing(call(Verb::Insert, table, None), Method::POST, fields, columns)
    }

    pub(super) fn changing(
        &self,
        table: &str,
        id: &SysId,
        fields: &Fields,
        columns: &[&str],
    ) -> Result<Question, CallError> {
        self.writing(call(Verb::Update, table, Some(id)), Method::PATCH, fields, columns)
    }

    pub(super) fn removing(&self, table: &str, id: &SysId) -> Result<Question, CallError> {
        let call = call(Verb::Remove, table, Some(id));
        let url = self.address("table", &call)?;
        Ok(Question::new(call, Method::DELETE, url))
    }

    fn writing(
        &self,
        call: Call,
        method: Method,
        fields: &Fields,
        columns: &[&str],
    ) -> Result<Question, CallError> {
        let table = Arc::clone(&call.table);
        if let Some(name) = fields.keys().find(|it| !query::is_name(it)) {
            return Err(cannot_ask(&table, name, Unaskable::Name));
        }
        let mut url = self.address("table", &call)?;
        show(&mut url, &table, columns)?;
        url.query_pairs_mut().append_pair("sysparm_input_display_value", "false");
        Question::new(call, method, url).with_body(fields)
    }
}

/// The condition that finds a value. Of a value that could change the query, only the beginning is asked for.
fn asking_for(column: &str, value: &str) -> Result<Condition, Unaskable> {
    let prefix = query::safe_prefix(value);
    if value.is_empty() {
        Err(Unaskable::Empty)
    } else if prefix.len() == value.len() {
        Ok(Condition::is(column, value))
    } else if prefix.trim().chars().count() >= BEGINNING {
        Ok(Condition::starts_with(column, prefix))
    } else {
        Err(Unaskable::Value)
    }
}

/// Asks for columns by name, with references as ids and values as they are stored.
pub(super) fn show(url: &mut Url, table: &str, columns: &[&str]) -> Result<(), CallError> {
    let fields = query::field_list(columns.iter().copied())
        .map_err(|column| cannot_ask(table, &column, Unaskable::Name))?;
    url.query_pairs_mut()
        .append_pair("sysparm_fields", &fields)
        .append_pair("sysparm_display_value", "false")
        .append_pair("sysparm_exclude_reference_link", "true");
    Ok(())
}

pub(super) fn call(verb: Verb, table: &str, id: Option<&SysId>) -> Call {
    Call { verb, table: table.into(), sys_id: id.cloned() }
}

pub(super) fn cannot_ask(table: &str, column: &str, reason: Unaskable) -> CallError {
    CallError::CannotAsk { table: table.into(), column: column.to_owned(), reason }
}

/// The row that was read, if there is one.
pub(super) fn found(call: &Call, answered: Result<Answered, CallError>) -> Result<Option<Row>, CallError> {
    match answered {
        Ok(answered) => the_row(call, answered).map(Some),
        Err(error) if classify::is_no_record(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The row as it is after it was written.
pub(super) fn written(call: &Call, answered: Answered) -> Result<Row, CallError> {
    the_row(call, answered)
}

/// Whether there was a row to remove.
pub(super) fn removed(answered: Result<Answered, CallError>) -> Result<bool, CallError> {
    match answered.map(|it| it.meaning) {
        Ok(Meaning::Nothing | Meaning::Json(_)) => Ok(true),
        Err(error) if classify::is_no_record(&error) => Ok(false),
        Err(error) => Err(error),
    }
}

fn the_row(call: &Call, answered: Answered) -> Result<Row, CallError> {
    let status = answered.status;
    let unreadable = |reason| CallError::Unreadable { call: call.clone(), status, reason };
    let row = Row::read(answered.result(call)?).map_err(unreadable)?;
    if call.sys_id.as_ref().is_some_and(|it| *it != row.sys_id) {
        return Err(unreadable("it is about another row"));
    }
    Ok(row)
}
