//! Counting rows with the Aggregate API. No rows come back that could be held against the query, so its columns are looked
//! up in the dictionary first: a condition on an unknown column would count everybody.

use super::ServiceNow;
use super::budget::Lane;
use super::call::Question;
use super::error::{CallError, Verb};
use super::query::Query;
use super::table::{call, cannot_ask};
use http::Method;

impl ServiceNow {
    /// Counts the rows of a query, those that the account may not see perhaps included.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn count(&self, lane: Lane, table: &str, query: &Query) -> Result<u64, CallError> {
        if query.is_of_nothing() {
            return Ok(0);
        }
        if !query.columns().is_empty() {
            self.columns(lane, table).await?.check(table, query)?;
        }
        let encoded = query.encode().map_err(|(column, reason)| cannot_ask(table, &column, reason))?;
        let call = call(Verb::Count, table, None);
        let mut url = self.address("stats", &call)?;
        url.query_pairs_mut().append_pair("sysparm_count", "true").append_pair("sysparm_query", &encoded);
        let question = Question::new(call, Method::GET, url);
        let answered = self.ask(lane, &question).await?;
        let status = answered.status;
        let result = answered.result(&question.call)?;
        let count = &result["stats"]["count"];
        let count = count.as_u64().or_else(|| count.as_str()?.parse().ok());
        let reason = "it has no count";
        let count = count.ok_or(CallError::Unreadable { call: question.call, status, reason })?;
        Ok(query.most().map_or(count, |most| count.min(most as u64)))
    }
}
