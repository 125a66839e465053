//! Just enough of Rust's lexical structure to tell code from comments and from literals.
//!
//! Not a parser: it knows nothing of items or expressions, and it takes any text without failing.

/// A source text, taken apart.
#[derive(Debug, Default)]
pub(crate) struct Lexed {
    /// The text with comments and literals turned into spaces; lines stay where they are.
    pub(crate) code: String,
    /// What stands between the quotes of each string literal, with the line it begins on.
    pub(crate) strings: Vec<(usize, String)>,
}

/// Takes a source text apart.
pub(crate) fn lex(text: &str) -> Lexed {
    let mut lexer = Lexer { text, at: 0, line: 1, out: Lexed::default() };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.out
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    out: Lexed,
}

impl<'t> Lexer<'t> {
    /// Takes the next comment, literal or character of code.
    fn step(&mut self) {
        let rest = self.rest();
        if rest.starts_with("//") {
            self.blank(rest.find('\n').unwrap_or(rest.len()));
        } else if rest.starts_with("/*") {
            self.blank(block_comment(rest));
        } else if let Some(open) = self.raw_string() {
            self.raw(open);
        } else if let Some(inside) = rest.strip_prefix('"') {
            self.string(1, closing_quote(inside, '"'), 1);
        } else if rest.starts_with('\'') {
            self.blank(character(rest));
        } else {
            self.keep();
        }
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    /// Length of `r#"` with any number of `#`, if a raw string begins here rather than inside a name.
    fn raw_string(&self) -> Option<usize> {
        let inside_name = self.text[..self.at].chars().next_back().is_some_and(is_name);
        let after = self.rest().strip_prefix("br").or_else(|| self.rest().strip_prefix("cr"));
        let after = after.or_else(|| self.rest().strip_prefix('r'))?;
        let quote = after.trim_start_matches('#');
        (!inside_name && quote.starts_with('"')).then(|| self.rest().len() - quote.len() + 1)
    }

    fn raw(&mut self, open: usize) {
        let hashes = self.rest()[..open].matches('#').count();
        let close = format!("\"{}", "#".repeat(hashes));
        let inside = &self.rest()[open..];
        self.string(open, inside.find(&close).unwrap_or(inside.len()), close.len());
    }

    /// Takes a string literal of which the lengths of opening, inside and closing are known.
    fn string(&mut self, open: usize, inside: usize, close: usize) {
        let value = &self.rest()[open..open + inside];
        self.out.strings.push((self.line, value.to_owned()));
        self.blank((open + inside + close).min(self.rest().len()));
    }

    fn blank(&mut self, length: usize) {
        let taken = &self.rest()[..length];
        self.out.code.extend(taken.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
        self.line += taken.matches('\n').count();
        self.at += length;
    }

    fn keep(&mut self) {
        if let Some(c) = self.rest().chars().next() {
            self.out.code.push(c);
            self.line += usize::from(c == '\n');
            self.at += c.len_utf8();
        }
    }
}

/// Whether the character can be part of a name.
pub(crate) fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Length of a block comment, which may hold others.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// Length of a character literal; of a lifetime only the tick, since its name is code.
fn character(rest: &str) -> usize {
    let mut inside = rest[1..].chars();
    match (inside.next(), inside.next()) {
        (Some('\\'), _) => (2 + closing_quote(&rest[1..], '\'')).min(rest.len()),
        (Some(c), Some('\'')) => 2 + c.len_utf8(),
        _ => 1,
    }
}

/// How far the closing quote is, with escapes passed over.
fn closing_quote(inside: &str, quote: char) -> usize {
    let mut escaped = false;
    for (at, c) in inside.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == quote => return at,
            _ => {}
        }
    }
    inside.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: &str, strings: &[&str]) {
        let lexed = lex(text);
        let words: Vec<_> = lexed.code.split_whitespace().collect();
        assert_eq!(words.join(" "), code);
        assert_eq!(lexed.strings.iter().map(|(_, it)| it.as_str()).collect::<Vec<_>>(), strings);
        assert_eq!(lexed.code.lines().count(), text.lines().count());
    }

    #[test]
    fn comments_are_not_code() {
        check("a // todo!()\nb /* c /* d */ e */ f", "a b f", &[]);
        check("/* never ends", "", &[]);
    }

    #[test]
    fn strings_are_kept_apart() {
        check(r#"f("a \" b", c)"#, "f( , c)", &["a \\\" b"]);
        check("f(r#\"a \" b\"#)", "f( )", &["a \" b"]);
        check("br\"x\" cr#\"y\"# b\"z\" never\"ends", "b never", &["x", "y", "z", "ends"]);
        check("r#type error\"text\"", "r#type error", &["text"]);
    }

    #[test]
    fn ticks_are_characters_or_lifetimes() {
        check(r#"'"' '\'' '\\' 'é' &'a str"#, "& a str", &[]);
        check("'\\u{1F600}' x", "x", &[]);
    }

    #[test]
    fn strings_know_their_line() {
        assert_eq!(lex("a\n\"b\nc\"\n\"d\"").strings, [(2, "b\nc".into()), (4, "d".into())]);
    }
}
