//! Who is provisioned, and what becomes of them when they leave the scope.

use super::*;

const SALES_ONLY: &str = "[scope]\nusers = 'user.department == \"Sales\"'";

#[test]
fn in_scope_out_and_back() {
    let (sales, legal) = ([in_department("Sales").by("okta")], [in_department("Legal").by("okta")]);
    let mut alice = Somebody::under(SALES_ONLY);
    alice.claims(&sales).is_active(true).claims(&legal).is_active(false);
    alice.because("active", &["outside the scope `user.department == \"Sales\"`"]);
    let left = alice.now.deactivated_at;
    alice.claims(&legal).is_active(false);
    assert_eq!(alice.now.deactivated_at, left);
    alice.claims(&sales).is_active(true);
    assert_eq!(alice.now.deactivated_at, None);
}

#[test]
fn a_leaver_in_scope_stays_inactive() {
    let mut alice = Somebody::under(SALES_ONLY);
    alice.claims(&[in_department("Sales").active(false).by("okta")]).is_active(false);
    assert!(alice.now.provisioned);
}

/// In scope or not, and a failure when there is no title.
const FAILING: &str = "[scope]\nusers = 'user.title + \"\" == \"Sales\"'";

#[test]
fn where_the_scope_cannot_be_told_access_stays_as_it_was() {
    let untold = [user("ada").by("okta")];
    Somebody::under(FAILING).claims(&[titled("Sales").by("okta")]).claims(&untold).is_active(true).found(&[
        "the scope could not be told, and stays as it was: this is null, and would write the text `null`",
    ]);
    Somebody::under(FAILING).claims(&untold).is_active(false);
}

#[test]
fn where_the_scope_cannot_be_told_nobody_returns() {
    let untold = [user("ada").by("okta")];
    Somebody::under(FAILING)
        .claims(&[titled("Sales").by("okta")])
        .claims(&[titled("Legal").by("okta")])
        .is_active(false)
        .claims(&untold)
        .is_active(false);
}
