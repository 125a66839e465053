//! Who hangs together, directly or through others: the connected parts of a graph between people and records.

use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The connected parts of a graph between two kinds of positions, each part with its positions in order; the parts in the
/// order of their first position of the first kind.
pub(super) fn components(edges: &[(usize, usize)]) -> Vec<(Vec<usize>, Vec<usize>)> {
    let mut of_left: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut of_right: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(left, right) in edges {
        of_left.entry(left).or_default().push(right);
        of_right.entry(right).or_default().push(left);
    }
    let mut seen = BTreeSet::new();
    let mut parts = Vec::new();
    for &first in of_left.keys() {
        if !seen.insert(first) {
            continue;
        }
        let (mut lefts, mut rights) = (BTreeSet::from([first]), BTreeSet::new());
        let mut open = vec![first];
        while let Some(left) = open.pop() {
            for &right in &of_left[&left] {
                if rights.insert(right) {
                    let fresh = of_right[&right].iter().copied().filter(|&left| seen.insert(left));
                    let fresh: Vec<_> = fresh.collect();
                    lefts.extend(&fresh);
                    open.extend(fresh);
                }
            }
        }
        parts.push((lefts.into_iter().collect(), rights.into_iter().collect()));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_whole_and_in_order() {
        let edges = [(3, 9), (1, 5), (2, 7), (1, 7), (3, 8), (3, 9)];
        assert_eq!(components(&edges), [(vec![1, 2], vec![5, 7]), (vec![3], vec![8, 9])]);
        assert_eq!(components(&[]), []);
    }
}
