//! From the document to the policy: every name looked up, every expression compiled, every contradiction found.
//!
//! Nothing stops at the first problem, unless it is one of shape: then the document cannot be read at all. What it leaves out
//! is as in the built-in one.

mod authority;
mod correlation;
mod lifecycle;
mod mapping;
mod order;
mod reference;
mod ruled;
mod rules;
mod shape;

use super::columns::{COLUMNS, LIFECYCLE, column, is_custom};
use super::document::{Document, Said};
use super::problem::{Problem, Problems, Severity};
use super::profile::{claim_vocabulary, person_vocabulary};
use super::{Flapping, Limits, Policy};
use crate::id::SourceName;
use mapping::Columns;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tenure_el::{Diagnostic, Expect, Options, Program, Vocabulary};
use tenure_scim::schema::Catalog;
use toml::Spanned;

const DAY: i64 = 24 * 60 * 60;

/// What a document is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// The sources of the configuration, in the order of authority that holds when the document states none.
    pub sources: &'a [SourceName],
    /// The schemas, for the attributes that expressions may read.
    pub catalog: &'a Catalog,
}

impl Policy {
    /// Reads and checks a document; also what works and should be written differently.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the text; of what is wrong in its shape, the first.
    pub fn parse(text: &str, around: Surroundings<'_>) -> Result<(Self, Vec<Problem>), Problems> {
        let document = shape::read(text).map_err(|problem| Problems(vec![problem]))?;
        let mut checker = Checker::new(text, around, &document);
        let policy = checker.policy(document);
        let mut problems = checker.problems;
        problems.sort_by_key(|problem| problem.span.start);
        if problems.iter().any(|problem| problem.severity == Severity::Error) {
            return Err(Problems(problems));
        }
        Ok((policy, problems))
    }
}

/// What is at hand while a document is checked.
struct Checker<'a> {
    text: &'a str,
    around: Surroundings<'a>,
    /// What mappings may read.
    claim: Vocabulary,
    /// What rules about people may read.
    person: Vocabulary,
    /// What the mappings say of the columns that they fill.
    columns: Columns,
    problems: Vec<Problem>,
}

/// What an expression is about.
#[derive(Debug, Clone, Copy)]
enum About {
    Claim,
    Person,
}

impl About {
    /// What is known, where a name is not.
    fn roots(self, diagnostic: &Diagnostic) -> Option<String> {
        let known = match self {
            Self::Claim => "a mapping reads the claim of its own source, as `user.…`",
            Self::Person => "a rule reads `user.…`, `record.…`, or one source by its name",
        };
        diagnostic.message.starts_with("unknown name ").then(|| known.to_owned())
    }
}

impl<'a> Checker<'a> {
    fn new(text: &'a str, around: Surroundings<'a>, document: &Document) -> Self {
        let mapped = document.mapping.values().flat_map(BTreeMap::keys).map(|field| field.get_ref().as_str());
        let ruled = document.fields.iter().map(|rule| rule.field.get_ref().as_str());
        let known = COLUMNS.iter().map(|column| column.name);
        let fields: BTreeSet<_> = mapped.chain(ruled).chain(known).collect();
        Self {
            text,
            around,
            claim: claim_vocabulary(around.catalog),
            person: person_vocabulary(around.catalog, around.sources, fields),
            columns: Columns::default(),
            problems: Vec::new(),
        }
    }

    fn policy(&mut self, document: Document) -> Policy {
        let orders: Vec<_> = document.authority.keys().cloned().collect();
        self.find_unmapped_sources(&document.mapping);
        let (mapping, mapping_of) = self.mappings(document.mapping);
        self.columns = Columns::of(mapping.iter().chain(mapping_of.values().flatten()));
        let flapping = document.flapping.window.as_ref().map(|window| self.seconds(window));
        let policy = Policy {
            version: 0,
            joiners: document.correlation.create.as_ref().map(|names| self.joiners(names)),
            correlation: self.correlation(document.correlation),
            mapping,
            mapping_of,
            authority: self.authority(document.authority),
            fields: self.field_rules(document.fields),
            roles: self.role_rules(document.roles),
            scope: document.scope.users.as_ref().and_then(|when| self.condition(when)),
            lifecycle: self.lifecycle(document.lifecycle),
            flapping: Flapping { window_seconds: flapping.unwrap_or(DAY) },
            limits: Limits { deactivations: document.limits.deactivations.and_then(|it| self.limit(it)) },
            expressions: self.settings(&document.expressions),
        };
        self.find_idle_orders(&policy, &orders);
        policy
    }

    fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::error(span, message).help(help));
    }

    fn warn(&mut self, span: Range<usize>, message: impl Into<String>, help: impl Into<String>) {
        self.problems.push(Problem::warning(span, message).help(help));
    }

    /// The source of this name.
    fn source(&mut self, name: &str, span: Range<usize>) -> Option<SourceName> {
        let found = self.around.sources.iter().find(|source| source.as_str() == name);
        if found.is_none() {
            let known = || self.around.sources.iter().map(SourceName::as_str);
            let help = nearest(name, known()).unwrap_or_else(|| {
                format!(
                    "the configuration has {}; a new one is a table `[sources.{name}]` in tenure.toml",
                    list(known())
                )
            });
            self.error(span, format!("there is no source `{name}`"), help);
        }
        found.cloned()
    }

    /// Whether the target has a field of this name that a policy may fill.
    fn check_field(&mut self, field: &Spanned<String>) {
        let name = field.get_ref().as_str();
        if LIFECYCLE.contains(&name) {
            let help = "see `[lifecycle]`; `active` has an order in `[authority]` only";
            self.error(field.span(), format!("`{name}` is written by the lifecycle"), help);
        } else if !is_field(name) {
            let help = nearest(name, COLUMNS.iter().map(|column| column.name))
                .unwrap_or_else(|| "columns of your own begin with `u_` or `x_`".to_owned());
            self.error(field.span(), format!("sys_user has no field `{name}`"), help);
        }
    }

    /// A condition about a person.
    fn condition(&mut self, when: &Spanned<String>) -> Option<Program> {
        self.expression(when, About::Person, Expect::Boolean)
    }

    fn expression(&mut self, written: &Spanned<String>, about: About, expect: Expect) -> Option<Program> {
        let (text, span) = (written.get_ref().as_str(), written.span());
        let document = self.text;
        let found = self.compile(text, about, expect);
        let (program, diagnostics) = match found {
            Ok(program) => (Some(program.clone()), program.warnings().to_vec()),
            Err(diagnostics) => (None, diagnostics),
        };
        let placed = diagnostics.into_iter().map(|it| {
            let help = it.help.clone().or_else(|| about.roots(&it));
            Problem { help, ..Problem::within(it, document, &span, text) }
        });
        self.problems.extend(placed);
        program
    }

    fn compile(&self, text: &str, about: About, expect: Expect) -> Result<Program, Vec<Diagnostic>> {
        let vocabulary = match about {
            About::Claim => &self.claim,
            About::Person => &self.person,
        };
        Program::compile(text, vocabulary, &Options { expect, ..Options::default() })
    }

    /// What a word means; of a wrong one it is told.
    fn word<T: Copy>(&mut self, said: Option<&Said<T>>) -> Option<T> {
        let said = said?;
        match &said.get_ref().0 {
            Ok(word) => Some(*word),
            Err(message) => {
                self.problems.push(shape::problem(self.text, said.span(), message));
                None
            }
        }
    }

    fn seconds(&mut self, window: &Spanned<String>) -> i64 {
        let parsed: Result<jiff::SignedDuration, _> = window.get_ref().parse();
        match parsed.map(|it| it.as_secs()) {
            Ok(seconds) if seconds > 0 => seconds,
            _ => {
                let message = format!("`{}` is no length of time", window.get_ref());
                self.error(window.span(), message, "write it as `1h`, `30m` or `24h`");
                1
            }
        }
    }
}

fn is_field(name: &str) -> bool {
    column(name).is_some() || is_custom(name)
}

/// Names in backticks.
fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// "did you mean", if something known is near.
fn nearest<'n>(unknown: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let rated = known.map(|name| (strsim::jaro_winkler(unknown, name), name));
    let (score, name) = rated.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (score > 0.82).then(|| format!("did you mean `{name}`?"))
}
