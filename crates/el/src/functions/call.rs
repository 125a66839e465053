//! A function being called: its arguments in the kinds it wants them in, with one meaning of null for all functions.

use crate::machine::Machine;
use crate::program::Prepared;
use crate::settings::Nulls;
use crate::time::{self, Moment};
use crate::value::{Value, scalar_text};
use std::borrow::Cow;

/// What a function gives.
pub(crate) type Outcome<'a> = Result<Value<'a>, Box<Fault>>;

/// Why a function or an operator could not give anything; the evaluator knows where that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) message: Cow<'static, str>,
    pub(crate) help: Option<Cow<'static, str>>,
    /// The argument that is to blame.
    pub(crate) argument: Option<usize>,
}

/// What stands for null text in strict mode.
const NULL_HELP: &str = "give a default with `?:`, or test for null first";

impl Fault {
    pub(crate) fn new(message: impl Into<Cow<'static, str>>) -> Box<Self> {
        Box::new(Self { message: message.into(), help: None, argument: None })
    }

    pub(crate) fn help(mut self: Box<Self>, help: impl Into<Cow<'static, str>>) -> Box<Self> {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn at(mut self: Box<Self>, argument: usize) -> Box<Self> {
        self.argument = Some(argument);
        self
    }

    /// Null where the text `null` would be written.
    pub(crate) fn null_text() -> Box<Self> {
        Self::new("this is null, and would write the text `null`").help(NULL_HELP)
    }
}

/// Arguments, and everything else that a function may use.
pub(crate) struct Call<'m, 'a> {
    pub(crate) machine: &'m mut Machine<'a>,
    pub(crate) arguments: Vec<Value<'a>>,
    pub(crate) prepared: &'a Prepared,
}

impl<'a> Call<'_, 'a> {
    pub(crate) fn count(&self) -> usize {
        self.arguments.len()
    }

    /// An argument as it is, which is taken away.
    pub(crate) fn take(&mut self, at: usize) -> Value<'a> {
        self.arguments.get_mut(at).map_or(Value::Null, |it| std::mem::replace(it, Value::Null))
    }

    pub(crate) fn is_null(&self, at: usize) -> bool {
        self.arguments.get(at).is_none_or(Value::is_null)
    }

    /// Text that must be there.
    pub(crate) fn text(&mut self, at: usize) -> Result<Cow<'a, str>, Box<Fault>> {
        let value = self.take(at);
        into_text(value, self.machine.settings.nulls).map_err(|fault| fault.at(at))
    }

    /// The text that a function is about: null stays null, unless null is empty.
    pub(crate) fn subject(&mut self) -> Result<Option<Cow<'a, str>>, Box<Fault>> {
        if self.is_null(0) && self.machine.settings.nulls != Nulls::Empty {
            return Ok(None);
        }
        self.text(0).map(Some)
    }

    /// A whole number. Numbers with a fraction and text that is a number are not silently changed.
    pub(crate) fn integer(&mut self, at: usize) -> Result<i64, Box<Fault>> {
        match self.take(at) {
            Value::Integer(value) => Ok(value),
            Value::Text(text) if text.parse::<i64>().is_ok() => Ok(text.parse().unwrap_or_default()),
            other => Err(Fault::new(format!("expected a whole number, found {}", other.describe())).at(at)),
        }
    }

    /// A list; text is split at its commas, null is empty.
    pub(crate) fn list(&mut self, at: usize) -> Result<Vec<Value<'a>>, Box<Fault>> {
        let value = self.take(at);
        let items = list_of(value)
            .map_err(|other| Fault::new(format!("expected a list, found {}", other.describe())).at(at))?;
        self.machine.charge(items.len() as u64)?;
        Ok(items)
    }

    /// A time, or the ISO 8601 text of one; null stays null.
    pub(crate) fn moment(&mut self, at: usize) -> Result<Option<Moment>, Box<Fault>> {
        match self.take(at) {
            Value::Null => Ok(None),
            Value::Time(moment) => Ok(Some(*moment)),
            Value::Text(text) => time::parse_iso(&text).map(Some).map_err(|fault| fault.at(at)),
            other => Err(Fault::new(format!("expected a time, found {}", other.describe())).at(at)),
        }
    }

    /// Text that was made here, counted against the bound of output.
    pub(crate) fn made(&mut self, text: String) -> Outcome<'a> {
        self.machine.produce(text.len())?;
        Ok(Value::from(text))
    }
}

/// A value as text; null by the mode.
pub(crate) fn into_text(value: Value<'_>, nulls: Nulls) -> Result<Cow<'_, str>, Box<Fault>> {
    match value {
        Value::Text(text) => Ok(text),
        Value::Null => match nulls {
            Nulls::Strict => Err(Fault::new("this is null where text is needed").help(NULL_HELP)),
            Nulls::Java => Ok(Cow::Borrowed("null")),
            Nulls::Empty => Ok(Cow::Borrowed("")),
        },
        other => match scalar_text(&other) {
            Some(text) => Ok(Cow::Owned(text)),
            None => Err(Fault::new(format!("expected text, found {}", other.describe()))
                .help("`Arrays.toCsvString(…)` makes text of a list")),
        },
    }
}

fn list_of(value: Value<'_>) -> Result<Vec<Value<'_>>, Value<'_>> {
    match value {
        Value::List(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        Value::Text(text) if text.is_empty() => Ok(Vec::new()),
        Value::Text(Cow::Borrowed(text)) => Ok(text.split(',').map(Value::text).collect()),
        Value::Text(Cow::Owned(text)) => Ok(text.split(',').map(|it| Value::from(it.to_owned())).collect()),
        other => other.elements().map(Iterator::collect).ok_or(Value::Null).or(Err(other)),
    }
}
