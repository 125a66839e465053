//! Two sources that decide a field back and forth.

use super::*;

fn both() -> [Claim; 2] {
    [titled("Clerk").by("okta"), titled("Boss").by("workday")]
}

fn without_okta() -> [Claim; 2] {
    [user("ada").by("okta"), titled("Boss").by("workday")]
}

const ENDED: &str = "`title` was decided by `okta`, then by `workday`, and now by `okta` again; `title = [\"okta\"]` under \
                     [authority] ends it";

#[test]
fn back_and_forth_within_the_window_is_found() {
    Somebody::under("").claims(&both()).soon(&without_okta()).found(&[]).soon(&both()).found(&[ENDED]);
}

#[test]
fn the_rule_that_is_shown_ends_it() {
    Somebody::under("[authority]\ntitle = [\"okta\"]")
        .claims(&both())
        .soon(&without_okta())
        .soon(&both())
        .found(&[])
        .has("title", Some("Clerk"));
}

#[test]
fn slow_changes_and_equal_values_do_not_flap() {
    Somebody::under("[flapping]\nwindow = '1h'")
        .claims(&both())
        .claims(&without_okta())
        .claims(&both())
        .found(&[]);
    let same = [titled("Boss").by("okta"), titled("Boss").by("workday")];
    Somebody::under("").claims(&same).soon(&without_okta()).soon(&same).found(&[]);
}
