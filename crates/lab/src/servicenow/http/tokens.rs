//! `/oauth_token.do`: tokens for a password, a refresh token, a client, or an assertion.
//!
//! Forms only: a client that sends JSON gets the unspecific error that a real instance gives. Whoever cannot sign in gets
//! no token, and the tokens that they have stop working.

use axum::http::{Method, header};
use serde_json::json;

use super::answer::Answer;
use super::asked::{Asked, pairs};
use super::{assertion, sign_in};
use crate::servicenow::instance::Instance;
use crate::servicenow::settings::OAuthClient;

/// Answers a call for a token.
pub(super) fn answer(instance: &Instance, asked: &Asked) -> Answer {
    if asked.method != Method::POST {
        return Answer::no_method();
    }
    let media = asked.header(header::CONTENT_TYPE.as_str()).unwrap_or_default();
    if !media.starts_with("application/x-www-form-urlencoded") {
        return refusal("server_error", "unspecified error");
    }
    let form = pairs(&String::from_utf8_lossy(&asked.body));
    let value = |name: &str| form.iter().find(|(it, _)| it == name).map_or("", |(_, value)| value.as_str());
    let Some(client) = instance.settings().oauth_clients.iter().find(|it| it.client_id == value("client_id"))
    else {
        return refusal("invalid_client", "access_denied");
    };
    let is_proven = client.client_secret == value("client_secret");
    let user_name = match value("grant_type") {
        "urn:ietf:params:oauth:grant-type:jwt-bearer" => {
            assertion::subject(instance, client, value("assertion"))
        }
        _ if !is_proven => return refusal("invalid_client", "access_denied"),
        "password" => sign_in::check_password(instance, value("username"), value("password"))
            .map(|user| user.get("user_name").to_owned()),
        "refresh_token" => refreshed(instance, client, value("refresh_token")),
        "client_credentials" => Some(client.user_name.clone()),
        _ => return refusal("unsupported_grant_type", "access_denied"),
    };
    let user_name = user_name.filter(|name| sign_in::able(&instance.data().store, name).is_some());
    match user_name {
        Some(user_name) => issue(instance, client, &user_name),
        None => refusal("access_denied", "access_denied"),
    }
}

fn refreshed(instance: &Instance, client: &OAuthClient, token: &str) -> Option<String> {
    let now = instance.now().as_second();
    let tokens = instance.tokens();
    let held = tokens.refresher(token, now).filter(|held| held.client_id == client.client_id)?;
    Some(held.user_name.clone())
}

fn issue(instance: &Instance, client: &OAuthClient, user_name: &str) -> Answer {
    let settings = instance.settings();
    let lives = (settings.token_lifetime, settings.refresh_lifetime);
    let now = instance.now().as_second();
    let issued = instance.tokens().issue(&client.client_id, user_name, now, lives);
    Answer::json(
        200,
        &json!({
            "access_token": issued.access,
            "refresh_token": issued.refresh,
            "scope": "useraccount",
            "token_type": "Bearer",
            "expires_in": issued.expires_in,
        }),
    )
}

fn refusal(error: &str, description: &str) -> Answer {
    Answer::json(401, &json!({ "error": error, "error_description": description }))
}
