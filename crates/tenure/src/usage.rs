//! Wrong usage that only shows once the configuration or the store has been looked at. What the words alone show, clap says.

/// A command cannot be carried out as it was given, and nothing was tried. Exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Usage(String);

impl Usage {
    /// With what is wrong, and what to say in its place.
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}
