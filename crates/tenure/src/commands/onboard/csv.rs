//! Comma-separated values, RFC 4180: reading what a spreadsheet or an identity provider wrote, with the line of every
//! mistake, and writing what a spreadsheet cannot mistake for a formula.

use std::io::Write;
use std::iter::Peekable;
use std::str::Chars;

/// No export of users is larger; what is, is another file.
const LARGEST_FILE: usize = 256 * 1024 * 1024;
/// No column of a user is longer.
const LONGEST_CELL: usize = 16 * 1024;
/// No export has more columns.
const MOST_CELLS: usize = 500;

/// One row, and the line that it begins on, counted from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// What is wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReadError {
    #[error("the file has {0} bytes, more than {LARGEST_FILE}: it is no export of users")]
    TooLarge(usize),
    #[error("line {0}: the text is not UTF-8; export it as `CSV UTF-8`")]
    NotUtf8(usize),
    #[error("line {0}: a quote is opened and never closed")]
    Unclosed(usize),
    #[error("line {0}: text follows a closing quote; a quote inside quotes is written twice")]
    AfterQuote(usize),
    #[error("line {0}: a cell has more than {LONGEST_CELL} characters; perhaps a quote is missing before it")]
    LongCell(usize),
    #[error("line {0}: there are more than {MOST_CELLS} columns; perhaps a line end is missing")]
    ManyCells(usize),
}

/// Reads the rows that are not empty, one after the other. A byte order mark is skipped. The separator is what the first
/// line has most of: comma, semicolon or tab.
pub(super) fn rows(
    bytes: &[u8],
) -> Result<impl Iterator<Item = Result<Row, ReadError>> + use<'_>, ReadError> {
    if bytes.len() > LARGEST_FILE {
        return Err(ReadError::TooLarge(bytes.len()));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        ReadError::NotUtf8(1 + before.iter().filter(|byte| **byte == b'\n').count())
    })?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let reader = Reader { letters: text.chars().peekable(), separator: separator(text), line: 1 };
    let says_something = |row: &Row| row.cells.iter().any(|cell| !cell.trim().is_empty());
    Ok(reader.filter(move |row| row.as_ref().map_or(true, says_something)))
}

#[cfg(test)]
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Row>, ReadError> {
    rows(bytes)?.collect()
}

fn separator(text: &str) -> char {
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: &char| first.matches(*separator).count();
    // The last of equals is taken: without any separator a comma.
    [';', '\t', ','].into_iter().max_by_key(count).unwrap_or(',')
}

struct Reader<'t> {
    letters: Peekable<Chars<'t>>,
    separator: char,
    line: usize,
}

/// After a mistake there is nothing more to read.
impl Iterator for Reader<'_> {
    type Item = Result<Row, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.letters.peek()?;
        let row = self.row();
        if row.is_err() {
            self.letters = "".chars().peekable();
        }
        Some(row)
    }
}

impl Reader<'_> {
    fn row(&mut self) -> Result<Row, ReadError> {
        let mut row = Row { line: self.line, cells: Vec::new() };
        loop {
            row.cells.push(if self.letters.next_if_eq(&'"').is_some() {
                self.quoted()?
            } else {
                self.plain()?
            });
            if row.cells.len() > MOST_CELLS {
                return Err(ReadError::ManyCells(row.line));
            }
            match self.letters.next() {
                Some(letter) if letter == self.separator => {}
                Some('\r') => {
                    self.letters.next_if_eq(&'\n');
                    self.line += 1;
                    return Ok(row);
                }
                Some('\n') => {
                    self.line += 1;
                    return Ok(row);
                }
                None => return Ok(row),
                Some(_) => return Err(ReadError::AfterQuote(self.line)),
            }
        }
    }

    fn plain(&mut self) -> Result<String, ReadError> {
        let mut cell = String::new();
        let separator = self.separator;
        while let Some(letter) =
            self.letters.next_if(|&letter| letter != separator && !matches!(letter, '\r' | '\n'))
        {
            self.push(&mut cell, letter)?;
        }
        Ok(cell)
    }

    /// The rest of a quoted cell; two quotes stand for one.
    fn quoted(&mut self) -> Result<String, ReadError> {
        let opened = self.line;
        let mut cell = String::new();
        loop {
            match self.letters.next() {
                None => return Err(ReadError::Unclosed(opened)),
                Some('"') if self.letters.next_if_eq(&'"').is_none() => return Ok(cell),
                Some(letter) => {
                    self.line += usize::from(letter == '\n');
                    self.push(&mut cell, letter)?;
                }
            }
        }
    }

    fn push(&self, cell: &mut String, letter: char) -> Result<(), ReadError> {
        cell.push(letter);
        if cell.len() > LONGEST_CELL { Err(ReadError::LongCell(self.line)) } else { Ok(()) }
    }
}

/// Writes rows under headers, each as it comes.
pub(super) fn write(
    mut to: impl Write,
    headers: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> std::io::Result<()> {
    write!(to, "{}\r\n", headers.join(","))?;
    for row in rows {
        let cells: Vec<_> = row.iter().map(|cell| cell_of(cell)).collect();
        write!(to, "{}\r\n", cells.join(","))?;
    }
    to.flush()
}

/// A cell that means what it says. What begins like a formula gets an apostrophe before it, by which spreadsheets know text
/// (OWASP, "CSV Injection").
fn cell_of(text: &str) -> String {
    let formula = text.trim_start_matches(' ').starts_with(['=', '+', '-', '@', '\t', '\r', '\n']);
    let guarded = if formula { format!("'{text}") } else { text.to_owned() };
    let plain = !formula && !guarded.contains(['"', ',', ';', '\n', '\r', '\t']);
    if plain { guarded } else { format!("\"{}\"", guarded.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &[&str])]) {
        let rows = read(text.as_bytes()).unwrap();
        let rows: Vec<_> =
            rows.iter().map(|row| (row.line, row.cells.iter().map(String::as_str).collect())).collect();
        let expected: Vec<(usize, Vec<&str>)> =
            expected.iter().map(|(line, cells)| (*line, cells.to_vec())).collect();
        assert_eq!(rows, expected);
    }

    #[test]
    fn cells_are_read_with_quotes_and_their_lines() {
        check(
            "a,b\r\n1,\"x, \"\"y\"\"\nz\"\n\n2,",
            &[(1, &["a", "b"]), (2, &["1", "x, \"y\"\nz"]), (5, &["2", ""])],
        );
        check("\u{feff}a;b\n1,5;2", &[(1, &["a", "b"]), (2, &["1,5", "2"])]);
        check("a\tb\r1\t2", &[(1, &["a", "b"]), (2, &["1", "2"])]);
        check("", &[]);
    }

    #[test]
    fn mistakes_have_their_line() {
        let error = |bytes: &[u8]| read(bytes).unwrap_err();
        assert_eq!(error(b"a,b\n1,\"2\n3"), ReadError::Unclosed(2));
        assert_eq!(error(b"a\n\"x\"y"), ReadError::AfterQuote(2));
        assert_eq!(error(b"a\n\nM\xfcller"), ReadError::NotUtf8(3));
        assert_eq!(error(format!("a\n{}", "x".repeat(20_000)).as_bytes()), ReadError::LongCell(2));
        assert_eq!(error(",".repeat(600).as_bytes()), ReadError::ManyCells(1));
    }

    fn write(headers: &[&str], rows: impl Iterator<Item = Vec<String>>) -> String {
        let mut bytes = Vec::new();
        super::write(&mut bytes, headers, rows).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn formulas_are_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1"] {
            let text = write(&["a"], std::iter::once(vec![formula.to_owned()]));
            assert!(text.starts_with("a\r\n\"'"), "{text}");
        }
        assert_eq!(
            write(&["a", "b"], std::iter::once(vec!["x-1".into(), "y, \"z\"".into()])),
            "a,b\r\nx-1,\"y, \"\"z\"\"\"\r\n"
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let cells = ["plain", "two\nlines", "a \"quote\"", "x;y", ""];
        let text = write(&["1", "2", "3", "4", "5"], std::iter::once(cells.map(str::to_owned).to_vec()));
        assert_eq!(read(text.as_bytes()).unwrap()[1].cells, cells);
    }
}
