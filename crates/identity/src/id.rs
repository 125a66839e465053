//! Newtypes for every id and name, so that a person is never passed where a group or a source is meant. Every decision
//! names a source, so that copies share the text.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

macro_rules! text_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Wraps the text as it is.
            pub fn new(text: impl AsRef<str>) -> Self {
                Self(text.as_ref().into())
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

text_id! {
    /// A person, for good: the SCIM `id` of their User resource.
    PersonId;
    /// A group, for good: the SCIM `id` of the Group resource.
    GroupId;
    /// A question that waits, or waited, for a human.
    CaseId;
    /// A source of claims, by its name in the configuration.
    SourceName;
    /// A human being or program that administers, by the name its token was made with.
    AdminName;
    /// A row of the target, by the target's own id: a `sys_id`, case kept.
    SysId;
}

/// Why a name cannot be an administrator's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "an administrator's name has 1 to 100 characters, none of them a control character, and does not begin with `tok_`"
)]
pub struct NotAName;

impl AdminName {
    /// The name, if timelines can show it without doubt about who is meant: the ids of tokens begin with `tok_`.
    ///
    /// # Errors
    /// If it is empty, too long, or looks like something else.
    pub fn parse(text: &str) -> Result<Self, NotAName> {
        let text = text.trim();
        let plain = !text.is_empty() && text.chars().count() <= 100 && !text.chars().any(char::is_control);
        if plain && !text.starts_with("tok_") { Ok(Self::new(text)) } else { Err(NotAName) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_name() {
        assert_eq!(AdminName::parse(" Grace Hopper "), Ok(AdminName::new("Grace Hopper")));
        for bad in ["", " ", "tok_1", "a\nb", &"a".repeat(101)] {
            assert_eq!(AdminName::parse(bad), Err(NotAName), "{bad}");
        }
    }
}

/// A field of a record, by its name in the target: `user_name`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldName(Arc<str>);

impl FieldName {
    /// Wraps the text as it is.
    pub fn new(text: impl AsRef<str>) -> Self {
        Self(text.as_ref().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FieldName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for FieldName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl PartialEq<str> for FieldName {
    fn eq(&self, other: &str) -> bool {
        &*self.0 == other
    }
}

impl PartialEq<&str> for FieldName {
    fn eq(&self, other: &&str) -> bool {
        &*self.0 == *other
    }
}

impl From<&str> for FieldName {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for FieldName {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}
