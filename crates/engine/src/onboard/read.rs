//! Reading an instance page by page into the store, in the background lane so that pushes go first. Each page is kept before
//! the next one is asked for: whatever ends a reading, the next one goes on where it was.

use super::OnboardError;
use super::part::Part;
use crate::SharedEngine;
use crate::deliver::{USERS, in_words};
use crate::target::{KEY_LENGTH, Target};
use jiff::Timestamp;
use tenure_connect::servicenow::{CallError, Lane, Pages, Row};
use tenure_identity::onboard::Lengths;
use tenure_store::onboard::{Columns, Page};

/// Rows on a page. Larger pages are not faster, and more is lost where one is.
const PAGE: usize = 1_000;

/// How far a reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is read, in words.
    pub what: &'static str,
    /// Rows so far, those of an interrupted reading included.
    pub done: u64,
    /// All rows, where the instance tells.
    pub all: Option<u64>,
}

/// A reading that came to its end. The rows are in the store.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) target: String,
    pub(super) began: Timestamp,
    pub(super) gaps: Vec<String>,
    pub(super) has_scim_users: bool,
}

pub(super) async fn read(
    engine: &SharedEngine,
    resume: bool,
    mut progress: impl FnMut(Progress),
) -> Result<Reading, OnboardError> {
    let target = &engine.delivery.as_ref().ok_or(OnboardError::NoTarget)?.target;
    if !resume {
        engine.store.forget_onboarding().await?;
    }
    let mut gaps = Vec::new();
    for part in Part::ALL {
        match read_part(engine, target, part, &mut progress).await {
            Ok(()) => {}
            // Whatever is not of users themselves makes the report poorer, and nobody's link wrong.
            Err(Trouble::Call(error)) if error.is_permanent() && part != Part::Users => {
                gaps.extend(part.lack().map(|lack| format!("{lack}: {}", in_words(&error))));
            }
            Err(Trouble::Call(source)) => {
                return Err(OnboardError::Unreadable { table: part.table(), source });
            }
            Err(Trouble::Kept(error)) => return Err(error),
        }
    }
    gaps.extend(about_the_key(target).await);
    let began = engine.store.onboarding_began(&target.name).await?.unwrap_or_else(|| engine.clock.now());
    let first = engine.store.onboard_page(&target.name, Part::ScimUsers.label(), 0).await?;
    let has_scim_users = first.is_some_and(|page| !page.rows.is_empty());
    Ok(Reading { target: target.name.clone(), began, gaps, has_scim_users })
}

/// What ends the reading of a part.
enum Trouble {
    Call(CallError),
    Kept(OnboardError),
}

impl From<CallError> for Trouble {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

impl<E: Into<OnboardError>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Kept(error.into())
    }
}

/// Reads a part, or what is still missing of it.
async fn read_part(
    engine: &SharedEngine,
    target: &Target,
    part: Part,
    progress: &mut impl FnMut(Progress),
) -> Result<(), Trouble> {
    let last = engine.store.last_onboard_page(&target.name, part.label()).await?;
    let mut number = last.as_ref().map_or(0, |page| page.number + 1);
    let mut pages = match last.map(|page| page.position) {
        None => pages(engine, target, part).await?,
        Some(Some(position)) => pages(engine, target, part).await?.after(position),
        Some(None) => return Ok(()),
    };
    let before = u64::from(number) * PAGE as u64;
    let mut done = before;
    loop {
        let rows = pages.next().await?;
        let position = rows.as_ref().and_then(|_| pages.position().cloned());
        let ended = rows.is_none();
        let rows: Vec<_> =
            rows.unwrap_or_default().into_iter().map(|row| without_blanks(part, row)).collect();
        done += rows.len() as u64;
        let page = Page { part: part.label().into(), number, read: engine.clock.now(), position, rows };
        engine.store.keep_onboard_page(&target.name, &page).await?;
        if ended {
            return Ok(());
        }
        number += 1;
        progress(Progress { what: part.label(), done, all: pages.total().map(|rest| before + rest) });
    }
}

async fn pages(engine: &SharedEngine, target: &Target, part: Part) -> Result<Pages, CallError> {
    let there = target.client.columns(Lane::Background, part.table()).await?;
    let policy = engine.policy();
    let columns = part.columns(target.settings.key.as_str(), &Lengths::of(&policy), &there);
    let columns: Vec<_> = columns.iter().map(String::as_str).collect();
    Ok(target.client.pages(Lane::Background, part.table(), &part.query(), &columns, PAGE))
}

/// The columns that say something. Ids are kept only where anything refers to them.
fn without_blanks(part: Part, row: Row) -> Columns {
    let is_named = part.is_named();
    row.fields
        .into_iter()
        .filter(|(column, value)| !value.is_empty() && (is_named || column != "sys_id"))
        .collect()
}

/// What has to be put right about the column of the stable key, as far as the instance tells.
async fn about_the_key(target: &Target) -> Option<String> {
    let there = target.client.columns(Lane::Background, USERS).await.ok().filter(|there| there.is_known())?;
    let key = &target.settings.key;
    match there.get(key.as_str()) {
        None => Some(format!(
            "`{USERS}` has no column `{key}` for the stable key; create it before the first push: type String, {KEY_LENGTH} characters, unique"
        )),
        Some(column) if !column.unique => Some(format!(
            "`{USERS}.{key}` is not unique; make it so, and two records can never carry one key"
        )),
        Some(_) => None,
    }
}
