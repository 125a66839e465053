//! What the dictionary says of columns, and what follows for queries where it is known.

use crate::support::{Asked, Instance, Reply, failure, json as reply, rows};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tenure_connect::servicenow::{CallError, Condition, Lane, Query, Unaskable};

fn entry(table: &str, element: &str, kind: &str) -> Value {
    json!({
        "sys_id": format!("{table}.{element}"), "name": table, "element": element, "max_length": "40",
        "internal_type": { "link": "https://x/api/now/table/sys_glide_object?name=it", "value": kind },
        "reference": "", "choice": "0", "unique": "false", "mandatory": "false", "read_only": "false",
    })
}

fn dictionary() -> Vec<Value> {
    let mut assigned_to = entry("task", "assigned_to", "reference");
    assigned_to["reference"] =
        json!({ "link": "https://x/sys_db_object?name=sys_user", "value": "sys_user" });
    let mut state = entry("incident", "state", "integer");
    state["choice"] = json!("1");
    state["mandatory"] = json!("true");
    vec![
        entry("task", "sys_id", "GUID"),
        entry("task", "state", "integer"),
        assigned_to,
        state,
        entry("incident", "short_name", "string"),
    ]
}

fn instance_of(asked: &Asked, shown: usize) -> Reply {
    let query = asked.query.get("sysparm_query").map_or("", String::as_str);
    match asked.path.rsplit('/').next().unwrap() {
        "sys_db_object" if query.starts_with("name=incident^") => {
            rows(json!([{ "sys_id": "1", "name": "incident", "super_class.name": "task" }]), 1)
        }
        "sys_db_object" => rows(json!([{ "sys_id": "2", "name": "task", "super_class.name": "" }]), 1),
        "sys_dictionary" => {
            assert!(query.starts_with("nameINincident,task^elementISNOTEMPTY"), "{query}");
            // A window that only hidden rows are left in is empty.
            let all = dictionary();
            let page = if asked.query["sysparm_offset"] == "0" && !query.contains("sys_id>") {
                &all[..shown]
            } else {
                &[]
            };
            rows(json!(page), all.len() as u64)
        }
        "incident" if asked.path.contains("/stats/") => {
            reply(200, json!({ "result": { "stats": { "count": "7" } } }))
        }
        _ => rows(json!([]), 0),
    }
}

#[tokio::test]
async fn inherited_columns_are_there_and_may_be_redefined() {
    let instance = Instance::start(|asked| instance_of(asked, 5)).await;
    let client = instance.client();
    let columns = client.columns(Lane::Normal, "incident").await.unwrap();
    assert!(columns.is_known());
    assert_eq!(
        columns.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(),
        ["assigned_to", "short_name", "state", "sys_id"]
    );
    let state = columns.get("state").unwrap();
    assert_eq!(
        (state.choice, state.mandatory, state.kind.as_str(), state.max_length),
        (true, true, "integer", Some(40))
    );
    assert_eq!(columns.get("assigned_to").unwrap().reference.as_deref(), Some("sys_user"));
    assert!(!columns.may_have("u_unknown"));
    let calls = instance.asked().len();
    client.columns(Lane::Normal, "incident").await.unwrap();
    assert_eq!(instance.asked().len(), calls);
}

#[tokio::test]
async fn unknown_columns_are_refused_before_asking() {
    let instance = Instance::start(|asked| instance_of(asked, 5)).await;
    let client = instance.client();
    let query = Query::of(Condition::is("u_unknown", "1"));
    // Nothing is known yet, so it is asked, and held against the answer.
    assert!(client.list(Lane::Normal, "incident", &query, &[]).await.unwrap().is_empty());
    client.columns(Lane::Normal, "incident").await.unwrap();
    let calls = instance.asked().len();
    let errors = [
        client.list(Lane::Normal, "incident", &query, &[]).await.unwrap_err(),
        client.count(Lane::Normal, "incident", &query).await.unwrap_err(),
        client
            .list(Lane::Normal, "incident", &Query::all().is("u_unknown.name", "1"), &[])
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Column, .. }), "{error}");
    }
    assert_eq!(instance.asked().len(), calls);
    assert!(
        client
            .list(Lane::Normal, "incident", &Query::all().is("assigned_to.active", "false"), &[])
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn rows_are_counted_after_a_look_at_the_dictionary() {
    let instance = Instance::start(|asked| instance_of(asked, 5)).await;
    let client = instance.client();
    assert_eq!(client.count(Lane::Normal, "incident", &Query::all()).await.unwrap(), 7);
    assert_eq!(instance.asked_once().query["sysparm_count"], "true");
    let some = Query::all().is("state", "1");
    assert_eq!(client.count(Lane::Normal, "incident", &some).await.unwrap(), 7);
    assert_eq!(client.count(Lane::Normal, "incident", &some.limit(5)).await.unwrap(), 5);
    let last = instance.asked().pop().unwrap();
    assert_eq!(
        (last.path.as_str(), last.query["sysparm_query"].as_str()),
        ("/api/now/stats/incident", "state=1")
    );
    let unknown = Query::all().is("u_unknown", "1");
    assert!(client.count(Lane::Normal, "incident", &unknown).await.is_err());
}

#[tokio::test]
async fn what_may_not_be_read_is_unknown() {
    let closed: [fn(&Asked) -> Reply; 4] = [
        |_| failure(403, "User Not Authorized", "Failed API level ACL Validation"),
        |_| rows(json!([]), 0),
        |_| failure(400, "Invalid table sys_db_object", ""),
        // Some of the dictionary's rows are hidden.
        |asked| instance_of(asked, 4),
    ];
    for handler in closed {
        let columns =
            Instance::start(handler).await.client().columns(Lane::Normal, "incident").await.unwrap();
        assert!(!columns.is_known());
        assert!(columns.may_have("u_anything"));
        assert!(columns.get("sys_id").is_none());
    }
    let broken = Instance::start(|_| crate::support::answer(200, "text/html", "<html>")).await;
    assert!(broken.client().columns(Lane::Normal, "incident").await.is_err());
}

/// An instance that breaks and mends, and then has another column as well.
struct Changing {
    broken: AtomicBool,
    changed: AtomicBool,
}

impl Changing {
    async fn start() -> (Instance, Arc<Self>) {
        let state = Arc::new(Self { broken: AtomicBool::new(false), changed: AtomicBool::new(false) });
        let (seen, is) = (Arc::clone(&state), |it: &AtomicBool| it.load(Ordering::Relaxed));
        let instance = Instance::start(move |asked| match asked.path.rsplit('/').next() {
            _ if is(&seen.broken) => failure(503, "", ""),
            Some("sys_dictionary") => {
                let mut all = dictionary();
                all.extend(is(&seen.changed).then(|| entry("incident", "u_new", "string")));
                rows(json!(all), all.len() as u64)
            }
            _ => instance_of(asked, 5),
        })
        .await;
        (instance, state)
    }
}

/// Time passes for the client; the paused clock would run ahead of answers that are under way.
async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
}

const QUARTER: Duration = Duration::from_secs(15 * 60);

#[tokio::test]
async fn an_old_dictionary_holds_while_one_reads_it_anew() {
    let (instance, state) = Changing::start().await;
    let client = instance.client();
    let has = async || client.columns(Lane::Leaver, "incident").await.unwrap().may_have("u_new");
    assert!(!has().await);
    let first = instance.asked().len();
    state.changed.store(true, Ordering::Relaxed);
    assert!(!has().await);
    pass(QUARTER).await;
    for _ in 0..10 {
        assert!(!has().await, "nobody waits");
    }
    while !has().await {
        tokio::task::yield_now().await;
    }
    assert_eq!(instance.asked().len(), 2 * first, "one reads");
}

#[tokio::test]
async fn an_old_dictionary_holds_while_the_instance_is_broken() {
    let (instance, state) = Changing::start().await;
    let client = instance.client();
    client.columns(Lane::Normal, "incident").await.unwrap();
    let first = instance.asked().len();
    state.broken.store(true, Ordering::Relaxed);
    pass(QUARTER).await;
    assert!(client.columns(Lane::Normal, "incident").await.unwrap().is_known());
    // A read is sent three times before it has failed.
    while instance.asked().len() < first + 3 || client.pace().in_flight > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for _ in 0..10 {
        assert!(client.columns(Lane::Normal, "incident").await.unwrap().is_known());
        tokio::task::yield_now().await;
    }
    assert_eq!(instance.asked().len(), first + 3, "it is left alone for a while");
    state.broken.store(false, Ordering::Relaxed);
    state.changed.store(true, Ordering::Relaxed);
    pass(Duration::from_secs(61)).await;
    while !client.columns(Lane::Normal, "incident").await.unwrap().may_have("u_new") {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn forgotten_columns_are_read_before_they_are_believed() {
    let (instance, state) = Changing::start().await;
    let client = instance.client();
    assert!(!client.columns(Lane::Normal, "incident").await.unwrap().may_have("u_new"));
    state.changed.store(true, Ordering::Relaxed);
    client.forget_columns();
    assert!(client.columns(Lane::Normal, "incident").await.unwrap().may_have("u_new"));
    state.broken.store(true, Ordering::Relaxed);
    client.forget_columns();
    assert!(client.columns(Lane::Normal, "incident").await.is_err());
}

#[tokio::test]
async fn a_leavers_first_look_does_not_wait_for_those_who_came_before() {
    let instance = Instance::start(|asked| match asked.path.contains("slow") {
        true => Reply::Silence,
        false => instance_of(asked, 5),
    })
    .await;
    let client = instance.client();
    client.list(Lane::Normal, "quick", &Query::all(), &[]).await.unwrap();
    let occupied: Vec<_> = (0..7)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.list(Lane::Normal, "slow", &Query::all(), &[]).await })
        })
        .collect();
    while client.pace().in_flight < 7 {
        tokio::task::yield_now().await;
    }
    let waiting = tokio::spawn({
        let client = client.clone();
        async move { client.columns(Lane::Normal, "incident").await }
    });
    while client.pace().waiting < 1 {
        tokio::task::yield_now().await;
    }
    assert!(client.columns(Lane::Leaver, "incident").await.unwrap().is_known());
    occupied.iter().for_each(tokio::task::JoinHandle::abort);
    waiting.abort();
}
