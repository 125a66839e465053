//! The cursor of RFC 9865: opaque to clients, and nothing that has to be kept by the server.
//!
//! It says where to go on, to which query that belongs and when it was given out. It is not signed: it grants nothing,
//! since every page is authorised anew, and a forged one only names a place in a list.

use crate::Error;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Longer ones are not ours.
const MAX_LENGTH: usize = 4096;
const VERSION: u8 = 1;

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The place, in the caller's own words: the sort key and id of the last resource, say.
    pub position: String,
    /// [`ListQuery::fingerprint`](super::ListQuery::fingerprint) of the list.
    pub query_hash: u64,
    /// When it was given out, in seconds since 1970.
    pub issued: i64,
}

impl Cursor {
    /// The text for the client, in the unreserved characters of a URI.
    pub fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(17 + self.position.len());
        bytes.push(VERSION);
        bytes.extend(self.query_hash.to_be_bytes());
        bytes.extend(self.issued.to_be_bytes());
        bytes.extend(self.position.as_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Reads what a client sent back.
    ///
    /// # Errors
    /// `invalidCursor` for what we did not give out.
    pub fn decode(text: &str) -> Result<Self, Error> {
        Self::read(text).ok_or_else(|| {
            Error::invalid_cursor("the cursor is not one of ours; begin again with an empty cursor")
        })
    }

    fn read(text: &str) -> Option<Self> {
        if text.len() > MAX_LENGTH {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (version, bytes) = bytes.split_first()?;
        let (query_hash, bytes) = bytes.split_first_chunk()?;
        let (issued, position) = bytes.split_first_chunk()?;
        let position = String::from_utf8(position.to_vec()).ok()?;
        (*version == VERSION).then(|| Self {
            position,
            query_hash: u64::from_be_bytes(*query_hash),
            issued: i64::from_be_bytes(*issued),
        })
    }

    /// Whether the cursor may be used for this list at this time (seconds since 1970).
    ///
    /// # Errors
    /// `invalidCursor` if it belongs to another list, `expiredCursor` if it is older than the timeout.
    pub fn check(&self, query_hash: u64, now: i64, timeout_seconds: u32) -> Result<(), Error> {
        if self.query_hash != query_hash {
            return Err(Error::invalid_cursor(
                "the cursor belongs to another query; filter and sorting must stay as they were",
            ));
        }
        if now.saturating_sub(self.issued) > i64::from(timeout_seconds) {
            return Err(Error::expired_cursor(format!(
                "the cursor is older than {timeout_seconds} seconds; begin again with an empty cursor"
            )));
        }
        Ok(())
    }
}

/// FNV-1a over the parts, each closed by a byte that no UTF-8 text has.
pub(super) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let bytes = parts.into_iter().flat_map(|part| part.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ErrorKind;
    use proptest::prelude::*;

    fn cursor() -> Cursor {
        Cursor { position: "bjensen/42".into(), query_hash: 7, issued: 1_000 }
    }

    #[test]
    fn what_we_did_not_give_out_is_refused() {
        let mut other_version = URL_SAFE_NO_PAD.decode(cursor().encode()).unwrap();
        other_version[0] = 2;
        let long = "A".repeat(MAX_LENGTH + 1);
        for text in ["", "AQ", "not base64!", "VZUTiyhEQJ94IR", &URL_SAFE_NO_PAD.encode(other_version), &long]
        {
            assert_eq!(Cursor::decode(text).unwrap_err().kind, ErrorKind::InvalidCursor, "{text}");
        }
    }

    #[test]
    fn it_serves_its_own_query_for_a_while() {
        assert_eq!(cursor().check(7, 1_600, 600), Ok(()));
        assert_eq!(cursor().check(7, 500, 600), Ok(()));
        assert_eq!(cursor().check(7, 1_601, 600).unwrap_err().kind, ErrorKind::ExpiredCursor);
        assert_eq!(cursor().check(8, 1_000, 600).unwrap_err().kind, ErrorKind::InvalidCursor);
        let ancient = Cursor { issued: i64::MIN, ..cursor() };
        assert_eq!(ancient.check(7, i64::MAX, 600).unwrap_err().kind, ErrorKind::ExpiredCursor);
    }

    #[test]
    fn the_hash_keeps_parts_apart_and_never_changes() {
        assert_ne!(hash(["ab", "c"]), hash(["a", "bc"]));
        assert_eq!(hash([]), 0xcbf2_9ce4_8422_2325);
        assert_eq!(hash(["a"]), hash(["a"]));
    }

    proptest! {
        #[test]
        fn decoding_inverts_encoding(position in "\\PC{0,60}", query_hash: u64, issued: i64) {
            let cursor = Cursor { position, query_hash, issued };
            let text = cursor.encode();
            prop_assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')));
            prop_assert_eq!(Cursor::decode(&text), Ok(cursor));
        }

        #[test]
        fn decoding_never_panics(text in "\\PC*") {
            let _ = Cursor::decode(&text);
        }
    }
}
