use super::*;
use crate::testing::{actor, at, object};
use serde_json::json;
use std::collections::HashMap;
use tenure_scim::patch::{Member, MemberChange};

const NOW: i64 = 1000;
const WINDOW: i64 = 100;

fn context(actor: &Actor) -> GroupContext<'_> {
    GroupContext { actor, now: at(NOW), fresh: GroupId::new("new"), flapping_since: at(NOW - WINDOW) }
}

fn named(name: &str, external_id: Option<&str>) -> Object {
    let mut attributes = object(json!({ "displayName": name }));
    attributes.extend(external_id.map(|id| ("externalId".to_owned(), json!(id))));
    attributes
}

fn group(id: &str, source: &str, name: &str, external_id: Option<&str>) -> Group {
    Group {
        id: GroupId::new(id),
        source: SourceName::new(source),
        attributes: named(name, external_id),
        version: 3,
        created: at(0),
        modified: at(0),
        ended: None,
    }
}

fn ended(group: Group) -> Group {
    Group { ended: Some(at(5)), ..group }
}

fn posted(attributes: Object, facts: &GroupFacts, members: &[&str]) -> GroupPlan {
    let okta = actor("okta");
    let members = members.iter().map(|id| member(id)).collect();
    let members = plan_members(&context(&okta), &[MemberChange::Add(members)], &MemberFacts::default());
    create(&context(&okta), attributes, &[], facts, members)
}

fn put(source: &str, group: &Group, attributes: Object, facts: &GroupFacts) -> GroupPlan {
    update(&context(&actor(source)), group, attributes, &[], facts, MembersPlan::default())
}

fn member(id: &str) -> Member {
    Member { value: id.into(), kind: None, display: None }
}

/// A membership that `writer` last changed so many seconds ago.
fn state(id: &str, present: bool, writer: &str, ago: i64, cycles: i64) -> (String, MemberState) {
    let state =
        MemberState { member: member(id), present, changed: at(NOW - ago), writer: writer.into(), cycles };
    (id.to_owned(), state)
}

fn present(ids: &[&str]) -> MemberFacts {
    let states: HashMap<_, _> = ids.iter().map(|id| state(id, true, "okta/token", 500, 0)).collect();
    MemberFacts { known: states.keys().cloned().collect(), states }
}

fn members(changes: &[MemberChange], facts: &MemberFacts) -> MembersPlan {
    plan_members(&context(&actor("okta")), changes, facts)
}

fn patched(changes: &[MemberChange], facts: &MemberFacts) -> GroupPlan {
    let (okta, engineers) = (actor("okta"), group("g", "okta", "Engineers", None));
    let attributes = engineers.attributes.clone();
    update(&context(&okta), &engineers, attributes, &[], &GroupFacts::default(), members(changes, facts))
}

fn add(ids: &[&str]) -> MemberChange {
    MemberChange::Add(ids.iter().map(|id| member(id)).collect())
}

fn remove(ids: &[&str]) -> MemberChange {
    MemberChange::Remove(ids.iter().map(|&id| id.to_owned()).collect())
}

/// Who comes and who goes.
fn delta(plan: &MembersPlan) -> (Vec<&str>, Vec<&str>) {
    let come = plan.change.add.iter().map(|member| member.value.as_str()).collect();
    (come, plan.change.remove.iter().map(String::as_str).collect())
}

fn kinds(plan: &GroupPlan) -> Vec<EventKind> {
    plan.change.events.iter().map(|event| event.kind).collect()
}

fn outcomes(decisions: &[Decision]) -> Vec<Outcome> {
    decisions.iter().map(|decision| decision.outcome).collect()
}

#[test]
fn a_new_group_comes_with_its_members() {
    let plan = posted(named("Engineers", Some("x")), &GroupFacts::default(), &["a"]);
    assert_eq!(plan.reply, GroupReply::Created(GroupId::new("new")));
    assert_eq!(kinds(&plan), [EventKind::Created]);
    assert_eq!(
        outcomes(&plan.change.events[0].decisions),
        [Outcome::Written, Outcome::Written, Outcome::Deferred]
    );
    let change = plan.change.group.unwrap();
    assert_eq!((change.expect, change.returns, change.group.version), (Expect::New, false, 1));
    assert_eq!(plan.change.members.unwrap().add, [member("a")]);
}

#[test]
fn the_name_of_a_live_group_is_taken() {
    let own = GroupFacts { namesake: Some(group("g", "okta", "engineers", None)), former: None };
    let plan = posted(named("Engineers", None), &own, &[]);
    let taken = |owner| GroupReply::Taken { attribute: "displayName", owner: SourceName::new(owner) };
    assert_eq!((plan.reply, plan.change), (taken("okta"), Change::default()));

    let foreign = GroupFacts { namesake: Some(group("g", "entra", "engineers", None)), former: None };
    let plan = posted(named("Engineers", None), &foreign, &[]);
    assert_eq!((&plan.reply, kinds(&plan)), (&taken("entra"), vec![EventKind::Skipped]));
    assert_eq!(plan.change.events[0].subject, Subject::Group(GroupId::new("g")));
    assert!(plan.change.group.is_none() && plan.change.members.is_none());
}

#[test]
fn the_external_id_of_a_live_group_is_taken() {
    let facts = GroupFacts { namesake: None, former: Some(group("g", "okta", "Other", Some("x"))) };
    let plan = posted(named("Engineers", Some("x")), &facts, &[]);
    assert_eq!(plan.reply, GroupReply::Taken { attribute: "externalId", owner: SourceName::new("okta") });
}

#[test]
fn an_ended_group_returns_under_its_old_id() {
    for external_id in [Some("x"), None] {
        let facts =
            GroupFacts { namesake: None, former: Some(ended(group("g", "okta", "Engineers", external_id))) };
        let plan = posted(named("Engineers", external_id), &facts, &["a"]);
        assert_eq!(plan.reply, GroupReply::Created(GroupId::new("g")));
        assert_eq!(kinds(&plan), [EventKind::Returned]);
        let change = plan.change.group.unwrap();
        assert_eq!((change.expect, change.returns), (Expect::Version(3), true));
        assert_eq!((change.group.version, change.group.ended, change.group.created), (4, None, at(0)));
    }
}

#[test]
fn another_sources_write_is_skipped_and_noted() {
    let engineers = group("g", "okta", "Engineers", None);
    let entra = actor("entra");
    let plans = [
        put("entra", &engineers, named("Hackers", None), &GroupFacts::default()),
        put("entra", &engineers, named("Engineers", None), &GroupFacts::default()),
        end(&context(&entra), &engineers),
    ];
    for plan in plans {
        assert_eq!(plan.reply, GroupReply::NotOwner(GroupId::new("g")));
        assert_eq!(kinds(&plan), [EventKind::Skipped]);
        let event = &plan.change.events[0];
        assert_eq!(outcomes(&event.decisions), [Outcome::SkippedNotAuthoritative]);
        assert_eq!(event.decisions[0].outcome.label(), "skipped (not authoritative)");
        assert_eq!(event.note.as_deref(), Some("`entra` tried to write a group that `okta` owns"));
        assert_eq!(plan.change, Change { events: vec![event.clone()], ..Change::default() });
    }
}

#[test]
fn a_rename_is_a_change_and_a_repetition_is_not() {
    let engineers = group("g", "okta", "Engineers", Some("x"));
    let plan = put("okta", &engineers, named("Builders", Some("x")), &GroupFacts::default());
    assert_eq!(kinds(&plan), [EventKind::Changed]);
    assert_eq!(outcomes(&plan.change.events[0].decisions), [Outcome::Written, Outcome::Unchanged]);
    let change = plan.change.group.unwrap();
    assert_eq!((change.expect, change.group.version), (Expect::Version(3), 4));

    let again = put("okta", &engineers, engineers.attributes.clone(), &GroupFacts::default());
    assert_eq!(kinds(&again), [EventKind::Unchanged]);
    assert!(again.change.group.is_none() && again.change.members.is_none());
}

#[test]
fn a_rename_to_anothers_name_or_id_is_taken() {
    let engineers = group("g", "okta", "Engineers", Some("x"));
    let namesake = GroupFacts { namesake: Some(group("h", "okta", "Builders", None)), former: None };
    let plan = put("okta", &engineers, named("builders", Some("x")), &namesake);
    assert!(matches!(plan.reply, GroupReply::Taken { attribute: "displayName", .. }));
    let former =
        GroupFacts { namesake: None, former: Some(ended(group("h", "okta", "Builders", Some("y")))) };
    let plan = put("okta", &engineers, named("Engineers", Some("y")), &former);
    assert!(matches!(plan.reply, GroupReply::Taken { attribute: "externalId", .. }));
    let itself = GroupFacts { namesake: Some(engineers.clone()), former: Some(engineers.clone()) };
    let plan = put("okta", &engineers, named("ENGINEERS", Some("x")), &itself);
    assert_eq!(plan.reply, GroupReply::Updated(GroupId::new("g")));
}

#[test]
fn a_group_that_ends_loses_its_members_and_nothing_else() {
    let engineers = group("g", "okta", "Engineers", Some("x"));
    let plan = end(&context(&actor("okta")), &engineers);
    assert_eq!(
        (&plan.reply, kinds(&plan)),
        (&GroupReply::Ended(GroupId::new("g")), vec![EventKind::ClaimEnded])
    );
    let change = plan.change.group.unwrap();
    assert_eq!((change.group.ended, change.expect), (Some(at(NOW)), Expect::Version(3)));
    assert_eq!(change.group.attributes, engineers.attributes);
    assert!(plan.change.members.unwrap().clear);
}

#[test]
fn members_come_and_go_as_a_delta() {
    let facts = present(&["a", "b"]);
    assert_eq!(delta(&members(&[add(&["c"]), remove(&["a"])], &facts)), (vec!["c"], vec!["a"]));
    assert_eq!(delta(&members(&[add(&["c"]), remove(&["c"])], &facts)), (vec![], vec![]));
    assert_eq!(delta(&members(&[remove(&["a"]), add(&["a"])], &facts)), (vec![], vec![]));
    let replace = |ids: &[&str]| MemberChange::Replace(ids.iter().map(|id| member(id)).collect());
    assert_eq!(delta(&members(&[replace(&["b", "c"])], &facts)), (vec!["c"], vec!["a"]));
    assert_eq!(delta(&members(&[add(&["c"]), replace(&["b"])], &facts)), (vec![], vec!["a"]));
    let all = members(&[MemberChange::RemoveAll, add(&["c"])], &facts);
    assert!(all.change.clear);
    assert_eq!(delta(&all), (vec!["c"], vec![]));
}

#[test]
fn a_change_of_members_rests_on_a_live_group_only() {
    let plan = patched(&[add(&["c"])], &present(&["a"]));
    assert_eq!(kinds(&plan), [EventKind::MembersChanged]);
    assert_eq!(plan.change.events[0].note.as_deref(), Some("1 added"));
    assert_eq!(plan.change.group.unwrap().expect, Expect::Live);
}

#[test]
fn a_present_member_again_is_unchanged_and_writes_nothing() {
    let plan = patched(&[add(&["a"])], &present(&["a"]));
    assert_eq!(kinds(&plan), [EventKind::Unchanged]);
    assert_eq!(plan.change.events[0].decisions.last().unwrap().outcome, Outcome::Unchanged);
    assert!(plan.change.group.is_none() && plan.change.members.is_none());
    let gone = patched(&[remove(&["z"])], &present(&["a"]));
    assert_eq!(kinds(&gone), [EventKind::Unchanged]);
    assert_eq!(gone.change.events[0].decisions.last().unwrap().reason.as_deref(), Some("was not a member"));
}

#[test]
fn a_new_display_name_is_news_and_a_missing_one_is_not() {
    let mut facts = present(&["a"]);
    facts.states.get_mut("a").unwrap().member.display = Some("Ada".into());
    assert_eq!(delta(&members(&[add(&["a"])], &facts)), (vec![], vec![]));
    let renamed = Member { display: Some("Ada King".into()), ..member("a") };
    assert_eq!(delta(&members(&[MemberChange::Add(vec![renamed])], &facts)), (vec!["a"], vec![]));
}

#[test]
fn an_unknown_member_is_deferred_and_kept() {
    let plan = members(
        &[add(&["ghost", "a"])],
        &MemberFacts { known: ["a".to_owned()].into(), ..Default::default() },
    );
    assert_eq!(outcomes(&plan.decisions), [Outcome::Written, Outcome::Deferred]);
    assert_eq!(delta(&plan).0, ["a", "ghost"]);
}

#[test]
fn an_event_names_fifty_members_and_counts_the_rest() {
    let ids: Vec<_> = (0..80).map(|number| format!("m{number}")).collect();
    let plan = members(&[add(&ids.iter().map(String::as_str).collect::<Vec<_>>())], &MemberFacts::default());
    assert_eq!((plan.decisions.len(), plan.summary.as_deref()), (50, Some("80 added")));
}

/// What is said when `okta/token` removes a member whom `writer` added so long ago.
fn flapping(writer: &str, ago: i64, cycles: i64) -> Vec<String> {
    let facts =
        MemberFacts { states: [state("a", true, writer, ago, cycles)].into(), known: ["a".into()].into() };
    let plan = patched(&[remove(&["a"])], &facts);
    let flaps = plan.change.events.into_iter().filter(|event| event.kind == EventKind::Flapping);
    flaps.map(|event| event.note.unwrap()).collect()
}

#[test]
fn two_writers_flap_at_the_first_cycle_and_one_at_the_second() {
    let note = flapping("okta/other", 10, 0).join("");
    assert!(note.contains("`okta/other`") && note.contains("`okta/token`"), "{note}");
    assert_eq!(flapping("okta/token", 10, 0), [""; 0]);
    assert!(flapping("okta/token", 10, 1)[0].contains("cycle 2"));
    assert_eq!(flapping("okta/other", WINDOW + 1, 0), [""; 0]);
    assert_eq!(flapping("okta/token", WINDOW + 1, 5), [""; 0]);
}

#[test]
fn facts_are_asked_for_by_need() {
    assert_eq!(super::named(&[add(&["a"]), remove(&["b"])]), ["a", "b"].into());
    assert!(!needs_everybody(&[add(&["a"]), remove(&["b"]), MemberChange::RemoveAll]));
    assert!(needs_everybody(&[MemberChange::Replace(Vec::new())]));
}
