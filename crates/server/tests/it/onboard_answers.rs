//! What a human answers onboarding: what is taken, what is refused, and what delivery makes of it.

use crate::onboard::{column, exported, record};
use crate::support::target::Scene;
use crate::support::user;
use tenure_engine::EngineError;
use tenure_engine::onboard::{self, Answered, Look, OnboardError, Study};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Answer, QuestionKind};
use tenure_lab::servicenow::Faults;

async fn looked(scene: &Scene, logins: &[&str]) -> Study {
    let exported = logins.iter().map(|login| exported(login)).collect();
    let look = Look::default();
    onboard::study(&scene.app.engine, exported, look, |_| ()).await.unwrap()
}

async fn decide(scene: &Scene, who: &str, answer: Answer) -> Result<Answered, OnboardError> {
    onboard::decide(&scene.app.engine, who, &answer, "grace").await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_owners_record_is_not_given_away_when_it_was_said_that_it_is_not_theirs() {
    let scene = Scene::new().await;
    let old = record(&scene, "ada", &[("active", "false")]);
    let study = looked(&scene, &["ada"]).await;
    assert_eq!(study.adoption.cases[0].kind, QuestionKind::FormerOwner);
    let answered = decide(&scene, "ada", Answer::New).await.unwrap();
    assert!(answered.name_is_taken && !answered.is_pushed);
    let study = looked(&scene, &["ada"]).await;
    assert_eq!(
        study.adoption.names_taken.get("ext-ada"),
        Some(&old),
        "the report says what has to be changed"
    );

    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let why = scene.delivery(&ada).await.reason.unwrap();
    assert!(why.contains(old.as_str()) && why.contains("change its user name"), "{why}");
    assert!(!why.contains("deliver link"), "{why}");

    scene.instance.patch("sys_user", old.as_str(), &[("user_name", "ada.former")]).unwrap();
    scene.app.engine.retry_delivery(&ada).await.unwrap();
    scene.settled().await;
    assert_ne!(scene.delivery(&ada).await.record.unwrap(), old);
    assert_eq!(column(&scene, &old, "active"), "false");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_active_record_that_is_said_to_be_anothers_is_not_taken_by_its_user_name() {
    let scene = Scene::new().await;
    let other = record(&scene, "ada", &[("first_name", "Grace"), ("last_name", "Hopper")]);
    let study = looked(&scene, &["ada"]).await;
    assert_eq!(study.adoption.cases[0].kind, QuestionKind::Contradicted);
    decide(&scene, "ada", Answer::New).await.unwrap();
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.record, None);
    assert!(delivery.reason.unwrap().contains("a human has said that it is not theirs"));
    assert_eq!(column(&scene, &other, "u_okta_user_id"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_names_a_record_that_is_there_and_nobodys() {
    let scene = Scene::new().await;
    let own = record(&scene, "ada.old", &[("first_name", "Givenada"), ("last_name", "Familyada")]);
    let keyed = record(&scene, "grace", &[("u_okta_user_id", "ext-grace")]);
    let unkeyed = record(&scene, "alan", &[]);
    let of_bob = {
        let bob = scene.create(user("bob")).await;
        scene.settled().await;
        scene.delivery(&bob).await.record.unwrap()
    };
    let by_the_look = record(&scene, "ian", &[]);
    let study = looked(&scene, &["ada", "ian"]).await;
    assert_eq!(study.adoption.cases[0].records, std::slice::from_ref(&own));

    let nowhere = SysId::new("ffffffffffffffffffffffffffffff01");
    let refused = decide(&scene, "ada", Answer::Record(nowhere)).await.unwrap_err();
    assert!(matches!(refused, OnboardError::NotThere { .. }) && refused.help().is_some(), "{refused}");
    let refused = decide(&scene, "ada", Answer::Record(keyed)).await.unwrap_err();
    assert!(refused.to_string().contains("stable key `ext-grace`"), "{refused}");
    let refused = decide(&scene, "ada", Answer::Record(of_bob)).await.unwrap_err();
    assert!(refused.to_string().contains("it is linked to"), "{refused}");
    let refused = decide(&scene, "ada", Answer::Record(by_the_look)).await.unwrap_err();
    assert!(refused.to_string().contains("by the last look it is ext-ian's"), "{refused}");
    decide(&scene, "ada", Answer::Record(unkeyed.clone())).await.unwrap();

    scene.instance.set_faults(Faults::parse("[[fault]]\nkind = \"unauthorized\"\n").unwrap());
    let refused = decide(&scene, "ada", Answer::Record(unkeyed)).await.unwrap_err();
    assert!(matches!(refused, OnboardError::Unasked { .. }), "{refused}");
    decide(&scene, "ada", Answer::Record(own)).await.expect("the last look has shown it");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_names_a_record_that_the_target_has() {
    let scene = Scene::new().await;
    let old = record(&scene, "ada", &[("active", "false")]);
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let link = async |record: &str| scene.app.engine.link_record(&ada, record, "mary").await;
    let refused = link("abc").await.unwrap_err();
    assert!(matches!(refused, EngineError::NotThere { .. }) && refused.help().is_some(), "{refused}");
    assert_eq!(scene.delivery(&ada).await.record, None);
    link(old.as_str()).await.unwrap();
    scene.settled().await;
    assert_eq!(column(&scene, &old, "u_okta_user_id"), "ext-ada");

    scene.instance.set_faults(Faults::parse("[[fault]]\nkind = \"unauthorized\"\n").unwrap());
    let refused = link(old.as_str()).await.unwrap_err();
    assert!(matches!(refused, EngineError::TargetFailed { .. }), "{refused}");
}
