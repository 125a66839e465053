//! Pages: bounded, and continued with a cursor that means nothing to clients.

use super::Outcome;
use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most that one page holds.
const MOST: u32 = 500;
/// What a page holds when nobody says.
const USUAL: u32 = 100;

/// One page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub(super) next: Option<String>,
}

/// A list that is not continued.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct List<T> {
    /// What is on it.
    pub(super) items: Vec<T>,
}

/// At most how many items are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Limit(pub(super) u32);

impl Default for Limit {
    fn default() -> Self {
        Self(USUAL)
    }
}

impl TryFrom<String> for Limit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
        limit.map(Self).ok_or_else(|| format!("it must be a whole number from 1 to {MOST}"))
    }
}

/// How much of a timeline is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Newest {
    /// At most so many of the newest
    #[serde(default)]
    #[param(value_type = Option<u32>, minimum = 1, maximum = 500, default = 100)]
    pub(super) limit: Limit,
}

impl<T> Page<T> {
    /// The page of what was read, one more than the limit if there is more. `place` is where an item lies.
    pub(super) fn of<R>(
        mut read: Vec<R>,
        limit: u32,
        place: impl Fn(&R) -> String,
        show: impl Fn(&R) -> T,
    ) -> Self {
        let more = read.len() > limit as usize;
        read.truncate(limit as usize);
        let next = read.last().filter(|_| more).map(|last| URL_SAFE_NO_PAD.encode(place(last)));
        Self { items: read.iter().map(show).collect(), next }
    }
}

/// The place that a cursor stands for; the beginning without one.
pub(super) fn place(cursor: Option<&str>) -> Outcome<Option<String>> {
    let Some(cursor) = cursor else { return Ok(None) };
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let place = bytes.and_then(|bytes| String::from_utf8(bytes).ok()).filter(|place| !place.contains('\0'));
    place.map(Some).ok_or_else(broken)
}

/// The same where places are numbers.
pub(super) fn number(cursor: Option<&str>) -> Outcome<i64> {
    let place = place(cursor)?;
    place.map_or(Ok(0), |place| place.parse().map_err(|_| broken()))
}

pub(super) fn broken() -> Failure {
    Failure::Malformed("`cursor` is not one that we gave".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_knows_whether_there_is_more() {
        let page = |count: i64| Page::of((0..count).collect(), 2, i64::to_string, |n| *n);
        assert_eq!((page(2).items, page(2).next), (vec![0, 1], None));
        let cut = page(3);
        assert_eq!((cut.items, number(cut.next.as_deref()).unwrap()), (vec![0, 1], 1));
    }

    #[test]
    fn limits_and_cursors_are_checked() {
        let limit = |text: &str| Limit::try_from(text.to_owned());
        assert_eq!((limit("1"), limit("500")), (Ok(Limit(1)), Ok(Limit(500))));
        assert!(
            ["0", "501", "-1", "1.5", "abc", "", "99999999999"].into_iter().all(|text| limit(text).is_err())
        );
        assert!(number(Some("!")).is_err() && number(Some("YQ")).is_err() && place(Some("AA")).is_err());
    }
}
