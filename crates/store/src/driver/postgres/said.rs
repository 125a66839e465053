//! What PostgreSQL says of a statement that it refused, fit for a log.
//!
//! Its detail and some of its messages quote the row ("Failing row contains (…)"), and a row is about a person. So the
//! error keeps what names things of the schema, and of the message what is not made of values.

use std::fmt;

use tokio_postgres::error::{DbError, SqlState};

/// Why PostgreSQL refused a statement.
#[derive(Debug)]
pub(super) struct Said {
    code: SqlState,
    message: Option<String>,
    /// Table, column and constraint, as far as they are named.
    about: Vec<(&'static str, String)>,
}

impl Said {
    pub(super) fn of(error: &DbError) -> Self {
        let about =
            [("table", error.table()), ("column", error.column()), ("constraint", error.constraint())];
        let named = about.into_iter().filter_map(|(what, name)| Some((what, name?.to_owned())));
        let message = (!quotes_values(error.code())).then(|| error.message().to_owned());
        Self { code: error.code().clone(), message, about: named.collect() }
    }
}

/// Whether messages of this kind repeat what was sent: data exceptions, and whatever a trigger of the owner says.
fn quotes_values(code: &SqlState) -> bool {
    code.code().starts_with("22") || code.code().starts_with("P0")
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgreSQL answers {}", self.code.code())?;
        if let Some(message) = &self.message {
            write!(f, ", {message}")?;
        }
        self.about.iter().try_for_each(|(what, name)| write!(f, ", {what} `{name}`"))
    }
}

impl std::error::Error for Said {}
