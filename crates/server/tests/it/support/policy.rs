//! Policies in tests: applied as administrators do, and what became of a person.

use super::{Answer, Client, TestApp};
use serde_json::{Value, json};
use std::fmt::Write;
use tenure_engine::token::AdminScope;

impl TestApp {
    /// An administrator who may read and apply policies.
    pub(crate) async fn governor(&self) -> Client {
        self.admin(&[AdminScope::Read, AdminScope::Policy]).await
    }

    /// Applies the document and brings everybody up to date, as a running server does in the background.
    pub(crate) async fn apply(&self, document: &str) -> i64 {
        let applied = self.governor().await.send("/policies", json!({ "document": document })).await;
        self.renew().await;
        applied.expect(200)["version"].as_i64().unwrap()
    }

    /// Brings everybody up to date.
    pub(crate) async fn renew(&self) {
        self.engine.renew_all(|_| ()).await.unwrap();
    }

    /// The person as administrators see them.
    pub(crate) async fn seen(&self, id: &str) -> Answer {
        self.admin(&[AdminScope::Read]).await.look(&format!("/people/{id}")).await
    }

    /// One value of the person's record; null without one.
    pub(crate) async fn field(&self, id: &str, field: &str) -> Value {
        self.seen(id).await["record"][field]["value"].clone()
    }

    pub(crate) async fn roles(&self, id: &str) -> Value {
        self.seen(id).await["roles"].clone()
    }

    /// What the newest event that speaks of the field says of it: `deferred `00u9`: nobody …`.
    pub(crate) async fn said_of(&self, id: &str, field: &str) -> Vec<String> {
        let timeline = self.explain(id).await.timeline;
        let speaks = timeline.iter().rev().find(|it| it.decisions.iter().any(|it| it.field == field));
        let decisions = speaks.into_iter().flat_map(|event| &event.decisions);
        let words = decisions.filter(|it| it.field == field).map(|it| {
            let value = it.to.as_ref().map_or_else(String::new, |to| format!(" `{to}`"));
            let why = it.reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("{}{value}{why}", it.outcome)
        });
        words.collect()
    }

    /// Everything that is stored of people, events, cases and policies.
    pub(crate) async fn dump(&self) -> String {
        let store = self.engine.store();
        let mut dump = String::new();
        for person in store.whole_people_after("", 10_000).await.unwrap() {
            writeln!(dump, "{person:?}\n{:?}", self.explain(person.id.as_str()).await.timeline).unwrap();
        }
        for case in self.engine.cases(true, None, 1_000).await.unwrap() {
            writeln!(dump, "{case:?}").unwrap();
        }
        writeln!(dump, "{:?}", self.engine.event_counts().await.unwrap()).unwrap();
        writeln!(dump, "{:?}", self.engine.policy_history(None, 100).await.unwrap()).unwrap();
        dump
    }
}

impl Client {
    /// A POST to the admin API.
    pub(crate) async fn send(&self, path: &str, body: Value) -> Answer {
        self.api("POST", path).header("content-type", "application/json").body(body.to_string()).await
    }
}

/// Looks again until it is so; a busy machine may take a while.
pub(crate) async fn until(is_so: impl AsyncFn() -> bool) {
    for _ in 0..2_400 {
        if is_so().await {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it never came about");
}
