//! Summary: why rows stand as they do, in a few sentences however many rows there are. The rows themselves have the rest.

use super::Kind;
use std::collections::HashMap;

/// Reasons that are given; of the others only how many rows have one.
const REASONS: usize = 8;
/// Rows that are named for each.
const EXAMPLES: usize = 3;
/// The longest name, and the longest reason, in characters.
const NAME: usize = 60;
const WHY: usize = 300;

/// Rows that stand as they do for the same reason.
struct Group<'a> {
    kind: Kind,
    why: &'a str,
    count: usize,
    examples: Vec<&'a str>,
}

/// A sentence for each kind of work and reason, the most frequent first. Of each row: what it is, its name, and why.
pub fn summary<'a>(rows: impl IntoIterator<Item = (Kind, &'a str, &'a str)>) -> Vec<String> {
    let mut places: HashMap<(Kind, &str), usize> = HashMap::new();
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (kind, name, why) in rows {
        let place = *places.entry((kind, why)).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Group { kind, why, count: 0, examples: Vec::new() });
        }
        let group = &mut groups[place];
        group.count += 1;
        if group.examples.len() < EXAMPLES {
            group.examples.push(name);
        }
    }
    // Of those with as many rows, the one that was met first.
    groups.sort_by_key(|group| std::cmp::Reverse(group.count));
    let others: usize = groups.iter().skip(REASONS).map(|group| group.count).sum();
    let rest = (others > 0).then(|| format!("and {others} more for other reasons, which its rows name"));
    groups.iter().take(REASONS).map(Group::sentence).chain(rest).collect()
}

impl Group<'_> {
    fn sentence(&self) -> String {
        let names: Vec<_> = self.examples.iter().map(|name| format!("`{}`", shortened(name, NAME))).collect();
        let (names, why) = (names.join(", "), shortened(self.why, WHY));
        match self.count {
            1 => format!("{} {names}: {why}", self.kind.label()),
            count if count > EXAMPLES => {
                format!("{count} {} ({names} and others): {why}", self.kind.plural())
            }
            count => format!("{count} {} ({names}): {why}", self.kind.plural()),
        }
    }
}

fn shortened(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
