//! Our own side, with and without a target.

use super::says;
use crate::support::{Place, Setup, TestApp};
use tenure_engine::doctor::Verdict::{Bad, Good, Note};

#[tokio::test(flavor = "multi_thread")]
async fn without_a_target_our_own_side_is_looked_at() {
    let app = TestApp::start(Place::sqlite(), Setup::default()).await;
    let checks = app.engine.examine(&|_| {}).await;
    says(&checks, "store", Good, &["SQLite"]);
    says(&checks, "policy", Good, &["version 0"]);
    says(&checks, "tokens", Good, &["`okta`"]);
    says(&checks, "clock", Good, &[]);
    says(&checks, "target", Note, &["directory itself"]);
    assert!(checks.iter().any(|check| check.name == "disk"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_does_not_fit_the_configuration_is_told() {
    let app = TestApp::start(Place::sqlite(), Setup::default()).await;
    app.apply("[mapping.workday]\nuser_name = \"user.userName\"\n").await;
    let setup = Setup { sources: vec!["okta", "hr", "entra"], ..Setup::default() };
    let other = app.second_node(setup).await;
    let checks = other.engine.examine(&|_| {}).await;
    says(&checks, "policy", Bad, &["version 1 cannot be used", "workday"]);
}
