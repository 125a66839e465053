//! A record of a person's account, ready for comparison.

use super::existing::Existing;
use super::portrait::Portrait;
use crate::id::SysId;

/// A record, what of it is compared, and where its owner sits.
#[derive(Debug)]
pub(super) struct Subject<'a> {
    pub(super) row: &'a Existing,
    pub(super) portrait: Portrait,
    /// First and family name together, whichever came first.
    pub(super) sorted_name: String,
}

impl<'a> Subject<'a> {
    pub(super) fn of(row: &'a Existing) -> Self {
        let portrait = Portrait::of(row);
        let sorted_name = portrait.name.sorted();
        Self { row, portrait, sorted_name }
    }

    pub(super) fn login(&self) -> &'a str {
        &self.row.user_name
    }

    pub(super) fn department(&self) -> Option<&'a str> {
        self.row.department.as_deref().filter(|text| !text.is_empty())
    }

    pub(super) fn manager(&self) -> Option<&'a str> {
        self.row.manager.as_ref().map(SysId::as_str)
    }
}
