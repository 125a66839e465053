//! The doctor in front of a simulated instance: everything that it looks at, healthy and not.

mod account;
mod columns;
mod ourselves;
mod reach;
mod rights;

use crate::support::Place;
use crate::support::target::Scene;
use tenure_engine::doctor::{Check, Verdict};
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Account, Faults, Instance, Settings};

/// What the doctor says of a scene.
async fn examined(scene: &Scene) -> Vec<Check> {
    scene.app.engine.examine(&|_| {}).await
}

/// A scene with these faults.
async fn with_faults(faults: &str) -> Scene {
    Scene::with(Faults::parse(faults).unwrap()).await
}

/// A scene whose integration account has these roles.
async fn with_roles(roles: &[&str]) -> Scene {
    let accounts = vec![
        Account::new("admin", "admin-password", &["admin"]),
        Account::new("tenure.integration", "integration-password", roles),
    ];
    of(Settings { accounts, ..Settings::default() }).await
}

async fn of(settings: Settings) -> Scene {
    Scene::of(Place::sqlite(), Instance::new(settings), TargetSettings::default()).await
}

/// All that is said of this thing.
#[track_caller]
fn about<'a>(checks: &'a [Check], name: &str) -> Vec<&'a Check> {
    let found: Vec<_> = checks.iter().filter(|check| check.name == name).collect();
    assert!(!found.is_empty(), "nothing about {name}: {checks:#?}");
    found
}

/// Something is said of this thing with this verdict, in which all these words occur.
#[track_caller]
fn says(checks: &[Check], name: &str, verdict: Verdict, words: &[&str]) {
    let told = about(checks, name);
    let holds = |check: &&&Check| {
        let text = format!("{} {} {}", check.found, check.means, check.cure.as_deref().unwrap_or_default());
        check.verdict == verdict && words.iter().all(|word| text.contains(word))
    };
    assert!(told.iter().any(|check| holds(&check)), "{verdict} with {words:?} in {told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_instance_is_healthy_and_unchanged() {
    let scene = Scene::new().await;
    scene.instance.insert("sys_user", &[("user_name", "gone"), ("active", "false")]).unwrap();
    let checks = examined(&scene).await;
    let bad: Vec<_> = checks.iter().filter(|check| check.verdict <= Verdict::Unknown).collect();
    assert!(bad.is_empty(), "{bad:#?}");
    let good = [
        "store",
        "policy",
        "tokens",
        "clock",
        "clock of the target",
        "reach",
        "credentials",
        "account",
        "excessive rights",
        "stable key",
        "rights to read",
        "rights to write",
        "rights to tasks",
        "roles of the policy",
        "groups we may not fill",
        "inactive users",
        "rates",
        "batch",
        "interface",
        "audit",
    ];
    for name in good {
        says(&checks, name, Verdict::Good, &[]);
    }
    assert!(checks.is_sorted_by_key(|check| check.verdict), "the worst comes first");
    assert!(scene.instance.writes().iter().all(|write| write.columns.is_empty()), "nothing is changed");
    assert!(scene.instance.calls().total < 40, "{:?}", scene.instance.calls());
}

#[tokio::test(flavor = "multi_thread")]
async fn every_finding_that_is_bad_has_a_cure() {
    let settings = Settings::default().without("sys_user", "u_okta_user_id");
    let checks = examined(&of(settings).await).await;
    for check in checks.iter().filter(|check| check.verdict == Verdict::Bad) {
        assert!(check.cure.is_some(), "{check:?}");
    }
}
