//! Opening: twice, by several at once, and what a newer or foreign schema is told.

use crate::fixture::{joiner, person_id};
use crate::support::{Place, on_both_engines};
use tenure_store::error::StoreError;
use tenure_store::{Options, Store};

on_both_engines!(
    opening_twice_keeps_everything,
    several_may_open_at_once,
    a_newer_schema_is_refused,
    a_foreign_migration_is_refused,
    it_answers_a_ping,
);

async fn opening_twice_keeps_everything(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    store.close().await;
    drop(store);
    let store = place.open().await;
    assert!(store.person(&person_id(1)).await.unwrap().is_some());
    assert_eq!(place.number("select count(*) from migrations").await, 13);
}

async fn several_may_open_at_once(place: Place) {
    let address = place.address();
    let open = |_| {
        let address = address.clone();
        tokio::spawn(async move { Store::open(&address, Options::default()).await.map(drop) })
    };
    let opened: Vec<_> = (0..8).map(open).collect();
    for opened in opened {
        opened.await.unwrap().unwrap();
    }
    assert_eq!(place.number("select count(*) from migrations").await, 13);
}

async fn a_newer_schema_is_refused(place: Place) {
    drop(place.open().await);
    place.sql("insert into migrations (version, checksum) values (99, 'x')").await;
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::FromTheFuture { found: 99, .. }), "{error}");
}

async fn a_foreign_migration_is_refused(place: Place) {
    drop(place.open().await);
    place.sql("update migrations set checksum = 'changed' where version = 1").await;
    let error = place.try_open().await.unwrap_err();
    assert!(matches!(error, StoreError::ForeignMigration(1)), "{error}");
}

async fn it_answers_a_ping(place: Place) {
    place.open().await.ping().await.unwrap();
}

#[tokio::test]
async fn an_address_that_nobody_knows_is_refused() {
    for address in [
        "mysql://u:secret@host/db",
        "tenure.db",
        "host=h password=secret",
        "postgres://[broken",
        "postgres://u:secret@h:notaport/db",
    ] {
        let error = Store::open(address, Options::default()).await.unwrap_err();
        assert!(matches!(error, StoreError::Address(_)), "{error}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_opened_is_named_without_the_password() {
    for (address, place) in [
        ("sqlite:/nowhere/at/all/tenure.db", "/nowhere/at/all/tenure.db"),
        ("postgres://ada:secret@127.0.0.1:1/db?sslmode=disable", "postgres://ada@127.0.0.1:1/db"),
    ] {
        let error = Store::open(address, Options::default()).await.unwrap_err();
        assert_eq!(error.to_string(), format!("the database `{place}` cannot be opened"));
    }
}
