//! Filters as SQL. A condition selects every resource that the filter does; where it selects more, it says so, and the
//! rest is decided on the resources themselves.
//!
//! Every fragment is true or false, never null, so that `not` means what the filter means.

use super::Kind;
use crate::driver::{Dialect, Value};
use crate::keys;
use jiff::Timestamp;
use tenure_identity::id::SourceName;
use tenure_scim::filter::{Bound, CompareOp, Op, Operand, Test};
use tenure_scim::path::Target;
use tenure_scim::schema::ENTERPRISE_USER;

/// A condition on a row `t`. Its parameters are `$2` and on, in order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub(super) sql: String,
    pub(super) params: Vec<Value>,
    /// Whether it selects exactly what the filter does.
    pub(super) exact: bool,
    /// Whether it selects a handful, however many there are.
    pub(super) narrow: bool,
}

impl Condition {
    /// The order of age. A handful is found by its key and then sorted; without the `+ 0` a planner may walk the whole
    /// list in its order until it meets them.
    pub(super) fn by_age(this: Option<&Self>) -> &'static str {
        if this.is_some_and(|condition| condition.narrow) { "t.seq + 0" } else { "t.seq" }
    }
}

/// The condition for a filter on this list.
pub(super) fn condition(dialect: Dialect, kind: Kind, source: &SourceName, filter: &Bound) -> Condition {
    let mut translator = Translator { dialect, kind, source, params: Vec::new() };
    let (sql, exact) = translator.bound(filter).unwrap_or_else(|| ("1 = 1".to_owned(), false));
    Condition { sql, params: translator.params, exact, narrow: is_narrow(filter) }
}

/// Whether the filter asks for the value of a key that few resources share.
fn is_narrow(filter: &Bound) -> bool {
    match filter {
        Bound::And(items) => items.iter().any(is_narrow),
        Bound::Or(items) => items.iter().all(is_narrow),
        Bound::Element { target, filter } => {
            matches!(target.attribute.as_str(), "emails" | "members" | "groups")
                && equal_value(filter).is_some()
        }
        Bound::Test(test) => {
            let name = test.target.name();
            let is_key = matches!(
                name.as_str(),
                "id" | "externalId" | "userName" | "displayName" | "emails.value" | "members.value"
            );
            let equal = matches!(test.op, Op::Compare(CompareOp::Eq, Operand::Text(_)));
            equal && (is_key || is_employee_number(&name))
        }
        Bound::Not(_) | Bound::Never => false,
    }
}

/// The condition, and only what comes after this place in the order of age.
pub(super) fn and_after(condition: Option<Condition>, seq: i64) -> Condition {
    let Condition { sql, mut params, exact, narrow } = condition.unwrap_or(Condition {
        sql: "1 = 1".to_owned(),
        params: Vec::new(),
        exact: true,
        narrow: false,
    });
    params.push(seq.into());
    let place = if narrow { "t.seq + 0" } else { "t.seq" };
    Condition { sql: format!("{sql} and {place} > ${}", params.len() + 1), params, exact, narrow }
}

struct Translator<'a> {
    dialect: Dialect,
    kind: Kind,
    source: &'a SourceName,
    params: Vec<Value>,
}

/// A fragment, and whether it is exact. `None` where nothing useful can be said.
type Fragment = Option<(String, bool)>;

impl Translator<'_> {
    fn bound(&mut self, filter: &Bound) -> Fragment {
        match filter {
            Bound::And(items) => self.all(items),
            Bound::Or(items) => self.any(items),
            Bound::Not(inner) => self.not(inner),
            Bound::Test(test) => self.test(test),
            Bound::Element { target, filter } => self.element(target, filter),
            Bound::Never => Some(("1 = 0".to_owned(), true)),
        }
    }

    /// Parts that cannot be translated are left to the scan.
    fn all(&mut self, items: &[Bound]) -> Fragment {
        let parts: Vec<_> = items.iter().map(|item| self.bound(item)).collect();
        let exact = parts.iter().all(|part| matches!(part, Some((_, true))));
        let known: Vec<_> = parts.into_iter().flatten().map(|(sql, _)| sql).collect();
        (!known.is_empty()).then(|| (format!("({})", known.join(" and ")), exact))
    }

    /// One part that cannot be translated spoils the whole, and its siblings' parameters with it.
    fn any(&mut self, items: &[Bound]) -> Fragment {
        let start = self.params.len();
        let parts: Option<Vec<_>> = items.iter().map(|item| self.bound(item)).collect();
        let Some(parts) = parts else {
            self.params.truncate(start);
            return None;
        };
        let exact = parts.iter().all(|(_, exact)| *exact);
        let known: Vec<_> = parts.into_iter().map(|(sql, _)| sql).collect();
        Some((format!("({})", known.join(" or ")), exact))
    }

    fn not(&mut self, inner: &Bound) -> Fragment {
        let start = self.params.len();
        match self.bound(inner) {
            Some((sql, true)) => Some((format!("not {sql}"), true)),
            _ => {
                self.params.truncate(start);
                None
            }
        }
    }

    fn test(&mut self, test: &Test) -> Fragment {
        let name = test.target.name();
        match (self.kind, name.as_str(), &test.op) {
            (_, "id", Op::Compare(op, Operand::Text(text))) => {
                self.column(self.kind.id(), *op, text.as_str().into())
            }
            (_, "externalId", op) => self.external_id(op),
            (_, "meta.created", Op::Compare(op, Operand::Instant(at))) => {
                self.instant("created_at", *op, *at)
            }
            (_, "meta.lastModified", Op::Compare(op, Operand::Instant(at))) => {
                self.instant("modified_at", *op, *at)
            }
            // The number stands in the text, so that the partial index of the inactive ones serves.
            (Kind::Users, "active", Op::Compare(CompareOp::Eq, Operand::Bool(active))) => {
                exact(format!("t.active = {}", i64::from(*active)))
            }
            (Kind::Users, "userName", op) if is_presence(op) => exact("1 = 1".to_owned()),
            (Kind::Groups, "displayName", op) if is_presence(op) => exact("1 = 1".to_owned()),
            (Kind::Users, "userName", op) => self.key(keys::USER_NAME, op),
            (Kind::Users, "displayName", op) => self.key(keys::DISPLAY_NAME, op),
            (Kind::Users, "emails.value", op) => self.key(keys::EMAIL, op),
            (Kind::Users, other, op) if is_employee_number(other) => self.key(keys::EMPLOYEE_NUMBER, op),
            (Kind::Groups, "displayName", Op::Compare(op, Operand::Text(text))) => {
                self.display_key(*op, text)
            }
            (Kind::Users, "groups.value", Op::Compare(CompareOp::Eq, Operand::Text(group))) => {
                let parameter = self.param(group.as_str().into());
                exact(format!(
                    "exists (select 1 from members as m where m.group_id = {parameter} \
                     and m.member_id = t.person_id and m.present = 1)"
                ))
            }
            (Kind::Groups, "members.value", Op::Compare(CompareOp::Eq, Operand::Text(member))) => {
                let parameter = self.param(member.as_str().into());
                let groups = format!(
                    "select m.group_id from members as m where m.member_id = {parameter} and m.present = 1"
                );
                exact(self.dialect.is_one_of("t.id", &groups))
            }
            _ => None,
        }
    }

    /// A column that is never null and holds exactly the value.
    fn column(&mut self, column: &str, op: CompareOp, value: Value) -> Fragment {
        let operator = match op {
            CompareOp::Eq => "=",
            CompareOp::Ne => "<>",
            CompareOp::Gt => ">",
            CompareOp::Ge => ">=",
            CompareOp::Lt => "<",
            CompareOp::Le => "<=",
            CompareOp::Sw => {
                let Value::Text(prefix) = value else { return None };
                return exact(self.prefix(&format!("t.{column}"), &prefix));
            }
            CompareOp::Co | CompareOp::Ew => return None,
        };
        let parameter = self.param(value);
        exact(format!("t.{column} {operator} {parameter}"))
    }

    /// Times are stored in whole microseconds; one between two of them equals none and lies after the first.
    fn instant(&mut self, column: &str, op: CompareOp, at: Timestamp) -> Fragment {
        let (below, rest) = (at.as_nanosecond().div_euclid(1_000), at.as_nanosecond().rem_euclid(1_000));
        let below = i64::try_from(below).ok()?;
        let op = match (rest, op) {
            (0, op) => op,
            (_, CompareOp::Eq) => return exact("1 = 0".to_owned()),
            (_, CompareOp::Ne) => return exact("1 = 1".to_owned()),
            (_, CompareOp::Ge) => CompareOp::Gt,
            (_, CompareOp::Lt) => CompareOp::Le,
            (_, op) => op,
        };
        self.column(column, op, below.into())
    }

    fn prefix(&mut self, column: &str, prefix: &str) -> String {
        let from = self.param(prefix.into());
        match after_prefix(prefix) {
            Some(end) => {
                let to = self.param(end.into());
                format!("({column} >= {from} and {column} < {to})")
            }
            None => format!("{column} >= {from}"),
        }
    }

    fn external_id(&mut self, op: &Op) -> Fragment {
        match op {
            Op::Present | Op::Compare(CompareOp::Ne, Operand::Null) => {
                exact("t.external_id is not null".to_owned())
            }
            Op::Compare(CompareOp::Eq, Operand::Null) => exact("t.external_id is null".to_owned()),
            Op::Compare(CompareOp::Eq, Operand::Text(text)) => {
                let parameter = self.param(text.as_str().into());
                exact(format!("(t.external_id is not null and t.external_id = {parameter})"))
            }
            Op::Compare(..) => None,
        }
    }

    /// A folded key of the claim. Keys have no blanks around them; values of what is not unique may be compared with
    /// theirs, so that a key only narrows the search.
    fn key(&mut self, kind: i64, op: &Op) -> Fragment {
        let Op::Compare(op @ (CompareOp::Eq | CompareOp::Sw), Operand::Text(text)) = op else { return None };
        let text = trimmed(text)?;
        let test = match op {
            CompareOp::Eq => format!("k.key = {}", self.param(text.into())),
            _ => self.prefix("k.key", text),
        };
        let source = self.param(self.source.as_str().into());
        let keys = format!("from claim_keys as k where k.kind = {kind} and {test} and k.source = {source}");
        let people = format!("select k.person_id {keys}");
        Some((self.dialect.is_one_of("t.person_id", &people), false))
    }

    fn display_key(&mut self, op: CompareOp, text: &str) -> Fragment {
        let text = trimmed(text)?;
        let sql = match op {
            CompareOp::Eq => format!("t.display_key = {}", self.param(text.into())),
            CompareOp::Sw => self.prefix("t.display_key", text),
            _ => return None,
        };
        Some((sql, false))
    }

    /// One and the same element: what is known about its value narrows the search, the rest is decided by the scan.
    fn element(&mut self, target: &Target, filter: &Bound) -> Fragment {
        let value = equal_value(filter)?;
        let test = Test {
            target: Target { sub: Some("value".to_owned()), ..target.clone() },
            op: Op::Compare(CompareOp::Eq, Operand::Text(value.0)),
        };
        let (sql, exact) = self.test(&test)?;
        Some((sql, exact && value.1))
    }

    fn param(&mut self, value: Value) -> String {
        self.params.push(value);
        format!("${}", self.params.len() + 1)
    }
}

fn exact(sql: String) -> Fragment {
    Some((sql, true))
}

fn is_employee_number(name: &str) -> bool {
    name.strip_prefix(ENTERPRISE_USER).is_some_and(|rest| rest == ":employeeNumber")
}

/// Whether it is asked only that there is a value.
fn is_presence(op: &Op) -> bool {
    matches!(op, Op::Present | Op::Compare(CompareOp::Ne, Operand::Null))
}

/// Without blanks around it; nothing if nothing is left, because blank values have no key.
fn trimmed(text: &str) -> Option<&str> {
    Some(text.trim()).filter(|text| !text.is_empty())
}

/// The least text that comes after every text with this prefix; none if there is no such text.
fn after_prefix(prefix: &str) -> Option<String> {
    let last = prefix.trim_end_matches(char::MAX);
    let next = last.chars().next_back().map(|c| (c..=char::MAX).nth(1).expect("the greatest was trimmed"))?;
    let mut end = last.to_owned();
    end.pop();
    end.push(next);
    Some(end)
}

/// The text that the element's `value` must equal, and whether nothing else is asked of it.
fn equal_value(filter: &Bound) -> Option<(String, bool)> {
    match filter {
        Bound::Test(Test { target, op: Op::Compare(CompareOp::Eq, Operand::Text(text)) })
            if target.attribute == "value" =>
        {
            Some((text.clone(), true))
        }
        Bound::And(items) => items.iter().find_map(equal_value).map(|(text, _)| (text, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::after_prefix;

    #[test]
    fn what_comes_after_a_prefix() {
        for (prefix, after) in [
            ("a", Some("b")),
            ("a\u{10ffff}", Some("b")),
            ("\u{d7ff}", Some("\u{e000}")),
            ("", None),
            ("\u{10ffff}", None),
        ] {
            assert_eq!(after_prefix(prefix).as_deref(), after, "{prefix:?}");
        }
    }
}
