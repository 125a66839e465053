//! The result, as a table for people and as JSON for programs.

use super::load::Sample;
use super::plan::Planned;
use super::side::Memory;
use super::statistics::{median, percentile};
use crate::cli::{BenchOptions, Format};
use crate::output;
use serde_json::{Value, json};

/// Everything that one run measured.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) options: BenchOptions,
    pub(super) rounds: usize,
    pub(super) loaded: Loaded,
    pub(super) planned: Option<Planned>,
    pub(super) measured: Vec<Measured>,
    /// The server's memory before it knew anybody, after the load, and at the end.
    pub(super) idle: Memory,
    pub(super) full: Memory,
    pub(super) end: Memory,
}

/// How the load went in.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) tenure: Sample,
    pub(super) floor: Sample,
}

/// One operation over all rounds.
#[derive(Debug)]
pub(super) struct Measured {
    name: &'static str,
    words: String,
    rates: Vec<f64>,
    floor_rates: Vec<f64>,
    latencies: Vec<u32>,
}

/// One line of the result.
#[derive(Debug)]
struct Line {
    name: &'static str,
    words: String,
    rate: f64,
    floor: Option<f64>,
    /// In milliseconds.
    p50: f64,
    p99: f64,
}

impl Measured {
    pub(super) fn new(name: &'static str, words: &str) -> Self {
        let (rates, floor_rates, latencies) = (Vec::new(), Vec::new(), Vec::new());
        Self { name, words: words.to_owned(), rates, floor_rates, latencies }
    }

    /// Round 0 fills caches and opens connections.
    pub(super) fn add_unless_warming_up(&mut self, round: usize, ours: Sample, floor: Option<Sample>) {
        if round > 0 {
            self.rates.push(ours.rate());
            self.floor_rates.extend(floor.map(|floor| floor.rate()));
            self.latencies.extend(ours.latencies);
        }
    }

    fn line(&self) -> Line {
        let (p50, p99) = middle_and_tail(&self.latencies);
        let rate = median(&self.rates).unwrap_or_default();
        Line { name: self.name, words: self.words.clone(), rate, floor: median(&self.floor_rates), p50, p99 }
    }
}

impl Loaded {
    fn line(&self) -> Line {
        let (p50, p99) = middle_and_tail(&self.tenure.latencies);
        let words = "create users, while loading".to_owned();
        Line { name: "load", words, rate: self.tenure.rate(), floor: Some(self.floor.rate()), p50, p99 }
    }
}

fn middle_and_tail(micros: &[u32]) -> (f64, f64) {
    let mut sorted = micros.to_vec();
    sorted.sort_unstable();
    let millis = |percent| percentile(&sorted, percent).map_or(0.0, |micros| f64::from(micros) / 1_000.0);
    (millis(50), millis(99))
}

impl Line {
    /// What of the floor's rate is left.
    fn ratio(&self) -> Option<f64> {
        self.floor.filter(|floor| *floor > 0.0).map(|floor| self.rate / floor)
    }

    fn json(&self) -> Value {
        json!({
            "name": self.name,
            "description": self.words,
            "per_second": rounded(self.rate, 0),
            "p50_ms": rounded(self.p50, 2),
            "p99_ms": rounded(self.p99, 2),
            "floor_per_second": self.floor.map(|floor| rounded(floor, 0)),
            "ratio_to_floor": self.ratio().map(|ratio| rounded(ratio, 2)),
        })
    }

    fn cells(&self) -> Vec<String> {
        let optional = |value: Option<f64>, digits: usize| {
            value.map_or_else(|| "–".to_owned(), |v| format!("{v:.digits$}"))
        };
        vec![
            self.words.clone(),
            format!("{:.0}", self.rate),
            format!("{:.2}", self.p50),
            format!("{:.2}", self.p99),
            optional(self.floor, 0),
            optional(self.ratio(), 2),
        ]
    }
}

pub(super) fn rounded(value: f64, digits: i32) -> f64 {
    let scale = 10_f64.powi(digits);
    (value * scale).round() / scale
}

impl Report {
    pub(super) fn show(&self, format: Format) {
        match format {
            Format::Json => output::json(&self.json()),
            Format::Table => self.table(),
        }
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = vec![self.loaded.line()];
        lines.extend(self.measured.iter().map(Measured::line));
        lines
    }

    fn json(&self) -> Value {
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "machine": { "cores": cores(), "os": std::env::consts::OS, "architecture": std::env::consts::ARCH },
            "engine": engine(&self.options),
            "people": self.options.people(),
            "concurrency": self.options.concurrency,
            "rounds": self.rounds,
            "seconds": self.options.seconds,
            "policy_plan": self.planned.map(|planned| json!({
                "people": planned.people,
                "seconds": rounded(planned.elapsed.as_secs_f64(), 3),
                "people_per_second": rounded(planned.rate(), 0),
            })),
            "operations": self.lines().iter().map(Line::json).collect::<Vec<_>>(),
            "memory_bytes": {
                "idle": self.idle.resident,
                "loaded": self.full.resident,
                "end": self.end.resident,
                "peak": self.end.peak,
            },
        })
    }

    fn table(&self) {
        let headers = ["OPERATION", "PER SECOND", "P50 MS", "P99 MS", "FLOOR PER SECOND", "RATIO"];
        output::line(&output::table(&headers, self.lines().iter().map(Line::cells)));
        let options = &self.options;
        output::line(&format!(
            "{} people, {}, {} requests at a time, {} cores shared with the load; median of {} rounds of {} s",
            options.people(),
            engine(&self.options),
            options.concurrency,
            cores(),
            self.rounds,
            options.seconds,
        ));
        if let Some(planned) = self.planned {
            output::line(&format!(
                "what a policy of 30 fields, 20 roles and 10 orders of authority would change: {:.2} s for {} people",
                planned.elapsed.as_secs_f64(),
                planned.people,
            ));
        }
        output::line(&format!(
            "memory of the server in MB: {} idle, {} with everybody loaded, {} at the end, {} at most",
            megabytes(self.idle.resident),
            megabytes(self.full.resident),
            megabytes(self.end.resident),
            megabytes(self.end.peak),
        ));
        output::line(
            "floor: the same HTTP stack and database, one indexed row in or out (a page is 100 rows)",
        );
    }
}

/// What the store is.
pub(super) fn engine(options: &BenchOptions) -> &'static str {
    let postgres = options.store.as_ref().is_some_and(|store| store.starts_with("postgres"));
    if postgres { "postgresql" } else { "sqlite" }
}

/// Bytes as people read them.
pub(super) fn megabytes(bytes: Option<u64>) -> String {
    bytes.map_or_else(|| "?".to_owned(), |bytes| (bytes >> 20).to_string())
}

pub(super) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn sample(count: usize) -> Sample {
        Sample { latencies: vec![1_500; count], elapsed: Duration::from_secs(2), made: Vec::new() }
    }

    #[test]
    fn an_operation_is_the_median_of_its_rounds_beside_the_floor() {
        let mut measured = Measured::new("get", "GET");
        measured.add_unless_warming_up(0, sample(1_000_000), None);
        for (round, count) in [(1, 100), (2, 300), (3, 200)] {
            measured.add_unless_warming_up(round, sample(count), Some(sample(400)));
        }
        let expected = json!({
            "name": "get", "description": "GET", "per_second": 100.0, "p50_ms": 1.5, "p99_ms": 1.5,
            "floor_per_second": 200.0, "ratio_to_floor": 0.5,
        });
        assert_eq!(measured.line().json(), expected);
    }

    #[test]
    fn without_a_floor_there_is_no_ratio() {
        let mut measured = Measured::new("add", "add");
        measured.add_unless_warming_up(1, sample(10), None);
        assert_eq!(measured.line().json()["ratio_to_floor"], Value::Null);
        assert_eq!(measured.line().cells()[4..], ["–", "–"]);
    }
}
