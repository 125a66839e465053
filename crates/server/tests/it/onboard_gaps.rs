//! Onboarding an instance that does not show everything: what is said of it, what is not done then, and whom nobody makes a
//! second record meanwhile.

use crate::onboard::{exported, record, seeding};
use crate::support::target::Scene;
use crate::support::user;
use tenure_engine::onboard::{self, Gap, Look, OnboardError, Study};
use tenure_identity::onboard::{Answer, Known};
use tenure_lab::brownfield::Brownfield;
use tenure_lab::servicenow::Faults;

async fn looked(scene: &Scene, exported: Vec<Known>) -> Study {
    onboard::study(&scene.app.engine, exported, Look::default(), |_| ()).await.unwrap()
}

fn hide(scene: &Scene, faults: &str) {
    scene.instance.set_faults(Faults::parse(faults).unwrap());
}

/// Hides records from everybody who is no administrator.
fn hide_city(scene: &Scene, city: &str) {
    hide(scene, &format!("[[hidden]]\ntable = \"sys_user\"\ncolumn = \"city\"\nvalue = \"{city}\"\n"));
}

fn texts(study: &Study, hides_people: bool) -> String {
    let of_kind = |gap: &&Gap| gap.hides_people() == hides_people;
    study.gaps.iter().filter(of_kind).map(|gap| gap.text.as_str()).collect::<Vec<_>>().join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_counted_and_not_shown_are_a_gap() {
    let scene = Scene::new().await;
    scene.instance.seed_history(&Brownfield::generate(7, 400));
    hide(&scene, "[[hidden]]\ntable = \"sys_user\"\nfraction = 0.5\n");
    let study = looked(&scene, vec![exported("ada")]).await;
    let (shown, said) = (study.rows.len(), texts(&study, true));
    assert!(shown < 300, "{shown}");
    let figures = format!("`sys_user` has 403 rows, and {shown} of them are shown to our account");
    assert!(said.contains(&figures), "{said}");

    let applied = onboard::apply(&scene.app.engine, &study, seeding(), |_| ()).await;
    assert!(matches!(applied, Err(OnboardError::Hidden)), "{applied:?}");
    assert!(scene.instance.writes().is_empty());
    // What was read is kept, and so is what was counted.
    scene.instance.set_faults(Faults::default());
    let resumed = Look { resume: true, ..Look::default() };
    let again = onboard::study(&scene.app.engine, Vec::new(), resumed, |_| ()).await.unwrap();
    assert_eq!(again.gaps, study.gaps);
    assert_eq!(looked(&scene, Vec::new()).await.gaps, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_is_inactive_a_query_rule_may_hide_them() {
    let scene = Scene::new().await;
    scene.instance.seed_history(&Brownfield::generate(7, 400));
    hide(&scene, "hide_inactive = true\n");
    let study = looked(&scene, Vec::new()).await;
    let said = texts(&study, false);
    assert!(said.contains(&format!("not one of the {} records is inactive", study.rows.len())), "{said}");
    // It may be true of an instance, and stops nothing.
    assert!(study.is_trusted() && !study.has_open_gaps());
    onboard::apply(&scene.app.engine, &study, seeding(), |_| ()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn hidden_rows_of_other_tables_are_said_and_stop_nothing() {
    let scene = Scene::new().await;
    scene.instance.seed_history(&Brownfield::generate(7, 400));
    let hidden = |table: &str| format!("[[hidden]]\ntable = \"{table}\"\nfraction = 0.5\n");
    hide(&scene, &["task", "sys_user_grmember", "sys_user_has_role"].map(hidden).concat());
    let study = looked(&scene, Vec::new()).await;
    let said = texts(&study, false);
    for table in ["`task` has", "`sys_user_grmember` has", "`sys_user_has_role` has"] {
        assert!(said.contains(table), "{table} is not in {said}");
    }
    assert_eq!(texts(&study, true), "");
    assert!(study.is_trusted() && study.has_open_gaps());
    onboard::apply(&scene.app.engine, &study, seeding(), |_| ()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_whose_record_may_be_hidden_gets_a_second_one() {
    let scene = Scene::new().await;
    record(&scene, "grace", &[("active", "false")]);
    // Their record is under another user name, so that no unique index stands in the way.
    let own = record(
        &scene,
        "ada.old",
        &[("first_name", "Givenada"), ("last_name", "Familyada"), ("city", "hidden")],
    );
    hide_city(&scene, "hidden");
    let study = looked(&scene, vec![exported("ada"), exported("bob")]).await;
    assert_eq!(study.adoption.newcomers, ["ext-ada", "ext-bob"]);
    let (ada, bob) = (scene.create(user("ada")).await, scene.create(user("bob")).await);
    scene.settled().await;
    let why = scene.delivery(&ada).await.reason.unwrap();
    assert!(why.contains("was not shown every user") && why.contains("decide ext-ada new"), "{why}");
    assert!(scene.instance.writes().is_empty());

    // A human may know better, of one or of all.
    onboard::decide(&scene.app.engine, "bob", &Answer::New, "grace").await.unwrap();
    scene.settled().await;
    assert!(scene.delivery(&bob).await.record.is_some());

    scene.instance.set_faults(Faults::default());
    let whole = looked(&scene, Vec::new()).await;
    assert_eq!((whole.gaps.len(), whole.undecided()), (0, 1), "now it is seen whose it may be");
    assert_eq!(whole.adoption.cases[0].records, [own]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_counts_as_new_despite_gaps_is_made_by_the_push() {
    let scene = Scene::new().await;
    record(&scene, "grace", &[("city", "hidden")]);
    hide_city(&scene, "hidden");
    let study = looked(&scene, vec![exported("ada")]).await;
    assert!(!study.is_trusted() && study.has_open_gaps());
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&ada).await.record, None);
    let despite = Look { despite_gaps: true, ..Look::default() };
    let trusted = onboard::study(&scene.app.engine, Vec::new(), despite, |_| ()).await.unwrap();
    assert_eq!(trusted.gaps, study.gaps, "it is said all the same");
    assert!(trusted.is_trusted() && !trusted.has_open_gaps());
    scene.app.engine.retry_delivery(&ada).await.unwrap();
    scene.settled().await;
    assert!(scene.delivery(&ada).await.record.is_some());
}
