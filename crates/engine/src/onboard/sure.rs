//! The links that the last look was sure of, kept beside what it read: whoever decides about one person must not give away
//! the record of another, who may not have been pushed yet, so that neither a link nor a key tells.

use super::OnboardError;
use crate::SharedEngine;
use jiff::Timestamp;
use tenure_identity::id::SysId;
use tenure_identity::onboard::Link;
use tenure_store::onboard::{Columns, Page};

/// What the links are kept under.
const PART: &str = "links";
/// Links on a page.
const PAGE: usize = 1_000;

/// Keeps these links in the place of those of an earlier look at the same reading.
pub(super) async fn keep(
    engine: &SharedEngine,
    target: &str,
    reading: &str,
    links: &[Link],
    read: Timestamp,
) -> Result<(), OnboardError> {
    let store = &engine.store;
    store.forget_onboard_part(target, reading, PART).await?;
    for (number, links) in (0..).zip(links.chunks(PAGE)) {
        let owners: Columns =
            links.iter().map(|link| (link.record.to_string(), link.known.clone())).collect();
        let page = Page { part: PART.to_owned(), number, read, position: None, rows: vec![owners] };
        store.keep_onboard_page(target, reading, &page).await?;
    }
    Ok(())
}

/// Whose the record is by the last look, under the id by which it knew them.
pub(super) async fn owner(
    engine: &SharedEngine,
    target: &str,
    record: &SysId,
) -> Result<Option<String>, OnboardError> {
    let Some((reading, _)) = engine.store.newest_onboarding(target).await? else { return Ok(None) };
    for number in 0.. {
        let Some(page) = engine.store.onboard_page(target, &reading, PART, number).await? else { break };
        let owner = page.rows.into_iter().find_map(|mut owners| owners.remove(record.as_str()));
        if owner.is_some() {
            return Ok(owner);
        }
    }
    Ok(None)
}
