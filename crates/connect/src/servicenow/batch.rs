//! Many requests in one call. The instance serves them one after the other and without a transaction around them; those it
//! has no time for it names, and they are sent again. An instance without the Batch API is served by single calls.

mod wrap;

use super::ServiceNow;
use super::budget::Lane;
use super::call::{Answered, Question};
use super::error::{CallError, Outcome, Verb};
use super::row::{Fields, Row};
use super::{classify, retry, table};
use crate::outside;
use std::fmt;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tenure_identity::id::SysId;
use wrap::Item;

/// How often requests are sent that the instance has no time for, if none of them gets done.
const ROUNDS: u32 = 3;
/// When to come back with requests that the instance had no time for.
const LATER: Duration = Duration::from_secs(30);

/// One request of a batch.
#[derive(Clone)]
#[expect(missing_docs, reason = "the parameters of the single calls")]
pub enum Request {
    /// As [`ServiceNow::get`].
    Get { table: String, id: SysId, columns: Vec<String> },
    /// As [`ServiceNow::insert`].
    Insert { table: String, fields: Fields, columns: Vec<String> },
    /// As [`ServiceNow::update`].
    Update { table: String, id: SysId, fields: Fields, columns: Vec<String> },
    /// As [`ServiceNow::remove`].
    Remove { table: String, id: SysId },
}

/// What a request of a batch answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// To [`Request::Get`]: the row, if there is one.
    Found(Option<Row>),
    /// To [`Request::Insert`] and [`Request::Update`]: the row as it is now.
    Row(Row),
    /// To [`Request::Remove`]: whether there was a row.
    Removed(bool),
}

/// Shows tables, ids and columns, never values.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, table, id, fields) = match self {
            Self::Get { table, id, .. } => ("Get", table, Some(id), None),
            Self::Insert { table, fields, .. } => ("Insert", table, None, Some(fields)),
            Self::Update { table, id, fields, .. } => ("Update", table, Some(id), Some(fields)),
            Self::Remove { table, id } => ("Remove", table, Some(id), None),
        };
        let columns: Vec<_> = fields.into_iter().flat_map(Fields::keys).collect();
        f.debug_struct(verb).field("table", table).field("id", &id).field("columns", &columns).finish()
    }
}

/// What became of a request.
type Served = Result<Answer, CallError>;

/// What became of a batch so far.
struct Course {
    /// For each request; `None` while it has to be sent.
    settled: Vec<Option<Served>>,
    /// Whether any call was answered.
    answered: bool,
    /// The error of a call that leaves most in doubt.
    failed: Option<CallError>,
}

impl ServiceNow {
    /// Sends requests together and gives their answers in the same order. Each stands for itself: that one fails does not
    /// stop the others, and one may be carried out after those behind it, so two about the same row do not belong together.
    ///
    /// # Errors
    /// If none of the requests was answered. If only some were, the others have their own error, each with its own outcome.
    pub async fn batch(
        &self,
        lane: Lane,
        requests: &[Request],
    ) -> Result<Vec<Result<Answer, CallError>>, CallError> {
        let questions: Vec<_> = requests.iter().map(|it| self.question(it)).collect();
        let mut course = Course::new(&questions);
        let mut rounds = 0;
        while rounds < ROUNDS {
            let items = course.open(requests, &questions);
            if items.is_empty() {
                break;
            }
            for piece in wrap::pieces(&items, self.inner.settings.batch) {
                match self.send_piece(lane, piece).await {
                    Ok(served) => course.settle(served),
                    Err(error) => course.fail(piece, &error),
                }
            }
            let idle = course.open(requests, &questions).len() == items.len();
            rounds = if idle { rounds + 1 } else { 0 };
            if (1..ROUNDS).contains(&rounds) {
                tokio::time::sleep(retry::backoff(rounds - 1, outside::share())).await;
            }
        }
        course.finish(&questions)
    }

    fn question(&self, request: &Request) -> Result<Question, CallError> {
        fn names(columns: &[String]) -> Vec<&str> {
            columns.iter().map(String::as_str).collect()
        }
        match request {
            Request::Get { table, id, columns } => self.reading(table, id, &names(columns)),
            Request::Insert { table, fields, columns } => self.inserting(table, fields, &names(columns)),
            Request::Update { table, id, fields, columns } => {
                self.changing(table, id, fields, &names(columns))
            }
            Request::Remove { table, id } => self.removing(table, id),
        }
    }

    /// Sends one call's worth of requests, and says by their places what became of them.
    async fn send_piece(
        &self,
        lane: Lane,
        piece: &[Item<'_>],
    ) -> Result<Vec<(usize, Option<Served>)>, CallError> {
        if piece.len() == 1 || self.inner.without_batch.load(Ordering::Relaxed) {
            return Ok(self.send_singly(lane, piece).await);
        }
        let wrapped = wrap::wrap(self, piece)?;
        match self.ask(lane, &wrapped).await {
            Ok(answered) => {
                let served = wrap::unwrap(&wrapped.call, answered, piece)?;
                Ok(piece
                    .iter()
                    .zip(served)
                    .map(|(item, served)| (item.index, self.settle(item, served)))
                    .collect())
            }
            Err(error) if self.has_no_batch(&error) => Ok(self.send_singly(lane, piece).await),
            Err(error) => Err(error),
        }
    }

    async fn send_singly(&self, lane: Lane, piece: &[Item<'_>]) -> Vec<(usize, Option<Served>)> {
        let mut served = Vec::with_capacity(piece.len());
        for item in piece {
            served.push((item.index, Some(answer(item, self.ask(lane, item.question).await))));
        }
        served
    }

    /// Whether the error means that there is no Batch API, or none for this account. Remembered, except where it may be about
    /// this one call.
    fn has_no_batch(&self, error: &CallError) -> bool {
        let CallError::Refused(refusal) = error else { return false };
        let absent = classify::is_no_resource(error);
        if absent {
            self.inner.without_batch.store(true, Ordering::Relaxed);
        }
        // A refused batch has done nothing, so that single calls are safe.
        absent || matches!(refusal.told().status, 400 | 403)
    }

    /// What became of a request; `None` if it is to be sent again, because it was not carried out or is a read.
    fn settle(&self, item: &Item<'_>, served: Option<Result<Answered, CallError>>) -> Option<Served> {
        match served? {
            Err(error @ CallError::RateLimited { .. }) => {
                self.note_refusal(&error);
                None
            }
            Err(CallError::Busy { call, .. }) if !call.verb.is_write() => None,
            served => Some(answer(item, served)),
        }
    }
}

impl Course {
    /// What cannot be asked is settled before anything is sent.
    fn new(questions: &[Result<Question, CallError>]) -> Self {
        let settled = questions.iter().map(|it| it.as_ref().err().cloned().map(Err)).collect();
        Self { settled, answered: false, failed: None }
    }

    /// The requests that have to be sent.
    fn open<'a>(
        &self,
        requests: &'a [Request],
        questions: &'a [Result<Question, CallError>],
    ) -> Vec<Item<'a>> {
        let all = requests.iter().zip(questions).enumerate();
        all.filter(|(index, _)| self.settled[*index].is_none())
            .filter_map(|(index, (request, question))| {
                Some(Item { index, request, question: question.as_ref().ok()? })
            })
            .collect()
    }

    fn settle(&mut self, served: Vec<(usize, Option<Served>)>) {
        self.answered = true;
        for (index, served) in served {
            self.settled[index] = served;
        }
    }

    /// INVARIANT: whatever became of a call that failed, its requests are not sent again.
    fn fail(&mut self, piece: &[Item<'_>], error: &CallError) {
        for item in piece {
            self.settled[item.index] = Some(Err(error.clone().with_call(&item.question.call)));
        }
        if self.failed.is_none() || error.outcome() == Outcome::Unknown {
            self.failed = Some(error.clone());
        }
    }

    fn finish(self, questions: &[Result<Question, CallError>]) -> Result<Vec<Served>, CallError> {
        if let Some(error) = self.failed.filter(|_| !self.answered) {
            return Err(error);
        }
        let all = self.settled.into_iter().zip(questions);
        Ok(all.map(|(served, question)| served.unwrap_or_else(|| Err(later(question)))).collect())
    }
}

fn answer(item: &Item<'_>, answered: Result<Answered, CallError>) -> Served {
    let call = &item.question.call;
    match item.request {
        Request::Get { .. } => table::found(call, answered).map(Answer::Found),
        Request::Insert { .. } | Request::Update { .. } => table::written(call, answered?).map(Answer::Row),
        Request::Remove { .. } => table::removed(answered).map(Answer::Removed),
    }
}

/// The instance had no time for the request, again and again; it was not carried out.
fn later(question: &Result<Question, CallError>) -> CallError {
    match question {
        Ok(question) => CallError::RateLimited { call: question.call.clone(), retry_after: LATER },
        Err(error) => error.clone(),
    }
}

/// What a batch of these does.
fn verb(items: &[Item<'_>]) -> Verb {
    let writes = items.iter().any(|it| it.question.call.verb.is_write());
    if writes { Verb::BatchOfWrites } else { Verb::BatchOfReads }
}
