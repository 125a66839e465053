//! What an evaluation carries along: context, settings, and how much it may still do.

use crate::context::Context;
use crate::functions::Fault;
use crate::settings::{Nulls, Settings};
use crate::value::Value;

/// One evaluation.
pub(crate) struct Machine<'a> {
    pub(crate) context: &'a dyn Context,
    pub(crate) settings: &'a Settings,
    steps: u64,
    output: usize,
    /// The elements of the projections and selections around, innermost last.
    pub(crate) elements: Vec<Value<'a>>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new(context: &'a dyn Context, settings: &'a Settings) -> Self {
        let limits = &settings.limits;
        Self { context, settings, steps: limits.steps, output: limits.output, elements: Vec::new() }
    }

    /// Counts so many steps.
    pub(crate) fn charge(&mut self, steps: u64) -> Result<(), Box<Fault>> {
        match self.steps.checked_sub(steps) {
            Some(left) => self.steps = left,
            None => return Err(self.too_much()),
        }
        Ok(())
    }

    #[cold]
    fn too_much(&self) -> Box<Fault> {
        Fault::new(format!("the evaluation takes more than {} steps", self.settings.limits.steps))
    }

    /// Counts so many bytes of text, before they are made.
    pub(crate) fn produce(&mut self, bytes: usize) -> Result<(), Box<Fault>> {
        match self.output.checked_sub(bytes) {
            Some(left) => self.output = left,
            None => {
                let most = self.settings.limits.output;
                return Err(Fault::new(format!("the evaluation makes more than {most} bytes of text")));
            }
        }
        Ok(())
    }

    /// A value as a condition.
    pub(crate) fn truth(&self, value: &Value<'_>) -> Result<bool, Box<Fault>> {
        match value {
            Value::Boolean(value) => Ok(*value),
            Value::Null if self.settings.nulls != Nulls::Java => Ok(false),
            other => Err(Fault::new(format!(
                "a condition must be true or false, and this is {}",
                other.describe()
            ))),
        }
    }
}
