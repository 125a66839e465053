//! How much of the Rust is tests. Printed for the reader, never a failure: the right share is not a number.

use super::repository::Rust;

/// One line with the share of lines that are tests.
pub(crate) fn describe(files: &[Rust]) -> String {
    let all: usize = files.iter().map(|file| file.text.lines().count()).sum();
    let tests: usize = files.iter().map(test_lines).sum();
    let percent = (tests * 100).checked_div(all).unwrap_or(0);
    format!("{} files of Rust, {all} lines, of which {tests} ({percent} %) are tests", files.len())
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
        ];
        assert_eq!(describe(&files), "2 files of Rust, 5 lines, of which 4 (80 %) are tests");
        assert_eq!(describe(&[]), "0 files of Rust, 0 lines, of which 0 (0 %) are tests");
    }
}
