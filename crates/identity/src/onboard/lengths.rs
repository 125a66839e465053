//! How many characters of each column the policy's mappings will write: the shortest limit where several sources map it.

use crate::id::FieldName;
use crate::policy::{Policy, TooLong};
use std::collections::BTreeMap;

/// The column of the login.
pub(super) const USER_NAME: &str = "user_name";

/// The most characters of each column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lengths {
    limits: BTreeMap<FieldName, usize>,
    /// The column of the stable key.
    key: FieldName,
    /// How long a login may be, so that it is delivered.
    login: Option<usize>,
}

impl Lengths {
    /// The limits of every mapping and rule of the policy. `key` is the target's column of the stable key.
    pub fn of(policy: &Policy, key: &FieldName) -> Self {
        let mapped = policy.mapping.iter().chain(policy.mapping_of.values().flatten());
        let mapped = mapped.map(|mapping| (&mapping.field, mapping.max_length));
        let limits = mapped.chain(policy.fields.iter().map(|rule| (&rule.field, rule.max_length)));
        let mut lengths = BTreeMap::new();
        for (field, limit) in limits.filter_map(|(field, limit)| Some((field, limit?))) {
            let shortest = lengths.entry(field.clone()).or_insert(limit);
            *shortest = limit.min(*shortest);
        }
        // Who has a login shortened has chosen that.
        let mut of_login = policy.mapping.iter().chain(policy.mapping_of.values().flatten());
        let is_cut = of_login.any(|it| it.field.as_str() == USER_NAME && it.too_long != TooLong::Refuse);
        let login = lengths.get(USER_NAME).copied().filter(|_| !is_cut);
        Self { limits: lengths, key: key.clone(), login }
    }

    /// The same where the target's own column holds no longer login than this.
    #[must_use]
    pub fn with_login_of(mut self, column: Option<usize>) -> Self {
        self.login = self.login.into_iter().chain(column).min();
        self
    }

    /// How long a login may be, so that it is delivered.
    pub fn login(&self) -> Option<usize> {
        self.login
    }

    /// The limit of this column in characters; `None` where nothing will be written to it.
    pub fn limit(&self, column: &str) -> Option<usize> {
        self.limits.get(column).copied()
    }

    /// The columns that have a limit, by name.
    pub fn columns(&self) -> impl Iterator<Item = &FieldName> {
        self.limits.keys()
    }

    /// The column of the stable key.
    pub fn key(&self) -> &FieldName {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::policy;

    #[test]
    fn the_policy_says_how_long_a_value_may_be() {
        let lengths = Lengths::of(&policy(), &"u_key".into());
        assert_eq!(lengths.limit("user_name"), Some(40));
        assert_eq!(lengths.limit("title"), Some(60));
        assert_eq!(lengths.limit("u_nobody_maps_it"), None);
        assert_eq!(lengths.login(), Some(40));
        let shorter = lengths.clone().with_login_of(Some(30));
        assert_eq!((shorter.login(), lengths.with_login_of(None).login()), (Some(30), Some(40)));
    }
}
