//! Lists: pages, order, and what of a resource is shown.

use serde_json::{Value, json};

use super::{Snow, USERS, failure, set_up};

/// Twelve users besides those that every instance has.
async fn crowd() -> Snow {
    let snow = set_up("").await;
    for number in 10..22 {
        let name = format!("user-{number}");
        let title = if number % 2 == 0 { format!("T{}", 99 - number) } else { String::new() };
        snow.row("sys_user", &[("user_name", &name), ("last_name", &name), ("title", &title)]);
    }
    snow
}

async fn list(snow: &Snow, parameters: &str) -> Value {
    let reply = snow.get(&format!("{USERS}?filter=userName%20sw%20%22user-%22&{parameters}")).await;
    assert_eq!(reply.status, 200, "{parameters}: {}", reply.text);
    reply.json()
}

fn names(list: &Value) -> Vec<&str> {
    list["Resources"].as_array().unwrap().iter().map(|it| it["userName"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn pages_are_small_without_a_word() {
    let snow = crowd().await;
    for (parameters, start, count) in [
        ("", 1, 10),
        ("count=500", 1, 12),
        ("count=-3", 1, 0),
        ("count=0", 1, 0),
        ("startIndex=-1&count=2", 1, 2),
        ("startIndex=11", 11, 2),
        ("startIndex=99", 99, 0),
    ] {
        let page = list(&snow, parameters).await;
        assert_eq!(page["totalResults"], 12, "{parameters}");
        assert_eq!(
            (&page["startIndex"], &page["itemsPerPage"]),
            (&json!(start), &json!(count)),
            "{parameters}"
        );
        assert_eq!(names(&page).len(), count);
    }
    let refused = failure(&snow.get(&format!("{USERS}?count=501")).await);
    assert_eq!((refused.0, refused.2.as_str()), (400, "count must not be more than 500"));
    assert_eq!(failure(&snow.get(&format!("{USERS}?count=many")).await).0, 400);
    let none = snow.get(&format!("{USERS}?filter=userName%20eq%20%22x%22")).await;
    assert_eq!((none.status, &none.json()["totalResults"]), (200, &json!(0)));
}

#[tokio::test]
async fn lists_have_an_order_if_one_is_wanted() {
    let snow = crowd().await;
    let down = list(&snow, "sortBy=userName&sortOrder=descending&count=2").await;
    assert_eq!(names(&down), ["user-21", "user-20"]);
    // Without a title comes first.
    let up = list(&snow, "sortBy=title&sortOrder=ascending&startIndex=6&count=3").await;
    let titles: Vec<_> = up["Resources"].as_array().unwrap().iter().map(|it| it.get("title")).collect();
    assert_eq!(titles, [None, Some(&json!("T79")), Some(&json!("T81"))]);
    for parameters in [
        "sortBy=userName",
        "sortOrder=ascending",
        "sortBy=externalId&sortOrder=ascending",
        "sortBy=emails&sortOrder=ascending",
        "sortBy=userName&sortOrder=up",
    ] {
        assert_eq!(failure(&snow.get(&format!("{USERS}?{parameters}")).await).0, 400, "{parameters}");
    }
}

#[tokio::test]
async fn attributes_are_chosen_or_left_out() {
    let snow = crowd().await;
    let chosen = list(&snow, "attributes=userName,name.familyName&count=1").await;
    let mut keys: Vec<_> = chosen["Resources"][0].as_object().unwrap().keys().cloned().collect();
    keys.sort_unstable();
    assert_eq!(keys, ["id", "name", "schemas", "userName"]);
    let rest = list(&snow, "excludedAttributes=name,meta&count=1").await;
    assert_eq!((rest["Resources"][0].get("name"), rest["Resources"][0].get("meta")), (None, None));
    assert_eq!(failure(&snow.get(&format!("{USERS}?attributes=id&excludedAttributes=name")).await).0, 400);
}

#[tokio::test]
async fn companies_departments_and_the_like_are_read() {
    let snow = set_up("").await;
    for (endpoint, table) in [
        ("Companies", "core_company"),
        ("CostCenters", "cmn_cost_center"),
        ("Departments", "cmn_department"),
        ("Locations", "cmn_location"),
    ] {
        let id = snow.row(table, &[("name", "North")]);
        let path = format!("/api/now/v1/scim/{endpoint}");
        let found = snow.get(&format!("{path}?filter=name%20eq%20%22north%22")).await.json();
        assert_eq!(found["Resources"][0]["id"], id.as_str());
        assert_eq!(snow.get(&format!("{path}/{id}")).await.json()["name"], "North");
        assert_eq!(snow.delete(&format!("{path}/{id}")).await.status, 405);
    }
}
