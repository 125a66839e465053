//! The library: every function with its signature, what it does, an example, and the code that does it.
//!
//! The table is data: the checker, the evaluator and the reference page all read it, and each example is a test.

mod arrays;
mod call;
mod convert;
mod country;
mod directory;
mod groups;
mod query;
mod signature;
mod text;
mod time;

pub(crate) use call::{Call, Fault, Outcome};
pub(crate) use signature::Signature;

use crate::suggest;
use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

/// What a function does.
pub(crate) type Run = for<'a> fn(&mut Call<'_, 'a>) -> Outcome<'a>;

/// A row of the table.
pub(crate) struct Entry {
    signature: &'static str,
    about: &'static str,
    example: &'static str,
    result: &'static str,
    run: Run,
}

/// A function, ready to be checked and called.
pub(crate) struct Function {
    /// As it is called: `String.len`, `isMemberOfGroup`, `.length` for a method.
    pub(crate) name: &'static str,
    pub(crate) signature: Signature,
    pub(crate) style: Style,
    pub(crate) family: &'static str,
    pub(crate) about: &'static str,
    /// An expression and what it gives, as JSON; the expression is empty where it would need a person.
    pub(crate) example: (&'static str, &'static str),
    pub(crate) run: Run,
    /// What stands in the expression and is prepared when it is compiled.
    pub(crate) prepares: Prepares,
}

/// How a function is called, which tells the dialect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// `String.len(x)`, `isMemberOfGroup(x)`.
    Classic,
    /// `toUpperCase(x)`, which Okta replaced with `String.toUpperCase(x)`.
    Deprecated,
    /// `user.getGroups(…)`, which both dialects have.
    Shared,
    /// `x.toUpperCase()`.
    Method,
}

/// Which argument is compiled with the expression if it is written as a literal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prepares {
    Nothing,
    /// A regular expression.
    Regex(usize),
    /// A pattern for times.
    Pattern(usize),
    /// An expression about `group`.
    Expression(usize),
}

const FAMILIES: [(&str, &[Entry]); 8] = [
    ("String", text::TABLE),
    ("Arrays", arrays::TABLE),
    ("Convert", convert::TABLE),
    ("Iso3166Convert", country::TABLE),
    ("Time", time::TABLE),
    ("Groups", groups::TABLE),
    ("Directory", directory::TABLE),
    ("User", query::TABLE),
];

static LIBRARY: LazyLock<Library> = LazyLock::new(Library::new);

struct Library {
    functions: Vec<Function>,
    by_name: HashMap<&'static str, usize>,
}

impl Library {
    fn new() -> Self {
        let rows = FAMILIES.iter().flat_map(|(family, rows)| rows.iter().map(move |row| (*family, row)));
        let functions: Vec<_> = rows.map(|(family, row)| row.function(family)).collect();
        let by_name = functions.iter().enumerate().map(|(at, it)| (it.name, at)).collect();
        Self { functions, by_name }
    }
}

impl Entry {
    const fn new(
        signature: &'static str,
        about: &'static str,
        example: (&'static str, &'static str),
        run: Run,
    ) -> Self {
        Self { signature, about, example: example.0, result: example.1, run }
    }

    fn function(&self, family: &'static str) -> Function {
        let (name, signature) = Signature::parse(self.signature);
        Function {
            name,
            style: style(name),
            family,
            about: self.about,
            example: (self.example, self.result),
            run: self.run,
            prepares: prepares(name),
            signature,
        }
    }
}

fn style(name: &str) -> Style {
    const BARE: [&str; 5] = ["toUpperCase", "toLowerCase", "substringBefore", "substringAfter", "substring"];
    match name {
        _ if name.starts_with('.') || name == "DateTime.now" => Style::Method,
        _ if name.starts_with("user.") || name == "Time.now" => Style::Shared,
        _ if BARE.contains(&name) => Style::Deprecated,
        _ => Style::Classic,
    }
}

fn prepares(name: &str) -> Prepares {
    match name {
        "isMemberOfGroupNameRegex" => Prepares::Regex(0),
        "getFilteredGroups" => Prepares::Expression(1),
        "Time.now" | "Time.fromStringToIso8601" | "Time.fromIso8601ToString" => Prepares::Pattern(1),
        ".parseStringTime" | ".toString" => Prepares::Pattern(1),
        _ => Prepares::Nothing,
    }
}

/// All functions, in the order of the reference page.
pub(crate) fn all() -> &'static [Function] {
    &LIBRARY.functions
}

/// The function of this name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    LIBRARY.by_name.get(name).map(|at| &LIBRARY.functions[*at])
}

/// Whether a name is that of a namespace (`String`) rather than of an attribute.
pub(crate) fn is_namespace(name: &str) -> bool {
    ["String", "Arrays", "Convert", "Iso3166Convert", "Time", "Groups", "DateTime"].contains(&name)
}

/// The function that was probably meant: of the same name elsewhere, of a name that is alike, or of a longer one.
pub(crate) fn suggest(name: &str) -> Option<String> {
    let method = name.starts_with('.');
    let candidates: Vec<_> = all()
        .iter()
        .filter(|it| it.style != Style::Deprecated && it.name.starts_with('.') == method)
        .map(|it| shown(it.name))
        .collect();
    let word = last_word(name).to_lowercase();
    let same = candidates.iter().find(|it| last_word(it).to_lowercase() == word);
    let alike = || suggest::nearest(shown(name), candidates.iter().copied());
    let longer = || candidates.iter().find(|it| word.len() >= 4 && it.to_lowercase().contains(&word));
    let meant = same.copied().or_else(alike).or_else(|| longer().copied())?;
    Some(format!("did you mean `{meant}`?"))
}

fn last_word(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn shown(name: &str) -> &str {
    name.strip_prefix('.').unwrap_or(name)
}

impl Function {
    /// How it is called: `String.len(str)`, `text.length()`.
    pub(crate) fn usage(&self) -> String {
        self.signature.usage(self.name)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
