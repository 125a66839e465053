//! `tenure demo`: a temporary server, a simulated company, and a year of it pushed by a simulated Okta and a simulated
//! Entra over real HTTP. It ends with what happened, and with a comparison of every person with the truth.

mod compare;
mod show;
mod target;

use super::serve::stop_signal;
use crate::cli::DemoOptions;
use crate::{config, output, wiring};
use anyhow::Context;
use compare::Comparison;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use target::Instance;
use tempfile::TempDir;
use tenure_engine::SharedEngine;
use tenure_engine::policy::Author;
use tenure_engine::token::Scope;
use tenure_engine::{deliver, handover, renew};
use tenure_identity::case::Case;
use tenure_identity::event::EventKind;
use tenure_identity::id::SourceName;
use tenure_lab::company::Company;
use tenure_lab::idp::okta::Dialect;
use tenure_lab::play::{Played, Progress, Stage, play};
use tenure_lab::proof::{POLICY, Proof};
use tenure_lab::year::{Event, Year};
use tenure_server::{app, listen};
use tenure_store::handovers::Handover;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Deliveries and hand-overs that will be tried within this time are waited for.
const SOON: Duration = Duration::from_secs(30);
/// More than a company of the demo has leavers.
const EVERYBODY: u32 = 100_000;
/// How often to look whether all are done.
const LOOK: Duration = Duration::from_millis(50);
/// How many looks before what is there is shown as it is.
const PATIENCE: usize = 6_000;

/// The server that the demo plays against, on a port and in a directory of its own.
struct Theatre {
    directory: TempDir,
    configuration: PathBuf,
    base_url: String,
    engine: SharedEngine,
    instance: Instance,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    /// What works in the background.
    workers: [JoinHandle<()>; 3],
}

/// What the year came to.
struct Result {
    played: Played,
    comparison: Comparison,
    events: Vec<(EventKind, i64)>,
    /// The cases that hold a claim.
    waiting: Vec<Case>,
    /// What ServiceNow holds in the end.
    target: Proof,
}

pub(crate) async fn run(options: &DemoOptions) -> anyhow::Result<ExitCode> {
    let theatre = Theatre::open().await?;
    let people = options.people as usize;
    let company = Company::generate(options.seed, people);
    let year = Year::plan(&company, options.seed);
    output::say(&format!(
        "a year of a company of {people} people, pushed by Okta and Entra to {}, and from there to a simulated ServiceNow at {}",
        theatre.base_url,
        theatre.instance.url()
    ));
    let result = perform(&theatre, &year).await?;
    show::show(&result, options.format);
    let right = result.is_right();
    if !options.once {
        theatre.stay_up(&year).await?;
    }
    theatre.close().await;
    Ok(if right { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn perform(theatre: &Theatre, year: &Year) -> anyhow::Result<Result> {
    let (okta, entra) = (theatre.token("okta").await?, theatre.token("entra").await?);
    let scim = format!("{}/scim/v2", theatre.base_url);
    let stage = Stage { okta: Dialect::Template, ..Stage::new(&scim, &okta, &entra) };
    let (bar, mut desks) = (progress_bar(), theatre.instance.desks());
    let next_event = |progress: Progress| {
        desks.fill_daily(&progress);
        advance(&bar, &progress);
    };
    let played = play(year, &stage, next_event).await?;
    bar.finish_and_clear();
    theatre.delivered().await?;
    theatre.handed_over().await?;
    let truth = year.truth();
    let comparison = Comparison::of(&theatre.engine, &truth).await?;
    let target = theatre.instance.proof(year);
    let events = theatre.engine.event_counts().await?;
    let cases = theatre.engine.cases(false, None, 10_000).await?;
    let waiting = cases.into_iter().filter(|case| case.kind.blocks()).collect();
    Ok(Result { played, comparison, events, waiting, target })
}

/// Quiet unless somebody watches.
fn progress_bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} day {msg}  {pos}/{len} events  {elapsed}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn advance(bar: &ProgressBar, progress: &Progress) {
    bar.set_length(progress.of as u64);
    bar.set_position(progress.events as u64);
    bar.set_message(format!(
        "{:>3}, {} requests, {} refused",
        progress.day, progress.requests, progress.refusals
    ));
}

impl Theatre {
    async fn open() -> anyhow::Result<Self> {
        let directory = tempfile::Builder::new().prefix("tenure-demo-").tempdir()?;
        let listener = TcpListener::bind("127.0.0.1:0").await.context("no port is free on 127.0.0.1")?;
        let address = listener.local_addr()?;
        let configuration = directory.path().join("tenure.toml");
        let instance = Instance::start().await?;
        write_configuration(
            &configuration,
            &address.to_string(),
            &directory.path().join("tenure.db"),
            &instance,
        )?;
        let config = config::load(Some(&configuration))?;
        let engine = wiring::engine(&config).await?;
        let author = Author { name: "demo", reason: Some("leavers' work is handed over") };
        engine.apply_policy(POLICY, author).await?;
        let (stop, stopped) = oneshot::channel();
        let (base_url, router) = (config.url(), app(Arc::clone(&engine), config.server));
        let server = tokio::spawn(listen::serve(listener, None, router, async {
            let _ = stopped.await;
        }));
        let workers = [
            tokio::spawn(renew::tend(Arc::clone(&engine))),
            tokio::spawn(deliver::run(Arc::clone(&engine))),
            tokio::spawn(handover::run(Arc::clone(&engine))),
        ];
        Ok(Self { directory, configuration, base_url, engine, instance, stop, server, workers })
    }

    /// Waits until ServiceNow has what it can have.
    async fn delivered(&self) -> anyhow::Result<()> {
        for _ in 0..PATIENCE {
            if self.engine.busy_deliveries(SOON).await? == 0 {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// Waits until leavers' work lies with others.
    async fn handed_over(&self) -> anyhow::Result<()> {
        for _ in 0..PATIENCE {
            let soon = self.engine.clock().now() + SOON;
            let busy = |it: &Handover| it.at_work || it.due.is_some_and(|due| due < soon);
            if !self.engine.handovers(None, None, EVERYBODY).await?.iter().any(busy) {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn token(&self, source: &str) -> anyhow::Result<String> {
        let token = self.engine.create_token(&SourceName::new(source), &Scope::ALL, None).await?;
        Ok(token.secret)
    }

    /// Leaves the server to whoever wants to look around.
    async fn stay_up(&self, year: &Year) -> anyhow::Result<()> {
        let token = self.token("okta").await?;
        let configuration = self.configuration.display();
        output::say(&format!(
            "the server stays up until Ctrl-C; look around from another terminal:\n  \
             curl -H 'Authorization: Bearer {token}' '{}/scim/v2/Users?count=3'\n  \
             tenure --config {configuration} review list\n  \
             tenure --config {configuration} deliver status\n  \
             tenure --config {configuration} handover status\n  \
             tenure --config {configuration} explain {}",
            self.base_url,
            self.example(year).await?,
        ));
        stop_signal()?.await;
        Ok(())
    }

    /// Somebody with a story to tell.
    async fn example(&self, year: &Year) -> anyhow::Result<String> {
        let cases = self.engine.cases(true, None, 1).await?;
        let candidate = cases.first().and_then(|case| case.candidates.first());
        // Without a case, whoever changed last.
        let joined = |event: &Event| matches!(event, Event::Joined { .. });
        let events = year.events.iter().rev().map(|dated| &dated.event).filter(|event| !joined(event));
        let anybody =
            events.filter_map(Event::account).map(|account| account.human.number.to_string()).next();
        Ok(candidate.map(ToString::to_string).or(anybody).unwrap_or_default())
    }

    async fn close(self) {
        let _ = self.stop.send(());
        let _ = self.server.await;
        self.workers.iter().for_each(JoinHandle::abort);
        self.engine.close().await;
        drop(self.directory);
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the demo writes the configuration that it tells people to use"
)]
fn write_configuration(
    path: &Path,
    listen: &str,
    database: &Path,
    instance: &Instance,
) -> anyhow::Result<()> {
    let password = path.with_file_name("servicenow-password");
    std::fs::write(&password, instance.password()).context("cannot write into the demo's directory")?;
    let text = format!(
        "[server]\nlisten = \"{listen}\"\n\n[store]\nurl = \"sqlite:{}\"\n\n\
         [sources.okta]\nkind = \"scim\"\nrank = 1\n\n[sources.entra]\nkind = \"scim\"\nrank = 2\n\n\
         [target]\nkind = \"servicenow\"\nurl = \"{}\"\n\
         auth = {{ kind = \"basic\", username = \"{}\", password = {{ file = \"{}\" }} }}\n",
        database.display(),
        instance.url(),
        instance.user_name(),
        password.display()
    );
    std::fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))
}
