//! Lists are as long as they are: nothing is left out without a word.

use crate::support::Scene;
use jiff::Timestamp;
use std::sync::Arc;
use tenure_identity::case::{Case, CaseKind};
use tenure_identity::change::Change;
use tenure_identity::event::Subject;
use tenure_identity::id::{CaseId, PersonId, SourceName, SysId};
use tenure_store::deliveries::{Finished, State, Take, Taken};
use tenure_store::handovers::Leaving;
use tenure_store::{Options, Store};
use tokio::task::JoinSet;

/// One more than is read at a time.
const MANY: usize = 501;

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

fn person(n: usize) -> PersonId {
    PersonId::new(format!("p{n:06}"))
}

fn refused(taken: Taken) -> Finished {
    Finished {
        subject: taken.subject,
        lease: "lease".to_owned(),
        mark: taken.mark,
        at: now(),
        state: State::Refused,
        reason: Some("a rule".to_owned()),
        again: Some(now()),
        attempts: 1,
        record: None,
        former: None,
        known: None,
        in_doubt: false,
        waits_for: Vec::new(),
        refers_to: Vec::new(),
        leaves: None,
        events: Vec::new(),
    }
}

fn case(n: usize) -> Change {
    let opened = Case {
        id: CaseId::new(format!("c{n:06}")),
        kind: CaseKind::EmailMatch,
        source: SourceName::new("okta"),
        identity: format!("00u{n}"),
        claim: serde_json::Map::new(),
        candidates: Vec::new(),
        evidence: vec!["who is it?".to_owned()],
        opened: now(),
        decided: None,
    };
    Change { opened: Some(opened), ..Change::default() }
}

/// A refused delivery, a hand-over and a case of everybody.
async fn fill(store: Store) {
    let store = Arc::new(store);
    let mut begun = JoinSet::new();
    for n in 0..MANY {
        let store = Arc::clone(&store);
        begun.spawn(async move {
            store.mark_delivery(&Subject::Person(person(n)), now()).await.unwrap();
            let leaving = Leaving { person: person(n), at: now() };
            store.ask_for_handover(&leaving, &SysId::new("x"), "grace", now()).await.unwrap();
            store.commit(&case(n)).await.unwrap();
        });
    }
    begun.join_all().await;
    let (until, limit) = (now(), u32::try_from(MANY).unwrap());
    let take = Take { lease: "lease", now: now(), until, leavers_only: false, limit, target: "" };
    let mut ended = JoinSet::new();
    for taken in store.take_deliveries(take).await.unwrap() {
        let store = Arc::clone(&store);
        ended.spawn(async move { store.finish_delivery(&refused(taken)).await.unwrap() });
    }
    ended.join_all().await;
    store.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_listed_as_json_and_in_tables() {
    let scene = Scene::sqlite();
    let store = format!("sqlite:{}", scene.path().join("tenure.db").display());
    fill(Store::open(&store, Options { delivers: true, ..Options::default() }).await.unwrap()).await;
    let lists = [
        ["deliver", "status", "--state", "refused"].as_slice(),
        ["handover", "status"].as_slice(),
        ["review", "list"].as_slice(),
    ];
    for words in lists {
        let listed = scene.json(words);
        let mut ids: Vec<_> = listed.as_array().unwrap().iter().map(|it| it["id"].to_string()).collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), MANY, "{words:?}");
        let table = scene.data(words);
        let rows = table.lines().filter(|line| line.contains("p000") || line.contains("c000")).count();
        assert_eq!(rows, MANY, "{words:?}");
    }
    let summary = scene.output(&["deliver", "status"]);
    let told = String::from_utf8(summary.stdout).unwrap();
    assert_eq!(summary.status.code(), Some(1), "{told}");
    assert!(told.contains("501 pending") && told.contains("hand-overs: 501 waiting"), "{told}");
}
