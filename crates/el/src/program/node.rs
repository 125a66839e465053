//! The compiled tree: every name is resolved, and what can be prepared before an evaluation is.

use crate::context::Attribute;
use crate::functions::Function;
use crate::pattern::JavaRegex;
use crate::syntax::{BinaryOp, Which};
use crate::time::DatePattern;
use crate::value::Value;
use std::ops::Range;

/// A part of a program.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: NodeKind,
    pub(crate) span: Range<usize>,
}

#[derive(Debug)]
pub(crate) enum NodeKind {
    Constant(Value<'static>),
    Attribute(Attribute),
    /// The element of the projection or selection around.
    Element,
    Property {
        of: Box<Node>,
        name: Box<str>,
        safe: bool,
    },
    Index {
        of: Box<Node>,
        index: Box<Node>,
    },
    Projection {
        of: Box<Node>,
        body: Box<Node>,
        safe: bool,
    },
    Selection {
        of: Box<Node>,
        which: Which,
        body: Box<Node>,
        safe: bool,
    },
    List(Vec<Node>),
    Map(Vec<(Node, Node)>),
    Not(Box<Node>),
    Minus(Box<Node>),
    Plus(Box<Node>),
    And(Box<Node>, Box<Node>),
    Or(Box<Node>, Box<Node>),
    /// Any other operator.
    Binary(BinaryOp, Box<Node>, Box<Node>),
    /// `matches` with a literal.
    Matches(Box<Node>, Box<JavaRegex>),
    Ternary(Box<Node>, Box<Node>, Box<Node>),
    Elvis(Box<Node>, Box<Node>),
    Call(Box<CallNode>),
}

#[derive(Debug)]
pub(crate) struct CallNode {
    pub(crate) function: &'static Function,
    pub(crate) arguments: Vec<Node>,
    pub(crate) prepared: Prepared,
    /// A method of null is null.
    pub(crate) safe: bool,
}

/// What was made of a literal argument.
#[derive(Debug)]
pub(crate) enum Prepared {
    Nothing,
    Regex(JavaRegex),
    Pattern(DatePattern),
    Expression(Node),
}

impl Node {
    /// The value, if it does not depend on anything.
    pub(crate) fn constant(&self) -> Option<&Value<'static>> {
        match &self.kind {
            NodeKind::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The text, if it is a literal.
    pub(crate) fn literal_text(&self) -> Option<&str> {
        self.constant().and_then(Value::as_text)
    }
}
