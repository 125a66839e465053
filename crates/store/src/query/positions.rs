//! Remembered page positions: the sequence number of every 128th resource of a list, so that a page deep down
//! costs what the first one costs.
//!
//! A list only grows at its end, so a position stays right until something leaves or re-enters the middle; a counter in
//! the store tells when that happens, on whichever node.

use super::Kind;
use crate::Store;
use crate::driver::Statement;
use crate::error::StoreError;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use tenure_identity::id::SourceName;

/// Resources between two remembered positions.
pub(super) const STRIDE: u64 = 128;

/// What is remembered of each list.
#[derive(Debug, Default)]
pub struct Positions(Mutex<HashMap<(&'static str, SourceName), List>>);

#[derive(Debug, Default)]
struct List {
    /// The counter for which the positions hold.
    reordered: i64,
    /// Sequence number of the resource number 128, 256 and so on.
    seqs: Vec<i64>,
}

impl Positions {
    /// The last remembered position at or before this offset: its sequence number and how many resources come before.
    fn nearest(&self, kind: Kind, source: &SourceName, reordered: i64, offset: u64) -> (i64, u64) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.entry((kind.name(), source.clone())).or_default();
        if list.reordered != reordered {
            *list = List { reordered, seqs: Vec::new() };
        }
        let known = usize::try_from(offset / STRIDE).unwrap_or(usize::MAX).min(list.seqs.len());
        match known.checked_sub(1) {
            Some(index) => (list.seqs[index], known as u64 * STRIDE),
            None => (0, 0),
        }
    }

    fn remember(&self, kind: Kind, source: &SourceName, reordered: i64, before: u64, seq: i64) {
        let mut lists = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let list = lists.entry((kind.name(), source.clone())).or_default();
        if list.reordered == reordered && list.seqs.len() as u64 * STRIDE + STRIDE == before {
            list.seqs.push(seq);
        }
    }
}

impl Store {
    /// A sequence number, and how many resources after it the offset lies.
    pub(super) async fn position(
        &self,
        kind: Kind,
        source: &SourceName,
        reordered: i64,
        offset: u64,
    ) -> Result<(i64, u64), StoreError> {
        let (mut seq, mut before) = self.positions.nearest(kind, source, reordered, offset);
        while offset - before >= STRIDE {
            let Some(next) = self.step(kind, source, seq).await? else { break };
            (seq, before) = (next, before + STRIDE);
            self.positions.remember(kind, source, reordered, before, seq);
        }
        Ok((seq, offset - before))
    }

    async fn step(&self, kind: Kind, source: &SourceName, after: i64) -> Result<Option<i64>, StoreError> {
        let sql = match kind {
            Kind::Users => {
                "select seq from claims where source = $1 and live = 1 and seq > $2 order by seq limit 1 offset $3"
            }
            Kind::Groups => {
                "select seq from groups where source = $1 and live = 1 and seq > $2 order by seq limit 1 offset $3"
            }
        };
        let skipped = i64::try_from(STRIDE - 1).expect("the stride is small");
        let params = [source.as_str().into(), after.into(), skipped.into()];
        let rows = self.database.query(Statement::new(sql, params)).await?;
        rows.first().map(|row| row.int(0)).transpose()
    }
}
