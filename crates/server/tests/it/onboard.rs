//! Onboarding an instance with a history: what is read, which links and keys come of it, and what goes wrong on the way.

use crate::support::bodies::number;
use crate::support::target::{Scene, value};
use crate::support::{user, with};
use std::sync::Arc;
use tenure_engine::onboard::{self, Application, Applied, Fate, Forecast, Look, OnboardError, Study};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Answer, Known, MatchedBy, QuestionKind};
use tenure_lab::brownfield::Brownfield;
use tenure_lab::servicenow::Faults;
use tokio::sync::Notify;

/// Somebody of the identity provider's export, as `support::user` pushes them later.
pub(crate) fn exported(login: &str) -> Known {
    let id = format!("ext-{login}");
    let name = tenure_identity::onboard::Name::of(&format!("Given{login}"), &format!("Family{login}"));
    Known { external_id: Some(id.clone()), name, ..Known::new(id, login) }
}

const RESUMED: Look = Look { resume: true, despite_gaps: false };

async fn study(scene: &Scene, exported: Vec<Known>) -> Study {
    onboard::study(&scene.app.engine, exported, Look::default(), |_| ()).await.unwrap()
}

pub(crate) fn seeding() -> Application {
    Application { seed_keys: true, seed_scim: false, by: "grace".to_owned() }
}

async fn apply(scene: &Scene, study: &Study, application: Application) -> Vec<Applied> {
    onboard::apply(&scene.app.engine, study, application, |_| ()).await.unwrap()
}

/// A record of somebody as an earlier import left it.
pub(crate) fn record(scene: &Scene, login: &str, more: &[(&str, &str)]) -> SysId {
    let (first, last) = (format!("Given{login}"), format!("Family{login}"));
    let own = [("user_name", login), ("first_name", first.as_str()), ("last_name", last.as_str())];
    let values: Vec<_> = own.into_iter().chain(more.iter().copied()).collect();
    SysId::new(scene.instance.insert("sys_user", &values).unwrap().sys_id())
}

pub(crate) fn column(scene: &Scene, record: &SysId, column: &str) -> String {
    value(&scene.instance.row("sys_user", record.as_str()).unwrap(), column)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_is_read_with_groups_roles_and_open_work() {
    let scene = Scene::new().await;
    let history = Brownfield::generate(11, 300);
    scene.instance.seed_history(&history);
    let study = study(&scene, Vec::new()).await;
    assert_eq!(study.rows.len(), 300 + 3, "and the accounts of the instance");
    assert_eq!(study.gaps, []);
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
        let count = |of: &[(String, String)]| of.iter().filter(|(user, _)| user == id).count() as u32;
        assert_eq!((row.memberships, row.roles), (count(&history.memberships), count(&history.roles)));
        let cut = told.get("title").filter(|title| title.chars().count() == 60);
        assert_eq!(row.other.get("title"), cut, "only what reaches the limit is kept");
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
        onboard::study(&engine, Vec::new(), Look::default(), |progress| {
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
        onboard::study(&scene.app.engine, Vec::new(), RESUMED, |progress| all.push(progress)).await.unwrap();
    let mut ids: Vec<_> = again.rows.iter().map(|row| row.sys_id.to_string()).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((ids.len(), again.rows.len()), (2_503, 2_503));
    assert!(
        (2..=3).contains(&scene.instance.calls().count("GET", "sys_user")),
        "three pages in all, and a count"
    );
    assert!(all[0].done > 1_000 && all[0].all == Some(2_503), "{:?}", all[0]);

    scene.instance.forget();
    onboard::study(&scene.app.engine, Vec::new(), RESUMED, |_| ()).await.unwrap();
    assert_eq!(scene.instance.calls().count("GET", "sys_user"), 0, "all of it is kept");
    onboard::study(&scene.app.engine, Vec::new(), Look::default(), |_| ()).await.unwrap();
    assert_eq!(
        scene.instance.calls().count("GET", "sys_user"),
        3 + 2,
        "a new reading begins at the beginning, and counts before and after"
    );
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
    let logins: Vec<_> = (0..100).map(|n| format!("p{n}")).collect();
    logins.iter().for_each(|login| drop(record(&scene, login, &[])));
    let looked = study(&scene, logins.iter().map(|login| exported(login)).collect()).await;
    scene.instance.set_faults(Faults::parse("[[fault]]\nkind = \"unauthorized\"\n").unwrap());
    let applied = apply(&scene, &looked, seeding()).await;
    assert_eq!(applied.len(), 100);
    let not_tried = |it: &&Applied| it.link.reason().is_some_and(|why| why.starts_with("not tried"));
    assert!(applied.iter().filter(not_tried).count() >= 40);
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
    assert!(
        looked.gaps.iter().any(|gap| gap.text.contains("no column `u_okta_user_id`")),
        "{:?}",
        looked.gaps
    );
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

/// Ada has a record that no key recognises: somebody made it by hand, under another login.
async fn ada_in_doubt(scene: &Scene) -> SysId {
    let record = record(scene, "ada.old", &[("first_name", "Givenada"), ("last_name", "Familyada")]);
    let looked = study(scene, vec![exported("ada")]).await;
    assert_eq!(looked.adoption.cases[0].kind, QuestionKind::LooksAlike);
    assert_eq!((looked.adoption.newcomers.len(), looked.undecided()), (0, 1));
    record
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_who_waits_for_a_human_gets_a_second_record_by_the_first_push() {
    let scene = Scene::new().await;
    let record = ada_in_doubt(&scene).await;
    let id = scene.create(user("ada")).await;
    scene.settled().await;
    let delivery = scene.delivery(&id).await;
    let why = delivery.reason.unwrap();
    assert!(why.contains(record.as_str()) && why.contains("tenure onboard decide ext-ada"), "{why}");
    assert!(scene.instance.writes().is_empty());

    let this = Answer::Record(record.clone());
    onboard::decide(&scene.app.engine, "ada", &this, "grace").await.unwrap();
    let looked = study(&scene, Vec::new()).await;
    assert_eq!(looked.adoption.links[0].by, MatchedBy::Answer);
    let applied = apply(&scene, &looked, seeding()).await;
    assert_eq!((&applied[0].link, applied[0].key.as_ref()), (&Fate::Landed, Some(&Fate::Landed)));
    scene.settled().await;
    assert_eq!(scene.delivery(&id).await.record, Some(record.clone()));
    assert_eq!(column(&scene, &record, "user_name"), "ada");
    assert_eq!(study(&scene, Vec::new()).await.adoption.links[0].by, MatchedBy::Key);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_new_by_a_humans_word_has_a_record_made() {
    let scene = Scene::new().await;
    let record = ada_in_doubt(&scene).await;
    let id = scene.create(user("ada")).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&id).await.record, None);
    let nobody = onboard::decide(&scene.app.engine, "zoe", &Answer::New, "grace").await;
    assert!(matches!(nobody, Err(OnboardError::NoQuestion { .. })), "{nobody:?}");
    let answered = onboard::decide(&scene.app.engine, "ext-ada", &Answer::New, "grace").await.unwrap();
    assert_eq!(answered.records, std::slice::from_ref(&record));
    scene.settled().await;
    assert_ne!(scene.delivery(&id).await.record.unwrap(), record);
    assert_eq!(scene.record("ada").get("u_okta_user_id"), "ext-ada");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_mended_in_the_target_is_no_question_any_more() {
    let scene = Scene::new().await;
    let record = ada_in_doubt(&scene).await;
    scene
        .instance
        .patch("sys_user", record.as_str(), &[("first_name", "Grace"), ("last_name", "Hopper")])
        .unwrap();
    // Another export than before says nothing of ada.
    study(&scene, vec![exported("bob")]).await;
    let ada = scene.create(user("ada")).await;
    scene.settled().await;
    assert_eq!(scene.delivery(&ada).await.record, None);
    let looked = study(&scene, Vec::new()).await;
    assert_eq!((looked.undecided(), looked.adoption.newcomers.len()), (0, 1));
    scene.app.engine.retry_delivery(&ada).await.unwrap();
    scene.settled().await;
    assert!(scene.delivery(&ada).await.record.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_to_a_record_without_the_key_is_no_promise() {
    let scene = Scene::new().await;
    record(&scene, "ada", &[]);
    record(&scene, "bob", &[("u_okta_user_id", "ext-bob")]);
    let nameless = Known { external_id: None, id: "zoe".into(), ..exported("zoe") };
    record(&scene, "zoe", &[]);
    let looked = study(&scene, vec![exported("ada"), exported("bob"), nameless]).await;
    let applied = apply(&scene, &looked, Application { seed_keys: false, ..seeding() }).await;
    let of = |who: &str| applied.iter().find(|it| it.person == who).unwrap().link.clone();
    assert!(of("ext-ada").is_trouble() && of("ext-ada").reason().unwrap().contains("--seed-keys"));
    assert!(of("zoe").is_trouble() && of("zoe").reason().unwrap().contains("no id"), "{:?}", of("zoe"));
    assert_eq!(of("ext-bob").label(), "later");
    let looked = study(&scene, vec![exported("ada"), exported("bob")]).await;
    let seeded = apply(&scene, &looked, seeding()).await;
    assert!(seeded.iter().all(|it| it.link.label() == "later"), "{seeded:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_be_written_is_counted_before() {
    let scene = Scene::with(
        Faults::parse("[[hidden]]\ntable = \"sys_user\"\ncolumn = \"city\"\nvalue = \"hidden\"\n").unwrap(),
    )
    .await;
    record(&scene, "ada", &[]);
    record(&scene, "bob", &[("employee_number", "E18"), ("u_okta_user_id", "former")]);
    let grace = record(&scene, "grace", &[("city", "hidden")]);
    scene.create(user("grace")).await;
    scene.settled().await;
    scene.instance.patch("sys_user", grace.as_str(), &[("city", "Zürich")]).unwrap();
    let bob = Known { employee_number: Some("E18".into()), ..exported("bob") };
    let looked = study(&scene, vec![exported("ada"), bob]).await;
    let forecast = async |seed_keys, seed_scim| {
        let application = Application { seed_keys, seed_scim, ..seeding() };
        onboard::forecast(&scene.app.engine, &looked, &application).await.unwrap()
    };
    let nothing = Forecast { links: 1, ..Forecast::default() };
    assert_eq!(forecast(false, false).await, nothing, "only grace has been pushed");
    let all = Forecast { links: 1, keys: 3, replaced: 1, external_ids: 3 };
    assert_eq!(forecast(true, true).await, all);
    let applied = apply(&scene, &looked, Application { seed_scim: true, ..seeding() }).await;
    let landed =
        |what| applied.iter().flat_map(Applied::fates).filter(|it| *it == (what, &Fate::Landed)).count();
    assert_eq!((landed("link"), landed("key"), landed("scim")), (all.links, all.keys, all.external_ids));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_readings_at_once_never_mix() {
    let scene = Scene::new().await;
    scene.instance.seed_history(&Brownfield::generate(12, 1_500));
    let engine = Arc::clone(&scene.app.engine);
    let mut other = None;
    let first = onboard::study(&scene.app.engine, Vec::new(), Look::default(), |progress| {
        if other.is_none() && progress.what == "users" {
            let reading = onboard::study(&engine, Vec::new(), Look::default(), |_| ());
            let whole = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(reading));
            other = Some(whole.unwrap().rows.len());
        }
    });
    let first = first.await;
    assert!(matches!(first, Err(OnboardError::Two)), "{:?}", first.map(|study| study.rows.len()));
    assert_eq!(other, Some(1_503), "who begins last reads everything");
}
