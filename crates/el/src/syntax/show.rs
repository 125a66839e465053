//! A tree as text again, in Okta's spelling, with the fewest parentheses that keep it the same tree.

use super::{BinaryOp, Expr, ExprKind, UnaryOp, Which};
use std::fmt::{self, Formatter, Result};

/// How tightly a part binds: conditions loosest, then binary operators, operators before a value, and the rest.
const CONDITION: u8 = 1;
const UNARY: u8 = 8;
const PRIMARY: u8 = 9;

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Unary(op, operand) => unary(f, *op, operand),
            ExprKind::Binary(op, left, right) => binary(f, *op, left, right),
            ExprKind::Ternary(condition, then, otherwise) => {
                at_least(f, CONDITION + 1, condition)?;
                write!(f, " ? {then} : {otherwise}")
            }
            ExprKind::Elvis(value, default) => {
                at_least(f, CONDITION + 1, value)?;
                write!(f, " ?: {default}")
            }
            ExprKind::List(items) => braces(f, items),
            ExprKind::Map(entries) => map(f, entries),
            ExprKind::Call { name, arguments } => call(f, &name.text, arguments),
            _ => self.postfix(f),
        }
    }
}

impl Expr {
    fn postfix(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Property { of, name, safe } => {
                at_least(f, PRIMARY, of)?;
                write!(f, "{}{}", dot(*safe), name.text)
            }
            ExprKind::Method { of, name, arguments, safe } => {
                at_least(f, PRIMARY, of)?;
                f.write_str(dot(*safe))?;
                call(f, &name.text, arguments)
            }
            ExprKind::Index { of, index } => {
                at_least(f, PRIMARY, of)?;
                write!(f, "[{index}]")
            }
            ExprKind::Projection { of, body, safe } => {
                at_least(f, PRIMARY, of)?;
                write!(f, "{}![{body}]", dot(*safe))
            }
            ExprKind::Selection { of, which, body, safe } => {
                at_least(f, PRIMARY, of)?;
                write!(f, "{}{}[{body}]", dot(*safe), which.symbol())
            }
            _ => self.leaf(f),
        }
    }

    fn leaf(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Boolean(value) => write!(f, "{value}"),
            ExprKind::Integer(value) => write!(f, "{value}"),
            ExprKind::Number(value) => write!(f, "{value:?}"),
            ExprKind::Text(text) => quoted(f, text),
            ExprKind::This => f.write_str("#this"),
            ExprKind::Name(name) => f.write_str(name),
            ExprKind::Error => f.write_str("…"),
            _ => f.write_str("null"),
        }
    }

    fn strength(&self) -> u8 {
        match &self.kind {
            ExprKind::Ternary(..) | ExprKind::Elvis(..) => CONDITION,
            ExprKind::Binary(op, ..) => op.strength(),
            ExprKind::Unary(..) => UNARY,
            _ => PRIMARY,
        }
    }
}

impl Which {
    pub(super) fn symbol(self) -> &'static str {
        match self {
            Self::All => "?",
            Self::First => "^",
            Self::Last => "$",
        }
    }
}

fn dot(safe: bool) -> &'static str {
    if safe { "?." } else { "." }
}

/// Double quotes, unless the text has some.
fn quoted(f: &mut Formatter<'_>, text: &str) -> Result {
    let quote = if text.contains('"') { '\'' } else { '"' };
    let doubled = text.replace(quote, &format!("{quote}{quote}"));
    write!(f, "{quote}{doubled}{quote}")
}

fn unary(f: &mut Formatter<'_>, op: UnaryOp, operand: &Expr) -> Result {
    let sign = match op {
        UnaryOp::Not => "!",
        UnaryOp::Minus => "-",
        UnaryOp::Plus => "+",
    };
    f.write_str(sign)?;
    // `--a` would be read as one operator.
    let again = op != UnaryOp::Not && matches!(operand.kind, ExprKind::Unary(..));
    at_least(f, if again { PRIMARY } else { UNARY }, operand)
}

/// Sums and products continue to the left; comparisons and powers do not continue at all.
fn binary(f: &mut Formatter<'_>, op: BinaryOp, left: &Expr, right: &Expr) -> Result {
    let strength = op.strength();
    let single = matches!(strength, 4 | 7);
    at_least(f, if single { strength + 1 } else { strength }, left)?;
    write!(f, " {} ", op.symbol())?;
    at_least(f, strength + 1, right)
}

fn at_least(f: &mut Formatter<'_>, strength: u8, expr: &Expr) -> Result {
    if expr.strength() < strength { write!(f, "({expr})") } else { write!(f, "{expr}") }
}

fn call(f: &mut Formatter<'_>, name: &str, arguments: &[Expr]) -> Result {
    write!(f, "{name}(")?;
    listed(f, arguments)?;
    f.write_str(")")
}

fn braces(f: &mut Formatter<'_>, items: &[Expr]) -> Result {
    f.write_str("{")?;
    listed(f, items)?;
    f.write_str("}")
}

fn listed(f: &mut Formatter<'_>, items: &[Expr]) -> Result {
    for (index, item) in items.iter().enumerate() {
        f.write_str(if index > 0 { ", " } else { "" })?;
        write!(f, "{item}")?;
    }
    Ok(())
}

fn map(f: &mut Formatter<'_>, entries: &[(Expr, Expr)]) -> Result {
    f.write_str("{")?;
    for (index, (key, value)) in entries.iter().enumerate() {
        f.write_str(if index > 0 { ", " } else { "" })?;
        at_least(f, CONDITION + 1, key)?;
        write!(f, ": {value}")?;
    }
    f.write_str("}")
}
