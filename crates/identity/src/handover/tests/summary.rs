//! Many rows in a few sentences.

use super::*;

#[test]
fn each_reason_is_said_once_with_a_few_examples() {
    let rows = [
        (Kind::Task, "INC1", "a rule"),
        (Kind::Approval, "CHG1", "a rule"),
        (Kind::Task, "INC2", "closed"),
        (Kind::Task, "INC3", "a rule"),
    ];
    let expected = ["2 tasks (`INC1`, `INC3`): a rule", "approval `CHG1`: a rule", "task `INC2`: closed"];
    assert_eq!(summary(rows), expected);
    assert_eq!(summary([]), Vec::<String>::new());
}

#[test]
fn five_thousand_refusals_are_a_few_sentences() {
    let names: Vec<_> = (0..5_000).map(|n| format!("INC{n}")).collect();
    let rule = "the rule `Frozen` aborted the write";
    let same = summary(names.iter().map(|name| (Kind::Task, name.as_str(), rule)));
    assert_eq!(same, [format!("5000 tasks (`INC0`, `INC1`, `INC2` and others): {rule}")]);

    let reasons: Vec<_> = (0..5_000).map(|n| format!("{n}: {}", "why ".repeat(1_000))).collect();
    let rows = names.iter().zip(&reasons).map(|(name, why)| (Kind::Task, name.as_str(), why.as_str()));
    let other = summary(rows);
    assert_eq!(other.last().unwrap(), "and 4992 more for other reasons, which its rows name");
    assert!(other.join("; ").len() < 4_000);
}

#[test]
fn long_names_are_cut_between_characters() {
    let name = "ü".repeat(100);
    let said = summary([(Kind::Department, name.as_str(), "why")]).remove(0);
    assert_eq!(said, format!("department `{}…`: why", "ü".repeat(60)));
}
