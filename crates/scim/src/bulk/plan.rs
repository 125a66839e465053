//! The order in which the operations of a bulk request can be carried out (RFC 7644 §3.7.2).
//!
//! An operation runs after those that create what it refers to, and otherwise in the order given. Where operations
//! wait for each other in a circle, the first of the circle is created without its open references and completed by a
//! PATCH as soon as they are known.

use super::references::references;
use super::{BulkRequest, Method};
use std::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap, HashMap};

/// One step; `index` counts the items of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Carry out the operation, or answer with its error if it has one.
    Run(usize),
    /// Create the resource [without these references](super::without_references).
    RunWithout {
        /// The operation.
        index: usize,
        /// The bulkIds that are not known yet.
        references: BTreeSet<String>,
    },
    /// Apply the [completing PATCH](super::completion) to the resource that was created without these references.
    Complete {
        /// The operation.
        index: usize,
        /// The bulkIds that were not known then.
        references: BTreeSet<String>,
    },
}

/// The steps of a bulk request, every operation once. References that nothing defines do not hold up anything: they
/// fail when they are resolved.
pub fn plan(request: &BulkRequest) -> Vec<Step> {
    let mut planner = Planner::new(request);
    while planner.steps_left > 0 {
        match planner.ready.pop() {
            Some(Reverse(index)) => planner.run(index),
            None => planner.break_circle(),
        }
    }
    planner.steps
}

struct Planner {
    steps: Vec<Step>,
    steps_left: usize,
    /// Which operations each operation still waits for, by their bulkIds.
    waits: Vec<HashMap<usize, String>>,
    /// Which operations wait for each operation.
    waiters: Vec<Vec<usize>>,
    done: Vec<bool>,
    ready: BinaryHeap<Reverse<usize>>,
    /// References that were left out of operations that have run, and how many of them are still open.
    incomplete: HashMap<usize, BTreeSet<String>>,
}

impl Planner {
    fn new(request: &BulkRequest) -> Self {
        let defined = definitions(request);
        let count = request.items.len();
        let mut waits = Vec::with_capacity(count);
        let mut waiters = vec![Vec::new(); count];
        for (index, item) in request.items.iter().enumerate() {
            let names = item.operation.as_ref().map(references).unwrap_or_default();
            let open: HashMap<usize, String> =
                names.into_iter().filter_map(|name| Some((*defined.get(name.as_str())?, name))).collect();
            open.keys().for_each(|&definer| waiters[definer].push(index));
            waits.push(open);
        }
        let ready = (0..count).filter(|&index| waits[index].is_empty()).map(Reverse).collect();
        Self {
            steps: Vec::with_capacity(count),
            steps_left: count,
            waits,
            waiters,
            done: vec![false; count],
            ready,
            incomplete: HashMap::new(),
        }
    }

    fn run(&mut self, index: usize) {
        self.steps.push(Step::Run(index));
        self.finish(index);
    }

    fn finish(&mut self, index: usize) {
        self.done[index] = true;
        self.steps_left -= 1;
        let mut waiters = std::mem::take(&mut self.waiters[index]);
        waiters.sort_unstable();
        for waiter in waiters {
            self.waits[waiter].remove(&index);
            if self.waits[waiter].is_empty() {
                self.release(waiter);
            }
        }
    }

    /// Everything that this operation refers to is known now.
    fn release(&mut self, index: usize) {
        match self.incomplete.remove(&index) {
            Some(references) => self.steps.push(Step::Complete { index, references }),
            None => self.ready.push(Reverse(index)),
        }
    }

    /// Runs one operation of a circle without what it still waits for.
    fn break_circle(&mut self) {
        let index = self.first_of_a_circle();
        let references: BTreeSet<String> = self.waits[index].values().cloned().collect();
        self.incomplete.insert(index, references.clone());
        self.steps.push(Step::RunWithout { index, references });
        self.finish(index);
    }

    /// Follows what waits for what until it comes back: not everything that waits is part of a circle.
    fn first_of_a_circle(&self) -> usize {
        // INVARIANT: some operation is left, and each that is left waits for one that is left.
        let mut index = self.done.iter().position(|done| !done).expect("an operation is left");
        let mut seen = BTreeSet::new();
        while seen.insert(index) {
            index = self.next(index);
        }
        let mut circle = vec![index];
        let mut other = self.next(index);
        while other != index {
            circle.push(other);
            other = self.next(other);
        }
        circle.into_iter().min().expect("a circle has a member")
    }

    fn next(&self, index: usize) -> usize {
        let open = self.waits[index].keys().filter(|&&definer| !self.done[definer]);
        *open.min().expect("an operation that is left waits for another")
    }
}

/// Which operation creates which bulkId.
fn definitions(request: &BulkRequest) -> HashMap<&str, usize> {
    let created = request.items.iter().enumerate().filter_map(|(index, item)| {
        let operation = item.operation.as_ref().ok().filter(|operation| operation.method == Method::Post)?;
        Some((operation.bulk_id.as_deref()?, index))
    });
    created.collect()
}
