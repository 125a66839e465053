//! What onboarding reads is kept page by page, and only once.

use crate::support::{Place, on_both_engines};
use jiff::Timestamp;
use tenure_identity::id::SysId;
use tenure_store::error::CommitError;
use tenure_store::onboard::{Columns, Page};

on_both_engines!(a_reading_goes_on_after_its_last_page, a_page_is_kept_once, a_new_reading_forgets_all);

const TARGET: &str = "https://example.service-now.com";

fn page(part: &str, number: u32, position: Option<&str>) -> Page {
    let row =
        Columns::from([("sys_id".to_owned(), format!("{part}{number}")), ("name".into(), "Zoë".into())]);
    let read = Timestamp::from_second(1_790_000_000 + i64::from(number)).unwrap();
    Page { part: part.into(), number, read, position: position.map(SysId::new), rows: vec![row] }
}

async fn a_reading_goes_on_after_its_last_page(place: Place) {
    let store = place.open().await;
    assert_eq!(store.last_onboard_page(TARGET, "users").await.unwrap(), None);
    assert_eq!(store.onboarding_began(TARGET).await.unwrap(), None);
    for kept in [page("users", 0, Some("a")), page("users", 1, Some("B")), page("groups", 0, None)] {
        store.keep_onboard_page(TARGET, &kept).await.unwrap();
    }
    assert_eq!(store.last_onboard_page(TARGET, "users").await.unwrap(), Some(page("users", 1, Some("B"))));
    assert_eq!(store.onboard_page(TARGET, "users", 0).await.unwrap(), Some(page("users", 0, Some("a"))));
    assert_eq!(store.onboard_page(TARGET, "groups", 1).await.unwrap(), None);
    assert_eq!(store.onboarding_began(TARGET).await.unwrap(), Some(page("users", 0, None).read));
    assert_eq!(store.last_onboard_page("https://other.service-now.com", "users").await.unwrap(), None);
}

async fn a_page_is_kept_once(place: Place) {
    let store = place.open().await;
    store.keep_onboard_page(TARGET, &page("users", 0, Some("a"))).await.unwrap();
    let again = store.keep_onboard_page(TARGET, &page("users", 0, Some("z"))).await;
    assert!(matches!(again, Err(CommitError::Moved)), "{again:?}");
    assert_eq!(store.onboard_page(TARGET, "users", 0).await.unwrap(), Some(page("users", 0, Some("a"))));
}

async fn a_new_reading_forgets_all(place: Place) {
    let store = place.open().await;
    store.keep_onboard_page(TARGET, &page("users", 0, None)).await.unwrap();
    store.forget_onboarding().await.unwrap();
    assert_eq!(store.last_onboard_page(TARGET, "users").await.unwrap(), None);
}
