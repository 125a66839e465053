//! A tree to a program: names are resolved, types are checked as far as they are known, and everything that is wrong is
//! collected. A part that is wrong has any type, so that one mistake is reported once.

use super::Reads;
use super::node::{Node, NodeKind};
use crate::diagnostic::{Diagnostic, Severity};
use crate::settings::{Expect, Options};
use crate::syntax::{Ast, Expr, ExprKind, MOST_DIAGNOSTICS};
use crate::types::Type;
use crate::value::Value;
use crate::vocabulary::Vocabulary;
use std::ops::Range;

/// What came of a tree.
pub(super) struct Compiled {
    pub(super) root: Node,
    pub(super) result: Type,
    pub(super) reads: Reads,
    pub(super) warnings: Vec<Diagnostic>,
}

/// A node and what is known of its value.
pub(super) struct Typed {
    pub(super) node: Node,
    pub(super) kind: Type,
    /// Whether it could not be read.
    pub(super) unread: bool,
}

/// What a bare name means.
#[derive(Debug, Clone)]
pub(super) enum Scope {
    /// A root of the vocabulary.
    Roots,
    /// A property of the element, within a projection or selection.
    Element(Type),
    /// `group`, within the expression of `getFilteredGroups`.
    Group,
}

pub(super) fn compile(
    ast: Ast,
    vocabulary: &Vocabulary,
    options: &Options,
) -> Result<Compiled, Vec<Diagnostic>> {
    let mut compiler = Compiler::new(vocabulary, options, ast.diagnostics);
    let Typed { node: root, kind: result, .. } = compiler.expr(&ast.root);
    compiler.check_expectation(&result, root.span.clone());
    let Compiler { mut diagnostics, mut reads, .. } = compiler;
    bound(&mut diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    reads.attributes.sort();
    reads.attributes.dedup();
    Ok(Compiled { root, result, reads, warnings: diagnostics })
}

pub(super) struct Compiler<'c> {
    pub(super) vocabulary: &'c Vocabulary,
    pub(super) options: &'c Options,
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) reads: Reads,
    pub(super) scope: Scope,
}

impl<'c> Compiler<'c> {
    pub(super) fn new(
        vocabulary: &'c Vocabulary,
        options: &'c Options,
        diagnostics: Vec<Diagnostic>,
    ) -> Self {
        Self { vocabulary, options, diagnostics, reads: Reads::default(), scope: Scope::Roots }
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> Typed {
        let span = expr.span.clone();
        match &expr.kind {
            ExprKind::Null => typed(constant(Value::Null), span, Type::Null),
            ExprKind::Boolean(value) => typed(constant(Value::Boolean(*value)), span, Type::Boolean),
            ExprKind::Integer(value) => typed(constant(Value::Integer(*value)), span, Type::Integer),
            ExprKind::Number(value) => typed(constant(Value::Number(*value)), span, Type::Number),
            ExprKind::Text(text) => typed(constant(Value::from(text.clone())), span, Type::Text),
            ExprKind::Error => Typed { unread: true, ..typed(constant(Value::Null), span, Type::Any) },
            ExprKind::List(items) => self.list(items, span),
            ExprKind::Map(entries) => self.map(entries, span),
            ExprKind::This => self.this(span),
            ExprKind::Name(_) | ExprKind::Property { .. } => self.property(expr),
            ExprKind::Call { name, arguments } => self.call(name, arguments, span),
            ExprKind::Method { of, name, arguments, safe } => self.method(of, name, arguments, *safe, span),
            ExprKind::Index { of, index } => self.index(of, index, span),
            ExprKind::Projection { of, body, safe } => self.projection(of, body, *safe, span),
            ExprKind::Selection { of, which, body, safe } => self.selection(of, *which, body, *safe, span),
            ExprKind::Unary(op, operand) => self.unary(*op, operand, span),
            ExprKind::Binary(op, left, right) => self.binary(*op, left, right, span),
            ExprKind::Ternary(condition, then, otherwise) => self.ternary(condition, then, otherwise, span),
            ExprKind::Elvis(value, default) => self.elvis(value, default, span),
        }
    }

    pub(super) fn boxed(&mut self, expr: &Expr) -> (Box<Node>, Type) {
        let Typed { node, kind, .. } = self.expr(expr);
        (Box::new(node), kind)
    }

    /// A list of constants is a constant.
    fn list(&mut self, items: &[Expr], span: Range<usize>) -> Typed {
        let items: Vec<_> = items.iter().map(|it| self.expr(it)).collect();
        let element = items.iter().map(|it| it.kind.clone()).reduce(Type::join).unwrap_or_default();
        let nodes: Vec<_> = items.into_iter().map(|it| it.node).collect();
        let values: Option<Vec<_>> = nodes.iter().map(|it| it.constant().cloned()).collect();
        let kind = values.map_or(NodeKind::List(nodes), |values| constant(Value::List(values)));
        typed(kind, span, Type::list(element))
    }

    fn map(&mut self, entries: &[(Expr, Expr)], span: Range<usize>) -> Typed {
        let nodes: Vec<_> =
            entries.iter().map(|(key, value)| (self.key(key), self.expr(value).node)).collect();
        let values: Option<Vec<_>> = nodes
            .iter()
            .map(|(key, value)| Some((key.literal_text()?.to_owned().into(), value.constant()?.clone())))
            .collect();
        let kind = values.map_or(NodeKind::Map(nodes), |values| constant(Value::Map(values)));
        typed(kind, span, Type::any_object())
    }

    /// A key is text; a bare name stands for itself, as in Spring's language.
    fn key(&mut self, key: &Expr) -> Node {
        if let ExprKind::Name(name) = &key.kind {
            return Node { kind: constant(Value::from(name.clone())), span: key.span.clone() };
        }
        let Typed { node, kind, .. } = self.expr(key);
        if kind.is_surely_not(&[Type::Text]) {
            self.error(node.span.clone(), format!("a key is text, and this is {kind}"), None);
        }
        node
    }

    fn this(&mut self, span: Range<usize>) -> Typed {
        let kind = match &self.scope {
            Scope::Element(kind) => kind.clone(),
            _ => {
                let help = Some("it is the element within `.![…]` and `.?[…]`".to_owned());
                self.error(span.clone(), "`#this` has no meaning here", help);
                Type::Any
            }
        };
        typed(NodeKind::Element, span, kind)
    }

    fn check_expectation(&mut self, result: &Type, span: Range<usize>) {
        match self.options.expect {
            Expect::Any => {}
            Expect::Boolean if result.is_surely_not(&[Type::Boolean]) => {
                let help = Some("compare it with something".to_owned());
                self.error(span, format!("expected a condition, and this gives {result}"), help);
            }
            Expect::Text if matches!(result, Type::List(_) | Type::Object(_)) => {
                let help = Some("`Arrays.toCsvString(…)` makes text of a list".to_owned());
                self.error(span, format!("expected one value, and this gives {result}"), help);
            }
            _ => {}
        }
    }

    /// Notes that something else than a truth value is used as one.
    pub(super) fn check_condition(&mut self, kind: &Type, span: Range<usize>) {
        if kind.is_surely_not(&[Type::Boolean]) {
            let help = Some("compare it with something, e.g. `== \"Sales\"`".to_owned());
            self.error(span, format!("a condition must be true or false, and this is {kind}"), help);
        }
    }

    /// A suggestion, which takes time, as long as somebody will read it.
    pub(super) fn suggestion(&self, make: impl FnOnce(&Self) -> Option<String>) -> Option<String> {
        if self.diagnostics.len() < MOST_DIAGNOSTICS { make(self) } else { None }
    }

    pub(super) fn error(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.diagnostics.push(Diagnostic::error(span, message).maybe_help(help));
    }

    pub(super) fn warn(&mut self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        let diagnostic = Diagnostic { severity: Severity::Warning, ..Diagnostic::error(span, message) };
        self.diagnostics.push(diagnostic.maybe_help(help));
    }
}

/// Puts diagnostics in the order of the text, and leaves out what nobody reads; warnings go first.
fn bound(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by_key(|it| (it.span.start, it.span.end));
    if diagnostics.len() > MOST_DIAGNOSTICS && diagnostics.iter().any(Diagnostic::is_error) {
        diagnostics.retain(Diagnostic::is_error);
    }
    diagnostics.truncate(MOST_DIAGNOSTICS);
}

pub(super) fn constant(value: Value<'static>) -> NodeKind {
    NodeKind::Constant(value)
}

pub(super) fn typed(kind: NodeKind, span: Range<usize>, result: Type) -> Typed {
    Typed { node: Node { kind, span }, kind: result, unread: false }
}
