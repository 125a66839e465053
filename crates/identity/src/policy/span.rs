//! Where a part of a string is in the document: strings may be written with escapes and over several lines.

use std::ops::Range;

/// The place of `part` of a string that means `text` and is written at `string`, quotes included.
pub(super) fn within(document: &str, string: &Range<usize>, text: &str, part: &Range<usize>) -> Range<usize> {
    let written = document.get(string.clone()).unwrap_or_default();
    match Walk::new(written, text) {
        Some(mut walk) => {
            let start = walk.begins(part.start);
            let end = if part.is_empty() { start } else { walk.ends(part.end) };
            string.start + start..string.start + end
        }
        None => string.clone(),
    }
}

/// A walk along a string as it is written, counting what it means.
struct Walk<'d> {
    written: &'d str,
    text: &'d str,
    escapes: bool,
    place: usize,
    meant: usize,
}

impl<'d> Walk<'d> {
    fn new(written: &'d str, text: &'d str) -> Option<Self> {
        let quote = written.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let quotes = written.chars().take_while(|it| *it == quote).count();
        let multi_line = quotes >= 3 && written.len() >= 6;
        let mut place = if multi_line { 3 } else { 1 };
        if multi_line {
            // A line break behind the quotes does not belong to the text.
            let rest = &written[place..];
            place += if rest.starts_with("\r\n") { 2 } else { usize::from(rest.starts_with('\n')) };
        }
        Some(Self { written, text, escapes: quote == '"', place, meant: 0 })
    }

    /// Where the character at this byte of the text begins.
    fn begins(&mut self, byte: usize) -> usize {
        let mut end = self.ends(byte);
        while let Some((written, 0)) = self.next() {
            self.place += written;
            end = self.place;
        }
        end
    }

    /// Where the character before this byte of the text ends.
    fn ends(&mut self, byte: usize) -> usize {
        while self.meant < byte {
            let Some((written, meant)) = self.next() else { break };
            self.place += written;
            self.meant += meant;
        }
        self.place
    }

    /// How many bytes the next character takes as it is written, and in the text.
    fn next(&self) -> Option<(usize, usize)> {
        let rest = &self.written[self.place..];
        let character = self.text[self.meant..].chars().next()?;
        let escaped = rest.strip_prefix('\\').filter(|_| self.escapes).and_then(|it| it.chars().next());
        Some(match escaped {
            Some('u') => (6, character.len_utf8()),
            Some('U') => (10, character.len_utf8()),
            Some('x') => (4, character.len_utf8()),
            // A backslash at the end of a line: the text goes on with the next character that is no blank.
            Some(blank) if blank.is_whitespace() => {
                let next = rest[1..].find(|it: char| !it.is_whitespace()).unwrap_or(rest.len() - 1);
                (1 + next, 0)
            }
            Some(_) => (2, 1),
            None if rest.starts_with("\r\n") && character == '\n' => (2, 1),
            None => (character.len_utf8(), character.len_utf8()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The written characters that stand for the words `the part` of the text.
    #[track_caller]
    fn check(written: &str, text: &str, expected: &str) {
        let document = format!("key = {written} # é");
        let start = text.find("the part").unwrap();
        let place = within(&document, &(6..6 + written.len()), text, &(start..start + "the part".len()));
        assert_eq!(&document[place], expected);
    }

    #[test]
    fn every_kind_of_string() {
        check(r#""so: the part é""#, "so: the part é", "the part");
        check("'é: the part'", "é: the part", "the part");
        check("'''\né: the part'''", "é: the part", "the part");
        check("\"\"\"\r\nüber: the part\"\"\"", "über: the part", "the part");
        check("\"\"\"one\r\nthe part\"\"\"", "one\nthe part", "the part");
    }

    #[test]
    fn escapes_take_more_room_than_they_mean() {
        check(r#""\"x\" \u00e9 \U0001F600 the\u0020part.""#, "\"x\" é 😀 the part.", r"the\u0020part");
        check("\"\"\"x \\\n   the \\\n part\"\"\"", "x the part", "the \\\n part");
    }

    #[test]
    fn what_cannot_be_walked_is_meant_as_a_whole() {
        assert_eq!(within("key", &(0..3), "k", &(0..1)), 0..3);
        assert_eq!(within("''", &(0..2), "", &(0..0)), 1..1);
    }
}
