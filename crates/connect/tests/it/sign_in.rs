//! OAuth: what is sent to the token endpoint, how long a token serves, and what happens when it does not.

use crate::support::{Asked, Instance, Reply, answer, failure, fields, json as reply, rows};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tenure_connect::servicenow::{
    Auth, CallError, Lane, Outcome, Query, ServiceNow, Settings, SignInFailure, SigningAlgorithm,
};

fn password() -> Auth {
    Auth::Password {
        client_id: "app".into(),
        client_secret: "app-secret".into(),
        username: "tenure".into(),
        password: "s3cret-word".into(),
        scope: None,
        token_url: None,
    }
}

fn client_of(instance: &Instance, auth: Auth) -> ServiceNow {
    ServiceNow::new(Settings { auth, ..instance.settings() }).unwrap()
}

fn is_token(asked: &Asked) -> bool {
    asked.path == "/oauth_token.do"
}

fn token(name: &str, expires_in: u64) -> Reply {
    reply(
        200,
        json!({ "access_token": name, "token_type": "Bearer", "expires_in": expires_in, "scope": "useraccount" }),
    )
}

fn refreshable(name: &str, expires_in: u64) -> Reply {
    reply(
        200,
        json!({ "access_token": name, "refresh_token": "again", "expires_in": expires_in.to_string() }),
    )
}

fn unknown() -> Reply {
    failure(401, "User Not Authenticated", "Required to provide Auth information")
}

async fn call(client: &ServiceNow) -> Result<(), CallError> {
    client.list(Lane::Normal, "sys_user", &Query::all(), &[]).await.map(drop)
}

fn form(asked: &Asked) -> BTreeMap<String, String> {
    assert_eq!(asked.headers["content-type"], "application/x-www-form-urlencoded");
    let url = reqwest::Url::parse(&format!("http://x/?{}", asked.body)).unwrap();
    url.query_pairs().into_owned().collect()
}

fn grants(instance: &Instance) -> Vec<String> {
    instance.asked().iter().filter(|it| is_token(it)).map(|it| form(it)["grant_type"].clone()).collect()
}

#[tokio::test]
async fn a_token_is_fetched_once_for_all() {
    let instance =
        Instance::start(|asked| if is_token(asked) { token("t1", 1799) } else { rows(json!([]), 0) }).await;
    let client = client_of(&instance, password());
    let calls: Vec<_> = (0..5)
        .map(|_| {
            tokio::spawn({
                let client = client.clone();
                async move { call(&client).await }
            })
        })
        .collect();
    for each in calls {
        each.await.unwrap().unwrap();
    }
    let asked = instance.asked();
    assert_eq!((grants(&instance).len(), asked.len()), (1, 6));
    let sent = form(&asked[0]);
    let sent: Vec<_> = sent.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(
        sent,
        [
            "client_id=app",
            "client_secret=app-secret",
            "grant_type=password",
            "password=s3cret-word",
            "username=tenure"
        ]
    );
    assert!(asked[1..].iter().all(|it| it.headers["authorization"] == "Bearer t1"));
}

#[tokio::test]
async fn client_credentials_and_keys() {
    let instance =
        Instance::start(|asked| if is_token(asked) { token("t1", 1799) } else { rows(json!([]), 0) }).await;
    let auth = Auth::ClientCredentials {
        client_id: "app".into(),
        client_secret: "app-secret".into(),
        scope: Some("tables".into()),
        token_url: Some(format!("{}/oauth_token.do", instance.url)),
    };
    call(&client_of(&instance, auth)).await.unwrap();
    let sent = form(&instance.asked()[0]);
    assert_eq!((sent["grant_type"].as_str(), sent["scope"].as_str()), ("client_credentials", "tables"));
    let Auth::Password { client_id, client_secret, username, password, token_url, .. } = password() else {
        unreachable!("it is one")
    };
    let scope = Some("tables".to_owned());
    let scoped = Auth::Password { client_id, client_secret, username, password, scope, token_url };
    call(&client_of(&instance, scoped)).await.unwrap();
    let sent = form(instance.asked().iter().rfind(|it| is_token(it)).unwrap());
    assert_eq!((sent["grant_type"].as_str(), sent["scope"].as_str()), ("password", "tables"));
    call(&client_of(&instance, Auth::ApiKey { key: "k3y".into() })).await.unwrap();
    let last = instance.asked().pop().unwrap();
    assert_eq!((last.headers["x-sn-apikey"].as_str(), last.headers.get("authorization")), ("k3y", None));
}

#[tokio::test]
async fn an_assertion_says_who_for_whom_and_until_when() {
    let instance =
        Instance::start(|asked| if is_token(asked) { token("t1", 1799) } else { rows(json!([]), 0) }).await;
    for audience in [None, Some("app".to_owned())] {
        let expected = audience.clone().unwrap_or_else(|| format!("{}/oauth_token.do", instance.url));
        let auth = Auth::Jwt {
            client_id: "app".into(),
            client_secret: None,
            key_pem: "shared".into(),
            algorithm: SigningAlgorithm::Hs256,
            subject: "tenure@example.com".into(),
            audience,
            key_id: Some("k1".into()),
            token_url: None,
        };
        call(&client_of(&instance, auth)).await.unwrap();
        let asked = instance.asked();
        let sent = form(asked.iter().rfind(|it| is_token(it)).unwrap());
        assert_eq!(sent["grant_type"], "urn:ietf:params:oauth:grant-type:jwt-bearer");
        let mut checks = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::HS256);
        checks.set_audience(&[expected]);
        checks.set_issuer(&["app"]);
        checks.set_required_spec_claims(&["exp", "iss", "sub", "aud"]);
        let key = jsonwebtoken::DecodingKey::from_secret(b"shared");
        let assertion = jsonwebtoken::decode::<Value>(&sent["assertion"], &key, &checks).unwrap();
        assert_eq!(
            (assertion.header.kid.as_deref(), assertion.claims["sub"].as_str()),
            (Some("k1"), Some("tenure@example.com"))
        );
        assert_eq!(
            assertion.claims["exp"].as_i64().unwrap() - assertion.claims["iat"].as_i64().unwrap(),
            300
        );
        assert!(!assertion.claims["jti"].as_str().unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_refused_token_is_replaced_once_and_the_call_repeated() {
    let tokens = AtomicUsize::new(0);
    let instance =
        Instance::start(move |asked| match asked.headers.get("authorization").map(String::as_str) {
            None => refreshable(&format!("t{}", tokens.fetch_add(1, Ordering::Relaxed)), 1799),
            Some("Bearer t1") => reply(201, json!({ "result": { "sys_id": "1" } })),
            Some(_) => unknown(),
        })
        .await;
    let client = client_of(&instance, password());
    client.insert(Lane::Normal, "sys_user", &fields(&[]), &[]).await.unwrap();
    client.insert(Lane::Normal, "sys_user", &fields(&[]), &[]).await.unwrap();
    assert_eq!(grants(&instance), ["password", "refresh_token"]);
    assert_eq!(instance.asked().len(), 5);
    assert_eq!(form(&instance.asked()[2])["refresh_token"], "again");
}

#[tokio::test]
async fn a_refresh_token_that_is_no_longer_good_is_no_hindrance() {
    let instance = Instance::start(|asked| match asked.body.contains("refresh_token") {
        _ if !is_token(asked) => rows(json!([]), 0),
        true => reply(401, json!({ "error": "invalid_grant" })),
        false => refreshable("short", 0),
    })
    .await;
    let client = client_of(&instance, password());
    call(&client).await.unwrap();
    call(&client).await.unwrap();
    assert_eq!(grants(&instance), ["password", "refresh_token", "password"]);
}

#[tokio::test]
async fn the_token_endpoint_says_whose_fault_it_is() {
    let cases: [(u16, Value, &str); 5] = [
        (
            401,
            json!({ "error": "invalid_client", "error_description": "access_denied" }),
            "does not accept the OAuth application (`invalid_client`)",
        ),
        (401, json!({ "error": "access_denied" }), "gives the account no token (`access_denied`)"),
        (400, json!({ "error": "invalid_grant" }), "gives the account no token (`invalid_grant`)"),
        (
            401,
            json!({ "error": "User ada@example.com is locked" }),
            "gives the account no token (`not an OAuth error code`)",
        ),
        (
            401,
            json!({ "error": { "message": "User Not Authenticated" } }),
            "ServiceNow does not accept the credentials",
        ),
    ];
    for (status, body, expected) in cases {
        let instance = Instance::start(move |_| reply(status, body.clone())).await;
        let error = call(&client_of(&instance, password())).await.unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
        assert!(matches!(error, CallError::Unauthenticated { .. }), "{error}");
        assert!(error.help().is_some());
    }
}

#[tokio::test]
async fn an_account_is_not_locked_out_by_many_who_wait() {
    let instance = Instance::start(|_| reply(401, json!({ "error": "access_denied" }))).await;
    let client = client_of(&instance, password());
    let calls = (0..6).map(|_| {
        let client = client.clone();
        tokio::spawn(async move { call(&client).await })
    });
    for each in calls.collect::<Vec<_>>() {
        let error = each.await.unwrap().unwrap_err();
        assert!(
            matches!(error, CallError::Unauthenticated { reason: SignInFailure::Account { .. }, .. }),
            "{error}"
        );
    }
    assert_eq!(instance.asked().len(), 1);
}

/// Forty who call at the same time, twice, with credentials that are refused.
async fn forty_are_refused(client: &ServiceNow) {
    for _ in 0..2 {
        let calls = (0..40).map(|_| {
            let client = client.clone();
            tokio::spawn(async move { call(&client).await })
        });
        for each in calls.collect::<Vec<_>>() {
            let error = each.await.unwrap().unwrap_err();
            assert!(matches!(error, CallError::Unauthenticated { .. }), "{error}");
        }
    }
}

#[tokio::test]
async fn a_wrong_password_is_tried_twice_however_many_call() {
    let instance = Instance::start(|_| unknown()).await;
    forty_are_refused(&instance.client()).await;
    // The second time it was no blip.
    assert_eq!(instance.asked().len(), 2);
}

#[tokio::test]
async fn a_wrong_password_grant_is_tried_once_however_many_call() {
    let instance = Instance::start(|_| reply(401, json!({ "error": "access_denied" }))).await;
    forty_are_refused(&client_of(&instance, password())).await;
    assert_eq!(grants(&instance), ["password"]);
}

#[tokio::test]
async fn a_password_that_was_changed_is_refused_to_those_under_way_and_to_one_more() {
    let changed = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let instance = Instance::start({
        let changed = std::sync::Arc::clone(&changed);
        move |_| if changed.load(Ordering::Relaxed) { unknown() } else { rows(json!([]), 0) }
    })
    .await;
    let client = instance.client();
    call(&client).await.unwrap();
    changed.store(true, Ordering::Relaxed);
    forty_are_refused(&client).await;
    assert!(instance.asked().len() <= 1 + 8 + 1, "{}", instance.asked().len());
}

#[tokio::test]
async fn credentials_that_are_accepted_again_serve_everybody() {
    let asked = AtomicUsize::new(0);
    let instance = Instance::start(move |_| match asked.fetch_add(1, Ordering::Relaxed) {
        0..3 => unknown(),
        _ => rows(json!([]), 0),
    })
    .await;
    let settings = Settings { hold: Duration::ZERO, ..instance.settings() };
    let client = ServiceNow::new(settings).unwrap();
    call(&client).await.unwrap_err();
    call(&client).await.unwrap();
    call(&client).await.unwrap();
    assert_eq!(instance.asked().len(), 5);
}

#[tokio::test]
async fn trouble_at_the_token_endpoint_leaves_a_write_undone() {
    let replies: [fn() -> Reply; 4] = [
        || answer(200, "text/html", "<html>asleep</html>"),
        || reply(200, json!({ "no": "token" })),
        || failure(429, "Rate limit exceeded", "").with("Retry-After", "600"),
        || Reply::Silence,
    ];
    for reply in replies {
        let instance = Instance::start(move |_| reply()).await;
        let settings =
            Settings { auth: password(), timeout: Duration::from_millis(200), ..instance.settings() };
        let client = ServiceNow::new(settings).unwrap();
        let error = client.insert(Lane::Normal, "sys_user", &fields(&[]), &[]).await.unwrap_err();
        assert_eq!((error.outcome(), error.is_permanent()), (Outcome::NotDone, false), "{error}");
        assert!(instance.asked().iter().all(is_token));
    }
}
