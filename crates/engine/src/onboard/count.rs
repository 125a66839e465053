//! How many rows a part of the target has, those that our account may not see included: asked before its rows are read and
//! after, and kept beside them, so that a reading that is gone on with later is held against what there was then.

use super::OnboardError;
use super::part::Part;
use super::read::{Reader, Reading, Trouble};
use crate::SharedEngine;
use std::collections::BTreeMap;
use tenure_connect::servicenow::Lane;
use tenure_store::onboard::Page;

const COUNT: &str = "count";

/// When a part was counted: a page of its own in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Before = 0,
    After = 1,
}

/// What the counts of a part are kept under.
fn label(part: Part) -> String {
    format!("{}, counted", part.label())
}

impl Reader<'_> {
    /// Counts a part, unless that is done.
    pub(super) async fn count(&self, part: Part, when: When) -> Result<(), Trouble> {
        let (store, target, kept) = (&self.engine.store, &self.target.name, label(part));
        if store.onboard_page(target, &self.name, &kept, when as u32).await?.is_some() {
            return Ok(());
        }
        let client = &self.target.client;
        let glance = client.glance(Lane::Background, part.table(), &part.query(), &["sys_id"]).await?;
        let count = glance.total.map(|count| BTreeMap::from([(COUNT.to_owned(), count.to_string())]));
        let (read, rows) = (self.engine.clock.now(), count.into_iter().collect());
        let page = Page { part: kept, number: when as u32, read, position: None, rows };
        store.keep_onboard_page(target, &self.name, &page).await?;
        Ok(())
    }
}

/// How many rows there were all the time; nothing where the target does not count. Rows that came or went while the others
/// were read are not held against anybody.
pub(super) async fn counted(
    engine: &SharedEngine,
    reading: &Reading,
    part: Part,
) -> Result<Option<u64>, OnboardError> {
    let mut least = None::<u64>;
    for when in [When::Before, When::After] {
        let kept = label(part);
        let page = engine.store.onboard_page(&reading.target, &reading.name, &kept, when as u32).await?;
        let page = page.ok_or(OnboardError::Two)?;
        let count = page.rows.first().and_then(|row| row.get(COUNT)?.parse::<u64>().ok());
        let Some(count) = count else { return Ok(None) };
        least = Some(least.map_or(count, |least| least.min(count)));
    }
    Ok(least)
}
