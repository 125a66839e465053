//! `tenure onboard` before the first push: the report, the keys, and then the push, after which nobody has two records.

use crate::support::{Scene, client};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::process::Output;
use std::time::{Duration, Instant};
use tenure_lab::brownfield::{Brownfield, Exported};
use tenure_lab::servicenow::{Faults, Instance, Server, Settings};

/// How long deliveries may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// An instance with a history, the provider's export, and a folder that is configured for both.
struct Rehearsal {
    scene: Scene,
    history: Brownfield,
    instance: Instance,
    _server: Server,
}

impl Rehearsal {
    async fn begin(seed: u64, users: usize, faults: &str) -> Self {
        let (history, instance) = (Brownfield::generate(seed, users), Instance::new(Settings::default()));
        instance.seed_history(&history);
        instance.set_faults(Faults::parse(faults).unwrap());
        let server = Server::local(instance.clone()).await.unwrap();
        let scene = Scene::empty();
        let password = scene.write("password", "integration-password");
        scene.write("idp.csv", history.idp_csv());
        let configuration = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n\n[store]\nurl = \"sqlite:tenure.db\"\n\n[sources.okta]\nkind = \"scim\"\n\n\
             [target]\nkind = \"servicenow\"\nurl = \"{}\"\nauth = {{ kind = \"basic\", username = \"tenure.integration\", \
             password = {{ file = \"{}\" }} }}\n",
            server.url,
            password.display()
        );
        scene.write("tenure.toml", configuration);
        Self { scene, history, instance, _server: server }
    }

    async fn onboard(&self, words: &[&str]) -> Output {
        let words = [&["onboard", "--idp-csv", "idp.csv"], words].concat();
        let mut command = self.scene.command(&words);
        tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
    }

    /// What a run says in JSON. It ends with 1, because some cases always wait for a human.
    async fn json(&self, words: &[&str]) -> Value {
        let output = self.onboard(&[words, &["--format", "json"]].concat()).await;
        assert_eq!(output.status.code(), Some(1), "{}", self.scene.show(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Pushes these users over SCIM and waits until the target has them. Gives their ids by external id.
    async fn push(&self, users: &[&Exported]) -> BTreeMap<String, String> {
        let server = self.scene.serve();
        let mut api = server.api(&self.scene.token("okta"));
        let mut ids = BTreeMap::new();
        for user in users {
            let body =
                client::user(&user.id, &user.login, &user.first_name, &user.last_name, &user.employee_number);
            ids.insert(user.id.clone(), api.create("/Users", &client::with_email(body, &user.email)).await);
        }
        let since = Instant::now();
        loop {
            // It ends with 1 where anything is refused.
            let status = self.scene.output(&["deliver", "status", "--format", "json"]).stdout;
            let status: Value = serde_json::from_slice(&status).unwrap();
            if status["pending"] == 0 {
                server.stop();
                return ids;
            }
            assert!(since.elapsed() < PATIENCE, "{status}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The record that is the person's.
    fn record_of(&self, id: &str) -> Value {
        let mut all = self.scene.json(&["deliver", "status", id]);
        all[0]["sys_id"].take()
    }
}

fn list<'a>(json: &'a Value, name: &str) -> &'a [Value] {
    json[name].as_array().unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_is_made_and_nothing_is_written() {
    let rehearsal = Rehearsal::begin(21, 200, "").await;
    let output = rehearsal.onboard(&["--report", "report.html", "--csv", "report.csv"]).await;
    assert_eq!(output.status.code(), Some(1));
    let (said, talk) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(said.contains("203 records") && said.contains("Cases to decide"), "{said}");
    assert_eq!(
        talk,
        "wrote report.html\nwrote report.csv\n\
         `tenure onboard decide WHO SYS_ID` answers a case, or `new` in place of the id\n\
         nothing was written to the target\n"
    );
    let exists = |name: &str| rehearsal.scene.path().join(name).metadata().unwrap().len() > 1_000;
    assert!(exists("report.html") && exists("report.csv"));
    assert!(rehearsal.instance.writes().is_empty());

    let empty = rehearsal.scene.run(&["onboard", "--apply", "--seed-keys", "--yes"]);
    assert!(empty.starts_with("exit 1") && empty.contains("nobody is known yet"), "{empty}");
    assert!(!empty.contains("Applied"), "{empty}");

    let asked = rehearsal.onboard(&["--apply"]).await;
    assert_eq!(asked.status.code(), Some(2));
    assert!(String::from_utf8(asked.stderr).unwrap().contains("add `--yes`"));
    assert!(rehearsal.instance.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_users_are_hidden_nothing_is_applied_before_somebody_says_so() {
    let rehearsal = Rehearsal::begin(7, 300, "[[hidden]]\ntable = \"sys_user\"\nfraction = 0.5\n").await;
    let apply = ["--apply", "--seed-keys", "--yes"];
    let output = rehearsal.onboard(&[&apply[..], &["--format", "json"]].concat()).await;
    assert_eq!(output.status.code(), Some(1));
    let (json, talk): (Value, _) =
        (serde_json::from_slice(&output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    let gap = json["gaps"][0].as_str().unwrap();
    assert!(gap.contains("`sys_user` has 303 rows"), "{gap}");
    assert_eq!((&json["hides_users"], &json["applied"]), (&Value::Bool(true), &Value::Null));
    assert!(talk.contains(gap) && talk.contains("error: users are probably hidden"), "{talk}");
    assert!(talk.contains("--despite-gaps"), "{talk}");
    assert!(rehearsal.instance.writes().is_empty());

    let output = rehearsal.onboard(&["--apply", "--seed-keys", "--yes", "--despite-gaps"]).await;
    let (said, talk) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(said.starts_with("Users are probably hidden") && said.contains("Applied"), "{said}");
    assert!(talk.contains("stable keys be written to") && !talk.contains("error"), "{talk}");
    assert!(!rehearsal.instance.writes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_onboarded_before_the_first_push_gets_no_second_record() {
    let rehearsal = Rehearsal::begin(22, 2_000, "").await;
    let before = rehearsal.instance.count_of("sys_user");
    let applied = rehearsal.json(&["--apply", "--seed-keys", "--yes"]).await;
    let (links, truth) = (list(&applied, "links"), &rehearsal.history.truth);
    let is_right = |link: &&Value| {
        truth.human_of.get(text(link, "/record/sys_id"))
            == truth.human_of_identity.get(text(link, "/person/id"))
    };
    let right = links.iter().filter(is_right).count();
    let with_record: HashSet<_> = truth.human_of.values().collect();
    let linkable = truth.human_of_identity.values().filter(|human| with_record.contains(human)).count();
    println!("precision {right} of {}, recall {right} of {linkable}", links.len());
    assert_eq!(right, links.len(), "no link is wrong");
    assert!(right * 100 >= linkable * 95, "{right} of {linkable}");
    for link in links {
        let row = rehearsal.instance.row("sys_user", text(link, "/record/sys_id")).unwrap();
        assert_eq!(row.get("u_okta_user_id"), text(link, "/person/id"));
    }

    rehearsal.instance.forget();
    let again = rehearsal.json(&["--apply", "--seed-keys", "--yes"]).await;
    assert!(rehearsal.instance.writes().is_empty(), "applying twice writes nothing");
    assert_eq!(list(&again, "links").len(), links.len());

    // Those whose key was seeded and every tenth of the others; whoever waits for a decision is not pushed yet.
    let seeded = links.iter().filter(|link| !link["seed_key"].is_null());
    let others = links.iter().filter(|link| link["seed_key"].is_null()).step_by(10);
    let records: BTreeMap<_, _> = seeded
        .take(150)
        .chain(others)
        .map(|link| (text(link, "/person/id"), text(link, "/record/sys_id")))
        .collect();
    let newcomers: HashSet<_> = list(&applied, "newcomers").iter().map(|it| text(it, "/id")).collect();
    let is_pushed = |user: &&Exported| records.contains_key(&*user.id) || newcomers.contains(&*user.id);
    let users: Vec<_> = rehearsal.history.exported.iter().filter(is_pushed).collect();
    let ids = rehearsal.push(&users).await;
    assert_eq!(ids.len(), records.len() + newcomers.len());
    assert_eq!(
        rehearsal.instance.count_of("sys_user"),
        before + newcomers.len(),
        "only who had none has a new record"
    );
    for (external_id, record) in records.iter().step_by(25) {
        assert_eq!(rehearsal.record_of(&ids[*external_id]), **record);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_push_of_everybody_no_human_being_has_a_second_record() {
    let rehearsal = Rehearsal::begin(24, 700, "").await;
    let truth = &rehearsal.history.truth;
    let with_record: HashSet<_> = truth.human_of.values().collect();
    let has_record = |id: &str| with_record.contains(&truth.human_of_identity[id]);
    let applied = rehearsal.json(&["--apply", "--seed-keys", "--yes"]).await;
    let newcomers: Vec<_> = list(&applied, "newcomers").iter().map(|it| text(it, "/id")).collect();
    let cases: HashSet<_> =
        list(&applied, "cases").iter().flat_map(|it| list(it, "people")).map(|it| text(it, "/id")).collect();
    assert!(newcomers.iter().all(|id| !has_record(id)), "{newcomers:?}");
    assert!(!newcomers.is_empty() && cases.iter().any(|id| !has_record(id)), "some cases are of new hires");

    let everybody: Vec<_> = rehearsal.history.exported.iter().collect();
    rehearsal.push(&everybody).await;
    let before: HashSet<_> = rehearsal.history.users.iter().map(|row| row["sys_id"].as_str()).collect();
    let made = || {
        let rows = rehearsal.instance.rows("sys_user").into_iter();
        let keys =
            rows.filter(|row| !before.contains(row.sys_id())).map(|row| row.get("u_okta_user_id").to_owned());
        keys.filter(|key| !key.is_empty()).collect::<Vec<_>>()
    };
    let mut first = made();
    first.sort();
    let mut expected: Vec<_> = newcomers.iter().map(|id| (*id).to_owned()).collect();
    expected.sort();
    assert_eq!(first, expected, "whoever is new, and nobody else");

    // A new hire who looked like somebody gets a record by a human's word.
    let hired = cases.iter().find(|id| !has_record(id)).unwrap();
    let said = rehearsal.scene.run(&["onboard", "decide", hired, "new"]);
    assert!(said.starts_with("exit 0") && said.contains("is new"), "{said}");
    let nobody = rehearsal.scene.run(&["onboard", "decide", "nobody@example.com", "new"]);
    assert!(nobody.starts_with("exit 1") && nobody.contains("onboarding asks nothing about"), "{nobody}");
    let decided = rehearsal.json(&[]).await;
    let open =
        list(&decided, "cases").iter().flat_map(|it| list(it, "people")).map(|it| text(it, "/user_name"));
    let login = rehearsal.history.exported.iter().find(|it| it.id == **hired).map(|it| it.login.as_str());
    assert!(open.into_iter().all(|open| Some(open) != login));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_in_trouble_is_onboarded_all_the_same() {
    let faults = "seed = 5\n[[fault]]\nkind = \"unavailable\"\nrate = 0.05\nretry_after = 0\n\
                  [[fault]]\nkind = \"cut_after\"\nmethod = \"PATCH\"\nrate = 0.2\n\
                  [[fault]]\nkind = \"cut_before\"\nrate = 0.05\n";
    let rehearsal = Rehearsal::begin(23, 300, faults).await;
    let applied = rehearsal.json(&["--apply", "--seed-keys", "--yes"]).await;
    let unwell: Vec<_> = list(&applied["applied"], "links")
        .iter()
        .filter(|it| !it["key"].is_null() && !matches!(text(it, "/key/outcome"), "landed" | "standing"))
        .collect();
    // Whatever did not come through is done by doing it again, and nothing else is.
    rehearsal.instance.set_faults(Faults::default());
    rehearsal.instance.forget();
    let again = rehearsal.json(&["--apply", "--seed-keys", "--yes"]).await;
    assert!(rehearsal.instance.writes().len() <= unwell.len(), "{unwell:?}");
    for link in list(&again, "links") {
        let row = rehearsal.instance.row("sys_user", text(link, "/record/sys_id")).unwrap();
        assert_eq!(row.get("u_okta_user_id"), text(link, "/person/id"));
    }
}
