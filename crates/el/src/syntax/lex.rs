//! Text to tokens. Every character belongs to a token, a blank or a diagnostic; nothing stops the lexer.
//!
//! A backslash has no meaning in a text literal: Okta's samples write `"\"` for one. A quote is doubled to embed it, as
//! in Spring's language.

use crate::diagnostic::Diagnostic;
use std::ops::Range;

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    Name(String),
    Integer(i64),
    Number(f64),
    Text(String),
    /// Any operator or bracket, as written.
    Mark(&'static str),
    /// What was reported already and stands where a value would.
    Bad,
    End,
}

/// Longest first.
const MARKS: [&str; 33] = [
    "==", "!=", "<=", ">=", "&&", "||", "?:", "?.", "++", "--", "(", ")", "[", "]", "{", "}", ",", ".", "?",
    ":", "+", "-", "*", "/", "%", "^", "!", "<", ">", "=", "#", "@", "&",
];

/// Takes a text apart; the last token is the end.
pub(super) fn lex(text: &str) -> (Vec<Token>, Vec<Diagnostic>) {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), diagnostics: Vec::new() };
    while lexer.step() {}
    let end = text.len();
    lexer.tokens.push(Token { kind: TokenKind::End, span: end..end });
    (lexer.tokens, lexer.diagnostics)
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    tokens: Vec<Token>,
    diagnostics: Vec<Diagnostic>,
}

impl<'t> Lexer<'t> {
    /// Takes the next token; false at the end.
    fn step(&mut self) -> bool {
        self.at = self.text.len() - self.rest().trim_start().len();
        let Some(first) = self.rest().chars().next() else { return false };
        match first {
            '\'' | '"' => self.quoted(first),
            '0'..='9' => self.number(),
            c if starts_name(c) => self.name(),
            _ => self.mark(first),
        }
        true
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: TokenKind, length: usize) {
        self.tokens.push(Token { kind, span: self.at..self.at + length });
        self.at += length;
    }

    fn name(&mut self) {
        let rest = self.rest();
        let length = rest.find(|c| !continues_name(c)).unwrap_or(rest.len());
        self.push(TokenKind::Name(rest[..length].to_owned()), length);
    }

    fn quoted(&mut self, quote: char) {
        let inside = &self.rest()[1..];
        let mut value = String::new();
        let mut characters = inside.char_indices().peekable();
        while let Some((at, c)) = characters.next() {
            if c != quote {
                value.push(c);
            } else if characters.next_if(|(_, next)| *next == quote).is_some() {
                value.push(quote);
            } else {
                return self.push(TokenKind::Text(value), at + 2);
            }
        }
        let problem =
            Diagnostic::error(self.at..self.text.len(), format!("text without a closing `{quote}`"));
        self.diagnostics
            .push(problem.help(format!("end it with `{quote}`; inside, a quote is written twice")));
        self.push(TokenKind::Text(value), self.rest().len());
    }

    /// `12`, `1.5`, `1e9`; `1.size()` is a whole number and a method.
    fn number(&mut self) {
        let rest = self.rest();
        let mut length = digits(rest);
        let mut whole = true;
        if rest[length..].starts_with('.') && digits(&rest[length + 1..]) > 0 {
            length += 1 + digits(&rest[length + 1..]);
            whole = false;
        }
        if let Some(exponent) = exponent(&rest[length..]) {
            length += exponent;
            whole = false;
        }
        let more = rest[length..].find(|c| !continues_name(c)).unwrap_or(rest.len() - length);
        let text = &rest[..length + more];
        let kind = if more > 0 { None } else { read_number(text, whole) };
        if kind.is_none() {
            let problem =
                Diagnostic::error(self.at..self.at + text.len(), format!("`{text}` is not a number"));
            self.diagnostics.push(problem.help("numbers are written 42 or 3.141, up to 9223372036854775807"));
        }
        self.push(kind.unwrap_or(TokenKind::Bad), length + more);
    }

    fn mark(&mut self, first: char) {
        let rest = self.rest();
        if let Some(mark) = MARKS.into_iter().find(|mark| rest.starts_with(mark)) {
            return self.push(TokenKind::Mark(mark), mark.len());
        }
        let length = first.len_utf8();
        let problem = Diagnostic::error(self.at..self.at + length, format!("unexpected character `{first}`"));
        let help = quotes_help(first);
        self.diagnostics.push(problem.maybe_help(help));
        self.at += length;
    }
}

/// Typographic quotes come from word processors.
fn quotes_help(character: char) -> Option<String> {
    let typographic = matches!(character, '‘' | '’' | '“' | '”' | '„' | '`' | '´' | '«' | '»');
    typographic.then(|| "text is put between straight quotes: 'text' or \"text\"".to_owned())
}

fn read_number(text: &str, whole: bool) -> Option<TokenKind> {
    if whole {
        return text.parse().ok().map(TokenKind::Integer);
    }
    text.parse().ok().filter(|it: &f64| it.is_finite()).map(TokenKind::Number)
}

fn digits(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len())
}

/// Length of `e9`, `E-9`, if it is one.
fn exponent(text: &str) -> Option<usize> {
    let after = text.strip_prefix(['e', 'E'])?;
    let sign = usize::from(after.starts_with(['+', '-']));
    let digits = digits(&after[sign..]);
    (digits > 0).then_some(1 + sign + digits)
}

fn starts_name(c: char) -> bool {
    c.is_alphabetic() || c == '_' || c == '$'
}

fn continues_name(c: char) -> bool {
    starts_name(c) || c.is_numeric()
}
