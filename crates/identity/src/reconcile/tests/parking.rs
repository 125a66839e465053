//! What the target did not take.

use super::*;
use std::time::Duration;

fn parked(known: &mut Known, column: &str, asked: &str, second: i64) {
    let doubled = |attempts| Duration::from_secs(10 * 2_u64.pow(attempts));
    known.park(&column.into(), asked, "dropped", time(second), doubled);
}

fn waiting(known: &Known) -> Vec<&str> {
    known.parked.keys().map(FieldName::as_str).collect()
}

#[test]
fn a_parked_value_waits_and_another_one_does_not() {
    let mut known = known(&[("title", "Clerk")]);
    parked(&mut known, "title", "Boss", 0);
    let steps = |title, second| reconcile(&wishes(&[("title", title)]), Some(&known), time(second));
    assert_eq!(steps("Boss", 5), []);
    assert_eq!(steps("Boss", 10), [Step::Update(columns(&[("title", "Boss")]))]);
    assert_eq!(steps("Chief", 5), [Step::Update(columns(&[("title", "Chief")]))]);
}

#[test]
fn the_same_value_waits_longer_each_time_and_another_begins_anew() {
    let mut known = known(&[]);
    let mut until = |asked, second| {
        parked(&mut known, "title", asked, second);
        known.parked["title"].until
    };
    assert_eq!([until("Boss", 0), until("Boss", 10), until("Boss", 30)], [time(10), time(30), time(70)]);
    assert_eq!(until("Chief", 70), time(80));
}

#[test]
fn what_is_not_asked_for_any_more_is_forgotten() {
    let mut known = known(&[("title", "Clerk"), ("city", "Bern"), ("zip", "3000")]);
    known.written = BTreeSet::from(["zip".into(), "state".into()]);
    for (column, asked) in [
        ("title", "Boss"),
        ("city", "Rome"),
        ("zip", ""),
        ("state", ""),
        ("manager", "m1"),
        ("+group g1", ""),
        ("-role r1", ""),
    ] {
        parked(&mut known, column, asked, 0);
    }
    let mut desired = wishes(&[("title", "Boss"), ("city", "Bern")]);
    desired.columns.insert("manager".into(), Wish::Leave("has not arrived".into()));
    known.unpark(&desired, &["+group g1".into()].into());
    assert_eq!(
        waiting(&known),
        ["+group g1", "title", "zip"],
        "the city is right, and nobody asks for the others"
    );
    known.unpark(&wishes(&[("title", "Chief")]), &BTreeSet::new());
    assert_eq!(waiting(&known), ["zip"]);
}
