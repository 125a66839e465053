//! The instance seen from outside: counters, writes, `/lab`, clones, the end of a server.

use hyper::Method;
use serde_json::json;
use tenure_lab::servicenow::Refused;

use super::client::{Call, Snow};

#[tokio::test]
async fn calls_and_writes_are_counted() {
    let snow = Snow::start().await;
    let made = snow.post("/api/now/table/sys_user", json!({ "user_name": "ada" })).await.result();
    let id = made["sys_id"].as_str().unwrap();
    snow.patch(&format!("/api/now/table/sys_user/{id}"), json!({ "title": "T", "city": "X" })).await;
    snow.patch(&format!("/api/now/table/sys_user/{id}"), json!({ "title": "T" })).await;
    snow.instance.patch("sys_user", id, &[("title", "by hand")]).unwrap();
    let calls = snow.instance.calls();
    assert_eq!((calls.total, calls.count("PATCH", "sys_user"), calls.in_flight), (3, 2, 0));
    assert_eq!((calls.statuses[&200], calls.statuses[&201]), (2, 1));
    assert_eq!(calls.in_vain.iter().collect::<Vec<_>>(), [(&"PATCH sys_user".to_owned(), &1)]);
    let writes = snow.instance.writes();
    let shown: Vec<_> = writes.iter().map(|write| (write.method.as_str(), write.sys_id.as_str())).collect();
    assert_eq!(
        shown,
        [("POST", id), ("PATCH", id)],
        "what changes nothing, and what is done by hand, is not there"
    );
    assert_eq!(
        (writes[1].columns.join(","), writes[1].by.as_str()),
        ("city,title".to_owned(), "tenure.integration")
    );
    snow.instance.forget();
    assert_eq!((snow.instance.calls().total, snow.instance.writes().len()), (0, 0));
}

#[tokio::test]
async fn whoever_rehearses_from_outside_sees_the_same() {
    let snow = Snow::start().await.authorized(None);
    let made = snow.post("/lab/rows/cmn_department", json!({ "name": "Sales" })).await;
    assert_eq!((made.status, &made.json()["name"]), (201, &json!("Sales")));
    assert_eq!(snow.get("/lab/rows/cmn_department").await.json(), json!([made.json()]));
    assert!(!snow.get("/lab/rows/sys_user").await.text.contains("password\":\"i"));
    assert_eq!(snow.post("/lab/rows/nonsense", json!({})).await.status, 400);

    let schedule = Call::new(Method::POST, "/lab/faults").body("[[fault]]\nkind = \"unavailable\"\n");
    assert_eq!(snow.send(schedule).await.status, 204);
    assert_eq!(snow.get("/api/now/table/sys_user").await.status, 503);
    let wrong = snow.send(Call::new(Method::POST, "/lab/faults").body("[[fault]]\nkind = \"x\"\n")).await;
    assert_eq!(wrong.status, 400);
    assert!(wrong.failure().2.contains("unknown variant"), "{}", wrong.text);

    assert_eq!(snow.get("/lab/calls").await.json()["by"], json!({ "GET sys_user": 1 }));
    assert_eq!(snow.get("/lab/writes").await.json(), json!([]));
    assert_eq!(snow.delete("/lab/calls").await.status, 204);
    assert_eq!(snow.get("/lab/calls").await.json()["total"], 0);
    let before = snow.instance.rows("cmn_department")[0].sys_id().to_owned();
    assert_eq!(snow.send(Call::new(Method::POST, "/lab/clone")).await.status, 204);
    assert_ne!(snow.instance.rows("cmn_department")[0].sys_id(), before);
}

#[tokio::test]
async fn a_clone_swaps_every_id_and_nothing_else() {
    let snow = Snow::start().await;
    let ada = snow.user("ada");
    let bob = snow.row("sys_user", &[("user_name", "bob"), ("manager", &ada)]);
    let group = snow.row("sys_user_group", &[("name", "VPN"), ("type", &format!("{ada},other"))]);
    snow.row("sys_user_grmember", &[("user", &bob), ("group", &group)]);
    let task = snow.row("incident", &[("assigned_to", &bob)]);
    snow.instance.patch("incident", &task, &[("work_notes", "note")]).unwrap();
    snow.instance.clone_over();
    for id in [&ada, &bob, &group, &task] {
        assert!(
            ["sys_user", "sys_user_group", "task"].iter().all(|table| snow.instance.row(table, id).is_none())
        );
    }
    let fields = "sysparm_fields=user.user_name,user.manager.user_name,group.name";
    let member = snow.list("sys_user_grmember", "", fields).await.result()[0].clone();
    assert_eq!(
        member,
        json!({ "user.user_name": "bob", "user.manager.user_name": "ada", "group.name": "VPN" })
    );
    let bob = snow.instance.find("sys_user", "user_name", "bob")[0].sys_id().to_owned();
    let tasks = snow.found("task", &format!("assigned_to={bob}"), "sys_id").await;
    assert_eq!(snow.instance.find("sys_journal_field", "element_id", &tasks[0]).len(), 1);
    let ada = snow.instance.find("sys_user", "user_name", "ada")[0].sys_id().to_owned();
    assert_eq!(snow.instance.rows("sys_user_group")[0].get("type"), format!("{ada},other"));
}

#[tokio::test]
async fn by_hand_the_same_rules_apply() {
    let snow = Snow::start().await;
    snow.user("ada");
    let refused = snow.instance.insert("sys_user", &[("user_name", "ada")]).unwrap_err();
    assert!(matches!(&refused, Refused::Duplicate { column, .. } if column == "user_name"), "{refused}");
    let refused = snow.instance.insert("nonsense", &[]).unwrap_err();
    assert_eq!(refused.to_string(), "there is no table `nonsense`");
    let refused = snow.instance.remove("sys_user", "none").unwrap_err();
    assert!(matches!(refused, Refused::NoRow { .. }));
}

#[tokio::test]
async fn a_stopped_server_is_gone_and_its_instance_is_not() {
    let snow = Snow::start().await;
    snow.user("ada");
    let (instance, address) = (snow.instance.clone(), snow.server.address);
    snow.server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
    assert_eq!(instance.find("sys_user", "user_name", "ada").len(), 1);
}
