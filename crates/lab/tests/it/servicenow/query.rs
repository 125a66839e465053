//! Encoded queries against rows: what each operator finds, and the trap that unknown columns are.

use tenure_lab::servicenow::{Faults, Settings};

use super::client::Snow;

/// Three people: Ada, who manages Bob; Bob; and Cy, inactive and nobody's.
async fn people() -> Snow {
    let snow = Snow::start().await;
    let ada = snow.row(
        "sys_user",
        &[
            ("user_name", "Ada"),
            ("first_name", "Ada"),
            ("last_name", "Lovelace"),
            ("email", "ada@x.com"),
            ("title", "T"),
        ],
    );
    snow.row(
        "sys_user",
        &[
            ("user_name", "bob"),
            ("email", "bob"),
            ("manager", &ada),
            ("failed_attempts", "10"),
            ("title", "T"),
        ],
    );
    snow.row(
        "sys_user",
        &[("user_name", "cy"), ("active", "false"), ("failed_attempts", "9"), ("title", "T")],
    );
    snow
}

async fn check(snow: &Snow, query: &str, expected: &[&str]) {
    let found = snow.found("sys_user", &format!("title=T^{query}^ORDERBYuser_name"), "user_name").await;
    assert_eq!(found, expected, "{query}");
}

#[tokio::test]
async fn operators_find_what_they_say() {
    let snow = people().await;
    let ada = snow.instance.find("sys_user", "user_name", "Ada")[0].sys_id().to_owned();
    let cases: &[(&str, &[&str])] = &[
        ("user_name=ada", &["Ada"]),
        ("user_name!=ada", &["bob", "cy"]),
        ("user_nameINADA,cy", &["Ada", "cy"]),
        ("user_nameNOT INada,cy", &["bob"]),
        ("user_nameLIKED", &["Ada"]),
        ("user_nameNOT LIKEd", &["bob", "cy"]),
        ("user_name*b", &["bob"]),
        ("user_nameSTARTSWITHa^user_nameENDSWITHa", &["Ada"]),
        ("email%.com", &["Ada"]),
        ("managerISEMPTY", &["Ada", "cy"]),
        ("managerISNOTEMPTY", &["bob"]),
        ("manager.last_name=Lovelace", &["bob"]),
        ("managerLIKElove", &["bob"]),
        ("failed_attempts>9", &["bob"]),
        ("failed_attemptsBETWEEN9@10", &["bob", "cy"]),
        ("emailSAMEASuser_name", &["bob"]),
        ("emailNSAMEASuser_name", &["Ada", "cy"]),
        ("active=false^ORuser_name=bob", &["bob", "cy"]),
        ("emailEMPTYSTRING", &["cy"]),
        ("emailANYTHING", &["Ada", "bob", "cy"]),
        (
            "sys_created_onONToday@javascript:gs.beginningOfToday()@javascript:gs.endOfToday()",
            &["Ada", "bob", "cy"],
        ),
        ("sys_created_onRELATIVEGT@hour@ago@1", &["Ada", "bob", "cy"]),
        ("sys_created_onRELATIVELT@hour@ago@1", &[]),
        ("sys_created_on<javascript:gs.daysAgo(1)", &[]),
        ("sys_updated_onGT_OR_EQUALS_FIELDsys_created_on", &["Ada", "bob", "cy"]),
        ("sys_updated_onMORETHANsys_created_on@day@before@1", &["Ada", "bob", "cy"]),
        ("active=true^EQ", &["Ada", "bob"]),
    ];
    for (query, expected) in cases {
        check(&snow, query, expected).await;
    }
    check(&snow, &format!("manager={ada}"), &["bob"]).await;
    check(&snow, &format!("sys_idIN{ada},none"), &["Ada"]).await;
    check(&snow, &format!("sys_id={}", ada.to_uppercase()), &[]).await;
}

#[tokio::test]
async fn alternatives_are_joined_at_the_top() {
    let snow = people().await;
    let query = "title=T^user_name=cy^NQtitle=T^user_name=bob^ORuser_name=ada^ORDERBYDESCuser_name";
    assert_eq!(snow.found("sys_user", query, "user_name").await, ["cy", "bob", "Ada"]);
}

#[tokio::test]
async fn who_asks_can_be_named() {
    let snow = people().await;
    let me = ["javascript:gs.getUserID()", "DYNAMIC90d1921e5f510100a9ad2572f2b477fe"];
    let found = snow.found("sys_user", &format!("sys_id={}", me[0]), "user_name").await;
    assert_eq!(found, ["tenure.integration"]);
    let found = snow.found("sys_user", &format!("sys_id{}", me[1]), "user_name").await;
    assert_eq!(found, ["tenure.integration"]);
}

#[tokio::test]
async fn unknown_columns_and_operators_find_everybody() {
    let snow = people().await;
    check(&snow, "u_nonsense=1", &["Ada", "bob", "cy"]).await;
    check(&snow, "user_nameFOOx", &["Ada", "bob", "cy"]).await;
    check(&snow, "manager.u_nonsense=1", &["Ada", "bob", "cy"]).await;
    check(&snow, "user_name=bob^ORu_nonsense=1", &["bob"]).await;
}

#[tokio::test]
async fn an_instance_without_the_column_gives_a_stranger() {
    let snow = Snow::with(Settings::default().without("sys_user", "u_okta_user_id")).await;
    let found = snow.list("sys_user", "u_okta_user_id=00u123", "sysparm_limit=1").await;
    assert_eq!(found.result().as_array().unwrap().len(), 1);
    assert!(found.result()[0].get("u_okta_user_id").is_none());
}

#[tokio::test]
async fn the_property_makes_unknown_columns_find_nobody() {
    let snow = people().await;
    let faults = Faults { invalid_query_returns_no_rows: true, ..Faults::default() };
    snow.instance.set_faults(faults);
    check(&snow, "u_nonsense=1", &[]).await;
    check(&snow, "user_name=bob", &["bob"]).await;
    let property = "name=glide.invalid_query.returns_no_rows";
    assert_eq!(snow.found("sys_properties", property, "value").await, ["true"]);
}

#[tokio::test]
async fn a_caret_in_a_value_is_a_condition() {
    let snow = people().await;
    snow.row("sys_user", &[("user_name", "x^active=false"), ("title", "T")]);
    check(&snow, "user_name=x^active=false", &[]).await;
    check(&snow, "user_nameSTARTSWITHx", &["x^active=false"]).await;
}

#[tokio::test]
async fn the_queries_of_a_leaver_find_what_is_left() {
    let snow = people().await;
    let ada = snow.instance.find("sys_user", "user_name", "Ada")[0].sys_id().to_owned();
    let bob = snow.instance.find("sys_user", "user_name", "bob")[0].sys_id().to_owned();
    snow.row("incident", &[("assigned_to", &ada)]);
    snow.row("incident", &[("assigned_to", &ada), ("active", "false")]);
    snow.row("sysapproval_approver", &[("approver", &ada), ("state", "requested")]);
    snow.row("sysapproval_approver", &[("approver", &ada), ("state", "approved")]);
    snow.row("sys_user_group", &[("manager", &ada), ("name", "VPN")]);
    snow.row("cmn_department", &[("dept_head", &ada), ("name", "IT")]);
    snow.row("cmn_cost_center", &[("manager", &ada), ("name", "IT")]);
    snow.row("sys_user_delegate", &[("user", &bob), ("delegate", &ada), ("ends", "2100-01-01 00:00:00")]);
    for (table, query) in [
        ("task", format!("active=true^assigned_to={ada}")),
        ("sysapproval_approver", format!("state=requested^approver={ada}")),
        ("sys_user_group", format!("manager={ada}")),
        ("sys_user", format!("manager={ada}^active=true")),
        ("cmn_department", format!("dept_head={ada}")),
        ("cmn_cost_center", format!("manager={ada}")),
        ("sys_user_delegate", format!("delegate={ada}^ends>javascript:gs.nowDateTime()")),
    ] {
        assert_eq!(snow.found(table, &query, "sys_id").await.len(), 1, "{table} {query}");
    }
}
