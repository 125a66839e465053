//! A compiled expression: checked, names resolved, literal patterns compiled. It is cheap to clone and to share.

mod attributes;
mod calls;
mod compile;
mod evaluate;
mod node;
mod operators;

pub(crate) use calls::compile_group_expression;
pub(crate) use node::{Node, Prepared};

use crate::context::{Attribute, Context};
use crate::diagnostic::Diagnostic;
use crate::machine::Machine;
use crate::settings::{Options, Settings};
use crate::syntax::Ast;
use crate::types::Type;
use crate::value::Value;
use crate::vocabulary::Vocabulary;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// An expression that is ready to be evaluated.
#[derive(Clone)]
pub struct Program(Arc<Inner>);

struct Inner {
    text: Box<str>,
    root: Node,
    result: Type,
    reads: Reads,
    warnings: Vec<Diagnostic>,
}

/// What an evaluation may look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reads {
    /// Attributes, sorted, each once.
    pub attributes: Vec<Attribute>,
    /// The groups of the user.
    pub groups: bool,
    /// Manager, assistant, directory or Workday user, linked objects.
    pub related: bool,
    /// Internal properties of the user, such as the status.
    pub internal: bool,
    /// The time.
    pub time: bool,
}

/// Why an evaluation gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct EvalError {
    /// Which bytes of the text are to blame.
    pub span: Range<usize>,
    /// What is wrong, as a lower-case fragment.
    pub message: String,
    /// What to do about it, when that is known.
    pub help: Option<String>,
}

/// Reads and checks an expression: everything that is wrong or should be written differently, in the order of the text.
pub fn check(text: &str, vocabulary: &Vocabulary, options: &Options) -> Vec<Diagnostic> {
    match Program::compile(text, vocabulary, options) {
        Ok(program) => program.warnings().to_vec(),
        Err(diagnostics) => diagnostics,
    }
}

impl Program {
    /// Compiles an expression.
    ///
    /// # Errors
    /// All that is wrong with it, at least one error among them, in the order of the text.
    pub fn compile(text: &str, vocabulary: &Vocabulary, options: &Options) -> Result<Self, Vec<Diagnostic>> {
        let ast = Ast::parse(text, options);
        let compiled = compile::compile(ast, vocabulary, options)?;
        let compile::Compiled { root, result, reads, warnings } = compiled;
        Ok(Self(Arc::new(Inner { text: text.into(), root, result, reads, warnings })))
    }

    /// The expression as it was written.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// What works and should be written differently.
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.0.warnings
    }

    /// What an evaluation may look at: whatever else changes, the result stays.
    pub fn reads(&self) -> &Reads {
        &self.0.reads
    }

    /// The type of the result, as far as it is known.
    pub fn result_type(&self) -> &Type {
        &self.0.result
    }

    /// Evaluates the expression. The same context and settings always give the same.
    ///
    /// # Errors
    /// What could not be computed, where, and what helps.
    pub fn evaluate<'a>(
        &'a self,
        context: &'a dyn Context,
        settings: &'a Settings,
    ) -> Result<Value<'a>, EvalError> {
        Machine::new(context, settings).evaluate(&self.0.root)
    }

    /// Evaluates a condition; null is false.
    ///
    /// # Errors
    /// As [`Program::evaluate`], and if the result is neither true nor false.
    pub fn test(&self, context: &dyn Context, settings: &Settings) -> Result<bool, EvalError> {
        match self.evaluate(context, settings)? {
            Value::Boolean(value) => Ok(value),
            Value::Null => Ok(false),
            other => Err(EvalError {
                span: self.0.root.span.clone(),
                message: format!("expected true or false, found {}", other.describe()),
                help: None,
            }),
        }
    }
}

impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Program({:?})", self.text())
    }
}

/// Two programs are equal if their texts are; they are compiled for the same use where they are compared.
impl PartialEq for Program {
    fn eq(&self, other: &Self) -> bool {
        self.text() == other.text()
    }
}

impl Eq for Program {}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}
