//! Who makes a call: basic authentication, a bearer token, or an API key. Whoever is inactive or locked out is nobody.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::asked::Asked;
use crate::servicenow::caller::Caller;
use crate::servicenow::instance::Instance;
use crate::servicenow::row::Row;
use crate::servicenow::store::Store;

/// The caller, if the call proves who they are.
pub(super) fn caller(instance: &Instance, asked: &Asked) -> Option<Caller> {
    let user_name = named(instance, asked)?;
    let data = instance.data();
    let user = able(&data.store, &user_name)?;
    Some(Caller::of(&data.store, &user))
}

/// The user of this name and password, unless they cannot sign in.
pub(super) fn check_password(instance: &Instance, user_name: &str, password: &str) -> Option<Arc<Row>> {
    let user = able(&instance.data().store, user_name)?;
    (!password.is_empty() && user.get("user_password") == password).then_some(user)
}

/// The user of this name, unless they are inactive or locked out.
pub(super) fn able(store: &Store, user_name: &str) -> Option<Arc<Row>> {
    let users = store.rows("sys_user");
    let user = users.with("user_name", user_name).first().and_then(|id| users.get(id)).cloned()?;
    (user.is("active") && !user.is("locked_out")).then_some(user)
}

fn named(instance: &Instance, asked: &Asked) -> Option<String> {
    let key = asked.header("x-sn-apikey").or_else(|| asked.parameter("x-sn-apikey"));
    if let Some(key) = key {
        let keys = &instance.settings().api_keys;
        return keys.iter().find(|(it, _)| it == key).map(|(_, user_name)| user_name.clone());
    }
    let (scheme, credentials) = asked.header("authorization")?.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        let now = instance.now().as_second();
        return instance.tokens().holder(credentials.trim(), now).map(|held| held.user_name.clone());
    }
    let (user_name, password) = basic(scheme, credentials)?;
    check_password(instance, &user_name, &password).map(|_| user_name)
}

fn basic(scheme: &str, credentials: &str) -> Option<(String, String)> {
    let decoded =
        STANDARD.decode(credentials.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let text = String::from_utf8(decoded).ok()?;
    let (user_name, password) = text.split_once(':')?;
    Some((user_name.to_owned(), password.to_owned()))
}
