//! Tokens to a tree, by recursive descent, with recovery: an error is noted, what can be skipped is skipped, and the
//! rest is read as if nothing had been wrong.
//!
//! Precedence follows Spring's language: `?:` and `? :` loosest, then OR, AND, one comparison, `+ -`, `* / %`, `^`, and
//! the operators before a value. Depth is bounded twice: by [`Parser::nested`] while reading, and by the height of what
//! is read, so that long chains cannot make a deep tree either.

mod operators;
mod postfix;
mod primary;

use super::lex::{self, Token, TokenKind};
use super::{Ast, Expr, ExprKind, MOST_DIAGNOSTICS};
use crate::diagnostic::Diagnostic;
use crate::settings::{Dialect, Options};
use std::ops::Range;

pub(super) fn parse(text: &str, options: &Options) -> Ast {
    if text.len() > options.limits.length {
        return too_long(text, options.limits.length);
    }
    let (tokens, diagnostics) = lex::lex(text);
    let mut parser = Parser {
        text,
        tokens,
        at: 0,
        nesting: 0,
        stopped: false,
        depth: options.limits.depth,
        dialect: options.dialect,
        diagnostics,
    };
    let root = parser.whole();
    let mut diagnostics = parser.diagnostics;
    diagnostics.sort_by_key(|it| (it.span.start, it.span.end));
    diagnostics.truncate(MOST_DIAGNOSTICS);
    Ast { root, diagnostics }
}

fn too_long(text: &str, most: usize) -> Ast {
    let end = text.char_indices().map(|(at, _)| at).find(|at| *at >= most).unwrap_or(text.len());
    let problem = Diagnostic::error(end..text.len(), format!("the expression is longer than {most} bytes"));
    Ast { root: Expr::new(ExprKind::Error, 0..text.len()), diagnostics: vec![problem] }
}

struct Parser<'t> {
    text: &'t str,
    tokens: Vec<Token>,
    at: usize,
    nesting: usize,
    stopped: bool,
    depth: usize,
    dialect: Dialect,
    diagnostics: Vec<Diagnostic>,
}

impl Parser<'_> {
    /// The whole text is one expression; what follows it is an error, and is read for more errors.
    fn whole(&mut self) -> Expr {
        if *self.peek() == TokenKind::End && self.diagnostics.is_empty() {
            let problem = Diagnostic::error(0..self.text.len(), "the expression is empty");
            self.report(problem.help("for no value write null"));
            return Expr::new(ExprKind::Error, 0..self.text.len());
        }
        let root = self.expression();
        while *self.peek() != TokenKind::End {
            self.unexpected("an operator or the end");
            if !self.starts_value() {
                self.advance();
            }
            if *self.peek() != TokenKind::End {
                self.expression();
            }
        }
        root
    }

    /// `condition ? then : otherwise`, `value ?: default`, or less.
    fn expression(&mut self) -> Expr {
        self.nested(|parser| {
            let first = parser.binary(super::BinaryOp::Or.strength());
            if parser.take("?:") {
                let default = parser.expression();
                return parser.make(ExprKind::Elvis(Box::new(first), Box::new(default)), None);
            }
            if parser.take("?") { parser.ternary(first) } else { first }
        })
    }

    fn ternary(&mut self, condition: Expr) -> Expr {
        let then = self.expression();
        let otherwise = if self.take(":") {
            self.expression()
        } else {
            self.missing_else(condition.span.start);
            self.error_node()
        };
        self.make(ExprKind::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)), None)
    }

    fn missing_else(&mut self, start: usize) {
        let problem = Diagnostic::error(start..self.end_of_last(), "the condition has no ELSE");
        self.report(problem.help("write `condition ? value : other value`; `: null` for no value"));
    }

    /// Reads something one level deeper, within the bound.
    fn nested(&mut self, read: impl FnOnce(&mut Self) -> Expr) -> Expr {
        if self.nesting >= self.depth {
            self.too_deep(self.span());
            return self.error_node();
        }
        self.nesting += 1;
        let expr = read(self);
        self.nesting -= 1;
        expr
    }

    /// Notes that the tree becomes too deep, and goes to the end: what follows would be read at the wrong level.
    fn too_deep(&mut self, span: Range<usize>) {
        if !self.stopped {
            let most = self.depth;
            self.report(Diagnostic::error(
                span,
                format!("the expression is nested deeper than {most} levels"),
            ));
        }
        self.stopped = true;
        self.at = self.tokens.len() - 1;
    }

    /// A node from where its first part begins (or from `start`) to the last token read.
    fn make(&mut self, kind: ExprKind, start: Option<usize>) -> Expr {
        let start = start.or_else(|| leftmost(&kind)).unwrap_or(self.end_of_last());
        let expr = Expr::new(kind, start..self.end_of_last().max(start));
        if expr.height > self.depth {
            self.too_deep(expr.span);
            return self.error_node();
        }
        expr
    }

    fn error_node(&self) -> Expr {
        let span = self.span();
        Expr::new(ExprKind::Error, span.start..span.start)
    }

    fn peek(&self) -> &TokenKind {
        &self.tokens[self.at].kind
    }

    fn peek_second(&self) -> &TokenKind {
        &self.tokens[(self.at + 1).min(self.tokens.len() - 1)].kind
    }

    fn span(&self) -> Range<usize> {
        self.tokens[self.at].span.clone()
    }

    fn end_of_last(&self) -> usize {
        if self.at == 0 { 0 } else { self.tokens[self.at - 1].span.end }
    }

    /// Takes the next token; the end stays.
    fn advance(&mut self) -> Range<usize> {
        let span = self.span();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        span
    }

    fn sees(&self, mark: &str) -> bool {
        matches!(self.peek(), TokenKind::Mark(it) if *it == mark)
    }

    fn take(&mut self, mark: &str) -> bool {
        let found = self.sees(mark);
        if found {
            self.advance();
        }
        found
    }

    fn starts_value(&self) -> bool {
        match self.peek() {
            TokenKind::Mark(mark) => matches!(*mark, "(" | "{" | "#"),
            TokenKind::End => false,
            _ => true,
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.stopped {
            self.diagnostics.push(diagnostic);
        }
    }

    fn unexpected(&mut self, expected: &str) {
        let span = self.span();
        // What stands in the wrong place is told once, by whoever met it first.
        if self.diagnostics.last().is_some_and(|it| it.is_error() && it.span == span) {
            return;
        }
        let found = match self.peek() {
            TokenKind::End => "the end".to_owned(),
            _ => format!("`{}`", &self.text[span.clone()]),
        };
        self.report(Diagnostic::error(span, format!("expected {expected}, found {found}")));
    }
}

/// Where the leftmost part of a node begins.
fn leftmost(kind: &ExprKind) -> Option<usize> {
    match kind {
        ExprKind::Property { of, .. }
        | ExprKind::Method { of, .. }
        | ExprKind::Index { of, .. }
        | ExprKind::Projection { of, .. }
        | ExprKind::Selection { of, .. }
        | ExprKind::Binary(_, of, _)
        | ExprKind::Ternary(of, ..)
        | ExprKind::Elvis(of, _) => Some(of.span.start),
        _ => None,
    }
}
