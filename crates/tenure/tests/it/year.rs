//! The lab's year against a real server: in the end, once a human has decided what waits, everybody is there exactly
//! once, and active if they should be.

use crate::support::human::{decide_what_waits, refused};
use crate::support::{Scene, on_both_engines};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tenure_lab::company::{Company, EmployeeNumber};
use tenure_lab::idp::{Hurried, entra, okta};
use tenure_lab::play::{Rehearsal, Stage};
use tenure_lab::year::{Truth, Year};

const PEOPLE: usize = 48;
/// How often a human looks at the cases and the providers try again.
const ROUNDS: usize = 3;

on_both_engines!(wizard_and_new_entra, template_and_old_entra, a_third_company);

async fn wizard_and_new_entra(scene: Scene) {
    rehearse(&scene, 3, okta::Dialect::Aiw, entra::Dialect::New).await;
}

async fn template_and_old_entra(scene: Scene) {
    rehearse(&scene, 8, okta::Dialect::Template, entra::Dialect::Old).await;
}

async fn a_third_company(scene: Scene) {
    rehearse(&scene, 21, okta::Dialect::Template, entra::Dialect::New).await;
}

async fn rehearse(scene: &Scene, seed: u64, okta: okta::Dialect, entra: entra::Dialect) {
    let (okta_token, entra_token) = (scene.token("okta"), scene.token("entra"));
    let server = scene.serve();
    let pace = Arc::new(Hurried::default());
    let stage = Stage { okta, entra, pace, ..Stage::new(&server.scim(), &okta_token, &entra_token) };
    let year = Year::plan(&Company::generate(seed, PEOPLE), seed);
    let truth = year.truth();
    let mut rehearsal = Rehearsal::begin(&stage).await.unwrap();
    let mut played = rehearsal.play(&year, |_| {}).await.unwrap();
    assert!(played.refusals.iter().any(|refusal| !refusal.overcome), "no year is without a case");
    compare(scene, &truth, &doubtful(&truth));
    for _ in 0..ROUNDS {
        assert!(played.failures.is_empty(), "{:?}", played.failures);
        let again = refused(&played, &year, &truth);
        if again.events.is_empty() {
            break;
        }
        decide_what_waits(scene);
        played = rehearsal.play(&again, |_| {}).await.unwrap();
    }
    assert!(played.refusals.iter().all(|refusal| refusal.overcome), "{:#?}", played.refusals);
    compare(scene, &truth, &BTreeSet::new());
    server.stop();
}

fn doubtful(truth: &Truth) -> BTreeSet<&EmployeeNumber> {
    truth.people.iter().filter(|(_, human)| human.doubt.is_some()).map(|(number, _)| number).collect()
}

/// Everybody has one record of their own that says what is true; those who are excused may have none yet.
#[track_caller]
fn compare(scene: &Scene, truth: &Truth, excused: &BTreeSet<&EmployeeNumber>) {
    let mut owners = BTreeMap::new();
    for (number, human) in &truth.people {
        let output = scene.output(&["explain", &number.0, "--format", "json"]);
        let Ok(person) = serde_json::from_slice::<Value>(&output.stdout) else {
            assert!(excused.contains(number), "{number} has no record\n{}", scene.show(&output));
            continue;
        };
        let other = owners.insert(person["id"].to_string(), number);
        assert_eq!(other, None, "{number} has the record of another");
        if excused.contains(number) {
            continue;
        }
        assert_eq!(person["active"], human.active(), "{number}: {person:#}");
        if human.active() {
            let field = |name: &str| person["record"][name]["value"].as_str().unwrap_or_default();
            assert_eq!(field("employee_number"), number.0);
            assert_eq!(field("user_name"), human.human.login, "{number}");
            assert_eq!(field("last_name"), human.human.family, "{number}");
        }
    }
}
