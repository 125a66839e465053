//! What ServiceNow does not take: narrowed down to the value, explained, and no hindrance for the rest.

use crate::support::bodies::group;
use crate::support::policy::until;
use crate::support::target::{Scene, value};
use crate::support::{Place, operations, user, with};
use serde_json::json;
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Instance, Settings};
use tenure_store::deliveries::State;

async fn scene(faults: &str) -> Scene {
    Scene::with(Faults::parse(faults).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_a_rule_refuses_is_set_aside_and_the_rest_lands() {
    let scene = scene(
        "[[abort]]\ntable = \"sys_user\"\nwhen = \"update\"\ncolumn = \"title\"\nvalue = \"King\"\nrule = \"No kings\"\n",
    )
    .await;
    let ada = scene.create(with(user("ada"), json!({ "title": "Clerk" }))).await;
    scene.settled().await;
    let changes = json!({ "title": "King", "active": false, "nickName": "x", "timezone": "UTC" });
    scene.patch(&format!("/Users/{ada}"), operations(json!([{ "op": "replace", "value": changes }]))).await;
    scene.settled().await;
    let record = scene.record("ada");
    assert_eq!((value(&record, "active"), value(&record, "title")), ("false".into(), "Clerk".into()));
    assert_eq!(value(&record, "time_zone"), "UTC");
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Partly);
    assert!(delivery.reason.unwrap().contains("No kings"));
    let attempts = scene.instance.calls().count("PATCH", "sys_user");
    scene
        .patch(
            &format!("/Users/{ada}"),
            operations(json!([{ "op": "replace", "value": { "timezone": "CET" } }])),
        )
        .await;
    scene.settled().await;
    assert_eq!(
        scene.instance.calls().count("PATCH", "sys_user"),
        attempts + 1,
        "the title is not sent again"
    );
    scene
        .patch(
            &format!("/Users/{ada}"),
            operations(json!([{ "op": "replace", "value": { "title": "Queen" } }])),
        )
        .await;
    scene.settled().await;
    assert_eq!(value(&scene.record("ada"), "title"), "Queen", "another value is tried at once");
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_is_not_asked_for_any_more_holds_nothing_up() {
    let scene = scene(
        "[[abort]]\ntable = \"sys_user\"\nwhen = \"update\"\ncolumn = \"title\"\nvalue = \"King\"\nrule = \"No kings\"\n\
         [[abort]]\ntable = \"sys_user_grmember\"\nwhen = \"insert\"\nrule = \"Full\"\n",
    )
    .await;
    let ada = scene.create(with(user("ada"), json!({ "title": "Clerk" }))).await;
    let team = scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    let title = |title: &str| operations(json!([{ "op": "replace", "path": "title", "value": title }]));
    scene.patch(&format!("/Users/{ada}"), title("King")).await.expect(200);
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    let reason = delivery.reason.unwrap();
    assert!(reason.contains("No kings") && reason.contains("Full"), "{reason}");
    scene.patch(&format!("/Users/{ada}"), title("Clerk")).await.expect(200);
    let leave = operations(json!([{ "op": "remove", "path": format!("members[value eq \"{ada}\"]") }]));
    scene.patch(&format!("/Groups/{team}"), leave).await.expect(200);
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!((delivery.state, delivery.reason, delivery.pending), (State::Delivered, None, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_that_a_rule_refuses_keeps_no_joiner_out() {
    let scene = scene(
        "[[abort]]\ntable = \"sys_user\"\ncolumn = \"title\"\nvalue = \"King\"\nrule = \"No kings\"\n\
         [[mandatory]]\ntable = \"sys_user\"\ncolumns = [\"email\"]\n",
    )
    .await;
    let more =
        json!({ "title": "King", "timezone": "UTC", "emails": [{ "type": "work", "value": "ada@x.com" }] });
    let ada = scene.create(with(user("ada"), more)).await;
    scene.create_group(group("Team", &[&ada])).await;
    scene.settled().await;
    let record = scene.record("ada");
    let has = |column: &str| value(&record, column);
    assert_eq!(
        (has("active"), has("u_okta_user_id"), has("title")),
        ("true".into(), "ext-ada".into(), "".into())
    );
    assert_eq!((has("time_zone"), has("email")), ("UTC".into(), "ada@x.com".into()));
    assert_eq!(scene.groups_of(&record), ["Team"]);
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Partly);
    assert!(delivery.reason.unwrap().starts_with("`title`: "));
    assert_eq!(
        scene.instance.writes().iter().filter(|it| it.method == "POST" && it.table == "sys_user").count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_is_told_whatever_came_before_and_another_reason_is_told_again() {
    let rule = |name: &str| {
        format!(
            "[[abort]]\ntable = \"sys_user\"\ncolumn = \"user_name\"\nvalue = \"ada\"\nrule = \"{name}\"\n"
        )
    };
    let busy = Fault::new(FaultKind::InternalError).on("GET", "sys_user").times(3);
    let scene = Scene::with(Faults::parse(&rule("No Adas")).unwrap().with(busy)).await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!(
        (delivery.state, delivery.attempts),
        (State::Refused, 1),
        "what passes by itself does not count"
    );
    scene.instance.set_faults(Faults::parse(&rule("Never Adas")).unwrap());
    for title in ["x", "y"] {
        let change = operations(json!([{ "op": "replace", "path": "title", "value": title }]));
        scene.patch(&format!("/Users/{ada}"), change).await.expect(200);
        scene.settled().await;
    }
    let told = scene.told(&ada).await;
    let lines = |rule: &str| told.iter().filter(|line| line.contains(rule)).count();
    assert_eq!((lines("No Adas"), lines("Never Adas")), (1, 1), "the same again is no news: {told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_mapped_later_and_may_not_be_written_was_dropped_by_nobodys_doing() {
    let scene = scene("[[read_only]]\ntable = \"sys_user\"\ncolumns = [\"city\"]\n").await;
    let policy = "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n";
    scene.apply(policy).await;
    let home = json!({ "addresses": [{ "type": "home", "locality": "Bern" }] });
    let ada = scene.create(with(user("ada"), home)).await;
    scene.settled().await;
    scene.instance.patch("sys_user", scene.record("ada").sys_id(), &[("city", "Rome")]).unwrap();
    scene.apply(&format!("{policy}city = \"user.city\"\n")).await;
    scene.settled().await;
    let told = scene.told(&ada).await;
    assert_eq!(told.last().unwrap(), "delivered city dropped");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_way_of_not_taking_a_value_has_its_verdict() {
    let scene = scene(
        "[[read_only]]\ntable = \"sys_user\"\ncolumns = [\"city\"]\n\
         [[alter]]\ntable = \"sys_user\"\ncolumn = \"time_zone\"\ntransform = \"upper\"\n",
    )
    .await;
    scene
        .apply(
            "[mapping.\"*\"]\nuser_name = \"user.userName\"\nu_okta_user_id = \"user.externalId\"\n\
             city = \"user.city\"\ntime_zone = \"user.timezone\"\ntitle = { value = \"user.title\", max_length = 255 }\n",
        )
        .await;
    let title = "Vice President of nearly everything that happens in the western half of the company";
    let more = json!({ "title": title, "timezone": "Europe/Berlin", "addresses": [{ "type": "home", "locality": "Bern" }] });
    let ada = scene.create(with(user("ada"), more)).await;
    scene.settled().await;
    let told = scene.told(&ada).await.join("\n");
    for word in ["city dropped", "time_zone altered", "title truncated", "user_name landed"] {
        assert!(told.contains(word), "{word} in {told}");
    }
    let reason = scene.delivery(&ada).await.reason.unwrap();
    assert!(reason.contains("made `EUROPE/BERLIN` of it, within our own write"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_made_another_value_is_named_unless_it_is_our_own_account() {
    let alter = "[[alter]]\ntable = \"sys_user\"\ncolumn = \"email\"\ntransform = \"upper\"\n";
    for (account, by) in [(None, "within our own write: "), (Some("another"), "by `tenure.integration`")] {
        let instance = Instance::new(Settings::default());
        instance.set_faults(Faults::parse(alter).unwrap());
        let settings = TargetSettings { account: account.map(str::to_owned), ..TargetSettings::default() };
        let scene = Scene::of(Place::sqlite(), instance, settings).await;
        let ada = scene.create(user("ada")).await;
        scene.settled().await;
        let reason = scene.delivery(&ada).await.reason.unwrap();
        assert!(reason.contains(&format!("made `ADA@EXAMPLE.COM` of it, {by}")), "{reason}");
        let said = scene.said_of(&ada, "email").await;
        assert!(
            said.iter().any(|it| it.starts_with("altered") && it.contains("ADA@EXAMPLE.COM")),
            "{said:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_who_is_refused_holds_up_nobody() {
    let scene = scene(
        "[[abort]]\ntable = \"sys_user\"\nwhen = \"insert\"\ncolumn = \"user_name\"\nvalue = \"ada\"\nrule = \"No Adas\"\n\
         [[mandatory]]\ntable = \"sys_user\"\ncolumns = [\"last_name\"]\n",
    )
    .await;
    let ada = scene.create(user("ada")).await;
    let nameless = scene.create(with(user("nameless"), json!({ "name": null }))).await;
    let grace = scene.create(user("grace")).await;
    scene.settled().await;
    let (refused, policy) = (scene.delivery(&ada).await, scene.delivery(&nameless).await);
    assert_eq!((refused.state, policy.state), (State::Refused, State::Refused));
    assert!(refused.reason.unwrap().contains("No Adas"));
    assert!(policy.reason.unwrap().contains("last_name"));
    assert_eq!(scene.delivery(&grace).await.state, State::Delivered);
    assert_eq!(scene.instance.find("sys_user", "user_name", "ada").len(), 0);
    assert!(scene.told(&ada).await.iter().any(|line| line.contains("No Adas")));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inactive_record_that_is_hidden_from_us_is_never_made_again() {
    let scene = scene("hide_inactive = true").await;
    scene
        .instance
        .insert("sys_user", &[("user_name", "ada"), ("u_okta_user_id", "ext-ada"), ("active", "false")])
        .unwrap();
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Refused);
    assert!(delivery.reason.unwrap().contains("does not show it to our account"));
    scene.record("ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_differ_in_case_only_are_one_to_the_target() {
    let scene = scene("").await;
    scene.create(with(user("ada"), json!({ "externalId": "00uCase" }))).await;
    scene.settled().await;
    let grace = scene.create(with(user("grace"), json!({ "externalId": "00ucase" }))).await;
    scene.settled().await;
    let delivery = scene.delivery(&grace).await;
    let (record, reason) = (scene.record("ada").sys_id().to_string(), delivery.reason.unwrap());
    assert_eq!(delivery.state, State::Refused, "{reason}");
    assert!(reason.starts_with(&format!("record {record} has the `u_okta_user_id` `00uCase`")), "{reason}");
    assert!(reason.contains("differ in case only"), "{reason}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_that_is_given_up_between_the_refusal_and_the_look_is_tried_again() {
    let scene = scene("hide_inactive = true\n[latency]\nms = 300\n").await;
    let former = [("user_name", "ada"), ("active", "false")];
    let former = scene.instance.insert("sys_user", &former).unwrap();
    let ada = scene.create(user("ada")).await;
    until(async || scene.instance.calls().in_vain.contains_key("POST sys_user")).await;
    scene.instance.patch("sys_user", former.sys_id(), &[("user_name", "ada.left")]).unwrap();
    scene.settled().await;
    assert_eq!(scene.delivery(&ada).await.state, State::Delivered);
    assert_eq!(value(&scene.record("ada"), "u_okta_user_id"), "ext-ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_not_there_is_said_and_matches_nobody() {
    let instance = Instance::new(Settings::default().without("sys_user", "u_okta_user_id"));
    let stranger = instance.insert("sys_user", &[("user_name", "stranger")]).unwrap();
    let scene = Scene::of(Place::sqlite(), instance, TargetSettings::default()).await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    let delivery = scene.delivery(&ada).await;
    assert_eq!(delivery.state, State::Refused);
    assert!(delivery.reason.unwrap().contains("u_okta_user_id"));
    let row = scene.instance.row("sys_user", stranger.sys_id()).unwrap();
    assert_eq!(value(&row, "first_name"), "", "an unknown column matches everybody, and nobody was written");
}
