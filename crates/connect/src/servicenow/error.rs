//! What can go wrong with a call, cut by what the caller can do about it. Nothing here holds what was asked for or written,
//! so that errors can be logged; of people they say at most what ServiceNow itself said.

use super::obstacle::NoConnection;
use super::refusal::Refusal;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tenure_identity::id::SysId;

/// A cause that errors can share, so that one lost batch can be told to each of its requests.
pub type Cause = Arc<dyn Error + Send + Sync>;

/// What was being done, and to which row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was being done.
    pub verb: Verb,
    /// The table; empty where there is none.
    pub table: Arc<str>,
    /// The row, where one was named.
    pub sys_id: Option<SysId>,
}

/// What a call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is what its name says")]
pub enum Verb {
    Read,
    Count,
    Insert,
    Update,
    Remove,
    BatchOfReads,
    BatchOfWrites,
    SignIn,
}

impl Verb {
    /// Whether the instance is changed by it, so that a lost answer leaves a doubt.
    pub fn is_write(self) -> bool {
        matches!(self, Self::Insert | Self::Update | Self::Remove | Self::BatchOfWrites)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let doing = match self.verb {
            Verb::Read => "reading",
            Verb::Count => "counting",
            Verb::Insert => "inserting into",
            Verb::Update => "changing",
            Verb::Remove => "removing from",
            Verb::BatchOfReads => return f.write_str("reading a batch"),
            Verb::BatchOfWrites => return f.write_str("writing a batch"),
            Verb::SignIn => return f.write_str("signing in"),
        };
        write!(f, "{doing} `{}", self.table)?;
        self.sys_id.as_ref().map_or(Ok(()), |it| write!(f, "/{it}"))?;
        f.write_str("`")
    }
}

/// Whether the instance has carried a call out that ended in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It has not; the call may be sent again.
    NotDone,
    /// Nobody knows; read before writing again.
    Unknown,
}

/// Why a call has no answer that can be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CallError {
    /// No connection, so that nothing was sent.
    #[error("{call}: ServiceNow cannot be reached")]
    Unreachable {
        /// What was being done.
        call: Call,
        /// Why there is no connection.
        #[source]
        source: Cause,
    },
    /// More calls than a rate limit rule of the instance allows; nothing was done.
    #[error("{call}: ServiceNow allows no more calls for {} s", retry_after.as_secs())]
    RateLimited {
        /// What was being done.
        call: Call,
        /// When to come back.
        retry_after: Duration,
    },
    /// The instance is overloaded, restarting or broken.
    #[error("{call}: ServiceNow is busy or broken, and answered HTTP {status}")]
    Busy {
        /// What was being done.
        call: Call,
        /// The status, 5xx or 408.
        status: u16,
        /// When to come back, where it said so.
        retry_after: Option<Duration>,
    },
    /// Sent, and then the connection was lost or the time was up.
    #[error("{call}: no answer came, so that nobody knows whether it was carried out")]
    Unknown {
        /// What was being done.
        call: Call,
        /// What was seen of it.
        #[source]
        source: Cause,
    },
    /// A login page, a page of a sleeping instance, a proxy.
    #[error("{call}: the answer (HTTP {status}) is not of ServiceNow's API: {found}")]
    NotServiceNow {
        /// What was being done.
        call: Call,
        /// The status.
        status: u16,
        /// What came instead.
        found: Stranger,
    },
    /// The instance does not know us, or not any more.
    #[error("{call}: {reason}")]
    Unauthenticated {
        /// What was being done.
        call: Call,
        /// Who refused.
        reason: SignInFailure,
    },
    /// Understood, and refused.
    #[error("{0}")]
    Refused(Refusal),
    /// There is no such table.
    #[error("the instance has no table `{table}`, or does not show it to web services")]
    Missing {
        /// The table.
        table: Arc<str>,
    },
    /// Asking could match rows that are not meant, so that nothing was asked.
    #[error("`{column}` of `{table}` cannot be asked for: {reason}")]
    CannotAsk {
        /// The table.
        table: Arc<str>,
        /// The column.
        column: String,
        /// Why not.
        reason: Unaskable,
    },
    /// JSON of another shape than the documentation's.
    #[error("{call}: the answer (HTTP {status}) cannot be read: {reason}")]
    Unreadable {
        /// What was being done.
        call: Call,
        /// The status.
        status: u16,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// More than may be sent, or than is taken.
    #[error("{call}: {what} is larger than {limit} bytes")]
    TooLarge {
        /// What was being done.
        call: Call,
        /// Which of the two.
        what: Oversize,
        /// The limit.
        limit: usize,
    },
}

/// What answers in ServiceNow's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stranger {
    /// A page for people: a sleeping or upgrading instance, a login page, a proxy.
    Page,
    /// A redirect, which leads to a login page.
    Redirect,
    /// Something between us and the instance, such as a gateway that knows no way there.
    Gateway,
    /// Neither a page nor JSON.
    Other,
}

impl fmt::Display for Stranger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Page => "a page for people, as of a sleeping instance or a login",
            Self::Redirect => "a redirect, as to a login",
            Self::Gateway => "without a reason of ServiceNow's, as of a gateway in its place",
            Self::Other => "no JSON",
        })
    }
}

/// Why the instance does not let us in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInFailure {
    /// The API itself said 401, twice.
    #[error("ServiceNow does not accept the credentials")]
    Credentials,
    /// The token endpoint does not know the application.
    #[error("ServiceNow's token endpoint does not accept the OAuth application (`{error}`)")]
    Application {
        /// The OAuth error code (RFC 6749 section 5.2).
        error: String,
    },
    /// The token endpoint gives this account no token.
    #[error("ServiceNow's token endpoint gives the account no token (`{error}`)")]
    Account {
        /// The OAuth error code.
        error: String,
    },
    /// The assertion could not be signed.
    #[error("the assertion for ServiceNow's token endpoint could not be signed")]
    Assertion,
}

/// Why a condition is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unaskable {
    /// It holds `^`, a line break or a script, and no part of it that is long enough to narrow the search is safe.
    Value,
    /// An empty value would match everybody who has none.
    Empty,
    /// Not a name of a table, column or row.
    Name,
    /// The dictionary has no such column, so that ServiceNow would ignore the condition.
    Column,
    /// The instance does not show the column, so that the answer cannot be checked.
    Hidden,
    /// More rows came that do not match than is bearable.
    Ignored,
}

impl fmt::Display for Unaskable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Value => "the value holds `^`, a line break or a script, which would change the query",
            Self::Empty => "the value is empty, which would match every row without one",
            Self::Name => "it is not a name that ServiceNow gives",
            Self::Column => {
                "the table has no such column, and ServiceNow ignores conditions on unknown columns"
            }
            Self::Hidden => "the instance does not show the column, so that the answer cannot be checked",
            Self::Ignored => {
                "ServiceNow answers with rows that do not match, as if the condition were ignored"
            }
        })
    }
}

/// What is too large.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Oversize {
    /// What we would send.
    Question,
    /// What comes back.
    Answer,
}

impl fmt::Display for Oversize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Question => "what is to be sent",
            Self::Answer => "the answer",
        })
    }
}

impl CallError {
    /// Whether the same call will fail again until somebody changes the data, the rights or the instance. What concerns the
    /// instance as a whole (not reachable, not signed in, asleep) is not permanent: it passes for everybody at once.
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Refused(_) | Self::Missing { .. } | Self::CannotAsk { .. } | Self::TooLarge { .. } => true,
            Self::Unreachable { .. }
            | Self::RateLimited { .. }
            | Self::Busy { .. }
            | Self::Unknown { .. }
            | Self::NotServiceNow { .. }
            | Self::Unauthenticated { .. }
            | Self::Unreadable { .. } => false,
        }
    }

    /// Whether the instance may have been changed. Reads change nothing.
    pub fn outcome(&self) -> Outcome {
        let doubtful = match self {
            Self::Busy { call, .. } | Self::Unknown { call, .. } | Self::Unreadable { call, .. } => call,
            Self::NotServiceNow { call, found, .. } if *found != Stranger::Redirect => call,
            Self::TooLarge { call, what: Oversize::Answer, .. } => call,
            _ => return Outcome::NotDone,
        };
        if doubtful.verb.is_write() { Outcome::Unknown } else { Outcome::NotDone }
    }

    /// Whether the instance has nothing at all at the address that was called, as if the instance were elsewhere.
    pub fn is_no_resource(&self) -> bool {
        super::classify::is_no_resource(self)
    }

    /// When to come back, where the instance said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } => Some(*retry_after),
            Self::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What to do next, where we know it.
    pub fn help(&self) -> Option<&str> {
        Some(match self {
            Self::Unreachable { source, .. } => source.downcast_ref::<NoConnection>()?.help(),
            Self::RateLimited { .. } => "look at `sys_rate_limit_rules`, or lower `concurrency`",
            Self::NotServiceNow { found: Stranger::Gateway, .. } => {
                "check `target.url`, and what is between Tenure and the instance: a proxy, a gateway, a firewall"
            }
            Self::NotServiceNow { .. } => {
                "open the instance in a browser: it may be asleep, upgrading or behind a login"
            }
            Self::Unauthenticated { reason, .. } => reason.help(),
            Self::Refused(refusal) => return refusal.help(),
            Self::Missing { .. } => {
                "check the table's name, and in its Application Access that web services may use it"
            }
            Self::CannotAsk { reason: Unaskable::Column, .. } => {
                "create the column, or correct its name in the policy"
            }
            Self::CannotAsk { reason: Unaskable::Hidden, .. } => {
                "let the integration account read the column"
            }
            _ => return None,
        })
    }

    /// The table of a lost batch's answer is that of the request it is told to.
    pub(super) fn with_call(mut self, of: &Call) -> Self {
        match &mut self {
            Self::Unreachable { call, .. }
            | Self::RateLimited { call, .. }
            | Self::Busy { call, .. }
            | Self::Unknown { call, .. }
            | Self::NotServiceNow { call, .. }
            | Self::Unauthenticated { call, .. }
            | Self::Unreadable { call, .. }
            | Self::TooLarge { call, .. } => call.clone_from(of),
            Self::Refused(_) | Self::Missing { .. } | Self::CannotAsk { .. } => {}
        }
        self
    }
}

impl SignInFailure {
    fn help(&self) -> &'static str {
        match self {
            Self::Credentials => {
                "check the credentials, and that the account is active, not locked out and free of multi-factor sign-in; \
                 they are tried again within a quarter of an hour, and at once after a restart"
            }
            Self::Application { .. } => {
                "check the client id and secret in the instance's Application Registry"
            }
            Self::Account { .. } => {
                "check that the account is active, not locked out and, for the password grant, allowed an interactive session"
            }
            Self::Assertion => "check the private key and the algorithm",
        }
    }
}
