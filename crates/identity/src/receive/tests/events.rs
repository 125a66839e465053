use super::*;
use crate::decision::Outcome;
use crate::event::EventKind::{Created, Finding, Unchanged};
use serde_json::json;
use tenure_scim::resource::{Note, NoteKind};
use tenure_scim::schema::ENTERPRISE_USER;

#[test]
fn every_attribute_has_its_outcome() {
    let note = |path: &str, kind| Note { path: path.into(), kind };
    let notes = vec![
        note("shoeSize", NoteKind::UnknownAttribute),
        note("groups", NoteKind::ReadOnly),
        note("password", NoteKind::NeverKept),
        note("title", NoteKind::Coerced),
    ];
    let long = "x".repeat(61);
    let extension = json!({ "division": "Engines", "department": "Analysis" });
    let user =
        ada().with("nickName", json!("Countess")).with("title", json!(long)).with(ENTERPRISE_USER, extension);
    let mut world = World::new();
    let told = world.post_noted("okta", user, notes);
    assert_eq!(told.kinds(), [Created, Finding]);
    assert_eq!(told.outcomes("first_name"), [Outcome::Written]);
    assert_eq!(told.outcomes("department"), [Outcome::Written]);
    assert_eq!(told.outcomes("shoeSize"), [Outcome::IgnoredUnknown]);
    assert_eq!(told.outcomes("groups"), [Outcome::IgnoredReadOnly]);
    assert_eq!(told.outcomes("password"), [Outcome::IgnoredNeverKept]);
    assert_eq!(told.outcomes("nickName"), [Outcome::NotMapped]);
    assert_eq!(told.outcomes(&format!("{ENTERPRISE_USER}:division")), [Outcome::NotMapped]);
    assert_eq!(told.outcomes(&format!("{ENTERPRISE_USER}:department")), []);
    assert_eq!(told.outcomes("title"), [Outcome::Rejected, Outcome::Coerced]);
}

#[test]
fn an_update_says_what_was_written_unchanged_and_taken_away() {
    let (mut world, id) = with(ada().with("title", json!("Countess")).with("nickName", json!("Al")));
    let told = world.put("okta", &id, ada().active(true).name("Ada", "King"));
    assert_eq!(told.outcomes("last_name"), [Outcome::Written]);
    assert_eq!(told.outcomes("first_name"), [Outcome::Unchanged]);
    assert_eq!(told.outcomes("title"), [Outcome::Written]);
    assert_eq!(told.outcomes("nickName"), [Outcome::NotMapped]);
    assert!(told.change.person.unwrap().dirty);
}

#[test]
fn a_value_that_is_too_long_leaves_the_old_one() {
    let (mut world, id) = with(ada().with("title", json!("Countess")));
    let told = world.put("okta", &id, ada().with("title", json!("x".repeat(61))));
    assert_eq!(told.outcomes("title"), [Outcome::Rejected]);
    assert_eq!(world.people[&id].record.text("title"), Some("Countess"));
}

#[test]
fn the_same_update_again_is_an_event_and_nothing_else() {
    let (mut world, id) = with(ada());
    world.put("okta", &id, ada().name("Ada", "King"));
    let told = world.put("okta", &id, ada().name("Ada", "King"));
    assert_eq!((told.updated(), told.kinds()), (id, vec![Unchanged]));
    assert_eq!(told.outcomes("last_name"), [Outcome::Unchanged]);
    assert!(told.change.person.is_none() && told.change.claims.is_empty());
}

#[test]
fn a_source_that_does_not_decide_is_told_so() {
    let (mut world, id) = with(ada().number("7"));
    let told = world.post("hr", user("lovelace").number("7").name("Augusta", "Lovelace"));
    assert_eq!(told.created(), id);
    assert_eq!(told.outcomes("first_name"), [Outcome::SkippedNotAuthoritative, Outcome::Unchanged]);
    let only_claim =
        world.put("hr", &id, user("lovelace").number("7").name("Agnes", "Lovelace").active(true));
    assert!(!only_claim.change.person.unwrap().dirty, "the record is as it was");
}
