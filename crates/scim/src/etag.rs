//! Versions as weak entity tags and the conditions that name them (RFC 7644 §3.14, RFC 9110 §8.8.3 and §13.1).
//!
//! Comparison is weak for both headers: our tags are weak, so strong comparison would never hold, and clients echo
//! `meta.version` in either form. Carrying out `412` or `304` is the server's business.

use crate::Error;
use std::fmt;

/// The number of a resource's state. Its text is the weak entity tag `W/"n"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(pub i64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.0)
    }
}

impl Version {
    /// The version that a tag names, weak or strong; `None` when the tag is not one of ours.
    pub fn parse(tag: &str) -> Option<Self> {
        let (opaque, rest) = entity_tag(tag.trim())?;
        let version = Self(opaque.parse().ok()?);
        (rest.is_empty() && version.0.to_string() == opaque).then_some(version)
    }
}

/// The value of an `If-Match` or `If-None-Match` header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// `*`: any version, as long as the resource exists.
    Any,
    /// One of these; tags that are not ours are left out, as no version has them.
    OneOf(Vec<Version>),
}

impl Condition {
    /// Reads the header's value: `*`, or a list of entity tags.
    ///
    /// # Errors
    /// `invalidValue` when it is neither.
    pub fn parse(header: &str) -> Result<Self, Error> {
        if header.trim() == "*" {
            return Ok(Self::Any);
        }
        let tags = entity_tags(header).filter(|tags| !tags.is_empty());
        let tags = tags.ok_or_else(|| {
            Error::invalid_value("the condition must be `*` or entity tags as in `W/\"7\"`")
        })?;
        Ok(Self::OneOf(tags.into_iter().filter_map(Version::parse).collect()))
    }

    /// Whether an existing resource of this version is meant. `If-None-Match` asks for the opposite.
    pub fn matches(&self, version: Version) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

/// The opaque text of the tag at the beginning, and what follows the tag.
fn entity_tag(text: &str) -> Option<(&str, &str)> {
    let quoted = text.strip_prefix("W/").or_else(|| text.strip_prefix("w/")).unwrap_or(text);
    quoted.strip_prefix('"')?.split_once('"')
}

/// The tags of a list, each as written; empty elements are allowed (RFC 9110 §5.6.1).
fn entity_tags(list: &str) -> Option<Vec<&str>> {
    let mut tags = Vec::new();
    let mut rest = list.trim_matches([' ', '\t', ',']);
    while !rest.is_empty() {
        let (_, after) = entity_tag(rest)?;
        tags.push(&rest[..rest.len() - after.len()]);
        let next = after.trim_start_matches([' ', '\t']);
        if !next.is_empty() && !next.starts_with(',') {
            return None;
        }
        rest = next.trim_start_matches([' ', '\t', ',']);
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(header: &str, matching: &[i64], others: &[i64]) {
        let condition = Condition::parse(header).unwrap();
        for version in matching {
            assert!(condition.matches(Version(*version)), "{header} should match {version}");
        }
        for version in others {
            assert!(!condition.matches(Version(*version)), "{header} should not match {version}");
        }
    }

    #[test]
    fn weak_tag() {
        check(r#"W/"7""#, &[7], &[6, 8]);
    }

    #[test]
    fn strong_tag_compares_weakly() {
        check(r#""7""#, &[7], &[6]);
    }

    #[test]
    fn list() {
        check(r#" W/"1" ,"2",, W/"x,y" , w/"-3","#, &[1, 2, -3], &[3]);
    }

    #[test]
    fn star() {
        check(" * ", &[0, 1], &[]);
    }

    #[test]
    fn foreign_tags_match_nothing() {
        check(r#""abc", "07", "+7", "", " 7""#, &[], &[7]);
    }

    #[test]
    fn what_is_no_list_of_tags_is_refused() {
        for header in ["", ",", "7", r#""7"#, r#""7" "8""#, r#"*, "7""#, r#"W/7"#, r#""7"x"#] {
            assert!(Condition::parse(header).is_err(), "{header}");
        }
    }

    proptest! {
        #[test]
        fn a_version_reads_its_own_tag(number: i64) {
            let version = Version(number);
            prop_assert_eq!(Version::parse(&version.to_string()), Some(version));
            prop_assert!(Condition::parse(&version.to_string()).unwrap().matches(version));
        }

        #[test]
        fn no_header_panics(header in ".*") {
            let _ = Condition::parse(&header);
        }
    }
}
