//! Who is the manager of somebody whose manager has left.

use super::*;
use jiff::Timestamp;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn takeover(from: &str, to: &str, second: i64) -> Takeover {
    let why = format!("{to} takes it");
    Takeover { leaver: PersonId::new(from), from: id(from), to: id(to), at: at(second), why }
}

/// Who is the manager if `named` is named since then: `anew` if the leaver is.
#[track_caller]
fn check(named: &str, since: Option<i64>, takeovers: &[(&str, &str, i64)], expected: &str) {
    let takeovers: Vec<_> = takeovers.iter().map(|(from, to, at)| takeover(from, to, *at)).collect();
    let found = match stand_in(&id(named), since.map(at), &takeovers) {
        None => named,
        Some(StandIn::Taken(last)) => last.to.as_str(),
        Some(StandIn::NamedAnew(first)) => {
            assert_eq!(first.from, id(named));
            "anew"
        }
    };
    assert_eq!(found, expected);
}

#[test]
fn whoever_took_over_is_the_manager_and_nobody_else() {
    check("ada", Some(1), &[("ada", "boss", 5)], "boss");
    check("ada", None, &[("ada", "boss", 5)], "boss");
    check("grace", Some(1), &[("ada", "boss", 5)], "grace");
    check("ada", Some(1), &[], "ada");
}

#[test]
fn who_took_over_may_have_left_too() {
    check("ada", Some(1), &[("boss", "chief", 7), ("ada", "boss", 5)], "chief");
    check("boss", Some(6), &[("boss", "chief", 7), ("ada", "boss", 5)], "chief");
}

#[test]
fn only_a_word_from_after_the_hand_over_is_fresh() {
    check("ada", Some(5), &[("ada", "boss", 5)], "boss");
    check("ada", Some(6), &[("ada", "boss", 5)], "anew");
    check("ada", Some(6), &[("boss", "chief", 7), ("ada", "boss", 5)], "anew");
}

#[test]
fn what_was_before_leads_to_nobody() {
    // The boss had left and was back when Ada's work went to them; now both are away again.
    check("ada", Some(1), &[("ada", "boss", 5), ("boss", "ada", 3)], "boss");
    check("boss", Some(1), &[("ada", "boss", 5), ("boss", "ada", 3)], "boss");
    check("ada", Some(1), &[("ada", "grace", 9), ("ada", "boss", 5)], "grace");
}
