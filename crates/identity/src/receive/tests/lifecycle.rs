use super::*;
use crate::event::EventKind::{Changed, ClaimEnded, Deactivated, Linked, Relinked, Returned, Unchanged};
use crate::testing::{actor, source};

#[test]
fn a_joiner_has_access_unless_the_source_says_otherwise() {
    let (world, id) = with(ada());
    has_access(&world.people[&id]);
    assert_eq!(world.people[&id].claims[0].attributes["active"], true);
    let (world, id) = with(ada().active(false));
    has_left(&world.people[&id]);
}

#[test]
fn inactive_and_delete_both_end_as_deactivation() {
    let (mut world, id) = with(ada());
    let told = world.put("okta", &id, ada().active(false));
    assert_eq!((told.updated(), told.kinds()), (id.clone(), vec![Deactivated]));
    has_left(&world.people[&id]);

    let (mut world, id) = with(ada());
    assert_eq!(world.delete("okta", &id).kinds(), [ClaimEnded, Deactivated]);
    has_left(&world.people[&id]);
    assert_eq!(world.people[&id].record.text("first_name"), Some("Ada"));
    assert_eq!(world.people[&id].claims[0].external_id(), Some("1"));
}

#[test]
fn a_delete_after_deactivation_keeps_the_day_of_leaving() {
    let (mut world, id) = with(ada());
    world.put("okta", &id, ada().active(false));
    let left = world.people[&id].deactivated_at;
    assert_eq!(world.delete("okta", &id).kinds(), [ClaimEnded]);
    assert_eq!(world.people[&id].deactivated_at, left);
    has_left(&world.people[&id]);
}

#[test]
fn an_update_that_does_not_say_active_keeps_what_was() {
    for active in [true, false] {
        let (mut world, id) = with(ada().active(active));
        world.put("okta", &id, ada().without("active").name("Ada", "King")).updated();
        assert_eq!(world.people[&id].active, active);
        assert_eq!(world.people[&id].claims[0].active, active);
    }
}

#[test]
fn an_update_returns_a_leaver() {
    let (mut world, id) = with(ada());
    world.put("okta", &id, ada().active(false));
    assert_eq!(world.put("okta", &id, ada().active(true)).kinds(), [Returned]);
    has_access(&world.people[&id]);
    assert_eq!(world.people[&id].login.key(), Some("ada"));
}

#[test]
fn a_post_with_the_same_external_id_returns_a_leaver() {
    for delete in [true, false] {
        let (mut world, id) = with(ada());
        let _ = if delete { world.delete("okta", &id) } else { world.put("okta", &id, ada().active(false)) };
        let told = world.post("okta", ada().login("ada.king"));
        assert_eq!((told.created(), told.kinds()), (id.clone(), vec![Returned]));
        has_access(&world.people[&id]);
        assert_eq!(world.people[&id].record.text("user_name"), Some("ada.king"));
    }
}

#[test]
fn a_post_with_a_rotated_id_and_the_same_number_returns_a_leaver() {
    let (mut world, id) = with(ada().number("7"));
    world.delete("okta", &id);
    let told = world.post("okta", ada().id("2").login("ada.king").number("7"));
    assert_eq!((told.created(), told.kinds()), (id.clone(), vec![Relinked, Returned]));
    has_access(&world.people[&id]);
    assert!(told.change.events[0].note.as_ref().unwrap().contains("`1` became `2`"));
}

#[test]
fn an_active_person_is_taken() {
    let (mut world, _) = with(ada());
    assert_eq!(world.post("okta", ada().login("zoe")).taken(), "externalId");
    assert_eq!(world.post("okta", user("ADA").id("2")).taken(), "userName");
}

#[test]
fn an_update_to_anothers_identity_is_taken() {
    let (mut world, id) = with(ada());
    let grace = world.post("okta", user("grace").id("2")).created();
    assert_eq!(world.put("okta", &id, ada().id("2")).taken(), "externalId");
    assert_eq!(world.put("okta", &id, ada().login("Grace")).taken(), "userName");
    world.delete("okta", &grace);
    assert_eq!(world.put("okta", &id, ada().id("2")).taken(), "externalId");
    world.put("okta", &id, ada().login("grace")).updated();
    assert_eq!(
        world.post("okta", user("grace").id("2")).taken(),
        "userName",
        "her login is somebody else's now"
    );
}

#[test]
fn a_leaver_whose_login_was_given_away_can_be_changed_and_not_return() {
    let (mut world, id) = with(ada());
    world.put("okta", &id, ada().active(false));
    world.post("okta", user("ada").id("2")).held();
    world.decide(crate::case::Ruling::Create);
    world.post("okta", user("ada").id("2")).created();
    world.put("okta", &id, ada().name("Ada", "King").active(false)).updated();
    assert_eq!(world.put("okta", &id, ada().active(true)).taken(), "userName");
    world.put("okta", &id, ada().login("ada.king").active(true)).updated();
    has_access(&world.people[&id]);
}

#[test]
fn another_sources_active_login_is_taken() {
    let (mut world, _) = with(ada().number("7"));
    let zoe = world.post("hr", user("zoe").number("8")).created();
    assert_eq!(world.put("hr", &zoe, user("ada").number("8")).taken(), "userName");
}

#[test]
fn any_source_ends_access_and_one_that_starts_later_returns_it() {
    let (mut world, id) = with(ada().number("7"));
    let told = world.post("hr", user("a.lovelace").number("7"));
    assert_eq!((told.created(), told.kinds()), (id.clone(), vec![Linked]));
    world.delete("hr", &id);
    has_left(&world.people[&id]);
    let again = world.put("okta", &id, ada().number("7").active(true));
    assert_eq!(again.kinds(), [Unchanged], "okta says nothing new");
    has_left(&world.people[&id]);
    world.put("okta", &id, ada().number("7").active(false));
    world.put("okta", &id, ada().number("7").active(true));
    has_access(&world.people[&id]);
}

#[test]
fn one_inactive_claim_is_enough() {
    let (mut world, id) = with(ada().number("7"));
    world.post("hr", user("ada").number("7").active(false)).created();
    has_left(&world.people[&id]);
    assert_eq!(world.put("okta", &id, ada().number("7").name("Ada", "King")).kinds(), [Changed]);
    has_left(&world.people[&id]);
}

#[test]
fn a_policy_that_changed_is_carried_out_by_the_next_update() {
    let (mut world, id) = with(ada());
    world.policy.lifecycle.lock_out = false;
    let told = world.put("okta", &id, ada().active(true));
    assert_eq!(told.kinds(), [Changed]);
    assert!(told.change.claims.is_empty());
    assert_eq!(world.people[&id].record.flag("locked_out"), None);
}

#[test]
fn the_first_source_may_withdraw_and_the_other_keeps_the_person() {
    let (mut world, id) = with(ada().number("7"));
    world.policy.lifecycle.deactivate_when = crate::policy::DeactivateWhen::Authoritative;
    world.post("hr", user("lovelace").number("7")).created();
    world.delete("okta", &id);
    has_access(&world.people[&id]);
    assert_eq!(world.people[&id].record.text("user_name"), Some("lovelace"));
    assert_eq!(world.people[&id].claim_of(&source("hr")).unwrap().source, actor("hr").source);
}

#[test]
fn a_delete_gives_nobody_access_back() {
    let (mut world, id) = with(ada().number("7"));
    world.policy.lifecycle.deactivate_when = crate::policy::DeactivateWhen::Authoritative;
    world.post("hr", user("lovelace").number("7")).created();
    world.put("okta", &id, ada().number("7").active(false));
    has_left(&world.people[&id]);
    let left = world.people[&id].deactivated_at;
    assert_eq!(world.delete("okta", &id).kinds(), [ClaimEnded]);
    has_left(&world.people[&id]);
    assert_eq!(world.people[&id].deactivated_at, left);
    world.put("hr", &id, user("lovelace").number("7").active(false));
    world.put("hr", &id, user("lovelace").number("7").active(true));
    has_access(&world.people[&id]);
}
