//! The files that are checked: Rust, SQL and Markdown, read once and sorted by path.

use super::lexer::{self, Lexed};
use anyhow::{Context, Result};
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

/// Folders that hold nothing we write by hand.
const PASSED_OVER: [&str; 5] =
    ["target/", "fuzz/target/", "fuzz/corpus/", "fuzz/artifacts/", "fuzz/coverage/"];

/// What was read.
#[derive(Debug, Default)]
pub(crate) struct Repository {
    /// Rust sources.
    pub(crate) rust: Vec<Rust>,
    /// SQL sources.
    pub(crate) sql: Vec<Text>,
    /// Markdown documents.
    pub(crate) markdown: Vec<Text>,
}

/// A file as it is.
#[derive(Debug)]
pub(crate) struct Text {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

/// A Rust source, taken apart.
#[derive(Debug)]
pub(crate) struct Rust {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
    /// Code and literals, apart.
    pub(crate) lexed: Lexed,
}

impl Repository {
    /// Reads everything below the root that is not hidden and not made by a program.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let mut repository = Self::default();
        repository.read_folder(root, "")?;
        Ok(repository)
    }

    fn read_folder(&mut self, folder: &Path, path: &str) -> Result<()> {
        let entries =
            fs::read_dir(folder).with_context(|| format!("could not list `{}`", folder.display()))?;
        let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let name = entry.file_name().to_string_lossy().into_owned();
            let kind = entry.file_type()?;
            if kind.is_dir() && !is_passed_over(&format!("{path}{name}/")) {
                self.read_folder(&entry.path(), &format!("{path}{name}/"))?;
            } else if kind.is_file() {
                self.read_file(&entry.path(), format!("{path}{name}"))?;
            }
        }
        Ok(())
    }

    fn read_file(&mut self, file: &Path, path: String) -> Result<()> {
        let read = || fs::read_to_string(file).with_context(|| format!("could not read `{path}`"));
        match file.extension().and_then(|it| it.to_str()) {
            Some("rs") => self.rust.push(Rust::new(&path, read()?)),
            Some("sql") => self.sql.push(Text { text: read()?, path }),
            Some("md") => self.markdown.push(Text { text: read()?, path }),
            _ => {}
        }
        Ok(())
    }
}

/// Whether a folder (`path/`) is hidden or made by a program.
fn is_passed_over(path: &str) -> bool {
    PASSED_OVER.contains(&path) || path.rsplit('/').nth(1).is_some_and(|name| name.starts_with('.'))
}

impl Rust {
    /// Takes a source apart.
    pub(crate) fn new(path: &str, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { path: path.to_owned(), lexed: lexer::lex(&text), text }
    }

    /// Whether the file is there for tests only.
    pub(crate) fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// Lines of code, counted from one, without comments and what stands in literals.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lexed.code.lines().enumerate().map(|(at, line)| (at + 1, line))
    }

    /// The lines of each `#[cfg(test)] mod … { … }`, counted from one.
    pub(crate) fn test_modules(&self) -> impl Iterator<Item = RangeInclusive<usize>> {
        let code = &self.lexed.code;
        let starts = code.match_indices("#[cfg(test)]").map(|(at, _)| at);
        starts.filter_map(|start| Some(line_of(code, start)..=line_of(code, module_end(code, start)?)))
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where the module that begins after the attribute closes; none if it has no body here.
fn module_end(code: &str, start: usize) -> Option<usize> {
    let open = start + code[start..].find(['{', ';'])?;
    let is_module = code[start..open].split_whitespace().any(|word| word == "mod");
    if !is_module || code[open..].starts_with(';') {
        return None;
    }
    let mut depth = 0_usize;
    for (at, c) in code[open..].char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open + at);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_test_modules() {
        let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() { '}'; }\n}\nfn c() {}\n";
        let modules = |text: &str| Rust::new("src/a.rs", text).test_modules().collect::<Vec<_>>();
        assert_eq!(modules(text), [2..=5]);
        assert!(modules("#[cfg(test)]\nmod tests;\n").is_empty());
        assert!(modules("#[cfg(test)]\nfn helper() {}\n").is_empty());
    }

    #[test]
    fn reads_a_tree() {
        let root = tempfile::tempdir().unwrap();
        for path in ["src/b.rs", "src/target/a.rs", "target/c.rs", ".hidden/d.rs", "README.md"] {
            let file = root.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, "").unwrap();
        }
        let repository = Repository::read(root.path()).unwrap();
        let paths: Vec<_> = repository.rust.iter().map(|it| it.path.as_str()).collect();
        assert_eq!(paths, ["src/b.rs", "src/target/a.rs"]);
        assert_eq!(repository.markdown[0].path, "README.md");
    }
}
