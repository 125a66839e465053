//! The real router over a real store, and what a test needs around it: clients with tokens, bodies, and a look at what
//! was recorded.

pub(crate) mod bodies;
pub(crate) mod call;
pub(crate) mod place;
pub(crate) mod policy;
pub(crate) mod record;
pub(crate) mod target;

pub(crate) use bodies::{operations, user, with};
pub(crate) use call::{Answer, Client};
pub(crate) use place::{Place, on_both};

use axum::Router;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use tenure_engine::target::Target;
use tenure_engine::token::{AdminScope, Scope};
use tenure_engine::{Clock, Engine, Settings as EngineSettings, SharedEngine, SourceSettings, Visibility};
use tenure_identity::id::{AdminName, SourceName};
use tenure_identity::policy::Policy;
use tenure_scim::schema::Catalog;
use tenure_server::{Settings, app};
use tenure_store::{Options, Store};

pub(crate) const BASE: &str = "https://tenure.example.com/scim/v2";
/// The sources of every test, the first of which decides.
const SOURCES: [&str; 4] = ["okta", "hr", "entra", "workday"];

/// A server with four sources. It is a client of its first source itself, so that `app.get("/Users")` is enough.
pub(crate) struct TestApp {
    pub(crate) engine: SharedEngine,
    pub(crate) router: Router,
    pub(crate) hr: Client,
    pub(crate) entra: Client,
    pub(crate) workday: Client,
    okta: Client,
    place: Arc<Place>,
}

/// How a server is set up; the default is what most tests want.
pub(crate) struct Setup {
    pub(crate) server: Settings,
    pub(crate) clock: Clock,
    pub(crate) policy: Policy,
    pub(crate) max_page: u32,
    pub(crate) sources: Vec<&'static str>,
    /// Whom `hr` can see.
    pub(crate) hr_sees: Visibility,
    pub(crate) target: Option<Target>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            server: Settings::default(),
            clock: Clock::system(),
            policy: Policy::built_in(&SOURCES.map(SourceName::new)),
            max_page: 200,
            sources: SOURCES.to_vec(),
            hr_sees: Visibility::Own,
            target: None,
        }
    }
}

impl Setup {
    pub(crate) fn server(change: impl FnOnce(&mut Settings)) -> Self {
        let mut setup = Self::default();
        change(&mut setup.server);
        setup
    }

    pub(crate) fn at(second: i64) -> Self {
        Self { clock: Clock::fixed(at(second)), ..Self::default() }
    }
}

/// So many seconds after a day on which nothing happened.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

impl TestApp {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        Self::start(Place::sqlite(), setup).await
    }

    /// Another node over the same database.
    pub(crate) async fn second_node(&self, setup: Setup) -> Self {
        Self::over(Arc::clone(&self.place), setup).await
    }

    pub(crate) async fn start(place: Place, setup: Setup) -> Self {
        Self::over(Arc::new(place), setup).await
    }

    async fn over(place: Arc<Place>, setup: Setup) -> Self {
        let options = Options { delivers: setup.target.is_some(), ..Options::default() };
        let store = Store::open(&place.address(), options).await.unwrap();
        let mut sources: BTreeMap<_, _> =
            setup.sources.iter().map(|name| (SourceName::new(*name), SourceSettings::default())).collect();
        sources.insert(SourceName::new("hr"), SourceSettings { visibility: setup.hr_sees });
        let settings = EngineSettings {
            order: setup.sources.iter().copied().map(SourceName::new).collect(),
            base_url: BASE.into(),
            sources,
            default_page: 100,
            max_page: setup.max_page,
            cursor_seconds: 3_600,
        };
        let engine = Engine::new(store, setup.policy, Catalog::standard(), setup.clock, settings);
        let engine = Arc::new(match setup.target {
            Some(target) => engine.with_target(target),
            None => engine,
        });
        let router = app(Arc::clone(&engine), setup.server);
        let [okta, hr, entra, workday] = SOURCES.map(|source| client(&engine, &router, source));
        Self {
            okta: okta.await,
            hr: hr.await,
            entra: entra.await,
            workday: workday.await,
            engine,
            router,
            place,
        }
    }

    /// A second token of a source.
    pub(crate) async fn other_token_of(&self, source: &str) -> Client {
        client(&self.engine, &self.router, source).await
    }

    /// An administrator with these scopes.
    pub(crate) async fn admin(&self, scopes: &[AdminScope]) -> Client {
        let token = self.engine.create_admin_token(&AdminName::new("grace"), scopes, None).await.unwrap();
        self.client(Some(&token.secret))
    }

    /// A client with this secret, or with none.
    pub(crate) fn client(&self, secret: Option<&str>) -> Client {
        Client::new(&self.router, secret)
    }
}

async fn client(engine: &Engine, router: &Router, source: &str) -> Client {
    let token = engine.create_token(&SourceName::new(source), &Scope::ALL, None).await.unwrap();
    Client::new(router, Some(&token.secret))
}

impl Deref for TestApp {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.okta
    }
}
