//! Instances that are asleep, overloaded, unreachable or silent: what is sent again, what is not, and what is said of it.

use crate::support::{Instance, Reply, answer, failure, fields, json as reply, no_record, rows};
use serde_json::json;
use std::time::Duration;
use tenure_connect::servicenow::{
    CallError, Compare, Lane, Outcome, Oversize, Proxy, Query, Refusal, Request, Row, ServiceNow, Settings,
    Stranger,
};
use tenure_identity::id::SysId;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What the program `gzip` makes of `{"result": [{"sys_id": "zipped"}]}`.
const ZIPPED: &[u8] = &[
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 171, 86, 42, 74, 45, 46, 205, 41, 81, 178, 82, 136, 174, 86, 42, 174,
    44, 142, 207, 76, 1, 178, 149, 170, 50, 11, 10, 82, 83, 148, 106, 99, 107, 1, 63, 115, 27, 13, 34, 0, 0,
    0,
];

fn limited(seconds: &str) -> Reply {
    failure(429, "Rate limit exceeded", "Rate limit of 100 requests per hour for Table API exceeded")
        .with("Retry-After", seconds)
}

fn created() -> Reply {
    reply(201, json!({ "result": { "sys_id": "1" } }))
}

async fn insert(client: &ServiceNow) -> Result<Row, CallError> {
    client.insert(Lane::Normal, "sys_user", &fields(&[("user_name", "ada")]), &[]).await
}

async fn list(client: &ServiceNow) -> Result<Vec<Row>, CallError> {
    client.list(Lane::Normal, "sys_user", &Query::all(), &[]).await
}

#[tokio::test]
async fn a_write_is_sent_once_and_a_lost_answer_leaves_a_doubt() {
    let replies: [fn() -> Reply; 6] = [
        || Reply::Cut,
        || Reply::CutHalfway,
        || Reply::Silence,
        || failure(503, "busy", ""),
        || answer(200, "text/html", "<html>hibernating</html>"),
        || answer(201, "application/json", r#"{"result":{"sys"#),
    ];
    for reply in replies {
        let instance = Instance::start(move |_| reply()).await;
        let settings = Settings { timeout: Duration::from_millis(500), ..instance.settings() };
        let error = insert(&ServiceNow::new(settings).unwrap()).await.unwrap_err();
        assert_eq!((error.outcome(), error.is_permanent()), (Outcome::Unknown, false), "{error}");
        assert_eq!(instance.asked().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn nothing_was_done_where_nothing_was_sent_or_it_was_refused() {
    let unused = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    };
    let settings = Settings::new(unused, crate::support::basic());
    let error = insert(&ServiceNow::new(settings).unwrap()).await.unwrap_err();
    assert!(matches!(error, CallError::Unreachable { .. }), "{error}");
    assert_eq!(error.outcome(), Outcome::NotDone);
    let detail = "Error during insert of sys_user ([....])";
    let instance = Instance::replies(vec![failure(403, "Operation Failed", detail)]).await;
    let error = insert(&instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::Refused(Refusal::PossibleDuplicate { .. })), "{error}");
    assert_eq!((error.outcome(), error.is_permanent()), (Outcome::NotDone, true));
}

/// A server of plain HTTP, to which the beginning of TLS is a bad request.
async fn speaks_no_tls() -> std::net::SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // All of it, as a connection with something unread is reset when it ends.
            let _ = stream.read(&mut [0; 16 * 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    address
}

#[tokio::test]
async fn what_keeps_a_connection_from_coming_about_is_told() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let no_tls = format!("https://{}", speaks_no_tls().await);
    let no_proxy = Some(Proxy { url: format!("http://{closed}"), credentials: None });
    for (url, proxy, says, cure) in [
        (format!("http://{closed}"), None, "the connection was refused (Connection refused", "its port"),
        (
            "https://nobody.invalid".to_owned(),
            None,
            "DNS does not know the name (failed to lookup",
            "`target.url`",
        ),
        (no_tls, None, "no TLS came about (", "certificate"),
        (
            "https://nobody.invalid".to_owned(),
            no_proxy,
            "the proxy does not let us through (Conn",
            "`target.proxy`",
        ),
    ] {
        let settings = Settings { proxy, ..Settings::new(&url, crate::support::basic()) };
        let error = insert(&ServiceNow::new(settings).unwrap()).await.unwrap_err();
        let CallError::Unreachable { source, .. } = &error else { panic!("{url}: {error}") };
        assert!(source.to_string().starts_with(says), "{url}: {source}");
        assert!(error.help().is_some_and(|help| help.contains(cure)), "{url}: {:?}", error.help());
    }
}

#[tokio::test]
async fn reads_are_sent_again() {
    let found = || rows(json!([{ "sys_id": "1" }]), 1);
    let instance = Instance::replies(vec![Reply::Cut, failure(502, "", ""), found()]).await;
    assert_eq!(list(&instance.client()).await.unwrap().len(), 1);
    let instance = Instance::start(|_| failure(503, "", "")).await;
    let error = list(&instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::Busy { status: 503, .. }), "{error}");
    assert_eq!((error.outcome(), instance.asked().len()), (Outcome::NotDone, 3));
}

#[tokio::test]
async fn a_struggling_instance_is_called_less() {
    let instance = Instance::start(|_| failure(503, "", "")).await;
    let client = instance.client();
    insert(&client).await.unwrap_err();
    let pace = client.pace();
    assert_eq!((pace.ceiling, pace.ceiling_now, pace.in_flight, pace.calls), (8, 4, 0, 1));
}

#[tokio::test]
async fn a_refused_write_is_sent_again_after_the_pause() {
    let instance = Instance::replies(vec![limited("1"), limited("0"), created()]).await;
    let client = instance.client();
    insert(&client).await.unwrap();
    assert_eq!((client.pace().refusals, instance.asked().len()), (2, 3));
}

#[tokio::test]
async fn a_long_pause_is_the_callers_and_holds_for_everybody() {
    let instance = Instance::start(|_| limited("600")).await;
    let client = instance.client();
    for _ in 0..2 {
        let error = insert(&client).await.unwrap_err();
        let wait = error.retry_after().unwrap();
        assert!(matches!(error, CallError::RateLimited { .. }), "{error}");
        assert!(wait > Duration::from_secs(500) && wait <= Duration::from_secs(600), "{wait:?}");
        assert_eq!(error.outcome(), Outcome::NotDone);
    }
    assert_eq!(instance.asked().len(), 1);
    assert!(client.pace().paused_for.is_some());
}

#[tokio::test]
async fn who_is_in_haste_waits_neither_for_a_pause_nor_for_a_turn() {
    let instance = Instance::start(|_| limited("60")).await;
    let client = instance.client().in_haste(Duration::from_secs(1), Duration::from_secs(3));
    let began = std::time::Instant::now();
    let error = list(&client).await.unwrap_err();
    assert!(matches!(error, CallError::RateLimited { .. }), "{error}");
    assert!(error.retry_after().is_some_and(|it| it > Duration::from_secs(50)));
    assert_eq!(instance.asked().len(), 1);
    // Near the end of its hour, calls are spread out.
    let instance = Instance::start(|_| {
        let (now, half_an_hour_later) = ("Thu, 01 Jan 2026 00:00:00 GMT", "1767227400");
        let limit = rows(json!([]), 0).with("X-RateLimit-Limit", "1").with("Date", now);
        limit.with("X-RateLimit-Reset", half_an_hour_later)
    })
    .await;
    let client = instance.client().in_haste(Duration::from_secs(1), Duration::from_secs(3));
    list(&client).await.unwrap();
    let error = list(&client).await.unwrap_err();
    assert!(matches!(error, CallError::RateLimited { .. }), "{error}");
    assert!(
        error.retry_after().is_some_and(|it| it > Duration::from_secs(1_700)),
        "until the limit begins anew"
    );
    // Who waited in vain waits no more.
    for _ in 0..50 {
        list(&client).await.unwrap_err();
    }
    assert_eq!(instance.asked().len(), 1);
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[tokio::test]
async fn refusals_are_not_waited_for_without_end() {
    let instance = Instance::start(|_| limited("0")).await;
    let error = insert(&instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::RateLimited { .. }), "{error}");
    assert_eq!(instance.asked().len(), 6);
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let instance = Instance::replies(vec![answer(302, "text/html", "").with("Location", "/login.do")]).await;
    let error = insert(&instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::NotServiceNow { found: Stranger::Redirect, .. }), "{error}");
    assert_eq!((error.outcome(), instance.asked().len()), (Outcome::NotDone, 1));
}

#[tokio::test]
async fn a_sleeping_instance_is_not_an_empty_one() {
    let instance = Instance::start(|_| answer(200, "text/html; charset=utf-8", "<html>asleep</html>")).await;
    let client = instance.client();
    let error = list(&client).await.unwrap_err();
    assert!(matches!(error, CallError::NotServiceNow { found: Stranger::Page, .. }), "{error}");
    let id = SysId::new("a");
    assert!(client.get(Lane::Normal, "sys_user", &id, &[]).await.is_err());
    assert!(client.remove(Lane::Normal, "sys_user", &id).await.is_err());
    // A proxy's 404 is not a missing row.
    let instance = Instance::start(|_| answer(404, "text/html", "<html>nothing</html>")).await;
    assert!(instance.client().get(Lane::Normal, "sys_user", &id, &[]).await.is_err());
    let instance = Instance::start(|_| no_record()).await;
    assert!(instance.client().get(Lane::Normal, "sys_user", &id, &[]).await.is_ok());
}

#[tokio::test]
async fn a_404_of_a_gateway_is_not_a_missing_row() {
    let id = SysId::new("a");
    let foreign: [fn() -> Reply; 3] = [
        || answer(404, "application/json", ""),
        || answer(404, "", ""),
        || reply(404, json!({ "message": "no Route matched with those values" })),
    ];
    for foreign in foreign {
        let client = Instance::start(move |_| foreign()).await.client();
        let get = client.get(Lane::Normal, "sys_user", &id, &[]).await.unwrap_err();
        let remove = client.remove(Lane::Leaver, "sys_user", &id).await.unwrap_err();
        let find = client.find(Lane::Normal, "sys_user", "user_name", "ada", Compare::Exact, &[]).await;
        let requests = [
            Request::Remove { table: "sys_user_grmember".into(), id: id.clone() },
            Request::Get { table: "sys_user".into(), id: id.clone(), columns: vec![] },
        ];
        let batch = client.batch(Lane::Normal, &requests).await.unwrap_err();
        for error in [get, remove, find.unwrap_err(), list(&client).await.unwrap_err(), batch] {
            let found = Stranger::Gateway;
            assert!(matches!(error, CallError::NotServiceNow { found: it, .. } if it == found), "{error}");
            assert!(!error.is_permanent());
        }
        assert!(client.may_batch());
    }
}

#[tokio::test]
async fn version_1_says_of_an_empty_list_that_there_is_no_record() {
    let client = Instance::start(|_| no_record()).await.client();
    assert!(list(&client).await.unwrap().is_empty());
}

#[tokio::test]
async fn answers_are_bounded_and_may_be_packed() {
    let instance = Instance::start(|_| answer(200, "application/json", vec![b' '; 17 * 1024 * 1024])).await;
    let error = list(&instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::TooLarge { what: Oversize::Answer, .. }), "{error}");
    let zipped = || {
        answer(200, "application/json", ZIPPED).with("Content-Encoding", "gzip").with("X-Total-Count", "1")
    };
    let instance = Instance::start(move |_| zipped()).await;
    assert_eq!(list(&instance.client()).await.unwrap()[0].sys_id.as_str(), "zipped");
}

#[tokio::test]
async fn a_blip_of_401_is_passed_over() {
    let unknown = || failure(401, "User Not Authenticated", "Required to provide Auth information");
    let instance = Instance::replies(vec![unknown(), created()]).await;
    insert(&instance.client()).await.unwrap();
    let instance = Instance::replies(vec![unknown(), unknown()]).await;
    let error = insert(&instance.client()).await.unwrap_err();
    assert!(matches!(error, CallError::Unauthenticated { .. }), "{error}");
    assert_eq!((error.outcome(), error.is_permanent()), (Outcome::NotDone, false));
}

#[tokio::test]
async fn a_leaver_passes_those_who_wait() {
    let instance = Instance::start(|asked| match asked.path.contains("slow") {
        true => Reply::Silence,
        false => rows(json!([]), 0),
    })
    .await;
    let settings = Settings { timeout: Duration::from_secs(3), concurrency: 3, ..instance.settings() };
    let client = ServiceNow::new(settings).unwrap();
    // Before anybody was let in, one call at a time finds out whether we are.
    list(&client).await.unwrap();
    let tasks: Vec<_> = (0..6)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.insert(Lane::Normal, "slow", &fields(&[]), &[]).await })
        })
        .collect();
    while client.pace().in_flight < 3 || client.pace().waiting < 3 {
        tokio::task::yield_now().await;
    }
    // All three slots are taken and three wait for them; the leaver goes beside them.
    client.list(Lane::Leaver, "quick", &Query::all(), &[]).await.unwrap();
    assert_eq!((client.pace().in_flight, client.pace().waiting), (3, 3));
    tasks.iter().for_each(tokio::task::JoinHandle::abort);
}
