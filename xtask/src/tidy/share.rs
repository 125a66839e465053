//! How much of the Rust is tests. Printed for the reader, never a failure: the right share is not a number.

use super::repository::Rust;

/// What the tests run against: simulators and a company generator, which no product is built of.
const LAB: &str = "crates/lab/";

/// One line with the share of lines that are tests, and that of what they run against.
pub(crate) fn describe(files: &[Rust]) -> String {
    let all: usize = files.iter().map(|file| file.text.lines().count()).sum();
    let tests: usize = files.iter().map(test_lines).sum();
    let of_the_lab = files.iter().filter(|file| file.path.starts_with(LAB));
    let lab: usize = of_the_lab.map(|file| file.text.lines().count() - test_lines(file)).sum();
    let percent = |lines: usize| (lines * 100).checked_div(all).unwrap_or(0);
    let (of_tests, of_lab) = (percent(tests), percent(lab));
    let count = files.len();
    format!(
        "{count} files of Rust, {all} lines, of which {tests} ({of_tests} %) are tests and {lab} ({of_lab} %) the lab they run against"
    )
}

fn test_lines(file: &Rust) -> usize {
    if file.is_test() {
        return file.text.lines().count();
    }
    file.test_modules().map(Iterator::count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_files_and_modules() {
        let files = [
            Rust::new("src/a.rs", "fn a() {}\n#[cfg(test)]\nmod tests {\n}\n"),
            Rust::new("crates/a/tests/it/main.rs", "fn b() {}\n"),
            Rust::new("crates/lab/src/lib.rs", "fn c() {}\n#[cfg(test)]\nmod tests {\n}\n"),
        ];
        let (all, none) = (describe(&files), describe(&[]));
        assert!(all.contains("3 files of Rust, 9 lines, of which 7 (77 %) are tests and 1 (11 %)"), "{all}");
        assert!(none.contains("0 lines, of which 0 (0 %) are tests and 0 (0 %)"), "{none}");
    }
}
