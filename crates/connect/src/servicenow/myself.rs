//! Who we are to the instance: the row of the account that we sign in with.

use super::ServiceNow;
use super::budget::Lane;
use super::call::Question;
use super::error::{CallError, Verb};
use super::row::Row;
use super::table::{Compare, call, show};
use http::Method;

const USERS: &str = "sys_user";
/// Run by the instance: the one script that we ever send, and it holds nothing of anybody's.
const WHO_ASKS: &str = "sys_id=javascript:gs.getUserID()";

impl ServiceNow {
    /// The account's own row of `sys_user`: by its user name where the way of signing in tells it, else by asking the
    /// instance who asks. `None` if it is not shown, or cannot be told from others.
    ///
    /// # Errors
    /// As [`Self::list`].
    pub async fn myself(
        &self,
        lane: Lane,
        user_name: Option<&str>,
        columns: &[&str],
    ) -> Result<Option<Row>, CallError> {
        if let Some(name) = user_name {
            let found = self.find(lane, USERS, "user_name", name, Compare::Folded, columns).await?;
            if let [one] = found.as_slice() {
                return Ok(Some(one.clone()));
            }
        }
        self.who_asks(lane, columns).await
    }

    async fn who_asks(&self, lane: Lane, columns: &[&str]) -> Result<Option<Row>, CallError> {
        let call = call(Verb::Read, USERS, None);
        let mut url = self.address("table", &call)?;
        url.query_pairs_mut().append_pair("sysparm_query", WHO_ASKS).append_pair("sysparm_limit", "2");
        show(&mut url, USERS, columns)?;
        let question = Question::new(call, Method::GET, url);
        let answered = self.ask(lane, &question).await?;
        // Rows that we may not see count, too: an instance that ignores the condition has more than one user.
        let (status, total) = (answered.status, answered.total);
        let rows = Row::read_all(answered.result(&question.call)?);
        let rows = rows.map_err(|reason| CallError::Unreadable { call: question.call, status, reason })?;
        let alone = total.is_none_or(|it| it == 1);
        match <[Row; 1]>::try_from(rows) {
            Ok([one]) if alone => Ok(Some(one)),
            _ => Ok(None),
        }
    }
}
