//! Filters of the SCIM service: the grammar of RFC 7644 section 3.4.2.2 without `not`, and of the attributes only those that
//! ServiceNow's documentation lists.

mod bind;
mod parse;

pub(super) use bind::Filter;
pub(super) use parse::{Expression, Operator};
