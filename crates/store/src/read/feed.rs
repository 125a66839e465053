//! The feed: the events of everybody in the order of their numbers, for whoever follows along.
//!
//! On PostgreSQL a number is given before the commit, so that a later one can be seen earlier. Whoever has read up to a
//! number must not miss what comes into a gap below it; so the feed ends before a gap as long as it is fresh.

use super::timeline;
use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::micros;
use crate::error::StoreError;
use jiff::Timestamp;
use tenure_identity::event::{Event, EventKind, Subject};
use tenure_identity::id::{GroupId, PersonId};

/// Events that one page looks at, where only some are wanted.
const WINDOW: i64 = 5_000;

/// One page of the feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedPage {
    /// Events with their numbers.
    pub events: Vec<(i64, Event)>,
    /// The number after which the next page begins. It moves on also where no event is of the wanted kind.
    pub next: i64,
    /// Whether there is more already.
    pub more: bool,
}

/// What a page of the feed should hold.
#[derive(Debug, Clone, Copy)]
pub struct FeedQuery {
    /// Events with greater numbers than this.
    pub after: i64,
    /// Only those of this kind.
    pub kind: Option<EventKind>,
    /// At most so many.
    pub limit: u32,
    /// Gaps before events from this time on may still be filled.
    pub settled_until: Timestamp,
}

impl Store {
    /// One page of the feed.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn feed(&self, query: &FeedQuery) -> Result<FeedPage, StoreError> {
        let window = query.kind.map_or_else(|| i64::from(query.limit), |_| WINDOW);
        let numbers = Statement::new(
            "select seq, at from events where seq > $1 order by seq limit $2",
            [query.after.into(), window.into()],
        );
        let numbers = self.database.query(numbers).await?;
        let Some(horizon) = horizon(query, &numbers)? else {
            return Ok(FeedPage { events: Vec::new(), next: query.after, more: false });
        };
        let rows = self.database.query(events(query, horizon)).await?;
        let events = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let full = events.len() == query.limit as usize;
        let next = events.last().filter(|_| full).map_or(horizon, |(seq, _)| *seq);
        Ok(FeedPage { events, next, more: full || numbers.len() as i64 == window })
    }
}

/// The last number that can be read without missing anything.
fn horizon(query: &FeedQuery, numbers: &[Row]) -> Result<Option<i64>, StoreError> {
    let (mut last, mut found) = (query.after, None);
    for row in numbers {
        let (seq, at) = (row.int(0)?, row.int(1)?);
        if seq != last + 1 && at >= micros(query.settled_until) {
            break;
        }
        (last, found) = (seq, Some(seq));
    }
    Ok(found)
}

fn events(query: &FeedQuery, horizon: i64) -> Statement {
    let mut params = vec![query.after.into(), horizon.into()];
    let mut of_kind = "";
    if let Some(kind) = query.kind {
        params.push(kind.label().into());
        of_kind = "and e.kind = $3";
    }
    params.push(i64::from(query.limit).into());
    let last = params.len();
    let sql = format!(
        "select e.at, e.kind, e.source, e.writer, e.request, e.note, e.decisions, e.seq, e.subject, \
         (select count(*) from groups as g where g.id = e.subject) \
         from events as e where e.seq > $1 and e.seq <= $2 {of_kind} order by e.seq limit ${last}"
    );
    Statement::built(sql, params)
}

fn read(mut row: Row) -> Result<(i64, Event), StoreError> {
    let (seq, id, is_group) = (row.int(7)?, row.text(8)?, row.flag(9)?);
    let subject =
        if is_group { Subject::Group(GroupId::new(id)) } else { Subject::Person(PersonId::new(id)) };
    Ok((seq, timeline::read(row, &subject)?))
}
