//! Whoever took over a leaver's reports stays their manager, although their source goes on naming the leaver.

use super::desk::{Desk, POLICY, with_chief};
use crate::support::bodies::{ENTERPRISE_USER, managed, operation};
use crate::support::target::{Scene, value};
use serde_json::json;
use tenure_identity::event::EventKind;
use tenure_lab::servicenow::{Faults, Write};

/// Ada, who reports to the boss, and Linus, who reports to Ada.
struct Office {
    desk: Desk,
    linus: String,
}

impl Office {
    async fn new() -> Self {
        let policy = POLICY.replace("[lifecycle]", "title = \"user.title\"\n[lifecycle]");
        let desk = Desk::empty(Scene::new().await, &policy).await;
        let linus = desk.scene.create(managed("linus", "ext-ada")).await;
        desk.scene.settled().await;
        let office = Self { desk, linus };
        assert_eq!(office.manager(), "ada");
        office
    }

    /// Who the target says is Linus' manager.
    fn manager(&self) -> String {
        let scene = &self.desk.scene;
        let manager = value(&scene.record("linus"), "manager");
        scene.instance.row("sys_user", &manager).map_or(manager, |row| value(&row, "user_name"))
    }

    /// Linus is somebody else by now, and the target knows.
    async fn promote(&self, title: &str) {
        let scene = &self.desk.scene;
        let promotion = operation("replace", "title", json!(title));
        scene.patch(&format!("/Users/{}", self.linus), promotion).await.expect(200);
        scene.settled().await;
        assert_eq!(value(&scene.record("linus"), "title"), title);
    }

    async fn reports_to(&self, manager: &str) {
        let path = format!("{ENTERPRISE_USER}:manager");
        let moves = operation("replace", &path, json!({ "value": manager }));
        self.desk.scene.patch(&format!("/Users/{}", self.linus), moves).await.expect(200);
        self.desk.scene.settled().await;
    }

    async fn active(&self, who: &str, active: bool) {
        self.desk.active(who, active).await;
        self.desk.scene.handed_over().await;
        self.desk.scene.settled().await;
    }

    /// How often the manager was written.
    fn written(&self) -> usize {
        let linus = self.desk.scene.record("linus");
        let of_manager = |write: &&Write| {
            write.sys_id == linus.sys_id() && write.columns.iter().any(|column| column == "manager")
        };
        let all = self.desk.scene.instance.writes();
        assert_eq!(self.desk.scene.instance.writes_in_vain().iter().filter(of_manager).count(), 0);
        all.iter().filter(of_manager).count()
    }

    async fn findings(&self) -> Vec<String> {
        self.desk.scene.told_of(&self.linus, &[EventKind::Finding]).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_took_over_stays_the_manager_whatever_else_is_delivered() {
    let office = Office::new().await;
    office.active(&office.desk.ada, false).await;
    assert_eq!(
        (office.manager(), office.written()),
        ("boss".to_owned(), 2),
        "made with one, given to the other"
    );
    office.promote("Lead").await;
    assert_eq!(office.manager(), "boss");

    let engine = &office.desk.scene.engine;
    engine.store().doubt_records(None, engine.clock().now()).await.unwrap();
    office.desk.scene.settled().await;
    assert_eq!((office.manager(), office.written()), ("boss".to_owned(), 2));

    // Somebody writes the leaver back by hand: it is as any other value that is not what it should be.
    let (linus, ada) = (office.desk.scene.record("linus"), office.desk.record.as_str());
    office.desk.scene.instance.patch("sys_user", linus.sys_id(), &[("manager", ada)]).unwrap();
    office.promote("Chief").await;
    assert_eq!(office.manager(), "boss");
    let told = office.desk.scene.app.explain(&office.linus).await.timeline;
    let reasons: Vec<_> =
        told.iter().flat_map(|event| &event.decisions).filter_map(|it| it.reason.as_deref()).collect();
    let because = "the manager who is named has left: boss takes it, as manager of ada";
    assert!(reasons.contains(&because), "{reasons:?}");
    assert_eq!(office.findings().await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_back_is_the_leavers_again() {
    let office = Office::new().await;
    office.active(&office.desk.ada, false).await;
    office.promote("Lead").await;
    office.desk.scene.engine.ask_for_undo(&office.desk.person(), "grace").await.unwrap();
    office.desk.scene.handed_over().await;
    office.desk.scene.settled().await;
    assert_eq!((office.manager(), office.written()), ("ada".to_owned(), 3));
    office.promote("Chief").await;
    assert_eq!((office.manager(), office.written()), ("ada".to_owned(), 3));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_returns_has_their_reports_again_and_gives_them_up_again() {
    let office = Office::new().await;
    for _ in 0..2 {
        office.active(&office.desk.ada, false).await;
        assert_eq!(office.manager(), "boss");
        office.active(&office.desk.ada, true).await;
        assert_eq!(office.manager(), "ada");
    }
    office.active(&office.desk.ada, false).await;
    office.promote("Lead").await;
    assert_eq!(office.manager(), "boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_again_before_the_return_has_landed_keeps_no_report() {
    let office = Office::new().await;
    office.active(&office.desk.ada, false).await;
    let rule = "[[abort]]\ntable = \"sys_user\"\nwhen = \"update\"\ncolumn = \"user_name\"\nvalue = \"ada\"\nrule = \"Frozen\"\n";
    office.desk.scene.instance.set_faults(Faults::parse(rule).unwrap());
    office.active(&office.desk.ada, true).await;
    assert!(!office.desk.scene.record("ada").is("active"));
    assert_eq!(office.manager(), "ada");
    office.active(&office.desk.ada, false).await;
    assert_eq!(office.manager(), "boss");
    office.promote("Lead").await;
    assert_eq!(office.manager(), "boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_who_is_named_anew_is_the_manager_and_somebody_hears_of_it() {
    let office = Office::new().await;
    office.active(&office.desk.ada, false).await;
    office.reports_to("ext-boss").await;
    assert_eq!((office.manager(), office.written()), ("boss".to_owned(), 2));
    office.reports_to("ext-ada").await;
    assert_eq!(office.manager(), "ada");
    office.promote("Lead").await;
    assert_eq!(office.manager(), "ada");
    let findings = office.findings().await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].contains(&format!("`tenure handover run {}`", office.desk.ada)), "{findings:?}");

    office.desk.scene.engine.ask_for_handover(&office.desk.person(), "grace").await.unwrap();
    office.desk.scene.handed_over().await;
    office.promote("Chief").await;
    assert_eq!((office.manager(), office.written()), ("boss".to_owned(), 4));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_took_over_may_leave_too_and_come_back() {
    let mut office = Office::new().await;
    (office.desk, _) = with_chief(office.desk).await;
    office.active(&office.desk.ada, false).await;
    office.active(&office.desk.boss, false).await;
    assert_eq!(office.manager(), "chief");
    office.promote("Lead").await;
    assert_eq!((office.manager(), office.written()), ("chief".to_owned(), 3));
    office.active(&office.desk.boss, true).await;
    assert_eq!(office.manager(), "boss");
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_record_that_was_handed_over_before_it_was_ours_a_fresh_word_is_told() {
    let office = Office::new().await;
    let scene = &office.desk.scene;
    let ada = scene.record("ada").sys_id().to_owned();
    let zoe = scene.instance.insert("sys_user", &[("user_name", "zoe"), ("manager", &ada)]).unwrap();
    office.active(&office.desk.ada, false).await;
    let boss = scene.record("boss").sys_id().to_owned();
    let manager = || value(&scene.instance.row("sys_user", zoe.sys_id()).unwrap(), "manager");
    assert_eq!(manager(), boss);

    // They are found by the user name, when the target refuses to make them. That they report to a leaver is news.
    let id = scene.create(managed("zoe", "ext-ada")).await;
    scene.settled().await;
    assert_eq!((scene.record("zoe").sys_id(), manager()), (zoe.sys_id(), ada));
    let told = scene.told_of(&id, &[EventKind::Finding]).await;
    assert!(told.iter().any(|it| it.contains("tenure handover run")), "{told:?}");
}
