//! The client keeps its connection, opens it again when the server closed it, and honours nothing by itself.

use std::time::Duration;

use serde_json::{Value, json};
use tenure_lab::http::{Client, HttpError, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::stub::Stub;

#[tokio::test]
async fn one_connection_serves_many_requests() {
    let stub = Stub::start().await;
    let mut client = Client::new(&stub.base_url, "secret").unwrap().agent("test agent");
    for _ in 0..3 {
        assert_eq!(client.request(Method::GET, "/Users", None).await.unwrap().status, 200);
    }
    assert_eq!(stub.state().connections, 1);
    let headers = &stub.take()[0].headers;
    assert_eq!(headers["authorization"], "Bearer secret");
    assert_eq!(headers["user-agent"], "test agent");
    assert_eq!(headers["accept"], "application/scim+json");
    assert_eq!(headers.get("content-type"), None);
}

#[tokio::test]
async fn answers_come_with_their_headers_whatever_the_status() {
    let stub = Stub::start().await;
    let headers = vec![("Retry-After", "7"), ("ETag", "W/\"1\""), ("Location", "http://x/1")];
    stub.say(429, headers, &json!({ "detail": "later" }));
    let mut client = Client::new(&stub.base_url, "t").unwrap();
    let answer = client.request(Method::POST, "/Users", Some(json!({ "a": 1 }))).await.unwrap();
    assert_eq!(answer.status, 429);
    assert_eq!(answer.headers.retry_after.as_deref(), Some("7"));
    assert_eq!(answer.headers.etag.as_deref(), Some("W/\"1\""));
    assert_eq!(answer.headers.location.as_deref(), Some("http://x/1"));
    assert_eq!(answer.body, json!({ "detail": "later" }));
    assert_eq!(stub.take()[0].headers["content-type"], "application/scim+json");
}

#[tokio::test]
async fn an_empty_answer_is_null() {
    let stub = Stub::start().await;
    stub.say(204, vec![], &Value::Null);
    let mut client = Client::new(&stub.base_url, "t").unwrap();
    assert_eq!(client.request(Method::DELETE, "/Users/1", None).await.unwrap().body, Value::Null);
}

/// Answers each connection's first request and closes it without saying so.
async fn closing_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer).await;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}").await;
        }
    });
    url
}

#[tokio::test]
async fn a_closed_connection_is_opened_again() {
    let url = closing_server().await;
    let mut client = Client::new(&url, "t").unwrap();
    for _ in 0..5 {
        assert_eq!(client.request(Method::GET, "/", None).await.unwrap().body, json!({}));
    }
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let mut client = Client::new(&url, "t").unwrap().time_out(Duration::from_millis(20));
    let error = client.request(Method::GET, "/Users", None).await.unwrap_err();
    assert!(matches!(error, HttpError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn nobody_there_is_said_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut client = Client::new(&format!("http://{address}"), "t").unwrap();
    let error = client.request(Method::GET, "/Users", None).await.unwrap_err();
    assert_eq!(error.to_string(), format!("no connection to `{address}`"));
}
