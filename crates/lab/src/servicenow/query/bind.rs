//! A query against a table that exists: paths are walked once, values are computed, what makes no sense is dropped.
//!
//! Unknown columns and operators are **ignored**, which is how a client that asks an instance without its column gets
//! everybody; with the property `glide.invalid_query.returns_no_rows` the query finds nothing instead.

use jiff::civil::DateTime;

use super::condition::Operator;
use super::{Query, Term, dates};
use crate::servicenow::dictionary::{Dictionary, Kind, Table};
use crate::servicenow::row::Row;
use crate::servicenow::store::{Store, fold};

/// Everything that reading rows takes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    /// The tables.
    pub(crate) dictionary: &'a Dictionary,
    /// The rows.
    pub(crate) store: &'a Store,
    /// The time, in UTC.
    pub(crate) now: DateTime,
    /// The `sys_id` of who asks.
    pub(crate) caller: &'a str,
}

/// A condition with its column found.
pub(crate) struct Condition {
    pub(crate) path: String,
    pub(crate) kind: Kind,
    pub(crate) test: Test,
}

/// What is asked of the column's value.
pub(crate) enum Test {
    /// An operator that compares with one value.
    Is(Operator, String),
    /// One of these, folded unless the column is compared byte by byte; or none of them.
    OneOf { values: Vec<String>, not: bool },
    /// Between two values, both included; or outside of them.
    Between { low: String, high: String, not: bool },
    /// A comparison with another column.
    Column(Operator, String),
    /// A part of a date.
    Part(Box<dyn Fn(DateTime) -> bool + Send + Sync>),
    /// After (or before) another column's time, moved.
    Moved { other: String, unit: String, count: i64, after: bool },
}

/// A query that can be asked of rows.
pub(crate) struct Bound {
    pub(crate) alternatives: Vec<Vec<Vec<Condition>>>,
    /// Whether a part of it was ignored.
    pub(crate) ignored: bool,
}

/// The well-known dynamic filter "Me".
const ME: &str = "90d1921e5f510100a9ad2572f2b477fe";

impl<'a> View<'a> {
    /// The value at the end of a walk over references, and the type of its column. Nothing if there is no such column.
    pub(crate) fn kind(&self, table: &Table, path: &str) -> Option<Kind> {
        match path.split_once('.') {
            None => table.columns.get(path).map(|column| column.kind),
            Some((first, rest)) => {
                let reference = table.columns.get(first)?.reference.as_deref()?;
                self.kind(self.dictionary.table(reference)?, rest)
            }
        }
    }

    /// The value at the end of a walk; empty where the walk breaks off.
    pub(crate) fn read<'r>(&self, table: &Table, row: &'r Row, path: &str) -> &'r str
    where
        'a: 'r,
    {
        match path.split_once('.') {
            None => row.get(path),
            Some((first, rest)) => match self.referred(table, row, first) {
                Some((table, row)) => self.read(table, row, rest),
                None => "",
            },
        }
    }

    /// The row that a reference leads to.
    pub(crate) fn referred(&self, table: &Table, row: &Row, column: &str) -> Option<(&'a Table, &'a Row)> {
        let reference = table.columns.get(column)?.reference.as_deref()?;
        let table = self.dictionary.table(reference)?;
        let row = self.store.rows(&self.dictionary.base(table).name).get(row.get(column))?;
        Some((table, row))
    }

    /// What people see of a row where it is referred to.
    pub(crate) fn display<'r>(&self, table: &Table, row: &'r Row) -> &'r str
    where
        'a: 'r,
    {
        match self.referred(table, row, &table.display) {
            Some((table, row)) => self.display(table, row),
            None => row.get(&table.display),
        }
    }

    /// What people see of the value at the end of a walk, if it is a reference.
    fn display_at(&self, table: &Table, row: &Row, path: &str) -> String {
        let (table, row, column) = match path.rsplit_once('.') {
            None => (Some(table), Some(row), path),
            Some((walk, column)) => match self.walk(table, row, walk) {
                Some((table, row)) => (Some(table), Some(row), column),
                None => (None, None, column),
            },
        };
        let shown = table.zip(row).and_then(|(table, row)| self.referred(table, row, column));
        shown.map(|(table, row)| self.display(table, row).to_owned()).unwrap_or_default()
    }

    /// The row at the end of a walk that consists of references only.
    pub(crate) fn walk<'r>(&self, table: &'r Table, row: &'r Row, walk: &str) -> Option<(&'r Table, &'r Row)>
    where
        'a: 'r,
    {
        walk.split('.').try_fold((table, row), |(table, row), column| self.referred(table, row, column))
    }

    /// Binds a query to a table.
    pub(crate) fn bind(&self, table: &Table, query: &Query) -> Bound {
        let mut ignored = query.has_unknown_operator;
        let mut alternatives = Vec::new();
        for all in &query.alternatives {
            let mut bound_all = Vec::new();
            for any in all {
                let bound: Vec<_> = any.iter().filter_map(|term| self.bind_term(table, term)).collect();
                ignored |= bound.len() < any.len();
                if !bound.is_empty() {
                    bound_all.push(bound);
                }
            }
            alternatives.push(bound_all);
        }
        Bound { alternatives, ignored }
    }

    fn bind_term(&self, table: &Table, term: &Term) -> Option<Condition> {
        let kind = self.kind(table, &term.path)?;
        let test = self.test(table, kind, term)?;
        Some(Condition { path: term.path.clone(), kind, test })
    }

    fn test(&self, table: &Table, kind: Kind, term: &Term) -> Option<Test> {
        let Term { operator, value, .. } = term;
        let compute = |text: &str| dates::value(text, self.now, self.caller);
        let moment = |operator| Some(Test::Is(operator, dates::text(dates::relative(value, self.now)?)));
        match operator {
            Operator::In | Operator::NotIn => Some(Test::OneOf {
                values: values(kind, &compute(value)?),
                not: *operator == Operator::NotIn,
            }),
            Operator::Between => {
                let (low, high) = value.split_once('@')?;
                Some(Test::Between { low: compute(low)?, high: compute(high)?, not: false })
            }
            Operator::On | Operator::NotOn => {
                let (low, high) = dates::day(value, self.now)?;
                Some(Test::Between { low, high, not: *operator == Operator::NotOn })
            }
            Operator::RelativeAfter => moment(Operator::Greater),
            Operator::RelativeBefore => moment(Operator::Less),
            Operator::RelativeFrom => moment(Operator::AtLeast),
            Operator::RelativeUntil => moment(Operator::AtMost),
            Operator::RelativeOn => {
                let day = dates::relative(value, self.now)?.date();
                let (low, high) = dates::day(&day.to_string(), self.now)?;
                Some(Test::Between { low, high, not: false })
            }
            Operator::DatePart => Some(Test::Part(Box::new(dates::part(value)?))),
            Operator::MoreThan | Operator::LessThan => {
                let (other, unit, count) = dates::distance(value)?;
                self.kind(table, other)?;
                let after = *operator == Operator::MoreThan;
                Some(Test::Moved { other: other.to_owned(), unit: unit.to_owned(), count, after })
            }
            Operator::Dynamic => (value == ME).then(|| Test::Is(Operator::Equals, self.caller.to_owned())),
            _ if operator.is_between_columns() => {
                self.kind(table, value)?;
                Some(Test::Column(*operator, value.clone()))
            }
            _ => Some(Test::Is(*operator, compute(value)?)),
        }
    }

    /// Whether a row is what the query asks for.
    pub(crate) fn matches(&self, table: &Table, row: &Row, bound: &Bound) -> bool {
        let any = |any: &Vec<Condition>| any.iter().any(|condition| self.holds(table, row, condition));
        bound.alternatives.iter().any(|all| all.iter().all(any))
    }

    fn holds(&self, table: &Table, row: &Row, condition: &Condition) -> bool {
        let Condition { path, kind, test } = condition;
        let value = self.read(table, row, path);
        match test {
            Test::Is(operator, other) if operator.is_partial() && *kind == Kind::Reference => {
                operator.holds(Kind::Text, &self.display_at(table, row, path), other)
            }
            Test::Is(operator, other) => operator.holds(*kind, value, other),
            Test::OneOf { values, not } => values.contains(&comparable(*kind, value)) != *not,
            Test::Between { low, high, not } => {
                let inside =
                    Operator::AtLeast.holds(*kind, value, low) && Operator::AtMost.holds(*kind, value, high);
                inside != *not
            }
            Test::Column(operator, other) => operator.holds(*kind, value, self.read(table, row, other)),
            Test::Part(is) => dates::parse(value).is_some_and(is),
            Test::Moved { other, unit, count, after } => {
                let other = dates::parse(self.read(table, row, other));
                let limit = other.and_then(|at| dates::shift(at, unit, *count));
                let at = dates::parse(value);
                at.zip(limit).is_some_and(|(at, limit)| if *after { at > limit } else { at < limit })
            }
        }
    }
}

fn values(kind: Kind, list: &str) -> Vec<String> {
    list.split(',').filter(|value| !value.is_empty()).map(|value| comparable(kind, value)).collect()
}

/// The form in which equal values of this type are equal text.
fn comparable(kind: Kind, value: &str) -> String {
    if kind == Kind::Text { fold(value) } else { value.to_owned() }
}
