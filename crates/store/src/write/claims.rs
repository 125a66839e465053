//! Writes of the tables `claims`, `claim_keys` and `former_links`, and the totals that lists need.

use crate::driver::{Dialect, Statement, Transaction, Value};
use crate::encode::{micros, object_text};
use crate::keys::{EMAIL, EMPLOYEE_NUMBER, EXTERNAL_ID, USER_NAME, keys_of};
use tenure_identity::change::{ClaimBefore, ClaimChange};
use tenure_identity::claim::Claim;
use tenure_identity::keys::Keys;

const INSERT: &str = "insert into claims (person_id, source, external_id, user_name_key, active, active_since, live, \
     ended_at, version, created_at, modified_at, doc) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";

const UPDATE: &str = "update claims set external_id = $1, user_name_key = $2, active = $3, active_since = $4, \
     live = $5, ended_at = $6, version = $7, modified_at = $8, doc = $9 where person_id = $10 and source = $11";

const ADD_KEYS: [&str; 8] = [
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4) on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6) \
     on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6), \
     ($1, $2, $7, $8) on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6), \
     ($1, $2, $7, $8), ($1, $2, $9, $10) on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6), \
     ($1, $2, $7, $8), ($1, $2, $9, $10), ($1, $2, $11, $12) on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6), \
     ($1, $2, $7, $8), ($1, $2, $9, $10), ($1, $2, $11, $12), ($1, $2, $13, $14) on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6), \
     ($1, $2, $7, $8), ($1, $2, $9, $10), ($1, $2, $11, $12), ($1, $2, $13, $14), ($1, $2, $15, $16) \
     on conflict do nothing",
    "insert into claim_keys (source, person_id, kind, key) values ($1, $2, $3, $4), ($1, $2, $5, $6), \
     ($1, $2, $7, $8), ($1, $2, $9, $10), ($1, $2, $11, $12), ($1, $2, $13, $14), ($1, $2, $15, $16), \
     ($1, $2, $17, $18) on conflict do nothing",
];

const REMOVE_KEY: &str =
    "delete from claim_keys where kind = $1 and key = $2 and source = $3 and person_id = $4";

const KEEP_FORMER_LINK: &str = "insert into former_links (person_id, source, external_id, until_at) \
     values ($1, $2, $3, $4) on conflict do nothing";

pub(super) fn write(dialect: Dialect, change: &ClaimChange, out: &mut Transaction) {
    let claim = &change.claim;
    let (person, keys) = (change.person.as_str(), claim.keys());
    match &change.before {
        None => out.statements.push(insert(person, claim, &keys)),
        Some(_) => out.statements.push(update(person, claim, &keys).must_touch_one()),
    }
    write_keys(person, claim, &keys, change.before.as_ref(), out);
    let before = change.before.as_ref().map(|before| &before.keys);
    super::persons::arrived(dialect, &arrived(&keys, before), out);
    if let Some(before) = &change.before
        && let Some(old) = &before.keys.external_id
        && claim.external_id() != Some(old)
    {
        let params =
            [person.into(), claim.source.as_str().into(), old.as_str().into(), micros(claim.modified).into()];
        out.statements.push(Statement::new(KEEP_FORMER_LINK, params));
    }
    count(claim, change.before.as_ref(), out);
}

fn insert(person: &str, claim: &Claim, keys: &Keys) -> Statement {
    let params = [
        person.into(),
        claim.source.as_str().into(),
        claim.external_id().into(),
        keys.user_name.as_str().into(),
        claim.active.into(),
        micros(claim.active_since).into(),
        claim.is_live().into(),
        claim.ended.map(micros).into(),
        claim.version.into(),
        micros(claim.created).into(),
        micros(claim.modified).into(),
        object_text(&claim.attributes).into(),
    ];
    Statement::new(INSERT, params)
}

fn update(person: &str, claim: &Claim, keys: &Keys) -> Statement {
    let params = [
        claim.external_id().into(),
        keys.user_name.as_str().into(),
        claim.active.into(),
        micros(claim.active_since).into(),
        claim.is_live().into(),
        claim.ended.map(micros).into(),
        claim.version.into(),
        micros(claim.modified).into(),
        object_text(&claim.attributes).into(),
        person.into(),
        claim.source.as_str().into(),
    ];
    Statement::new(UPDATE, params)
}

fn write_keys(person: &str, claim: &Claim, keys: &Keys, before: Option<&ClaimBefore>, out: &mut Transaction) {
    let display_name = claim.attributes.get("displayName").and_then(|name| name.as_str());
    let new = keys_of(keys, display_name);
    let old = before.map(|before| keys_of(&before.keys, before.display_name.as_deref())).unwrap_or_default();
    for key in old.difference(&new) {
        let params = [key.kind.into(), key.text.as_str().into(), claim.source.as_str().into(), person.into()];
        out.statements.push(Statement::new(REMOVE_KEY, params));
    }
    let added: Vec<_> = new.difference(&old).collect();
    for chunk in added.chunks(ADD_KEYS.len()) {
        let mut params: Vec<Value> = vec![claim.source.as_str().into(), person.into()];
        params.extend(chunk.iter().flat_map(|key| [Value::from(key.kind), key.text.as_str().into()]));
        let sql = ADD_KEYS[chunk.len() - 1].into();
        out.statements.push(Statement { sql, params, must_touch: None });
    }
}

/// What the claim can be referred to by that it could not before.
fn arrived<'a>(keys: &'a Keys, before: Option<&Keys>) -> Vec<(i64, &'a str)> {
    let mut arrived = Vec::new();
    if let Some(id) =
        keys.external_id.as_deref().filter(|_| before.is_none_or(|it| it.external_id != keys.external_id))
    {
        arrived.push((EXTERNAL_ID, id));
    }
    if before.is_none_or(|before| before.user_name != keys.user_name) {
        arrived.push((USER_NAME, keys.user_name.as_str()));
    }
    let number = keys.employee_number.as_deref();
    arrived.extend(
        number
            .filter(|_| before.is_none_or(|it| it.employee_number != keys.employee_number))
            .map(|it| (EMPLOYEE_NUMBER, it)),
    );
    let emails =
        keys.emails.iter().filter(|email| before.is_none_or(|before| !before.emails.contains(email)));
    arrived.extend(emails.map(|email| (EMAIL, email.as_str())));
    arrived
}

/// The total of live claims, and how often the list lost or regained one in its middle: remembered page positions hold
/// only while that number stays.
fn count(claim: &Claim, before: Option<&ClaimBefore>, out: &mut Transaction) {
    let was_live = before.is_some_and(|before| before.live);
    let (total, reordered) = super::listing_counters("users", &claim.source);
    let mut add = |name: String, delta: i64| *out.counters.entry(name).or_default() += delta;
    match (was_live, claim.is_live()) {
        (false, true) => add(total, 1),
        (true, false) => add(total, -1),
        _ => return,
    }
    if before.is_some() {
        add(reordered, 1);
    }
}
