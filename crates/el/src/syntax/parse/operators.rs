//! Operators between values and before a value, in all the spellings that Okta and Spring have for them.

use super::super::{BinaryOp, Expr, ExprKind, UnaryOp};
use super::{Parser, TokenKind};
use crate::diagnostic::Diagnostic;
use crate::settings::Dialect;

/// What stands where an operator could be.
enum Found {
    Operator(BinaryOp),
    /// An operator of Spring that Okta does not allow; it was reported.
    Forbidden,
}

impl Parser<'_> {
    /// A chain of operators that bind at least so tightly.
    pub(super) fn binary(&mut self, least: u8) -> Expr {
        if least > BinaryOp::Power.strength() {
            return self.unary();
        }
        let mut left = self.binary(least + 1);
        let mut compared = false;
        while let Some(found) = self.operator(least) {
            let at = self.span();
            self.note_spelling();
            self.advance();
            // A second comparison would compare a truth value, which nobody means.
            if compared {
                let problem = Diagnostic::error(at, "comparisons cannot follow each other");
                self.report(problem.help("join them with AND, or put one in parentheses"));
            }
            let right = self.binary(least + 1);
            compared = matches!(least, 4 | 7);
            left = match found {
                Found::Operator(op) => self.make(ExprKind::Binary(op, Box::new(left), Box::new(right)), None),
                Found::Forbidden => self.make(ExprKind::Error, Some(left.span.start)),
            };
        }
        left
    }

    /// The operator of this strength that comes next, if one does.
    fn operator(&self, strength: u8) -> Option<Found> {
        let found = match self.peek() {
            TokenKind::Mark(mark) => operator_of_mark(mark)?,
            TokenKind::Name(word) => operator_of_word(word)?,
            _ => return None,
        };
        let own = match found {
            Found::Operator(op) => op.strength(),
            Found::Forbidden => BinaryOp::Equal.strength(),
        };
        (own == strength).then_some(found)
    }

    /// Notes an operator that works and is written differently in Okta, or that does not exist there.
    fn note_spelling(&mut self) {
        let (span, classic) = (self.span(), self.dialect == Dialect::Classic);
        let written = self.text[span.clone()].to_owned();
        let note = match written.as_str() {
            "=" => Diagnostic::error(span, "a single `=` does not compare").help("write `==`"),
            "and" | "And" => Diagnostic::warning(span, format!("`{written}` is written `AND`")),
            "or" | "Or" => Diagnostic::warning(span, format!("`{written}` is written `OR`")),
            "&&" if classic => Diagnostic::warning(span, "`&&` is written `AND` in classic expressions"),
            "||" if classic => Diagnostic::warning(span, "`||` is written `OR` in classic expressions"),
            word if is_forbidden(word) => {
                Diagnostic::error(span, format!("the operator `{word}` is not available"))
                    .help("compare with ==, !=, <, <=, > or >=")
            }
            _ => return,
        };
        self.report(note);
    }

    fn unary(&mut self) -> Expr {
        let start = self.span().start;
        let op = match self.peek() {
            TokenKind::Mark("!") => UnaryOp::Not,
            TokenKind::Mark("-") => UnaryOp::Minus,
            TokenKind::Mark("+") => UnaryOp::Plus,
            TokenKind::Mark("++" | "--") => return self.increment(),
            TokenKind::Name(word) if word.eq_ignore_ascii_case("not") => {
                let problem = Diagnostic::warning(self.span(), format!("`{word}` is written `!`"));
                self.report(problem);
                UnaryOp::Not
            }
            _ => return self.postfix(),
        };
        self.advance();
        let operand = self.nested(Self::unary);
        self.make(ExprKind::Unary(op, Box::new(operand)), Some(start))
    }

    fn increment(&mut self) -> Expr {
        let problem =
            Diagnostic::error(self.span(), "an expression changes nothing: `++` and `--` are not available");
        self.report(problem.help("put a blank between two signs"));
        self.advance();
        self.nested(Self::unary)
    }
}

fn operator_of_mark(mark: &str) -> Option<Found> {
    let op = match mark {
        "||" => BinaryOp::Or,
        "&&" => BinaryOp::And,
        "==" | "=" => BinaryOp::Equal,
        "!=" => BinaryOp::NotEqual,
        "<" => BinaryOp::Less,
        "<=" => BinaryOp::LessOrEqual,
        ">" => BinaryOp::Greater,
        ">=" => BinaryOp::GreaterOrEqual,
        "+" => BinaryOp::Add,
        "-" => BinaryOp::Subtract,
        "*" => BinaryOp::Multiply,
        "/" => BinaryOp::Divide,
        "%" => BinaryOp::Remainder,
        "^" => BinaryOp::Power,
        _ => return None,
    };
    Some(Found::Operator(op))
}

fn operator_of_word(word: &str) -> Option<Found> {
    const WORDS: [(&str, BinaryOp); 11] = [
        ("or", BinaryOp::Or),
        ("and", BinaryOp::And),
        ("eq", BinaryOp::Equal),
        ("ne", BinaryOp::NotEqual),
        ("lt", BinaryOp::Less),
        ("le", BinaryOp::LessOrEqual),
        ("gt", BinaryOp::Greater),
        ("ge", BinaryOp::GreaterOrEqual),
        ("matches", BinaryOp::Matches),
        ("div", BinaryOp::Divide),
        ("mod", BinaryOp::Remainder),
    ];
    if is_forbidden(word) {
        return Some(Found::Forbidden);
    }
    WORDS.iter().find(|(it, _)| word.eq_ignore_ascii_case(it)).map(|(_, op)| Found::Operator(*op))
}

fn is_forbidden(word: &str) -> bool {
    word.eq_ignore_ascii_case("instanceof") || word.eq_ignore_ascii_case("between")
}

/// Whether a name can stand alone; the words for operators cannot.
pub(super) fn is_operator(word: &str) -> bool {
    operator_of_word(word).is_some() || word.eq_ignore_ascii_case("not")
}
