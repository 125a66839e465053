//! `/lab`: what whoever rehearses from outside needs and no ServiceNow has: counters, writes, rows, faults, a clone.
//!
//! No credentials are asked for; a rehearsal runs on one's own machine. Calls to it are not counted and meet no faults.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::Response;
use axum::routing::{get, post};
use serde_json::{Map, Value, json};

use super::answer::Answer;
use crate::servicenow::faults::Faults;
use crate::servicenow::instance::Instance;
use crate::servicenow::row::Row;

pub(super) fn routes() -> Router<Instance> {
    Router::new()
        .route("/lab/calls", get(calls).delete(forget))
        .route("/lab/writes", get(writes))
        .route("/lab/rows/{table}", get(rows).post(insert))
        .route("/lab/faults", post(faults))
        .route("/lab/clone", post(clone_over))
}

async fn calls(State(instance): State<Instance>) -> Response<Body> {
    Answer::json(200, &json!(instance.calls())).into_response()
}

async fn forget(State(instance): State<Instance>) -> Response<Body> {
    instance.forget();
    done()
}

async fn writes(State(instance): State<Instance>) -> Response<Body> {
    Answer::json(200, &json!(instance.writes())).into_response()
}

async fn rows(State(instance): State<Instance>, Path(table): Path<String>) -> Response<Body> {
    let rows: Vec<Value> = instance.rows(&table).iter().map(shown).collect();
    Answer::json(200, &Value::Array(rows)).into_response()
}

async fn insert(State(instance): State<Instance>, Path(table): Path<String>, body: String) -> Response<Body> {
    let values: Map<String, Value> = match serde_json::from_str(&body) {
        Ok(values) => values,
        Err(error) => return Answer::unreadable(&error.to_string()).into_response(),
    };
    let texts = values.iter().filter_map(|(column, value)| Some((column.as_str(), value.as_str()?)));
    let answer = match instance.insert(&table, &texts.collect::<Vec<_>>()) {
        Ok(row) => Answer::json(201, &shown(&row)),
        Err(refused) => Answer::refusal(&refused),
    };
    answer.into_response()
}

async fn faults(State(instance): State<Instance>, body: String) -> Response<Body> {
    match Faults::parse(&body) {
        Ok(faults) => {
            instance.set_faults(faults);
            done()
        }
        Err(error) => {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            Answer::failure(400, &error.to_string(), cause.as_deref()).into_response()
        }
    }
}

async fn clone_over(State(instance): State<Instance>) -> Response<Body> {
    instance.clone_over();
    done()
}

fn done() -> Response<Body> {
    Answer { status: 204, ..Answer::default() }.into_response()
}

/// A row with the columns that have a value. Passwords are not shown.
fn shown(row: &Row) -> Value {
    let values = row.values().filter(|(column, _)| *column != "user_password");
    Value::Object(values.map(|(column, value)| (column.to_owned(), json!(value))).collect())
}
