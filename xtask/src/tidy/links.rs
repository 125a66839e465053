//! Relative links in Markdown point to something that exists. Links to other sites are not followed.

use super::finding::{Finding, Rule};
use super::repository::Text;

const EXISTS: Rule = Rule {
    why: "a reader who follows a link that leads nowhere stops trusting the page",
    cure: "mend the link or the name of what it points to",
};

/// Checks all documents; `exists` tells whether a path below the root is there.
pub(crate) fn check(documents: &[Text], exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for document in documents {
        for (line, target) in links(&document.text) {
            let found = resolve(&document.path, target).is_some_and(|path| exists(&path));
            if !found {
                findings.push(EXISTS.broken(&document.path, line, format!("`{target}` is not there")));
            }
        }
    }
    findings
}

/// Relative targets with their lines, outside of code.
fn links(text: &str) -> Vec<(usize, &str)> {
    let mut links = Vec::new();
    let mut fenced = false;
    for (at, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            let targets = line_targets(line).into_iter().filter(|it| is_relative(it));
            links.extend(targets.map(|target| (at + 1, target)));
        }
    }
    links
}

/// Targets of `[text](target "title")` and of `[name]: target` on one line.
fn line_targets(line: &str) -> Vec<&str> {
    // Every second piece between backticks is code.
    let prose = line.match_indices("](").filter(|(at, _)| line[..*at].matches('`').count().is_multiple_of(2));
    let inline = prose.filter_map(|(at, _)| line[at + 2..].split(')').next());
    let named = line.starts_with('[').then(|| line.split_once("]: ")).flatten().map(|(_, target)| target);
    let words = inline.chain(named).filter_map(|it| it.split_whitespace().next());
    words.map(|it| it.trim_matches(['<', '>'])).collect()
}

fn is_relative(target: &str) -> bool {
    let (before, after) = target.split_once(':').unwrap_or(("", target));
    before.is_empty() && !after.is_empty() && !after.starts_with('#')
}

/// The path below the root that a link in a document means; none if it leads out.
fn resolve(document: &str, target: &str) -> Option<String> {
    let target = target.split(['#', '?']).next().unwrap_or_default();
    let mut path: Vec<_> = document.split('/').collect();
    path.pop();
    if target.starts_with('/') {
        path.clear();
    }
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => _ = path.pop()?,
            name => path.push(name),
        }
    }
    Some(path.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::finding::show;

    #[track_caller]
    fn check_text(text: &str, expected: &[&str]) {
        let document = Text { path: "docs/a.md".into(), text: text.into() };
        let found = check(&[document], |path| ["docs/b.md", "README.md", "docs"].contains(&path));
        assert_eq!(show(&found), expected);
    }

    #[test]
    fn existing_targets() {
        check_text("[b](b.md) [b](./b.md#part \"title\") ![r](../README.md) [d](/docs/) [h](#here)", &[]);
        check_text("[x](https://example.com/x.md) <https://example.com> [m](mailto:a@example.com)", &[]);
    }

    #[test]
    fn missing_targets() {
        check_text("\n[c](c.md)", &["docs/a.md:2: `c.md` is not there"]);
        check_text("[c]: c.md", &["docs/a.md:1: `c.md` is not there"]);
        check_text("[out](../../etc/passwd)", &["docs/a.md:1: `../../etc/passwd` is not there"]);
    }

    #[test]
    fn code_is_not_prose() {
        check_text("```\n[c](c.md)\n```\n`[c](c.md)` and `x` [b](b.md)", &[]);
    }
}
