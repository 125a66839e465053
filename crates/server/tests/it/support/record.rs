//! What was recorded: the person behind a user, and the timelines.

use super::TestApp;
use tenure_engine::explain::Explanation;
use tenure_identity::case::{Case, Reviewer, Ruling};
use tenure_identity::event::{Event, EventKind, Subject};
use tenure_identity::id::{GroupId, PersonId};

impl TestApp {
    pub(crate) async fn explain(&self, id: &str) -> Explanation {
        self.engine.explain(&PersonId::new(id), 1_000).await.unwrap()
    }

    /// What happened to a person, oldest first.
    pub(crate) async fn kinds(&self, id: &str) -> Vec<EventKind> {
        self.explain(id).await.timeline.iter().map(|event| event.kind).collect()
    }

    /// What became of the attributes in the person's newest event: `nickName: kept (not mapped)`.
    pub(crate) async fn decisions(&self, id: &str) -> Vec<String> {
        let timeline = self.explain(id).await.timeline;
        let newest = timeline.iter().rev().find(|event| !event.decisions.is_empty()).unwrap();
        newest.decisions.iter().map(|decision| format!("{}: {}", decision.field, decision.outcome)).collect()
    }

    pub(crate) async fn group_events(&self, id: &str) -> Vec<Event> {
        self.engine.store().timeline(&Subject::Group(GroupId::new(id)), 1_000).await.unwrap()
    }

    pub(crate) async fn group_kinds(&self, id: &str) -> Vec<EventKind> {
        self.group_events(id).await.iter().map(|event| event.kind).collect()
    }

    /// How many events there are in all.
    pub(crate) async fn events(&self) -> i64 {
        self.engine.event_counts().await.unwrap().iter().map(|(_, count)| count).sum()
    }

    /// How many people have ever been made.
    pub(crate) async fn created(&self) -> i64 {
        let counts = self.engine.event_counts().await.unwrap();
        counts.iter().find(|(kind, _)| *kind == EventKind::Created).map_or(0, |(_, count)| *count)
    }

    /// The one open case.
    pub(crate) async fn open_case(&self) -> Case {
        let mut cases = self.engine.cases(false, None, 10).await.unwrap();
        assert_eq!(cases.len(), 1, "{cases:?}");
        cases.remove(0)
    }

    pub(crate) async fn decide(&self, ruling: Ruling) {
        let case = self.open_case().await;
        self.engine.decide_case(case.id.as_str(), &ruling, None, &reviewer()).await.unwrap();
    }
}

/// Who decides in tests.
pub(crate) fn reviewer() -> Reviewer {
    Reviewer { name: "reviewer".into(), request: None }
}
