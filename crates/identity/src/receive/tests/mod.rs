//! What requests do, told as short stories in a world that carries the plans out.

mod cases;
mod events;
mod identity;
mod lifecycle;
mod limits;
mod properties;

use crate::person::Person;
use crate::testing::{User, World, user};

fn ada() -> User {
    user("ada").id("1").name("Ada", "Lovelace")
}

#[track_caller]
fn has_left(person: &Person) {
    assert!(!person.active && person.deactivated_at.is_some() && person.login.key().is_none());
    assert_eq!((person.record.flag("active"), person.record.flag("locked_out")), (Some(false), Some(true)));
}

#[track_caller]
fn has_access(person: &Person) {
    assert!(person.active && person.deactivated_at.is_none());
    assert_eq!((person.record.flag("active"), person.record.flag("locked_out")), (Some(true), Some(false)));
}

/// A world in which `okta` claims this user.
fn with(user: User) -> (World, crate::id::PersonId) {
    let mut world = World::new();
    let id = world.post("okta", user).created();
    (world, id)
}
