//! Bearer tokens: made, checked, rotated, revoked. A secret is shown once and kept as a hash; 256 random bits need no
//! slow hash.

use crate::{Engine, EngineError};
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use subtle::ConstantTimeEq;
use tenure_identity::id::SourceName;
use tenure_store::tokens::StoredToken;

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Read users, groups and discovery.
    Read,
    /// Make, change and end users and groups.
    Write,
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
    /// The source that it speaks for.
    pub source: SourceName,
    /// What it may do.
    pub scopes: Vec<Scope>,
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

/// How long a token that worked is taken to work still. A revoked one stops everywhere within this time.
const REMEMBERED: Duration = Duration::from_secs(2);
/// Secrets that are remembered at a time.
const MEMORY: usize = 1024;

/// Tokens that worked a moment ago, so that not every request reads them.
#[derive(Debug, Default)]
pub struct TokenMemory(Mutex<HashMap<Digested, (Grant, Instant)>>);

type Digested = [u8; 32];

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
        self.add_token(source, scopes, lifetime, None).await
    }

    /// Makes a token like this one and lets the old one expire after the overlap.
    ///
    /// # Errors
    /// If there is no such token, or the store fails.
    pub async fn rotate_token(
        &self,
        id: &str,
        lifetime: Option<SignedDuration>,
        overlap: SignedDuration,
    ) -> Result<NewToken, EngineError> {
        let old = self.token(id).await?;
        let until = self.clock.now().checked_add(overlap).unwrap_or(Timestamp::MAX);
        self.add_token(&old.source, &scopes(&old.scopes), lifetime, Some((id, until))).await
    }

    /// Takes a token back.
    ///
    /// # Errors
    /// If there is no such token, or the store fails.
    pub async fn revoke_token(&self, id: &str) -> Result<(), EngineError> {
        self.token(id).await?;
        Ok(self.store.revoke_token(id, self.clock.now()).await?)
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
        let digest: Digested = Sha256::digest(secret).into();
        if let Some(grant) = self.remembered.recall(&digest) {
            return Ok(Some(grant));
        }
        let hash = hex(&digest);
        let Some(token) = self.store.token_by_hash(&hash).await? else { return Ok(None) };
        let same: bool = token.hash.as_bytes().ct_eq(hash.as_bytes()).into();
        if !same || !works(&token, self.clock.now()) {
            return Ok(None);
        }
        let grant = Grant { scopes: scopes(&token.scopes), id: token.id, source: token.source };
        self.remembered.remember(digest, &grant);
        Ok(Some(grant))
    }

    async fn token(&self, id: &str) -> Result<StoredToken, EngineError> {
        let token = self.tokens().await?.into_iter().find(|token| token.id == id && token.revoked.is_none());
        let help = || format!("there is no token `{id}` that works; `tenure token list` shows them");
        token.ok_or_else(|| EngineError::Review(help()))
    }

    async fn add_token(
        &self,
        source: &SourceName,
        scopes: &[Scope],
        lifetime: Option<SignedDuration>,
        replaces: Option<(&str, Timestamp)>,
    ) -> Result<NewToken, EngineError> {
        let (id, secret) = (format!("tok_{}", random_text(8)), format!("tenure_{}", random_text(32)));
        let now = self.clock.now();
        let expires = lifetime.map(|lifetime| now.checked_add(lifetime).unwrap_or(Timestamp::MAX));
        let token = StoredToken {
            id: id.clone(),
            source: source.clone(),
            hash: hash(&secret),
            scopes: scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(" "),
            created: now,
            expires,
            revoked: None,
        };
        self.store.add_token(&token, replaces).await?;
        Ok(NewToken { id, secret, expires })
    }
}

impl TokenMemory {
    fn recall(&self, hash: &Digested) -> Option<Grant> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (grant, since) = memory.get(hash)?;
        (since.elapsed() < REMEMBERED).then(|| grant.clone())
    }

    fn remember(&self, hash: Digested, grant: &Grant) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.len() >= MEMORY {
            memory.clear();
        }
        memory.insert(hash, (grant.clone(), Instant::now()));
    }
}

/// Whether a token works at this time.
pub fn works(token: &StoredToken, now: Timestamp) -> bool {
    token.revoked.is_none() && token.expires.is_none_or(|expires| now < expires)
}

fn scopes(text: &str) -> Vec<Scope> {
    text.split_whitespace().filter_map(Scope::by_name).collect()
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
