//! What is wrong with a text, shown beside the place that is meant.

use crate::output;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use std::io::IsTerminal;
use std::ops::Range;
use tenure_el::Severity;

/// A place in a text.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) text: &'a str,
    /// The file that the text is from, for people who click on it.
    pub(crate) file: Option<&'a str>,
    pub(crate) span: Range<usize>,
}

/// Tells it on standard error.
pub(crate) fn tell(place: Place<'_>, severity: Severity, message: &str, help: Option<&str>) {
    let level = if severity == Severity::Error { Level::ERROR } else { Level::WARNING };
    let snippet = Snippet::source(place.text).annotation(AnnotationKind::Primary.span(place.span));
    let snippet = match place.file {
        Some(file) => snippet.path(file),
        None => snippet,
    };
    let group: Group<'_> = level.primary_title(message).element(snippet);
    let group = help.into_iter().fold(group, |group, help| group.element(Level::HELP.message(help)));
    let colours = std::io::stderr().is_terminal();
    let renderer = if colours { Renderer::styled() } else { Renderer::plain() };
    output::say(&renderer.decor_style(DecorStyle::Ascii).render(&[group]));
}
