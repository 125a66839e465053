//! Lists: pages and their headers, what is counted, and what access rules do to a page.

use serde_json::json;
use tenure_lab::servicenow::Faults;

use super::client::Snow;

/// Ten users `u0` to `u9`, with access rules that hide those in Berlin.
async fn ten() -> Snow {
    let hidden = "[[hidden]]\ntable = \"sys_user\"\ncolumn = \"city\"\nvalue = \"Berlin\"\n";
    let snow = Snow::troubled(hidden).await;
    for number in 0..10 {
        let city = if number < 5 { "Berlin" } else { "Paris" };
        snow.row("sys_user", &[("user_name", &format!("u{number}")), ("title", "T"), ("city", city)]);
    }
    snow
}

#[tokio::test]
async fn a_page_is_cut_and_counted_before_rows_are_hidden() {
    let snow = ten().await;
    let query = "title=T^ORDERBYuser_name";
    let first = snow.list("sys_user", query, "sysparm_limit=5").await;
    assert_eq!((first.status, first.result()), (200, json!([])), "all of the first page is hidden");
    assert_eq!(first.headers["x-total-count"], "10");
    let second = snow.list("sys_user", query, "sysparm_limit=5&sysparm_offset=5").await;
    assert_eq!(second.column("user_name"), ["u5", "u6", "u7", "u8", "u9"]);
    let short = snow.list("sys_user", query, "sysparm_limit=4&sysparm_offset=3").await;
    assert_eq!(short.column("user_name"), ["u5", "u6"]);
}

#[tokio::test]
async fn hidden_rows_are_not_there_for_anybody_but_an_administrator() {
    let snow = ten().await;
    let id = snow.instance.find("sys_user", "user_name", "u0")[0].sys_id().to_owned();
    let path = format!("/api/now/table/sys_user/{id}");
    assert_eq!(snow.get(&path).await.status, 404);
    assert_eq!(snow.patch(&path, json!({ "title": "x" })).await.status, 404);
    assert_eq!(snow.delete(&path).await.status, 404);
    let snow = snow.by_admin();
    assert_eq!(snow.get(&path).await.status, 200);
    assert_eq!(snow.found("sys_user", "title=T", "user_name").await.len(), 10);
}

#[tokio::test]
async fn a_fraction_of_rows_can_be_hidden_and_stays_the_same() {
    let snow = Snow::start().await;
    for number in 0..200 {
        snow.row("cmn_department", &[("name", &format!("D{number}"))]);
    }
    let hidden = "[[hidden]]\ntable = \"cmn_department\"\nfraction = 0.25\n";
    snow.instance.set_faults(Faults::parse(hidden).unwrap());
    let seen = snow.found("cmn_department", "", "name").await;
    assert!((120..180).contains(&seen.len()), "{}", seen.len());
    assert_eq!(seen, snow.found("cmn_department", "", "name").await);
}

#[tokio::test]
async fn pages_are_linked() {
    let snow = ten().await;
    let page = snow.list("sys_user", "title=T^ORDERBYuser_name", "sysparm_limit=4&sysparm_offset=4").await;
    let base = format!(
        "{}/api/now/table/sys_user?sysparm_query=title%3DT%5EORDERBYuser_name&sysparm_limit=4&sysparm_offset=",
        snow.server.url
    );
    let link = |offset: u32, relation: &str| format!("<{base}{offset}>;rel=\"{relation}\"");
    let links = [link(8, "next"), link(0, "prev"), link(0, "first"), link(8, "last")];
    assert_eq!(page.headers["link"], links.join(","));
    let last = snow.list("sys_user", "title=T", "sysparm_limit=4&sysparm_offset=8").await;
    assert!(!last.headers["link"].contains("next"));
}

#[tokio::test]
async fn counts_and_links_can_be_left_out() {
    let snow = ten().await;
    let page = snow.list("sys_user", "title=T", "sysparm_limit=4&sysparm_no_count=true").await;
    assert!(!page.headers.contains_key("x-total-count") && !page.headers["link"].contains("last"));
    let page = snow.list("sys_user", "title=T", "sysparm_suppress_pagination_header=true").await;
    assert!(!page.headers.contains_key("link") && page.headers.contains_key("x-total-count"));
}

#[tokio::test]
async fn paging_by_id_meets_every_row_once() {
    let snow = Snow::start().await;
    for number in 0..37 {
        snow.row("cmn_location", &[("name", &format!("L{number}"))]);
    }
    let (mut last, mut seen) = (String::new(), Vec::new());
    loop {
        let query = format!("sys_id>{last}^ORDERBYsys_id");
        let query = if last.is_empty() { "ORDERBYsys_id".to_owned() } else { query };
        let page = snow.list("cmn_location", &query, "sysparm_limit=10").await.column("sys_id");
        let Some(id) = page.last() else { break };
        last.clone_from(id);
        seen.extend(page);
    }
    assert!(seen.is_sorted() && seen.len() == 37);
}

#[tokio::test]
async fn an_empty_list_is_missing_in_the_first_version_only() {
    let snow = Snow::start().await;
    let query = "sys_user?sysparm_query=user_name=nobody-at-all";
    let status = async |version: &str| snow.get(&format!("/api/now/{version}table/{query}")).await.status;
    assert_eq!((status("v1/").await, status("v2/").await, status("").await), (404, 200, 200));
}

#[tokio::test]
async fn plain_parameters_are_conditions() {
    let snow = ten().await;
    let found = snow.get("/api/now/table/sys_user?city=Paris&user_name=u7").await;
    assert_eq!(found.column("user_name"), ["u7"]);
}

#[tokio::test]
async fn rows_are_counted_by_groups() {
    let snow = ten().await;
    let all = snow.get("/api/now/stats/sys_user?sysparm_query=title=T&sysparm_count=true").await;
    assert_eq!(all.result(), json!({ "stats": { "count": "10" } }), "hidden rows are counted");
    let path = "/api/now/stats/sys_user?sysparm_query=title=T&sysparm_count=true&sysparm_group_by=city";
    let group = |city: &str| json!({ "stats": { "count": "5" }, "groupby_fields": [{ "field": "city", "value": city }] });
    assert_eq!(snow.get(path).await.result(), json!([group("Berlin"), group("Paris")]));
    assert_eq!(snow.get("/api/now/stats/nonsense").await.status, 400);
}
