//! Reading many rows: windows that hidden rows have emptied, pages that shift, limits, counts.

use crate::support::{Instance, Reply, json as reply, no_record, rows};
use serde_json::{Value, json};
use tenure_connect::servicenow::{CallError, Condition, Lane, Pages, Query, Unaskable};
use tenure_identity::id::SysId;

/// An instance with rows `r000`, `r001`, …, of which it hides some after the limit was applied, as row ACLs do.
async fn instance(count: usize, hidden: fn(usize) -> bool, counts: bool) -> Instance {
    Instance::start(move |asked| {
        let query = &asked.query["sysparm_query"];
        let last = query.split('^').find_map(|it| it.strip_prefix("sys_id>"));
        let number = |name: &str| asked.query[name].parse::<usize>().unwrap();
        let ids = (0..count).map(|it| (it, format!("r{it:03}")));
        let after: Vec<_> = ids.filter(|(_, id)| last.is_none_or(|last| id.as_str() > last)).collect();
        let window = after.iter().skip(number("sysparm_offset")).take(number("sysparm_limit"));
        let shown: Vec<_> = window
            .filter(|(it, _)| !hidden(*it))
            .map(|(_, id)| json!({ "sys_id": id, "active": "true" }))
            .collect();
        match counts {
            true => rows(json!(shown), after.len() as u64),
            false => reply(200, json!({ "result": shown })),
        }
    })
    .await
}

async fn read(pages: &mut Pages) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(rows) = pages.next().await.unwrap() {
        assert!(!rows.is_empty());
        all.extend(rows.into_iter().map(|it| it.sys_id.as_str().to_owned()));
    }
    all
}

fn active() -> Query {
    Query::all().is("active", "true")
}

#[tokio::test]
async fn every_visible_row_comes_once() {
    for size in [1, 2, 3, 7, 100] {
        let instance = instance(25, |it| matches!(it, 3..=12 | 24), true).await;
        let mut pages = instance.client().pages(Lane::Background, "sys_user", &active(), &["active"], size);
        let read = read(&mut pages).await;
        let expected: Vec<_> =
            (0..25).filter(|it| !matches!(it, 3..=12 | 24)).map(|it| format!("r{it:03}")).collect();
        assert_eq!(read, expected, "{size}");
        assert_eq!(pages.total(), Some(25));
        assert_eq!(pages.position().map(SysId::as_str), Some("r023"));
    }
}

#[tokio::test]
async fn a_table_that_is_all_hidden_comes_to_an_end() {
    let instance = instance(10, |_| true, true).await;
    let mut pages = instance.client().pages(Lane::Background, "sys_user", &active(), &["active"], 4);
    assert!(read(&mut pages).await.is_empty());
    assert_eq!(instance.asked().len(), 3);
}

#[tokio::test]
async fn without_a_count_an_empty_page_is_the_end() {
    let instance = instance(5, |it| it == 1, false).await;
    let mut pages = instance.client().pages(Lane::Background, "sys_user", &active(), &["active"], 2);
    assert_eq!(read(&mut pages).await, ["r000", "r002", "r003", "r004"]);
    assert_eq!(pages.total(), None);
}

#[tokio::test]
async fn one_call_does_if_the_count_says_so() {
    let instance = instance(5, |_| false, true).await;
    assert_eq!(instance.client().list(Lane::Normal, "sys_user", &active(), &[]).await.unwrap().len(), 5);
    let asked = instance.asked_once();
    assert_eq!(asked.query["sysparm_query"], "active=true^ORDERBYsys_id");
    assert_eq!(asked.query["sysparm_fields"], "sys_id,active");
}

#[tokio::test]
async fn reading_goes_on_where_it_stopped() {
    let instance = instance(5, |_| false, true).await;
    let client = instance.client();
    let mut pages = client.pages(Lane::Normal, "sys_user", &Query::all(), &["active"], 2);
    assert_eq!(pages.position(), None);
    pages.next().await.unwrap();
    let position = pages.position().unwrap().clone();
    let mut rest = client.pages(Lane::Normal, "sys_user", &Query::all(), &["active"], 2).after(position);
    assert_eq!(read(&mut rest).await, ["r002", "r003", "r004"]);
    assert_eq!(instance.asked()[1].query["sysparm_query"], "sys_id>r001^ORDERBYsys_id");
}

#[tokio::test]
async fn a_limit_bounds_the_rows() {
    let instance = instance(500, |it| it % 2 == 0, true).await;
    let client = instance.client();
    let list = client.list(Lane::Normal, "sys_user", &Query::all().limit(60), &[]).await.unwrap();
    assert_eq!((list.len(), list[59].sys_id.as_str()), (60, "r119"));
    assert!(client.list(Lane::Normal, "sys_user", &Query::all().limit(0), &[]).await.unwrap().is_empty());
    let none = Query::of(Condition::one_of::<String>("user", []));
    assert!(client.list(Lane::Normal, "sys_user", &none, &[]).await.unwrap().is_empty());
    assert_eq!(client.count(Lane::Normal, "sys_user", &none).await.unwrap(), 0);
    assert_eq!(instance.asked().len(), 2);
}

#[tokio::test]
async fn a_glance_is_one_page_that_shows_what_is_missing_from_it() {
    let instance = instance(50, |it| it % 2 == 0, true).await;
    let client = instance.client();
    for (query, shown, limit) in [(Query::all(), 10, "20"), (Query::all().limit(1_000), 25, "1000")] {
        let glance = client.glance(Lane::Normal, "sys_user", &query, &["sys_id"]).await.unwrap();
        assert_eq!((glance.rows.len(), glance.total), (shown, Some(50)));
        assert_eq!(instance.asked().last().unwrap().query["sysparm_limit"], limit);
    }
    assert_eq!(instance.asked().len(), 2);
}

#[tokio::test]
async fn an_error_leaves_the_page_to_be_asked_for_again() {
    let page = |id: &str| rows(json!([{ "sys_id": id }]), 2);
    let broken = || crate::support::answer(200, "text/html", "<html>");
    let instance = Instance::replies(vec![page("a"), broken(), page("b")]).await;
    let mut pages = instance.client().pages(Lane::Normal, "sys_user", &Query::all(), &[], 1);
    assert!(pages.next().await.is_ok());
    assert!(pages.next().await.is_err());
    assert_eq!(pages.next().await.unwrap().unwrap()[0].sys_id.as_str(), "b");
}

#[tokio::test]
async fn version_one_says_404_of_an_empty_list() {
    let instance = Instance::start(|_| no_record()).await;
    assert!(instance.client().list(Lane::Normal, "sys_user", &active(), &[]).await.unwrap().is_empty());
}

#[track_caller]
fn check_refused(error: &CallError, expected: Unaskable) {
    assert!(matches!(error, CallError::CannotAsk { reason, .. } if *reason == expected), "{error}");
}

async fn list_error(reply: fn() -> Reply, query: Query) -> CallError {
    let instance = Instance::start(move |_| reply()).await;
    instance.client().list(Lane::Normal, "task", &query, &[]).await.unwrap_err()
}

#[tokio::test]
async fn rows_that_nobody_asked_for_are_not_given() {
    let mine = || Query::all().is("assigned_to", "ada");
    // The condition was ignored, and the column is not shown.
    check_refused(&list_error(|| rows(json!([{ "sys_id": "1" }]), 1), mine()).await, Unaskable::Hidden);
    let others = || {
        let rows: Vec<Value> =
            (0..100).map(|it| json!({ "sys_id": it.to_string(), "assigned_to": "bob" })).collect();
        crate::support::rows(json!(rows), 100)
    };
    check_refused(&list_error(others, mine()).await, Unaskable::Ignored);
    let injected = Query::all().is("assigned_to", "ada^ORactive=true");
    check_refused(&list_error(|| rows(json!([]), 0), injected).await, Unaskable::Value);
    // An instance that ignores where to go on would be read for ever.
    let error = list_error(|| rows(json!([{ "sys_id": "1" }]), 5000), Query::all()).await;
    assert!(matches!(error, CallError::Unreadable { .. }), "{error}");
}

#[tokio::test]
async fn a_query_that_no_address_holds_is_not_sent() {
    let instance = Instance::replies(vec![]).await;
    let many = Query::of(Condition::one_of("user", (0..1000).map(|it| format!("{it:032}"))));
    let error = instance.client().list(Lane::Normal, "sys_user_grmember", &many, &[]).await.unwrap_err();
    assert!(matches!(error, CallError::TooLarge { .. }), "{error}");
}
