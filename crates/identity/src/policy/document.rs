//! The policy document as it is written (`policy.toml`), before anything is checked but its shape.
//!
//! Every value keeps its place in the text, so that whatever is wrong later can be shown there.

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use std::collections::BTreeMap;
use std::fmt;
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
    pub(super) ambiguous: Option<Ambiguous>,
    pub(super) rotated_external_id: Option<Rotated>,
    pub(super) near_duplicate: Option<Spanned<f64>>,
    pub(super) create: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub(super) claim: Spanned<String>,
    pub(super) record: Spanned<String>,
    #[serde(default)]
    pub(super) unlinked_only: bool,
    pub(super) then: Option<RuleThen>,
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
    Table(FieldTable),
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
    pub(super) missing: Option<Spanned<Missing>>,
    pub(super) max_length: Option<Spanned<u32>>,
    #[serde(default)]
    pub(super) too_long: TooLong,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Missing {
    Create,
    Defer,
    Default,
    Skip,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum TooLong {
    #[default]
    Refuse,
    Cut,
    CutAtWord,
}

/// A source in an order of authority: its name, or a table with more.
#[derive(Debug)]
pub(super) enum Voice {
    Name(String),
    Table(VoiceTable),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct VoiceTable {
    pub(super) source: String,
    pub(super) only: Option<Only>,
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
    pub(super) precedence: Option<Spanned<i64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleRule {
    pub(super) role: Spanned<String>,
    pub(super) group: Option<Spanned<String>>,
    pub(super) when: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) effect: Effect,
    pub(super) precedence: Option<Spanned<i64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Effect {
    #[default]
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
    pub(super) delete: Option<Delete>,
    pub(super) lock_out: Option<bool>,
    pub(super) hand_over: Option<HandOver>,
    pub(super) deactivate_when: Option<DeactivateWhen>,
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
    pub(super) count: Option<u32>,
    pub(super) percent: Option<u32>,
    pub(super) window: Spanned<String>,
    pub(super) then: Option<Beyond>,
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
    pub(super) nulls: Option<Nulls>,
    pub(super) without_separator: Option<WithoutSeparator>,
    pub(super) matches: Option<Matching>,
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

/// A value that is text or a table. Unlike an untagged enum it says which of both was wrong, and where.
struct TextOr<T, F, G> {
    expecting: &'static str,
    text: F,
    table: G,
    marker: std::marker::PhantomData<T>,
}

impl<'de, T, F, G, B> Visitor<'de> for TextOr<(T, B), F, G>
where
    F: FnOnce(&str) -> Result<T, String>,
    G: FnOnce(B) -> T,
    B: Deserialize<'de>,
{
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expecting)
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.text)(text).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        B::deserialize(de::value::MapAccessDeserializer::new(map)).map(self.table)
    }
}

fn text_or_table<'de, D, T, B>(
    deserializer: D,
    expecting: &'static str,
    text: impl FnOnce(&str) -> Result<T, String>,
    table: impl FnOnce(B) -> T,
) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    B: Deserialize<'de>,
{
    let marker = std::marker::PhantomData::<(T, B)>;
    deserializer.deserialize_any(TextOr { expecting, text, table, marker })
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |text: &str| Ok(Self::Expression(text.to_owned()));
        text_or_table(deserializer, "an expression, or a table with `value`", text, Self::Table)
    }
}

impl<'de> Deserialize<'de> for Voice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |text: &str| Ok(Self::Name(text.to_owned()));
        text_or_table(deserializer, "the name of a source, or a table with `source`", text, Self::Table)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum ReceiverTable {
    Group(String),
    Person(String),
}

impl<'de> Deserialize<'de> for Receiver {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = |text: &str| match text {
            "manager" => Ok(Self::Manager),
            "assignment_group" => Ok(Self::AssignmentGroup),
            other => Err(format!(
                "`{other}` cannot take over work; write \"manager\", \"assignment_group\", {{ group = \"…\" }} or {{ person = \"…\" }}"
            )),
        };
        let table = |table: ReceiverTable| match table {
            ReceiverTable::Group(name) => Self::Group(name),
            ReceiverTable::Person(login) => Self::Person(login),
        };
        text_or_table(deserializer, "\"manager\", \"assignment_group\", a group or a person", text, table)
    }
}

impl<'de> Deserialize<'de> for Receivers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrMany;
        impl<'de> Visitor<'de> for OneOrMany {
            type Value = Receivers;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("who takes over, or a list of them")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Receivers, E> {
                Receiver::deserialize(de::value::StrDeserializer::new(text)).map(|one| Receivers(vec![one]))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Receivers, A::Error> {
                let one = Receiver::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(Receivers(vec![one]))
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, mut list: A) -> Result<Receivers, A::Error> {
                let mut receivers = Vec::new();
                while let Some(receiver) = list.next_element()? {
                    receivers.push(receiver);
                }
                Ok(Receivers(receivers))
            }
        }
        deserializer.deserialize_any(OneOrMany)
    }
}
