//! The operations that every surface calls: receive users and groups, list them, show the whole directory, review cases,
//! explain people, plan and apply policies, and manage tokens.
//!
//! Each operation loads facts, asks `tenure-identity` what follows, and commits the answer. If the facts moved in
//! between, it is decided again; two requests, threads or nodes are therefore harmless to each other.

mod account;
mod circle;
pub mod clock;
mod commit;
pub mod deliver;
pub mod directory;
pub mod doctor;
pub mod error;
pub mod explain;
mod ground;
pub mod groups;
pub mod handover;
pub mod list;
pub mod onboard;
pub mod plan;
pub mod policy;
pub mod renew;
mod resources;
pub mod review;
pub mod target;
pub mod token;
mod unclaimed;
pub mod users;

pub use clock::Clock;
pub use error::EngineError;

use std::collections::BTreeMap;
use std::sync::Arc;
use tenure_identity::event::Actor;
use tenure_identity::id::SourceName;
use tenure_identity::policy::Policy;
use tenure_scim::etag::Condition;
use tenure_scim::render::shows_everything;
use tenure_scim::schema::Catalog;
use tenure_store::Store;

/// What the operations need to run.
#[derive(Debug)]
pub struct Engine {
    store: Store,
    policies: policy::Policies,
    catalog: Catalog,
    clock: Clock,
    settings: Settings,
    /// Whether users and groups can be shown as they are stored.
    plain: Plain,
    remembered: token::TokenMemory,
    delivery: Option<Arc<deliver::Delivery>>,
}

#[derive(Debug, Clone, Copy)]
struct Plain {
    users: bool,
    groups: bool,
}

/// How the operations behave.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the SCIM endpoints are, without a slash at the end: `https://tenure.example.com/scim/v2`.
    pub base_url: String,
    /// The sources, by name.
    pub sources: BTreeMap<SourceName, SourceSettings>,
    /// The sources in the order of authority that holds where a policy states none.
    pub order: Vec<SourceName>,
    /// Resources on a page when the client does not say.
    pub default_page: u32,
    /// The most resources on a page.
    pub max_page: u32,
    /// How long a cursor may be used, in seconds.
    pub cursor_seconds: u32,
}

/// How one source is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SourceSettings {
    /// Whom the source can see.
    pub visibility: Visibility,
}

/// Whom a source can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// The people it claims.
    #[default]
    Own,
    /// Everybody, so that an IdP's import can match people before the first push.
    All,
}

/// Who asks for an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The source, the token and the request, as events name them.
    pub actor: Actor,
}

/// Conditions on the version of what is changed or read (RFC 7644 §3.14).
#[derive(Debug, Clone, Default)]
pub struct Preconditions {
    /// `If-Match`.
    pub if_match: Option<Condition>,
    /// `If-None-Match`.
    pub if_none_match: Option<Condition>,
}

/// A resource as the client gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// JSON text.
    pub body: String,
    /// Where it is.
    pub location: String,
    /// Its entity tag.
    pub version: i64,
    /// Its id.
    pub id: String,
}

impl Engine {
    /// Puts the parts together.
    pub fn new(store: Store, policy: Policy, catalog: Catalog, clock: Clock, settings: Settings) -> Self {
        let plain =
            Plain { users: shows_everything(&catalog.user), groups: shows_everything(&catalog.group) };
        Self {
            store,
            policies: policy::Policies::new(policy),
            catalog,
            clock,
            settings,
            plain,
            remembered: token::TokenMemory::default(),
            delivery: None,
        }
    }

    /// The same with a target. The store has to be opened with `delivers`.
    #[must_use]
    pub fn with_target(self, target: target::Target) -> Self {
        Self { delivery: Some(Arc::new(deliver::Delivery::new(target))), ..self }
    }

    /// The store.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The schemas that are served.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// How the operations behave.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The time.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Waits until everything that was accepted is durable, then closes the store.
    pub async fn close(&self) {
        self.store.close().await;
    }

    fn visibility(&self, source: &SourceName) -> Visibility {
        self.settings.sources.get(source).map_or(Visibility::Own, |settings| settings.visibility)
    }
}

/// An engine that many tasks use.
pub type SharedEngine = Arc<Engine>;
