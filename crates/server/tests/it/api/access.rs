//! Every operation of the document, called as each kind of caller: nobody can add one without authorisation.

use crate::support::bodies::group;
use crate::support::{Answer, Client, TestApp, user, with};
use serde_json::{Value, json};
use tenure_engine::token::{AdminScope, Scope};
use tenure_identity::id::SourceName;

/// One operation of the document.
struct Operation {
    method: String,
    path: String,
    id: String,
    /// Nothing where no token is needed.
    scope: Option<AdminScope>,
    needs_source: bool,
}

/// A world in which everything has an id.
struct World {
    app: TestApp,
    person: String,
    group: String,
    case: String,
    token: String,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        app.hr.create(with(user("p-7"), json!({ "emails": [{ "value": "ada@example.com" }] }))).await;
        app.post("/Users", user("ada")).await.expect(409);
        let case = app.open_case().await.id.to_string();
        let person = app.create(user("grace")).await;
        let group = app.create_group(group("Team", &[&person])).await;
        let token = app.engine.create_token(&SourceName::new("okta"), &[Scope::Read], None).await.unwrap().id;
        Self { app, person, group, case, token }
    }

    async fn call(&self, client: &Client, operation: &Operation) -> Answer {
        let noun = operation.path.split('/').nth(1).unwrap();
        let id = match noun {
            "people" => &self.person,
            "groups" => &self.group,
            "cases" => &self.case,
            "deliveries" | "handovers" => &self.person,
            _ => &self.token,
        };
        let query = if operation.needs_source { "?source=okta" } else { "" };
        let path = format!("{}{query}", operation.path.replace("{id}", id).replace("{version}", "0"));
        let call = client.api(&operation.method, &path);
        match body(&operation.id) {
            Value::Null => call.await,
            body => call.header("content-type", "application/json").body(body.to_string()).await,
        }
    }
}

fn body(operation: &str) -> Value {
    match operation {
        "decide_case" => json!({ "ruling": "create" }),
        "create_token" => json!({ "source": "okta" }),
        "rotate_token" | "restore_policy" => json!({}),
        "check_policy" | "plan_policy" | "apply_policy" => json!({ "document": "" }),
        "retry_deliveries" => json!({ "state": "refused" }),
        "link_record" => json!({ "sys_id": "0123456789abcdef0123456789abcdef" }),
        "preview" => json!({ "source": "okta", "claim": { "userName": "somebody-new" } }),
        _ => Value::Null,
    }
}

async fn operations(app: &TestApp) -> Vec<Operation> {
    let document = app.client(None).look("/openapi.json").await.json();
    let mut found = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let security = operation["security"].as_array().expect("every operation says who may call it");
            let scope = security[0]["token"][0].as_str().map(|name| AdminScope::by_name(name).expect(name));
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let needs_source = parameters.iter().any(|p| p["name"] == "source" && p["required"] == true);
            let id = operation["operationId"].as_str().unwrap().to_owned();
            found.push(Operation {
                method: method.to_uppercase(),
                path: path.clone(),
                id,
                scope,
                needs_source,
            });
        }
    }
    assert!(found.len() >= 20, "{}", found.len());
    found
}

#[tokio::test]
async fn only_the_index_and_the_document_are_open() {
    let world = World::new().await;
    let open: Vec<_> = operations(&world.app).await.into_iter().filter(|it| it.scope.is_none()).collect();
    assert_eq!(open.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(), ["index", "openapi"]);
    for operation in &open {
        world.call(&world.app.client(None), operation).await.expect(200);
    }
}

#[tokio::test]
async fn every_operation_as_every_caller() {
    let world = World::new().await;
    let app = &world.app;
    let (nobody, wrong) = (app.client(None), app.client(Some("tenure_0123456789abcdef")));
    for operation in operations(app).await.iter().filter(|it| it.scope.is_some()) {
        let needed = operation.scope.unwrap();
        for stranger in [&nobody, &wrong] {
            let answer = world.call(stranger, operation).await.problem(401, "token");
            assert!(answer.header("www-authenticate").unwrap().starts_with("Bearer realm="));
        }
        world.call(app, operation).await.problem(403, "administrator's token");
        let others: Vec<_> = AdminScope::ALL.into_iter().filter(|scope| *scope != needed).collect();
        let without = app.admin(&others).await;
        world.call(&without, operation).await.problem(403, needed.name());
        world.call(&app.admin(&[]).await, operation).await.problem(403, needed.name());
        let answer = world.call(&app.admin(&[needed]).await, operation).await;
        assert!(
            (200..300).contains(&answer.status) || answer.status == 404,
            "{} {}",
            operation.id,
            answer.text
        );
    }
}

#[tokio::test]
async fn an_administrator_is_nobody_at_scim() {
    let world = World::new().await;
    let admin = world.app.admin(&AdminScope::ALL).await;
    for path in ["/Users", "/Groups", "/ServiceProviderConfig", "/nowhere"] {
        let refused = admin.get(path).await.refused(403, None);
        assert!(refused["detail"].as_str().unwrap().contains("tenure token create --source"));
    }
    admin.post("/Users", user("eve")).await.refused(403, None);
    admin.post("/Bulk", json!({ "Operations": [] })).await.refused(403, None);
}

#[tokio::test]
async fn what_is_not_there_is_told_to_administrators_only() {
    let world = World::new().await;
    let admin = world.app.admin(&[]).await;
    for (method, path, status) in [
        ("GET", "/nowhere", 404),
        ("GET", "/people/1/2/3", 404),
        ("DELETE", "/people", 405),
        ("POST", "/events", 405),
        ("OPTIONS", "/people", 405),
    ] {
        world.app.client(None).api(method, path).await.problem(401, "token");
        world.app.api(method, path).await.problem(403, "administrator's");
        let answer = admin.api(method, path).await.problem(status, "");
        assert_eq!(answer.header("allow").is_some(), status == 405, "{path}");
    }
    admin.api("HEAD", "/people").await.expect(403);
    world.app.admin(&[AdminScope::Read]).await.api("HEAD", "/people").await.expect(200);
}
