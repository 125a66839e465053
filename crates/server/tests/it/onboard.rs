//! Onboarding an instance with a history: what is read, which links and keys come of it, and what goes wrong on the way.

use crate::support::bodies::number;
use crate::support::target::{Scene, value};
use crate::support::{user, with};
use std::sync::Arc;
use tenure_engine::onboard::{self, Application, Applied, Fate, Study};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Known, MatchedBy};
use tenure_lab::brownfield::Brownfield;
use tenure_lab::servicenow::Faults;
use tokio::sync::Notify;

/// Somebody of the identity provider's export, as `support::user` pushes them later.
fn exported(login: &str) -> Known {
    let id = format!("ext-{login}");
    let name = tenure_identity::onboard::Name::of(&format!("Given{login}"), &format!("Family{login}"));
    Known { external_id: Some(id.clone()), name, ..Known::new(id, login) }
}

async fn study(scene: &Scene, exported: Vec<Known>) -> Study {
    onboard::study(&scene.app.engine, exported, false, |_| ()).await.unwrap()
}

fn seeding() -> Application {
    Application { seed_keys: true, seed_scim: false, by: "grace".to_owned() }
}

async fn apply(scene: &Scene, study: &Study, application: Application) -> Vec<Applied> {
    onboard::apply(&scene.app.engine, study, application, |_| ()).await.unwrap()
}

/// A record of somebody as an earlier import left it.
fn record(scene: &Scene, login: &str, more: &[(&str, &str)]) -> SysId {
    let (first, last) = (format!("Given{login}"), format!("Family{login}"));
    let own = [("user_name", login), ("first_name", first.as_str()), ("last_name", last.as_str())];
    let values: Vec<_> = own.into_iter().chain(more.iter().copied()).collect();
    SysId::new(scene.instance.insert("sys_user", &values).unwrap().sys_id())
}

fn column(scene: &Scene, record: &SysId, column: &str) -> String {
    value(&scene.instance.row("sys_user", record.as_str()).unwrap(), column)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_read_with_groups_roles_and_open_work() {
    let scene = Scene::new().await;
    let history = Brownfield::generate(11, 300);
    scene.instance.seed_history(&history);
    let study = study(&scene, Vec::new()).await;
    assert_eq!(study.rows.len(), 300 + 3, "and the accounts of the instance");
    assert_eq!(study.gaps, Vec::<String>::new());
    assert!(!study.has_scim_users);
    for row in study.rows.iter().filter(|row| history.truth.human_of.contains_key(row.sys_id.as_str())) {
        let id = row.sys_id.as_str();
        let told = history.users.iter().find(|user| user["sys_id"] == id).unwrap();
        assert_eq!(row.user_name, told["user_name"]);
        assert_eq!((row.key.as_ref(), row.email.as_ref()), (told.get("u_okta_user_id"), told.get("email")));
        assert_eq!((row.active, row.locked_out), (told["active"] == "true", told["locked_out"] == "true"));
        assert_eq!(row.last_login.is_some(), told.contains_key("last_login_time"));
        assert_eq!(row.created.unwrap().strftime("%F %T").to_string(), told["sys_created_on"]);
        assert_eq!(row.open_work, history.open_tasks.get(id).copied().unwrap_or(0));
        let groups: Vec<_> =
            history.memberships.iter().filter(|(user, _)| user == id).map(|it| &it.1).collect();
        assert_eq!(row.memberships.iter().collect::<Vec<_>>(), groups);
        let roles: Vec<_> = history.roles.iter().filter(|(user, _)| user == id).map(|it| &it.1).collect();
        assert_eq!(row.roles.iter().collect::<Vec<_>>(), roles);
        assert_eq!(row.other.get("title"), told.get("title"));
    }
    assert!(scene.instance.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_reading_goes_on_where_it_was() {
    let scene = Scene::new().await;
    scene.instance.seed_history(&Brownfield::generate(12, 2_500));
    let (engine, first_page) = (Arc::clone(&scene.app.engine), Arc::new(Notify::new()));
    let told = Arc::clone(&first_page);
    let reading = tokio::spawn(async move {
        onboard::study(&engine, Vec::new(), false, |progress| {
            assert_eq!((progress.what, progress.all), ("users", Some(2_503)));
            told.notify_one();
        })
        .await
    });
    first_page.notified().await;
    reading.abort();
    assert!(reading.await.unwrap_err().is_cancelled());
    scene.instance.forget();
    let mut all = Vec::new();
    let again =
        onboard::study(&scene.app.engine, Vec::new(), true, |progress| all.push(progress)).await.unwrap();
    let mut ids: Vec<_> = again.rows.iter().map(|row| row.sys_id.to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), again.rows.len()), (2_503, 2_503));
    assert!((1..=2).contains(&scene.instance.calls().count("GET", "sys_user")), "three pages in all");
    assert!(all[0].done > 1_000 && all[0].all == Some(2_503), "{:?}", all[0]);

    scene.instance.forget();
    onboard::study(&scene.app.engine, Vec::new(), true, |_| ()).await.unwrap();
    assert_eq!(scene.instance.calls().count("GET", "sys_user"), 0, "all of it is kept");
    onboard::study(&scene.app.engine, Vec::new(), false, |_| ()).await.unwrap();
    assert_eq!(scene.instance.calls().count("GET", "sys_user"), 3, "a new reading begins at the beginning");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_seeded_before_the_first_push_is_found_by_it() {
    let scene = Scene::new().await;
    let ada = record(
        &scene,
        "ada.old",
        &[("employee_number", "E17"), ("first_name", "Givenada"), ("last_name", "Familyada")],
    );
    let known = Known { employee_number: Some("E17".into()), ..exported("ada") };
    let looked = study(&scene, vec![known.clone()]).await;
    let applied = apply(&scene, &looked, seeding()).await;
    assert_eq!(applied[0].by, MatchedBy::EmployeeNumber);
    assert_eq!((applied[0].key.as_ref(), applied[0].link.label()), (Some(&Fate::Landed), "later"));
    assert_eq!(column(&scene, &ada, "u_okta_user_id"), "ext-ada");

    let again = apply(&scene, &looked, seeding()).await;
    assert_eq!(again[0].key, Some(Fate::Standing), "by what was read before");
    let anew = study(&scene, vec![known]).await;
    assert_eq!(anew.adoption.links[0].by, MatchedBy::Key);
    assert_eq!(apply(&scene, &anew, seeding()).await[0].key, None);
    assert_eq!(scene.instance.writes().len(), 1, "each key is written once");
    assert_eq!(scene.instance.writes()[0].columns, ["u_okta_user_id"], "and nothing else");

    let id = scene.create(with(user("ada"), number("E17"))).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&id).await.record, Some(ada.clone()));
    assert_eq!(column(&scene, &ada, "user_name"), "ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_pushed_before_is_linked_and_delivery_takes_over() {
    let scene = Scene::with(
        Faults::parse("[[hidden]]\ntable = \"sys_user\"\ncolumn = \"city\"\nvalue = \"hidden\"\n").unwrap(),
    )
    .await;
    let grace = record(&scene, "grace", &[("city", "hidden")]);
    let id = scene.create(user("grace")).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&id).await.record, None, "the record is hidden, and its login is taken");
    scene.instance.patch("sys_user", grace.as_str(), &[("city", "Zürich")]).unwrap();
    let looked = study(&scene, vec![exported("grace")]).await;
    assert_eq!(looked.known.len(), 1, "who is ours and exported is one");
    let plain = Application { seed_keys: false, ..seeding() };
    let applied = apply(&scene, &looked, plain.clone()).await;
    assert_eq!((&applied[0].link, applied[0].key.as_ref()), (&Fate::Landed, None));
    scene.settled().await;
    assert_eq!(scene.delivery(&id).await.record, Some(grace.clone()));
    assert_eq!(column(&scene, &grace, "u_okta_user_id"), "ext-grace", "delivery writes the key");
    let told = scene.told(&id).await;
    let line = format!("{grace}: grace, onboarding by user-name said so");
    assert!(told.iter().any(|told| told.contains(&line)), "{told:?}");
    assert_eq!(apply(&scene, &looked, plain).await[0].link, Fate::Standing);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_nothing_says_to_replace_stays() {
    let scene = Scene::new().await;
    let ada = record(&scene, "ada", &[]);
    let rotated = record(&scene, "bob", &[("employee_number", "E18"), ("u_okta_user_id", "former")]);
    let bob = Known { employee_number: Some("E18".into()), ..exported("bob") };
    let looked = study(&scene, vec![exported("ada"), bob]).await;
    scene.instance.patch("sys_user", ada.as_str(), &[("u_okta_user_id", "somebody")]).unwrap();
    let without = apply(&scene, &looked, Application { seed_keys: false, ..seeding() }).await;
    assert!(without.iter().all(|it| it.key.is_none()));
    let applied = apply(&scene, &looked, seeding()).await;
    let of = |record: &SysId| applied.iter().find(|it| it.record == *record).unwrap();
    let reason = of(&ada).key.as_ref().and_then(Fate::reason).unwrap();
    assert!(reason.contains("`u_okta_user_id` is `somebody`"), "{reason}");
    assert_eq!(of(&rotated).key, Some(Fate::Landed), "the policy says to replace it");
    assert_eq!(column(&scene, &ada, "u_okta_user_id"), "somebody");
    assert_eq!(column(&scene, &rotated, "u_okta_user_id"), "ext-bob");
    // Whoever looks again sees a contradiction, and not a key to write.
    let again = study(&scene, vec![exported("ada")]).await;
    assert!(again.adoption.links.is_empty() && again.undecided() == 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_key_has_its_verdict_and_none_ends_the_others() {
    let scene = Scene::with(
        Faults::parse(
            "[[abort]]\ntable = \"sys_user\"\nwhen = \"update\"\ncolumn = \"u_okta_user_id\"\nvalue = \"ext-barred\"\nrule = \"No\"\n\
             [[fault]]\nkind = \"cut_after\"\nmethod = \"PATCH\"\nrate = 0.5\ncount = 3\n",
        )
        .unwrap(),
    )
    .await;
    let logins = ["barred", "gone", "one", "two", "three", "four", "five", "six"];
    let records: Vec<_> = logins.iter().map(|login| record(&scene, login, &[])).collect();
    let looked = study(&scene, logins.map(exported).to_vec()).await;
    scene.instance.remove("sys_user", records[1].as_str()).unwrap();
    let applied = apply(&scene, &looked, seeding()).await;
    let of = |at: usize| applied.iter().find(|it| it.record == records[at]).unwrap().key.as_ref().unwrap();
    assert!(of(0).is_trouble() && of(0).reason().unwrap().contains("No"), "{:?}", of(0));
    assert_eq!(of(1).label(), "refused", "{:?}", of(1));
    for (at, login) in logins.iter().enumerate().skip(2) {
        assert!(of(at).holds(), "{login}: {:?}", of(at));
        assert_eq!(column(&scene, &records[at], "u_okta_user_id"), format!("ext-{login}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_dropped_or_changed_is_told() {
    for (fault, label) in [
        ("[[read_only]]\ntable = \"sys_user\"\ncolumns = [\"u_okta_user_id\"]\n", "dropped"),
        (
            "[[alter]]\ntable = \"sys_user\"\nwhen = \"update\"\ncolumn = \"u_okta_user_id\"\ntransform = \"upper\"\n",
            "altered",
        ),
    ] {
        let scene = Scene::with(Faults::parse(fault).unwrap()).await;
        record(&scene, "ada", &[]);
        let looked = study(&scene, vec![exported("ada")]).await;
        let applied = apply(&scene, &looked, seeding()).await;
        assert_eq!(applied[0].key.as_ref().map(Fate::label), Some(label));
        assert!(applied[0].key.as_ref().and_then(Fate::reason).is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_that_ends_is_not_asked_for_everybody() {
    let scene = Scene::new().await;
    let logins: Vec<_> = (0..60).map(|n| format!("p{n}")).collect();
    logins.iter().for_each(|login| drop(record(&scene, login, &[])));
    let looked = study(&scene, logins.iter().map(|login| exported(login)).collect()).await;
    scene.instance.set_faults(Faults::parse("[[fault]]\nkind = \"unauthorized\"\n").unwrap());
    let applied = apply(&scene, &looked, seeding()).await;
    assert_eq!(applied.len(), 60);
    let not_tried = |it: &&Applied| it.link.reason().is_some_and(|why| why.starts_with("not tried"));
    assert!(applied.iter().filter(not_tried).count() >= 20);
    assert!(applied.iter().all(|it| !it.key.as_ref().is_some_and(Fate::holds)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_targets_own_scim_service_is_told_external_ids() {
    let scene = Scene::new().await;
    let (ada, bob) = (record(&scene, "ada", &[]), record(&scene, "bob", &[("u_okta_user_id", "ext-bob")]));
    scene.instance.insert("sys_scim_user", &[("user", bob.as_str())]).unwrap();
    let looked = study(&scene, vec![exported("ada"), exported("bob")]).await;
    assert!(looked.has_scim_users);
    let seeding = Application { seed_scim: looked.has_scim_users, ..seeding() };
    let applied = apply(&scene, &looked, seeding.clone()).await;
    assert!(applied.iter().all(|it| it.scim == Some(Fate::Landed)), "{applied:?}");
    for (record, id) in [(&ada, "ext-ada"), (&bob, "ext-bob")] {
        let rows = scene.instance.find("sys_scim_user", "user", record.as_str());
        assert_eq!(rows.iter().map(|row| value(row, "external_id")).collect::<Vec<_>>(), [id]);
    }
    let again = apply(&scene, &looked, seeding).await;
    assert!(again.iter().all(|it| it.scim == Some(Fate::Standing)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_is_said_and_left_out() {
    let settings = tenure_lab::servicenow::Settings::default().without("sys_user", "u_okta_user_id");
    let instance = tenure_lab::servicenow::Instance::new(settings);
    let place = crate::support::Place::sqlite();
    let scene = Scene::of(place, instance, tenure_engine::target::TargetSettings::default()).await;
    record(&scene, "ada", &[]);
    let looked = study(&scene, vec![exported("ada")]).await;
    assert_eq!(looked.adoption.links.len(), 1, "by the login");
    assert!(looked.gaps.iter().any(|gap| gap.contains("no column `u_okta_user_id`")), "{:?}", looked.gaps);
    let applied = apply(&scene, &looked, seeding()).await;
    assert_eq!(applied[0].key.as_ref().map(Fate::label), Some("dropped"));
    assert!(scene.instance.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_out_of_scope_is_not_delivered_by_being_linked() {
    let scene = Scene::new().await;
    scene.apply("[scope]\nusers = 'user.title == \"Staff\"'\n").await;
    record(&scene, "ada", &[]);
    let id = scene.create(user("ada")).await;
    let looked = study(&scene, Vec::new()).await;
    let applied = apply(&scene, &looked, Application { seed_keys: false, ..seeding() }).await;
    assert_eq!(applied.iter().map(|it| it.link.label()).collect::<Vec<_>>(), ["later"]);
    assert!(scene.app.engine.known_delivery(&id).await.is_err(), "nothing is to be delivered of them");
}
