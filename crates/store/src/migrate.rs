//! Migrations: numbered, embedded, forward only, each in one transaction under a lock, so that several nodes may start
//! at once. What was applied is remembered with its checksum.

use crate::driver::{Dialect, statement_error};
use crate::error::StoreError;
use rusqlite::{Connection, TransactionBehavior};
use sha2::{Digest, Sha256};
use tokio_postgres::Client;

struct Migration {
    version: i64,
    text: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, text: include_str!("migrations/0001_main.sql") },
    Migration { version: 2, text: include_str!("migrations/0002_admin.sql") },
    Migration { version: 3, text: include_str!("migrations/0003_policy.sql") },
    Migration { version: 4, text: include_str!("migrations/0004_deliveries.sql") },
    Migration { version: 5, text: include_str!("migrations/0005_limits.sql") },
    Migration { version: 6, text: include_str!("migrations/0006_handovers.sql") },
    Migration { version: 7, text: include_str!("migrations/0007_onboarding.sql") },
    Migration { version: 8, text: include_str!("migrations/0008_user_names.sql") },
    Migration { version: 9, text: include_str!("migrations/0009_target.sql") },
    Migration { version: 10, text: include_str!("migrations/0010_handover_wishes.sql") },
    Migration { version: 11, text: include_str!("migrations/0011_onboarding.sql") },
    Migration { version: 12, text: include_str!("migrations/0012_reports.sql") },
    Migration { version: 13, text: include_str!("migrations/0013_tokens.sql") },
];

const BOOK: &str =
    "create table if not exists migrations (version bigint primary key, checksum text not null)";
const APPLIED: &str = "select version, checksum from migrations order by version";
const RECORD: &str = "insert into migrations (version, checksum) values ($1, $2)";
/// SQLite plans with these figures; PostgreSQL gathers its own.
const SQLITE_STATISTICS: &str = include_str!("migrations/sqlite_statistics.sql");
/// Any number that no other program on the same database uses for its advisory locks.
const LOCK: i64 = 0x7465_6e75_7265;

impl Migration {
    fn sql(&self, dialect: Dialect) -> String {
        self.text
            .replace("{text}", dialect.text())
            .replace("{sequence}", dialect.sequence())
            .replace("{clustered}", dialect.clustered())
    }

    fn checksum(&self) -> String {
        Sha256::digest(self.text).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// What has still to be applied.
fn pending(applied: &[(i64, String)]) -> Result<Vec<&'static Migration>, StoreError> {
    let known = MIGRATIONS.last().map_or(0, |migration| migration.version);
    for (version, checksum) in applied {
        let Some(migration) = MIGRATIONS.iter().find(|migration| migration.version == *version) else {
            return Err(StoreError::FromTheFuture { found: *version, known });
        };
        if migration.checksum() != *checksum {
            return Err(StoreError::ForeignMigration(*version));
        }
    }
    let done = |migration: &&Migration| applied.iter().any(|(version, _)| *version == migration.version);
    Ok(MIGRATIONS.iter().filter(|migration| !done(migration)).collect())
}

fn failed(error: rusqlite::Error) -> StoreError {
    StoreError::Statement(error.into())
}

/// Brings a SQLite database up to date; the write lock of the transaction keeps others out.
pub(crate) fn sqlite(connection: &mut Connection) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    transaction.execute_batch(BOOK).map_err(failed)?;
    let applied: Vec<(i64, String)> = {
        let mut statement = transaction.prepare(APPLIED).map_err(failed)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        rows.collect::<Result<_, _>>().map_err(failed)?
    };
    let pending = pending(&applied)?;
    for migration in &pending {
        transaction.execute_batch(&migration.sql(Dialect::Sqlite)).map_err(failed)?;
        transaction.execute(RECORD, (migration.version, migration.checksum())).map_err(failed)?;
    }
    if !pending.is_empty() {
        transaction.execute_batch(SQLITE_STATISTICS).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Brings a PostgreSQL database up to date under an advisory lock.
pub(crate) async fn postgres(client: &mut Client) -> Result<(), StoreError> {
    let transaction = client.transaction().await.map_err(statement_error)?;
    transaction.execute("select pg_advisory_xact_lock($1)", &[&LOCK]).await.map_err(statement_error)?;
    transaction.batch_execute(BOOK).await.map_err(statement_error)?;
    let rows = transaction.query(APPLIED, &[]).await.map_err(statement_error)?;
    let applied: Vec<_> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for migration in pending(&applied)? {
        transaction.batch_execute(&migration.sql(Dialect::Postgres)).await.map_err(statement_error)?;
        transaction
            .execute(RECORD, &[&migration.version, &migration.checksum()])
            .await
            .map_err(statement_error)?;
    }
    transaction.commit().await.map_err(statement_error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gaps() {
        assert!(MIGRATIONS.iter().zip(1..).all(|(migration, number)| migration.version == number));
    }

    #[test]
    fn an_unknown_or_changed_migration_is_refused() {
        assert!(matches!(pending(&[(99, String::new())]), Err(StoreError::FromTheFuture { found: 99, .. })));
        assert!(matches!(pending(&[(1, "changed".into())]), Err(StoreError::ForeignMigration(1))));
        assert_eq!(pending(&[]).unwrap().len(), MIGRATIONS.len());
        assert!(pending(&[(1, MIGRATIONS[0].checksum())]).unwrap().len() < MIGRATIONS.len());
    }

    #[test]
    fn whoever_has_access_before_limits_is_counted() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(BOOK).unwrap();
        for migration in &MIGRATIONS[..3] {
            connection.execute_batch(&migration.sql(Dialect::Sqlite)).unwrap();
            connection.execute(RECORD, (migration.version, migration.checksum())).unwrap();
        }
        let people = "insert into persons (id, version, active, created_at, record, login_shared, employee_shared, provisioned) \
             values ('a', 1, 1, 0, '{}', 0, 0, 1), ('b', 1, 0, 0, '{}', 0, 0, 1), ('c', 1, 0, 0, '{}', 0, 0, 0)";
        connection.execute_batch(people).unwrap();
        sqlite(&mut connection).unwrap();
        let active = "select value from counters where name = 'people:active'";
        assert_eq!(connection.query_row(active, [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    }

    #[test]
    fn what_was_handed_over_before_stands_so_since_its_end() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(BOOK).unwrap();
        for migration in &MIGRATIONS[..11] {
            connection.execute_batch(&migration.sql(Dialect::Sqlite)).unwrap();
            connection.execute(RECORD, (migration.version, migration.checksum())).unwrap();
        }
        let kept = "insert into handovers (person, left_at, sys_id, state, started_at, ended_at) \
             values ('p', 1, 'r', 'done', 2, 9), ('q', 1, 's', 'running', 3, null); \
             insert into handover_steps (person, left_at, ordinal, kind, table_name, sys_id, label, fields, former, why, state) \
             select person, 1, place, 'report', 'sys_user', 'x', 'x', '{}', '{}', 'why', label from handovers, \
             (select 1 place, 'done' label union all select 2, 'undone' union all select 3, 'waiting')";
        connection.execute_batch(kept).unwrap();
        sqlite(&mut connection).unwrap();
        let since = "select group_concat(person || ' ' || state || ' ' || coalesce(stands_since, '-'), ', ') from \
             (select * from handover_steps order by person, state)";
        let since: String = connection.query_row(since, [], |row| row.get(0)).unwrap();
        assert_eq!(since, "p done 9, p undone 9, p waiting -, q done 3, q undone 3, q waiting -");
    }

    #[test]
    fn what_was_kept_before_a_migration_stays() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(BOOK).unwrap();
        connection.execute_batch(&MIGRATIONS[0].sql(Dialect::Sqlite)).unwrap();
        connection.execute(RECORD, (1, MIGRATIONS[0].checksum())).unwrap();
        let kept = "insert into tokens values ('t1', 'okta', 'hash', 'scim:read', 1, null, 2); \
             insert into cases values ('c1', 'email-match', 'okta', 'x', 1, '{}', '[]', '[]', 1, 'link', 'p', 'ada', 7); \
             insert into cases values ('c2', 'email-match', 'okta', 'y', 1, '{}', '[]', '[]', 1, 'reject', null, 'ada', 8)";
        connection.execute_batch(kept).unwrap();
        sqlite(&mut connection).unwrap();
        let one = |sql: &str| -> Option<String> { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(one("select source || scopes || revoked_at from tokens").unwrap(), "oktascim:read2");
        assert_eq!(one("select cast(used_at as text) from cases where id = 'c1'").unwrap(), "7");
        assert_eq!(one("select cast(used_at as text) from cases where id = 'c2'"), None);
    }
}
