//! A client of ServiceNow's Table API that can be trusted with people: it finds nobody by mistake, never writes twice after a
//! lost answer, keeps to the instance's limits, and says precisely what went wrong. It knows nothing of policies and records;
//! what to write is decided elsewhere.

mod aggregate;
mod auth;
mod batch;
mod budget;
mod call;
mod classify;
mod dictionary;
mod error;
mod haste;
mod limits;
mod myself;
mod obstacle;
mod pace;
mod pages;
mod query;
mod refusal;
mod retry;
mod row;
mod seen;
mod settings;
mod signer;
mod standing;
mod table;
mod wire;

pub use batch::{Answer, Request};
pub use budget::Lane;
pub use dictionary::{Column, Columns};
pub use error::{Call, CallError, Cause, Outcome, Oversize, SignInFailure, Stranger, Unaskable, Verb};
pub use pace::PaceReport;
pub use pages::{Glance, Pages};
pub use query::{Condition, Query};
pub use refusal::{Refusal, Told};
pub use row::{Fields, Row};
pub use seen::Seen;
pub use settings::{Auth, Proxy, SetUpError, Settings, SigningAlgorithm};
pub use table::Compare;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// A client of one instance. Clones share the budget, the token and what was learned of the instance.
#[derive(Debug, Clone)]
pub struct ServiceNow {
    inner: Arc<Inner>,
    /// How long calls wait for their turn; without end if `None`, as deliveries do.
    haste: Option<Arc<haste::Haste>>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    url: reqwest::Url,
    http: reqwest::Client,
    credentials: auth::Credentials,
    standing: standing::Standing,
    pace: Arc<pace::Pace>,
    dictionary: dictionary::Cache,
    seen: seen::Sight,
    /// Whether the instance turned out to have no Batch API.
    without_batch: AtomicBool,
}

impl ServiceNow {
    /// Makes a client. Nothing is called yet.
    ///
    /// # Errors
    /// If the settings cannot work or would not be safe.
    pub fn new(settings: Settings) -> Result<Self, SetUpError> {
        let settings::Checked { url, credentials, http } = settings::check(&settings)?;
        let pace = pace::Pace::new(settings.concurrency);
        let (dictionary, without_batch) = (dictionary::Cache::default(), AtomicBool::new(false));
        let (seen, standing) = (seen::Sight::default(), standing::Standing::new(settings.hold));
        let inner =
            Inner { settings, url, http, credentials, standing, pace, dictionary, seen, without_batch };
        Ok(Self { inner: Arc::new(inner), haste: None })
    }

    /// The same client for somebody who would rather have no answer than wait longer than this for a rate limit or a busy
    /// instance, with one call and in all; who waited in vain once waits no more. Refused credentials are theirs to tell.
    #[must_use]
    pub fn in_haste(&self, once: Duration, in_all: Duration) -> Self {
        Self { inner: Arc::clone(&self.inner), haste: Some(Arc::new(haste::Haste::new(once, in_all))) }
    }

    /// Whether the instance has a Batch API, as far as a batch was sent.
    pub fn may_batch(&self) -> bool {
        !self.inner.without_batch.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The instance's address, the same however it was written: no slash at the end, the host in small letters, no port
    /// that goes without saying.
    pub fn instance(&self) -> String {
        self.inner.url.as_str().trim_end_matches('/').to_owned()
    }

    /// How hard the client presses at the moment, for metrics.
    pub fn pace(&self) -> PaceReport {
        self.inner.pace.report()
    }
}
