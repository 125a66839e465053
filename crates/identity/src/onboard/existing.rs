//! The two sides of onboarding as facts: a record that the target has, and a person whom we or the identity provider know.
//! How either was read is not told here; texts are as they stand, blanks and all.

use crate::id::{FieldName, SysId};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A human being's name as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Name {
    /// Given name.
    pub first: Option<String>,
    /// Middle name or initial.
    pub middle: Option<String>,
    /// Family name.
    pub last: Option<String>,
}

/// One row of `sys_user`, with what other tables say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Existing {
    /// The row.
    pub sys_id: SysId,
    /// `user_name`, unique in the target.
    pub user_name: String,
    /// The stable key: the identity provider's id of the person, in `u_okta_user_id`.
    pub key: Option<String>,
    /// `employee_number`, which the target does not keep unique.
    pub employee_number: Option<String>,
    /// `email`, which the target does not keep unique either.
    pub email: Option<String>,
    /// `first_name`, `middle_name` and `last_name`.
    pub name: Name,
    /// `phone`: a desk's.
    pub phone: Option<String>,
    /// `mobile_phone`: a person's.
    pub mobile_phone: Option<String>,
    /// `department`, by whatever names it.
    pub department: Option<String>,
    /// `manager`.
    pub manager: Option<SysId>,
    /// `active`.
    pub active: bool,
    /// `locked_out`.
    pub locked_out: bool,
    /// `web_service_access_only`: a program, which cannot log in to the pages.
    pub web_service_access_only: bool,
    /// `internal_integration_user`: a program of the target's own vendor.
    pub internal_integration_user: bool,
    /// `source`: where the row was imported from, such as `ldap:…` or `sso:…`.
    pub source: Option<String>,
    /// `last_login_time`.
    pub last_login: Option<Timestamp>,
    /// `sys_created_on`.
    pub created: Option<Timestamp>,
    /// `sys_updated_on`.
    pub updated: Option<Timestamp>,
    /// How many open tasks are assigned to it.
    pub open_work: u32,
    /// How many groups it is a member of.
    pub memberships: u32,
    /// How many roles it has of its own; inherited ones go with the groups.
    pub roles: u32,
    /// Columns that nothing is decided by, for their lengths: `title`, `street`, … Those that are too short for a finding
    /// may be left out.
    pub other: BTreeMap<FieldName, String>,
}

/// One person of ours, or one line of an identity provider's export.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// Our id of the person; for a line of an export what the provider calls them: external id, else login. One for each
    /// human being.
    pub id: String,
    /// The identity provider's id, which the stable key of a record has to equal, case and all.
    pub external_id: Option<String>,
    /// Employee number.
    pub employee_number: Option<String>,
    /// Login.
    pub user_name: String,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// The name.
    pub name: Name,
    /// Whether they have access now.
    pub active: bool,
    /// What a human has said, where no rule was sure.
    pub answer: Option<Answer>,
}

/// Which record is somebody's, by a human's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// This one.
    Record(SysId),
    /// None of those that there are: they get one of their own.
    New,
}

impl Name {
    /// First and last name in this order; nothing where neither is written.
    pub fn of(first: &str, last: &str) -> Self {
        let written = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        Self { first: written(first), middle: None, last: written(last) }
    }

    /// The parts that are written, with blanks between.
    pub fn display(&self) -> String {
        let parts = [&self.first, &self.middle, &self.last];
        parts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join(" ")
    }
}

impl Existing {
    /// An active record of which no more is known than what it is called.
    pub fn new(sys_id: SysId, user_name: impl Into<String>) -> Self {
        Self {
            sys_id,
            user_name: user_name.into(),
            key: None,
            employee_number: None,
            email: None,
            name: Name::default(),
            phone: None,
            mobile_phone: None,
            department: None,
            manager: None,
            active: true,
            locked_out: false,
            web_service_access_only: false,
            internal_integration_user: false,
            source: None,
            last_login: None,
            created: None,
            updated: None,
            open_work: 0,
            memberships: 0,
            roles: 0,
            other: BTreeMap::new(),
        }
    }

    /// `Ada Lovelace (ada@example.com)`, for people who read a report.
    pub fn display(&self) -> String {
        let name = self.name.display();
        if name.is_empty() { self.user_name.clone() } else { format!("{name} ({})", self.user_name) }
    }

    /// The text columns that have a value, by name; `key` is the column of the stable key.
    pub fn texts<'a>(&'a self, key: &'a FieldName) -> impl Iterator<Item = (&'a str, &'a str)> {
        let own = [
            ("user_name", Some(&self.user_name)),
            (key.as_str(), self.key.as_ref()),
            ("employee_number", self.employee_number.as_ref()),
            ("email", self.email.as_ref()),
            ("first_name", self.name.first.as_ref()),
            ("middle_name", self.name.middle.as_ref()),
            ("last_name", self.name.last.as_ref()),
            ("phone", self.phone.as_ref()),
            ("mobile_phone", self.mobile_phone.as_ref()),
        ];
        let own = own.into_iter().filter_map(|(name, text)| Some((name, text?.as_str())));
        own.chain(self.other.iter().map(|(name, text)| (name.as_str(), text.as_str())))
    }
}

impl Known {
    /// Somebody with this id and login; whatever else is known is added by the caller.
    pub fn new(id: impl Into<String>, user_name: impl Into<String>) -> Self {
        Self { id: id.into(), user_name: user_name.into(), active: true, ..Self::default() }
    }

    /// `Ada Lovelace (ada@example.com)`, for people who read a report.
    pub fn display(&self) -> String {
        let name = self.name.display();
        if name.is_empty() { self.user_name.clone() } else { format!("{name} ({})", self.user_name) }
    }
}
