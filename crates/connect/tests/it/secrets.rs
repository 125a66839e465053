//! Neither logs nor errors nor what is printed for debugging tell passwords, tokens or people.

use crate::support::{Instance, Reply, answer, failure, fields, json as reply, rows};
use serde_json::json;
use std::io::Write;
use std::sync::{Arc, Mutex};
use tenure_connect::servicenow::{Auth, Compare, Lane, Proxy, Request, ServiceNow, Settings};
use tenure_identity::id::SysId;
use tracing_subscriber::fmt::MakeWriter;

/// Secrets and personal data that the tests below send and receive.
const HIDDEN: [&str; 7] = ["s3cret-word", "app-s3cret", "t0ken", "ada@", "ada%40", "Lovelace", "czNjcmV0"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[track_caller]
fn check(what: &str, text: &str) {
    for hidden in HIDDEN {
        assert!(!text.contains(hidden), "{what} tells `{hidden}`: {text}");
    }
}

fn settings(instance: &Instance) -> Settings {
    let auth = Auth::Password {
        client_id: "app".into(),
        client_secret: "app-s3cret".into(),
        username: "tenure".into(),
        password: "s3cret-word".into(),
        scope: None,
        token_url: None,
    };
    Settings { auth, timeout: std::time::Duration::from_millis(300), ..instance.settings() }
}

/// Does everything that can be done with a person, and writes down what comes of it.
async fn do_everything(client: &ServiceNow) -> String {
    let id = SysId::new("a1");
    let person = fields(&[("email", "ada@example.com"), ("last_name", "Lovelace")]);
    let request =
        Request::Insert { table: "sys_user".into(), fields: person.clone(), columns: vec!["email".into()] };
    let requests = [request.clone(), request];
    let mut seen = format!("{requests:?} {client:?}");
    let show = |it: &dyn std::fmt::Debug| format!(" {it:?}");
    let found = client
        .find(Lane::Normal, "sys_user", "email", "ada@example.com", Compare::Folded, &["last_name"])
        .await;
    seen += &show(&found);
    let refused =
        client.find(Lane::Normal, "sys_user", "email", "^ada@example.com", Compare::Folded, &[]).await;
    seen += &show(&refused);
    seen += &show(&client.insert(Lane::Normal, "sys_user", &person, &["email"]).await);
    seen += &show(&client.update(Lane::Normal, "sys_user", &id, &person, &["email"]).await);
    seen += &show(&client.batch(Lane::Normal, &requests).await);
    let error = client.update(Lane::Normal, "sys_user", &id, &person, &["email"]).await.err();
    let mut cause: Option<&dyn std::error::Error> = error.as_ref().map(|it| it as _);
    while let Some(error) = cause {
        seen += &format!(" {error} {error:?}");
        cause = error.source();
    }
    seen + &show(&client)
}

#[tokio::test]
async fn nothing_tells() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let person = || json!({ "sys_id": "a1", "email": "ada@example.com", "last_name": "Lovelace" });
    let answers: [fn(serde_json::Value) -> Reply; 6] = [
        |person| reply(200, json!({ "result": person })),
        |person| rows(json!([person]), 1),
        |_| failure(403, "Operation Failed", "ACL Exception Update Failed due to security constraints"),
        |_| answer(200, "text/html", "<html>Lovelace, your session t0ken has ended</html>"),
        |_| Reply::Cut,
        |_| Reply::Silence,
    ];
    for answer in answers {
        let instance = Instance::start(move |asked| match asked.path.as_str() {
            "/oauth_token.do" => {
                reply(200, json!({ "access_token": "t0ken", "refresh_token": "t0ken-2", "expires_in": 1799 }))
            }
            _ => answer(person()),
        })
        .await;
        check("what is seen", &do_everything(&ServiceNow::new(settings(&instance)).unwrap()).await);
    }
    // What ServiceNow itself says of people is told to whoever reads the error, and not to the log.
    let duplicate =
        "Unique Key violation detected by database (Duplicate entry 'ada@example.com' for key 'email')";
    let instance = Instance::start(move |_| failure(403, "Operation Failed", duplicate)).await;
    assert!(do_everything(&instance.client()).await.contains("ada@example.com"));
    let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    check("the log", &log);
    assert!(log.contains("table=\"sys_user\" method=\"PATCH\" status=200"), "{log}");
    assert!(log.contains("sys_id=\"a1\""), "{log}");
}

#[tokio::test]
async fn settings_do_not_tell() {
    let instance = Instance::replies(vec![]).await;
    check("settings", &format!("{:?} {:?}", settings(&instance), instance.settings()));
    check("a client", &format!("{:?}", instance.client()));
    let credentials = Some(("tenure".to_owned(), "s3cret-word".into()));
    let proxy = Some(Proxy { url: "http://127.0.0.1:1".into(), credentials });
    let through = Settings { proxy, ..instance.settings() };
    check("a proxy", &format!("{through:?} {:?}", ServiceNow::new(through.clone()).unwrap()));
}
