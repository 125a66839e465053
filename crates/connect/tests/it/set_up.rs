//! Settings that cannot work, or would not be safe.

use crate::support::basic;
use tenure_connect::servicenow::{Auth, ServiceNow, SetUpError, Settings, SigningAlgorithm};

fn refusal(settings: Settings) -> String {
    match ServiceNow::new(settings) {
        Ok(_) => "accepted".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn people_are_not_sent_in_the_clear() {
    for (url, expected) in [
        ("https://example.service-now.com", "accepted"),
        ("https://example.service-now.com/", "accepted"),
        ("https://gateway.example.com/snow", "accepted"),
        ("https://gateway.example.com/api/servicenow", "accepted"),
        (
            "https://gateway.example.com/snow/api/now",
            "the instance address goes on behind `gateway.example.com`",
        ),
        ("https://example.service-now.com/api/now/", "the instance address goes on behind `example.serv"),
        ("https://example.service-now.com/now/nav/ui", "the instance address goes on behind `example.serv"),
        (
            "https://snow.example.com/navpage.do",
            "the instance address goes on behind `snow.example.com`; `target.url` is the bare",
        ),
        ("http://127.0.0.1:8080/api/now/v2", "the instance address goes on behind `127.0.0.1`"),
        ("http://127.0.0.1:8080", "accepted"),
        ("http://[::1]:8080", "accepted"),
        ("http://localhost", "accepted"),
        ("http://example.service-now.com", "the instance address `example.service-now.com` is not https"),
        ("http://127.0.0.1.example.com", "the instance address `127.0.0.1.example.com` is not https"),
        ("ftp://localhost", "the instance address `localhost` is not https"),
        ("https://tenure:hunter2@example.com", "the instance address of `example.com` holds"),
        ("https://example.com?a=b", "the instance address of `example.com` holds"),
        ("example.service-now.com", "the instance address is not a URL"),
        ("", "the instance address is not a URL"),
    ] {
        let refusal = refusal(Settings::new(url, basic()));
        assert!(refusal.starts_with(expected), "{url}: {refusal}");
        assert!(!refusal.contains("hunter2"));
    }
    let elsewhere = Auth::ClientCredentials {
        client_id: "id".into(),
        client_secret: "secret".into(),
        scope: None,
        token_url: Some("http://example.com/token".into()),
    };
    let refusal = refusal(Settings::new("https://example.service-now.com", elsewhere));
    assert!(refusal.starts_with("the token address `example.com` is not https"), "{refusal}");
}

#[test]
fn nothing_is_not_enough() {
    let good = || Settings::new("https://example.service-now.com", basic());
    assert_eq!(refusal(good()), "accepted");
    let zeros = [
        Settings { concurrency: 0, ..good() },
        Settings { batch: 0, ..good() },
        Settings { timeout: std::time::Duration::ZERO, ..good() },
    ];
    for zero in zeros {
        assert!(matches!(ServiceNow::new(zero), Err(SetUpError::Zero { .. })));
    }
}

#[test]
fn credentials_that_cannot_be_sent_are_found_at_once() {
    let refused = |auth| refusal(Settings::new("https://example.service-now.com", auth));
    assert!(refused(Auth::ApiKey { key: "key\n".into() }).starts_with("the API key has characters"));
    let colon = Auth::Basic { username: "a:b".into(), password: "c".into() };
    assert!(refused(colon).starts_with("the user name has characters"));
    let jwt = |algorithm| Auth::Jwt {
        client_id: "id".into(),
        client_secret: None,
        key_pem: "not a key".into(),
        algorithm,
        subject: "tenure".into(),
        audience: None,
        key_id: None,
        token_url: None,
    };
    assert!(refused(jwt(SigningAlgorithm::Rs256)).starts_with("the private key cannot sign with Rs256"));
    assert!(refused(jwt(SigningAlgorithm::Es384)).starts_with("the private key cannot sign with Es384"));
    assert_eq!(refused(jwt(SigningAlgorithm::Hs256)), "accepted");
}

#[test]
fn algorithms_have_names() {
    let all = ["RS256", "RS384", "RS512", "ES256", "ES384", "HS256", "HS384", "HS512"];
    for name in all {
        let parsed = SigningAlgorithm::parse(name).map(|it| format!("{it:?}").to_uppercase());
        assert_eq!(parsed.as_deref(), Some(name));
    }
    assert_eq!(SigningAlgorithm::parse("none"), None);
}
