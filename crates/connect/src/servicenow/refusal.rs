//! What ServiceNow refuses and why, as far as its message and detail tell. Status codes alone do not: a duplicate, a
//! missing right, a business rule and a data policy are all 403.

use super::error::Call;
use std::fmt;

/// A request that was understood and refused; nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The account may not do this.
    Acl {
        /// What ServiceNow said.
        told: Box<Told>,
    },
    /// A business rule stopped it.
    BusinessRule {
        /// The rule.
        name: String,
        /// What ServiceNow said.
        told: Box<Told>,
    },
    /// A data policy wants a value.
    DataPolicy {
        /// The column, by its name or label.
        column: String,
        /// What ServiceNow said.
        told: Box<Told>,
    },
    /// Perhaps another row has a value that must be unique. Look the key up before believing it.
    PossibleDuplicate {
        /// What ServiceNow said.
        told: Box<Told>,
    },
    /// No such row, or none that the account may see.
    NotFoundOrHidden {
        /// What ServiceNow said.
        told: Box<Told>,
    },
    /// Not a request that ServiceNow understands.
    BadRequest {
        /// What ServiceNow said.
        told: Box<Told>,
    },
    /// Anything else.
    Other {
        /// What ServiceNow said.
        told: Box<Told>,
    },
}

/// What ServiceNow said, to what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What was being done.
    pub call: Call,
    /// The HTTP status.
    pub status: u16,
    /// The error's message, shortened.
    pub message: String,
    /// The error's detail, shortened; may be empty.
    pub detail: String,
}

impl Refusal {
    /// What ServiceNow said.
    pub fn told(&self) -> &Told {
        match self {
            Self::Acl { told }
            | Self::BusinessRule { told, .. }
            | Self::DataPolicy { told, .. }
            | Self::PossibleDuplicate { told }
            | Self::NotFoundOrHidden { told }
            | Self::BadRequest { told }
            | Self::Other { told } => told,
        }
    }

    /// What to do next, where we know it.
    pub fn help(&self) -> Option<&str> {
        Some(match self {
            Self::Acl { .. } => "give the integration account a role that may do this, such as `user_admin`",
            Self::BusinessRule { .. } => {
                "ask the owner of the business rule, or let it pass the integration account"
            }
            Self::DataPolicy { .. } => {
                "map a value to the column, or exempt web services from the data policy"
            }
            Self::PossibleDuplicate { .. } => {
                "look for another row with the same key, also among inactive ones"
            }
            Self::NotFoundOrHidden { .. } => {
                "the row may have been deleted, be hidden from the account, or have another id since a clone"
            }
            Self::BadRequest { .. } | Self::Other { .. } => return None,
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.told();
        write!(f, "{}: ", told.call)?;
        match self {
            Self::Acl { .. } => f.write_str("the account may not do this")?,
            Self::BusinessRule { name, .. } => write!(f, "the business rule `{name}` stopped it")?,
            Self::DataPolicy { column, .. } => write!(f, "a data policy wants a value for `{column}`")?,
            Self::PossibleDuplicate { .. } => f.write_str("another row may have the same key")?,
            Self::NotFoundOrHidden { .. } => f.write_str("there is no such row, or it is hidden")?,
            Self::BadRequest { .. } => f.write_str("ServiceNow does not understand the request")?,
            Self::Other { .. } => f.write_str("ServiceNow refused")?,
        }
        write!(f, " (HTTP {}: {told})", told.status)
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.message.as_str(), self.detail.as_str()) {
            ("", "") => f.write_str("no reason given"),
            (message, "") => f.write_str(message),
            ("", detail) => f.write_str(detail),
            (message, detail) => write!(f, "{message}; {detail}"),
        }
    }
}
