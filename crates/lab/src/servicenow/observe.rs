//! What can be seen from outside without HTTP: how often the instance was called, and which writes had an effect.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use serde::Serialize;

/// How often the instance was called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// All calls, those that failed or were refused included; a batch is one.
    pub total: u64,
    /// Calls by `METHOD table`; the table of a batch is `batch`, of a token `oauth`.
    pub by: BTreeMap<String, u64>,
    /// Calls within batches, by `METHOD table`.
    pub inner: BTreeMap<String, u64>,
    /// Writes, by themselves or within batches, that came to the table and changed nothing: the values or the row were
    /// there already, the row was gone, or a rule was against it. By `METHOD table`.
    pub in_vain: BTreeMap<String, u64>,
    /// Answers by status; connections that were cut count as 0.
    pub statuses: BTreeMap<u16, u64>,
    /// How many calls are under way.
    pub in_flight: u64,
    /// The most that were ever under way together.
    pub peak: u64,
}

impl Calls {
    /// How many calls there were with this method about this table, by themselves or within batches.
    pub fn count(&self, method: &str, table: &str) -> u64 {
        let key = key(method, table);
        [&self.by, &self.inner].into_iter().filter_map(|map| map.get(&key)).sum()
    }

    pub(crate) fn begin(&mut self, method: &str, table: &str) {
        self.total += 1;
        *self.by.entry(key(method, table)).or_default() += 1;
        self.in_flight += 1;
        self.peak = self.peak.max(self.in_flight);
    }

    pub(crate) fn begin_inner(&mut self, method: &str, table: &str) {
        *self.inner.entry(key(method, table)).or_default() += 1;
    }

    pub(crate) fn write_in_vain(&mut self, method: &str, table: &str) {
        *self.in_vain.entry(key(method, table)).or_default() += 1;
    }

    pub(crate) fn end(&mut self, status: u16) {
        self.in_flight -= 1;
        *self.statuses.entry(status).or_default() += 1;
    }

    /// Begins anew; calls under way stay under way.
    pub(crate) fn forget(&mut self) {
        *self = Self { in_flight: self.in_flight, peak: self.in_flight, ..Self::default() };
    }
}

fn key(method: &str, table: &str) -> String {
    format!("{method} {table}")
}

/// A write over the API that changed something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Write {
    /// The table that was written to.
    pub table: String,
    /// The row.
    pub sys_id: String,
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub method: String,
    /// The columns whose values changed, sorted, those included that rules changed; empty for a DELETE.
    pub columns: Vec<String>,
    /// When, by the instance's clock.
    pub at: Timestamp,
    /// Who.
    pub by: String,
}

/// The newest writes.
#[derive(Debug, Default)]
pub(crate) struct Writes {
    kept: VecDeque<Write>,
}

impl Writes {
    pub(crate) fn add(&mut self, write: Write, capacity: usize) {
        self.kept.push_back(write);
        if self.kept.len() > capacity {
            self.kept.pop_front();
        }
    }

    pub(crate) fn all(&self) -> Vec<Write> {
        self.kept.iter().cloned().collect()
    }

    pub(crate) fn forget(&mut self) {
        self.kept.clear();
    }
}
