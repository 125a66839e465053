//! Values that do not go into their column: nobody is made without what identifies them, and who has a record is shown as
//! partly delivered.

use crate::support::bodies::operation;
use crate::support::target::{Scene, value};
use crate::support::{user, with};
use serde_json::json;
use tenure_identity::event::EventKind;
use tenure_store::deliveries::{Delivery, State};

const LONG: &str = "a.very.long.login.name.of.somebody.new@example.com";

fn why(delivery: &Delivery) -> &str {
    delivery.reason.as_deref().unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_made_without_a_user_name() {
    let scene = Scene::new().await;
    let long = scene.create(with(user("long"), json!({ "userName": LONG }))).await;
    scene.settled().await;
    let delivery = scene.delivery(&long).await;
    assert_eq!((delivery.state, &delivery.record), (State::Refused, &None), "{delivery:?}");
    assert!(why(&delivery).starts_with("no record is made without `user_name`: the value has 50 characters"));
    assert!(why(&delivery).contains("make the column longer"), "{delivery:?}");
    assert!(scene.instance.find("sys_user", "u_okta_user_id", "ext-long").is_empty());
    assert_eq!(scene.explain(&long).await.person.display(), LONG, "people know whom it is about");
    let found = scene.told_of(&long, &[EventKind::Finding]).await;
    assert!(matches!(found.as_slice(), [one] if one.contains("`user_name`: the value has 50")), "{found:?}");

    let shorter = operation("replace", "userName", json!("long@example.com"));
    scene.patch(&format!("/Users/{long}"), shorter).await.expect(200);
    scene.settled().await;
    assert_eq!(scene.delivery(&long).await.state, State::Delivered);
    assert_eq!(value(&scene.record("long@example.com"), "u_okta_user_id"), "ext-long");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_name_that_the_targets_column_would_cut_is_not_sent() {
    let scene = Scene::new().await;
    let mapped = |login: &str| {
        format!(
            "[mapping.\"*\"]\nuser_name = {{ value = \"user.userName\", {login} }}\nu_okta_user_id = \"user.externalId\"\n"
        )
    };
    scene.apply(&mapped("max_length = 100")).await;
    let long = scene.create(with(user("long"), json!({ "userName": LONG }))).await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let renamed = operation("replace", "userName", json!(LONG.replace("new", "old")));
    scene.patch(&format!("/Users/{ada}"), renamed).await.expect(200);
    scene.settled().await;
    for (who, stands) in [(&long, State::Refused), (&ada, State::Partly)] {
        let delivery = scene.delivery(who).await;
        assert_eq!(delivery.state, stands, "{delivery:?}");
        assert!(why(&delivery).contains("50 characters and the target's column holds 40"), "{delivery:?}");
    }
    assert_eq!(value(&scene.record("ada"), "u_okta_user_id"), "ext-ada");
    scene.apply(&mapped("max_length = 40, too_long = \"cut\"")).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&long).await.state, State::Delivered);
    assert_eq!(value(&scene.record(&LONG[..40]), "u_okta_user_id"), "ext-long");
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_login_became_too_long_keeps_the_old_one_and_is_partly_delivered() {
    let scene = Scene::new().await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let login = async |name: &str| {
        scene
            .patch(&format!("/Users/{ada}"), operation("replace", "userName", json!(name)))
            .await
            .expect(200);
        scene.settled().await;
        scene.delivery(&ada).await
    };
    for _ in 0..2 {
        let delivery = login(LONG).await;
        assert_eq!(delivery.state, State::Partly);
        assert!(why(&delivery).starts_with("`user_name`: the value has 50 characters"), "{delivery:?}");
        scene.record("ada");
    }
    assert_eq!(scene.told_of(&ada, &[EventKind::Finding]).await.len(), 1, "it is told once");
    let delivery = login("ada").await;
    assert_eq!((delivery.state, delivery.reason), (State::Delivered, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_made_without_the_stable_key_that_they_have() {
    let scene = Scene::new().await;
    let ada = scene.create(with(user("ada"), json!({ "externalId": "x".repeat(256) }))).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Refused, "{delivery:?}");
    assert!(why(&delivery).starts_with("no record is made without `u_okta_user_id`: "), "{delivery:?}");
    assert!(scene.instance.find("sys_user", "user_name", "ada").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_no_source_says_makes_nobody() {
    let scene = Scene::new().await;
    let by_id = "[correlation]\nrules = [{ claim = \"externalId\", record = \"u_okta_user_id\" }]\n";
    let nick = "[mapping.\"*\"]\nuser_name = \"user.nickName\"\nu_okta_user_id = \"user.externalId\"\n";
    scene.apply(&format!("{by_id}{nick}")).await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Refused, "{delivery:?}");
    assert!(why(&delivery).contains("no source says what it is"), "{delivery:?}");
    let named = operation("replace", "nickName", json!("lovelace"));
    scene.patch(&format!("/Users/{ada}"), named).await.expect(200);
    scene.settled().await;
    scene.record("lovelace");
}
