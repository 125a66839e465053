//! Types of operators: what they take, what they give, and comparisons that cannot be meant.

use super::compile::{Compiler, Typed, constant, typed};
use super::node::{Node, NodeKind};
use crate::pattern::JavaRegex;
use crate::syntax::{BinaryOp, Expr, UnaryOp};
use crate::types::Type;
use crate::value::Value;
use std::ops::Range;

const NUMBERS: [Type; 2] = [Type::Integer, Type::Number];

impl Compiler<'_> {
    pub(super) fn unary(&mut self, op: UnaryOp, operand: &Expr, span: Range<usize>) -> Typed {
        let (node, kind) = self.boxed(operand);
        if op == UnaryOp::Not {
            self.check_condition(&kind, node.span.clone());
            return typed(NodeKind::Not(node), span, Type::Boolean);
        }
        self.check_number(&kind, &node);
        let negative = match (op, node.constant()) {
            (UnaryOp::Minus, Some(Value::Integer(value))) => Some(constant(Value::Integer(-value))),
            (UnaryOp::Minus, Some(Value::Number(value))) => Some(constant(Value::Number(-value))),
            _ => None,
        };
        let plain = |node| if op == UnaryOp::Minus { NodeKind::Minus(node) } else { NodeKind::Plus(node) };
        typed(negative.unwrap_or_else(|| plain(node)), span, kind)
    }

    pub(super) fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Range<usize>) -> Typed {
        let (left, a) = self.boxed(left);
        let (right, b) = self.boxed(right);
        match op {
            BinaryOp::And | BinaryOp::Or => {
                self.check_condition(&a, left.span.clone());
                self.check_condition(&b, right.span.clone());
                let join = if op == BinaryOp::And { NodeKind::And } else { NodeKind::Or };
                typed(join(left, right), span, Type::Boolean)
            }
            BinaryOp::Matches => self.matches((left, &a), (right, &b), span),
            BinaryOp::Equal | BinaryOp::NotEqual => {
                self.check_equality(op, &a, &b, span.clone());
                typed(NodeKind::Binary(op, left, right), span, Type::Boolean)
            }
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                self.check_order(&a, &b, span.clone());
                typed(NodeKind::Binary(op, left, right), span, Type::Boolean)
            }
            _ => {
                let result = self.arithmetic(op, (&left, &a), (&right, &b));
                typed(NodeKind::Binary(op, left, right), span, result)
            }
        }
    }

    fn matches(
        &mut self,
        text: (Box<Node>, &Type),
        pattern: (Box<Node>, &Type),
        span: Range<usize>,
    ) -> Typed {
        for (node, kind) in [&text, &pattern] {
            if matches!(kind, Type::List(_) | Type::Object(_)) {
                self.error(node.span.clone(), format!("`matches` looks at text, and this is {kind}"), None);
            }
        }
        let kind = match pattern.0.literal_text().map(JavaRegex::compile) {
            Some(Ok(regex)) => NodeKind::Matches(text.0, Box::new(regex)),
            Some(Err(fault)) => {
                self.error(pattern.0.span.clone(), fault.message, fault.help.map(Into::into));
                constant(Value::Null)
            }
            None => NodeKind::Binary(BinaryOp::Matches, text.0, pattern.0),
        };
        typed(kind, span, Type::Boolean)
    }

    /// Text is never equal to a number, which is easily overlooked: `user.employeeNumber == 123`.
    fn check_equality(&mut self, op: BinaryOp, a: &Type, b: &Type, span: Range<usize>) {
        let (Some(one), Some(other)) = (family(a), family(b)) else { return };
        if one != other {
            let always = if op == BinaryOp::Equal { "never" } else { "always" };
            let help = (one == "text" || other == "text").then(|| "put the value in quotes".to_owned());
            self.warn(span, format!("{a} and {b} are never equal, so this is {always} true"), help);
        }
    }

    fn check_order(&mut self, a: &Type, b: &Type, span: Range<usize>) {
        let ordered = |kind: &Type| !matches!(kind, Type::List(_) | Type::Object(_) | Type::Country);
        let same = match (family(a), family(b)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        if !same || !ordered(a) || !ordered(b) {
            self.error(span, format!("{a} and {b} have no order"), None);
        }
    }

    fn arithmetic(&mut self, op: BinaryOp, left: (&Node, &Type), right: (&Node, &Type)) -> Type {
        let (a, b) = (left.1, right.1);
        if op == BinaryOp::Add && (*a == Type::Text || *b == Type::Text) {
            self.check_joined(a, left.0);
            self.check_joined(b, right.0);
            return Type::Text;
        }
        let unknown = |kind: &Type| matches!(kind, Type::Any | Type::Null);
        if op == BinaryOp::Add && (unknown(a) || unknown(b)) {
            self.check_joined(a, left.0);
            self.check_joined(b, right.0);
            return Type::Any;
        }
        self.check_number(a, left.0);
        self.check_number(b, right.0);
        if unknown(a) || unknown(b) { Type::Any } else { a.clone().join(b.clone()) }
    }

    fn check_joined(&mut self, kind: &Type, node: &Node) {
        if matches!(kind, Type::List(_) | Type::Object(_)) {
            let help = Some("`Arrays.toCsvString(…)` makes text of a list".to_owned());
            self.error(node.span.clone(), format!("{kind} cannot be joined to text"), help);
        }
    }

    fn check_number(&mut self, kind: &Type, node: &Node) {
        if kind.is_surely_not(&NUMBERS) {
            let help = (*kind == Type::Text).then(|| "`Convert.toInt(…)` makes a number of text".to_owned());
            self.error(node.span.clone(), format!("expected a number, found {kind}"), help);
        }
    }

    pub(super) fn ternary(
        &mut self,
        condition: &Expr,
        then: &Expr,
        otherwise: &Expr,
        span: Range<usize>,
    ) -> Typed {
        let (condition, kind) = self.boxed(condition);
        self.check_condition(&kind, condition.span.clone());
        let (then, a) = self.boxed(then);
        let (otherwise, b) = self.boxed(otherwise);
        typed(NodeKind::Ternary(condition, then, otherwise), span, a.join(b))
    }

    pub(super) fn elvis(&mut self, value: &Expr, default: &Expr, span: Range<usize>) -> Typed {
        let (value, a) = self.boxed(value);
        let (default, b) = self.boxed(default);
        typed(NodeKind::Elvis(value, default), span, a.join(b))
    }
}

/// Kinds of which values of two different ones are never equal and have no order.
fn family(kind: &Type) -> Option<&'static str> {
    match kind {
        Type::Boolean => Some("truth"),
        Type::Integer | Type::Number => Some("number"),
        Type::Text => Some("text"),
        Type::List(_) => Some("list"),
        _ => None,
    }
}
