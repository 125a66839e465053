//! The grammar of RFC 7644 figure 1, by recursive descent over the text; PATCH paths (figure 7) share it.
//!
//! Every recursion goes through [`Parser::nested`], which bounds its depth. A position in an error counts characters
//! from 1, as a person would.

use super::{CompareOp, Filter, Limits, Literal};
use crate::path::{AttributePath, PatchPath, is_path_character};
use crate::schema::is_attribute_name;
use crate::{Error, text};
use serde_json::Number;

pub(super) fn parse(text: &str, limits: &Limits) -> Result<Filter, Error> {
    let mut parser = Parser::new(text, limits)?;
    let filter = parser.disjunction()?;
    parser.end("`and`, `or` or the end (text with blanks needs double quotes)")?;
    Ok(filter)
}

/// `attrPath` or `attrPath[filter].sub`; its errors are those of a filter.
pub(crate) fn parse_patch_path(text: &str, limits: &Limits) -> Result<PatchPath, Error> {
    let mut parser = Parser::new(text, limits)?;
    let attribute = parser.path()?;
    let filter = if parser.peek() == Some('[') { Some(parser.brackets()?) } else { None };
    let sub = if filter.is_some() && parser.take('.') { Some(parser.name()?) } else { None };
    parser.end("`[`, `.` or the end of the path")?;
    Ok(PatchPath { attribute, filter, sub })
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    terms: usize,
    in_brackets: bool,
    limits: &'t Limits,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, limits: &'t Limits) -> Result<Self, Error> {
        if text.len() > limits.length {
            return Err(Error::invalid_filter(format!("the filter is longer than {} bytes", limits.length)));
        }
        text::check(text)
            .map_err(|character| Error::invalid_filter(format!("the filter contains {character}")))?;
        Ok(Self { text, at: 0, depth: 0, terms: 0, in_brackets: false, limits })
    }

    fn disjunction(&mut self) -> Result<Filter, Error> {
        let mut items = vec![self.conjunction()?];
        while self.take_keyword("or") {
            items.push(self.conjunction()?);
        }
        Ok(Filter::any(items))
    }

    fn conjunction(&mut self) -> Result<Filter, Error> {
        let mut items = vec![self.factor()?];
        while self.take_keyword("and") {
            items.push(self.factor()?);
        }
        Ok(Filter::all(items))
    }

    fn factor(&mut self) -> Result<Filter, Error> {
        if self.take_not() {
            return Ok(Filter::Not(Box::new(self.nested('(', ')')?)));
        }
        if self.peek() == Some('(') { self.nested('(', ')') } else { self.term() }
    }

    fn term(&mut self) -> Result<Filter, Error> {
        let path = self.path()?;
        if self.peek() != Some('[') {
            return self.test(path);
        }
        let mut filter = self.brackets()?;
        if self.take('.') {
            let sub = AttributePath::plain(self.name()?);
            filter = Filter::all(vec![filter, self.test(sub)?]);
        }
        Ok(Filter::ValuePath { path, filter: Box::new(filter) })
    }

    /// What follows a path: `pr`, or an operator and a value.
    fn test(&mut self, path: AttributePath) -> Result<Filter, Error> {
        self.terms += 1;
        if self.terms > self.limits.terms {
            return Err(Error::too_many(format!("the filter has more than {} terms", self.limits.terms)));
        }
        if self.take_keyword("pr") {
            return Ok(Filter::Present(path));
        }
        let word = self.peek_word();
        let Some(op) = CompareOp::from_keyword(word) else {
            return Err(self.expected("an operator (eq, ne, co, sw, ew, gt, ge, lt, le or pr)"));
        };
        self.at += word.len();
        Ok(Filter::Compare { path, op, value: self.literal()? })
    }

    fn brackets(&mut self) -> Result<Filter, Error> {
        if self.in_brackets {
            return Err(self.expected("an operator, because `[…]` cannot be within `[…]`,"));
        }
        self.in_brackets = true;
        let filter = self.nested('[', ']')?;
        self.in_brackets = false;
        Ok(filter)
    }

    fn nested(&mut self, open: char, close: char) -> Result<Filter, Error> {
        if self.depth == self.limits.depth {
            let most = self.limits.depth;
            return Err(Error::invalid_filter(format!("the filter is nested deeper than {most} levels")));
        }
        self.depth += 1;
        self.require(open)?;
        let filter = self.disjunction()?;
        self.require(close)?;
        self.depth -= 1;
        Ok(filter)
    }

    fn path(&mut self) -> Result<AttributePath, Error> {
        let word = self.peek_word();
        let path = AttributePath::parse(word).map_err(|_| self.expected("an attribute"))?;
        self.at += word.len();
        Ok(path)
    }

    fn name(&mut self) -> Result<String, Error> {
        let word = self.peek_word();
        if !is_attribute_name(word) {
            return Err(self.expected("a sub-attribute"));
        }
        self.at += word.len();
        Ok(word.to_owned())
    }

    fn literal(&mut self) -> Result<Literal, Error> {
        match self.peek() {
            Some('"') => self.quoted(),
            Some('\'') => Err(self.expected("a value; text is put in double quotes,")),
            _ => self.bare(),
        }
    }

    fn quoted(&mut self) -> Result<Literal, Error> {
        let length =
            quoted_length(self.rest()).ok_or_else(|| self.expected("a closing `\"` for the text"))?;
        let decoded: String = serde_json::from_str(&self.rest()[..length])
            .map_err(|_| self.expected("text with JSON escapes (a backslash is written `\\\\`)"))?;
        text::check(&decoded)
            .map_err(|character| Error::invalid_filter(format!("the filter contains {character}")))?;
        self.at += length;
        Ok(Literal::String(decoded))
    }

    /// `true`, `null`, a number, or text without quotes.
    fn bare(&mut self) -> Result<Literal, Error> {
        let rest = self.rest();
        let ends = |c: char| c.is_whitespace() || matches!(c, '(' | ')' | '[' | ']' | '"');
        let word = &rest[..rest.find(ends).unwrap_or(rest.len())];
        let value = match word {
            "" => return Err(self.expected("a value")),
            "true" => Literal::Bool(true),
            "false" => Literal::Bool(false),
            "null" => Literal::Null,
            _ => number(word).map_or_else(|| Literal::String(word.into()), Literal::Number),
        };
        self.at += word.len();
        Ok(value)
    }

    /// `not` is a keyword only before a parenthesis; the RFC's blank between them may be missing.
    fn take_not(&mut self) -> bool {
        self.skip_blanks();
        let before = self.at;
        if self.take_keyword("not") && self.peek() == Some('(') {
            return true;
        }
        self.at = before;
        false
    }

    fn take_keyword(&mut self, keyword: &str) -> bool {
        let word = self.peek_word();
        let found = word.eq_ignore_ascii_case(keyword);
        if found {
            self.at += word.len();
        }
        found
    }

    fn take(&mut self, character: char) -> bool {
        let found = self.peek() == Some(character);
        if found {
            self.at += character.len_utf8();
        }
        found
    }

    fn require(&mut self, character: char) -> Result<(), Error> {
        if self.take(character) { Ok(()) } else { Err(self.expected(&format!("`{character}`"))) }
    }

    fn end(&mut self, or_else: &str) -> Result<(), Error> {
        self.peek().map_or(Ok(()), |_| Err(self.expected(or_else)))
    }

    fn peek(&mut self) -> Option<char> {
        self.skip_blanks();
        self.rest().chars().next()
    }

    /// The next run of characters that a path or keyword can have.
    fn peek_word(&mut self) -> &'t str {
        self.skip_blanks();
        let rest = self.rest();
        &rest[..rest.find(|c| !is_path_character(c)).unwrap_or(rest.len())]
    }

    fn skip_blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn expected(&self, what: &str) -> Error {
        let position = self.text[..self.at].chars().count() + 1;
        let found: String = self.rest().chars().take(20).collect();
        let found = if found.is_empty() { "the end".to_owned() } else { format!("`{found}`") };
        Error::invalid_filter(format!("expected {what} at position {position}, found {found}"))
    }
}

/// Bytes of the quoted text at the beginning, its quotes included.
fn quoted_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return Some(index + 1),
            _ => {}
        }
    }
    None
}

fn number(word: &str) -> Option<Number> {
    serde_json::from_str(word).ok().filter(|number: &Number| number.to_string() == word)
}
