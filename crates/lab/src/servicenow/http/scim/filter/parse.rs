//! The text of a filter as an expression; which attributes there are is not known here.

use serde_json::Value;

/// The deepest that parentheses may go.
const MAX_DEPTH: usize = 20;

/// The most comparisons in one filter; each of a long row of them is nested in the next.
const MAX_TERMS: usize = 500;

/// A filter.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::servicenow::http::scim) enum Expression {
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Test {
        name: String,
        operator: Operator,
        /// `null` for `pr`.
        value: Value,
    },
    /// `emails[…]`.
    Within {
        name: String,
        inner: Box<Self>,
    },
}

/// How values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::servicenow::http::scim) enum Operator {
    Equals,
    Differs,
    Contains,
    StartsWith,
    EndsWith,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    Present,
}

impl Operator {
    fn of(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "eq" => Self::Equals,
            "ne" => Self::Differs,
            "co" => Self::Contains,
            "sw" => Self::StartsWith,
            "ew" => Self::EndsWith,
            "gt" => Self::Greater,
            "ge" => Self::GreaterOrEqual,
            "lt" => Self::Less,
            "le" => Self::LessOrEqual,
            "pr" => Self::Present,
            _ => return None,
        })
    }

    /// Whether two texts compare so.
    pub(in crate::servicenow::http::scim) fn holds(self, left: &str, right: &str) -> bool {
        match self {
            Self::Equals => left == right,
            Self::Differs => left != right,
            Self::Contains => left.contains(right),
            Self::StartsWith => left.starts_with(right),
            Self::EndsWith => left.ends_with(right),
            Self::Greater => left > right,
            Self::GreaterOrEqual => left >= right,
            Self::Less => left < right,
            Self::LessOrEqual => left <= right,
            Self::Present => !left.is_empty(),
        }
    }
}

impl Expression {
    /// Reads a filter; an error says what is wrong with it and where.
    pub(in crate::servicenow::http::scim) fn parse(text: &str) -> Result<Self, String> {
        let mut parser = Parser { text, at: 0, depth: 0, terms: 0 };
        let expression = parser.either()?;
        match parser.rest().trim_start().is_empty() {
            true => Ok(expression),
            false => Err(parser.unexpected()),
        }
    }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    terms: usize,
}

impl<'t> Parser<'t> {
    fn either(&mut self) -> Result<Expression, String> {
        let mut left = self.both()?;
        while self.take_word("or") {
            left = Expression::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Expression, String> {
        let mut left = self.one()?;
        while self.take_word("and") {
            left = Expression::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.take('(') {
            return self.enclosed(')');
        }
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err("The filter has too many terms".to_owned());
        }
        let name = self.word();
        if name.is_empty() {
            return Err(self.unexpected());
        }
        if name.eq_ignore_ascii_case("not") {
            return Err("The operator not is not supported".to_owned());
        }
        if self.rest().starts_with('[') {
            self.at += 1;
            let inner = Box::new(self.enclosed(']')?);
            return match self.rest().starts_with([' ', ')', ']']) || self.rest().is_empty() {
                true => Ok(Expression::Within { name: name.to_owned(), inner }),
                false => Err(self.unexpected()),
            };
        }
        self.blanks();
        let at = self.at;
        let Some(operator) = Operator::of(self.word()) else {
            self.at = at;
            return Err(self.unexpected());
        };
        let value = if operator == Operator::Present { Value::Null } else { self.value()? };
        Ok(Expression::Test { name: name.to_owned(), operator, value })
    }

    fn enclosed(&mut self, end: char) -> Result<Expression, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err("The filter is nested too deeply".to_owned());
        }
        let inner = self.either()?;
        self.depth -= 1;
        if self.take(end) { Ok(inner) } else { Err(self.unexpected()) }
    }

    /// A JSON value.
    fn value(&mut self) -> Result<Value, String> {
        self.blanks();
        let mut values = serde_json::Deserializer::from_str(self.rest()).into_iter::<Value>();
        match values.next() {
            Some(Ok(value)) if !value.is_object() && !value.is_array() => {
                self.at += values.byte_offset();
                Ok(value)
            }
            _ => Err(self.unexpected()),
        }
    }

    /// The word that begins here; empty if none does.
    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let end = rest.find([' ', '(', ')', '[', ']', '"']).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn take_word(&mut self, word: &str) -> bool {
        let before = self.at;
        self.blanks();
        let is_it = self.word().eq_ignore_ascii_case(word);
        self.at = if is_it { self.at } else { before };
        self.blanks();
        is_it
    }

    fn take(&mut self, symbol: char) -> bool {
        self.blanks();
        let is_it = self.rest().starts_with(symbol);
        self.at += usize::from(is_it);
        is_it
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(' ').len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// What stands where something else should, as the service words it.
    fn unexpected(&mut self) -> String {
        let at = self.at;
        match self.word() {
            "" => match self.rest().chars().next() {
                Some(symbol) => format!("Unexpected character '{symbol}' at position {at}"),
                None => format!("Unexpected end of filter string at position {at}"),
            },
            word => format!("Unexpected character '{word}' at position {at}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(text: &str, expected: &str) {
        assert_eq!(Expression::parse(text).unwrap_err(), expected, "{text}");
    }

    #[test]
    fn and_binds_tighter_than_or() {
        let parse = |text| Expression::parse(text).unwrap();
        assert_eq!(parse("a pr or b pr and c pr"), parse("a pr or (b pr and c pr)"));
        assert_ne!(parse("a pr or b pr and c pr"), parse("(a pr or b pr) and c pr"));
    }

    #[test]
    fn values_are_json() {
        let value = |text| match Expression::parse(text).unwrap() {
            Expression::Test { value, .. } => value,
            other => panic!("{other:?}"),
        };
        assert_eq!(value(r#"userName eq "a \"b\" (c)""#), "a \"b\" (c)");
        assert_eq!(value("active eq true"), true);
        assert_eq!(value("x PR"), Value::Null);
    }

    #[test]
    fn what_is_not_understood_is_said() {
        refused(r#"emails[type eq "work"].value eq "x""#, "Unexpected character '.value' at position 22");
        refused("not (a pr)", "The operator not is not supported");
        refused("userName", "Unexpected end of filter string at position 8");
        refused("userName is x", "Unexpected character 'is' at position 9");
        refused("userName eq x", "Unexpected character 'x' at position 12");
        refused("a pr b pr", "Unexpected character 'b' at position 5");
        refused("(a pr", "Unexpected end of filter string at position 5");
        refused(&"(".repeat(30), "The filter is nested too deeply");
        refused(&vec!["a pr"; 100_000].join(" or "), "The filter has too many terms");
    }
}
