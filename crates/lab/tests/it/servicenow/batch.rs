//! The Batch API: calls one after another, each with an answer of its own, and what a quota leaves out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::client::Snow;

const BATCH: &str = "/api/now/v1/batch";

fn inner(id: &str, method: &str, url: &str, body: &Value) -> Value {
    let headers = json!([
        { "name": "Content-Type", "value": "application/json" },
        { "name": "Accept", "value": "application/json" }
    ]);
    let body = if body.is_null() { String::new() } else { STANDARD.encode(body.to_string()) };
    json!({ "id": id, "method": method, "url": url, "headers": headers, "body": body })
}

fn create(id: &str) -> Value {
    inner(id, "POST", "/api/now/table/sys_user", &json!({ "user_name": id }))
}

fn body(answer: &Value) -> Value {
    let bytes = STANDARD.decode(answer["body"].as_str().unwrap()).unwrap();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

async fn send(snow: &Snow, requests: &[Value]) -> Value {
    let reply = snow.post(BATCH, json!({ "batch_request_id": "7", "rest_requests": requests })).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    assert_eq!(reply.json()["batch_request_id"], "7");
    reply.json()
}

#[tokio::test]
async fn calls_are_carried_out_in_order() {
    let snow = Snow::start().await;
    let find = inner("find", "GET", "/api/now/table/sys_user?sysparm_query=user_name=ada", &Value::Null);
    let answer = send(&snow, &[find.clone(), create("ada"), find, create("ada")]).await;
    let served = answer["serviced_requests"].as_array().unwrap();
    let statuses: Vec<_> = served.iter().map(|it| it["status_code"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [200, 201, 200, 403]);
    assert_eq!(served[1]["status_text"], "Created");
    assert_eq!(body(&served[0])["result"], json!([]));
    assert_eq!(body(&served[2])["result"][0]["user_name"], "ada");
    assert_eq!(answer["unserviced_requests"], json!([]));
    let names = |it: &Value| {
        it["headers"].as_array().unwrap().iter().map(|it| it["name"].clone()).collect::<Vec<_>>()
    };
    assert!(names(&served[1]).contains(&json!("Location")));
}

#[tokio::test]
async fn a_batch_is_one_call_of_many() {
    let snow = Snow::start().await;
    send(&snow, &[create("ada"), create("bob")]).await;
    let calls = snow.instance.calls();
    assert_eq!((calls.total, calls.by["POST batch"], calls.inner["POST sys_user"]), (1, 1, 2));
    assert_eq!(calls.count("POST", "sys_user"), 2);
    assert_eq!(snow.instance.writes().len(), 2);
}

#[tokio::test]
async fn headers_of_answers_can_be_left_out() {
    let snow = Snow::start().await;
    let mut call = create("ada");
    call["exclude_response_headers"] = json!(true);
    assert_eq!(send(&snow, &[call]).await["serviced_requests"][0]["headers"], json!([]));
}

#[tokio::test]
async fn a_quota_leaves_the_rest_undone() {
    let snow = Snow::troubled("[[fault]]\nkind = \"batch_quota\"\nserve = 1\ncount = 1\n").await;
    let answer = send(&snow, &[create("ada"), create("bob"), create("cy")]).await;
    assert_eq!(answer["serviced_requests"].as_array().unwrap().len(), 1);
    assert_eq!(answer["unserviced_requests"], json!(["bob", "cy"]));
    assert!(snow.instance.find("sys_user", "user_name", "bob").is_empty());
}

#[tokio::test]
async fn slow_rules_use_up_the_quota() {
    let schedule = "batch_quota_ms = 15\n[[slow]]\ntable = \"sys_user\"\ndelay_ms = 10\n";
    let snow = Snow::troubled(schedule).await;
    let answer = send(&snow, &[create("ada"), create("bob"), create("cy")]).await;
    assert_eq!(answer["unserviced_requests"], json!(["cy"]));
    assert_eq!(answer["serviced_requests"][0]["execution_time"], 10);
}

#[tokio::test]
async fn inner_calls_have_faults_of_their_own() {
    let snow =
        Snow::troubled("[[fault]]\nkind = \"unavailable\"\ninner = true\nafter = 1\ncount = 1\n").await;
    let answer = send(&snow, &[create("ada"), create("bob"), create("cy")]).await;
    let statuses: Vec<_> =
        answer["serviced_requests"].as_array().unwrap().iter().map(|it| it["status_code"].clone()).collect();
    assert_eq!(statuses, [201, 503, 201]);
}

#[tokio::test]
async fn inner_calls_are_as_strict_as_others() {
    let snow = Snow::start().await;
    let mut bare = create("ada");
    bare["headers"] = json!([]);
    let answer =
        send(&snow, &[bare, inner("b", "POST", BATCH, &Value::Null), inner("c", "GET", "/x", &Value::Null)])
            .await;
    let statuses: Vec<_> =
        answer["serviced_requests"].as_array().unwrap().iter().map(|it| it["status_code"].clone()).collect();
    assert_eq!(statuses, [400, 400, 400]);
    assert_eq!(snow.post(BATCH, json!({})).await.status, 400);
    assert_eq!(snow.get(BATCH).await.status, 405);
}
