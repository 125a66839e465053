//! Lists: totals, pages by number and by cursor, while the list grows, shrinks and is reordered.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_scim::filter::Filter;
use tenure_scim::schema::Catalog;
use tenure_store::Store;
use tenure_store::query::{From, Kind, Query};

on_both_engines!(
    pages_by_number_cover_the_list,
    pages_stay_right_when_the_middle_changes,
    a_cursor_sees_what_is_added_behind_it,
    a_filtered_cursor_goes_on,
    counts_and_edges,
    sources_do_not_see_each_other,
);

async fn crew(store: &Store, count: usize) {
    commit_all(store, (0..count).map(joiner)).await;
}

async fn by_number(store: &Store, size: u32) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let page = page(store, Kind::Users, From::Offset(found.len() as u64), size).await;
        if page.resources.is_empty() {
            assert_eq!(page.total, found.len() as u64);
            return found;
        }
        found.extend(page.resources.into_iter().map(|resource| resource.id));
    }
}

async fn by_cursor(store: &Store, size: u32) -> Vec<String> {
    let (mut found, mut last) = (Vec::new(), 0);
    loop {
        let page = page(store, Kind::Users, From::After(last), size).await;
        let Some(end) = page.resources.last() else { return found };
        last = end.seq;
        found.extend(page.resources.into_iter().map(|resource| resource.id));
    }
}

/// Everybody from the oldest on: commits that are handed over at once come in any order.
async fn everybody(place: &Place) -> Vec<String> {
    let rows = place.sql("select person_id from claims where live = 1 order by seq").await;
    rows.into_iter().map(|mut row| row.remove(0)).collect()
}

async fn pages_by_number_cover_the_list(place: Place) {
    let store = place.open().await;
    crew(&store, 3_100).await;
    let expected = everybody(&place).await;
    assert_eq!(expected.len(), 3_100);
    assert!(by_number(&store, 333).await == expected);
    assert!(by_cursor(&store, 1_000).await == expected);
    for offset in [0, 1, 999, 1_000, 1_001, 1_999, 2_000, 2_999, 3_000, 3_099] {
        let page = page(&store, Kind::Users, From::Offset(offset), 1).await;
        assert_eq!(ids(&page), [expected[offset as usize].as_str()]);
    }
}

async fn pages_stay_right_when_the_middle_changes(place: Place) {
    let store = place.open().await;
    // Another node has its own memory of positions.
    let other = place.open().await;
    crew(&store, 2_100).await;
    let as_it_is = async || {
        let expected = everybody(&place).await;
        assert!(by_number(&store, 700).await == expected);
        assert!(by_number(&other, 700).await == expected);
        expected
    };
    assert_eq!(as_it_is().await.len(), 2_100);
    change(&store, &person_id(500), |claim| claim.ended = Some(at(1))).await;
    assert_eq!(as_it_is().await.len(), 2_099);
    change(&store, &person_id(500), |claim| claim.ended = None).await;
    assert_eq!(as_it_is().await.len(), 2_100);
    for n in [0, 1, 2] {
        change(&other, &person_id(n), |claim| claim.ended = Some(at(1))).await;
        assert_eq!(as_it_is().await.len(), 2_099 - n);
    }
}

async fn a_cursor_sees_what_is_added_behind_it(place: Place) {
    let store = place.open().await;
    for n in 0..10 {
        store.commit(&joiner(n)).await.unwrap();
    }
    let first = page(&store, Kind::Users, From::After(0), 6).await;
    assert_eq!((first.total, first.resources.len()), (10, 6));
    change(&store, &person_id(2), |claim| claim.ended = Some(at(1))).await;
    store.commit(&joiner(10)).await.unwrap();
    let rest = page(&store, Kind::Users, From::After(first.resources[5].seq), 100).await;
    assert_eq!(ids(&rest), ["p000006", "p000007", "p000008", "p000009", "p000010"]);
}

async fn a_filtered_cursor_goes_on(place: Place) {
    let store = place.open().await;
    crew(&store, 30).await;
    let source = okta();
    for filter in ["active eq true", "userName co \"user\"", "externalId pr"] {
        let bound = Filter::parse(filter).unwrap().bind(&Catalog::standard().user).unwrap();
        let (mut found, mut from) = (Vec::new(), From::After(0));
        loop {
            let query = Query {
                kind: Kind::Users,
                source: &source,
                filter: Some(&bound),
                order: None,
                from,
                count: 7,
            };
            let page = store.list(&query).await.unwrap();
            assert_eq!(page.total, 30, "{filter}");
            let Some(last) = page.resources.last() else { break };
            from = From::After(last.seq);
            found.extend(page.resources.into_iter().map(|resource| resource.id));
        }
        assert_eq!(found, everybody(&place).await, "{filter}");
    }
}

async fn counts_and_edges(place: Place) {
    let store = place.open().await;
    let empty = page(&store, Kind::Users, From::Offset(0), 10).await;
    assert_eq!((empty.total, empty.resources.len()), (0, 0));
    for n in 0..3 {
        store.commit(&joiner(n)).await.unwrap();
    }
    for (from, count, expected) in [
        (From::Offset(0), 0, 0),
        (From::Offset(2), 10, 1),
        (From::Offset(3), 10, 0),
        (From::Offset(u64::MAX), 10, 0),
        (From::After(i64::MAX), 10, 0),
        (From::After(0), u32::MAX, 3),
    ] {
        let page = page(&store, Kind::Users, from, count).await;
        assert_eq!((page.total, page.resources.len()), (3, expected), "{from:?}");
    }
    let stored = page(&store, Kind::Users, From::Offset(0), 1).await.resources.remove(0);
    assert_eq!((stored.version, stored.created, stored.modified), (1, at(0), at(0)));
    assert_eq!(stored.doc, serde_json::to_string(&attributes(0)).unwrap());
}

async fn sources_do_not_see_each_other(place: Place) {
    let store = place.open().await;
    crew(&store, 3).await;
    let entra = tenure_identity::id::SourceName::new("entra");
    let query = Query {
        kind: Kind::Users,
        source: &entra,
        filter: None,
        order: None,
        from: From::Offset(0),
        count: 9,
    };
    assert_eq!(store.list(&query).await.unwrap().total, 0);
    assert_eq!(store.total(Kind::Groups, &okta()).await.unwrap(), 0);
}
