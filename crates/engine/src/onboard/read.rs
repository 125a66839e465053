//! Reading an instance page by page into the store, in the background lane so that pushes go first. Each page is kept before
//! the next one is asked for: whatever ends a reading, the next one goes on where it was. A reading has a name of its own,
//! so that it can never take another's pages for its own.

use super::OnboardError;
use super::count::When;
use super::gap::Gap;
use super::part::Part;
use crate::SharedEngine;
use crate::deliver::{USERS, in_words};
use crate::target::{KEY_LENGTH, Target};
use jiff::Timestamp;
use tenure_connect::servicenow::{CallError, Lane, Pages, Row};
use tenure_identity::onboard::Lengths;
use tenure_store::onboard::{Columns, Page};
use uuid::Uuid;

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
    /// Its name.
    pub(super) name: String,
    /// Parts that our account may not read.
    pub(super) unread: Vec<Part>,
    pub(super) began: Timestamp,
    pub(super) gaps: Vec<Gap>,
    pub(super) has_scim_users: bool,
}

pub(super) async fn read(
    engine: &SharedEngine,
    lengths: &Lengths,
    resume: bool,
    mut progress: impl FnMut(Progress),
) -> Result<Reading, OnboardError> {
    let target = &engine.delivery.as_ref().ok_or(OnboardError::NoTarget)?.target;
    let reader = Reader { engine, target, lengths, name: name(engine, target, resume).await? };
    let (mut gaps, mut unread) = (Vec::new(), Vec::new());
    for part in Part::ALL {
        match reader.read_part(part, &mut progress).await {
            Ok(()) => {}
            // Whatever is not of users themselves makes the report poorer, and nobody's link wrong.
            Err(Trouble::Call(error)) if error.is_permanent() && part != Part::Users => {
                unread.push(part);
                let gap = |lack| Gap::minor(format!("{lack}: {}", in_words(&error)));
                gaps.extend(part.lack().map(gap));
            }
            Err(Trouble::Call(source)) => {
                return Err(OnboardError::Unreadable { table: part.table(), source });
            }
            Err(Trouble::Kept(error)) => return Err(error),
        }
    }
    gaps.extend(about_the_key(target).await.map(Gap::minor));
    let store = &engine.store;
    let first = store.onboard_page(&target.name, &reader.name, Part::ScimUsers.label(), 0).await?;
    let has_scim_users = first.is_some_and(|page| !page.rows.is_empty());
    let users = store.onboard_page(&target.name, &reader.name, Part::Users.label(), 0).await?;
    let began = users.ok_or(OnboardError::Two)?.read;
    Ok(Reading { target: target.name.clone(), name: reader.name, unread, began, gaps, has_scim_users })
}

/// The name of the reading to go on with, or of a new one, before which everything is forgotten that was read.
async fn name(engine: &SharedEngine, target: &Target, resume: bool) -> Result<String, OnboardError> {
    if resume && let Some((name, _)) = engine.store.newest_onboarding(&target.name).await? {
        return Ok(name);
    }
    engine.store.forget_onboarding().await?;
    Ok(Uuid::now_v7().to_string())
}

/// Reads parts of an instance into the store.
pub(super) struct Reader<'a> {
    pub(super) engine: &'a SharedEngine,
    pub(super) target: &'a Target,
    lengths: &'a Lengths,
    pub(super) name: String,
}

/// What ends the reading of a part.
pub(super) enum Trouble {
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

impl Reader<'_> {
    /// Reads a part, or what is still missing of it, and how many rows it should be.
    async fn read_part(&self, part: Part, progress: &mut impl FnMut(Progress)) -> Result<(), Trouble> {
        self.count(part, When::Before).await?;
        self.read_rows(part, progress).await?;
        self.count(part, When::After).await
    }

    async fn read_rows(&self, part: Part, progress: &mut impl FnMut(Progress)) -> Result<(), Trouble> {
        let (store, target) = (&self.engine.store, &self.target.name);
        let last = store.last_onboard_page(target, &self.name, part.label()).await?;
        let mut number = last.as_ref().map_or(0, |page| page.number + 1);
        let mut pages = match last.map(|page| page.position) {
            None => self.pages(part).await?,
            Some(Some(position)) => self.pages(part).await?.after(position),
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
            let read = self.engine.clock.now();
            let page = Page { part: part.label().into(), number, read, position, rows };
            store.keep_onboard_page(target, &self.name, &page).await?;
            if ended {
                return Ok(());
            }
            number += 1;
            progress(Progress { what: part.label(), done, all: pages.total().map(|rest| before + rest) });
        }
    }

    async fn pages(&self, part: Part) -> Result<Pages, CallError> {
        let client = &self.target.client;
        let there = client.columns(Lane::Background, part.table()).await?;
        let columns = part.columns(self.lengths, &there);
        let columns: Vec<_> = columns.iter().map(String::as_str).collect();
        Ok(client.pages(Lane::Background, part.table(), &part.query(), &columns, PAGE))
    }
}

/// The columns that say something. Ids are kept only where anything refers to them.
fn without_blanks(part: Part, row: Row) -> Columns {
    let is_named = part == Part::Users;
    row.fields
        .into_iter()
        .filter(|(column, value)| !value.is_empty() && (is_named || column != "sys_id"))
        .collect()
}

/// How long a login the target's own column holds, as far as the instance tells.
pub(super) async fn length_of_login(engine: &SharedEngine) -> Option<usize> {
    let client = &engine.delivery.as_ref()?.target.client;
    client.columns(Lane::Background, USERS).await.ok()?.get("user_name")?.max_length
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
