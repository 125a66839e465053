//! What varies from run to run, replaced by something equally long, so that tables keep their shape.

use regex::{Captures, Regex};
use std::path::Path;
use std::sync::Mutex;

pub(crate) struct Redactor {
    folder: String,
    ids: Regex,
    tokens: Regex,
    secrets: Regex,
    times: Regex,
    known: Mutex<Vec<String>>,
}

impl Redactor {
    pub(crate) fn new(folder: &Path) -> Self {
        let regex = |pattern| Regex::new(pattern).unwrap();
        Self {
            folder: folder.display().to_string(),
            ids: regex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
            tokens: regex("tok_[0-9a-f]{16}"),
            secrets: regex("tenure_[0-9a-f]{64}"),
            times: regex(r"\d{4}-\d\d-\d\d([ T])\d\d:\d\d:\d\d(\.\d+)?Z"),
            known: Mutex::default(),
        }
    }

    /// Ids are numbered in the order in which the test meets them.
    pub(crate) fn redact(&self, text: &str) -> String {
        let text = text.replace(&self.folder, "[folder]");
        let text = self.secrets.replace_all(&text, "[secret]");
        let text = self.times.replace_all(&text, "2026-01-01${1}00:00:00Z");
        let id = |found: &Captures<'_>| format!("00000000-0000-0000-0000-{:012}", self.number(&found[0]));
        let text = self.ids.replace_all(&text, id);
        let token = |found: &Captures<'_>| format!("tok_{:016}", self.number(&found[0]));
        self.tokens.replace_all(&text, token).into_owned()
    }

    fn number(&self, id: &str) -> usize {
        let mut known = self.known.lock().unwrap();
        let found = known.iter().position(|other| other == id);
        1 + found.unwrap_or_else(|| {
            known.push(id.to_owned());
            known.len() - 1
        })
    }
}
