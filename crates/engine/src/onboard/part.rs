//! The parts of an instance that onboarding reads: which rows of which table, and which of their columns.

use tenure_connect::servicenow::{Columns, Condition, Query};
use tenure_identity::onboard::Lengths;

/// A part of the instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Users,
    Memberships,
    HeldRoles,
    OpenWork,
    ScimUsers,
}

/// What is read of a user beside the stable key and the columns that the policy limits.
const OF_USERS: [&str; 18] = [
    "user_name",
    "employee_number",
    "email",
    "first_name",
    "middle_name",
    "last_name",
    "phone",
    "mobile_phone",
    "department",
    "manager",
    "active",
    "locked_out",
    "web_service_access_only",
    "internal_integration_user",
    "source",
    "last_login_time",
    "sys_created_on",
    "sys_updated_on",
];

impl Part {
    pub(super) const ALL: [Self; 5] =
        [Self::Users, Self::Memberships, Self::HeldRoles, Self::OpenWork, Self::ScimUsers];

    /// The word for it, on a progress bar and in the store.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Memberships => "memberships",
            Self::HeldRoles => "roles held",
            Self::OpenWork => "open tasks",
            Self::ScimUsers => "users of the target's SCIM service",
        }
    }

    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Users => crate::deliver::USERS,
            Self::Memberships => crate::deliver::MEMBERS,
            Self::HeldRoles => crate::deliver::HELD_ROLES,
            Self::OpenWork => "task",
            Self::ScimUsers => super::scim::TABLE,
        }
    }

    /// What the report lacks where the part cannot be read; nothing if it lacks nothing.
    pub(super) fn lack(self) -> Option<&'static str> {
        match self {
            Self::Users | Self::ScimUsers => None,
            Self::Memberships => Some("memberships count as none"),
            Self::HeldRoles => Some("roles count as none"),
            Self::OpenWork => Some("open work counts as none"),
        }
    }

    /// What the report lacks where some rows of the part are hidden.
    pub(super) fn lack_where_hidden(self) -> &'static str {
        match self {
            Self::Users => "users are missing",
            Self::Memberships => "memberships are missing",
            Self::HeldRoles => "roles are missing",
            Self::OpenWork => "open work is missing",
            Self::ScimUsers => "external ids are missing",
        }
    }

    pub(super) fn query(self) -> Query {
        match self {
            // One paged reading in place of a question for each user.
            Self::OpenWork => Query::all().is("active", "true").and(Condition::is_not_empty("assigned_to")),
            _ => Query::all(),
        }
    }

    /// The columns to keep, of those that the instance has.
    pub(super) fn columns(self, lengths: &Lengths, there: &Columns) -> Vec<String> {
        let fixed: &[&str] = match self {
            Self::Users => &OF_USERS,
            Self::Memberships => &["user"],
            Self::HeldRoles => &["user", "inherited"],
            Self::OpenWork => &["assigned_to"],
            Self::ScimUsers => &["user"],
        };
        let mut columns: Vec<_> = fixed.iter().map(|column| (*column).to_owned()).collect();
        if self == Self::Users {
            columns.extend(["sys_id".to_owned(), lengths.key().to_string()]);
            columns.extend(lengths.columns().map(ToString::to_string));
        }
        columns.sort();
        columns.dedup();
        columns.retain(|column| there.may_have(column));
        columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_connect::servicenow::Column;
    use tenure_identity::id::SourceName;
    use tenure_identity::policy::Policy;

    fn column(name: &str) -> Column {
        Column {
            name: name.to_owned(),
            kind: "string".to_owned(),
            max_length: Some(40),
            reference: None,
            choice: false,
            unique: false,
            mandatory: false,
            read_only: false,
        }
    }

    #[test]
    fn only_columns_that_are_there_are_asked_for() {
        let lengths = Lengths::of(&Policy::built_in(&[SourceName::new("okta")]), &"u_key".into());
        let there = Columns::of(["sys_id", "user_name", "title", "x"].map(column));
        assert_eq!(Part::Users.columns(&lengths, &there), ["sys_id", "title", "user_name"]);
        let all = Part::Users.columns(&lengths, &Columns::unknown());
        assert!(all.iter().any(|it| it == "u_key") && all.iter().any(|it| it == "last_login_time"));
        assert_eq!(all.iter().filter(|it| *it == "user_name").count(), 1);
    }
}
