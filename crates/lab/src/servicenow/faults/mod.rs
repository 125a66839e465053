//! What goes wrong with an instance, and which rules its owner has made: a schedule that can be changed while it runs.
//!
//! In code it is built from these types; [`Faults::parse`] reads the same from TOML (every key is in
//! `docs/REHEARSAL.md`). When a call meets a fault is drawn in `draw`, the hourly limits are counted in `limit`.

pub(crate) mod draw;
pub(crate) mod limit;
mod scim;

use serde::Deserialize;

pub use scim::{MatchBy, Scim};

/// A schedule of faults, and the rules of the instance. The default has no faults, and of the rules only the lock-out.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Where chance comes from; the same number and the same order of calls give the same faults.
    pub seed: u64,
    /// How long every call takes.
    pub latency: Latency,
    /// Calls that fail; of several that hit the same call the first one counts.
    pub fault: Vec<Fault>,
    /// Limits per hour, user by user.
    pub rate_limit: Vec<RateLimit>,
    /// How far the counts behind the limits lag; each node of a real instance commits its counts every 30 s.
    pub rate_limit_lag_seconds: u64,
    /// Rows that callers without the role `admin` cannot see.
    pub hidden: Vec<Hidden>,
    /// Columns that callers without the role `admin` cannot write; the API drops them without a word.
    pub read_only: Vec<ReadOnly>,
    /// Business rules that abort a write.
    pub abort: Vec<Abort>,
    /// Data policies.
    pub mandatory: Vec<Mandatory>,
    /// Business rules that change what is written.
    pub alter: Vec<Alter>,
    /// Business rules that take their time after a write.
    pub slow: Vec<Slow>,
    /// Names of groups to which only an administrator can add members, besides those with the role `admin` or
    /// `security_admin`, to which that always applies.
    pub protected_groups: Vec<String>,
    /// The business rule "Lock Out Inactive Users".
    pub lock_out: bool,
    /// The query rule that shows inactive users to administrators only.
    pub hide_inactive: bool,
    /// The property `glide.invalid_query.returns_no_rows`.
    pub invalid_query_returns_no_rows: bool,
    /// How long the inner calls of a batch may take together before the rest is left out, in milliseconds.
    pub batch_quota_ms: u64,
    /// ServiceNow's own SCIM service.
    pub scim: Scim,
}

/// How long every call takes.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Latency {
    /// Milliseconds for every call.
    pub ms: u64,
    /// Up to so many milliseconds more, drawn for each call.
    pub jitter_ms: u64,
}

/// What a failing call meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// 429 with `Retry-After` and the `X-RateLimit-` headers.
    TooManyRequests,
    /// 500.
    InternalError,
    /// 502, with a page of the load balancer.
    BadGateway,
    /// 503.
    Unavailable,
    /// The answer comes late.
    Slow,
    /// 200 with an HTML page, as while the instance is upgraded.
    Html,
    /// 401, though the credentials are right.
    Unauthorized,
    /// 403: an access rule keeps the caller from the whole table.
    Forbidden,
    /// The connection is cut before the call has any effect.
    CutBefore,
    /// The connection is cut when the call has taken effect: the answer is lost.
    CutAfter,
    /// The batch runs out of its transaction quota; the rest is in `unserviced_requests`.
    BatchQuota,
}

/// Calls that fail.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// What they meet.
    pub kind: FaultKind,
    /// The share of calls, 0 to 1.
    #[serde(default = "all")]
    pub rate: f64,
    /// Only calls with this method.
    pub method: Option<String>,
    /// Only calls about this table; `batch` for the Batch API, `oauth` for tokens.
    pub table: Option<String>,
    /// How many calls are spared first, of those that method and table select.
    #[serde(default)]
    pub after: u64,
    /// The last call that may fail, counted likewise from one.
    pub until: Option<u64>,
    /// How many calls fail at most.
    pub count: Option<u64>,
    /// `Retry-After` of a 429, in seconds.
    #[serde(default = "one_second")]
    pub retry_after: u64,
    /// How late the answer is, for `slow`, in milliseconds.
    #[serde(default = "one_second_in_ms")]
    pub delay_ms: u64,
    /// Whether the calls within a batch are meant, instead of those that come by themselves. Answers only: no delay, no cut.
    #[serde(default)]
    pub inner: bool,
    /// How many inner calls are served, for `batch_quota`.
    #[serde(default)]
    pub serve: usize,
}

/// A limit per hour; a rule for the user goes before one for a role (of several the lowest), and that before one for all.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Calls per hour.
    pub limit: u64,
    /// The `user_name` that it is for.
    pub user: Option<String>,
    /// The role that it is for.
    pub role: Option<String>,
}

/// Rows that only administrators see.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// The table.
    pub table: String,
    /// Rows with `value` in this column.
    pub column: Option<String>,
    /// The value.
    #[serde(default)]
    pub value: String,
    /// Of those rows so many, 0 to 1, always the same ones.
    #[serde(default = "all")]
    pub fraction: f64,
}

/// Columns that cannot be written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReadOnly {
    /// The table.
    pub table: String,
    /// The columns.
    pub columns: Vec<String>,
}

/// When a rule runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// A new row.
    Insert,
    /// A change.
    Update,
    /// A removal.
    Delete,
}

/// A business rule that aborts a write.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Abort {
    /// The table.
    pub table: String,
    /// Only this kind of write.
    pub when: Option<When>,
    /// Only if this column would hold `value` afterwards.
    pub column: Option<String>,
    /// The value.
    #[serde(default)]
    pub value: String,
    /// The rule's name.
    pub rule: String,
}

/// A data policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mandatory {
    /// The table.
    pub table: String,
    /// Columns that must have a value after a write.
    pub columns: Vec<String>,
}

/// What a rule makes of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Small letters.
    Lower,
    /// Capital letters.
    Upper,
    /// No blanks at the ends.
    Trim,
}

/// A business rule that changes what is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alter {
    /// The table.
    pub table: String,
    /// Only this kind of write.
    pub when: Option<When>,
    /// The column.
    pub column: String,
    /// What the column gets, if it gets a fixed value.
    pub value: Option<String>,
    /// What is made of the value, else.
    pub transform: Option<Transform>,
}

/// A business rule that takes its time.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slow {
    /// The table.
    pub table: String,
    /// Only this kind of write.
    pub when: Option<When>,
    /// How long, in milliseconds. The write is visible meanwhile, the answer waits.
    pub delay_ms: u64,
}

/// The TOML of a schedule makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("the schedule of faults cannot be read; docs/REHEARSAL.md names every key")]
pub struct NotAFaultSchedule(#[source] toml::de::Error);

impl Faults {
    /// Reads a schedule from TOML.
    ///
    /// # Errors
    ///
    /// If it is no TOML, or has a key or a value that no schedule has.
    pub fn parse(text: &str) -> Result<Self, NotAFaultSchedule> {
        toml::from_str(text).map_err(NotAFaultSchedule)
    }

    /// The same schedule with one fault more.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        self.fault.push(fault);
        self
    }

    /// How long the rules of a table take after a write, in milliseconds.
    pub(crate) fn delay_ms(&self, table: &str, when: When) -> u64 {
        let slow = self.slow.iter().filter(|rule| rule.table == table && runs(rule.when, when));
        slow.map(|rule| rule.delay_ms).sum()
    }
}

impl Fault {
    /// A fault that every call meets, until it is narrowed.
    pub fn new(kind: FaultKind) -> Self {
        Self {
            kind,
            rate: all(),
            method: None,
            table: None,
            after: 0,
            until: None,
            count: None,
            retry_after: one_second(),
            delay_ms: one_second_in_ms(),
            inner: false,
            serve: 0,
        }
    }

    /// The same fault for at most so many calls.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }

    /// The same fault for calls with this method about this table only.
    #[must_use]
    pub fn on(mut self, method: &str, table: &str) -> Self {
        self.method = Some(method.to_owned());
        self.table = Some(table.to_owned());
        self
    }
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            seed: 1,
            latency: Latency::default(),
            fault: Vec::new(),
            rate_limit: Vec::new(),
            rate_limit_lag_seconds: 0,
            hidden: Vec::new(),
            read_only: Vec::new(),
            abort: Vec::new(),
            mandatory: Vec::new(),
            alter: Vec::new(),
            slow: Vec::new(),
            protected_groups: Vec::new(),
            lock_out: true,
            hide_inactive: false,
            invalid_query_returns_no_rows: false,
            batch_quota_ms: 30_000,
            scim: Scim::default(),
        }
    }
}

/// Whether a rule for `rule` runs at `now`.
pub(crate) fn runs(rule: Option<When>, now: When) -> bool {
    rule.is_none_or(|when| when == now)
}

fn all() -> f64 {
    1.0
}

fn one_second() -> u64 {
    1
}

fn one_second_in_ms() -> u64 {
    1_000
}
