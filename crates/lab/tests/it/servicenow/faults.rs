//! Everything that the schedule of faults can do to a call.

use hyper::Method;
use serde_json::json;
use std::time::Duration;
use tenure_lab::servicenow::{Fault, FaultKind, Faults};

use super::client::{Call, Snow};

const USERS: &str = "/api/now/table/sys_user";

fn create(user_name: &str) -> Call {
    Call::new(Method::POST, USERS).body(&json!({ "user_name": user_name }).to_string())
}

async fn with(fault: Fault) -> Snow {
    let snow = Snow::start().await;
    snow.instance.set_faults(Faults::default().with(fault));
    snow
}

fn is_there(snow: &Snow, user_name: &str) -> bool {
    !snow.instance.find("sys_user", "user_name", user_name).is_empty()
}

#[tokio::test]
async fn refusals_have_their_status_and_no_effect() {
    for (kind, status) in [
        (FaultKind::TooManyRequests, 429),
        (FaultKind::InternalError, 500),
        (FaultKind::BadGateway, 502),
        (FaultKind::Unavailable, 503),
        (FaultKind::Unauthorized, 401),
        (FaultKind::Forbidden, 403),
        (FaultKind::Html, 200),
    ] {
        let snow = with(Fault::new(kind).times(1)).await;
        let refused = snow.send(create("ada")).await;
        assert_eq!(refused.status, status, "{kind:?}");
        let is_page = matches!(kind, FaultKind::Html | FaultKind::BadGateway);
        assert_eq!(refused.headers["content-type"].starts_with("text/html"), is_page, "{kind:?}");
        assert!(!is_there(&snow, "ada"), "{kind:?}");
        assert_eq!(snow.send(create("ada")).await.status, 201, "{kind:?}");
    }
}

#[tokio::test]
async fn too_many_requests_say_when_to_come_back() {
    let snow = with(Fault { retry_after: 7, ..Fault::new(FaultKind::TooManyRequests) }).await;
    let refused = snow.get(USERS).await;
    let detail = "Rate limit of 100 requests per hour for Table API exceeded".to_owned();
    assert_eq!(refused.failure(), (429, "Rate limit exceeded".to_owned(), detail));
    assert_eq!(
        (refused.headers["retry-after"].as_str(), refused.headers["x-ratelimit-limit"].as_str()),
        ("7", "100")
    );
    let reset: i64 = refused.headers["x-ratelimit-reset"].parse().unwrap();
    assert!((reset - 7 - snow.instance.now().as_second()).abs() <= 1);
}

#[tokio::test]
async fn a_connection_is_cut_before_the_write() {
    let snow = with(Fault::new(FaultKind::CutBefore).times(1)).await;
    assert!(snow.try_send(create("ada")).await.is_none());
    assert!(!is_there(&snow, "ada"));
    assert_eq!(snow.instance.calls().statuses[&0], 1);
}

#[tokio::test]
async fn a_connection_is_cut_after_the_write() {
    let snow = with(Fault::new(FaultKind::CutAfter).times(1)).await;
    assert!(snow.try_send(create("ada")).await.is_none());
    assert!(is_there(&snow, "ada"));
    assert_eq!(snow.send(create("ada")).await.status, 403, "trying again meets what is there");
}

#[tokio::test]
async fn a_slow_answer_is_an_answer() {
    let snow = with(Fault { delay_ms: 30, ..Fault::new(FaultKind::Slow) }).await;
    let begin = std::time::Instant::now();
    assert_eq!(snow.get(USERS).await.status, 200);
    assert!(begin.elapsed() >= Duration::from_millis(30));
}

#[tokio::test]
async fn every_call_has_its_latency_and_waits_alone() {
    let snow = Snow::troubled("[latency]\nms = 40\njitter_ms = 5\n").await;
    let begin = std::time::Instant::now();
    let calls = (0..8).map(|_| snow.get(USERS));
    for reply in futures(calls).await {
        assert_eq!(reply.status, 200);
    }
    assert!(begin.elapsed() >= Duration::from_millis(40));
    assert!(snow.instance.calls().peak > 1, "nobody holds up the others");
}

/// Runs futures together and gives back what each gave.
async fn futures<F: Future>(futures: impl Iterator<Item = F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        for (future, output) in waiting.iter_mut().filter(|(_, output)| output.is_none()) {
            if let std::task::Poll::Ready(value) = future.as_mut().poll(context) {
                *output = Some(value);
            }
        }
        match waiting.iter().all(|(_, output)| output.is_some()) {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}

#[tokio::test]
async fn a_schedule_chooses_its_calls() {
    let schedule =
        "[[fault]]\nkind = \"unavailable\"\nmethod = \"POST\"\ntable = \"sys_user\"\nafter = 1\nuntil = 2\n";
    let snow = Snow::troubled(schedule).await;
    assert_eq!(snow.get(USERS).await.status, 200);
    let mut statuses = Vec::new();
    for user_name in ["a", "b", "c"] {
        statuses.push(snow.send(create(user_name)).await.status);
    }
    assert_eq!(statuses, [201, 503, 201]);
}

#[tokio::test]
async fn rates_are_the_same_each_time() {
    let schedule = "seed = 9\n[[fault]]\nkind = \"unavailable\"\nrate = 0.5\n";
    let run = async || {
        let snow = Snow::troubled(schedule).await;
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(snow.get(&format!("{USERS}?sysparm_limit=1")).await.status);
        }
        statuses
    };
    let first = run().await;
    assert_eq!(first, run().await);
    assert!(first.contains(&200) && first.contains(&503), "{first:?}");
}

#[tokio::test]
async fn an_hour_has_its_limit() {
    let snow = Snow::troubled("[[rate_limit]]\nlimit = 2\nuser = \"tenure.integration\"\n").await;
    // Both calls fall into one hour whatever the time is.
    let into_the_hour = snow.instance.now().as_second().rem_euclid(3_600);
    snow.instance.advance(Duration::from_secs(3_600 - into_the_hour.unsigned_abs()));
    let path = format!("{USERS}?sysparm_limit=1");
    let first = snow.get(&path).await;
    assert_eq!((first.status, first.headers["x-ratelimit-limit"].as_str()), (200, "2"));
    assert_eq!(snow.get(&path).await.status, 200);
    let refused = snow.get(&path).await;
    let detail = "Rate limit of 2 requests per hour for Table API exceeded".to_owned();
    assert_eq!(refused.failure(), (429, "Rate limit exceeded".to_owned(), detail));
    let wait: u64 = refused.headers["retry-after"].parse().unwrap();
    assert!((3_500..=3_600).contains(&wait), "{wait}");
    let rule = refused.headers["x-ratelimit-rule"].clone();
    snow.instance.advance(Duration::from_secs(wait));
    assert_eq!(snow.get(&path).await.status, 200);
    assert_eq!(snow.value("sys_rate_limit_rules", &rule, "request_limit"), "2");
    assert_eq!(snow.by_admin().get(&path).await.headers.get("x-ratelimit-limit"), None);
}

#[tokio::test]
async fn a_sleeping_instance_answers_with_a_page() {
    let snow = Snow::start().await;
    snow.instance.hibernate(true);
    let page = snow.send(create("ada")).await;
    assert_eq!((page.status, page.headers["content-type"].starts_with("text/html")), (200, true));
    assert!(!is_there(&snow, "ada"));
    snow.instance.hibernate(false);
    assert_eq!(snow.send(create("ada")).await.status, 201);
}

#[test]
fn schedules_are_read_strictly() {
    for wrong in [
        "nonsense = 1",
        "[[fault]]\nkind = \"earthquake\"",
        "[[fault]]\nrates = 1.0",
        "[[abort]]\ntable = \"x\"",
    ] {
        assert!(Faults::parse(wrong).is_err(), "{wrong}");
    }
    let empty = Faults::parse("").unwrap();
    assert!(empty.lock_out && empty.fault.is_empty());
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the book's own example is tried out")]
fn the_schedule_of_the_book_is_one() {
    let book = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/REHEARSAL.md");
    let text = std::fs::read_to_string(book).unwrap();
    let schedule = text.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let schedule = schedule.into_iter().find(|block| block.contains("[[fault]]")).unwrap();
    let faults = Faults::parse(schedule).unwrap();
    assert!(
        !faults.fault.is_empty()
            && !faults.hidden.is_empty()
            && !faults.slow.is_empty()
            && !faults.scim.custom.is_empty()
    );
}
