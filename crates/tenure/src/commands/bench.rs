//! `tenure bench`: measures the server beside a bare floor, which is the same HTTP stack and the same database drivers
//! doing the least durable work. Both are processes of their own; they take turns under the same load in the same run,
//! because figures of different runs and machines do not compare, and their ratio does.

mod floor;
mod groups;
mod load;
mod operation;
mod people;
mod plan;
mod report;
mod serve;
mod side;
mod statistics;
mod target;

use crate::cli::{BenchOptions, Served};
use groups::Adding;
use indicatif::{ProgressBar, ProgressStyle};
use load::{Sample, Source};
use operation::{Ids, Operation, To, create};
use report::{Loaded, Measured, Report};
use side::Side;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// How often the two servers take turns.
const ROUNDS: usize = 3;

pub(crate) async fn run(options: BenchOptions) -> anyhow::Result<ExitCode> {
    if let (Some(served), Some(store)) = (options.serve, &options.store) {
        return serve::run(served, store, options.deliver_to.as_deref()).await;
    }
    let format = options.format;
    if options.target {
        tokio::select! {
            report = target::measure(&options) => report?.show(format),
            interrupted = tokio::signal::ctrl_c() => {
                interrupted?;
                anyhow::bail!("interrupted");
            }
        }
        return Ok(ExitCode::SUCCESS);
    }
    // Whoever interrupts gets the temporary files removed all the same.
    tokio::select! {
        report = measure(options) => report?.show(format),
        interrupted = tokio::signal::ctrl_c() => {
            interrupted?;
            anyhow::bail!("interrupted");
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn measure(options: BenchOptions) -> anyhow::Result<Report> {
    let stores = Stores::of(options.store.as_deref())?;
    let mut bench = Bench::start(&stores, &options)?;
    let idle = bench.tenure.memory();
    let loaded = bench.load(options.people() as usize).await?;
    let full = bench.tenure.memory();
    bench.bar.set_message("a policy planned");
    let planned = plan::measure(&bench.tenure, bench.ids.len()).await?;
    let mut measured = Vec::new();
    let (last, first) = Operation::ALL.split_last().expect("there are operations");
    for operation in first {
        measured.push(bench.people(*operation).await?);
    }
    for adding in Adding::all(bench.ids.len()) {
        measured.push(bench.members(adding).await?);
    }
    measured.push(bench.people(*last).await?);
    bench.bar.finish_and_clear();
    let end = bench.tenure.memory();
    Ok(Report { options, rounds: ROUNDS, loaded, planned, measured, idle, full, end })
}

/// Where the two servers keep their rows: on the same disk or in the same database.
struct Stores {
    tenure: String,
    floor: String,
    _directory: Option<TempDir>,
}

impl Stores {
    fn of(store: Option<&str>) -> anyhow::Result<Self> {
        if let Some(url) = store.filter(|url| !url.starts_with("sqlite:")) {
            return Ok(Self { tenure: url.to_owned(), floor: url.to_owned(), _directory: None });
        }
        let beside = store.and_then(|url| Path::new(url.trim_start_matches("sqlite:")).parent());
        let mut builder = tempfile::Builder::new();
        builder.prefix("tenure-bench-");
        let directory = match beside.filter(|path| !path.as_os_str().is_empty()) {
            Some(beside) => builder.tempdir_in(beside)?,
            None => builder.tempdir()?,
        };
        let file = |name: &str| format!("sqlite:{}", directory.path().join(name).display());
        let tenure = store.map_or_else(|| file("tenure.db"), str::to_owned);
        Ok(Self { tenure, floor: file("floor.db"), _directory: Some(directory) })
    }
}

/// Two servers, whom they know, and how they are measured.
struct Bench {
    tenure: Side,
    floor: Side,
    ids: Ids,
    floor_ids: Ids,
    time: Duration,
    bar: ProgressBar,
}

impl Bench {
    fn start(stores: &Stores, options: &BenchOptions) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("{bar:40} {pos}/{len} {msg}  {elapsed}");
        Ok(Self {
            tenure: Side::start(Served::Tenure, &stores.tenure, None, options.concurrency)?,
            floor: Side::start(Served::Floor, &stores.floor, None, options.concurrency)?,
            ids: Ids::default(),
            floor_ids: Ids::default(),
            time: Duration::try_from_secs_f64(options.seconds)?,
            bar: ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())),
        })
    }

    /// Loads the same people into both.
    async fn load(&mut self, people: usize) -> anyhow::Result<Loaded> {
        self.bar.set_length(2 * people as u64);
        self.bar.set_message("people loaded");
        let (tenure, ids) = load(&mut self.tenure, To::Tenure, people, &self.bar).await?;
        let (floor, floor_ids) = load(&mut self.floor, To::Floor, people, &self.bar).await?;
        (self.ids, self.floor_ids) = (ids, floor_ids);
        self.bar.reset();
        self.bar.set_length((Operation::ALL.len() + Adding::all(people).len()) as u64);
        Ok(Loaded { tenure, floor })
    }

    /// Measures an operation on people on both sides in turn.
    async fn people(&mut self, operation: Operation) -> anyhow::Result<Measured> {
        self.bar.set_message(operation.words());
        let tenure = operation.requests(To::Tenure, &self.ids);
        let floor = operation.requests(To::Floor, &self.floor_ids);
        let mut measured = Measured::new(operation.name(), operation.words());
        for round in 0..=ROUNDS {
            let ours = self.tenure.crew.work(Some(self.time), &tenure).await?;
            let bare = self.floor.crew.work(Some(self.time), &floor).await?;
            measured.add_unless_warming_up(round, ours, Some(bare));
        }
        self.bar.inc(1);
        Ok(measured)
    }

    /// Measures the adding of members; one member beside one row that the floor writes.
    async fn members(&mut self, adding: Adding) -> anyhow::Result<Measured> {
        let words = adding.words();
        self.bar.set_message(words.clone());
        let floor = (adding.add == 1).then(|| Operation::Put.requests(To::Floor, &self.floor_ids));
        let mut measured = Measured::new(adding.name, &words);
        let mut enough = 256;
        for round in 0..=ROUNDS {
            let source = adding.prepare(&mut self.tenure.crew, &self.ids, enough).await?;
            let ours = self.tenure.crew.work(Some(self.time), &source).await?;
            enough = enough_for(&ours, self.time);
            let bare = match &floor {
                Some(floor) => Some(self.floor.crew.work(Some(self.time), floor).await?),
                None => None,
            };
            measured.add_unless_warming_up(round, ours, bare);
        }
        self.bar.inc(1);
        Ok(measured)
    }
}

/// Half as many requests again as a round of this length took before.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a rate is small and not negative"
)]
fn enough_for(sample: &Sample, time: Duration) -> usize {
    (sample.rate() * time.as_secs_f64() * 1.5) as usize + 256
}

async fn load(side: &mut Side, to: To, people: usize, bar: &ProgressBar) -> anyhow::Result<(Sample, Ids)> {
    let (next, bar) = (AtomicUsize::new(0), bar.clone());
    let source: Source = Arc::new(move || {
        let number = Some(next.fetch_add(1, Ordering::Relaxed)).filter(|&number| number < people)?;
        bar.inc(1);
        Some(create(to, number))
    });
    let mut sample = side.crew.work(None, &source).await?;
    let mut made = std::mem::take(&mut sample.made);
    made.sort_unstable_by_key(|(number, _)| *number);
    Ok((sample, Arc::new(made.into_iter().map(|(_, id)| id).collect())))
}
