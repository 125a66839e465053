//! Bearer tokens: only a hash of the secret is kept, bound to a source or an administrator, and to scopes.

use crate::Store;
use crate::driver::{Row, Statement, Transaction};
use crate::encode::{corrupt, micros, opt_time, time};
use crate::error::{CommitError, StoreError};
use jiff::Timestamp;
use tenure_identity::id::{AdminName, SourceName};

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Holder {
    /// A source of claims, over SCIM.
    Source(SourceName),
    /// An administrator, over the admin API.
    Admin(AdminName),
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredToken {
    /// Public part, by which it is listed and revoked.
    pub id: String,
    /// Whom it speaks for.
    pub holder: Holder,
    /// SHA-256 of the secret, in hexadecimal.
    pub hash: String,
    /// What it may do, separated by blanks.
    pub scopes: String,
    /// When it was made.
    pub created: Timestamp,
    /// When it stops working, if ever.
    pub expires: Option<Timestamp>,
    /// When it was to stop working as it was made; a rotation brings the end forward.
    pub made_until: Option<Timestamp>,
    /// When it was taken back.
    pub revoked: Option<Timestamp>,
}

const COLUMNS: &str = "id, source, admin, hash, scopes, created_at, expires_at, revoked_at, made_until";

impl Store {
    /// Keeps a new token and, if it replaces another, lets that one expire at the given time.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn add_token(
        &self,
        token: &StoredToken,
        replaces: Option<(&str, Timestamp)>,
    ) -> Result<(), CommitError> {
        let insert = Statement::new(
            "insert into tokens (id, source, admin, hash, scopes, created_at, expires_at, made_until) \
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            [
                token.id.as_str().into(),
                token.holder.source().map(SourceName::as_str).into(),
                token.holder.admin().map(AdminName::as_str).into(),
                token.hash.as_str().into(),
                token.scopes.as_str().into(),
                micros(token.created).into(),
                token.expires.map(micros).into(),
                token.made_until.map(micros).into(),
            ],
        );
        let mut statements = vec![insert];
        if let Some((id, until)) = replaces {
            let params = [micros(until).into(), micros(until).into(), id.into()];
            statements.push(
                Statement::new(
                    "update tokens set expires_at = case when expires_at is null or expires_at > $1 then $2 \
                     else expires_at end where id = $3 and revoked_at is null",
                    params,
                )
                .must_touch_one(),
            );
        }
        self.database.commit(Transaction { statements, ..Transaction::default() }).await
    }

    /// Takes a token back. `Moved` if there is none of this id that works.
    ///
    /// # Errors
    /// If the database fails, or there is no such token.
    pub async fn revoke_token(&self, id: &str, now: Timestamp) -> Result<(), CommitError> {
        let sql = "update tokens set revoked_at = $1 where id = $2 and revoked_at is null";
        let statement = Statement::new(sql, [micros(now).into(), id.into()]).must_touch_one();
        self.database.commit(Transaction { statements: vec![statement], ..Transaction::default() }).await
    }

    /// The token of this hash, whether it still works or not.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn token_by_hash(&self, hash: &str) -> Result<Option<StoredToken>, StoreError> {
        let sql = format!("select {COLUMNS} from tokens where hash = $1");
        let rows = self.database.query(Statement::built(sql, vec![hash.into()])).await?;
        rows.into_iter().next().map(read).transpose()
    }

    /// Every token, oldest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn tokens(&self) -> Result<Vec<StoredToken>, StoreError> {
        let sql = format!("select {COLUMNS} from tokens order by created_at, id");
        let rows = self.database.query(Statement::built(sql, Vec::new())).await?;
        rows.into_iter().map(read).collect()
    }
}

impl Holder {
    /// The source, if it is one.
    pub fn source(&self) -> Option<&SourceName> {
        match self {
            Self::Source(name) => Some(name),
            Self::Admin(_) => None,
        }
    }

    /// The administrator, if it is one.
    pub fn admin(&self) -> Option<&AdminName> {
        match self {
            Self::Source(_) => None,
            Self::Admin(name) => Some(name),
        }
    }
}

fn read(mut row: Row) -> Result<StoredToken, StoreError> {
    let holder = match (row.opt_text(1)?, row.opt_text(2)?) {
        (Some(source), None) => Holder::Source(SourceName::new(source)),
        (None, Some(admin)) => Holder::Admin(AdminName::new(admin)),
        _ => return Err(corrupt("token")),
    };
    Ok(StoredToken {
        id: row.text(0)?,
        holder,
        hash: row.text(3)?,
        scopes: row.text(4)?,
        created: time(row.int(5)?)?,
        expires: opt_time(row.opt_int(6)?)?,
        revoked: opt_time(row.opt_int(7)?)?,
        made_until: opt_time(row.opt_int(8)?)?,
    })
}
