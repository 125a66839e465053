//! The policy document as it is written (`policy.toml`), before anything is checked but its shape.
//!
//! Every value keeps its place in the text, so that whatever is wrong later can be shown there.

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{
    self, DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use toml::Spanned;

/// The whole document.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Document {
    pub(super) correlation: Correlation,
    /// Field tables by source; `*` is for sources without a table of their own.
    pub(super) mapping: Mappings,
    pub(super) authority: BTreeMap<Spanned<String>, Vec<Spanned<Voice>>>,
    pub(super) fields: Vec<FieldRule>,
    pub(super) roles: Vec<RoleRule>,
    pub(super) scope: Scope,
    pub(super) lifecycle: Lifecycle,
    pub(super) flapping: Flapping,
    pub(super) limits: Limits,
    pub(super) expressions: Expressions,
}

/// By source, then by field.
pub(super) type Mappings = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<Field>>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Correlation {
    pub(super) rules: Option<Vec<Spanned<Rule>>>,
    pub(super) ambiguous: Option<Said<Ambiguous>>,
    pub(super) rotated_external_id: Option<Said<Rotated>>,
    pub(super) near_duplicate: Option<Spanned<f64>>,
    pub(super) create: Option<Spanned<Vec<Spanned<String>>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) claim: Spanned<String>,
    pub(super) record: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) unlinked_only: bool,
    pub(super) then: Option<Said<RuleThen>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RuleThen {
    Link,
    Review,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Ambiguous {
    Review,
    Reject,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Rotated {
    Relink,
    Review,
    Reject,
}

/// One line of a mapping: an expression, or a table with more.
#[derive(Debug)]
pub(super) enum Field {
    Expression(String),
    Table(Box<FieldTable>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldTable {
    pub(super) value: Spanned<String>,
    pub(super) default: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) create_only: bool,
    pub(super) reference: Option<Spanned<String>>,
    pub(super) by: Option<Spanned<String>>,
    pub(super) missing: Option<Said<Missing>>,
    pub(super) max_length: Option<Spanned<u32>>,
    pub(super) too_long: Option<Said<TooLong>>,
}

impl FieldTable {
    /// A table with nothing but an expression.
    pub(super) fn of(value: Spanned<String>) -> Self {
        Self {
            value,
            default: None,
            create_only: false,
            reference: None,
            by: None,
            missing: None,
            max_length: None,
            too_long: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Missing {
    Create,
    Defer,
    Default,
    Skip,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TooLong {
    Refuse,
    Cut,
    CutAtWord,
}

/// A source in an order of authority: its name, or a table with more.
#[derive(Debug)]
pub(super) struct Voice {
    pub(super) source: String,
    pub(super) only: Option<Said<Only>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Only {
    Empty,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FieldRule {
    pub(super) field: Spanned<String>,
    pub(super) group: Option<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) value: Spanned<String>,
    pub(super) reference: Option<Spanned<String>>,
    pub(super) by: Option<Spanned<String>>,
    pub(super) missing: Option<Said<Missing>>,
    pub(super) precedence: Option<i64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleRule {
    pub(super) role: Spanned<String>,
    pub(super) group: Option<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    pub(super) effect: Option<Said<Effect>>,
    pub(super) precedence: Option<i64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Effect {
    Grant,
    Deny,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Scope {
    pub(super) users: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Lifecycle {
    pub(super) delete: Option<Said<Delete>>,
    pub(super) lock_out: Option<bool>,
    pub(super) free_user_name: Option<bool>,
    pub(super) hand_over: Option<HandOver>,
    pub(super) deactivate_when: Option<Said<DeactivateWhen>>,
}

/// What DELETE does. There is one word, because nothing deletes a person.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Delete {
    Deactivate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HandOver {
    pub(super) to: Receiver,
    pub(super) otherwise: Option<Receivers>,
}

/// One receiver or a list of them.
#[derive(Debug)]
pub(super) struct Receivers(pub(super) Vec<Receiver>);

/// `"manager"`, `"assignment_group"`, `{ group = "…" }` or `{ person = "…" }`.
#[derive(Debug)]
pub(super) enum Receiver {
    Manager,
    AssignmentGroup,
    Group(String),
    Person(String),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum DeactivateWhen {
    Any,
    Authoritative,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Flapping {
    pub(super) window: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Limits {
    pub(super) deactivations: Option<Spanned<Limit>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Limit {
    pub(super) count: Option<Spanned<i64>>,
    pub(super) percent: Option<Spanned<i64>>,
    pub(super) window: Spanned<String>,
    pub(super) then: Option<Said<Beyond>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Beyond {
    Hold,
    Warn,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Expressions {
    pub(super) nulls: Option<Said<Nulls>>,
    pub(super) without_separator: Option<Said<WithoutSeparator>>,
    pub(super) matches: Option<Said<Matching>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Nulls {
    Strict,
    Java,
    Empty,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum WithoutSeparator {
    Empty,
    Whole,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Matching {
    Whole,
    Part,
}

/// One word of a few, at its place.
pub(super) type Said<T> = Spanned<Word<T>>;

/// A wrong word is kept as what is wrong with it, so that the rest of the document is read, too.
#[derive(Debug)]
pub(super) struct Word<T>(pub(super) Result<T, String>);

impl<'de, T: DeserializeOwned> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let word: Result<T, de::value::Error> = T::deserialize(text.into_deserializer());
        Ok(Self(word.map_err(|error| error.to_string())))
    }
}

/// A value that is written as text, or as a table with more. Unlike an untagged enum it says what was wrong, and where.
trait TextOrTable<'de>: Sized {
    const EXPECTED: &'static str;
    type Table: Deserialize<'de>;

    fn of_text(text: &str) -> Option<Self>;
    fn of_table(table: Self::Table) -> Self;
}

struct Either<T>(PhantomData<T>);

impl<'de, T: TextOrTable<'de>> Visitor<'de> for Either<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        T::of_text(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::Table::deserialize(MapAccessDeserializer::new(map)).map(T::of_table)
    }
}

macro_rules! text_or_table {
    ($($name:ty),*) => {$(
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_any(Either(PhantomData))
            }
        }
    )*};
}

text_or_table!(Field, Voice, Receiver);

impl TextOrTable<'_> for Field {
    const EXPECTED: &'static str = "an expression, or a table with `value`";
    type Table = FieldTable;

    fn of_text(text: &str) -> Option<Self> {
        Some(Self::Expression(text.to_owned()))
    }

    fn of_table(table: FieldTable) -> Self {
        Self::Table(Box::new(table))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VoiceTable {
    source: String,
    only: Option<Said<Only>>,
}

impl TextOrTable<'_> for Voice {
    const EXPECTED: &'static str = "the name of a source, or a table with `source`";
    type Table = VoiceTable;

    fn of_text(text: &str) -> Option<Self> {
        Some(Self { source: text.to_owned(), only: None })
    }

    fn of_table(VoiceTable { source, only }: VoiceTable) -> Self {
        Self { source, only }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum ReceiverTable {
    Group(String),
    Person(String),
}

impl TextOrTable<'_> for Receiver {
    const EXPECTED: &'static str =
        "`\"manager\"`, `\"assignment_group\"`, `{ group = \"…\" }` or `{ person = \"…\" }`";
    type Table = ReceiverTable;

    fn of_text(text: &str) -> Option<Self> {
        match text {
            "manager" => Some(Self::Manager),
            "assignment_group" => Some(Self::AssignmentGroup),
            _ => None,
        }
    }

    fn of_table(table: ReceiverTable) -> Self {
        match table {
            ReceiverTable::Group(name) => Self::Group(name),
            ReceiverTable::Person(login) => Self::Person(login),
        }
    }
}

impl<'de> Deserialize<'de> for Receivers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrMany)
    }
}

struct OneOrMany;

impl<'de> Visitor<'de> for OneOrMany {
    type Value = Receivers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, or a list of them", Receiver::EXPECTED)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Receivers, E> {
        Either(PhantomData).visit_str(text).map(|one| Receivers(vec![one]))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Receivers, A::Error> {
        Either(PhantomData).visit_map(map).map(|one| Receivers(vec![one]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Receivers, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(Receivers)
    }
}
