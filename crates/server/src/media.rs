//! Media types: what clients accept and what they send. SCIM's own type and plain JSON are the same to us, both ways.

use crate::failure::Failure;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

/// The type of an answer: plain JSON only for those who take nothing else.
pub(crate) fn negotiate(headers: &HeaderMap) -> Result<&'static str, Failure> {
    if accepts(headers, &["application/scim+json", "*/*", "application/*"]) {
        Ok("application/scim+json")
    } else if accepts(headers, &["application/json"]) {
        Ok("application/json")
    } else {
        Err(Failure::NotAcceptable { offered: "application/scim+json or application/json" })
    }
}

/// Refuses whom plain JSON is no answer.
pub(crate) fn check_accepts_json(headers: &HeaderMap) -> Result<(), Failure> {
    match accepts(headers, &["application/json", "*/*", "application/*"]) {
        true => Ok(()),
        false => Err(Failure::NotAcceptable { offered: "application/json" }),
    }
}

/// Whether one of these is acceptable; without a word of the client, everything is.
fn accepts(headers: &HeaderMap, wanted: &[&str]) -> bool {
    let mut values = headers.get_all(ACCEPT).iter().peekable();
    if values.peek().is_none() {
        return true;
    }
    let texts = values.filter_map(|value| value.to_str().ok());
    let mut ranges = texts.flat_map(|text| text.split(',')).filter(|range| !refused(range)).map(essence);
    ranges.any(|range| wanted.iter().any(|wanted| range.eq_ignore_ascii_case(wanted)))
}

/// Refuses bodies that say they are something else than JSON.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Failure> {
    let Some(value) = headers.get(CONTENT_TYPE) else { return Ok(()) };
    let sent = essence(value.to_str().unwrap_or_default());
    let known =
        ["application/scim+json", "application/json"].iter().any(|known| sent.eq_ignore_ascii_case(known));
    if known { Ok(()) } else { Err(Failure::UnsupportedMediaType) }
}

fn essence(range: &str) -> &str {
    range.split(';').next().unwrap_or_default().trim()
}

/// `q=0` means "not this one" (RFC 9110 §12.4.2).
fn refused(range: &str) -> bool {
    let mut parameters = range.split(';').skip(1).map(str::trim);
    parameters.any(|p| p.strip_prefix("q=").is_some_and(|q| q.parse::<f32>().is_ok_and(|q| q == 0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accept(value: &str) -> Option<&'static str> {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, value.parse().unwrap());
        negotiate(&headers).ok()
    }

    #[test]
    fn scim_json_is_preferred_and_plain_json_served() {
        assert_eq!(negotiate(&HeaderMap::new()).unwrap(), "application/scim+json");
        assert_eq!(accept("application/json, application/scim+json;q=0.5"), Some("application/scim+json"));
        assert_eq!(accept("Application/JSON; charset=utf-8"), Some("application/json"));
        assert_eq!(accept("text/html, */*;q=0.1"), Some("application/scim+json"));
        assert_eq!(accept("text/html"), None);
        assert_eq!(accept("application/scim+json;q=0"), None);
    }

    #[test]
    fn bodies_are_json_or_refused() {
        let check = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, value.parse().unwrap());
            check_content_type(&headers).is_ok()
        };
        assert!(check("application/scim+json;charset=UTF-8") && check("application/json"));
        assert!(!check("text/xml") && !check("application/x-www-form-urlencoded"));
        assert!(check_content_type(&HeaderMap::new()).is_ok());
    }
}
