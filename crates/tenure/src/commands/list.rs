//! Lists of any length: read page by page, JSON written as it comes. Tables are written at their end, because every row has a
//! say in how wide they are.

use crate::cli::Format;
use crate::output;
use serde::Serialize;
use tenure_engine::{EngineError, SharedEngine};
use tenure_identity::event::Subject;

/// What is read at a time.
pub(crate) const PAGE: u32 = 500;

/// A list on its way to its reader.
pub(crate) struct List {
    format: Format,
    array: output::Array,
    rows: Vec<Vec<String>>,
}

impl List {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, array: output::Array::default(), rows: Vec::new() }
    }

    /// One more: for programs, or as the row of a table.
    pub(crate) async fn push<T: Serialize>(
        &mut self,
        item: impl FnOnce() -> T,
        row: impl Future<Output = Result<Vec<String>, EngineError>>,
    ) -> Result<(), EngineError> {
        match self.format {
            Format::Json => self.array.push(&item()),
            Format::Table => self.rows.push(row.await?),
        }
        Ok(())
    }

    /// Everything has come. `none` is what people read if nothing has.
    pub(crate) fn end(self, headers: &[&str], none: &str) {
        match self.format {
            Format::Json => self.array.end(),
            Format::Table if self.rows.is_empty() => output::say(none),
            Format::Table => output::line(&output::table(headers, self.rows)),
        }
    }
}

/// What people call somebody or a group; nothing if they are not known any more.
pub(crate) async fn name_of(engine: &SharedEngine, who: &Subject) -> Result<String, EngineError> {
    Ok(engine.name_of(who).await?.unwrap_or_default())
}
