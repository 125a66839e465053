//! An expression as written: a tree with spans, in which what could not be read is a node too.
//!
//! Two trees are equal if they say the same, wherever their parts stand. What is shown (`Display`) reads back as an
//! equal tree; parentheses stand only where they are needed.

mod lex;
mod parse;
mod show;

use crate::diagnostic::Diagnostic;
use crate::settings::Options;
use std::ops::Range;

/// More diagnostics than this help nobody.
pub(crate) const MOST_DIAGNOSTICS: usize = 20;

/// A tree and what is wrong with the text it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// The whole expression.
    pub root: Expr,
    /// What could not be read, and forms that are better written differently.
    pub diagnostics: Vec<Diagnostic>,
}

/// A part of an expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Which bytes of the text it is.
    pub span: Range<usize>,
    /// Levels below and with this one.
    height: usize,
}

/// The kinds of parts.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// `42`.
    Integer(i64),
    /// `3.141`.
    Number(f64),
    /// `'text'` or `"text"`.
    Text(String),
    /// `#this`: the element within a projection or selection.
    This,
    /// `user`.
    Name(String),
    /// `of.name`; null of null if `safe` (`of?.name`).
    Property {
        /// Whose property.
        of: Box<Expr>,
        /// Which one.
        name: Name,
        /// Whether it was written `?.`.
        safe: bool,
    },
    /// `name(arguments)`.
    Call {
        /// Which function.
        name: Name,
        /// With what.
        arguments: Vec<Expr>,
    },
    /// `of.name(arguments)`: a method, or a function of a namespace.
    Method {
        /// Whose method, or the namespace.
        of: Box<Expr>,
        /// Which one.
        name: Name,
        /// With what.
        arguments: Vec<Expr>,
        /// Whether it was written `?.`.
        safe: bool,
    },
    /// `of[index]`.
    Index {
        /// The list, object or text.
        of: Box<Expr>,
        /// Position or key.
        index: Box<Expr>,
    },
    /// `of.![body]`: the body of each element.
    Projection {
        /// The list.
        of: Box<Expr>,
        /// What of each element.
        body: Box<Expr>,
        /// Whether it was written `?.`.
        safe: bool,
    },
    /// `of.?[body]`, `of.^[body]`, `of.$[body]`: the elements for which the body holds.
    Selection {
        /// The list.
        of: Box<Expr>,
        /// Which of those that fit.
        which: Which,
        /// The condition.
        body: Box<Expr>,
        /// Whether it was written `?.`.
        safe: bool,
    },
    /// `{a, b}`.
    List(Vec<Expr>),
    /// `{'key': value}`.
    Map(Vec<(Expr, Expr)>),
    /// `!a`, `-a`, `+a`.
    Unary(UnaryOp, Box<Expr>),
    /// `a + b` and its like.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `condition ? then : otherwise`.
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `value ?: default`.
    Elvis(Box<Expr>, Box<Expr>),
    /// What could not be read.
    Error,
}

/// A name and where it stands.
#[derive(Debug, Clone)]
pub struct Name {
    /// The name.
    pub text: String,
    /// Which bytes of the text it is.
    pub span: Range<usize>,
}

/// Which of the elements that fit a selection gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// All of them, as a list (`.?[…]`).
    All,
    /// The first (`.^[…]`).
    First,
    /// The last (`.$[…]`).
    Last,
}

/// Operators before a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`.
    Not,
    /// `-`.
    Minus,
    /// `+`.
    Plus,
}

/// Operators between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `OR`.
    Or,
    /// `AND`.
    And,
    /// `==`.
    Equal,
    /// `!=`.
    NotEqual,
    /// `<`.
    Less,
    /// `<=`.
    LessOrEqual,
    /// `>`.
    Greater,
    /// `>=`.
    GreaterOrEqual,
    /// `matches`.
    Matches,
    /// `+`.
    Add,
    /// `-`.
    Subtract,
    /// `*`.
    Multiply,
    /// `/`.
    Divide,
    /// `%`.
    Remainder,
    /// `^`.
    Power,
}

impl Ast {
    /// Reads any text. What cannot be read becomes an error node and a diagnostic, and reading goes on behind it.
    pub fn parse(text: &str, options: &Options) -> Self {
        parse::parse(text, options)
    }

    /// Whether all of it could be read.
    pub fn is_whole(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

impl BinaryOp {
    /// The operator as Okta writes it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Or => "OR",
            Self::And => "AND",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Matches => "matches",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Remainder => "%",
            Self::Power => "^",
        }
    }

    /// How tightly it binds; more is tighter.
    fn strength(self) -> u8 {
        match self {
            Self::Or => 2,
            Self::And => 3,
            Self::Add | Self::Subtract => 5,
            Self::Multiply | Self::Divide | Self::Remainder => 6,
            Self::Power => 7,
            _ => 4,
        }
    }
}

impl PartialEq for Expr {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Expr {
    fn new(kind: ExprKind, span: Range<usize>) -> Self {
        let height = 1 + kind.height_below();
        Self { kind, span, height }
    }
}

impl ExprKind {
    fn height_below(&self) -> usize {
        let most = |items: &[Expr]| items.iter().map(|it| it.height).max().unwrap_or(0);
        match self {
            Self::Property { of, .. } => of.height,
            Self::Call { arguments, .. } | Self::List(arguments) => most(arguments),
            Self::Method { of, arguments, .. } => of.height.max(most(arguments)),
            Self::Index { of, index: b } | Self::Projection { of, body: b, .. } => of.height.max(b.height),
            Self::Selection { of, body, .. } => of.height.max(body.height),
            Self::Map(entries) => entries.iter().map(|(k, v)| k.height.max(v.height)).max().unwrap_or(0),
            Self::Unary(_, a) => a.height,
            Self::Binary(_, a, b) | Self::Elvis(a, b) => a.height.max(b.height),
            Self::Ternary(a, b, c) => a.height.max(b.height).max(c.height),
            _ => 0,
        }
    }
}
