//! The command line: names, options and the words that explain them.

mod bench;
mod handover;
mod lab;
mod onboard;

pub(crate) use bench::{BenchOptions, Served};
pub(crate) use handover::HandoverCommand;
pub(crate) use lab::LabCommand;
pub(crate) use onboard::{OnboardCommand, OnboardOptions};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use tenure_identity::id::{AdminName, NotAName};

/// A provisioning gateway: one person, one record, for their whole tenure.
///
/// An identity provider pushes people and groups to Tenure over SCIM 2.0. Tenure recognises them, keeps them right, and
/// explains every value.
#[derive(Debug, Parser)]
#[command(name = "tenure", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// Configuration file; without one, tenure.toml of this directory if it is there, else built-in settings
    #[arg(long, short, global = true, env = "TENURE_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// How the log on standard error is written
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Serve SCIM on /scim/v2, the admin API on /api/v1, health on /healthz and /readyz, metrics on /metrics
    Serve,
    /// Play a year of a simulated company through the whole system; needs no configuration
    Demo(DemoOptions),
    /// Make and manage the bearer tokens of identity providers and administrators
    #[command(subcommand)]
    Token(TokenCommand),
    /// Check, plan, apply and look at the policy: what gets in, where, by whose word
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Look at and decide the cases that wait for a human
    #[command(subcommand)]
    Review(ReviewCommand),
    /// Show what the target has and what it refuses, and have it tried again
    #[command(subcommand)]
    Deliver(DeliverCommand),
    /// Look at store, policy, tokens and target, and say what is wrong and how to cure it; exits with 1 if something is bad
    Doctor(DoctorOptions),
    /// Show what becomes of leavers' open work, have it handed over, and put it back
    #[command(subcommand)]
    Handover(HandoverCommand),
    /// Look at a target that has users already, and say whose they are before the first push
    Onboard(OnboardOptions),
    /// Show one person: record, claims, links and timeline
    Explain(ExplainOptions),
    /// Check and try out expressions in the Okta Expression Language
    #[command(subcommand)]
    El(ElCommand),
    /// Simulate a system at the other end, to rehearse against
    #[command(subcommand)]
    Lab(LabCommand),
    /// Measure the server beside a bare floor
    Bench(BenchOptions),
    /// Print a completion script for your shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Write the manual pages
    Man {
        /// Where to; standard output shows the first page without it
        directory: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Exit when the year is over instead of staying up
    #[arg(long)]
    pub(crate) once: bool,
    /// How many people the company has at first
    #[arg(long, default_value_t = 250, value_parser = clap::value_parser!(u32).range(10..=20_000))]
    pub(crate) people: u32,
    /// Which company and which year; the same number gives the same ones
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; the secret is printed once, alone on standard output
    #[command(group = clap::ArgGroup::new("holder").required(true))]
    Create {
        /// The source that the token speaks for over SCIM, as the configuration names it
        #[arg(long, value_name = "NAME", group = "holder")]
        source: Option<String>,
        /// The administrator who uses it for the admin API; the name is shown in timelines
        #[arg(long, value_name = "NAME", group = "holder", value_parser = admin_name)]
        admin: Option<AdminName>,
        /// How long it works, e.g. 90d or 12h; without it, until it is revoked
        #[arg(long, value_parser = duration)]
        expires: Option<jiff::SignedDuration>,
        /// What it may do; without it all of SCIM for a source, `admin:read` for an administrator
        #[arg(long, value_enum, value_delimiter = ',')]
        scope: Vec<TokenScope>,
    },
    /// List the tokens, without their secrets
    List {
        /// How the list is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Make a new token for the same holder and let the old one expire
    Rotate {
        /// The id of the old token
        id: String,
        /// How long the old one works beside the new one
        #[arg(long, default_value = "24h", value_parser = duration)]
        overlap: jiff::SignedDuration,
        /// How long the new one works; without it, for as long as the old one was to work from its making on
        #[arg(long, value_parser = duration)]
        expires: Option<jiff::SignedDuration>,
    },
    /// Stop a token from working, within two seconds on every node
    Revoke {
        /// Its id
        id: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum TokenScope {
    /// Read users, groups and discovery
    #[value(name = "scim:read", alias = "read")]
    Read,
    /// Make, change and end users and groups
    #[value(name = "scim:write", alias = "write")]
    Write,
    /// Read people, claims, groups, events, cases and policies
    #[value(name = "admin:read")]
    AdminRead,
    /// Decide cases, and take decisions back
    #[value(name = "admin:review")]
    AdminReview,
    /// Apply policies
    #[value(name = "admin:policy")]
    AdminPolicy,
    /// Have deliveries tried again, link records of the target, hand over leavers' work
    #[value(name = "admin:deliver")]
    AdminDeliver,
    /// Make, list, rotate and revoke tokens, of every scope
    #[value(name = "admin:tokens")]
    AdminTokens,
}

#[derive(Debug, Subcommand)]
pub(crate) enum DeliverCommand {
    /// How many deliveries stand where, or where those of one person, group or state stand
    Status {
        /// Somebody: id, external id, user name, e-mail address or `sys_id`; or the id of a group
        who: Option<String>,
        /// Everybody who stands so
        #[arg(long, value_enum, conflicts_with = "who")]
        state: Option<DeliveryState>,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Have it tried again now, with whatever the target did not take before
    #[command(group = clap::ArgGroup::new("whom").required(true))]
    Retry {
        /// Somebody: id, external id, user name, e-mail address or `sys_id`; or the id of a group
        #[arg(group = "whom")]
        who: Option<String>,
        /// Everybody who stands so
        #[arg(long, value_enum, group = "whom")]
        state: Option<DeliveryState>,
    },
    /// Say which record of the target is somebody's, where that cannot be told
    Link {
        /// Somebody: id, external id, user name or e-mail address; or the id of a group
        who: String,
        /// The record in the target
        sys_id: String,
        /// Who says so
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
    },
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DeliveryState {
    /// Not tried yet
    Waiting,
    /// The target says what it should
    Delivered,
    /// But for values that the target does not take, or that cannot be said yet
    Partly,
    /// The target was busy or out of reach
    Retrying,
    /// The target refuses the record, or it cannot be told which it is
    Refused,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say what is wrong with a policy document, each at its place
    Check {
        /// The document
        file: PathBuf,
        /// How the result is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Show what a policy document would change for everybody; nothing is written
    Plan {
        /// The document
        file: PathBuf,
        /// How the result is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Make a policy document the policy in force, as a new version; running servers take it over
    Apply {
        /// The document
        file: PathBuf,
        /// Why, for the history
        #[arg(long, short = 'm', value_name = "TEXT")]
        reason: Option<String>,
        /// Who applies it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
    },
    /// Print the policy in force, or an earlier version
    Show {
        /// The version; the one in force without it
        version: Option<i64>,
        /// How the result is written; the document alone for people
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// List the versions: who, when, why
    History {
        /// How the list is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Bring back the document of an earlier version, as a new version
    Rollback {
        /// The version to bring back; 0 is the built-in policy
        version: i64,
        /// Why, for the history
        #[arg(long, short = 'm', value_name = "TEXT")]
        reason: Option<String>,
        /// Who does it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
    },
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReviewCommand {
    /// List the open cases
    List {
        /// Decided ones too
        #[arg(long)]
        all: bool,
        /// How the list is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Show one case with both sides
    Show {
        /// The case
        id: String,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Decide a case; the identity provider's next try goes through
    Decide {
        /// The case
        id: String,
        /// What the claim is about, or what becomes of everybody who is held
        #[arg(value_enum)]
        ruling: RulingWord,
        /// The person, for `link` and `merge`; may be left out if there is one candidate
        #[arg(long)]
        person: Option<String>,
        /// Why, for the timeline
        #[arg(long)]
        note: Option<String>,
        /// Who decides, for the timeline; your login name without it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
    },
    /// Take a decision back, as long as no claim has gone through by it; the case is open again
    Undo {
        /// The case
        id: String,
        /// Who takes it back, for the timeline; your login name without it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RulingWord {
    /// The claim is about a person who is known
    Link,
    /// The claim is about somebody new; or those who look alike are different people
    Create,
    /// The claim is wrong; keep refusing it
    Reject,
    /// Those who look alike are one person; noted as a proposal, and nobody is merged
    Merge,
    /// Everybody whom a mass change holds loses access now
    Release,
    /// Everybody whom a mass change holds stays active, until their source says inactive again
    Keep,
}

#[derive(Debug, Args)]
pub(crate) struct DoctorOptions {
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainOptions {
    /// Id, external id, user name, employee number, e-mail address or `sys_id`
    pub(crate) who: String,
    /// One field of the record, e.g. `department`
    pub(crate) field: Option<String>,
    /// The newest events to show
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(..=500))]
    pub(crate) events: u32,
    /// How it is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ElCommand {
    /// Evaluate an expression; its value is printed as JSON, alone on standard output
    Eval {
        /// The expression, e.g. `user.firstName + "." + user.lastName`
        #[arg(allow_hyphen_values = true)]
        expression: String,
        /// A JSON file with what the expression reads: user, groups, manager and so on; nothing is known without it
        #[arg(long, value_name = "FILE")]
        context: Option<PathBuf>,
        /// The time that `Time.now()` gives, e.g. 2026-01-31T09:00:00Z; the clock's without it
        #[arg(long, value_name = "TIME")]
        now: Option<jiff::Timestamp>,
        /// Which dialect is accepted
        #[arg(long, value_enum, default_value_t = DialectWord::Any)]
        dialect: DialectWord,
        /// What null means where text is needed
        #[arg(long, value_enum, default_value_t = NullsWord::Strict)]
        nulls: NullsWord,
    },
    /// Check an expression; what it gives and reads is printed as JSON
    Check {
        /// The expression
        #[arg(allow_hyphen_values = true)]
        expression: String,
        /// Which dialect is accepted
        #[arg(long, value_enum, default_value_t = DialectWord::Any)]
        dialect: DialectWord,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum DialectWord {
    /// Functions are called as `String.toUpperCase(x)`
    Classic,
    /// Functions are called as `x.toUpperCase()`
    Identity,
    /// Either
    Any,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum NullsWord {
    /// What would write the text `null` is an error
    Strict,
    /// As in Java: the text `null`
    Java,
    /// Null is empty text
    Empty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

impl Command {
    /// Commands that talk to a person; only what goes wrong is logged.
    pub(crate) fn is_quiet(&self) -> bool {
        !matches!(self, Self::Serve)
    }
}

fn admin_name(text: &str) -> Result<AdminName, NotAName> {
    AdminName::parse(text)
}

/// `90d`, `12h`, `30m`, or jiff's own forms. A day is 24 hours.
fn duration(text: &str) -> Result<jiff::SignedDuration, String> {
    let days = text.strip_suffix('d').and_then(|days| days.trim().parse::<i64>().ok());
    let duration = match days {
        Some(days) => days.checked_mul(24).map(jiff::SignedDuration::from_hours),
        None => text.parse().ok(),
    };
    let positive = duration.filter(jiff::SignedDuration::is_positive);
    positive.ok_or_else(|| "a duration looks like 90d, 12h or 30m".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        assert_eq!(duration("90d").unwrap().as_hours(), 2_160);
        assert_eq!(duration("24h").unwrap().as_hours(), 24);
        assert!(duration("0d").is_err() && duration("soon").is_err() && duration("-1h").is_err());
    }
}
