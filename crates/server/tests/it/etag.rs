//! Versions: entity tags, conditions on writes and on reads.

use crate::support::bodies::{add_member, group, operation};
use crate::support::{Answer, TestApp, user, with};
use serde_json::json;

fn tag(answer: &Answer) -> String {
    let tag = answer.header("etag").expect("every resource has a tag").to_owned();
    assert_eq!(answer["meta"]["version"], tag.as_str());
    tag
}

#[tokio::test]
async fn every_change_has_a_new_tag_and_nothing_else_has() {
    let app = TestApp::new().await;
    let created = app.post("/Users", user("ada")).await.expect(201);
    let path = format!("/Users/{}", created.id());
    assert_eq!(tag(&created), "W/\"1\"");
    assert_eq!(tag(&app.get(&path).await), "W/\"1\"");
    assert_eq!(tag(&app.put(&path, user("ada")).await.expect(200)), "W/\"1\"");
    assert_eq!(tag(&app.put(&path, with(user("ada"), json!({ "title": "x" }))).await.expect(200)), "W/\"2\"");
    assert_eq!(
        tag(&app.patch(&path, operation("replace", "title", json!("y"))).await.expect(200)),
        "W/\"3\""
    );
}

#[tokio::test]
async fn a_write_on_an_old_version_is_412() {
    let app = TestApp::new().await;
    let user_path = format!("/Users/{}", app.create(user("ada")).await);
    app.put(&user_path, with(user("ada"), json!({ "title": "x" }))).await.expect(200);
    let group_path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    app.patch(&group_path, add_member("x")).await.expect(200);
    for (path, body) in [(&user_path, user("ada")), (&group_path, group("Team", &[]))] {
        for call in [
            app.put(path, body),
            app.patch(path, operation("replace", "displayName", json!("x"))),
            app.delete(path),
        ] {
            let refused = call.header("if-match", "W/\"1\"").await.refused(412, None);
            assert_eq!(refused.header("etag"), Some("W/\"2\""));
        }
        assert_eq!(tag(&app.get(path).await.expect(200)), "W/\"2\"");
    }
}

#[tokio::test]
async fn a_write_on_the_right_version_goes_through() {
    let app = TestApp::new().await;
    let path = format!("/Users/{}", app.create(user("ada")).await);
    let change = |title: &str| app.put(&path, with(user("ada"), json!({ "title": title })));
    change("a").header("if-match", "W/\"1\"").await.expect(200);
    change("b").header("if-match", "\"2\"").await.expect(200);
    change("c").header("if-match", "\"9\", W/\"3\"").await.expect(200);
    change("d").header("if-match", "*").await.expect(200);
    change("e").header("if-none-match", "*").await.refused(412, None);
    app.delete(&path).header("if-match", "W/\"5\"").await.expect(204);
}

#[tokio::test]
async fn tags_over_several_lines_are_one_list() {
    let app = TestApp::new().await;
    let path = format!("/Users/{}", app.create(user("ada")).await);
    let call = app.put(&path, user("ada")).header("if-match", "W/\"9\"").header("if-match", "W/\"1\"");
    call.await.expect(200);
}

#[tokio::test]
async fn what_has_not_changed_is_304() {
    let app = TestApp::new().await;
    for path in [
        format!("/Users/{}", app.create(user("ada")).await),
        format!("/Groups/{}", app.create_group(group("Team", &[])).await),
    ] {
        let same = app.get(&path).header("if-none-match", "W/\"1\"").await.expect(304);
        assert_eq!((same.text.as_str(), same.header("etag")), ("", Some("W/\"1\"")));
        app.get(&path).header("if-none-match", "W/\"2\"").await.expect(200);
        app.get(&path).header("if-match", "W/\"2\"").await.refused(412, None);
        app.call("HEAD", &path).header("if-none-match", "*").await.expect(304);
    }
}

#[tokio::test]
async fn what_is_no_tag_is_refused() {
    let app = TestApp::new().await;
    let path = format!("/Users/{}", app.create(user("ada")).await);
    for tag in ["1", "W/1", "\"1", ""] {
        app.put(&path, user("ada")).header("if-match", tag).await.refused(400, Some("invalidValue"));
    }
}
