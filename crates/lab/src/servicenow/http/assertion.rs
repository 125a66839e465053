//! Assertions of the JWT bearer grant (RFC 7523): the claims of all, the signature of those signed with HS256.
//!
//! Assertions signed with a key pair are checked in their claims only; the simulation holds nobody's public key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::servicenow::instance::Instance;
use crate::servicenow::settings::OAuthClient;

const ALGORITHMS: [&str; 9] =
    ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "HS256", "HS384", "HS512"];
/// SHA-256 works on blocks of so many bytes.
const BLOCK: usize = 64;

/// The `user_name` that an assertion of this client speaks for, if it holds.
pub(super) fn subject(instance: &Instance, client: &OAuthClient, assertion: &str) -> Option<String> {
    let (signed, signature) = assertion.rsplit_once('.')?;
    let (head, claims) = signed.split_once('.')?;
    let (head, claims, signature) = (json(head)?, json(claims)?, URL_SAFE_NO_PAD.decode(signature).ok()?);
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let algorithm = text(&head, "alg").filter(|it| ALGORITHMS.contains(&it.as_str()))?;
    if algorithm == "HS256" && signature != hmac(client.client_secret.as_bytes(), signed.as_bytes()) {
        return None;
    }
    let now = instance.now().as_second();
    let is_for_us = instance.settings().jwt_audience.is_none()
        || text(&claims, "aud") == instance.settings().jwt_audience;
    let is_fresh = claims.get("exp").and_then(Value::as_i64).is_some_and(|until| until > now);
    let is_from_client = text(&claims, "iss").is_some_and(|issuer| issuer == client.client_id);
    let holds = is_for_us && is_fresh && is_from_client && !signature.is_empty();
    text(&claims, "sub").filter(|_| holds)
}

fn json(part: &str) -> Option<Value> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; BLOCK];
    if key.len() > BLOCK {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_is_the_published_one() {
        // RFC 4231, test cases 2 and 6.
        let hex = |bytes: Vec<u8>| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let short = hmac(b"Jefe", b"what do ya want for nothing?");
        assert_eq!(hex(short), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        let long = hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex(long), "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    }
}
