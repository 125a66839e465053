//! What onboarding reads is kept page by page, and only once.

use crate::support::{Place, on_both_engines};
use jiff::Timestamp;
use tenure_identity::id::SysId;
use tenure_identity::onboard::Answer;
use tenure_store::error::CommitError;
use tenure_store::onboard::{Columns, Page, Question, Sought};

on_both_engines!(
    a_reading_goes_on_after_its_last_page,
    a_page_is_kept_once,
    a_new_reading_forgets_all,
    one_part_is_forgotten_alone,
    two_readings_never_see_each_others_pages,
    a_question_is_found_by_whatever_somebody_comes_with,
    what_was_answered_stays,
);

const ONE: &str = "reading-1";
const TARGET: &str = "https://example.service-now.com";

fn page(part: &str, number: u32, position: Option<&str>) -> Page {
    let row =
        Columns::from([("sys_id".to_owned(), format!("{part}{number}")), ("name".into(), "Zoë".into())]);
    let read = Timestamp::from_second(1_790_000_000 + i64::from(number)).unwrap();
    Page { part: part.into(), number, read, position: position.map(SysId::new), rows: vec![row] }
}

async fn a_reading_goes_on_after_its_last_page(place: Place) {
    let store = place.open().await;
    assert_eq!(store.last_onboard_page(TARGET, ONE, "users").await.unwrap(), None);
    assert_eq!(store.newest_onboarding(TARGET).await.unwrap(), None);
    for kept in [page("users", 0, Some("a")), page("users", 1, Some("B")), page("groups", 0, None)] {
        store.keep_onboard_page(TARGET, ONE, &kept).await.unwrap();
    }
    assert_eq!(
        store.last_onboard_page(TARGET, ONE, "users").await.unwrap(),
        Some(page("users", 1, Some("B")))
    );
    assert_eq!(store.onboard_page(TARGET, ONE, "users", 0).await.unwrap(), Some(page("users", 0, Some("a"))));
    assert_eq!(store.onboard_page(TARGET, ONE, "groups", 1).await.unwrap(), None);
    let began = page("users", 0, None).read;
    assert_eq!(store.newest_onboarding(TARGET).await.unwrap(), Some((ONE.to_owned(), began)));
    assert_eq!(store.last_onboard_page("https://other.service-now.com", ONE, "users").await.unwrap(), None);
}

async fn a_page_is_kept_once(place: Place) {
    let store = place.open().await;
    store.keep_onboard_page(TARGET, ONE, &page("users", 0, Some("a"))).await.unwrap();
    let again = store.keep_onboard_page(TARGET, ONE, &page("users", 0, Some("z"))).await;
    assert!(matches!(again, Err(CommitError::Moved)), "{again:?}");
    assert_eq!(store.onboard_page(TARGET, ONE, "users", 0).await.unwrap(), Some(page("users", 0, Some("a"))));
}

async fn a_new_reading_forgets_all(place: Place) {
    let store = place.open().await;
    store.keep_onboard_page(TARGET, ONE, &page("users", 0, None)).await.unwrap();
    store.forget_onboarding().await.unwrap();
    assert_eq!(store.last_onboard_page(TARGET, ONE, "users").await.unwrap(), None);
}

async fn one_part_is_forgotten_alone(place: Place) {
    let store = place.open().await;
    for kept in [page("users", 0, None), page("links", 0, None), page("links", 1, None)] {
        store.keep_onboard_page(TARGET, ONE, &kept).await.unwrap();
    }
    store.keep_onboard_page(TARGET, "reading-2", &page("links", 0, None)).await.unwrap();
    store.forget_onboard_part(TARGET, ONE, "links").await.unwrap();
    assert_eq!(store.last_onboard_page(TARGET, ONE, "links").await.unwrap(), None);
    for (reading, part) in [(ONE, "users"), ("reading-2", "links")] {
        assert!(store.last_onboard_page(TARGET, reading, part).await.unwrap().is_some());
    }
}

async fn two_readings_never_see_each_others_pages(place: Place) {
    let store = place.open().await;
    store.keep_onboard_page(TARGET, ONE, &page("users", 0, Some("a"))).await.unwrap();
    store.keep_onboard_page(TARGET, "reading-2", &page("users", 0, None)).await.unwrap();
    store.keep_onboard_page(TARGET, ONE, &page("users", 1, None)).await.unwrap();
    let of_two = store.last_onboard_page(TARGET, "reading-2", "users").await.unwrap();
    assert_eq!(of_two, Some(page("users", 0, None)));
    assert_eq!(store.onboard_page(TARGET, "reading-2", "users", 1).await.unwrap(), None);
    let newest = store.newest_onboarding(TARGET).await.unwrap();
    assert_eq!(newest.map(|(reading, _)| reading).as_deref(), Some(ONE));
}

fn question(id: &str, external_id: Option<&str>, login: &str, address: &str) -> Question {
    let text = |text: &str| Some(text.to_owned());
    let (login, address) = (text(login), text(address));
    let who = Sought { id: id.to_owned(), external_id: external_id.map(str::to_owned), login, address };
    Question { who, kind: "looks-alike".to_owned(), records: vec![SysId::new("r1")], answer: None }
}

fn now() -> Timestamp {
    Timestamp::from_second(1_790_000_000).unwrap()
}

async fn a_question_is_found_by_whatever_somebody_comes_with(place: Place) {
    let store = place.open().await;
    let asked = question("00u1", Some("00u1"), "ada", "ada@example.com");
    store.ask_onboarding(TARGET, &[], std::slice::from_ref(&asked), now()).await.unwrap();
    let comes = async |external_id: Option<&str>, login: &str, address: &str| {
        let who = question("p1", external_id, login, address).who;
        store.onboard_questions_about(TARGET, &who).await.unwrap().len()
    };
    assert_eq!(comes(Some("00u1"), "x", "y").await, 1);
    assert_eq!(comes(Some("00U1"), "x", "y").await, 0, "the case of an id means something");
    assert_eq!(comes(Some("00u2"), " ADA", "y").await, 1);
    assert_eq!(comes(None, "x", "Ada@Example.com").await, 1);
    assert_eq!(comes(Some("00u2"), "x", "ada@example.com").await, 0, "an address that two people share");
    let named = store.onboard_questions_named(TARGET, "ADA@example.com").await.unwrap();
    assert_eq!(named, std::slice::from_ref(&asked));
    assert_eq!(store.onboard_questions_named("https://other", "ada").await.unwrap(), []);
    assert_eq!(store.onboard_questions(TARGET).await.unwrap(), [asked]);
}

async fn what_was_answered_stays(place: Place) {
    let store = place.open().await;
    let questions = [question("00u1", Some("00u1"), "ada", "a"), question("00u2", Some("00u2"), "bob", "b")];
    store.ask_onboarding(TARGET, &[], &questions, now()).await.unwrap();
    let record = Answer::Record(SysId::new("r9"));
    store.answer_onboarding(TARGET, "00u1", &record, "grace", now()).await.unwrap();
    let nobody = store.answer_onboarding(TARGET, "00u3", &Answer::New, "grace", now()).await;
    assert!(matches!(nobody, Err(CommitError::Moved)), "{nobody:?}");
    let all = ["00u1".to_owned(), "00u2".to_owned()];
    store.ask_onboarding(TARGET, &all, &[], now()).await.unwrap();
    let left = store.onboard_questions(TARGET).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].answer, Some((record, "grace".to_owned())));
    store.answer_onboarding(TARGET, "00u1", &Answer::New, "zoe", now()).await.unwrap();
    let changed = store.onboard_questions(TARGET).await.unwrap();
    assert_eq!(changed[0].answer, Some((Answer::New, "zoe".to_owned())));
}
