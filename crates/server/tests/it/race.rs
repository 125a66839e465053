//! Many clients at once, on both engines: one person for one human being, no member lost, and nobody told 5xx.

use crate::support::bodies::{add_member, group, number, operation, remove_member};
use crate::support::call::Call;
use crate::support::{Answer, TestApp, on_both, user, with};
use serde_json::json;
use std::collections::HashSet;

on_both!(
    one_external_id_is_one_person,
    one_employee_number_from_two_sources_is_one_person,
    one_login_under_two_external_ids_is_one_user,
    one_group_name_is_one_group,
    no_member_is_lost,
    members_come_and_go_at_once,
    changes_of_one_user_all_succeed,
    renames_and_members_of_one_group_all_succeed,
    ends_and_returns_at_once,
    one_page_of_history,
);

/// All of them at once, each on a task of its own.
async fn together(calls: impl IntoIterator<Item = Call>) -> Vec<Answer> {
    let tasks: Vec<_> = calls.into_iter().map(|call| tokio::spawn(call.into_future())).collect();
    let mut answers = Vec::new();
    for task in tasks {
        answers.push(task.await.unwrap());
    }
    answers
}

fn count(answers: &[Answer], status: u16) -> usize {
    answers.iter().filter(|answer| answer.status == status).count()
}

#[track_caller]
fn all(answers: &[Answer], status: u16) {
    for answer in answers {
        assert_eq!(answer.status, status, "{:.500}", answer.text);
    }
}

#[track_caller]
fn one_wins(answers: &[Answer]) -> String {
    assert_eq!((count(answers, 201), count(answers, 409)), (1, answers.len() - 1), "{answers:?}");
    for lost in answers.iter().filter(|answer| answer.status == 409) {
        lost.clone().refused(409, Some("uniqueness"));
    }
    answers.iter().find(|answer| answer.status == 201).unwrap().id()
}

async fn one_external_id_is_one_person(app: TestApp) {
    let answers = together((0..64).map(|_| app.post("/Users", user("ada")))).await;
    let id = one_wins(&answers);
    assert_eq!(app.get("/Users").await.expect(200).ids(), [id]);
    assert_eq!(app.created().await, 1);
}

async fn one_employee_number_from_two_sources_is_one_person(app: TestApp) {
    for round in 0..12 {
        let badge = number(&format!("n-{round}"));
        let okta = with(user(&format!("okta-{round}")), badge.clone());
        let hr = with(user(&format!("hr-{round}")), badge);
        let answers = together([app.post("/Users", okta), app.hr.post("/Users", hr)]).await;
        all(&answers, 201);
        assert_eq!(answers[0].id(), answers[1].id());
        assert_eq!(app.explain(&answers[0].id()).await.person.claims.len(), 2);
    }
    assert_eq!(app.created().await, 12);
}

async fn one_login_under_two_external_ids_is_one_user(app: TestApp) {
    for round in 0..12 {
        let login = format!("ada-{round}");
        let other = with(user(&login), json!({ "externalId": format!("other-{round}") }));
        one_wins(&together([app.post("/Users", user(&login)), app.post("/Users", other)]).await);
        assert_eq!(app.found(&format!("userName eq {login}")).await.len(), 1);
    }
}

async fn one_group_name_is_one_group(app: TestApp) {
    let calls = (0..16).map(|n| {
        if n % 2 == 0 {
            app.post("/Groups", group("Team", &[]))
        } else {
            app.hr.post("/Groups", group("TEAM", &[]))
        }
    });
    one_wins(&together(calls).await);
}

async fn no_member_is_lost(app: TestApp) {
    let path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    let answers = together((0..64).map(|n| app.patch(&path, add_member(&format!("m-{n:02}"))))).await;
    all(&answers, 200);
    let expected: Vec<_> = (0..64).map(|n| format!("m-{n:02}")).collect();
    let team = app.get(&path).await.expect(200);
    assert_eq!(team.members(), expected);
    assert_eq!(team.header("etag"), Some("W/\"65\""));
}

async fn members_come_and_go_at_once(app: TestApp) {
    let before: Vec<_> = (0..24).map(|n| format!("old-{n:02}")).collect();
    let before: Vec<_> = before.iter().map(String::as_str).collect();
    let path = format!("/Groups/{}", app.create_group(group("Team", &before)).await);
    let leave = before.iter().map(|id| app.patch(&path, remove_member(id)));
    let come = (0..24).map(|n| app.patch(&path, add_member(&format!("new-{n:02}"))));
    all(&together(leave.chain(come)).await, 200);
    let expected: Vec<_> = (0..24).map(|n| format!("new-{n:02}")).collect();
    assert_eq!(app.get(&path).await.expect(200).members(), expected);
}

async fn changes_of_one_user_all_succeed(app: TestApp) {
    let path = format!("/Users/{}", app.create(user("ada")).await);
    let put = |n: u32| app.put(&path, with(user("ada"), json!({ "title": format!("put {n}") })));
    let patch = |n: u32| app.patch(&path, operation("replace", "nickName", json!(format!("patch {n}"))));
    let answers = together((0..24).map(put).chain((0..24).map(patch))).await;
    all(&answers, 200);
    let tags: HashSet<_> = answers.iter().map(|answer| answer.header("etag").unwrap().to_owned()).collect();
    assert_eq!(tags.len(), 48, "every change has a version of its own");
    assert_eq!(app.get(&path).await.expect(200).header("etag"), Some("W/\"49\""));
}

async fn renames_and_members_of_one_group_all_succeed(app: TestApp) {
    let path = format!("/Groups/{}", app.create_group(group("Team", &[])).await);
    let rename = |n: u32| app.patch(&path, operation("replace", "displayName", json!(format!("Team {n}"))));
    let join = |n: u32| app.patch(&path, add_member(&format!("m-{n:02}")));
    all(&together((0..12).map(rename).chain((0..12).map(join))).await, 200);
    assert_eq!(app.get(&path).await.expect(200).members().len(), 12);
}

async fn ends_and_returns_at_once(app: TestApp) {
    let id = app.create(user("ada")).await;
    let path = format!("/Users/{id}");
    let answers = together(
        (0..16).map(|n| if n % 2 == 0 { app.delete(&path) } else { app.post("/Users", user("ada")) }),
    )
    .await;
    for answer in &answers {
        assert!([201, 204, 404, 409].contains(&answer.status), "{} {}", answer.status, answer.text);
        assert!(answer.status != 201 || answer.id() == id);
    }
    let (ended, returned) = (count(&answers, 204), count(&answers, 201));
    let live = app.get(&path).await.status == 200;
    assert_eq!(ended, returned + usize::from(!live), "every end but the last was followed by a return");
    assert_eq!(app.created().await, 1);
}

async fn one_page_of_history(app: TestApp) {
    let logins: Vec<_> = (0..16).map(|n| format!("user-{n:02}")).collect();
    all(&together(logins.iter().map(|login| app.post("/Users", user(login)))).await, 201);
    let page = app.get("/Users?sortBy=userName").await.expect(200);
    assert_eq!(page.each("userName"), logins);
    let mut walked = Vec::new();
    for start in [1, 6, 11, 16] {
        walked.extend(app.get(&format!("/Users?startIndex={start}&count=5")).await.expect(200).ids());
    }
    assert_eq!(walked.len(), 16);
    assert_eq!(walked.into_iter().collect::<HashSet<_>>().len(), 16, "nobody is on two pages");
}
