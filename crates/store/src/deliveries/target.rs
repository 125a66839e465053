//! Which target deliveries are about. Links, and what is known of records, hold for one instance only: with another one
//! everybody begins anew, and the links of the one before are kept for the case that it is the target again.

use crate::Store;
use crate::driver::{Statement, Transaction};
use crate::encode::micros;
use crate::error::{CommitError, StoreError};
use crate::write::{EVERY_GROUP, EVERYBODY, NOT_MARKED};
use jiff::Timestamp;

/// What decides whether what is known of a target still holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Aim {
    /// The target's address.
    pub url: String,
    /// The column of the stable key.
    pub key: String,
    /// Which groups are brought there.
    pub groups: String,
}

/// What follows from meeting a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Met {
    /// It is as it was.
    AsBefore,
    /// Something changed that nobody was marked for; everybody is marked.
    Missed,
    /// Other groups are brought there than before; everybody is marked.
    OtherGroups,
    /// Stable keys are in another column; everybody is marked, and every link is doubted.
    OtherKey,
    /// It is another instance than this one; everybody begins anew.
    OtherInstance(String),
}

/// What the worker of a target finds out while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// Nothing.
    Nothing,
    /// Something changed that nobody was marked for; everybody is marked now.
    Marked,
    /// The target is this instance now; whoever delivers to another one may not go on.
    Displaced(String),
}

const READ: &str =
    "select url, key_column, groups, coalesce((select value from counters where name = $1), 0) from target";

const AIM: &str = "update target set url = $1, key_column = $2, groups = $3 where url = $4 and key_column = $5 and groups = $6";

const KEEP: &str = "insert into other_links (target, subject, sys_id, linked_at, known) \
     select url, subject, sys_id, linked_at, known from deliveries, target where sys_id is not null and url <> '' \
     on conflict (target, subject) do update set sys_id = excluded.sys_id, linked_at = excluded.linked_at, \
     known = excluded.known";

/// Whoever is at work for the instance before finds that they are another's.
const BEGIN_ANEW: &str = "update deliveries set sys_id = null, linked_at = null, known = null, doubted = 0, anew = 0, \
     lease = null, attempts = 0, outcome = 'waiting', reason = null, delivered_at = null, mark = mark + 1, \
     marked_at = $1, due_at = $2";

/// What was there then may have changed since.
const GO_ON: &str = "update deliveries set sys_id = other_links.sys_id, linked_at = other_links.linked_at, \
     known = other_links.known, doubted = 1 from other_links \
     where other_links.target = $1 and other_links.subject = deliveries.subject";

const KEPT: &str = "delete from other_links where target = $1";

/// Their steps name rows of the instance before.
const SET_ASIDE: &str = "update handovers set due_at = null, lease = null, \
     reason = 'the target is another instance now; it is gone on with when this one is the target again' \
     where due_at is not null";

const TAKE_UP: &str = "update handovers set due_at = $1, reason = null \
     where target = $2 and due_at is null and state in ('planned', 'running', 'refused', 'undoing')";

/// Of two who have read the same number, one takes it away.
const NOT_MISSED: &str = "update counters set value = value - $1 where name = $2 and value >= $3";

const DOUBT_ALL: &str = "update deliveries set doubted = 1 where sys_id is not null";

impl Store {
    /// Makes this the target. What changed while there was none, or is another's, has everybody marked, in the same commit.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if another node did so at the same moment; also if the database fails.
    pub async fn meet_target(&self, aim: &Aim, now: Timestamp) -> Result<Met, CommitError> {
        let (before, missed) = self.aim().await?;
        let met = compare(&before, aim, missed);
        let mut statements = Vec::new();
        match &met {
            Met::OtherInstance(_) => statements.extend(another_instance(aim, now)),
            Met::OtherKey => statements.push(Statement::new(DOUBT_ALL, [])),
            Met::AsBefore | Met::Missed | Met::OtherGroups => {}
        }
        if before != *aim {
            // After what reads the address before.
            statements.push(aimed(&before, aim));
        }
        if met == Met::AsBefore {
            self.write(statements).await?;
        } else {
            self.mark_all(statements, missed, now).await?;
        }
        Ok(met)
    }

    /// Marks everybody if something changed that nobody was marked for, as long as this is the target.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_what_was_missed(&self, url: &str, now: Timestamp) -> Result<Missed, CommitError> {
        let (aim, missed) = self.aim().await?;
        if aim.url != url {
            return Ok(Missed::Displaced(aim.url));
        }
        if missed == 0 {
            return Ok(Missed::Nothing);
        }
        match self.mark_all(Vec::new(), missed, now).await {
            // Another node was quicker, and has marked them.
            Ok(()) | Err(CommitError::Moved) => Ok(Missed::Marked),
            Err(error) => Err(error),
        }
    }

    /// Marks every group and everybody.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn mark_everybody(&self, now: Timestamp) -> Result<(), CommitError> {
        let (_, missed) = self.aim().await?;
        match self.mark_all(Vec::new(), missed, now).await {
            Err(CommitError::Moved) => self.mark_all(Vec::new(), 0, now).await,
            marked => marked,
        }
    }

    /// Counts something that concerns everybody, so that they are marked by whoever delivers.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn miss_everybody(&self) -> Result<(), CommitError> {
        let counters = [(NOT_MARKED.to_owned(), 1)].into();
        self.database.commit(Transaction { statements: Vec::new(), counters }).await
    }

    /// Whether somebody had a record in an instance that was the target before.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn had_record_elsewhere(&self, who: &str) -> Result<bool, StoreError> {
        let sql = "select count(*) from other_links, target \
             where other_links.subject = $1 and other_links.target <> target.url";
        let rows = self.database.query(Statement::new(sql, [who.into()])).await?;
        rows.first().map_or(Ok(false), |row| row.flag(0))
    }

    /// The target that was met last, and how often something changed since that nobody was marked for.
    async fn aim(&self) -> Result<(Aim, i64), StoreError> {
        let mut rows = self.database.query(Statement::new(READ, [NOT_MARKED.into()])).await?;
        let Some(row) = rows.first_mut() else { return Ok(Default::default()) };
        let missed = row.int(3)?;
        Ok((Aim { url: row.text(0)?, key: row.text(1)?, groups: row.text(2)? }, missed))
    }

    /// Marks every group and everybody, together with these; what was missed until it was read is not missed any more.
    /// [`CommitError::Moved`] if another node has done so meanwhile.
    async fn mark_all(
        &self,
        mut statements: Vec<Statement>,
        missed: i64,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let all = |sql: &'static str| Statement::new(sql, [micros(now).into(), micros(now).into()]);
        statements.extend([all(EVERY_GROUP.as_str()), all(EVERYBODY.as_str())]);
        if missed > 0 {
            let params = [missed.into(), NOT_MARKED.into(), missed.into()];
            statements.push(Statement::new(NOT_MISSED, params).must_touch_one());
        }
        self.write(statements).await
    }
}

/// What was kept before keys and groups were is taken for what is configured now: nothing tells otherwise.
fn compare(before: &Aim, now: &Aim, missed: i64) -> Met {
    if before.url != now.url {
        Met::OtherInstance(before.url.clone())
    } else if before.key != now.key && !before.key.is_empty() {
        Met::OtherKey
    } else if before.groups != now.groups && !before.groups.is_empty() {
        Met::OtherGroups
    } else if missed > 0 {
        Met::Missed
    } else {
        Met::AsBefore
    }
}

fn another_instance(aim: &Aim, now: Timestamp) -> [Statement; 6] {
    let (now, url) = (micros(now), aim.url.as_str());
    [
        Statement::new(KEEP, []),
        Statement::new(BEGIN_ANEW, [now.into(), now.into()]),
        Statement::new(GO_ON, [url.into()]),
        Statement::new(KEPT, [url.into()]),
        Statement::new(SET_ASIDE, []),
        Statement::new(TAKE_UP, [now.into(), url.into()]),
    ]
}

/// Refused if another node was quicker.
fn aimed(before: &Aim, aim: &Aim) -> Statement {
    let texts = [&aim.url, &aim.key, &aim.groups, &before.url, &before.key, &before.groups];
    Statement::new(AIM, texts.map(|text| text.as_str().into())).must_touch_one()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aim(url: &str, key: &str, groups: &str) -> Aim {
        Aim { url: url.to_owned(), key: key.to_owned(), groups: groups.to_owned() }
    }

    #[test]
    fn what_differs_most_decides() {
        let now = aim("b", "k", "create");
        assert_eq!(compare(&now, &now, 0), Met::AsBefore);
        assert_eq!(compare(&now, &now, 1), Met::Missed);
        assert_eq!(compare(&aim("b", "k", "none"), &now, 1), Met::OtherGroups);
        assert_eq!(compare(&aim("b", "l", "none"), &now, 0), Met::OtherKey);
        assert_eq!(compare(&aim("a", "l", "none"), &now, 0), Met::OtherInstance("a".to_owned()));
        assert_eq!(compare(&aim("b", "", ""), &now, 0), Met::AsBefore, "kept before they were known");
    }
}
