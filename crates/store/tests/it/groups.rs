//! Groups and memberships: what reads back, what a returning group keeps, and what a change of members costs.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use serde_json::json;
use std::collections::HashSet;
use tenure_identity::change::{Change, Expect, GroupChange, MembersChange};
use tenure_identity::group::Group;
use tenure_identity::id::SourceName;
use tenure_scim::patch::Member;
use tenure_store::Store;
use tenure_store::query::{From, Kind};

on_both_engines!(
    a_group_reads_back,
    a_group_changes_ends_and_returns,
    facts_name_the_namesake_and_the_former,
    members_come_and_go,
    quick_cycles_are_counted,
    only_news_changes_a_member,
    facts_hold_who_was_asked_for,
    one_more_member_costs_one_row,
    writers_who_add_members_do_not_disturb_each_other,
);

fn replaced(group: Group, expected: i64, returns: bool) -> Change {
    let group = GroupChange { group, expect: Expect::Version(expected), returns };
    Change { group: Some(group), ..Change::default() }
}

async fn end(store: &Store, group: Group) -> Group {
    let ended = Group { version: group.version + 1, ended: Some(at(8)), modified: at(8), ..group.clone() };
    let members = MembersChange { clear: true, ..coming_and_going(8) };
    let change = Change { members: Some(members), ..replaced(ended.clone(), group.version, false) };
    store.commit(&change).await.unwrap();
    ended
}

async fn a_group_reads_back(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &["a", "b"])).await.unwrap();
    assert_eq!(store.group(&group_id(1)).await.unwrap(), Some(group(1)));
    assert_eq!(store.group(&group_id(2)).await.unwrap(), None);
    assert_eq!(store.members(&group_id(1), 10).await.unwrap(), [member("a"), member("b")]);
    assert_eq!(store.members(&group_id(1), 1).await.unwrap(), [member("a")]);
}

async fn a_group_changes_ends_and_returns(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &["a"])).await.unwrap();
    let renamed = Group { version: 2, attributes: object(json!({ "displayName": "New" })), ..group(1) };
    store.commit(&replaced(renamed.clone(), 1, false)).await.unwrap();
    assert_eq!(store.group(&group_id(1)).await.unwrap(), Some(renamed.clone()));
    let ended = end(&store, renamed).await;
    assert_eq!(store.group(&group_id(1)).await.unwrap(), Some(ended.clone()));
    assert_eq!(store.members(&group_id(1), 10).await.unwrap(), []);
    assert_eq!(store.total(Kind::Groups, &okta()).await.unwrap(), 0);
    let back = Group { version: 4, ended: None, ..ended };
    store.commit(&replaced(back.clone(), 3, true)).await.unwrap();
    assert_eq!(ids(&page(&store, Kind::Groups, From::Offset(0), 10).await), ["g000001"]);
}

async fn facts_name_the_namesake_and_the_former(place: Place) {
    let store = place.open().await;
    let named = |name: &str| object(json!({ "displayName": name }));
    let unnumbered = |n: usize| Group { attributes: named("Team"), ..group(n) };
    store.commit(&new_group(unnumbered(1), &[])).await.unwrap();
    let first = end(&store, unnumbered(1)).await;
    store.commit(&new_group(unnumbered(2), &[])).await.unwrap();
    let second = end(&store, unnumbered(2)).await;
    assert_ne!(first, second);
    let foreign = Group { source: SourceName::new("entra"), ..group(3) };
    store.commit(&new_group(foreign.clone(), &[])).await.unwrap();

    let facts = store.group_facts(&okta(), &named("TEAM")).await.unwrap();
    assert_eq!((facts.namesake, facts.former), (None, Some(second.clone())));
    let blank = object(json!({ "displayName": "Team", "externalId": " " }));
    assert_eq!(store.group_facts(&okta(), &blank).await.unwrap().former, Some(second));
    let facts = store.group_facts(&okta(), &named("team 3")).await.unwrap();
    assert_eq!((facts.namesake, facts.former), (Some(foreign.clone()), None));
    let facts = store.group_facts(&foreign.source, &foreign.attributes).await.unwrap();
    assert_eq!((facts.namesake, facts.former), (Some(foreign.clone()), Some(foreign)));
}

async fn members_come_and_go(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &["a", "b"])).await.unwrap();
    store.commit(&crowd(&group(1), 9, &["c"], &["a", "nobody"])).await.unwrap();
    assert_eq!(store.members(&group_id(1), 10).await.unwrap(), [member("b"), member("c")]);
    let group_now = store.group(&group_id(1)).await.unwrap().unwrap();
    assert_eq!((group_now.version, group_now.modified), (2, at(9)));
    let mut all = crowd(&group(1), 10, &["d"], &[]);
    all.members.as_mut().unwrap().clear = true;
    store.commit(&all).await.unwrap();
    assert_eq!(store.members(&group_id(1), 10).await.unwrap(), [member("d")]);
    let gone = state(&store, &group_id(1), "b").await.unwrap();
    assert_eq!((gone.present, gone.changed, gone.writer.as_str()), (false, at(10), "okta/token-10"));
}

async fn quick_cycles_are_counted(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &["a"])).await.unwrap();
    let steps =
        [(10, false, 1), (20, true, 1), (30, false, 2), (40, true, 2), (200, false, 0), (300, true, 0)];
    for (second, comes, cycles) in steps {
        let (add, remove): (&[&str], &[&str]) = if comes { (&["a"], &[]) } else { (&[], &["a"]) };
        store.commit(&crowd(&group(1), second, add, remove)).await.unwrap();
        let state = state(&store, &group_id(1), "a").await.unwrap();
        assert_eq!((state.present, state.cycles, state.changed), (comes, cycles, at(second)), "at {second}");
    }
}

async fn only_news_changes_a_member(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &["a"])).await.unwrap();
    let mut pushed = crowd(&group(1), 9, &[], &[]);
    let shown = Member { value: "a".into(), kind: None, display: Some("Ada".into()) };
    pushed.members.as_mut().unwrap().add = vec![shown];
    store.commit(&pushed).await.unwrap();
    let state = state(&store, &group_id(1), "a").await.unwrap();
    assert_eq!(state.member, Member { display: Some("Ada".into()), ..member("a") });
    assert_eq!((state.changed, state.writer.as_str()), (at(0), "okta/token-0"));
}

async fn facts_hold_who_was_asked_for(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    store.commit(&new_group(group(1), &["p000001", "b", "c"])).await.unwrap();
    store.commit(&crowd(&group(1), 5, &[], &["c"])).await.unwrap();
    let named = HashSet::from(["p000001", "c", "g000001", "nobody", "a\0b", "\"quoted\"", "ö"]);
    let keys = |facts: &tenure_identity::group::MemberFacts| {
        let mut keys: Vec<_> = facts.states.keys().cloned().collect();
        keys.sort();
        keys
    };
    let facts = store.member_facts(Some(&group_id(1)), &named, false).await.unwrap();
    assert_eq!(keys(&facts), ["c", "p000001"]);
    assert_eq!(facts.known, HashSet::from(["p000001".to_owned(), "g000001".to_owned()]));
    let everybody = store.member_facts(Some(&group_id(1)), &HashSet::new(), true).await.unwrap();
    assert_eq!(keys(&everybody), ["b", "p000001"]);
    assert!(everybody.known.is_empty());
    let both = store.member_facts(Some(&group_id(1)), &named, true).await.unwrap();
    assert_eq!(keys(&both), ["b", "c", "p000001"]);
    assert!(store.member_facts(None, &named, true).await.unwrap().states.is_empty());
}

async fn one_more_member_costs_one_row(place: Place) {
    let store = place.open().await;
    let crew: Vec<_> = (0..5_000).map(|n| format!("m{n:05}")).collect();
    let crew: Vec<_> = crew.iter().map(String::as_str).collect();
    store.commit(&new_group(group(1), &crew)).await.unwrap();
    let log = || place.file().with_extension("db-wal").metadata().unwrap().len();
    let before = if place.is_sqlite() {
        log()
    } else {
        place.number("select max(xmin::text::bigint) from members").await as u64
    };
    store.commit(&crowd(&group(1), 9, &["m02500x"], &["m04000"])).await.unwrap();
    if place.is_sqlite() {
        assert!(log() - before < 20 * 4_200, "a few pages of the log: {} bytes", log() - before);
    } else {
        let touched = format!("select count(*) from members where xmin::text::bigint > {before}");
        assert_eq!(place.number(&touched).await, 2);
    }
    assert_eq!(
        place
            .number(&format!("select count(*) from members where changed_at > {}", at(8).as_microsecond()))
            .await,
        2
    );
}

async fn writers_who_add_members_do_not_disturb_each_other(place: Place) {
    let store = place.open().await;
    store.commit(&new_group(group(1), &[])).await.unwrap();
    let other = place.open().await;
    let names: Vec<_> = (0..40).map(|n| format!("m{n}")).collect();
    let changes = names.iter().map(|name| crowd(&group(1), 1, &[name], &[]));
    let (left, right): (Vec<_>, Vec<_>) =
        changes.partition(|change| change.members.as_ref().unwrap().add[0].value.len() == 2);
    tokio::join!(commit_all(&store, left), commit_all(&other, right));
    assert_eq!(store.members(&group_id(1), 100).await.unwrap().len(), 40);
    assert_eq!(store.group(&group_id(1)).await.unwrap().unwrap().version, 41);
}
