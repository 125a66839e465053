//! Decision records: `docs/decisions/NNNN-title.md`, numbered from 0001 without gaps, each listed in the README beside.

use super::finding::{Finding, Rule};
use super::repository::Text;
use std::collections::BTreeMap;

const FOLDER: &str = "docs/decisions/";
const LIST: &str = "docs/decisions/README.md";

const NUMBERED: Rule = Rule {
    why: "records are cited by number; a gap or a double looks like a record that was lost",
    cure: "name it NNNN-title.md with the next free number",
};
const LISTED: Rule = Rule {
    why: "a decision that nobody finds is made again",
    cure: "link it from docs/decisions/README.md with one line that says what was decided",
};

/// Checks the records among all documents. No record at all is in order.
pub(crate) fn check(documents: &[Text]) -> Vec<Finding> {
    let list = documents.iter().find(|it| it.path == LIST).map_or("", |it| it.text.as_str());
    let mut findings = Vec::new();
    let mut numbers = BTreeMap::new();
    for (path, name) in documents.iter().filter_map(record) {
        match number(name) {
            Some(number) if !numbers.contains_key(&number) => _ = numbers.insert(number, path),
            Some(number) => findings.push(NUMBERED.broken(path, 1, format!("number {number:04} is taken"))),
            None => findings.push(NUMBERED.broken(path, 1, "no number")),
        }
        if !list.contains(name) {
            findings.push(LISTED.broken(path, 1, format!("not listed in `{LIST}`")));
        }
    }
    for (expected, (number, path)) in (1_u32..).zip(&numbers) {
        if *number != expected {
            findings.push(NUMBERED.broken(
                path,
                1,
                format!("number {number:04} where {expected:04} is free"),
            ));
            break;
        }
    }
    findings
}

/// Path and file name of a document that should be a record.
fn record(document: &Text) -> Option<(&str, &str)> {
    let name = document.path.strip_prefix(FOLDER)?;
    (name != "README.md" && !name.contains('/')).then_some((document.path.as_str(), name))
}

fn number(name: &str) -> Option<u32> {
    let (number, title) = name.split_once('-')?;
    (number.len() == 4 && title.len() > ".md".len()).then(|| number.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::show;

    #[track_caller]
    fn check_names(names: &[&str], list: &str, expected: &[&str]) {
        let mut documents = vec![Text { path: LIST.into(), text: list.into() }];
        documents.extend(names.iter().map(|it| Text { path: format!("{FOLDER}{it}"), text: String::new() }));
        assert_eq!(show(&check(&documents)), expected);
    }

    #[test]
    fn numbered_and_listed() {
        check_names(&[], "", &[]);
        check_names(&["0001-a.md", "0002-b.md"], "[a](0001-a.md) [b](0002-b.md)", &[]);
    }

    #[test]
    fn no_folder_is_in_order() {
        assert!(check(&[]).is_empty());
    }

    #[test]
    fn gaps_and_doubles_are_found() {
        let gap = "docs/decisions/0003-c.md:1: number 0003 where 0002 is free";
        check_names(&["0001-a.md", "0003-c.md"], "0001-a.md 0003-c.md", &[gap]);
        let double = "docs/decisions/0001-b.md:1: number 0001 is taken";
        check_names(&["0001-a.md", "0001-b.md"], "0001-a.md 0001-b.md", &[double]);
        check_names(&["notes.md"], "notes.md", &["docs/decisions/notes.md:1: no number"]);
    }

    #[test]
    fn records_are_listed() {
        let found = "docs/decisions/0001-a.md:1: not listed in `docs/decisions/README.md`";
        check_names(&["0001-a.md"], "", &[found]);
    }
}
