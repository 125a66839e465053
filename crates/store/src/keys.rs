//! The rows of `claim_keys`: under which kind each key of a claim is kept.

use std::collections::BTreeSet;
use tenure_identity::keys::Keys;
use tenure_identity::policy::{GroupKey, PersonKey, ReferenceKey};
use tenure_scim::text::fold;

/// Login.
pub(crate) const USER_NAME: i64 = 1;
/// Employee number.
pub(crate) const EMPLOYEE_NUMBER: i64 = 2;
/// E-mail address.
pub(crate) const EMAIL: i64 = 3;
/// E-mail address without domain, tag and dots.
pub(crate) const LOOSE_EMAIL: i64 = 4;
/// Given and family name in alphabetical order.
pub(crate) const NAME: i64 = 5;
/// Display name.
pub(crate) const DISPLAY_NAME: i64 = 6;

/// External id, in `waiting` only: claims have a column of their own for it.
pub(crate) const EXTERNAL_ID: i64 = 7;

/// A group's folded name, in `waiting` only.
pub(crate) const GROUP_NAME: i64 = 8;
/// A group's external id, in `waiting` only.
pub(crate) const GROUP_EXTERNAL_ID: i64 = 9;
/// A group that is there and referred to, by our own id; in `waiting` only.
pub(crate) const GROUP: i64 = 10;

/// Under which kind somebody or something is waited for.
pub(crate) fn kind_of(key: ReferenceKey) -> i64 {
    match key {
        ReferenceKey::Person(key) => kind_of_person(key),
        ReferenceKey::Group(GroupKey::Name) => GROUP_NAME,
        ReferenceKey::Group(GroupKey::ExternalId) => GROUP_EXTERNAL_ID,
    }
}

/// Under which kind a claim has this key.
pub(crate) fn kind_of_person(key: PersonKey) -> i64 {
    match key {
        PersonKey::ExternalId => EXTERNAL_ID,
        PersonKey::EmployeeNumber => EMPLOYEE_NUMBER,
        PersonKey::UserName => USER_NAME,
        PersonKey::Email => EMAIL,
    }
}

/// One row of `claim_keys`, without source and person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) kind: i64,
    pub(crate) text: String,
}

/// Every key of a claim.
pub(crate) fn keys_of(keys: &Keys, display_name: Option<&str>) -> BTreeSet<Key> {
    let key = |kind, text: &String| Key { kind, text: text.clone() };
    let mut rows = BTreeSet::from([key(USER_NAME, &keys.user_name)]);
    rows.extend(keys.employee_number.iter().map(|text| key(EMPLOYEE_NUMBER, text)));
    rows.extend(keys.emails.iter().map(|text| key(EMAIL, text)));
    rows.extend(keys.loose_emails.iter().map(|text| key(LOOSE_EMAIL, text)));
    rows.extend(keys.name.iter().map(|text| key(NAME, text)));
    let display_name = display_name.map(str::trim).filter(|name| !name.is_empty());
    rows.extend(display_name.map(|name| Key { kind: DISPLAY_NAME, text: fold(name).to_string() }));
    rows
}
