//! Many requests in one call: order, requests the instance had no time for, doubt, and instances without the Batch API.

use crate::support::{Asked, Instance, Reply, answer, failure, fields, json as reply, no_record, served};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use tenure_connect::servicenow::{Answer, CallError, Lane, Outcome, Request, ServiceNow, Settings};
use tenure_identity::id::SysId;

fn update(id: &str) -> Request {
    let (table, columns) = ("sys_user".to_owned(), vec!["active".to_owned()]);
    Request::Update { table, id: SysId::new(id), fields: fields(&[("active", "false")]), columns }
}

fn read(id: &str) -> Request {
    Request::Get { table: "sys_user".into(), id: SysId::new(id), columns: vec![] }
}

fn updates(count: usize) -> Vec<Request> {
    (0..count).map(|it| update(&format!("u{it}"))).collect()
}

/// Does what is asked.
fn serve(request: &Value) -> Value {
    let id = &request["id"];
    let sys_id = request["url"].as_str().unwrap().split('?').next().unwrap().rsplit('/').next().unwrap();
    match request["method"].as_str().unwrap() {
        "POST" => served(id, 201, &json!({ "result": { "sys_id": "new" } })),
        "DELETE" => served(id, 204, &Value::Null),
        _ => served(id, 200, &json!({ "result": { "sys_id": sys_id, "active": "false" } })),
    }
}

fn envelope(serviced: Vec<Value>, unserviced: &[Value]) -> Reply {
    let serviced = Value::Array(serviced);
    reply(
        200,
        json!({ "batch_request_id": "1", "serviced_requests": serviced, "unserviced_requests": unserviced }),
    )
}

fn is_batch(asked: &Asked) -> bool {
    asked.path == "/api/now/v1/batch"
}

fn ids(answers: &[Result<Answer, CallError>]) -> Vec<&str> {
    answers
        .iter()
        .map(|it| match it {
            Ok(Answer::Row(row) | Answer::Found(Some(row))) => row.sys_id.as_str(),
            Ok(Answer::Found(None)) => "none",
            Ok(Answer::Removed(true)) => "removed",
            Ok(Answer::Removed(false)) => "was not there",
            Err(_) => "failed",
        })
        .collect()
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_requests() {
    let instance = Instance::start(|asked| {
        // The answers come in another order.
        envelope(asked.batched().iter().rev().map(serve).collect(), &[])
    })
    .await;
    let insert = Request::Insert {
        table: "sys_user".into(),
        fields: fields(&[("user_name", "ada")]),
        columns: vec![],
    };
    let remove = Request::Remove { table: "sys_user_grmember".into(), id: SysId::new("m1") };
    let requests = [insert, update("u1"), remove, read("u2")];
    let answers = instance.client().batch(Lane::Normal, &requests).await.unwrap();
    assert_eq!(ids(&answers), ["new", "u1", "removed", "u2"]);
    let batched = instance.asked_once().batched();
    assert_eq!(
        batched[1]["url"].as_str().unwrap().split('&').next(),
        Some("/api/now/table/sys_user/u1?sysparm_fields=sys_id%2Cactive")
    );
    assert_eq!(STANDARD.decode(batched[1]["body"].as_str().unwrap()).unwrap(), br#"{"active":"false"}"#);
    let names: Vec<_> =
        batched[2]["headers"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect();
    assert_eq!(names, ["Content-Type", "Accept"]);
    assert!(batched[3].get("body").is_none());
}

#[tokio::test]
async fn each_request_has_its_own_fate() {
    let instance = Instance::start(|asked| {
        let refused = json!({ "error": { "message": "Operation Failed", "detail": "ACL Exception Update Failed due to security constraints" } });
        let hidden = json!({ "error": { "message": "No Record found", "detail": "" } });
        let batched = asked.batched();
        let fates = [serve(&batched[0]), served(&batched[1]["id"], 403, &refused), served(&batched[2]["id"], 404, &hidden), served(&batched[3]["id"], 503, &Value::Null)];
        envelope(fates.into(), &[])
    })
    .await;
    let requests = [update("u0"), update("u1"), read("u2"), update("u3"), update("u4")];
    let answers = instance.client().batch(Lane::Normal, &requests).await.unwrap();
    assert_eq!(ids(&answers), ["u0", "failed", "none", "failed", "failed"]);
    let outcomes: Vec<_> =
        answers.iter().filter_map(|it| it.as_ref().err()).map(CallError::outcome).collect();
    // Refused; busy; not mentioned at all.
    assert_eq!(outcomes, [Outcome::NotDone, Outcome::Unknown, Outcome::Unknown]);
    assert_eq!(instance.asked().len(), 1);
}

#[tokio::test]
async fn what_there_was_no_time_for_is_sent_again() {
    let instance = Instance::start(|asked| {
        let batched = asked.batched();
        let (done, left) = batched.split_at(batched.len().min(2));
        let left: Vec<_> = left.iter().map(|it| it["id"].clone()).collect();
        envelope(done.iter().map(serve).collect(), &left)
    })
    .await;
    let answers = instance.client().batch(Lane::Leaver, &updates(6)).await.unwrap();
    assert_eq!(ids(&answers), ["u0", "u1", "u2", "u3", "u4", "u5"]);
    assert_eq!(instance.asked().len(), 3);
}

#[tokio::test]
async fn an_instance_without_time_is_left_alone_at_last() {
    let instance = Instance::start(|asked| {
        let ids: Vec<_> = asked.batched().iter().map(|it| it["id"].clone()).collect();
        envelope(vec![], &ids)
    })
    .await;
    let answers = instance.client().batch(Lane::Normal, &updates(2)).await.unwrap();
    assert!(answers.iter().all(|it| {
        it.as_ref().is_err_and(|it| it.outcome() == Outcome::NotDone && it.retry_after().is_some())
    }));
    assert_eq!(instance.asked().len(), 3);
}

#[tokio::test]
async fn a_refused_request_is_sent_again_but_a_write_in_doubt_is_not() {
    let calls = AtomicUsize::new(0);
    let instance = Instance::start(move |asked| {
        let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
        let fate = |it: &Value| if first { served(&it["id"], 429, &Value::Null) } else { serve(it) };
        let batched = asked.batched();
        let mut fates: Vec<_> = batched.iter().map(fate).collect();
        if first {
            fates[2] = served(&batched[2]["id"], 500, &Value::Null);
        }
        envelope(fates, &[])
    })
    .await;
    let answers = instance.client().batch(Lane::Normal, &updates(4)).await.unwrap();
    assert_eq!(ids(&answers), ["u0", "u1", "failed", "u3"]);
    assert_eq!(instance.asked()[1].batched().len(), 3);
}

#[tokio::test]
async fn a_lost_batch_of_writes_is_not_sent_again() {
    let replies: [fn() -> Reply; 4] = [
        || Reply::Cut,
        || failure(502, "", ""),
        || reply(200, json!({ "result": "something else" })),
        || answer(200, "text/html", "<html>"),
    ];
    for reply in replies {
        let instance = Instance::start(move |_| reply()).await;
        let error = instance.client().batch(Lane::Normal, &updates(2)).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        assert_eq!(instance.asked().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn large_batches_are_cut_and_fail_piece_by_piece() {
    let calls = AtomicUsize::new(0);
    let instance = Instance::start(move |asked| match calls.fetch_add(1, Ordering::Relaxed) {
        1 => Reply::Cut,
        _ => envelope(asked.batched().iter().map(serve).collect(), &[]),
    })
    .await;
    let settings = Settings { batch: 2, ..instance.settings() };
    let answers = ServiceNow::new(settings).unwrap().batch(Lane::Normal, &updates(6)).await.unwrap();
    assert_eq!(ids(&answers), ["u0", "u1", "failed", "failed", "u4", "u5"]);
    let error = answers[3].as_ref().unwrap_err();
    assert_eq!(
        (error.outcome(), error.to_string().as_str()),
        (
            Outcome::Unknown,
            "changing `sys_user/u3`: no answer came, so that nobody knows whether it was carried out"
        )
    );
    assert_eq!(instance.asked().len(), 3);
}

#[tokio::test]
async fn an_instance_without_the_batch_api_is_remembered() {
    let absent: [fn() -> Reply; 3] = [
        || failure(400, "Requested URI does not represent any resource", ""),
        || failure(404, "Requested URI does not represent any resource", ""),
        || failure(405, "Method not supported", ""),
    ];
    for reply in absent {
        let instance =
            Instance::start(move |asked| if is_batch(asked) { reply() } else { no_record() }).await;
        let client = instance.client();
        for _ in 0..2 {
            let answers = client.batch(Lane::Normal, &[read("a"), read("b")]).await.unwrap();
            assert_eq!(ids(&answers), ["none", "none"]);
        }
        let batches = instance.asked().iter().filter(|it| is_batch(it)).count();
        assert_eq!((batches, instance.asked().len()), (1, 5));
    }
}

#[tokio::test]
async fn a_404_of_a_gateway_within_a_batch_is_not_a_missing_row() {
    let instance = Instance::start(|asked| {
        let foreign = [Value::Null, json!({ "message": "no Route matched with those values" })];
        let batched = asked.batched();
        envelope(batched.iter().zip(&foreign).map(|(it, body)| served(&it["id"], 404, body)).collect(), &[])
    })
    .await;
    let remove = Request::Remove { table: "sys_user_grmember".into(), id: SysId::new("m1") };
    let answers = instance.client().batch(Lane::Leaver, &[remove, read("u1")]).await.unwrap();
    assert!(answers.iter().all(|it| matches!(it, Err(CallError::NotServiceNow { .. }))), "{answers:?}");
}

#[tokio::test]
async fn what_cannot_be_asked_does_not_stop_the_others() {
    let instance = Instance::start(|asked| envelope(asked.batched().iter().map(serve).collect(), &[])).await;
    let answers =
        instance.client().batch(Lane::Normal, &[update("u0"), update("../x"), update("u2")]).await.unwrap();
    assert_eq!(ids(&answers), ["u0", "failed", "u2"]);
    assert_eq!(instance.asked_once().batched().len(), 2);
    assert!(instance.client().batch(Lane::Normal, &[]).await.unwrap().is_empty());
}
