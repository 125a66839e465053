//! Our own store: whether it answers, how new its tables are, and how much space is left for it.

use super::{Check, Verdict};
use crate::Engine;

/// Below this, in bytes, writing may end any day.
const LITTLE: u64 = 256 << 20;
/// Below this, somebody should know.
const SOME: u64 = 2 << 30;

pub(super) async fn answers(engine: &Engine) -> Check {
    let kind = if engine.store.is_of_one_node() { "SQLite" } else { "PostgreSQL" };
    match engine.store.schema_version().await {
        Ok(version) => Check::good(
            "store",
            format!("{kind} answers; its tables are of version {version}"),
            "all migrations of this version of Tenure are applied",
        ),
        Err(error) => Check::bad("store", error.to_string(), "nothing can be accepted or delivered")
            .cure("see that the database runs and that `store.url` leads to it"),
    }
}

pub(super) async fn space(engine: &Engine) -> Option<Check> {
    match engine.store.free_bytes().await {
        Ok(free) => free.map(judge),
        Err(error) => {
            Some(Check::unknown("disk", error.to_string(), "the space left could not be found out"))
        }
    }
}

fn judge(free: u64) -> Check {
    let found = format!("{} MiB are free where the SQLite file is", free >> 20);
    let verdict = match free {
        free if free < LITTLE => Verdict::Bad,
        free if free < SOME => Verdict::Note,
        _ => return Check::good("disk", found, "there is room to grow"),
    };
    Check::new("disk", verdict, found, "when the disk is full, requests are refused and nothing more is kept")
        .cure("make room, or move the file: `store.url`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_space_is_bad_and_some_is_worth_a_note() {
        let verdicts = [LITTLE - 1, LITTLE, SOME - 1, SOME].map(|free| judge(free).verdict);
        assert_eq!(verdicts, [Verdict::Bad, Verdict::Note, Verdict::Note, Verdict::Good]);
        assert_eq!(judge(3 << 30).found, "3072 MiB are free where the SQLite file is");
    }
}
