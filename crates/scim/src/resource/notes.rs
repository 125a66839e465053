//! What was understood differently from how it was said: ignored, dropped or coerced parts of a request.
//!
//! Notes are for people and are bounded: neither a hostile nor a chatty client can make them grow without end.

use std::fmt;

/// At most this many notes are kept of one request.
const MOST_NOTES: usize = 100;
/// A path is cut after this many characters.
const LONGEST_PATH: usize = 200;

/// Why a part of a request was not taken as it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// No schema of the resource type knows it; ignored.
    UnknownAttribute,
    /// Only the server writes it; ignored.
    ReadOnly,
    /// It is never stored, such as `password`; dropped.
    NeverKept,
    /// The value had another JSON type and was converted.
    Coerced,
}

/// One remark about a request that was otherwise accepted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Note {
    /// Where, as in `emails.kind` or `urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:foo`.
    pub path: String,
    /// Why.
    pub kind: NoteKind,
}

/// Collects notes, each once, up to the bound.
#[derive(Debug, Default)]
pub(crate) struct Notes(Vec<Note>);

impl Notes {
    pub(crate) fn add(&mut self, path: impl fmt::Display, kind: NoteKind) {
        if self.0.len() >= MOST_NOTES {
            return;
        }
        let note = Note { path: cut(&path.to_string()), kind };
        if !self.0.contains(&note) {
            self.0.push(note);
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Note> {
        self.0
    }
}

fn cut(path: &str) -> String {
    path.chars().take(LONGEST_PATH).collect()
}

/// Where we are in a resource; written out only when there is something to say about it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    parent: Option<(&'a Place<'a>, char)>,
    name: &'a str,
}

impl<'a> Place<'a> {
    /// A top-level attribute, or the URN of an extension.
    pub(crate) fn top(name: &'a str) -> Self {
        Self { parent: None, name }
    }

    /// An attribute of the extension that this place is.
    pub(crate) fn attribute(&'a self, name: &'a str) -> Self {
        Self { parent: Some((self, ':')), name }
    }

    /// A sub-attribute of the attribute that this place is.
    pub(crate) fn sub(&'a self, name: &'a str) -> Self {
        Self { parent: Some((self, '.')), name }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((parent, separator)) = self.parent {
            write!(f, "{parent}{separator}")?;
        }
        f.write_str(self.name)
    }
}
