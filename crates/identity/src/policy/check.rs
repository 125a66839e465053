//! From the document to the policy: every name looked up, every expression compiled, every contradiction found.
//!
//! Nothing stops at the first problem. What a document leaves out is as in the built-in one.

use super::columns::{COLUMNS, LIFECYCLE, column, is_custom};
use super::document::{self, Document};
use super::problem::{Problem, Problems, Severity};
use super::profile::{attribute_of, claim_vocabulary, person_vocabulary};
use super::{
    Authority, Beyond, Correlation, CorrelationRule, DeactivateWhen, Flapping, Lifecycle, Limit, Limits,
    Mapping, Missing, OnDoubt, OnRotation, PersonKey, Policy, Receiver, Reference, TooLong, Voice,
};
use crate::id::{FieldName, SourceName};
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tenure_el::{Expect, Nulls, Options, Program, Settings, Vocabulary};
use tenure_scim::schema::Catalog;
use toml::Spanned;

const DAY: i64 = 24 * 60 * 60;
const NEAR_DUPLICATE: f64 = 0.92;
/// How people are recognised when a document does not say.
const RULES: [CorrelationRule; 3] =
    [CorrelationRule::EmployeeNumber, CorrelationRule::UnlinkedUserName, CorrelationRule::EmailForReview];

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
    /// All that is wrong with it, in the order of the text.
    pub fn parse(text: &str, around: Surroundings<'_>) -> Result<(Self, Vec<Problem>), Problems> {
        let document: Document = toml::from_str(text).map_err(|error| {
            let span = error.span().unwrap_or(0..text.len());
            Problems(vec![Problem::error(span, error.message().trim_end().replace('\n', "; "))])
        })?;
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
pub(super) struct Checker<'a> {
    text: &'a str,
    around: Surroundings<'a>,
    /// What mappings may read.
    claim: Vocabulary,
    /// What rules about people may read.
    pub(super) person: Vocabulary,
    pub(super) problems: Vec<Problem>,
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
            problems: Vec::new(),
        }
    }

    fn policy(&mut self, document: Document) -> Policy {
        let (mapping, mapping_of) = match document.mapping.is_empty() {
            true => (Policy::built_in(self.around.sources).mapping, BTreeMap::new()),
            false => self.mappings(document.mapping),
        };
        let joiners = document.correlation.create.as_deref().map(|names| self.joiners(names));
        let flapping = document.flapping.window.as_ref().map(|window| self.seconds(window));
        Policy {
            version: 0,
            correlation: self.correlation(document.correlation),
            joiners,
            mapping,
            mapping_of,
            authority: self.authority(document.authority),
            fields: self.field_rules(document.fields),
            roles: self.role_rules(document.roles),
            scope: document.scope.users.as_ref().and_then(|when| self.condition(when)),
            lifecycle: lifecycle(document.lifecycle),
            flapping: Flapping { window_seconds: flapping.unwrap_or(DAY) },
            limits: Limits {
                deactivations: document.limits.deactivations.and_then(|limit| self.limit(limit)),
            },
            expressions: expressions(&document.expressions),
        }
    }

    fn correlation(&mut self, document: document::Correlation) -> Correlation {
        let rules = document.rules.map(|rules| rules.iter().filter_map(|rule| self.rule(rule)).collect());
        let near = document.near_duplicate.map(|near| self.likeness(&near));
        Correlation {
            rules: rules.unwrap_or_else(|| RULES.to_vec()),
            ambiguous: match document.ambiguous {
                Some(document::Ambiguous::Reject) => OnDoubt::Reject,
                Some(document::Ambiguous::Review) | None => OnDoubt::Review,
            },
            rotated_external_id: match document.rotated_external_id {
                Some(document::Rotated::Relink) | None => OnRotation::Relink,
                Some(document::Rotated::Review) => OnRotation::Review,
                Some(document::Rotated::Reject) => OnRotation::Reject,
            },
            near_duplicate: near.unwrap_or(NEAR_DUPLICATE),
        }
    }

    /// The link by external id always comes first; its rule says so and adds nothing.
    fn rule(&mut self, rule: &Spanned<document::Rule>) -> Option<CorrelationRule> {
        let (span, rule) = (rule.span(), rule.get_ref());
        let review = rule.then == Some(document::RuleThen::Review);
        let (found, wanted) = match rule.claim.get_ref().as_str() {
            "externalId" => return None,
            "employeeNumber" => (CorrelationRule::EmployeeNumber, !rule.unlinked_only && !review),
            "userName" => (CorrelationRule::UnlinkedUserName, rule.unlinked_only && !review),
            "email" | "emails" => (CorrelationRule::EmailForReview, review),
            other => {
                let known = ["externalId", "employeeNumber", "userName", "email"];
                let problem =
                    Problem::error(rule.claim.span(), format!("people cannot be recognised by `{other}`"));
                self.problems.push(problem.help(format!("there are {}", list(known))));
                return None;
            }
        };
        if !wanted {
            let (message, help) = match found {
                CorrelationRule::EmployeeNumber => {
                    ("an employee number links by itself", "leave `unlinked_only` and `then` out")
                }
                CorrelationRule::UnlinkedUserName => (
                    "a login alone is no proof while another source claims the person",
                    "write `unlinked_only = true`",
                ),
                CorrelationRule::EmailForReview => {
                    ("an e-mail address alone never links", "write `then = \"review\"`")
                }
            };
            self.problems.push(Problem::error(span, message).help(help));
        }
        self.check_field(&rule.record);
        Some(found)
    }

    fn likeness(&mut self, near: &Spanned<f64>) -> f64 {
        let value = *near.get_ref();
        if !(0.5..=1.0).contains(&value) {
            let problem = Problem::error(near.span(), format!("{value} is no similarity"));
            self.problems.push(problem.help("write a number from 0.5 to 1; 0.92 is usual"));
        }
        value
    }

    fn joiners(&mut self, names: &[Spanned<String>]) -> Vec<SourceName> {
        names.iter().filter_map(|name| self.source(name.get_ref(), name.span())).collect()
    }

    fn authority(&mut self, document: BTreeMap<Spanned<String>, Vec<Spanned<document::Voice>>>) -> Authority {
        let mut authority = Authority {
            default: self.around.sources.iter().cloned().map(Voice::of).collect(),
            fields: BTreeMap::new(),
        };
        for (field, order) in document {
            let voices = self.order(&order);
            if field.get_ref() == "default" {
                authority.default = voices;
                continue;
            }
            if field.get_ref() != "active" {
                self.check_field(&field);
            }
            if order.is_empty() {
                let message = format!("nobody decides `{}`", field.get_ref());
                self.problems.push(Problem::error(field.span(), message).help("name at least one source"));
            }
            authority.fields.insert(FieldName::new(field.get_ref()), voices);
        }
        authority
    }

    fn order(&mut self, order: &[Spanned<document::Voice>]) -> Vec<Voice> {
        let mut voices: Vec<Voice> = Vec::new();
        for voice in order {
            let (name, only) = match voice.get_ref() {
                document::Voice::Name(name) => (name, None),
                document::Voice::Table(table) => (&table.source, table.only),
            };
            let Some(source) = self.source(name, voice.span()) else { continue };
            if voices.iter().any(|earlier| earlier.source == source) {
                let problem = Problem::error(voice.span(), format!("`{source}` comes twice in this order"));
                self.problems.push(problem.help("an order of authority names each source once"));
                continue;
            }
            voices.push(Voice { source, only_if_empty: only.is_some() });
        }
        voices
    }

    fn source(&mut self, name: &str, span: Range<usize>) -> Option<SourceName> {
        let found = self.around.sources.iter().find(|source| source.as_str() == name);
        if found.is_none() {
            let known = self.around.sources.iter().map(SourceName::as_str);
            let help = nearest(name, known.clone()).unwrap_or_else(|| {
                format!(
                    "the configuration has {}; a new one is a table `[sources.{name}]` in tenure.toml",
                    list(known)
                )
            });
            self.problems.push(Problem::error(span, format!("there is no source `{name}`")).help(help));
        }
        found.cloned()
    }

    /// Whether the target has a field of this name that a policy may fill.
    pub(super) fn check_field(&mut self, field: &Spanned<String>) {
        let name = field.get_ref().as_str();
        if LIFECYCLE.contains(&name) {
            let problem = Problem::error(field.span(), format!("`{name}` is written by the lifecycle"));
            self.problems
                .push(problem.help("see `[lifecycle]`; `active` has an order in `[authority]` only"));
        } else if column(name).is_none() && !is_custom(name) {
            let problem = Problem::error(field.span(), format!("sys_user has no field `{name}`"));
            let help = nearest(name, COLUMNS.iter().map(|column| column.name))
                .unwrap_or_else(|| "columns of your own begin with `u_` or `x_`".to_owned());
            self.problems.push(problem.help(help));
        }
    }

    /// A condition about a person.
    pub(super) fn condition(&mut self, when: &Spanned<String>) -> Option<Program> {
        let vocabulary = self.person.clone();
        self.expression(when.get_ref(), when.span(), &vocabulary, Expect::Boolean)
    }

    pub(super) fn expression(
        &mut self,
        text: &str,
        span: Range<usize>,
        vocabulary: &Vocabulary,
        expect: Expect,
    ) -> Option<Program> {
        let options = Options { expect, ..Options::default() };
        let start = self.verbatim(text, &span);
        let (program, diagnostics) = match Program::compile(text, vocabulary, &options) {
            Ok(program) => (Some(program.clone()), program.warnings().to_vec()),
            Err(diagnostics) => (None, diagnostics),
        };
        self.problems.extend(diagnostics.into_iter().map(|it| Problem::within(it, &span, start)));
        program
    }

    /// Where the text of a value begins in the document, if it is written as it is.
    fn verbatim(&self, text: &str, span: &Range<usize>) -> Option<usize> {
        let written = self.text.get(span.clone())?;
        let start = written.find(text).filter(|_| !text.is_empty())?;
        (written.len() == text.len() + 2 * start && matches!(start, 1 | 3)).then_some(span.start + start)
    }

    fn seconds(&mut self, window: &Spanned<String>) -> i64 {
        let parsed: Result<jiff::SignedDuration, _> = window.get_ref().parse();
        match parsed.map(|it| it.as_secs()) {
            Ok(seconds) if seconds > 0 => seconds,
            _ => {
                let message = format!("`{}` is no length of time", window.get_ref());
                self.problems
                    .push(Problem::error(window.span(), message).help("write it as `1h`, `30m` or `24h`"));
                1
            }
        }
    }

    fn limit(&mut self, limit: Spanned<document::Limit>) -> Option<Limit> {
        let span = limit.span();
        let limit = limit.into_inner();
        self.problems.push(
            Problem::warning(span.clone(), "limits are checked and not enforced yet")
                .help("nothing is held back by this limit; look at `tenure policy plan` before you apply"),
        );
        if limit.count.is_none() && limit.percent.is_none() {
            let problem = Problem::error(span, "the limit limits nothing");
            self.problems.push(problem.help("give `count`, `percent` or both"));
            return None;
        }
        if limit.percent.is_some_and(|percent| percent > 100) {
            self.problems.push(Problem::error(span, "more than 100 percent"));
        }
        Some(Limit {
            count: limit.count,
            percent: limit.percent,
            window_seconds: self.seconds(&limit.window),
            then: match limit.then {
                Some(document::Beyond::Warn) => Beyond::Warn,
                Some(document::Beyond::Hold) | None => Beyond::Hold,
            },
        })
    }
}

/// Mappings.
impl Checker<'_> {
    fn mappings(&mut self, tables: document::Mappings) -> (Vec<Mapping>, BTreeMap<SourceName, Vec<Mapping>>) {
        let (mut general, mut of) = (Vec::new(), BTreeMap::new());
        for (name, table) in tables {
            let by: BTreeMap<_, _> = table
                .iter()
                .filter_map(|(field, line)| Some((field.get_ref().clone(), by_span(line)?)))
                .collect();
            let mut fields: Vec<_> =
                table.into_iter().filter_map(|(field, line)| self.mapping(&field, line)).collect();
            fields.sort_by(|one, other| one.field.cmp(&other.field));
            self.find_keys(&mut fields, &by);
            match name.get_ref().as_str() {
                "*" => general = fields,
                other => of.extend(self.source(other, name.span()).map(|source| (source, fields))),
            }
        }
        (general, of)
    }

    /// People are looked up by what claims are found by: the column that `by` names has to come from such an attribute.
    fn find_keys(&mut self, fields: &mut [Mapping], by: &BTreeMap<String, Range<usize>>) {
        let keys: BTreeMap<_, _> =
            fields.iter().filter_map(|it| Some((it.field.clone(), person_key(it)?))).collect();
        let mapped: BTreeSet<_> = fields.iter().map(|it| it.field.clone()).collect();
        for mapping in fields {
            let Some(reference) = mapping.reference.as_mut().filter(|it| it.table == "sys_user") else {
                continue;
            };
            let usual =
                || if mapped.contains(reference.by.as_str()) { None } else { usual_key(&reference.by) };
            reference.key = keys.get(reference.by.as_str()).copied().or_else(usual);
            if reference.key.is_none() {
                let span = by.get(mapping.field.as_str()).cloned().unwrap_or_default();
                let problem =
                    Problem::error(span, format!("people cannot be looked up by `{}`", reference.by));
                let attributes = PersonKey::ALL.map(PersonKey::attribute);
                self.problems.push(
                    problem.help(format!(
                        "name a field that is mapped from one of {} by itself",
                        list(attributes)
                    )),
                );
            }
        }
    }

    fn mapping(&mut self, field: &Spanned<String>, line: Spanned<document::Field>) -> Option<Mapping> {
        self.check_field(field);
        let span = line.span();
        let vocabulary = self.claim.clone();
        let (program, table) = match line.into_inner() {
            document::Field::Expression(text) => {
                (self.expression(&text, span, &vocabulary, Expect::Text), None)
            }
            document::Field::Table(table) => {
                let program =
                    self.expression(table.value.get_ref(), table.value.span(), &vocabulary, Expect::Text);
                (program, Some(table))
            }
        };
        let known = column(field.get_ref());
        let reference = table.as_ref().and_then(|table| self.reference(table));
        let program = program?;
        Some(Mapping {
            field: FieldName::new(field.get_ref()),
            default: table.as_ref().and_then(|table| table.default.as_ref()).map(|it| it.get_ref().clone()),
            create_only: table.as_ref().is_some_and(|table| table.create_only),
            max_length: table
                .as_ref()
                .and_then(|table| table.max_length.as_ref())
                .map(|length| *length.get_ref() as usize)
                .or(known.and_then(|column| column.max_length)),
            too_long: table.as_ref().map_or(TooLong::Refuse, |table| match table.too_long {
                document::TooLong::Refuse => TooLong::Refuse,
                document::TooLong::Cut => TooLong::Cut,
                document::TooLong::CutAtWord => TooLong::CutAtWord,
            }),
            reference,
            reads: reads(&program),
            value: program,
        })
    }

    fn reference(&mut self, table: &document::FieldTable) -> Option<Reference> {
        let Some(to) = &table.reference else {
            for (name, span) in [
                ("by", table.by.as_ref().map(Spanned::span)),
                ("missing", table.missing.as_ref().map(Spanned::span)),
            ] {
                if let Some(span) = span {
                    let problem = Problem::error(span, format!("`{name}` is for references only"));
                    self.problems.push(
                        problem.help("add `reference = \"…\"`, the table that the value names a row of"),
                    );
                }
            }
            return None;
        };
        let missing = table.missing.as_ref().map_or(Missing::Defer, |missing| match missing.get_ref() {
            document::Missing::Create => Missing::Create,
            document::Missing::Defer => Missing::Defer,
            document::Missing::Default => Missing::Default,
            document::Missing::Skip => Missing::Skip,
        });
        let people = to.get_ref() == "sys_user";
        let span = || table.missing.as_ref().map_or(to.span(), Spanned::span);
        if people && missing == Missing::Create {
            let problem = Problem::error(span(), "a person is never made to fill a field");
            self.problems.push(
                problem.help("write `missing = \"defer\"`: the field is filled the moment they arrive"),
            );
        }
        if missing == Missing::Default && table.default.is_none() {
            let problem = Problem::error(span(), "there is no default to use");
            self.problems.push(problem.help("add `default = \"…\"`"));
        }
        let by = table.by.as_ref().map_or(if people { "user_name" } else { "name" }, |by| by.get_ref());
        Some(Reference { table: to.get_ref().clone(), by: by.to_owned(), key: None, missing })
    }
}

/// The attributes of a claim that a program reads.
fn reads(program: &Program) -> Vec<String> {
    let names = program.reads().attributes.iter().map(|attribute| match attribute.path.first() {
        Some(name) => attribute_of(name).to_owned(),
        None => "*".to_owned(),
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

fn lifecycle(document: document::Lifecycle) -> Lifecycle {
    let (Some(document::Delete::Deactivate) | None) = document.delete;
    Lifecycle {
        lock_out: document.lock_out.unwrap_or(true),
        deactivate_when: match document.deactivate_when {
            Some(document::DeactivateWhen::Authoritative) => DeactivateWhen::Authoritative,
            Some(document::DeactivateWhen::Any) | None => DeactivateWhen::Any,
        },
        hand_over: document.hand_over.map(receivers).unwrap_or_default(),
    }
}

fn receivers(document: document::HandOver) -> Vec<Receiver> {
    let otherwise = document.otherwise.map(|receivers| receivers.0).unwrap_or_default();
    let all = std::iter::once(document.to).chain(otherwise);
    all.map(|receiver| match receiver {
        document::Receiver::Manager => Receiver::Manager,
        document::Receiver::AssignmentGroup => Receiver::AssignmentGroup,
        document::Receiver::Group(name) => Receiver::Group(name),
        document::Receiver::Person(login) => Receiver::Person(login),
    })
    .collect()
}

fn expressions(document: &document::Expressions) -> Settings {
    let mut settings = Settings::at(Timestamp::UNIX_EPOCH);
    if let Some(nulls) = document.nulls {
        settings.nulls = match nulls {
            document::Nulls::Strict => Nulls::Strict,
            document::Nulls::Java => Nulls::Java,
            document::Nulls::Empty => Nulls::Empty,
        };
    }
    if let Some(word) = document.without_separator {
        settings.without_separator = match word {
            document::WithoutSeparator::Empty => tenure_el::settings::WithoutSeparator::Empty,
            document::WithoutSeparator::Whole => tenure_el::settings::WithoutSeparator::Whole,
        };
    }
    if let Some(word) = document.matches {
        settings.matching = match word {
            document::Matching::Whole => tenure_el::settings::Matching::Whole,
            document::Matching::Part => tenure_el::settings::Matching::Part,
        };
    }
    settings
}

pub(super) fn list<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// "did you mean", if something known is near.
pub(super) fn nearest<'n>(unknown: &str, known: impl Iterator<Item = &'n str>) -> Option<String> {
    let rated = known.map(|name| (strsim::jaro_winkler(unknown, name), name));
    let (score, name) = rated.max_by(|(one, _), (other, _)| one.total_cmp(other))?;
    (score > 0.82).then(|| format!("did you mean `{name}`?"))
}

/// Where a mapping says by what its reference is found.
fn by_span(line: &Spanned<document::Field>) -> Option<Range<usize>> {
    match line.get_ref() {
        document::Field::Table(table) => table.by.as_ref().or(table.reference.as_ref()).map(Spanned::span),
        document::Field::Expression(_) => None,
    }
}

/// The key that a column of sys_user comes from when the mapping does not fill it.
fn usual_key(column: &str) -> Option<PersonKey> {
    match column {
        "u_okta_user_id" => Some(PersonKey::ExternalId),
        "employee_number" => Some(PersonKey::EmployeeNumber),
        "user_name" => Some(PersonKey::UserName),
        "email" => Some(PersonKey::Email),
        _ => None,
    }
}

/// Which key of a claim the field comes from, if it is one attribute by itself.
pub(super) fn person_key(mapping: &Mapping) -> Option<PersonKey> {
    let [attribute] = mapping.value.reads().attributes.as_slice() else { return None };
    let plain = mapping.value.text().trim() == attribute.to_string();
    let name = attribute.path.first().filter(|_| plain)?;
    PersonKey::ALL.into_iter().find(|key| key.attribute() == attribute_of(name))
}
