//! Encoded queries built from typed conditions. There is no escape for `^`, values that begin with `javascript:` are run by
//! the instance, and conditions on unknown columns are ignored without a word. So a value that could change the query is
//! refused, and each row that comes back is held against the conditions as far as they can be judged here.

use super::error::Unaskable;
use super::row::Row;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use tenure_scim::text::fold;

/// Which rows are meant. All conditions must hold; rows come in the order of their `sys_id`.
#[derive(Clone, Default)]
pub struct Query {
    /// Groups of conditions of which one must hold.
    groups: Vec<Vec<Condition>>,
    limit: Option<usize>,
}

/// One condition on one column. Columns may be dot-walked: `user.active`.
#[derive(Clone)]
pub struct Condition {
    column: String,
    test: Test,
}

#[derive(Clone)]
enum Test {
    Is(String),
    IsNot(String),
    OneOf(Vec<String>),
    IsEmpty,
    IsNotEmpty,
    StartsWith(String),
    /// `>`, `>=`, `<` or `<=`, whose meaning depends on the column's type.
    Beside(&'static str, String),
}

/// What a row says of a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Holds,
    Fails,
    /// The row does not show the column.
    Hidden,
}

impl Condition {
    /// The column has this value; an empty value means that it has none.
    pub fn is(column: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        Self::new(column, if value.is_empty() { Test::IsEmpty } else { Test::Is(value) })
    }

    /// The column has another value, or none.
    pub fn is_not(column: impl Into<String>, value: impl Into<String>) -> Self {
        let value = value.into();
        Self::new(column, if value.is_empty() { Test::IsNotEmpty } else { Test::IsNot(value) })
    }

    /// The column has one of these values. With no values, no row is meant and nothing is asked.
    pub fn one_of<V: Into<String>>(column: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        Self::new(column, Test::OneOf(values.into_iter().map(Into::into).collect()))
    }

    /// The column has no value.
    pub fn is_empty(column: impl Into<String>) -> Self {
        Self::new(column, Test::IsEmpty)
    }

    /// The column has a value.
    pub fn is_not_empty(column: impl Into<String>) -> Self {
        Self::new(column, Test::IsNotEmpty)
    }

    /// The column's text begins so.
    pub fn starts_with(column: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self::new(column, Test::StartsWith(prefix.into()))
    }

    /// The column is greater or later. Times are UTC, `yyyy-MM-dd HH:mm:ss`.
    pub fn after(column: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(column, Test::Beside(">", value.into()))
    }

    /// The column is at least this great or late.
    pub fn at_least(column: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(column, Test::Beside(">=", value.into()))
    }

    /// The column is less or earlier.
    pub fn before(column: impl Into<String>, value: impl Into<String>) -> Self {
        Self::new(column, Test::Beside("<", value.into()))
    }

    fn new(column: impl Into<String>, test: Test) -> Self {
        Self { column: column.into(), test }
    }

    fn encode(&self) -> Result<String, Unaskable> {
        if !is_column(&self.column) {
            return Err(Unaskable::Name);
        }
        let column = &self.column;
        Ok(match &self.test {
            Test::Is(value) => format!("{column}={}", safe(value)?),
            Test::IsNot(value) => format!("{column}!={}", safe(value)?),
            Test::OneOf(values) => one_of(column, values)?,
            Test::IsEmpty => format!("{column}ISEMPTY"),
            Test::IsNotEmpty => format!("{column}ISNOTEMPTY"),
            Test::StartsWith(prefix) => format!("{column}STARTSWITH{}", safe(prefix)?),
            Test::Beside(operator, value) => format!("{column}{operator}{}", safe(value)?),
        })
    }

    /// Judges a row. What depends on the column's type is left to ServiceNow, but the column must be there.
    fn judge(&self, row: &Row) -> Verdict {
        if !row.has(&self.column) {
            return Verdict::Hidden;
        }
        let found = row.get(&self.column);
        let holds = match &self.test {
            Test::Is(value) => fold(found) == fold(value),
            Test::IsNot(value) => fold(found) != fold(value),
            Test::OneOf(values) => values.iter().any(|it| fold(found) == fold(it)),
            Test::IsEmpty => found.is_empty(),
            Test::IsNotEmpty => !found.is_empty(),
            Test::StartsWith(prefix) => fold(found).starts_with(&*fold(prefix)),
            Test::Beside(..) => true,
        };
        if holds { Verdict::Holds } else { Verdict::Fails }
    }
}

/// `IN` separates by commas, so that values with a comma are asked for one by one.
fn one_of(column: &str, values: &[String]) -> Result<String, Unaskable> {
    if values.iter().any(String::is_empty) {
        return Err(Unaskable::Empty);
    }
    let values: Vec<_> = values.iter().map(|it| safe(it)).collect::<Result<_, _>>()?;
    if values.iter().any(|it| it.contains(',')) {
        let each: Vec<_> = values.iter().map(|it| format!("{column}={it}")).collect();
        return Ok(each.join("^OR"));
    }
    Ok(format!("{column}IN{}", values.join(",")))
}

impl Query {
    /// Every row of the table.
    pub fn all() -> Self {
        Self::default()
    }

    /// The rows for which the condition holds.
    pub fn of(condition: Condition) -> Self {
        Self::all().and(condition)
    }

    /// And for which this holds, too.
    #[must_use]
    pub fn and(self, condition: Condition) -> Self {
        self.and_either([condition])
    }

    /// And for which one of these holds. Of none of them, no row is meant and nothing is asked.
    #[must_use]
    pub fn and_either(mut self, conditions: impl IntoIterator<Item = Condition>) -> Self {
        self.groups.push(conditions.into_iter().collect());
        self
    }

    /// Short for `and(Condition::is(column, value))`.
    #[must_use]
    pub fn is(self, column: impl Into<String>, value: impl Into<String>) -> Self {
        self.and(Condition::is(column, value))
    }

    /// No more than this many rows.
    #[must_use]
    pub fn limit(mut self, rows: usize) -> Self {
        self.limit = Some(rows);
        self
    }

    /// The most rows that are wanted.
    pub(super) fn most(&self) -> Option<usize> {
        self.limit
    }

    /// Whether no row can be meant, so that asking would be wrong: an empty `IN` is no condition to ServiceNow.
    pub(super) fn is_of_nothing(&self) -> bool {
        let impossible = |it: &Condition| matches!(&it.test, Test::OneOf(values) if values.is_empty());
        self.limit == Some(0) || self.groups.iter().any(|group| group.iter().all(impossible))
    }

    /// The columns that conditions are about, dot-walks whole.
    pub(super) fn columns(&self) -> BTreeSet<&str> {
        self.groups.iter().flatten().map(|it| it.column.as_str()).collect()
    }

    /// The encoded query.
    ///
    /// # Errors
    /// If a value or name could change the query; with the column that it is about.
    pub(super) fn encode(&self) -> Result<String, (String, Unaskable)> {
        let groups = self.groups.iter().map(|group| {
            let possible =
                group.iter().filter(|it| !matches!(&it.test, Test::OneOf(values) if values.is_empty()));
            let each: Result<Vec<_>, _> =
                possible.map(|it| it.encode().map_err(|reason| (it.column.clone(), reason))).collect();
            each.map(|it| it.join("^OR"))
        });
        Ok(groups.collect::<Result<Vec<_>, _>>()?.join("^"))
    }

    /// Whether a row is meant, as far as that can be judged here; if it hides a column, which.
    pub(super) fn judge(&self, row: &Row) -> (Verdict, &str) {
        for group in &self.groups {
            let verdicts: Vec<_> = group.iter().map(|it| (it.judge(row), it.column.as_str())).collect();
            let of = |wanted| verdicts.iter().find(|(verdict, _)| *verdict == wanted).copied();
            if of(Verdict::Holds).is_none() {
                return of(Verdict::Hidden).unwrap_or((Verdict::Fails, ""));
            }
        }
        (Verdict::Holds, "")
    }
}

/// Shows columns, never values.
impl fmt::Debug for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Query").field("groups", &self.groups).field("limit", &self.limit).finish()
    }
}

/// Shows the column, never the value.
impl fmt::Debug for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let test = match &self.test {
            Test::Is(_) => "=",
            Test::IsNot(_) => "!=",
            Test::OneOf(_) => "IN",
            Test::IsEmpty => "ISEMPTY",
            Test::IsNotEmpty => "ISNOTEMPTY",
            Test::StartsWith(_) => "STARTSWITH",
            Test::Beside(operator, _) => operator,
        };
        write!(f, "{} {test}", self.column)
    }
}

/// The value, if it is nothing but a value to ServiceNow.
fn safe(value: &str) -> Result<&str, Unaskable> {
    if value.is_empty() {
        return Err(Unaskable::Empty);
    }
    if safe_prefix(value).len() == value.len() { Ok(value) } else { Err(Unaskable::Value) }
}

/// The beginning of a value that can be asked for: up to a `^` or a control character, or without the colon that makes a
/// script of it.
pub(super) fn safe_prefix(value: &str) -> &str {
    const SCRIPT: &str = "javascript:";
    let blank = value.len() - value.trim_start().len();
    let end = value.find(|c: char| c == '^' || c.is_control() || c == '\u{2028}' || c == '\u{2029}');
    let prefix = &value[..end.unwrap_or(value.len())];
    let is_script = prefix.get(blank..blank + SCRIPT.len()).is_some_and(|it| it.eq_ignore_ascii_case(SCRIPT));
    if is_script { &prefix[..blank + SCRIPT.len() - 1] } else { prefix }
}

/// Whether this can be a column, perhaps through references.
pub(super) fn is_column(name: &str) -> bool {
    name.len() <= 250 && name.split('.').all(is_name)
}

/// Whether this can be the name of a table or a single column.
pub(super) fn is_name(name: &str) -> bool {
    (1..=80).contains(&name.len()) && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

/// Whether this can be a row's id: usually 32 hexadecimal digits, but rows of update sets have others. Case counts. Dots alone
/// would climb out of the table in the URL.
pub(super) fn is_sys_id(text: &str) -> bool {
    let fits = (1..=32).contains(&text.len());
    let shaped = text.bytes().all(|it| it.is_ascii_alphanumeric() || b"_.-".contains(&it));
    fits && shaped && text.bytes().any(|it| it != b'.')
}

/// The columns to ask for, each once, always with the row's id.
pub(super) fn field_list<'a>(columns: impl IntoIterator<Item = &'a str>) -> Result<String, String> {
    let mut fields: Vec<Cow<'_, str>> = vec!["sys_id".into()];
    for column in columns {
        if !is_column(column) {
            return Err(column.to_owned());
        }
        if !fields.iter().any(|it| it == column) {
            fields.push(column.into());
        }
    }
    Ok(fields.join(","))
}

#[cfg(test)]
mod tests;
