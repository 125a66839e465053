//! People, claims, groups and events as the decisions would make them.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::collections::HashSet;
use tenure_identity::case::{Case, CaseKind};
use tenure_identity::change::{Change, ClaimChange, Expect, GroupChange, MembersChange, PersonChange};
use tenure_identity::claim::Claim;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Actor, Event, EventKind, Subject};
use tenure_identity::group::{Group, MemberState};
use tenure_identity::id::{CaseId, GroupId, PersonId, SourceName};
use tenure_identity::person::{Held, Person};
use tenure_identity::record::{Field, FieldValue, Record};
use tenure_scim::Object;
use tenure_scim::patch::Member;
use tenure_store::Store;
use tenure_store::query::{From, Kind, Page, Query};

/// So many seconds after an hour in 2026.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600 + second).unwrap()
}

pub(crate) fn okta() -> SourceName {
    SourceName::new("okta")
}

pub(crate) fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

pub(crate) fn person_id(n: usize) -> PersonId {
    PersonId::new(format!("p{n:06}"))
}

pub(crate) fn group_id(n: usize) -> GroupId {
    GroupId::new(format!("g{n:06}"))
}

/// What Okta would say of the person with this number.
pub(crate) fn attributes(n: usize) -> Object {
    object(
        json!({ "externalId": format!("x{n}"), "userName": format!("User{n}@example.com"), "active": true }),
    )
}

pub(crate) fn claim(attributes: Object) -> Claim {
    let active = attributes.get("active").and_then(Value::as_bool).unwrap_or(true);
    Claim {
        source: okta(),
        attributes: attributes.into(),
        active,
        active_since: at(0),
        ended: None,
        version: 1,
        created: at(0),
        modified: at(0),
    }
}

pub(crate) fn person(id: &PersonId, claim: &Claim) -> Person {
    let text = |text: &str| Field { source: Some(okta()), ..Field::new(FieldValue::Text(text.to_owned())) };
    let mut record = Record::default();
    record.fields.insert("user_name".into(), text(claim.user_name()));
    record.fields.insert("active".into(), Field::new(FieldValue::Flag(claim.active)));
    let keys = claim.keys();
    Person {
        id: id.clone(),
        version: 1,
        record,
        active: claim.active,
        deactivated_at: (!claim.active).then(|| at(0)),
        created: at(0),
        login: Held::Exclusively(claim.active.then_some(keys.user_name)),
        employee_number: Held::Exclusively(keys.employee_number),
        claims: vec![claim.clone()],
        groups: Vec::new(),
        provisioned: true,
        waits: false,
        due: 0,
        hold: None,
    }
}

fn person_change(person: Person, expect: Option<i64>) -> PersonChange {
    PersonChange {
        person,
        expect,
        dirty: true,
        depends: None,
        policy: 0,
        settles: None,
        access: None,
        hold_changed: false,
    }
}

/// A new person with one claim and one event.
pub(crate) fn joiner_with(id: &PersonId, claim: Claim) -> Change {
    Change {
        person: Some(person_change(person(id, &claim), None)),
        events: vec![event(Subject::Person(id.clone()), EventKind::Created, 0)],
        claims: vec![ClaimChange::new(id, claim)],
        ..Change::default()
    }
}

pub(crate) fn joiner(n: usize) -> Change {
    joiner_with(&person_id(n), claim(attributes(n)))
}

/// The next version of a person whose claim changes; what the store has is read first.
pub(crate) async fn changed(store: &Store, id: &PersonId, edit: impl FnOnce(&mut Claim)) -> Change {
    let before = store.person(id).await.unwrap().unwrap();
    let old = before.claim_of(&okta()).unwrap().clone();
    let mut claim = old.clone();
    claim.version += 1;
    edit(&mut claim);
    let version = before.version + 1;
    let held = person(id, &claim);
    let login = if claim.gives_access() { held.login.clone() } else { Held::Exclusively(None) };
    let person = Person { version, login, active: claim.gives_access(), created: before.created, ..held };
    Change {
        person: Some(person_change(person, Some(before.version))),
        events: vec![event(Subject::Person(id.clone()), EventKind::Changed, 1)],
        claims: vec![ClaimChange::update(id, &old, claim)],
        ..Change::default()
    }
}

pub(crate) async fn change(store: &Store, id: &PersonId, edit: impl FnOnce(&mut Claim)) {
    let change = changed(store, id, edit).await;
    store.commit(&change).await.unwrap();
}

pub(crate) fn event(subject: Subject, kind: EventKind, second: i64) -> Event {
    let actor = Actor { source: okta(), writer: "token-1".into(), request: Some("r1".into()) };
    let decisions = vec![Decision::new("user_name", Outcome::Written).values(None, Some("ada".into()))];
    Event { subject, at: at(second), actor, kind, note: Some("a note".into()), decisions }
}

pub(crate) fn group(n: usize) -> Group {
    Group {
        id: group_id(n),
        source: okta(),
        attributes: object(json!({ "externalId": format!("gx{n}"), "displayName": format!("Team {n}") })),
        version: 1,
        created: at(0),
        modified: at(0),
        ended: None,
    }
}

pub(crate) fn new_group(group: Group, members: &[&str]) -> Change {
    let event = event(Subject::Group(group.id.clone()), EventKind::Created, 0);
    let members = MembersChange { add: members.iter().map(|id| member(id)).collect(), ..coming_and_going(0) };
    let group = GroupChange { group, expect: Expect::New, returns: false };
    Change { group: Some(group), members: Some(members), events: vec![event], ..Change::default() }
}

/// Members that come and go in a live group at this second.
pub(crate) fn crowd(group: &Group, second: i64, add: &[&str], remove: &[&str]) -> Change {
    let group = Group { modified: at(second), ..group.clone() };
    let members = MembersChange {
        add: add.iter().map(|id| member(id)).collect(),
        remove: remove.iter().map(|&id| id.to_owned()).collect(),
        ..coming_and_going(second)
    };
    let group = GroupChange { group, expect: Expect::Live, returns: false };
    Change { group: Some(group), members: Some(members), ..Change::default() }
}

/// Changes within a minute are one quick cycle.
pub(crate) fn coming_and_going(second: i64) -> MembersChange {
    MembersChange {
        at: at(second),
        writer: format!("okta/token-{second}"),
        cycle_since: at(second - 60),
        ..MembersChange::default()
    }
}

pub(crate) fn member(id: &str) -> Member {
    Member { value: id.to_owned(), kind: Some("User".into()), display: None }
}

pub(crate) async fn state(store: &Store, group: &GroupId, id: &str) -> Option<MemberState> {
    let facts = store.member_facts(Some(group), &HashSet::from([id]), false).await.unwrap();
    facts.states.get(id).cloned()
}

pub(crate) fn case(id: &str, kind: CaseKind, identity: &str, second: i64) -> Case {
    Case {
        id: CaseId::new(id),
        kind,
        source: okta(),
        identity: identity.to_owned(),
        claim: attributes(1),
        candidates: vec![person_id(1), person_id(2)],
        evidence: vec!["the same `employeeNumber`".into()],
        opened: at(second),
        decided: None,
    }
}

/// A page of the whole list.
pub(crate) async fn page(store: &Store, kind: Kind, from: From, count: u32) -> Page {
    let source = okta();
    let query = Query { kind, source: &source, filter: None, order: None, from, count };
    store.list(&query).await.unwrap()
}

pub(crate) fn ids(page: &Page) -> Vec<&str> {
    page.resources.iter().map(|resource| resource.id.as_str()).collect()
}

/// Commits at once; the store batches them.
pub(crate) async fn commit_all(store: &Store, changes: impl IntoIterator<Item = Change>) {
    let changes: Vec<_> = changes.into_iter().collect();
    let commits = changes.iter().map(|change| store.commit(change));
    for result in futures_util::future::join_all(commits).await {
        result.unwrap();
    }
}
