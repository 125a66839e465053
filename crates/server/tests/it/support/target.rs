//! A simulated ServiceNow behind the server: what it holds, and waiting until it has been brought up to date.

use super::policy::until;
use super::{Place, Setup, TestApp};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;
use tenure_connect::servicenow::{Auth, ServiceNow, Settings};
use tenure_engine::target::{Target, TargetSettings};
use tenure_engine::{SharedEngine, deliver, handover};
use tenure_identity::event::EventKind;
use tenure_lab::servicenow::{Faults, Instance, Row, Server};
use tenure_store::deliveries::Delivery;
use tenure_store::handovers::Handover;
use tokio::task::JoinHandle;

/// A server, an instance, and the worker in between.
pub(crate) struct Scene {
    pub(crate) app: TestApp,
    pub(crate) instance: Instance,
    server: Server,
    worker: JoinHandle<()>,
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl Deref for Scene {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(Faults::default()).await
    }

    pub(crate) async fn with(faults: Faults) -> Self {
        let instance = Instance::new(tenure_lab::servicenow::Settings::default());
        instance.set_faults(faults);
        Self::of(Place::sqlite(), instance, TargetSettings::default()).await
    }

    pub(crate) async fn of(place: Place, instance: Instance, settings: TargetSettings) -> Self {
        let server = Server::local(instance.clone()).await.unwrap();
        let setup = Setup { target: Some(target(&server.url, settings)), ..Setup::default() };
        let app = TestApp::start(place, setup).await;
        let worker = workers(&app.engine);
        Self { app, instance, server, worker }
    }

    /// Another node over the same database and the same instance.
    pub(crate) async fn second_node(&self) -> (TestApp, JoinHandle<()>) {
        let settings = TargetSettings::default();
        let setup = Setup { target: Some(target(&self.server.url, settings)), ..Setup::default() };
        let app = self.app.second_node(setup).await;
        let worker = workers(&app.engine);
        (app, worker)
    }

    /// Stops the worker where it is, as a crash does.
    pub(crate) async fn crash(&mut self) {
        self.worker.abort();
        let _ = (&mut self.worker).await;
    }

    /// Starts a worker again.
    pub(crate) fn restart(&mut self) {
        self.worker = workers(&self.app.engine);
    }

    /// Starts again over the same store, with this instance as the target; gives the one before, which goes on.
    pub(crate) async fn aim_at(&mut self, instance: Instance, server: Server) -> (Instance, Server) {
        let before =
            (std::mem::replace(&mut self.instance, instance), std::mem::replace(&mut self.server, server));
        self.restart_with(TargetSettings::default()).await;
        before
    }

    /// Starts again over the same store, with the target written like this.
    pub(crate) async fn restart_with(&mut self, settings: TargetSettings) {
        self.crash().await;
        let setup = Setup { target: Some(target(&self.server.url, settings)), ..Setup::default() };
        self.app = self.app.second_node(setup).await;
        self.restart();
        until(async || self.app.engine.is_delivering()).await;
    }

    /// Waits until nothing is due and nobody is at work.
    pub(crate) async fn settled(&self) {
        until(async || self.app.engine.busy_deliveries(Duration::from_secs(40)).await.unwrap() == 0).await;
    }

    /// Waits until nothing is to be handed over or put back, but what was refused for long.
    pub(crate) async fn handed_over(&self) {
        self.settled().await;
        until(async || {
            let soon = self.app.engine.clock().now() + Duration::from_secs(40);
            let busy = |it: &Handover| it.at_work || it.due.is_some_and(|due| due < soon);
            !self.app.engine.handovers(None, None, 10_000).await.unwrap().iter().any(busy)
        })
        .await;
    }

    pub(crate) async fn delivery(&self, id: &str) -> Delivery {
        self.app.engine.known_delivery(id).await.unwrap()
    }

    /// The one record with this user name.
    #[track_caller]
    pub(crate) fn record(&self, user_name: &str) -> Row {
        let mut rows = self.instance.find("sys_user", "user_name", user_name);
        assert_eq!(rows.len(), 1, "records of {user_name}");
        rows.remove(0)
    }

    /// Names of the groups that the record is in.
    pub(crate) fn groups_of(&self, record: &Row) -> Vec<String> {
        self.tied(record, "sys_user_grmember", "group", "sys_user_group")
    }

    /// Names of the roles that the record holds directly.
    pub(crate) fn roles_of(&self, record: &Row) -> Vec<String> {
        self.tied(record, "sys_user_has_role", "role", "sys_user_role")
    }

    fn tied(&self, record: &Row, table: &str, column: &str, other: &str) -> Vec<String> {
        let rows = self.instance.find(table, "user", record.sys_id());
        let direct = rows.iter().filter(|row| !row.is("inherited"));
        let name = |row: &Row| value(&self.instance.row(other, &value(row, column)).unwrap(), "name");
        let mut names: Vec<_> = direct.map(name).collect();
        names.sort();
        names
    }

    /// What the timeline of somebody says of deliveries: kind, note, and decisions as `field outcome`.
    pub(crate) async fn told(&self, id: &str) -> Vec<String> {
        self.told_of(id, &[EventKind::Delivered, EventKind::Refused, EventKind::TargetLinked]).await
    }

    /// The same of these kinds of events.
    pub(crate) async fn told_of(&self, id: &str, kinds: &[EventKind]) -> Vec<String> {
        let timeline = self.app.explain(id).await.timeline;
        let told = timeline.iter().filter(|event| kinds.contains(&event.kind)).map(|event| {
            let decisions = event.decisions.iter().map(|it| format!(" {} {}", it.field, it.outcome));
            let note = event.note.as_deref().map(|note| format!(": {note}")).unwrap_or_default();
            format!("{}{note}{}", event.kind.label(), decisions.collect::<String>())
        });
        told.collect()
    }
}

/// What runs beside a server, until it is aborted.
fn workers(engine: &SharedEngine) -> JoinHandle<()> {
    let (delivering, handing_over) = (deliver::run(Arc::clone(engine)), handover::run(Arc::clone(engine)));
    tokio::spawn(async {
        tokio::join!(delivering, handing_over);
    })
}

/// A target at this address.
pub(crate) fn target(url: &str, settings: TargetSettings) -> Target {
    let auth = Auth::Basic { username: "tenure.integration".into(), password: "integration-password".into() };
    let client = Settings { timeout: Duration::from_secs(5), ..Settings::new(url, auth) };
    Target { name: url.to_owned(), client: ServiceNow::new(client).unwrap(), settings }
}

/// A column of a row; empty where it has none.
pub(crate) fn value(row: &Row, column: &str) -> String {
    row.get(column).to_owned()
}
