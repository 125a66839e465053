//! Assertions that are signed with a private key, held against the public one.

use crate::support::{Instance, json as reply, rows};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use rcgen::{KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, SignatureAlgorithm};
use serde_json::{Value, json};
use tenure_connect::servicenow::{Auth, Lane, Query, ServiceNow, SetUpError, Settings, SigningAlgorithm};

fn assertion_with(key: &KeyPair, algorithm: SigningAlgorithm) -> Auth {
    Auth::Jwt {
        client_id: "app".into(),
        client_secret: None,
        key_pem: key.serialize_pem().into(),
        algorithm,
        subject: "tenure".into(),
        audience: Some("instance".into()),
        key_id: None,
        token_url: None,
    }
}

/// Signs in, and gives the assertion that was sent.
async fn assertion(auth: Auth) -> String {
    let instance = Instance::start(|asked| match asked.path.as_str() {
        "/oauth_token.do" => reply(200, json!({ "access_token": "t1", "expires_in": 1799 })),
        _ => rows(json!([]), 0),
    })
    .await;
    let client = ServiceNow::new(Settings { auth, ..instance.settings() }).unwrap();
    client.list(Lane::Normal, "sys_user", &Query::all(), &[]).await.unwrap();
    let form = reqwest::Url::parse(&format!("http://x/?{}", instance.asked()[0].body)).unwrap();
    let mut pairs = form.query_pairs();
    pairs.find(|(name, _)| name == "assertion").unwrap().1.into_owned()
}

async fn check(
    kind: &'static SignatureAlgorithm,
    public: impl Fn(&[u8]) -> DecodingKey,
    algorithms: &[(SigningAlgorithm, Algorithm)],
) {
    let (key, other) = (KeyPair::generate_for(kind).unwrap(), KeyPair::generate_for(kind).unwrap());
    for (ours, theirs) in algorithms {
        let sent = assertion(assertion_with(&key, *ours)).await;
        let mut checks = Validation::new(*theirs);
        checks.set_audience(&["instance"]);
        let read = |key: &KeyPair| decode::<Value>(&sent, &public(key.public_key_pem().as_bytes()), &checks);
        assert_eq!(read(&key).unwrap().claims["sub"], "tenure", "{ours:?}");
        assert!(read(&other).is_err(), "{ours:?}");
    }
}

#[tokio::test]
async fn rsa_keys_sign() {
    use SigningAlgorithm::{Rs256, Rs384, Rs512};
    let algorithms = [(Rs256, Algorithm::RS256), (Rs384, Algorithm::RS384), (Rs512, Algorithm::RS512)];
    check(&PKCS_RSA_SHA256, |pem| DecodingKey::from_rsa_pem(pem).unwrap(), &algorithms).await;
}

#[tokio::test]
async fn keys_of_elliptic_curves_sign() {
    let public = |pem: &[u8]| DecodingKey::from_ec_pem(pem).unwrap();
    check(&PKCS_ECDSA_P256_SHA256, public, &[(SigningAlgorithm::Es256, Algorithm::ES256)]).await;
    check(&PKCS_ECDSA_P384_SHA384, public, &[(SigningAlgorithm::Es384, Algorithm::ES384)]).await;
}

#[test]
fn a_key_of_another_kind_is_refused_at_once() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    for algorithm in [SigningAlgorithm::Rs256, SigningAlgorithm::Es384] {
        let settings = Settings::new("https://example.service-now.com", assertion_with(&key, algorithm));
        assert!(matches!(ServiceNow::new(settings), Err(SetUpError::Key { .. })), "{algorithm:?}");
    }
}
