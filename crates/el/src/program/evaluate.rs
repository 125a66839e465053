//! Evaluation: a walk over the compiled tree. Every node costs a step, and every fault gets the place where it happened.

use super::EvalError;
use super::node::{CallNode, Node, NodeKind};
use crate::functions::{Call, Fault, Outcome};
use crate::machine::Machine;
use crate::operate;
use crate::settings::NullProperty;
use crate::syntax::{BinaryOp, Which};
use crate::value::Value;
use std::borrow::Cow;

type Step<'a> = Result<Value<'a>, EvalError>;

impl<'a> Machine<'a> {
    /// The value of a part.
    pub(crate) fn evaluate(&mut self, node: &'a Node) -> Step<'a> {
        self.charge(1).map_err(|fault| blame(*fault, node))?;
        match &node.kind {
            NodeKind::Constant(value) => Ok(Value::lend(value)),
            NodeKind::Attribute(attribute) => {
                let context = self.context;
                Ok(context.attribute(attribute).unwrap_or(Value::Null))
            }
            NodeKind::Call(call) => self.call(call, node),
            NodeKind::Binary(op, left, right) => self.binary(*op, left, right, node),
            NodeKind::And(left, right) => self.logic(left, right, false),
            NodeKind::Or(left, right) => self.logic(left, right, true),
            NodeKind::Not(operand) => self.truth_of(operand).map(|it| Value::Boolean(!it)),
            NodeKind::Ternary(condition, then, otherwise) => {
                let holds = self.truth_of(condition)?;
                self.evaluate(if holds { then } else { otherwise })
            }
            NodeKind::Elvis(value, default) => {
                let value = self.evaluate(value)?;
                if value.is_blank() { self.evaluate(default) } else { Ok(value) }
            }
            _ => self.other(node),
        }
    }

    fn other(&mut self, node: &'a Node) -> Step<'a> {
        match &node.kind {
            NodeKind::Matches(text, regex) => {
                let text = self.evaluate(text)?;
                operate::matches(self, text, regex).map_err(|fault| blame(*fault, node))
            }
            NodeKind::Minus(operand) => {
                let value = self.evaluate(operand)?;
                operate::negate(&value).map_err(|fault| blame(*fault, operand))
            }
            NodeKind::Plus(operand) => {
                let value = self.evaluate(operand)?;
                operate::number(value).map_err(|fault| blame(*fault, operand))
            }
            NodeKind::List(items) => {
                items.iter().map(|it| self.evaluate(it)).collect::<Result<_, _>>().map(Value::List)
            }
            NodeKind::Map(entries) => self.map(entries),
            _ => self.member(node),
        }
    }

    /// What is asked of a value.
    fn member(&mut self, node: &'a Node) -> Step<'a> {
        match &node.kind {
            NodeKind::Element => self.element().map_err(|fault| blame(*fault, node)),
            NodeKind::Property { of, name, safe } => {
                let value = self.evaluate(of)?;
                self.property(&value, name, *safe).map_err(|fault| blame(*fault, node))
            }
            NodeKind::Index { of, index } => {
                let value = self.evaluate(of)?;
                let index_value = self.evaluate(index)?;
                self.index(&value, &index_value).map_err(|fault| blame(*fault, index))
            }
            NodeKind::Projection { of, body, safe } => self.projection(of, body, *safe),
            NodeKind::Selection { of, which, body, safe } => self.selection(of, *which, body, *safe),
            _ => Ok(Value::Null),
        }
    }

    fn truth_of(&mut self, node: &'a Node) -> Result<bool, EvalError> {
        let value = self.evaluate(node)?;
        self.truth(&value).map_err(|fault| blame(*fault, node))
    }

    /// AND and OR: the right side only if the left does not decide.
    fn logic(&mut self, left: &'a Node, right: &'a Node, decisive: bool) -> Step<'a> {
        let value = self.truth_of(left)? == decisive || self.truth_of(right)? == decisive;
        Ok(Value::Boolean(value == decisive))
    }

    fn binary(&mut self, op: BinaryOp, left: &'a Node, right: &'a Node, node: &'a Node) -> Step<'a> {
        let a = self.evaluate(left)?;
        let b = self.evaluate(right)?;
        operate::binary(self, op, a, b).map_err(|fault| match fault.argument {
            Some(0) => blame(*fault, left),
            Some(1) => blame(*fault, right),
            _ => blame(*fault, node),
        })
    }

    fn call(&mut self, call: &'a CallNode, node: &'a Node) -> Step<'a> {
        let mut arguments = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            arguments.push(self.evaluate(argument)?);
        }
        if call.safe && arguments.first().is_some_and(Value::is_null) {
            return Ok(Value::Null);
        }
        let mut given = Call { machine: self, arguments, prepared: &call.prepared };
        (call.function.run)(&mut given).map_err(|fault| {
            let to_blame = fault.argument.and_then(|at| call.arguments.get(at)).unwrap_or(node);
            blame(*fault, to_blame)
        })
    }

    fn map(&mut self, entries: &'a [(Node, Node)]) -> Step<'a> {
        let mut made = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let name = match self.evaluate(key)? {
                Value::Text(text) => text,
                other => {
                    let fault = Fault::new(format!("a key is text, and this is {}", other.describe()));
                    return Err(blame(*fault, key));
                }
            };
            made.push((name, self.evaluate(value)?));
        }
        Ok(Value::Map(made))
    }

    /// The innermost element. Copying a large one costs as much as it is large.
    fn element(&mut self) -> Outcome<'a> {
        let element = self.elements.last().cloned().unwrap_or(Value::Null);
        self.charge(element.weight())?;
        Ok(element)
    }

    fn property(&self, value: &Value<'a>, name: &str, safe: bool) -> Outcome<'a> {
        if value.is_null() {
            return self.of_null(safe, &format!("`{name}`"));
        }
        if !value.has_properties() {
            return Err(Fault::new(format!("{} has no property `{name}`", value.describe())));
        }
        Ok(value.property(name).unwrap_or(Value::Null))
    }

    fn of_null(&self, safe: bool, what: &str) -> Outcome<'a> {
        match self.settings.null_property {
            NullProperty::Error if !safe => {
                Err(Fault::new(format!("null has no {what}")).help("ask with `?.` to get null instead"))
            }
            _ => Ok(Value::Null),
        }
    }

    fn index(&self, value: &Value<'a>, index: &Value<'a>) -> Outcome<'a> {
        match (value, index) {
            (Value::Null, _) => self.of_null(false, "elements"),
            (Value::Text(text), Value::Integer(at)) => {
                let character = usize::try_from(*at).ok().and_then(|at| text.chars().nth(at));
                character.map(|it| Value::from(it.to_string())).ok_or_else(|| outside(*at, "text"))
            }
            (_, Value::Integer(at)) if value.elements().is_some() => {
                let element = usize::try_from(*at).ok().and_then(|at| value.element(at));
                element.ok_or_else(|| outside(*at, "list"))
            }
            (_, Value::Text(key)) if value.has_properties() => Ok(value.property(key).unwrap_or(Value::Null)),
            _ => Err(Fault::new(format!("{} has no element at {}", value.describe(), index.describe()))),
        }
    }

    fn projection(&mut self, of: &'a Node, body: &'a Node, safe: bool) -> Step<'a> {
        let Some(items) = self.items(of, safe)? else { return Ok(Value::Null) };
        let mut made = Vec::with_capacity(items.len());
        for item in items {
            self.elements.push(item);
            let value = self.evaluate(body);
            self.elements.pop();
            made.push(value?);
        }
        Ok(Value::List(made))
    }

    fn selection(&mut self, of: &'a Node, which: Which, body: &'a Node, safe: bool) -> Step<'a> {
        let Some(items) = self.items(of, safe)? else { return Ok(Value::Null) };
        let mut made = Vec::new();
        for item in items {
            self.elements.push(item);
            let fits = self.truth_of(body);
            let item = self.elements.pop().unwrap_or(Value::Null);
            if fits? {
                made.push(item);
                if which == Which::First {
                    break;
                }
            }
        }
        Ok(match which {
            Which::All => Value::List(made),
            _ => made.pop().unwrap_or(Value::Null),
        })
    }

    /// The elements of a list; none for null.
    fn items(&mut self, of: &'a Node, safe: bool) -> Result<Option<Vec<Value<'a>>>, EvalError> {
        let value = self.evaluate(of)?;
        if value.is_null() {
            return self.of_null(safe, "elements").map(|_| None).map_err(|fault| blame(*fault, of));
        }
        self.charge(value.weight()).map_err(|fault| blame(*fault, of))?;
        match value {
            Value::List(items) => Ok(Some(items)),
            other => match other.elements() {
                Some(items) => Ok(Some(items.collect())),
                None => Err(blame(*Fault::new(format!("expected a list, found {}", other.describe())), of)),
            },
        }
    }
}

fn outside(at: i64, what: &str) -> Box<Fault> {
    Fault::new(format!("the {what} has no element at {at}; the first is at 0"))
}

fn blame(fault: Fault, node: &Node) -> EvalError {
    EvalError {
        span: node.span.clone(),
        message: fault.message.into_owned(),
        help: fault.help.map(Cow::into_owned),
    }
}
