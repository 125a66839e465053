//! A whole year against the stub, which correlates well enough for the year to come out right.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};
use tenure_lab::company::Company;
use tenure_lab::idp::{Hurried, entra, okta};
use tenure_lab::play::{PlayError, Played, Progress, Stage, play};
use tenure_lab::year::{Truth, Year};

use crate::stub::{ENTERPRISE, Stub};

fn stage(stub: &Stub, okta: okta::Dialect, entra: entra::Dialect) -> Stage {
    let pace = Arc::new(Hurried::default());
    Stage { okta, entra, pace, workers: 4, ..Stage::new(&stub.base_url, "okta-token", "entra-token") }
}

async fn played(okta: okta::Dialect, entra: entra::Dialect) -> (Stub, Truth, Played, Vec<Progress>) {
    let year = Year::plan(&Company::generate(21, 120), 4);
    let stub = Stub::start().await;
    let mut progress = vec![];
    let played = play(&year, &stage(&stub, okta, entra), |step| progress.push(step)).await.expect("a server");
    (stub, year.truth(), played, progress)
}

fn number(user: &Value) -> String {
    user[ENTERPRISE]["employeeNumber"].as_str().unwrap_or_default().to_owned()
}

/// Whom the server held or refused: a human has to look at them.
fn held(played: &Played) -> BTreeSet<String> {
    let held = played.refusals.iter().filter(|refused| !refused.overcome);
    held.filter_map(|refused| Some(refused.who.clone()?.0)).collect()
}

#[track_caller]
fn check_groups(stub: &Stub, truth: &Truth, played: &Played) {
    let held = held(played);
    let state = stub.state();
    for group in truth.groups.values() {
        let named = |found: &&Value| found["displayName"] == json!(group.name);
        let found = state.groups.values().find(named).expect("the group is there");
        let members = found["members"].as_array().cloned().unwrap_or_default();
        let user = |member: &Value| number(&state.users[member["value"].as_str().expect("an id")]);
        let members: BTreeSet<String> = members.iter().map(user).filter(|who| !held.contains(who)).collect();
        let expected = group.members.iter().map(|number| number.0.clone()).filter(|who| !held.contains(who));
        assert_eq!(members, expected.collect(), "{}", group.name);
    }
}

#[track_caller]
fn check_people(stub: &Stub, truth: &Truth, played: &Played) {
    let refused = held(played);
    let state = stub.state();
    let active: Vec<String> =
        state.users.values().filter(|user| user["active"] == json!(true)).map(number).collect();
    let expected: BTreeSet<String> =
        truth.active().map(|person| person.human.number.0.clone()).filter(|n| !refused.contains(n)).collect();
    let found: BTreeSet<String> = active.iter().filter(|n| !refused.contains(*n)).cloned().collect();
    assert_eq!(found, expected);
    assert_eq!(active.len(), active.iter().collect::<BTreeSet<_>>().len(), "nobody is there twice");
}

#[tokio::test]
async fn a_year_of_the_wizard_and_the_old_entra_comes_out_right() {
    let (stub, truth, played, progress) = played(okta::Dialect::Aiw, entra::Dialect::Old).await;
    check_people(&stub, &truth, &played);
    check_groups(&stub, &truth, &played);
    assert!(held(&played).len() < 5, "{:?}", played.refusals);
    assert!(played.failures.is_empty(), "{:?}", played.failures);
    let last = progress.last().unwrap();
    assert_eq!((last.events, last.of), (played.events, played.events));
    assert!(progress.is_sorted_by_key(|step| step.day));
    assert_eq!(played.founders, 120);
    assert!(played.joiners > 0 && played.movers > 0 && played.leavers > 0 && played.rehires > 0);
    assert_eq!(played.requests, stub.take().len() as u64, "every request is counted");
}

#[tokio::test]
async fn a_year_of_the_template_and_the_new_entra_comes_out_right() {
    let (stub, truth, played, _) = played(okta::Dialect::Template, entra::Dialect::New).await;
    check_people(&stub, &truth, &played);
    check_groups(&stub, &truth, &played);
    assert!(held(&played).len() < 5, "{:?}", played.refusals);
    assert!(played.failures.is_empty(), "{:?}", played.failures);
    let names: BTreeSet<String> =
        stub.state().groups.values().map(|group| group["displayName"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, truth.groups.values().map(|group| group.name.clone()).collect());
}

#[tokio::test]
async fn a_recycled_login_and_a_second_post_meet_refusals() {
    let (_, _, played, _) = played(okta::Dialect::Aiw, entra::Dialect::New).await;
    let kinds = played.refusals_by_kind();
    assert!(kinds.contains_key(&("joiner with a leaver's login", 409)), "{kinds:?}");
    assert!(kinds.contains_key(&("joiner posted twice", 409)), "{kinds:?}");
    let twice = played.refusals.iter().find(|refused| refused.kind == "joiner posted twice").unwrap();
    assert!(twice.overcome);
}

#[tokio::test]
async fn a_refused_token_ends_it_before_it_begins() {
    let stub = Stub::start().await;
    stub.say(401, vec![], &json!({ "status": "401", "detail": "no such token" }));
    let year = Year::plan(&Company::generate(1, 5), 1);
    let error =
        play(&year, &stage(&stub, okta::Dialect::Aiw, entra::Dialect::New), |_| {}).await.unwrap_err();
    assert!(matches!(error, PlayError::Connector { .. }), "{error}");
    assert_eq!(error.to_string(), "Okta cannot use the server");
}
