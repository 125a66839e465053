//! How long it takes to look for duplicates among many records, and to say whose they are.

#[path = "../tests/it/facts.rs"]
mod facts;

use divan::Bencher;
use tenure_identity::id::SourceName;
use tenure_identity::onboard::{adopt, suspects};
use tenure_identity::policy::Policy;
use tenure_lab::brownfield::Brownfield;

fn main() {
    divan::main();
}

#[divan::bench(args = [20_000, 100_000], sample_count = 3, sample_size = 1)]
fn look_for_duplicates(bencher: Bencher<'_, '_>, users: usize) {
    let rows = facts::existing(&Brownfield::generate(1, users));
    bencher.bench_local(|| suspects(&rows));
}

#[divan::bench(args = [20_000, 100_000], sample_count = 3, sample_size = 1)]
fn adopt_everybody(bencher: Bencher<'_, '_>, users: usize) {
    let instance = Brownfield::generate(1, users);
    let (rows, known) = (facts::existing(&instance), facts::identities(&instance));
    let policy = Policy::built_in(&[SourceName::new("okta")]);
    bencher.bench_local(|| adopt(&policy, &rows, &known));
}
