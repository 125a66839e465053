//! Encoded queries: `active=true^manager=…^ORcompany=…^NQ…^ORDERBYname`, taken apart.
//!
//! This is the grammar only. Whether a column exists, and what a condition means for a row, is in [`bind`] and
//! [`condition`]; finding the rows is [`search`]. There is no escape for `^`: whatever stands behind it is a condition of
//! its own, and one that makes no sense is ignored (docs of `glide.invalid_query.returns_no_rows`).

pub(crate) mod bind;
pub(crate) mod condition;
pub(crate) mod dates;
pub(crate) mod search;

use condition::Operator;

/// A query as it was written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Query {
    /// Queries joined by `^NQ`: a row of any of them matches.
    pub(crate) alternatives: Vec<Vec<AnyOf>>,
    /// The columns to sort by.
    pub(crate) order: Vec<Order>,
    /// Whether a part of it has no operator that is known.
    pub(crate) has_unknown_operator: bool,
}

/// Conditions joined by `^OR`; at least one has to hold.
pub(crate) type AnyOf = Vec<Term>;

/// A single condition as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Term {
    /// The column, or a walk over references to one.
    pub(crate) path: String,
    /// What is asked of it.
    pub(crate) operator: Operator,
    /// What it is compared with.
    pub(crate) value: String,
}

/// A column to sort by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order {
    /// The column, or a walk to one.
    pub(crate) path: String,
    /// Whether the largest comes first.
    pub(crate) descending: bool,
}

impl Query {
    /// Takes a query apart. Nothing is an error: what is not understood is left out and noted.
    pub(crate) fn parse(text: &str) -> Self {
        let mut query = Self { alternatives: vec![Vec::new()], ..Self::default() };
        let mut related_list = false;
        for part in text.split('^') {
            // A condition on a related list goes to its end mark and is not simulated.
            related_list |= part.starts_with("RLQUERY");
            if related_list {
                related_list = part != "ENDRLQUERY";
                query.has_unknown_operator = true;
            } else {
                query.add(part);
            }
        }
        query
    }

    fn add(&mut self, part: &str) {
        let order = |path: &str, descending| Order { path: path.to_owned(), descending };
        if part.is_empty() || part == "EQ" || part.starts_with("GROUPBY") {
        } else if let Some(path) = part.strip_prefix("ORDERBYDESC") {
            self.order.push(order(path, true));
        } else if let Some(path) = part.strip_prefix("ORDERBY") {
            self.order.push(order(path, false));
        } else if let Some(rest) = part.strip_prefix("NQ") {
            self.alternatives.push(Vec::new());
            self.add(rest);
        } else if let Some(rest) = part.strip_prefix("OR") {
            self.add_term(rest, true);
        } else {
            self.add_term(part, false);
        }
    }

    fn add_term(&mut self, text: &str, or: bool) {
        let Some(term) = Term::parse(text) else {
            self.has_unknown_operator = true;
            return;
        };
        let conditions = self.alternatives.last_mut().expect("there is always one");
        match conditions.last_mut().filter(|_| or) {
            Some(any_of) => any_of.push(term),
            None => conditions.push(vec![term]),
        }
    }
}

impl Term {
    fn parse(text: &str) -> Option<Self> {
        let is_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        let end = text.find(|c| !is_path(c))?;
        let (path, rest) = text.split_at(end);
        let (operator, value) = Operator::take(rest)?;
        let path = path.to_owned();
        (!path.is_empty()).then(|| Self { path, operator, value: value.to_owned() })
    }
}

#[cfg(test)]
mod tests;
