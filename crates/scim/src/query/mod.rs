//! List requests and their answers: the parameters of RFC 7644 §3.4.2, the search message of §3.4.3, and the cursor
//! paging of RFC 9865.
//!
//! Both ways of asking end in one [`ListQuery`]. Maxima of the page size are the caller's; so is the database.

mod cursor;
mod decode;
mod parameters;
mod response;

pub use cursor::Cursor;
pub use response::{LIST_RESPONSE_SCHEMA, Paging, list_response};

use crate::Error;
use crate::filter::{self, Filter};
use crate::projection::Projection;
use crate::sort::SortBy;
use parameters::Parameters;
use serde_json::Value;

/// URN of the search message.
pub const SEARCH_REQUEST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";

/// What a client asks of a list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListQuery {
    /// Which resources.
    pub filter: Option<Filter>,
    /// In which order.
    pub sort: Option<SortBy>,
    /// Which page of them.
    pub page: Page,
    /// What of each.
    pub projection: Projection,
}

/// Which page of a list. `count` is what the client asked for and may be more than the server gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Page {
    /// By index (RFC 7644 §3.4.2.4).
    Index {
        /// The first resource, counted from 1.
        start: u64,
        /// The most resources; zero asks for the total only.
        count: Option<u32>,
    },
    /// By cursor (RFC 9865 §2).
    Cursor {
        /// Where to go on; nothing for the first page.
        cursor: Option<String>,
        /// The most resources; at least 1.
        count: Option<u32>,
    },
}

impl Default for Page {
    fn default() -> Self {
        Self::Index { start: 1, count: None }
    }
}

impl Page {
    /// The page size that the client asked for.
    pub fn count(&self) -> Option<u32> {
        match self {
            Self::Index { count, .. } | Self::Cursor { count, .. } => *count,
        }
    }
}

impl ListQuery {
    /// Reads the query part of a URL, without or with its `?`.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidValue` or, with `cursor`, `invalidCount`; `invalidSyntax` for broken percent encoding
    /// and for a parameter that is given twice.
    pub fn from_query_string(raw: &str, limits: &filter::Limits) -> Result<Self, Error> {
        Parameters::from_query_string(raw)?.into_query(limits)
    }

    /// Reads the body of `POST …/.search`.
    ///
    /// # Errors
    /// As [`ListQuery::from_query_string`]; `invalidSyntax` for a body that is no search message.
    pub fn from_search_request(body: &Value, limits: &filter::Limits) -> Result<Self, Error> {
        Parameters::from_search_request(body)?.into_query(limits)
    }

    /// A number that is the same for the pages of one list and, in all likelihood, for no other: cursors carry it.
    /// It covers what decides which resources come in which order, and is the same in every process and version.
    pub fn fingerprint(&self, endpoint: &str) -> u64 {
        let filter = self.filter.as_ref().map(ToString::to_string).unwrap_or_default();
        let sort =
            self.sort.as_ref().map(|sort| format!("{} {}", sort.path, sort.descending)).unwrap_or_default();
        cursor::hash([endpoint, &filter, &sort])
    }
}

#[cfg(test)]
mod tests;
