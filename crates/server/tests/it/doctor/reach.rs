//! Reaching the target, signing in, its clock and its limits.

use super::{examined, says, with_faults};
use crate::support::target::{Scene, target};
use crate::support::{Place, Setup, TestApp, user};
use std::time::{Duration, Instant};
use tenure_connect::servicenow::{Auth, ServiceNow, Settings};
use tenure_engine::doctor::Verdict::{Bad, Good, Unknown};
use tenure_engine::target::{Target, TargetSettings};
use tenure_lab::servicenow::{self, Server};

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_is_not_there_or_sleeps_is_told_and_nothing_else_is() {
    let setup =
        Setup { target: Some(target("http://127.0.0.1:9", TargetSettings::default())), ..Setup::default() };
    let app = TestApp::start(Place::sqlite(), setup).await;
    let checks = app.engine.examine(&|_| {}).await;
    says(&checks, "reach", Bad, &["cannot be reached", "the connection was refused", "check the address"]);
    says(&checks, "target", Unknown, &["not looked at"]);

    let scene = Scene::new().await;
    scene.instance.hibernate(true);
    says(&examined(&scene).await, "reach", Bad, &["asleep"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_told_apart_from_an_instance_that_is_away() {
    let server = Server::local(servicenow::Instance::new(servicenow::Settings::default())).await.unwrap();
    let auth = Auth::Basic { username: "tenure.integration".into(), password: "wrong".into() };
    let client = ServiceNow::new(Settings::new(&server.url, auth)).unwrap();
    let target = Target { name: server.url.clone(), client, settings: TargetSettings::default() };
    let app = TestApp::start(Place::sqlite(), Setup { target: Some(target), ..Setup::default() }).await;
    let checks = app.engine.examine(&|_| {}).await;
    says(&checks, "reach", Good, &[]);
    says(&checks, "credentials", Bad, &["does not accept the credentials", "locked out"]);
    for check in checks.iter().filter(|check| check.verdict == Bad) {
        let cure = check.cure.as_deref().unwrap();
        assert!(!check.found.contains(cure), "the cure is told once: {check:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_leads_elsewhere_is_told_from_missing_rights() {
    let server = Server::local(servicenow::Instance::new(servicenow::Settings::default())).await.unwrap();
    let elsewhere = target(&format!("{}/snow", server.url), TargetSettings::default());
    let app = TestApp::start(Place::sqlite(), Setup { target: Some(elsewhere), ..Setup::default() }).await;
    let checks = app.engine.examine(&|_| {}).await;
    says(&checks, "reach", Bad, &["does not represent any resource", "the bare instance in `target.url`"]);
    says(&checks, "target", Unknown, &["not looked at"]);
    assert!(checks.iter().all(|check| !check.name.starts_with("rights")), "{checks:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_differs_is_told() {
    let scene = Scene::new().await;
    scene.instance.advance(Duration::from_secs(600));
    says(&examined(&scene).await, "clock of the target", Bad, &["ahead of ours", "NTP"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_held_against_the_first_load() {
    let scene = with_faults("[[rate_limit]]\nlimit = 5000\n").await;
    // A minute after the full hour: what was not seen of an hour counts as used, and near its end calls are spread.
    let into_the_hour = u64::try_from(scene.instance.now().as_second() % 3600).unwrap();
    scene.instance.advance(Duration::from_secs(3660 - into_the_hour));
    says(&examined(&scene).await, "rates", Good, &["5000 times an hour"]);

    // Rules that are only to be read, so that nothing is held up by them.
    let scene = Scene::new().await;
    let role = scene.instance.find("sys_user_role", "name", "itil").remove(0);
    let rules = [("100", ""), ("50", role.sys_id()), ("30", role.sys_id())];
    for (limit, role) in rules {
        scene.instance.insert("sys_rate_limit_rules", &[("request_limit", limit), ("role", role)]).unwrap();
    }
    for n in 0..40 {
        scene.post("/Users", user(&format!("joiner{n}"))).await.expect(201);
    }
    let checks = examined(&scene).await;
    says(
        &checks,
        "rates",
        Bad,
        &["30 times an hour", "a usual day may need 1000", "40 people", "80 calls", "3 hours"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_is_not_waited_for_but_told() {
    let fault = "[[fault]]\nkind = \"too_many_requests\"\nretry_after = 60\nafter = ";
    let began = Instant::now();
    // Of our account, of its roles, of the columns.
    for (after, name) in [(1, "account"), (2, "account"), (3, "dictionary")] {
        let checks = examined(&with_faults(&format!("{fault}{after}\n")).await).await;
        says(&checks, name, Unknown, &["allows no more calls", "`sys_rate_limit_rules`", "again in 1 min"]);
        for name in
            ["rights to read", "groups we may not fill", "inactive users", "batch", "interface", "audit"]
        {
            says(&checks, name, Unknown, &["allows no more calls", "again in 1 min"]);
        }
        says(&checks, "rates", Bad, &["100 times an hour", "used up", "`sys_rate_limit_rules`"]);
        says(&checks, "reach", Good, &[]);
    }
    assert!(began.elapsed() < Duration::from_secs(30), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_that_carries_no_day_is_bad_and_soon_told() {
    let scene = with_faults("[[rate_limit]]\nlimit = 5\nuser = \"tenure.integration\"\n").await;
    let began = Instant::now();
    let checks = examined(&scene).await;
    says(&checks, "rates", Bad, &["5 times an hour", "`sys_rate_limit_rules`", "1000"]);
    says(&checks, "audit", Unknown, &["allows no more calls", "used up"]);
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hour_that_is_used_up_is_told() {
    let scene = with_faults("[[fault]]\nkind = \"too_many_requests\"\nretry_after = 3600\n").await;
    says(&examined(&scene).await, "rates", Bad, &["allows no more calls"]);
}
