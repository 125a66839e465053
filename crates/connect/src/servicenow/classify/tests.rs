use super::*;
use crate::servicenow::{Outcome, Oversize, Verb};
use http::HeaderValue;
use proptest::prelude::*;

const JSON: &str = "application/json;charset=UTF-8";

fn of(verb: Verb) -> Call {
    Call { verb, table: "sys_user".into(), sys_id: None }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(value).unwrap())).collect()
}

fn classify_one(status: u16, media: &str, body: &str) -> Result<Meaning, CallError> {
    let headers = headers(&[("content-type", media)]);
    let answer = Answer { status, headers: &headers, body: body.as_bytes() };
    classify(&of(Verb::Update), &answer, Timestamp::UNIX_EPOCH)
}

fn error_body(message: &str, detail: &str) -> String {
    serde_json::json!({ "error": { "message": message, "detail": detail }, "status": "failure" }).to_string()
}

/// The name of the error, and of the refusal within it.
fn name(error: &CallError) -> String {
    let debug = match error {
        CallError::Refused(refusal) => format!("Refused.{refusal:?}"),
        other => format!("{other:?}"),
    };
    debug.split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}

#[track_caller]
fn check_text(status: u16, message: &str, detail: &str, expected: &str) -> CallError {
    let error = classify_one(status, JSON, &error_body(message, detail)).unwrap_err();
    assert_eq!(name(&error), expected, "{status} {message} / {detail}");
    error
}

#[test]
fn every_text_of_the_fact_sheet() {
    let acl = "ACL Exception Insert Failed due to security constraints";
    let hidden = "Record doesn't exist or ACL restricts the record retrieval";
    let cases = [
        (400, "Invalid table sys_usr", "", "Missing"),
        (400, "Requested URI does not represent any resource", "", "Refused.BadRequest"),
        (404, "Requested URI does not represent any resource", "", "Refused.BadRequest"),
        (400, "Exception while reading request", "Unexpected character at 5", "Refused.BadRequest"),
        (401, "User Not Authenticated", "Required to provide Auth information", "Unauthenticated"),
        (403, "Operation Failed", acl, "Refused.Acl"),
        (403, "Operation Failed", "ACL Exception Update Failed due to security constraints", "Refused.Acl"),
        (403, "User Not Authorized", "Failed API level ACL Validation", "Refused.Acl"),
        (403, "User Is Not Authorized To Perform This Action", "", "Refused.Acl"),
        (403, "Operation Failed", "Error during insert of sys_user ([....])", "Refused.PossibleDuplicate"),
        (403, "Operation Failed", "(conn=74323) Duplicate entry 'ABC'", "Refused.PossibleDuplicate"),
        (500, "Operation Failed", "Unique Key violation detected by database", "Refused.PossibleDuplicate"),
        (403, "Operation Failed", "something new", "Refused.Other"),
        (404, "No Record found", hidden, "Refused.NotFoundOrHidden"),
        (404, "No Record found", "", "Refused.NotFoundOrHidden"),
        (404, "", hidden, "Refused.NotFoundOrHidden"),
        (405, "Method not supported", "", "Refused.BadRequest"),
        (406, "Not acceptable", "", "Refused.BadRequest"),
        (415, "Unsupported media type", "", "Refused.BadRequest"),
        (429, "Rate limit exceeded", "Rate limit of 100 requests per hour exceeded", "RateLimited"),
        (500, "Internal error", "", "Busy"),
        (502, "", "", "Busy"),
        (503, "", "", "Busy"),
    ];
    for (status, message, detail, expected) in cases {
        check_text(status, message, detail, expected);
    }
}

#[test]
fn a_business_rule_has_a_name() {
    let detail = "Operation against file 'sys_user' was aborted by Business Rule 'No contractors^a1b2c3'. \
                  Business Rule Stack:No contractors,Other";
    let error = check_text(403, "Operation Failed", detail, "Refused.BusinessRule");
    let CallError::Refused(Refusal::BusinessRule { name, told }) = &error else { panic!("{error:?}") };
    assert_eq!((name.as_str(), told.status), ("No contractors", 403));
    assert!(error.to_string().starts_with(
        "changing `sys_user`: the business rule `No contractors` stopped it (HTTP 403: Operation Failed; "
    ));
}

#[test]
fn a_data_policy_has_a_column() {
    let error = check_text(
        403,
        "Operation Failed",
        "Data Policy Exception: Cost center is mandatory",
        "Refused.DataPolicy",
    );
    let CallError::Refused(Refusal::DataPolicy { column, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(column, "Cost center");
}

#[test]
fn what_is_not_servicenow() {
    #[track_caller]
    fn check(status: u16, media: &str, body: &str, expected: &str) {
        assert_eq!(name(&classify_one(status, media, body).unwrap_err()), expected, "{status} {media}");
    }
    check(200, "text/html", "<html>Your instance is hibernating</html>", "NotServiceNow");
    check(200, JSON, "  <!doctype html>", "NotServiceNow");
    check(200, "text/plain", "Hello", "NotServiceNow");
    check(302, "text/html", "", "NotServiceNow");
    check(403, "text/html", "<html>blocked</html>", "NotServiceNow");
    check(404, "text/html", "<html>nothing here</html>", "NotServiceNow");
    // A gateway that knows no way to the instance says nothing of the row.
    for foreign in [
        "",
        "  ",
        r#"{"message":"no Route matched with those values"}"#,
        r#"{"error":"not found"}"#,
        "[]",
        "null",
    ] {
        check(404, JSON, foreign, "NotServiceNow");
    }
    check(404, JSON, &error_body("Something new", ""), "NotServiceNow");
    check(407, "", "", "NotServiceNow");
    // A gateway's page about a broken instance is about a broken instance.
    check(503, "text/html", "<html>maintenance</html>", "Busy");
    check(200, JSON, r#"{"result":[{"sys_id":"1"}"#, "Unreadable");
    check(403, JSON, r#"{"error"#, "NotServiceNow");
    check(200, JSON, r#"{"result":[],"error":{"message":"Transaction cancelled"}}"#, "Unreadable");
}

#[test]
fn success_is_a_document_or_nothing() {
    let document = serde_json::json!({ "result": [] });
    assert_eq!(classify_one(200, JSON, r#"{"result":[]}"#).unwrap(), Meaning::Json(document.clone()));
    assert_eq!(classify_one(201, "", r#"{"result":[]}"#).unwrap(), Meaning::Json(document));
    assert_eq!(classify_one(204, "", "").unwrap(), Meaning::Nothing);
}

#[test]
fn a_rate_limit_says_how_long() {
    let headers = headers(&[("retry-after", "7")]);
    let answer = Answer { status: 429, headers: &headers, body: b"" };
    let error = classify(&of(Verb::Insert), &answer, Timestamp::UNIX_EPOCH).unwrap_err();
    assert_eq!((error.retry_after(), error.outcome()), (Some(Duration::from_secs(7)), Outcome::NotDone));
    let unsaid = Answer { headers: &HeaderMap::new(), ..answer };
    let error = classify(&of(Verb::Insert), &unsaid, Timestamp::UNIX_EPOCH).unwrap_err();
    assert_eq!(error.retry_after(), Some(UNSAID));
}

#[test]
fn doubt_is_left_by_writes_only() {
    for (status, media, body) in
        [(503, JSON, ""), (200, "text/html", "<html>"), (200, JSON, r#"{"error":{}}"#)]
    {
        let headers = headers(&[("content-type", media)]);
        let answer = Answer { status, headers: &headers, body: body.as_bytes() };
        for (verb, expected) in [
            (Verb::Read, Outcome::NotDone),
            (Verb::SignIn, Outcome::NotDone),
            (Verb::Update, Outcome::Unknown),
            (Verb::BatchOfWrites, Outcome::Unknown),
        ] {
            let error = classify(&of(verb), &answer, Timestamp::UNIX_EPOCH).unwrap_err();
            assert_eq!((error.outcome(), error.is_permanent()), (expected, false), "{error}");
        }
    }
    let too_large = |what| CallError::TooLarge { call: of(Verb::Update), what, limit: 1 };
    assert_eq!(too_large(Oversize::Question).outcome(), Outcome::NotDone);
    assert_eq!(too_large(Oversize::Answer).outcome(), Outcome::Unknown);
}

#[test]
fn long_words_are_shortened_and_put_on_one_line() {
    let error = check_text(403, "Operation\nFailed", &"ü".repeat(2000), "Refused.Other");
    let CallError::Refused(refusal) = &error else { panic!("{error:?}") };
    assert_eq!(refusal.told().message, "Operation Failed");
    assert_eq!(refusal.told().detail.chars().count(), LONGEST + 1);
}

proptest! {
    #[test]
    fn nothing_makes_it_panic(
        status in 100_u16..=999,
        media in "[ -~]{0,30}",
        retry in "[ -~]{0,40}",
        body in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let headers = headers(&[("content-type", &media), ("retry-after", &retry), ("x-ratelimit-reset", &retry)]);
        let answer = Answer { status, headers: &headers, body: &body };
        let classified = classify(&of(Verb::Insert), &answer, Timestamp::UNIX_EPOCH);
        prop_assert!(classified.is_err() || (200..300).contains(&status));
    }

    #[test]
    fn no_shape_of_json_makes_it_panic(
        status in 100_u16..=999,
        body in prop_oneof![
            Just(r#"{"error":null}"#), Just(r#"{"error":"text"}"#), Just(r#"{"error":{"message":5}}"#), Just("[]"),
            Just("null"), Just(r#""text""#), Just(r#"{"error":{"detail":"Business Rule '"}}"#),
            Just(r#"{"error":{"detail":"Data Policy Exception:"}}"#),
        ],
    ) {
        let answer = Answer { status, headers: &HeaderMap::new(), body: body.as_bytes() };
        let classified = classify(&of(Verb::Insert), &answer, Timestamp::UNIX_EPOCH);
        prop_assert!(classified.is_err() || (200..300).contains(&status));
    }
}
