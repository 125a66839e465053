//! What `/metrics` says of deliveries.

use crate::support::bodies::group;
use crate::support::target::Scene;
use crate::support::{Place, Setup, TestApp, user};
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Faults, Instance, Settings};

/// The value of a metric, labels included in its name.
#[track_caller]
fn value(text: &str, name: &str) -> f64 {
    let line = text.lines().find_map(|line| line.strip_prefix(&format!("tenure_{name} ")));
    line.unwrap_or_else(|| panic!("no {name} in {text}")).parse().unwrap()
}

async fn scraped(app: &TestApp) -> String {
    app.client(None).raw("GET", "/metrics").await.expect(200).text
}

#[tokio::test(flavor = "multi_thread")]
async fn deliveries_are_counted_by_how_they_end() {
    let rule =
        "[[abort]]\ntable = \"sys_user\"\ncolumn = \"user_name\"\nvalue = \"grace\"\nrule = \"No Graces\"\n";
    let scene = Scene::with(Faults::parse(rule).unwrap()).await;
    let ada = scene.create(user("ada")).await;
    scene.create(user("grace")).await;
    scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    let text = scraped(&scene.app).await;
    assert_eq!(value(&text, "deliveries{state=\"delivered\"}"), 2.0);
    assert_eq!(value(&text, "deliveries{state=\"refused\"}"), 1.0);
    assert_eq!(value(&text, "deliveries{state=\"retrying\"}"), 0.0);
    assert_eq!(
        (value(&text, "deliveries_pending"), value(&text, "deliveries_oldest_pending_seconds")),
        (0.0, 0.0)
    );
    assert!(value(&text, "deliveries_finished_total{outcome=\"delivered\"}") >= 2.0);
    assert_eq!(value(&text, "deliveries_finished_total{outcome=\"refused\"}"), 1.0);
    assert!(value(&text, "delivery_verdicts_total{verdict=\"landed\"}") > 3.0);
    let landed = value(&text, "delivery_landing_seconds_count");
    assert!(landed >= 2.0);
    assert_eq!(value(&text, "delivery_landing_seconds_bucket{le=\"+Inf\"}"), landed);
    let calls = scene.instance.calls();
    assert_eq!(value(&text, "target_calls_total"), calls.total as f64);
    assert_eq!((value(&text, "target_in_flight"), value(&text, "target_refusals_total")), (0.0, 0.0));
    assert!(value(&text, "target_ceiling") >= 1.0);
    assert_eq!(value(&text, "handovers_pending{state=\"waiting\"}"), 0.0);
    assert!(text.ends_with("# EOF\n") && !text.contains(&ada), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_is_seen_and_where_they_stand_is_read_once_for_many_scrapes() {
    let mut scene =
        Scene::of(Place::sqlite(), Instance::new(Settings::default()), TargetSettings::default()).await;
    scene.crash().await;
    scene.create(user("ada")).await;
    let text = scraped(&scene.app).await;
    assert_eq!(
        (value(&text, "deliveries_pending"), value(&text, "deliveries{state=\"waiting\"}")),
        (1.0, 1.0)
    );
    scene.create(user("grace")).await;
    assert_eq!(value(&scraped(&scene.app).await, "deliveries_pending"), 1.0, "it is read every five seconds");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_target_nothing_is_said_of_deliveries() {
    let app = TestApp::start(Place::sqlite(), Setup::default()).await;
    let text = scraped(&app).await;
    assert!(!text.contains("deliver") && text.contains("# EOF"), "{text}");
}
