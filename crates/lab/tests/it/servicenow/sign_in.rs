//! Signing in: passwords, keys, tokens by every grant, and what a lock-out does to them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tenure_lab::http::percent_encode;
use tenure_lab::servicenow::Settings;

use super::client::{Call, Reply, Snow};

const USERS: &str = "/api/now/table/sys_user?sysparm_limit=1";
const CLIENT: [(&str, &str); 2] = [("client_id", "tenure-client"), ("client_secret", "tenure-client-secret")];
const PASSWORD: [(&str, &str); 3] =
    [("grant_type", "password"), ("username", "tenure.integration"), ("password", "integration-password")];

async fn token(snow: &Snow, form: &[(&str, &str)]) -> Reply {
    let pairs = form.iter().map(|(name, value)| format!("{name}={}", percent_encode(value)));
    let body = pairs.collect::<Vec<_>>().join("&");
    let call = Call::new(Method::POST, "/oauth_token.do").body(&body);
    snow.send(call.header("content-type", "application/x-www-form-urlencoded")).await
}

async fn granted(snow: &Snow, more: &[(&str, &str)]) -> Value {
    let reply = token(snow, &[&CLIENT, more].concat()).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    reply.json()
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap()
}

async fn status(snow: Snow, authorization: Option<&str>) -> (Snow, u16) {
    let snow = snow.authorized(authorization);
    let status = snow.get(USERS).await.status;
    (snow, status)
}

#[tokio::test]
async fn nobody_is_let_in_without_proof() {
    let snow = Snow::start().await.authorized(None);
    let reply = snow.get(USERS).await;
    let detail = "Required to provide Auth information".to_owned();
    assert_eq!(reply.failure(), (401, "User Not Authenticated".to_owned(), detail));
    assert!(reply.headers.contains_key("www-authenticate"));
    let mut snow = snow;
    for proof in ["Basic bm9ib2R5Ong=", "Basic %%%", "Bearer x", "Nonsense"] {
        let refused;
        (snow, refused) = status(snow, Some(proof)).await;
        assert_eq!(refused, 401, "{proof}");
    }
    let snow = snow.signed_in("tenure.integration", "wrong");
    assert_eq!(snow.get(USERS).await.status, 401);
    let snow = snow.signed_in("tenure.integration", "");
    assert_eq!(snow.get(USERS).await.status, 401);
}

#[tokio::test]
async fn a_key_is_a_header_or_a_parameter() {
    let snow = Snow::start().await.authorized(None);
    let call = |key: &str| Call::new(Method::GET, USERS).header("x-sn-apikey", key);
    assert_eq!(snow.send(call("tenure-key")).await.status, 200);
    assert_eq!(snow.send(call("wrong")).await.status, 401);
    assert_eq!(snow.get(&format!("{USERS}&x-sn-apikey=tenure-key")).await.status, 200);
}

#[tokio::test]
async fn a_token_is_the_same_until_it_expires() {
    let settings = Settings { token_lifetime: Duration::from_secs(100), ..Settings::default() };
    let snow = Snow::with(settings).await;
    let first = granted(&snow, &PASSWORD).await;
    assert_eq!((text(&first, "token_type"), text(&first, "scope")), ("Bearer", "useraccount"));
    assert_eq!(text(&granted(&snow, &PASSWORD).await, "access_token"), text(&first, "access_token"));
    let bearer = format!("Bearer {}", text(&first, "access_token"));
    let (snow, before) = status(snow, Some(&bearer)).await;
    snow.instance.advance(Duration::from_secs(101));
    let (snow, after) = status(snow, Some(&bearer)).await;
    assert_eq!((before, after), (200, 401));
    assert_ne!(text(&granted(&snow, &PASSWORD).await, "access_token"), text(&first, "access_token"));
}

#[tokio::test]
async fn a_refresh_token_gives_a_new_access_token() {
    let snow = Snow::start().await;
    let first = granted(&snow, &PASSWORD).await;
    snow.instance.advance(Duration::from_secs(2_000));
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", text(&first, "refresh_token"))];
    let second = granted(&snow, &refresh).await;
    let (_, status) = status(snow, Some(&format!("Bearer {}", text(&second, "access_token")))).await;
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_client_can_act_for_its_user() {
    let snow = Snow::start().await;
    let issued = granted(&snow, &[("grant_type", "client_credentials")]).await;
    let snow = snow.authorized(Some(&format!("Bearer {}", text(&issued, "access_token"))));
    let made = snow.post("/api/now/table/sys_user", json!({ "user_name": "ada" })).await;
    assert_eq!(made.result()["sys_created_by"], "tenure.integration");
}

/// An assertion whose signature is not looked at; see the unit test of the code for HS256.
fn assertion(algorithm: &str, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(&json!({ "alg": algorithm })), part(claims))
}

#[tokio::test]
async fn an_assertion_is_checked() {
    let snow = Snow::with(Settings { jwt_audience: Some("us".to_owned()), ..Settings::default() }).await;
    let later = snow.instance.now().as_second() + 60;
    let claims = json!({ "iss": "tenure-client", "sub": "tenure.integration", "aud": "us", "exp": later });
    let ask = async |assertion: String| {
        let grant = [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", assertion.as_str()),
        ];
        token(&snow, &[&CLIENT[..], &grant].concat()).await.status
    };
    assert_eq!(ask(assertion("RS256", &claims)).await, 200);
    assert_eq!(ask(assertion("HS256", &claims)).await, 401, "the signature is wrong");
    assert_eq!(ask(assertion("none", &claims)).await, 401);
    for (claim, wrong) in [("iss", json!("x")), ("aud", json!("x")), ("exp", json!(1)), ("sub", json!("x"))] {
        let mut claims = claims.clone();
        claims[claim] = wrong;
        assert_eq!(ask(assertion("RS256", &claims)).await, 401, "{claim}");
    }
}

#[tokio::test]
async fn wrong_forms_and_secrets_get_no_token() {
    let snow = Snow::start().await;
    let json = snow.send(Call::new(Method::POST, "/oauth_token.do").body("{}")).await;
    assert_eq!((json.status, &json.json()["error_description"]), (401, &json!("unspecified error")));
    let wrong =
        [("client_id", "tenure-client"), ("client_secret", "x"), ("grant_type", "client_credentials")];
    assert_eq!(token(&snow, &wrong).await.json()["error"], "invalid_client");
    let wrong = [("grant_type", "password"), ("username", "admin"), ("password", "x")];
    let refused = token(&snow, &[&CLIENT[..], &wrong].concat()).await;
    assert_eq!((refused.status, &refused.json()["error"]), (401, &json!("access_denied")));
}

#[tokio::test]
async fn a_lock_out_ends_everything() {
    let snow = Snow::start().await;
    let issued = granted(&snow, &PASSWORD).await;
    let bearer = format!("Bearer {}", text(&issued, "access_token"));
    let account = snow.instance.find("sys_user", "user_name", "tenure.integration")[0].sys_id().to_owned();
    snow.instance.patch("sys_user", &account, &[("locked_out", "true")]).unwrap();
    assert_eq!(token(&snow, &[&CLIENT[..], &PASSWORD].concat()).await.status, 401);
    assert_eq!(
        token(&snow, &[&CLIENT[..], &[("grant_type", "client_credentials")]].concat()).await.status,
        401
    );
    let (snow, status) = status(snow, Some(&bearer)).await;
    assert_eq!(status, 401);
    let snow = snow.signed_in("tenure.integration", "integration-password");
    assert_eq!(snow.get(USERS).await.status, 401);
}
