//! Verdicts.

use super::*;

#[track_caller]
fn check(asked: &str, before: &str, after: Option<&str>, expected: &str) {
    let after = after.map(|has| columns(&[("title", has)])).unwrap_or_default();
    let found = verdicts(&columns(&[("title", asked)]), &columns(&[("title", before)]), &after);
    let words: Vec<_> = found.iter().map(|(_, verdict)| verdict.outcome().label()).collect();
    assert_eq!(words, [expected], "{asked:?} over {before:?} gave {after:?}");
    assert_eq!(found[0].1.is_landed(), found[0].1.reason().is_none());
}

#[test]
fn what_is_there_has_landed() {
    check("Boss", "Clerk", Some("Boss"), "landed");
    check(" Boss", "Clerk", Some("Boss"), "landed");
    check("true", "false", Some("1"), "landed");
    check("", "Clerk", Some(""), "landed");
}

#[test]
fn what_is_not_there_is_told_apart() {
    check("Chief of staff", "", Some("Chief of"), "truncated");
    check("Boss", "Clerk", Some("Clerk"), "dropped");
    check("Boss", "", Some(""), "dropped");
    check("Boss", "", None, "dropped");
    check("", "CH", Some("CH"), "dropped");
    check("Boss", "Clerk", Some("BOSS"), "altered");
    check("Boss", "Clerk", Some(""), "altered");
}

#[test]
fn a_value_that_was_never_read_counts_as_kept() {
    let judge = |asked, has| {
        verdicts(&columns(&[("title", asked)]), &Columns::new(), &columns(&[("title", has)])).remove(0).1
    };
    assert_eq!(judge("Boss", "Boss"), Verdict::Landed);
    assert_eq!(judge("Boss", "Clerk"), Verdict::Dropped { has: Some("Clerk".into()) });
    assert_eq!(judge("Chief of staff", "Chief of"), Verdict::Truncated { has: "Chief of".into() });
}

#[test]
fn the_old_value_that_the_new_one_begins_with_was_kept_and_not_cut() {
    check("Boss of all", "Boss", Some("Boss"), "dropped");
}

#[test]
fn what_the_target_made_of_a_value_is_said() {
    let reason = |has: &str| Verdict::Altered { has: has.to_owned() }.reason().unwrap();
    assert!(reason("BOSS").ends_with("made `BOSS` of it"));
    assert!(reason("").ends_with("emptied it"));
    assert!(reason(&"é".repeat(4_000)).ends_with(&format!("made `{}…` of it", "é".repeat(120))));
}
