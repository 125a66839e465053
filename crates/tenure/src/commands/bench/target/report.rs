//! What was measured on the way to the target, as a table for people and as JSON for programs.

use crate::cli::{BenchOptions, Format};
use crate::commands::bench::report::{cores, engine, megabytes, rounded};
use crate::commands::bench::side::Memory;
use crate::output;
use serde_json::{Value, json};
use std::time::Duration;
use tenure_connect::servicenow::{Auth, Settings};
use tenure_lab::servicenow::Calls;

/// How the first load went.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) people: usize,
    /// Until the last source was answered.
    pub(super) push: Duration,
    /// Until the instance had everything.
    pub(super) elapsed: Duration,
    pub(super) calls: Calls,
}

/// One change, alone.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) name: &'static str,
    pub(super) words: &'static str,
    pub(super) calls: Calls,
}

/// Everything.
#[derive(Debug)]
pub(in crate::commands::bench) struct Report {
    engine: &'static str,
    latency: Duration,
    /// The most calls at one time.
    ceiling: usize,
    loaded: Loaded,
    leavers: Vec<Duration>,
    changes: Vec<Change>,
    /// The server's, before it knew anybody, with everything pushed, and at the end.
    memory: [Memory; 3],
}

impl Loaded {
    fn seconds(&self) -> f64 {
        self.elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }

    fn per_second(&self, count: u64) -> f64 {
        count as f64 / self.seconds()
    }
}

impl Report {
    pub(super) fn new(
        options: &BenchOptions,
        loaded: Loaded,
        leavers: Vec<Duration>,
        changes: Vec<Change>,
        memory: [Memory; 3],
    ) -> Self {
        // What the client does when nobody says otherwise, which is how the server was started.
        let ceiling = Settings::new("", Auth::ApiKey { key: "".into() }).concurrency;
        let latency = Duration::from_millis(options.latency);
        Self { engine: engine(options), latency, ceiling, loaded, leavers, changes, memory }
    }

    /// What of the calls that the ceiling allows was made: with no time lost, it would be 1.
    fn share(&self) -> f64 {
        let allowed = self.ceiling as f64 / self.latency.as_secs_f64().max(f64::MIN_POSITIVE);
        self.loaded.per_second(self.loaded.calls.total) / allowed
    }

    fn worst_leaver(&self) -> Duration {
        self.leavers.iter().max().copied().unwrap_or_default()
    }

    pub(in crate::commands::bench) fn show(&self, format: Format) {
        match format {
            Format::Json => output::json(&self.json()),
            Format::Table => self.table(),
        }
    }

    fn json(&self) -> Value {
        let Loaded { people, push, calls, .. } = &self.loaded;
        let changes = self.changes.iter().map(|change| {
            json!({
                "name": change.name, "description": change.words, "calls": change.calls.total,
                "by": change.calls.by, "inner": change.calls.inner,
            })
        });
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "machine": { "cores": cores(), "os": std::env::consts::OS, "architecture": std::env::consts::ARCH },
            "engine": self.engine,
            "people": people,
            "latency_ms": millis(self.latency),
            "concurrency": self.ceiling,
            "load": {
                "push_seconds": rounded(push.as_secs_f64(), 2),
                "seconds": rounded(self.loaded.seconds(), 2),
                "people_per_second": rounded(self.loaded.per_second(*people as u64), 1),
                "calls_per_second": rounded(self.loaded.per_second(calls.total), 1),
                "share_of_concurrency": rounded(self.share(), 3),
                "peak_concurrency": calls.peak,
                "calls_per_person": rounded(calls.total as f64 / *people as f64, 3),
                "calls": calls.by,
                "inner": calls.inner,
                "in_vain": calls.in_vain,
            },
            "changes": changes.collect::<Vec<_>>(),
            "leavers_during_load_ms": self.leavers.iter().map(|wait| millis(*wait)).collect::<Vec<_>>(),
            "worst_leaver_ms": millis(self.worst_leaver()),
            "memory_bytes": {
                "idle": self.memory[0].resident, "pushed": self.memory[1].resident,
                "end": self.memory[2].resident, "peak": self.memory[2].peak,
            },
        })
    }

    fn table(&self) {
        let Loaded { people, push, calls, .. } = &self.loaded;
        output::line(&format!(
            "{people} people in three groups each, {}; pushed over SCIM in {:.1} s, in ServiceNow after {:.1} s",
            self.engine,
            push.as_secs_f64(),
            self.loaded.seconds()
        ));
        output::line(&format!(
            "{:.0} people and {:.0} calls per second at {} ms a call; {:.0} % of what {} at a time allow; at most {} at once",
            self.loaded.per_second(*people as u64),
            self.loaded.per_second(calls.total),
            self.latency.as_millis(),
            self.share() * 100.0,
            self.ceiling,
            calls.peak
        ));
        let each = |map: &std::collections::BTreeMap<String, u64>, place: &str| -> Vec<Vec<String>> {
            let row = |(what, count): (&String, &u64)| {
                let share = *count as f64 / *people as f64;
                vec![format!("{what}{place}"), count.to_string(), format!("{share:.3}")]
            };
            map.iter().map(row).collect()
        };
        let rows = [each(&calls.by, ""), each(&calls.inner, ", in a batch")].concat();
        output::line(&output::table(&["CALL", "COUNT", "PER PERSON"], rows));
        let rows = self.changes.iter().map(|change| {
            let kinds: Vec<_> =
                change.calls.by.iter().map(|(what, count)| format!("{count} {what}")).collect();
            vec![change.words.to_owned(), change.calls.total.to_string(), kinds.join(", ")]
        });
        output::line(&output::table(&["CHANGE", "CALLS", ""], rows));
        output::line(&format!(
            "a leaver during the load is inactive after {} ms at worst (of {})",
            millis(self.worst_leaver()),
            self.leavers.len()
        ));
        output::line(&format!(
            "memory of the server in MB: {} idle, {} with everything pushed, {} at the end, {} at most",
            megabytes(self.memory[0].resident),
            megabytes(self.memory[1].resident),
            megabytes(self.memory[2].resident),
            megabytes(self.memory[2].peak),
        ));
    }
}

fn millis(duration: Duration) -> f64 {
    rounded(duration.as_secs_f64() * 1_000.0, 1)
}
