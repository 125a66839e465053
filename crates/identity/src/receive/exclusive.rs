//! Keys that one person alone holds: the login while they are active, the employee number for good.
//!
//! A key is held only where the facts prove that nobody else has it. What two people are known to have is shared; what
//! is not known, because another source's claim brought the value to the record, is not held at all.

use super::Facts;
use crate::claim::Claim;
use crate::person::{Held, Person};
use tenure_scim::text::fold;

/// Who else has the keys that a changed person asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Contest<'a> {
    /// An active person has the login that this one takes or comes back with.
    pub(super) login: Option<&'a Person>,
    /// Somebody has the employee number that this one did not share with them before.
    pub(super) employee_number: Option<&'a Person>,
}

/// Gives `person` the keys that their record now implies. Without facts nothing new is held.
pub(super) fn hold_keys<'a>(
    person: &mut Person,
    before: &Person,
    claim: &Claim,
    facts: Option<&'a Facts>,
) -> Contest<'a> {
    let others =
        || facts.into_iter().flat_map(|facts| &facts.candidates).filter(|other| other.id != before.id);
    let said = claim.keys();
    let (login, number) = (key(person, "user_name"), key(person, "employee_number"));
    let login_changed = login != key(before, "user_name");
    let number_changed = number != key(before, "employee_number");
    let login = login.filter(|_| person.active);
    let login_holder = others().find(|other| login.is_some() && other.login.key() == login.as_deref());
    let number_holder =
        others().find(|other| number.is_some() && other.employee_number.key() == number.as_deref());
    let proven = |said: Option<&str>, key: &Option<String>| facts.is_some() && said == key.as_deref();
    let wants_login = login_changed || (!before.active && before.login != Held::Shared);
    let login_proven = proven(Some(&said.user_name), &login);
    let number_proven = proven(said.employee_number.as_deref(), &number);
    person.login = hold(&before.login, login_changed, login, login_holder.is_some(), login_proven);
    person.employee_number =
        hold(&before.employee_number, number_changed, number, number_holder.is_some(), number_proven);
    let shared_anew = person.employee_number == Held::Shared && before.employee_number != Held::Shared;
    Contest {
        login: login_holder.filter(|_| wants_login),
        employee_number: number_holder.filter(|_| shared_anew),
    }
}

/// Lets go of keys that the record does not have any more. Nothing new is held: nobody looked whether it is free.
pub(super) fn release_keys(person: &mut Person, before: &Person) {
    let kept = |held: &Held, key: Option<String>| match held {
        Held::Exclusively(old) => Held::Exclusively(old.clone().filter(|old| key.as_ref() == Some(old))),
        Held::Shared => Held::Shared,
    };
    person.login = kept(&before.login, key(person, "user_name").filter(|_| person.active));
    person.employee_number = kept(&before.employee_number, key(person, "employee_number"));
}

fn key(person: &Person, field: &str) -> Option<String> {
    person.record.text(field).map(|text| fold(text.trim()).to_string())
}

fn hold(before: &Held, changed: bool, key: Option<String>, taken: bool, proven: bool) -> Held {
    if *before == Held::Shared && !changed {
        return Held::Shared;
    }
    if key.is_some() && before.key() == key.as_deref() {
        return before.clone();
    }
    if taken {
        return Held::Shared;
    }
    Held::Exclusively(key.filter(|_| proven))
}
