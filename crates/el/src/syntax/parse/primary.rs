//! Values that stand for themselves: literals, names, calls, lists, maps, parentheses; and what Okta does not allow.

use super::super::{Expr, ExprKind, Name};
use super::{Parser, TokenKind, operators};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

impl Parser<'_> {
    pub(super) fn primary(&mut self) -> Expr {
        loop {
            match self.peek().clone() {
                TokenKind::Name(word) if !operators::is_operator(&word) => return self.named(word),
                TokenKind::Integer(value) => return self.leaf(ExprKind::Integer(value)),
                TokenKind::Number(value) => return self.leaf(ExprKind::Number(value)),
                TokenKind::Text(text) => return self.leaf(ExprKind::Text(text)),
                TokenKind::Bad => return self.leaf(ExprKind::Error),
                TokenKind::Mark("(") => return self.parenthesised(),
                TokenKind::Mark("{") => return self.braces(),
                TokenKind::Mark("#" | "@" | "&") => return self.sigil(),
                _ => self.unexpected("a value"),
            }
            if self.stays() {
                return self.error_node();
            }
            self.advance();
        }
    }

    /// Whether the unexpected token belongs to what is around; an operator too many is passed over.
    fn stays(&self) -> bool {
        match self.peek() {
            TokenKind::End => true,
            TokenKind::Mark(mark) => matches!(*mark, ")" | "]" | "}" | "," | ":" | "?" | "?:"),
            _ => false,
        }
    }

    fn leaf(&mut self, kind: ExprKind) -> Expr {
        let span = self.advance();
        Expr::new(kind, span)
    }

    fn parenthesised(&mut self) -> Expr {
        let open = self.advance();
        let mut inside = self.expression();
        self.close(")", &open);
        inside.span = open.start..self.end_of_last();
        inside
    }

    fn named(&mut self, word: String) -> Expr {
        if let Some(kind) = constant(&word) {
            return self.leaf(kind);
        }
        if word == "new" && matches!(self.peek_second(), TokenKind::Name(_)) {
            return self.construction();
        }
        let span = self.advance();
        if !self.sees("(") {
            return Expr::new(ExprKind::Name(word), span);
        }
        let arguments = self.arguments();
        if word == "T" {
            return self.forbidden(span, "types (`T(…)`) are not available");
        }
        let start = span.start;
        self.make(ExprKind::Call { name: Name { text: word, span }, arguments }, Some(start))
    }

    fn construction(&mut self) -> Expr {
        let start = self.advance();
        self.postfix();
        self.forbidden(start, "nothing can be constructed with `new`")
    }

    /// `#this`, and Spring's variables and beans, which do not exist here.
    fn sigil(&mut self) -> Expr {
        let sigil = self.advance();
        let TokenKind::Name(word) = self.peek().clone() else {
            return self.forbidden(sigil.clone(), &format!("`{}` has no meaning here", &self.text[sigil]));
        };
        let name = self.advance();
        let span = sigil.start..name.end;
        if &self.text[sigil] == "#" && word == "this" {
            return Expr::new(ExprKind::This, span);
        }
        let written = self.text[span.clone()].to_owned();
        self.forbidden(span, &format!("variables and beans are not available: `{written}`"))
    }

    fn forbidden(&mut self, span: Range<usize>, message: &str) -> Expr {
        let start = span.start;
        self.report(
            Diagnostic::error(span, message).help("only attributes, literals and Okta's functions are"),
        );
        self.make(ExprKind::Error, Some(start))
    }

    /// `{a, b}` or `{'key': value}`; the first entry decides which.
    fn braces(&mut self) -> Expr {
        let open = self.advance();
        let mut values = Vec::new();
        let mut entries = Vec::new();
        self.separated("}", &open, |parser| {
            let item = parser.expression();
            if parser.take(":") {
                let value = parser.expression();
                entries.push((item, value));
            } else {
                values.push(item);
            }
        });
        let start = open.start;
        if !entries.is_empty() && !values.is_empty() {
            let problem = Diagnostic::error(start..self.end_of_last(), "a list and a map at the same time");
            self.report(problem.help("give every entry a key, or none"));
        }
        let kind = if entries.is_empty() { ExprKind::List(values) } else { ExprKind::Map(entries) };
        self.make(kind, Some(start))
    }
}

fn constant(word: &str) -> Option<ExprKind> {
    match word {
        _ if word.eq_ignore_ascii_case("null") => Some(ExprKind::Null),
        _ if word.eq_ignore_ascii_case("true") => Some(ExprKind::Boolean(true)),
        _ if word.eq_ignore_ascii_case("false") => Some(ExprKind::Boolean(false)),
        _ => None,
    }
}
