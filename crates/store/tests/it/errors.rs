//! What is said of a failure goes to a log, and so says nothing of whom the data is about.

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use std::error::Error;
use tenure_store::error::StoreError;

on_both_engines!(a_refused_statement_quotes_no_row, a_document_that_is_spoiled_is_not_quoted,);

/// A failure as a log shows it: its text, and those of its causes.
fn told(error: &dyn Error) -> String {
    let texts: Vec<_> =
        std::iter::successors(Some(error), |&it| it.source()).map(ToString::to_string).collect();
    texts.join(": ")
}

async fn a_refused_statement_quotes_no_row(place: Place) {
    let store = place.open().await;
    place
        .sql(match place.is_sqlite() {
            true => {
                "create trigger own before insert on claims when new.user_name_key like 'user7%' \
                 begin select raise(abort, 'own_rule'); end"
            }
            false => "alter table claims add constraint own_rule check (user_name_key not like 'user7%')",
        })
        .await;
    let refused = store.commit(&joiner(7)).await.unwrap_err();
    let told = told(&refused);
    assert!(told.contains("own_rule"), "{told}");
    assert!(!told.to_lowercase().contains("user7"), "{told}");
}

async fn a_document_that_is_spoiled_is_not_quoted(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(7)).await.unwrap();
    for text in [r#"{"active":"user7"}"#, r#"{"active": user7"#] {
        place.sql(&format!("update persons set record = '{text}'")).await;
        let error = store.person(&person_id(7)).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { what: "record", .. }), "{error:?}");
        assert!(!told(&error).contains("user7") && told(&error).contains("line 1, column"), "{error}");
    }
}
