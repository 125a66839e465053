//! Adopt: which record of the target is somebody's, when no link says so. The stable key decides; a user name alone does
//! only where nothing speaks against it; in doubt nothing is made and nothing is linked.

use crate::id::SysId;
use tenure_scim::text::fold;

/// A record of the target that may be the person's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its id.
    pub id: SysId,
    /// Its stable key; empty if it has none.
    pub key: String,
    /// Its user name.
    pub user_name: String,
    /// Its employee number; empty if it has none.
    pub employee_number: String,
    /// Whether it is active.
    pub active: bool,
    /// Whether it is a program's account and no human being's.
    pub service: bool,
    /// Whether it is linked to somebody else.
    pub taken: bool,
    /// Whether a human has said that it is not the person's.
    pub disowned: bool,
}

/// What the person goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity<'a> {
    /// The stable key.
    pub key: Option<&'a str>,
    /// Stable keys that they had before.
    pub former_keys: &'a [String],
    /// User name.
    pub user_name: Option<&'a str>,
    /// Employee number.
    pub employee_number: Option<&'a str>,
}

/// Whose record it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Adoption {
    /// None of them is the person's.
    Nobody,
    /// This one is, and why.
    This(SysId, &'static str),
    /// It is another person's, by link, and has the person's user name; the sentence is what to say if that stays so.
    Taken(SysId, String),
    /// It cannot be told; the sentence says why and what to do.
    Doubt(String),
}

/// Says which of these records is the person's.
pub fn adopt(who: Identity<'_>, found: &[Found]) -> Adoption {
    let by_key: Vec<_> = found.iter().filter(|it| who.has_key(&it.key)).collect();
    match by_key.as_slice() {
        [] => by_user_name(who, found),
        [one] if one.taken => doubt(one, "has the person's stable key and is linked to somebody else"),
        [one] => Adoption::This(one.id.clone(), "it has the person's stable key"),
        several => Adoption::Doubt(format!(
            "{} records have the person's stable key: {}; merge them in the target, or clear the key of all but one",
            several.len(),
            several.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(", ")
        )),
    }
}

fn by_user_name(who: Identity<'_>, found: &[Found]) -> Adoption {
    let same = |it: &&Found| who.user_name.is_some_and(|name| fold(name.trim()) == fold(it.user_name.trim()));
    let Some(one) = found.iter().find(same) else { return Adoption::Nobody };
    let numbers = who.employee_number.filter(|_| !one.employee_number.is_empty());
    let same_number = numbers.map(|number| fold(number.trim()) == fold(one.employee_number.trim()));
    if one.taken {
        Adoption::Taken(one.id.clone(), in_doubt(one, "has the user name and is linked to somebody else"))
    } else if one.disowned {
        Adoption::Doubt(format!(
            "record {} has the user name, and a human has said that it is not theirs; change its user name in the target, and \
             then `tenure deliver retry` has theirs made",
            one.id
        ))
    } else if !one.key.is_empty() && (who.key.is_some() || same_number != Some(true)) {
        doubt(one, "has the user name and another stable key")
    } else if one.service {
        doubt(one, "has the user name and is the account of a program")
    } else if same_number == Some(false) {
        doubt(one, "has the user name and another employee number")
    } else if same_number == Some(true) {
        Adoption::This(one.id.clone(), "it has the person's user name and employee number, and no stable key")
    } else if one.active {
        Adoption::This(one.id.clone(), "it has the person's user name, and no stable key")
    } else {
        doubt(one, "has the user name, is inactive and may be a former owner's")
    }
}

fn doubt(one: &Found, why: &str) -> Adoption {
    Adoption::Doubt(in_doubt(one, why))
}

fn in_doubt(one: &Found, why: &str) -> String {
    let help = "`tenure deliver link` says whose it is, or change its user name in the target";
    format!("record {} {why}; {help}", one.id)
}

impl Identity<'_> {
    fn has_key(&self, key: &str) -> bool {
        !key.is_empty() && (self.key == Some(key) || self.former_keys.iter().any(|former| former == key))
    }
}
