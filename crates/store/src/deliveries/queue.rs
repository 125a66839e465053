//! The queue: who is due, leavers first, and who works on them.

use super::{State, kind, state, subject};
use crate::Store;
use crate::driver::{Row, Statement, Transaction};
use crate::encode::{known, micros, opt_time, texts, time};
use crate::error::{CommitError, StoreError};
use crate::write::{MARK, due_now};
use jiff::Timestamp;
use std::collections::HashSet;
use tenure_identity::event::Subject;
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Known;

/// Ranks, from the first.
const RANKS: [i64; 3] = [0, 1, 2];

/// Whom to take.
#[derive(Debug, Clone)]
pub struct Take<'a> {
    /// A name that nobody has used: who works on them from now on.
    pub lease: &'a str,
    /// The time.
    pub now: Timestamp,
    /// Until when nobody else may take them.
    pub until: Timestamp,
    /// Only leavers.
    pub leavers_only: bool,
    /// At most so many.
    pub limit: u32,
    /// The target's address: nobody is taken for one that another has taken the place of.
    pub target: &'a str,
}

/// Somebody who was taken, and what is known of their record.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Who.
    pub subject: Subject,
    /// The mark as it was read; if it has moved at the end, they are due again.
    pub mark: i64,
    /// Failures in a row.
    pub attempts: u32,
    /// Somebody else began and did not end, or ids mean other things now: what is known of the target may be wrong.
    pub unfinished: bool,
    /// Their record in the target.
    pub record: Option<SysId>,
    /// What the target showed last.
    pub known: Option<Known>,
    /// Since when they wait.
    pub marked: Timestamp,
    /// When the target was last right.
    pub delivered: Option<Timestamp>,
    /// The user name that somebody else needs, if they are a leaver.
    pub yields: Option<String>,
    /// What came of the last try.
    pub state: State,
    /// Why.
    pub reason: Option<String>,
    /// Somebody asked for this try: nothing is parked any more, and what stood in the way may have been changed in the target.
    pub anew: bool,
}

impl Store {
    /// Takes those who are due, leavers first.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn take_deliveries(&self, take: Take<'_>) -> Result<Vec<Taken>, CommitError> {
        let mut due = Vec::new();
        for rank in RANKS.into_iter().take(if take.leavers_only { 1 } else { RANKS.len() }) {
            let limit = i64::from(take.limit) - i64::try_from(due.len()).unwrap_or(i64::MAX);
            if limit > 0 {
                due.extend(self.due_deliveries(rank, take.now, limit).await?);
            }
        }
        self.take(&due, &take).await
    }

    /// Takes this one, if they are due or marked and nobody works on them.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn take_delivery(&self, who: &Subject, take: Take<'_>) -> Result<Option<Taken>, CommitError> {
        let one = vec![(who.as_str().to_owned(), false)];
        Ok(self.take(&one, &take).await?.pop())
    }

    async fn due_deliveries(
        &self,
        rank: i64,
        now: Timestamp,
        limit: i64,
    ) -> Result<Vec<(String, bool)>, StoreError> {
        let statement = Statement::new(
            "select subject, lease from deliveries where mark > 0 and rank = $1 and due_at <= $2 \
             order by due_at limit $3",
            [rank.into(), micros(now).into(), limit.into()],
        );
        let mut rows = self.database.query(statement).await?;
        rows.iter_mut().map(|row| Ok((row.text(0)?, row.opt_text(1)?.is_some()))).collect()
    }

    async fn take(&self, due: &[(String, bool)], take: &Take<'_>) -> Result<Vec<Taken>, CommitError> {
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<_> = due.iter().map(|(id, _)| id.clone()).collect();
        let sql = format!(
            "update deliveries set lease = $1, due_at = $2 where mark > 0 and due_at <= $3 and subject in {} \
             and not exists (select 1 from target where url <> '' and url <> $5)",
            self.database.dialect().array_elements(4)
        );
        let (until, now) = (micros(take.until), micros(take.now));
        let params =
            vec![take.lease.into(), until.into(), now.into(), texts(&ids).into(), take.target.into()];
        self.write(vec![Statement::built(sql, params)]).await?;
        let unfinished: HashSet<_> =
            due.iter().filter(|(_, left)| *left).map(|(id, _)| id.as_str()).collect();
        let taken = Statement::new(
            "select subject, kind, mark, attempts, sys_id, known, marked_at, doubted, yields, outcome, reason, anew, \
             delivered_at from deliveries where lease = $1 order by rank, marked_at",
            [take.lease.into()],
        );
        let rows = self.database.query(taken).await?;
        let taken = rows.into_iter().map(|row| read(row, &unfinished));
        Ok(taken.collect::<Result<Vec<_>, _>>()?)
    }

    /// Those who are worked on stay so until this time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn extend_leases(&self, leases: &[String], until: Timestamp) -> Result<(), CommitError> {
        let sql = format!(
            "update deliveries set due_at = $1 where lease is not null and lease in {}",
            self.database.dialect().array_elements(2)
        );
        self.write(vec![Statement::built(sql, vec![micros(until).into(), texts(leases).into()])]).await
    }

    /// Everything that is under a lease is due now: no other node can be at work. It stays known that somebody began.
    /// What only one node may make at a time can be made from `settled` on, when whatever was sent before has arrived.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn break_leases(&self, now: Timestamp, settled: Timestamp) -> Result<(), CommitError> {
        let due = "update deliveries set due_at = $1 where lease is not null";
        let make = "update leases set until_at = $1 where until_at > $2";
        let settled = micros(settled);
        let statements = vec![
            Statement::new(due, [micros(now).into()]),
            Statement::new(make, [settled.into(), settled.into()]),
        ];
        self.write(statements).await
    }

    /// Marks one, whatever is known of them.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_delivery(&self, who: &Subject, now: Timestamp) -> Result<(), CommitError> {
        let rank = 1 + i64::from(kind(who) == 0);
        let params =
            vec![who.as_str().into(), kind(who).into(), rank.into(), micros(now).into(), micros(now).into()];
        self.write(vec![Statement { sql: MARK.as_str().into(), params, must_touch: None }]).await
    }

    /// Marks one, who is a leaver and whose record is to give up a user name that somebody else has now.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn yield_user_name(
        &self,
        who: &Subject,
        user_name: &str,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let sql = format!(
            "update deliveries set yields = $1, mark = mark + 1, marked_at = $2, {} where subject = $4",
            due_now(3)
        );
        let now = micros(now);
        let params = vec![user_name.into(), now.into(), now.into(), who.as_str().into()];
        self.write(vec![Statement::built(sql, params)]).await
    }

    pub(crate) async fn write(&self, statements: Vec<Statement>) -> Result<(), CommitError> {
        self.database.commit(Transaction { statements, ..Transaction::default() }).await
    }
}

fn read(mut row: Row, unfinished: &HashSet<&str>) -> Result<Taken, StoreError> {
    let id = row.text(0)?;
    let left = unfinished.contains(id.as_str()) || row.flag(7)?;
    let mut known = row.opt_text(5)?.map(|text| known(&text)).transpose()?;
    let anew = row.flag(11)?;
    let is_group = row.int(1)? != 0;
    if let Some(known) = known.as_mut().filter(|_| anew) {
        known.parked.clear();
        // Nobody else would notice that a group is not there any more.
        if is_group {
            known.forget();
        }
    }
    Ok(Taken {
        subject: subject(row.int(1)?, id),
        mark: row.int(2)?,
        attempts: u32::try_from(row.int(3)?).unwrap_or(u32::MAX),
        unfinished: left,
        record: row.opt_text(4)?.map(SysId::new),
        known,
        marked: time(row.int(6)?)?,
        delivered: opt_time(row.opt_int(12)?)?,
        yields: row.opt_text(8)?,
        state: state(&row.text(9)?)?,
        reason: row.opt_text(10)?,
        anew,
    })
}
