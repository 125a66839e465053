//! Timelines: in order, limited to the newest, and everything reads back.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::change::Change;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Event, EventKind, Subject};
use tenure_store::read::feed::FeedQuery;

on_both_engines!(
    events_read_back_in_order,
    a_limit_keeps_the_newest,
    kinds_are_counted,
    the_feed_ends_before_a_fresh_gap,
    the_feed_moves_on
);

fn ada() -> Subject {
    Subject::Person(person_id(1))
}

fn events(kinds: &[EventKind]) -> Vec<Event> {
    (0..).zip(kinds).map(|(second, &kind)| event(ada(), kind, second)).collect()
}

async fn events_read_back_in_order(place: Place) {
    let store = place.open().await;
    let mut written = events(&EventKind::ALL);
    (written[3].note, written[3].actor.request, written[3].decisions) = (None, None, Vec::new());
    written[4].decisions = Outcome::ALL.map(|outcome| Decision::new("a", outcome).because("it is so")).into();
    let other = event(Subject::Group(group_id(1)), EventKind::Created, 0);
    store.commit(&Change { events: vec![other], ..Change::default() }).await.unwrap();
    store.commit(&Change { events: written.clone(), ..Change::default() }).await.unwrap();
    assert_eq!(store.timeline(&ada(), 100).await.unwrap(), written);
}

async fn a_limit_keeps_the_newest(place: Place) {
    let store = place.open().await;
    let written = events(&[EventKind::Changed; 5]);
    store.commit(&Change { events: written.clone(), ..Change::default() }).await.unwrap();
    assert_eq!(store.timeline(&ada(), 2).await.unwrap(), written[3..]);
    assert_eq!(store.timeline(&ada(), 0).await.unwrap(), []);
    assert_eq!(store.timeline(&Subject::Person(person_id(2)), 9).await.unwrap(), []);
}

async fn kinds_are_counted(place: Place) {
    let store = place.open().await;
    let written = events(&[EventKind::Changed, EventKind::Created, EventKind::Changed]);
    store.commit(&Change { events: written, ..Change::default() }).await.unwrap();
    assert_eq!(store.event_counts().await.unwrap(), [(EventKind::Changed, 2), (EventKind::Created, 1)]);
}

fn feed(after: i64, kind: Option<EventKind>, limit: u32, settled: i64) -> FeedQuery {
    FeedQuery { after, kind, limit, settled_until: at(settled) }
}

async fn the_feed_moves_on(place: Place) {
    let store = place.open().await;
    let group = Subject::Group(group_id(1));
    store.commit(&new_group(crate::fixture::group(1), &[])).await.unwrap();
    let kinds = [EventKind::Created, EventKind::Changed, EventKind::Changed, EventKind::Deactivated];
    let mut written = events(&kinds);
    written[1].subject = group;
    let before = store.feed(&feed(0, None, 100, 0)).await.unwrap().next;
    store.commit(&Change { events: written.clone(), ..Change::default() }).await.unwrap();
    let page = store.feed(&feed(before, None, 3, 0)).await.unwrap();
    let read: Vec<_> = page.events.iter().map(|(_, event)| event.clone()).collect();
    assert_eq!((read, page.more), (written[..3].to_vec(), true));
    let rest = store.feed(&feed(page.next, None, 3, 0)).await.unwrap();
    assert_eq!((rest.events.len(), rest.more, rest.next), (1, false, page.next + 1));
    let of_kind = store.feed(&feed(before, Some(EventKind::Changed), 1, 0)).await.unwrap();
    assert_eq!((of_kind.events.len(), of_kind.next, of_kind.more), (1, before + 2, true));
    let none = store.feed(&feed(before, Some(EventKind::Flapping), 9, 0)).await.unwrap();
    assert_eq!(
        (none.events.len(), none.next),
        (0, rest.next),
        "the next page begins after what was looked at"
    );
    let end = store.feed(&feed(rest.next, None, 9, 0)).await.unwrap();
    assert_eq!((end.events.len(), end.next, end.more), (0, rest.next, false));
}

async fn the_feed_ends_before_a_fresh_gap(place: Place) {
    let store = place.open().await;
    let commit = async |second| {
        let change = Change { events: vec![event(ada(), EventKind::Changed, second)], ..Change::default() };
        store.commit(&change).await.unwrap();
    };
    commit(0).await;
    commit(1).await;
    commit(2).await;
    place.sql("delete from events where seq = 2").await;
    let fresh = store.feed(&feed(0, None, 9, 2)).await.unwrap();
    assert_eq!((fresh.events.len(), fresh.next), (1, 1), "what is missing may still come");
    let settled = store.feed(&feed(0, None, 9, 3)).await.unwrap();
    assert_eq!((settled.events.len(), settled.next), (2, 3));
}
