//! Timelines: in order, limited to the newest, and everything reads back.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use tenure_identity::change::Change;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Event, EventKind, Subject};

on_both_engines!(events_read_back_in_order, a_limit_keeps_the_newest, kinds_are_counted);

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
