//! Filters: which attributes, which operators, which shapes, and what is said of the rest.

use tenure_lab::http::percent_encode;

use super::{SERVICENOW, Snow, USERS, failure, made, set_up, user};

async fn company() -> Snow {
    let snow = set_up("").await;
    let department = snow.row("cmn_department", &[("name", "Mathematics")]);
    let (_, ada) = made(&snow, user("ada", "00u1")).await;
    let values =
        [("department", department.as_str()), ("phone", "1"), ("city", "London"), ("employee_number", "7")];
    snow.instance.patch("sys_user", &ada, &values).expect("it can be changed");
    snow.row("sys_user", &[("user_name", "bob"), ("last_name", "Babbage"), ("active", "false")]);
    snow
}

async fn found(snow: &Snow, filter: &str) -> Vec<String> {
    let reply = snow.get(&format!("{USERS}?count=100&filter={}", percent_encode(filter))).await;
    assert_eq!(reply.status, 200, "{filter}: {}", reply.text);
    let body = reply.json();
    let users = body["Resources"].as_array().expect("resources");
    users.iter().map(|user| user["userName"].as_str().expect("a name").to_owned()).collect()
}

#[tokio::test]
async fn what_can_be_filtered() {
    let snow = company().await;
    let department = format!("{SERVICENOW}:department.name eq \"mathematics\"");
    let by_number = format!("{SERVICENOW}:employeeNumber eq \"7\"");
    for filter in [
        r#"userName eq "ADA""#,
        r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "ada""#,
        r#"externalId eq "00u1""#,
        r#"name.familyName sw "love""#,
        r#"displayName co "da Lo""#,
        r#"userName ew "da" and active eq true"#,
        r#"(userName eq "ada" or userName eq "nobody-else") and name.givenName pr"#,
        r#"emails[type eq "work" and value eq "ada@example.com"]"#,
        r#"phoneNumbers[type eq "work" and value eq "1"]"#,
        r#"addresses[type eq "home" and locality eq "London"]"#,
        r#"department.name eq "Mathematics""#,
        &department,
        &by_number,
        r#"meta.created gt "2020-01-01T00:00:00Z" and externalId eq "00u1""#,
    ] {
        assert_eq!(found(&snow, filter).await, ["ada"], "{filter}");
    }
    assert_eq!(found(&snow, "active eq false").await, ["bob"]);
    assert_eq!(found(&snow, r#"userName eq "no one""#).await, [""; 0]);
    assert_eq!(found(&snow, r#"meta.lastModified lt "2020-01-01T00:00:00+01:00""#).await, [""; 0]);
}

#[tokio::test]
async fn external_ids_find_only_whom_scim_knows() {
    let snow = company().await;
    let id = snow.row("sys_user", &[("user_name", "00u7"), ("u_okta_user_id", "00u7")]);
    assert_eq!(found(&snow, r#"externalId eq "00u7""#).await, [""; 0]);
    snow.row("sys_scim_user", &[("user", &id), ("external_id", "00u7")]);
    assert_eq!(found(&snow, r#"externalId eq "00u7""#).await, ["00u7"]);
}

#[tokio::test]
async fn what_cannot_be_filtered() {
    let snow = company().await;
    for (filter, reason) in [
        (r#"emails[type eq "work"].value eq "x""#, "Unexpected character '.value' at position 22"),
        (r#"emails.value eq "x""#, "The attribute emails.value cannot be filtered"),
        (r#"emails[value eq "x"]"#, "is supported"),
        (r#"emails[value eq "x" and type eq "work"]"#, "is supported"),
        (r#"emails[type eq "home" and value eq "x"]"#, "The attribute emails cannot be filtered"),
        (r#"externalId co "00u""#, "supports the operator eq only"),
        (r#"userType eq "x""#, "cannot be filtered"),
        (r#"nickName eq "x""#, "cannot be filtered"),
        (r#"not (userName eq "x")"#, "The operator not is not supported"),
        ("active gt true", "cannot be compared so"),
        (r#"meta.created gt "yesterday""#, "yesterday is not a date and time"),
        ("userName eq", "Unexpected end of filter string"),
    ] {
        let reply = snow.get(&format!("{USERS}?filter={}", percent_encode(filter))).await;
        let (status, kind, detail) = failure(&reply);
        assert_eq!((status, kind.as_str()), (400, "invalidFilter"), "{filter}");
        assert!(
            detail.starts_with(&format!("Invalid filter: [{filter}] ")) && detail.contains(reason),
            "{detail}"
        );
    }
}
