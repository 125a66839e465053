//! Bearer tokens: made, checked, rotated, revoked. A secret is shown once and kept as a hash; 256 random bits need no
//! slow hash.

use crate::error::Thing;
use crate::{Engine, EngineError};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tenure_identity::id::{AdminName, SourceName};
use tenure_store::tokens::{Holder, StoredToken};

/// What a source's token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read users, groups and discovery.
    Read,
    /// Make, change and end users and groups.
    Write,
}

/// What an administrator's token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AdminScope {
    /// Read people, claims, groups, events, cases and policies.
    Read,
    /// Decide cases, and take decisions back.
    Review,
    /// Apply policies.
    Policy,
    /// Have deliveries tried again, and link records of the target.
    Deliver,
    /// Make, list, rotate and revoke tokens, of every scope.
    Tokens,
}

/// A new token. The secret is nowhere else.
#[derive(Debug)]
pub struct NewToken {
    /// By which it is listed and revoked.
    pub id: String,
    /// What the IdP sends.
    pub secret: String,
    /// When it stops working.
    pub expires: Option<Timestamp>,
}

/// A token that works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its public id, which events name as the writer.
    pub id: String,
    /// Whom it speaks for, and what it may do.
    pub to: Grantee,
}

/// Whom a token speaks for, and what it may do. What a source may do and what an administrator may do have nothing in
/// common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grantee {
    /// A source, over SCIM.
    Source(SourceName, Vec<Scope>),
    /// An administrator, over the admin API.
    Admin(AdminName, Vec<AdminScope>),
}

impl Grantee {
    fn holder(&self) -> Holder {
        match self {
            Self::Source(name, _) => Holder::Source(name.clone()),
            Self::Admin(name, _) => Holder::Admin(name.clone()),
        }
    }

    /// The names of what it may do.
    pub fn scopes(&self) -> Vec<&'static str> {
        match self {
            Self::Source(_, scopes) => scopes.iter().map(|scope| scope.name()).collect(),
            Self::Admin(_, scopes) => scopes.iter().map(|scope| scope.name()).collect(),
        }
    }

    /// What a stored token grants; scopes that this version does not know grant nothing.
    fn of(token: &StoredToken) -> Self {
        let names = token.scopes.split_whitespace();
        match &token.holder {
            Holder::Source(name) => Self::Source(name.clone(), names.filter_map(Scope::by_name).collect()),
            Holder::Admin(name) => Self::Admin(name.clone(), names.filter_map(AdminScope::by_name).collect()),
        }
    }
}

impl AdminScope {
    /// Every scope.
    pub const ALL: [Self; 5] = [Self::Read, Self::Review, Self::Policy, Self::Deliver, Self::Tokens];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "admin:read",
            Self::Review => "admin:review",
            Self::Policy => "admin:policy",
            Self::Deliver => "admin:deliver",
            Self::Tokens => "admin:tokens",
        }
    }

    /// The scope of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

impl Scope {
    /// Every scope.
    pub const ALL: [Self; 2] = [Self::Read, Self::Write];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "scim:read",
            Self::Write => "scim:write",
        }
    }

    /// The scope of this name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }
}

/// How long a token that worked is taken to work still. One that is revoked stops at once where that is done, and on
/// every other node within this time; one that expires stops on time everywhere.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Secrets that are remembered at a time.
const MEMORY: usize = 1024;

/// Tokens that worked a moment ago, so that not every request reads them.
#[derive(Debug, Default)]
pub struct TokenMemory(Mutex<HashMap<Digested, Remembered>>);

type Digested = [u8; 32];

#[derive(Debug)]
struct Remembered {
    grant: Grant,
    expires: Option<Timestamp>,
    since: Instant,
}

impl Engine {
    /// Makes a token for a source.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn create_token(
        &self,
        source: &SourceName,
        scopes: &[Scope],
        lifetime: Option<SignedDuration>,
    ) -> Result<NewToken, EngineError> {
        self.add_token(&Grantee::Source(source.clone(), scopes.to_vec()), lifetime, None).await
    }

    /// Makes a token for an administrator.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn create_admin_token(
        &self,
        name: &AdminName,
        scopes: &[AdminScope],
        lifetime: Option<SignedDuration>,
    ) -> Result<NewToken, EngineError> {
        self.add_token(&Grantee::Admin(name.clone(), scopes.to_vec()), lifetime, None).await
    }

    /// Makes a token like this one and lets the old one expire after the overlap. Without a lifetime, the new one works for
    /// as long as the old one was to work.
    ///
    /// # Errors
    /// If there is no such token that works, or the store fails.
    pub async fn rotate_token(
        &self,
        id: &str,
        lifetime: Option<SignedDuration>,
        overlap: SignedDuration,
    ) -> Result<NewToken, EngineError> {
        let (old, now) = (self.token(id).await?, self.clock.now());
        // A secret that has lapsed proves nothing any more; it must not bring forth one that works.
        if !works(&old, now) {
            return Err(EngineError::no_such(Thing::Token, id));
        }
        let until = now.checked_add(overlap).unwrap_or(Timestamp::MAX);
        let lifetime = lifetime.or_else(|| old.made_until.map(|until| until.duration_since(old.created)));
        let new = self.add_token(&Grantee::of(&old), lifetime, Some((id, until))).await?;
        self.remembered.forget(id);
        Ok(new)
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// If there is no such token, or the store fails.
    pub async fn revoke_token(&self, id: &str) -> Result<(), EngineError> {
        self.token(id).await?;
        self.store.revoke_token(id, self.clock.now()).await?;
        self.remembered.forget(id);
        Ok(())
    }

    /// Every token, without secrets.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn tokens(&self) -> Result<Vec<StoredToken>, EngineError> {
        Ok(self.store.tokens().await?)
    }

    /// What this secret grants, if anything.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn authenticate(&self, secret: &str) -> Result<Option<Grant>, EngineError> {
        let (digest, now): (Digested, _) = (Sha256::digest(secret).into(), self.clock.now());
        if let Some(grant) = self.remembered.recall(&digest, now) {
            return Ok(Some(grant));
        }
        let hash = hex(&digest);
        let Some(token) = self.store.token_by_hash(&hash).await? else { return Ok(None) };
        let same: bool = token.hash.as_bytes().ct_eq(hash.as_bytes()).into();
        if !same || !works(&token, now) {
            return Ok(None);
        }
        let grant = Grant { to: Grantee::of(&token), id: token.id };
        self.remembered.remember(digest, &grant, token.expires);
        Ok(Some(grant))
    }

    async fn token(&self, id: &str) -> Result<StoredToken, EngineError> {
        let token = self.tokens().await?.into_iter().find(|token| token.id == id && token.revoked.is_none());
        token.ok_or_else(|| EngineError::no_such(Thing::Token, id))
    }

    async fn add_token(
        &self,
        grantee: &Grantee,
        lifetime: Option<SignedDuration>,
        replaces: Option<(&str, Timestamp)>,
    ) -> Result<NewToken, EngineError> {
        let (id, secret) = (format!("tok_{}", random_text(8)), format!("tenure_{}", random_text(32)));
        let now = self.clock.now();
        let expires = lifetime.map(|lifetime| now.checked_add(lifetime).unwrap_or(Timestamp::MAX));
        let token = StoredToken {
            id: id.clone(),
            holder: grantee.holder(),
            hash: hash(&secret),
            scopes: grantee.scopes().join(" "),
            created: now,
            expires,
            made_until: expires,
            revoked: None,
        };
        self.store.add_token(&token, replaces).await?;
        Ok(NewToken { id, secret, expires })
    }
}

impl TokenMemory {
    fn recall(&self, hash: &Digested, now: Timestamp) -> Option<Grant> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = memory.get(hash)?;
        let works = known.since.elapsed() < REMEMBERED && known.expires.is_none_or(|expires| now < expires);
        works.then(|| known.grant.clone())
    }

    fn remember(&self, hash: Digested, grant: &Grant, expires: Option<Timestamp>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= MEMORY {
            memory.clear();
        }
        memory.insert(hash, Remembered { grant: grant.clone(), expires, since: Instant::now() });
    }

    fn forget(&self, id: &str) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.retain(|_, known| known.grant.id != id);
    }
}

/// Whether a token works at this time.
pub fn works(token: &StoredToken, now: Timestamp) -> bool {
    token.revoked.is_none() && token.expires.is_none_or(|expires| now < expires)
}

fn hash(secret: &str) -> String {
    hex(&Sha256::digest(secret))
}

fn random_text(bytes: usize) -> String {
    let mut buffer = vec![0; bytes];
    getrandom::fill(&mut buffer).expect("the operating system gives random bytes");
    hex(&buffer)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
