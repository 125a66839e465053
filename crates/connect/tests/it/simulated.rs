//! The client against the simulated ServiceNow: everything it can do, by every way to sign in, and with everything going
//! wrong at once.

use crate::support::fields;
use std::collections::BTreeSet;
use std::time::Duration;
use tenure_connect::servicenow::{
    Answer, Auth, CallError, Compare, Condition, Lane, Outcome, Query, Refusal, Request, Row, ServiceNow,
    Settings, SigningAlgorithm, Unaskable,
};
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Instance, Server};

const COLUMNS: [&str; 4] = ["user_name", "email", "active", "u_okta_user_id"];

fn integration() -> Auth {
    Auth::Basic { username: "tenure.integration".into(), password: "integration-password".into() }
}

async fn start(settings: tenure_lab::servicenow::Settings) -> (Instance, Server, ServiceNow) {
    let instance = Instance::new(settings);
    let server = Server::local(instance.clone()).await.unwrap();
    let client = client(&server, integration());
    (instance, server, client)
}

fn settings(server: &Server, auth: Auth) -> Settings {
    Settings { timeout: Duration::from_secs(10), ..Settings::new(&server.url, auth) }
}

fn client(server: &Server, auth: Auth) -> ServiceNow {
    ServiceNow::new(settings(server, auth)).unwrap()
}

fn person(number: usize) -> tenure_connect::servicenow::Fields {
    fields(&[
        ("user_name", &format!("person{number:04}")),
        ("email", &format!("person{number:04}@example.com")),
        ("u_okta_user_id", &format!("00u{number:04}")),
    ])
}

async fn insert(client: &ServiceNow, number: usize) -> Result<Row, CallError> {
    client.insert(Lane::Normal, "sys_user", &person(number), &COLUMNS).await
}

async fn find(client: &ServiceNow, number: usize) -> Result<Vec<Row>, CallError> {
    let (column, value) = ("u_okta_user_id", format!("00u{number:04}"));
    client.find(Lane::Normal, "sys_user", column, &value, Compare::Exact, &COLUMNS).await
}

fn every_way_in() -> [Auth; 5] {
    let (client_id, client_secret) = ("tenure-client".to_owned(), "tenure-client-secret");
    [
        integration(),
        Auth::ApiKey { key: "tenure-key".into() },
        Auth::ClientCredentials {
            client_id: client_id.clone(),
            client_secret: client_secret.into(),
            scope: None,
            token_url: None,
        },
        Auth::Password {
            client_id: client_id.clone(),
            client_secret: client_secret.into(),
            username: "admin".into(),
            password: "admin-password".into(),
            scope: None,
            token_url: None,
        },
        Auth::Jwt {
            client_id,
            client_secret: Some(client_secret.into()),
            key_pem: client_secret.into(),
            algorithm: SigningAlgorithm::Hs256,
            subject: "tenure.integration".into(),
            audience: None,
            key_id: None,
            token_url: None,
        },
    ]
}

#[tokio::test]
async fn a_tenure_by_every_way_in() {
    let (instance, server, _) = start(tenure_lab::servicenow::Settings::default()).await;
    for (number, auth) in every_way_in().into_iter().enumerate() {
        let client = client(&server, auth);
        let row = insert(&client, number).await.unwrap();
        assert_eq!(
            (row.get("active"), row.get("user_name")),
            ("true", format!("person{number:04}").as_str())
        );
        let upper = format!("PERSON{number:04}");
        let found =
            client.find(Lane::Normal, "sys_user", "user_name", &upper, Compare::Folded, &[]).await.unwrap();
        assert_eq!(found.iter().map(|it| &it.sys_id).collect::<Vec<_>>(), [&row.sys_id]);
        assert!(
            client
                .find(Lane::Normal, "sys_user", "user_name", &upper, Compare::Exact, &[])
                .await
                .unwrap()
                .is_empty()
        );
        let leaver = fields(&[("active", "false")]);
        let row = client
            .update(Lane::Leaver, "sys_user", &row.sys_id, &leaver, &["active", "locked_out"])
            .await
            .unwrap();
        assert_eq!((row.get("active"), row.get("locked_out")), ("false", "true"));
        assert_eq!(instance.row("sys_user", row.sys_id.as_str()).unwrap().get("locked_out"), "true");
        let gone = tenure_identity::id::SysId::new("0123456789abcdef0123456789abcdef");
        assert_eq!(client.get(Lane::Normal, "sys_user", &gone, &COLUMNS).await.unwrap(), None);
    }
}

#[tokio::test]
async fn groups_and_memberships() {
    let (_, _server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    let group =
        client.insert(Lane::Normal, "sys_user_group", &fields(&[("name", "Sales")]), &[]).await.unwrap();
    let user = insert(&client, 1).await.unwrap();
    let pair = fields(&[("group", group.sys_id.as_str()), ("user", user.sys_id.as_str())]);
    let membership =
        client.insert(Lane::Normal, "sys_user_grmember", &pair, &["user", "group"]).await.unwrap();
    assert_eq!(membership.get("group"), group.sys_id.as_str());
    let of_user = Query::of(Condition::one_of("user", [user.sys_id.as_str()])).is("user.active", "true");
    let list = client.list(Lane::Normal, "sys_user_grmember", &of_user, &["group.name"]).await.unwrap();
    assert_eq!(list.iter().map(|it| it.get("group.name")).collect::<Vec<_>>(), ["Sales"]);
    assert_eq!(client.count(Lane::Normal, "sys_user_grmember", &of_user).await.unwrap(), 1);
    assert!(client.remove(Lane::Leaver, "sys_user_grmember", &membership.sys_id).await.unwrap());
    assert!(!client.remove(Lane::Leaver, "sys_user_grmember", &membership.sys_id).await.unwrap());
    assert_eq!(client.count(Lane::Normal, "sys_user_grmember", &of_user).await.unwrap(), 0);
}

#[tokio::test]
async fn the_dictionary_tells_of_lengths_and_inheritance() {
    let (_, _server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    let users = client.columns(Lane::Normal, "sys_user").await.unwrap();
    let user_name = users.get("user_name").unwrap();
    assert_eq!((user_name.max_length, user_name.unique, user_name.kind.as_str()), (Some(40), true, "string"));
    assert_eq!(users.get("manager").unwrap().reference.as_deref(), Some("sys_user"));
    let incidents = client.columns(Lane::Normal, "incident").await.unwrap();
    assert!(incidents.is_known());
    assert_eq!(incidents.get("assigned_to").unwrap().reference.as_deref(), Some("sys_user"));
    assert!(!incidents.may_have("u_okta_user_id"));
}

#[tokio::test]
async fn without_the_column_nobody_is_found_by_mistake() {
    let settings = tenure_lab::servicenow::Settings::default().without("sys_user", "u_okta_user_id");
    let (_, _server, client) = start(settings).await;
    let error = find(&client, 1).await.unwrap_err();
    assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Hidden, .. }), "{error}");
    client.columns(Lane::Normal, "sys_user").await.unwrap();
    let error = find(&client, 1).await.unwrap_err();
    assert!(matches!(error, CallError::CannotAsk { reason: Unaskable::Column, .. }), "{error}");
}

#[tokio::test]
async fn refusals_have_their_reasons() {
    let (instance, server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    insert(&client, 1).await.unwrap();
    let error = insert(&client, 1).await.unwrap_err();
    assert!(matches!(error, CallError::Refused(Refusal::PossibleDuplicate { .. })), "{error}");
    let rules = r#"
        abort = [{ table = "sys_user", column = "user_name", value = "person0002", rule = "No twos" }]
        mandatory = [{ table = "sys_user", columns = ["email"] }]
    "#;
    instance.set_faults(Faults::parse(rules).unwrap());
    let error = insert(&client, 2).await.unwrap_err();
    assert!(
        matches!(&error, CallError::Refused(Refusal::BusinessRule { name, .. }) if name == "No twos"),
        "{error}"
    );
    let nameless = fields(&[("user_name", "nameless")]);
    let error = client.insert(Lane::Normal, "sys_user", &nameless, &[]).await.unwrap_err();
    assert!(matches!(&error, CallError::Refused(Refusal::DataPolicy { .. })), "{error}");
    let error = client.list(Lane::Normal, "sys_usr", &Query::all(), &[]).await.unwrap_err();
    assert!(matches!(&error, CallError::Missing { table } if &**table == "sys_usr"), "{error}");
    let nobody = Auth::Basic { username: "nobody".into(), password: "nobody-password".into() };
    let error = insert(&self::client(&server, nobody), 3).await.unwrap_err();
    assert!(matches!(error, CallError::Refused(Refusal::Acl { .. })), "{error}");
    let stranger = Auth::Basic { username: "nobody".into(), password: "wrong".into() };
    let error = insert(&self::client(&server, stranger), 3).await.unwrap_err();
    assert!(matches!(error, CallError::Unauthenticated { .. }), "{error}");
    instance.hibernate(true);
    let error = find(&client, 1).await.unwrap_err();
    assert!(matches!(error, CallError::NotServiceNow { .. }), "{error}");
}

#[tokio::test]
async fn hidden_rows_do_not_hide_those_behind_them() {
    let (instance, _server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    for number in 0..300 {
        let person = person(number);
        let values: Vec<_> = person.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        instance.insert("sys_user", &values).unwrap();
    }
    instance.set_faults(Faults::parse(r#"hidden = [{ table = "sys_user", fraction = 0.7 }]"#).unwrap());
    let query = Query::of(Condition::starts_with("user_name", "person"));
    let mut seen = Vec::new();
    for size in [3, 40, 1000] {
        let mut pages = client.pages(Lane::Background, "sys_user", &query, &["user_name"], size);
        let mut read = Vec::new();
        while let Some(rows) = pages.next().await.unwrap() {
            read.extend(rows.into_iter().map(|it| it.sys_id));
        }
        assert_eq!(pages.total(), Some(300));
        assert_eq!(read.iter().collect::<BTreeSet<_>>().len(), read.len());
        seen.push(read);
    }
    assert!(seen.iter().all(|it| *it == seen[0]));
    let mut visible = 0;
    for row in instance.rows("sys_user").iter().filter(|it| it.get("user_name").starts_with("person")) {
        let id = tenure_identity::id::SysId::new(row.sys_id());
        visible += usize::from(client.get(Lane::Normal, "sys_user", &id, &[]).await.unwrap().is_some());
    }
    assert_eq!(seen[0].len(), visible);
    assert!((50..150).contains(&visible), "{visible}");
}

#[tokio::test]
async fn a_lost_answer_is_a_doubt_and_one_row() {
    let (instance, _server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    instance.set_faults(Faults::default().with(Fault::new(FaultKind::CutAfter).on("POST", "sys_user")));
    let error = insert(&client, 1).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::Unknown);
    assert_eq!((find(&client, 1).await.unwrap().len(), instance.calls().count("POST", "sys_user")), (1, 1));
}

#[tokio::test]
async fn a_batch_gets_done_in_the_end() {
    let (instance, _server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    let quota = Fault { serve: 3, ..Fault::new(FaultKind::BatchQuota).times(3) };
    instance.set_faults(Faults::default().with(quota));
    let insert = |number| Request::Insert {
        table: "sys_user".into(),
        fields: person(number),
        columns: vec!["user_name".into()],
    };
    let requests: Vec<_> = (0..20).map(insert).chain([insert(7)]).collect();
    let answers = client.batch(Lane::Normal, &requests).await.unwrap();
    for (number, answer) in answers[..20].iter().enumerate() {
        let Ok(Answer::Row(row)) = answer else { panic!("{answer:?}") };
        assert_eq!(row.get("user_name"), format!("person{number:04}"));
    }
    assert!(
        matches!(&answers[20], Err(CallError::Refused(Refusal::PossibleDuplicate { .. }))),
        "{:?}",
        answers[20]
    );
    assert_eq!(instance.calls().by["POST batch"], 4);
    let remove = |row: &Result<Answer, CallError>| match row {
        Ok(Answer::Row(row)) => Request::Remove { table: "sys_user".into(), id: row.sys_id.clone() },
        other => panic!("{other:?}"),
    };
    let removals: Vec<_> = answers[..20].iter().map(remove).collect();
    let answers = client.batch(Lane::Normal, &removals).await.unwrap();
    assert!(answers.iter().all(|it| matches!(it, Ok(Answer::Removed(true)))), "{answers:?}");
}

/// Sends somebody until they are there, as a delivery does: look first, write, and look again when in doubt.
async fn deliver(client: ServiceNow, number: usize) {
    for _ in 0..50 {
        let outcome = match find(&client, number).await {
            Ok(found) if found.is_empty() => insert(&client, number).await.map(drop),
            Ok(_) => return,
            Err(error) => Err(error),
        };
        if let Err(error) = outcome {
            assert!(!error.is_permanent(), "{error}");
        }
    }
    panic!("person {number} did not get through");
}

#[tokio::test]
async fn with_everything_going_wrong_each_person_arrives_once() {
    let (instance, server, _) = start(tenure_lab::servicenow::Settings::default()).await;
    // Whoever is refused twice comes back at once: here it is always a blip.
    let client =
        ServiceNow::new(Settings { hold: Duration::ZERO, ..settings(&server, integration()) }).unwrap();
    let faults = r#"
        seed = 7
        fault = [
            { kind = "too_many_requests", rate = 0.03, retry_after = 0 },
            { kind = "unavailable", rate = 0.03 },
            { kind = "bad_gateway", rate = 0.03 },
            { kind = "html", rate = 0.03 },
            { kind = "unauthorized", rate = 0.05 },
            { kind = "cut_before", rate = 0.03 },
            { kind = "cut_after", rate = 0.05 },
        ]
    "#;
    instance.set_faults(Faults::parse(faults).unwrap());
    let people = 120;
    let deliveries: Vec<_> =
        (0..people).map(|number| tokio::spawn(deliver(client.clone(), number))).collect();
    for delivery in deliveries {
        delivery.await.unwrap();
    }
    for number in 0..people {
        assert_eq!(
            instance.find("sys_user", "u_okta_user_id", &format!("00u{number:04}")).len(),
            1,
            "{number}"
        );
    }
    assert_eq!(instance.writes().len(), people);
    assert!(instance.calls().peak <= 8);
    let pace = client.pace();
    assert_eq!((pace.in_flight, pace.waiting), (0, 0));
    assert!(pace.refusals > 0);
}

#[tokio::test]
async fn the_end_of_a_rate_limit_is_reached_by_leavers_and_then_said() {
    let (instance, _server, client) = start(tenure_lab::servicenow::Settings::default()).await;
    instance.set_faults(Faults::parse("rate_limit = [{ limit = 20 }]").unwrap());
    // A minute after the full hour, so that the hour is not over soon.
    let into_the_hour = u64::try_from(instance.now().as_second() % 3600).unwrap();
    instance.advance(Duration::from_secs(3660 - into_the_hour));
    let one = Query::all().is("user_name", "admin");
    for _ in 0..20 {
        client.list(Lane::Leaver, "sys_user", &one, &[]).await.unwrap();
    }
    let error = client.list(Lane::Leaver, "sys_user", &one, &[]).await.unwrap_err();
    assert!(matches!(error, CallError::RateLimited { .. }), "{error}");
    assert!(
        error.retry_after().is_some_and(|it| it > Duration::from_secs(120) && it <= Duration::from_secs(900))
    );
    let calls = instance.calls().total;
    client.list(Lane::Background, "sys_user", &one, &[]).await.unwrap_err();
    assert_eq!(instance.calls().total, calls);
}
