//! The doctor: looks at our own side and at the target, and says of each thing what was found, what it means and how to
//! cure it. It calls the target a bounded number of times and changes nothing: its one write gives our own account's
//! record a value that it already has.

mod account;
mod api;
mod clock;
mod columns;
mod groups;
mod indexes;
mod policy;
mod rates;
mod reach;
mod rights;
mod roles;
mod store;
mod tokens;
pub(crate) mod visibility;

use crate::Engine;
use crate::deliver::what_happened;
use crate::target::Target;
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tenure_connect::servicenow::{CallError, Lane, Row, ServiceNow};
use tenure_identity::policy::Policy;

/// Leavers go before the doctor.
const LANE: Lane = Lane::Normal;
/// How long a question waits for a rate limit to pass. Somebody looks on, and that there is a limit is a finding, too.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long all questions wait together.
const PATIENCE_IN_ALL: Duration = Duration::from_secs(20);

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The thing, in a word that stays the same: `reach`, `columns`.
    pub name: &'static str,
    /// How it is.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What that means.
    pub means: String,
    /// What to do about it.
    pub cure: Option<String>,
}

/// How a thing is, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Something does not work.
    Bad,
    /// It could not be found out.
    Unknown,
    /// It works, and should be known or better be otherwise.
    Note,
    /// As it should be.
    Good,
}

impl Verdict {
    /// The word for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Unknown => "unknown",
            Self::Note => "note",
            Self::Good => "good",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

impl Check {
    fn new(name: &'static str, verdict: Verdict, found: impl Into<String>, means: impl Into<String>) -> Self {
        Self { name, verdict, found: found.into(), means: means.into(), cure: None }
    }

    fn good(name: &'static str, found: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(name, Verdict::Good, found, means)
    }

    fn note(name: &'static str, found: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(name, Verdict::Note, found, means)
    }

    fn bad(name: &'static str, found: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(name, Verdict::Bad, found, means)
    }

    fn unknown(name: &'static str, found: impl Into<String>, means: impl Into<String>) -> Self {
        Self::new(name, Verdict::Unknown, found, means)
    }

    /// What could not be asked.
    fn unasked(name: &'static str, error: &CallError) -> Self {
        Self::unknown(name, what_happened(error), "it could not be found out").cure(cure_of(error))
    }

    fn cure(self, cure: impl Into<String>) -> Self {
        Self { cure: Some(cure.into()), ..self }
    }
}

/// What to do about a question that failed.
fn cure_of(error: &CallError) -> String {
    match (error, error.help()) {
        (CallError::RateLimited { retry_after, .. }, _) => format!(
            "the calls of this hour are used up: run `tenure doctor` again in {} min, or raise the limit for our account in \
             `sys_rate_limit_rules`",
            retry_after.as_secs().div_ceil(60)
        ),
        (_, Some(help)) => help.to_owned(),
        (_, None) => {
            "look at the instance's status page and its system log, then run `tenure doctor` again".to_owned()
        }
    }
}

/// What the checks of the target share.
struct Patient<'a> {
    engine: &'a Engine,
    target: &'a Target,
    policy: Arc<Policy>,
    /// Our account's own record, if the target shows it.
    account: Option<Row>,
    /// The names of the roles that it holds; none if they are not shown.
    roles: BTreeSet<String>,
    /// Why the record or the roles could not be asked for.
    unasked: Option<CallError>,
}

impl Patient<'_> {
    fn client(&self) -> &ServiceNow {
        &self.target.client
    }

    /// What hangs on our record and roles, if they could not be asked for.
    fn unasked(&self, name: &'static str) -> Option<Check> {
        self.unasked.as_ref().map(|error| Check::unasked(name, error))
    }

    /// Whether our account has this role, as far as its roles are shown. An administrator has every role.
    fn has(&self, role: &str) -> bool {
        self.roles.contains(role) || self.is_admin()
    }

    fn is_admin(&self) -> bool {
        self.roles.contains(crate::account::ADMIN)
    }
}

impl Engine {
    /// Looks at everything, the worst first. `progress` is told what is being looked at.
    pub async fn examine(&self, progress: &(dyn Fn(&'static str) + Sync)) -> Vec<Check> {
        let mut checks = self.examine_ourselves(progress).await;
        match &self.delivery {
            Some(delivery) => checks.extend(self.examine_target(&delivery.target, progress).await),
            None => checks.push(Check::note(
                "target",
                "there is no target in the configuration",
                "Tenure is the directory itself, and nothing is delivered",
            )),
        }
        checks.sort_by_key(|check| check.verdict);
        checks
    }

    async fn examine_ourselves(&self, progress: &(dyn Fn(&'static str) + Sync)) -> Vec<Check> {
        progress("our store");
        let mut checks = vec![store::answers(self).await];
        checks.extend(store::space(self).await);
        progress("policy, tokens and clock");
        checks.push(policy::fits(self).await);
        checks.extend(tokens::of_sources(self).await);
        checks.push(clock::ours(self).await);
        checks
    }

    async fn examine_target(&self, target: &Target, progress: &(dyn Fn(&'static str) + Sync)) -> Vec<Check> {
        progress("whether the target can be reached");
        let target = &Target { client: target.client.in_haste(PATIENCE, PATIENCE_IN_ALL), ..target.clone() };
        let (mut checks, reached) = reach::look(target).await;
        if !reached {
            let why = "nothing else of the target can be looked at until it can be reached and signed in to";
            checks.push(Check::unknown("target", "not looked at", why));
            return checks;
        }
        progress("our account");
        let mut patient = Patient {
            engine: self,
            target,
            policy: self.policy(),
            account: None,
            roles: BTreeSet::new(),
            unasked: None,
        };
        patient.unasked = account::ourselves(&mut patient).await.err();
        checks.push(clock::of_target(&patient));
        checks.push(account::identity(&patient));
        checks.push(account::excess(&patient));
        progress("columns");
        checks.extend(columns::look(&patient).await);
        checks.extend(indexes::look(&patient).await);
        progress("rights");
        checks.extend(rights::reading(&patient).await);
        checks.push(rights::writing(&patient).await);
        checks.push(rights::tasks(&patient));
        checks.push(roles::look(&patient).await);
        checks.push(groups::look(&patient).await);
        checks.push(visibility::look(&patient).await);
        progress("limits and interfaces");
        checks.push(rates::look(&patient).await);
        checks.push(api::batch(&patient).await);
        checks.push(api::counting(&patient).await);
        checks.push(api::audit(&patient).await);
        checks
    }
}
