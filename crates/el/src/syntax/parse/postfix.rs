//! What follows a value: properties, methods, indexes, projections, selections; and lists of arguments.

use super::super::{Expr, ExprKind, Name, Which};
use super::{Parser, TokenKind};
use crate::diagnostic::Diagnostic;
use std::ops::Range;

impl Parser<'_> {
    /// A value and what is asked of it.
    pub(super) fn postfix(&mut self) -> Expr {
        let mut value = self.primary();
        loop {
            value = if self.take("[") {
                self.index(value)
            } else if self.take("?.") {
                self.member(value, true)
            } else if self.take(".") {
                self.member(value, false)
            } else if self.sees("++") || (self.sees("--") && !self.a_value_follows()) {
                self.increment_behind(value)
            } else {
                return value;
            }
        }
    }

    fn a_value_follows(&self) -> bool {
        !matches!(self.peek_second(), TokenKind::End | TokenKind::Mark(_))
    }

    fn increment_behind(&mut self, value: Expr) -> Expr {
        let problem = "an expression changes nothing: `++` and `--` are not available";
        self.report(Diagnostic::error(self.span(), problem));
        self.advance();
        value
    }

    fn index(&mut self, of: Expr) -> Expr {
        let open = self.tokens[self.at - 1].span.clone();
        let index = self.expression();
        self.close("]", &open);
        self.make(ExprKind::Index { of: Box::new(of), index: Box::new(index) }, None)
    }

    /// What stands behind a dot.
    fn member(&mut self, of: Expr, safe: bool) -> Expr {
        let of = Box::new(of);
        if matches!(self.peek_second(), TokenKind::Mark("[")) {
            match self.peek() {
                TokenKind::Mark("!") => return self.projection(of, safe),
                TokenKind::Mark("?") => return self.selection(of, Which::All, safe),
                TokenKind::Mark("^") => return self.selection(of, Which::First, safe),
                TokenKind::Name(name) if name == "$" => return self.selection(of, Which::Last, safe),
                _ => {}
            }
        }
        let TokenKind::Name(text) = self.peek() else {
            self.unexpected("a name");
            return self.make(ExprKind::Error, Some(of.span.start));
        };
        let name = Name { text: text.clone(), span: self.span() };
        self.advance();
        if !self.sees("(") {
            return self.make(ExprKind::Property { of, name, safe }, None);
        }
        let arguments = self.arguments();
        self.make(ExprKind::Method { of, name, arguments, safe }, None)
    }

    fn projection(&mut self, of: Box<Expr>, safe: bool) -> Expr {
        let body = Box::new(self.body());
        self.make(ExprKind::Projection { of, body, safe }, None)
    }

    fn selection(&mut self, of: Box<Expr>, which: Which, safe: bool) -> Expr {
        let body = Box::new(self.body());
        self.make(ExprKind::Selection { of, which, body, safe }, None)
    }

    /// `![body]` and the like; the sign and the bracket are next.
    fn body(&mut self) -> Expr {
        self.advance();
        let open = self.advance();
        let body = self.expression();
        self.close("]", &open);
        body
    }

    /// `(a, b)`; the parenthesis is next.
    pub(super) fn arguments(&mut self) -> Vec<Expr> {
        let open = self.advance();
        self.separated(")", &open, Self::expression)
    }

    /// Items between commas up to the closing bracket, which is taken. An item that goes wrong costs only itself.
    pub(super) fn separated<T>(
        &mut self,
        close: &str,
        open: &Range<usize>,
        mut item: impl FnMut(&mut Self) -> T,
    ) -> Vec<T> {
        let mut items = Vec::new();
        if self.take(close) {
            return items;
        }
        loop {
            items.push(item(self));
            if !self.sees(",") && !self.sees(close) && *self.peek() != TokenKind::End {
                self.unexpected(&format!("`,` or `{close}`"));
                self.skip_to_separator();
            }
            if !self.take(",") {
                self.close(close, open);
                return items;
            }
        }
    }

    /// Goes on to the next comma or closing bracket of this level.
    fn skip_to_separator(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.peek() {
                TokenKind::End => return,
                TokenKind::Mark("(" | "[" | "{") => open += 1,
                TokenKind::Mark(")" | "]" | "}") if open == 0 => return,
                TokenKind::Mark(")" | "]" | "}") => open -= 1,
                TokenKind::Mark(",") if open == 0 => return,
                _ => {}
            }
            self.advance();
        }
    }

    /// Takes the closing bracket, or notes which one was left open.
    pub(super) fn close(&mut self, close: &str, open: &Range<usize>) {
        if self.take(close) {
            return;
        }
        if *self.peek() == TokenKind::End {
            let opening = &self.text[open.clone()];
            let problem = Diagnostic::error(open.clone(), format!("`{opening}` is never closed"));
            return self.report(problem.help(format!("add `{close}`")));
        }
        self.unexpected(&format!("`{close}`"));
        self.skip_to_separator();
        // Whichever bracket it is, it was meant to close this one.
        if matches!(self.peek(), TokenKind::Mark(")" | "]" | "}")) {
            self.advance();
        }
    }
}
