//! What is not a function of its input: the wall clock, which assertions and `Retry-After` dates need, and chance, which
//! keeps clients from coming back all at once. Everything that computes with them takes them as values.

use jiff::Timestamp;

/// The machine's time. Only for what the other side compares with its own clock, never for decisions about people.
#[expect(clippy::disallowed_methods, reason = "assertions carry the time, and Retry-After may be a date")]
pub(crate) fn wall_clock() -> Timestamp {
    Timestamp::now()
}

/// A random number that nobody can foresee.
pub(crate) fn random() -> u64 {
    let mut bytes = [0; 8];
    // Without randomness the waits are merely not spread, and an assertion's id is merely its time.
    if getrandom::fill(&mut bytes).is_err() {
        return 0;
    }
    u64::from_le_bytes(bytes)
}

/// A share of the whole: at least 0, less than 1.
pub(crate) fn share() -> f64 {
    f64::from((random() >> 32) as u32) / (f64::from(u32::MAX) + 1.0)
}
