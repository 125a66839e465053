//! What a condition means for a value: the operators and how each type of column is compared.
//!
//! Text is compared as the database's collation does, without regard to case; ids and references byte by byte. A column
//! without a value differs from everything and is neither more nor less than anything.

use std::cmp::Ordering;

use super::super::dictionary::Kind;
use super::super::store::fold;

/// What is asked of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operator {
    Equals,
    Differs,
    Greater,
    AtLeast,
    Less,
    AtMost,
    Contains,
    ContainsNot,
    StartsWith,
    EndsWith,
    In,
    NotIn,
    Empty,
    NotEmpty,
    Anything,
    Between,
    SameAs,
    NotSameAs,
    FieldGreater,
    FieldLess,
    FieldAtLeast,
    FieldAtMost,
    On,
    NotOn,
    RelativeAfter,
    RelativeBefore,
    RelativeFrom,
    RelativeUntil,
    RelativeOn,
    DatePart,
    MoreThan,
    LessThan,
    Dynamic,
}

/// The operators as they are written. Of two that begin alike the longer comes first.
const WRITTEN: &[(&str, Operator)] = &[
    ("!=", Operator::Differs),
    ("!*", Operator::ContainsNot),
    (">=", Operator::AtLeast),
    ("<=", Operator::AtMost),
    ("=", Operator::Equals),
    (">", Operator::Greater),
    ("<", Operator::Less),
    ("*", Operator::Contains),
    ("%", Operator::EndsWith),
    ("NOT LIKE", Operator::ContainsNot),
    ("NOT IN", Operator::NotIn),
    ("NOTON", Operator::NotOn),
    ("LIKE", Operator::Contains),
    ("STARTSWITH", Operator::StartsWith),
    ("ENDSWITH", Operator::EndsWith),
    ("ISNOTEMPTY", Operator::NotEmpty),
    ("ISEMPTY", Operator::Empty),
    ("EMPTYSTRING", Operator::Empty),
    ("ANYTHING", Operator::Anything),
    ("BETWEEN", Operator::Between),
    ("SAMEAS", Operator::SameAs),
    ("NSAMEAS", Operator::NotSameAs),
    ("GT_OR_EQUALS_FIELD", Operator::FieldAtLeast),
    ("LT_OR_EQUALS_FIELD", Operator::FieldAtMost),
    ("GT_FIELD", Operator::FieldGreater),
    ("LT_FIELD", Operator::FieldLess),
    ("RELATIVEGT", Operator::RelativeAfter),
    ("RELATIVELT", Operator::RelativeBefore),
    ("RELATIVEGE", Operator::RelativeFrom),
    ("RELATIVELE", Operator::RelativeUntil),
    ("RELATIVEEE", Operator::RelativeOn),
    ("DATEPART", Operator::DatePart),
    ("MORETHAN", Operator::MoreThan),
    ("LESSTHAN", Operator::LessThan),
    ("DYNAMIC", Operator::Dynamic),
    ("IN", Operator::In),
    ("ON", Operator::On),
];

impl Operator {
    /// The operator that this text begins with, and the rest.
    pub(crate) fn take(text: &str) -> Option<(Self, &str)> {
        WRITTEN.iter().find_map(|(written, operator)| Some((*operator, text.strip_prefix(written)?)))
    }

    /// Whether text is looked for in a part of the value; on references that is the display value.
    pub(crate) fn is_partial(self) -> bool {
        matches!(self, Self::Contains | Self::ContainsNot | Self::StartsWith | Self::EndsWith)
    }

    /// Whether it compares with another column.
    pub(crate) fn is_between_columns(self) -> bool {
        use Operator::{FieldAtLeast, FieldAtMost, FieldGreater, FieldLess, NotSameAs, SameAs};
        matches!(self, SameAs | NotSameAs | FieldGreater | FieldLess | FieldAtLeast | FieldAtMost)
    }

    /// Whether `value` and `other` stand in this relation; for operators that need no more than the two.
    pub(crate) fn holds(self, kind: Kind, value: &str, other: &str) -> bool {
        let ordered = |wanted: fn(Ordering) -> bool| {
            !value.is_empty() && !other.is_empty() && wanted(compare(kind, value, other))
        };
        let same = || compare(kind, value, other) == Ordering::Equal;
        match self {
            Self::Equals | Self::SameAs => same(),
            Self::Differs | Self::NotSameAs => !same(),
            Self::Greater | Self::FieldGreater => ordered(Ordering::is_gt),
            Self::AtLeast | Self::FieldAtLeast => ordered(Ordering::is_ge),
            Self::Less | Self::FieldLess => ordered(Ordering::is_lt),
            Self::AtMost | Self::FieldAtMost => ordered(Ordering::is_le),
            Self::Contains => fold(value).contains(&fold(other)),
            Self::ContainsNot => !fold(value).contains(&fold(other)),
            Self::StartsWith => fold(value).starts_with(&fold(other)),
            Self::EndsWith => fold(value).ends_with(&fold(other)),
            Self::Empty => value.is_empty(),
            Self::NotEmpty => !value.is_empty(),
            Self::Anything => true,
            _ => unreachable!("`{self:?}` is bound to a form of its own"),
        }
    }
}

/// How two values of a column of this type compare.
pub(crate) fn compare(kind: Kind, left: &str, right: &str) -> Ordering {
    match kind {
        Kind::Integer => match (left.parse::<i64>(), right.parse::<i64>()) {
            (Ok(left), Ok(right)) => left.cmp(&right),
            _ => left.cmp(right),
        },
        Kind::Id | Kind::Reference | Kind::DateTime | Kind::Date => left.cmp(right),
        Kind::Text | Kind::Boolean | Kind::Journal | Kind::Password => fold(left).cmp(&fold(right)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(kind: Kind, value: &str, condition: &str, expected: bool) {
        let (operator, other) = Operator::take(condition).unwrap();
        assert_eq!(operator.holds(kind, value, other), expected, "{value} {condition}");
    }

    #[test]
    fn text_is_compared_without_case_and_ids_with_it() {
        check(Kind::Text, "Ada", "=ada", true);
        check(Kind::Text, "Ada Lovelace", "LIKElove", true);
        check(Kind::Id, "abC", "=abc", false);
        check(Kind::Reference, "a", "!=b", true);
    }

    #[test]
    fn no_value_differs_and_is_not_ordered() {
        check(Kind::Text, "", "!=x", true);
        check(Kind::Text, "", "<x", false);
        check(Kind::DateTime, "", "<=2026-01-01 00:00:00", false);
        check(Kind::Text, "", "=", true);
        check(Kind::Text, "", "NOT LIKEx", true);
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        check(Kind::Integer, "10", ">9", true);
        check(Kind::Integer, "10", "<9", false);
        check(Kind::Text, "10", ">9", false);
    }

    #[test]
    fn ends_are_ends() {
        check(Kind::Text, "abc", "STARTSWITHab", true);
        check(Kind::Text, "abc", "ENDSWITHab", false);
        check(Kind::Text, "abc", "%BC", true);
        check(Kind::Text, "abc", "ANYTHING", true);
    }
}
