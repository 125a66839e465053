//! From a filter as written to a filter with types: names are looked up, values are read as their attribute's type,
//! and comparisons that have no meaning are refused (RFC 7644 §3.4.2.2).

use super::{Bound, CompareOp, Filter, Literal, Op, Operand, Test};
use crate::path::{AttributePath, Target};
use crate::schema::{Attribute, Kind, ResourceType, Returned};
use crate::{Error, text};

impl Filter {
    /// Types the filter for a resource type.
    ///
    /// # Errors
    /// `invalidFilter` for an unknown attribute, one that is never shown (`password`), a value that is not of the
    /// attribute's type, and an operator that the type does not have.
    pub fn bind(&self, resource_type: &ResourceType) -> Result<Bound, Error> {
        Binder { scope: Scope::Resource(resource_type), unknown_is_absent: false }.filter(self)
    }

    /// Types the filter for one of several resource types that are searched at once: an attribute that this one does
    /// not have counts as one without a value.
    ///
    /// # Errors
    /// As [`Filter::bind`], but for unknown attributes.
    pub fn bind_lenient(&self, resource_type: &ResourceType) -> Result<Bound, Error> {
        Binder { scope: Scope::Resource(resource_type), unknown_is_absent: true }.filter(self)
    }

    /// Types what stands in the brackets of a value path.
    pub(crate) fn bind_element(&self, attribute: &Attribute) -> Result<Bound, Error> {
        Binder { scope: Scope::Element(attribute), unknown_is_absent: false }.filter(self)
    }
}

/// Where names are looked up.
#[derive(Clone, Copy)]
enum Scope<'a> {
    Resource(&'a ResourceType),
    Element(&'a Attribute),
}

struct Binder<'a> {
    scope: Scope<'a>,
    unknown_is_absent: bool,
}

impl Binder<'_> {
    fn filter(&self, filter: &Filter) -> Result<Bound, Error> {
        Ok(match filter {
            Filter::And(items) => Bound::And(self.each(items)?),
            Filter::Or(items) => Bound::Or(self.each(items)?),
            Filter::Not(inner) => Bound::Not(Box::new(self.filter(inner)?)),
            Filter::Present(path) => self.present(path)?,
            Filter::Compare { path, op, value } => self.compare(path, *op, value)?,
            Filter::ValuePath { path, filter } => self.value_path(path, filter)?,
        })
    }

    fn each(&self, items: &[Filter]) -> Result<Vec<Bound>, Error> {
        items.iter().map(|item| self.filter(item)).collect()
    }

    fn present(&self, path: &AttributePath) -> Result<Bound, Error> {
        let Some(target) = self.known(path, self.scope.resolve(path))? else { return Ok(Bound::Never) };
        Ok(Bound::Test(Test { target, op: Op::Present }))
    }

    fn compare(&self, path: &AttributePath, op: CompareOp, value: &Literal) -> Result<Bound, Error> {
        let found =
            if *value == Literal::Null { self.scope.resolve(path) } else { self.scope.resolve_value(path) };
        let Some(target) = self.known(path, found)? else {
            let satisfied_by_nothing = (op == CompareOp::Ne) != (*value == Literal::Null)
                && matches!(op, CompareOp::Eq | CompareOp::Ne);
            return Ok(if satisfied_by_nothing { Bound::Not(Box::new(Bound::Never)) } else { Bound::Never });
        };
        let operand = operand(&target, op, value)?;
        Ok(Bound::Test(Test { target, op: Op::Compare(op, operand) }))
    }

    fn value_path(&self, path: &AttributePath, filter: &Filter) -> Result<Bound, Error> {
        let found = match self.scope {
            Scope::Resource(resource_type) => path.find(resource_type),
            Scope::Element(_) => None,
        };
        let target = found.map(|(schema, attribute)| Target::new(schema, attribute, None));
        let (Some(target), Some((_, attribute))) = (self.known(path, target)?, found) else {
            return Ok(Bound::Never);
        };
        if attribute.sub_attributes.is_empty() || path.sub.is_some() {
            return Err(Error::invalid_filter(format!(
                "`{path}` has no parts, so `[…]` cannot select among them"
            )));
        }
        let inner = Binder { scope: Scope::Element(attribute), ..*self };
        Ok(Bound::Element { target, filter: Box::new(inner.filter(filter)?) })
    }

    /// A target that may be searched; nothing if it does not exist and that is no mistake.
    fn known(&self, path: &AttributePath, found: Option<Target>) -> Result<Option<Target>, Error> {
        match found {
            Some(target) if target.returned == Returned::Never => {
                Err(Error::invalid_filter(format!("`{path}` is never shown and cannot be searched")))
            }
            None if !self.unknown_is_absent => Err(self.scope.unknown(path)),
            found => Ok(found),
        }
    }
}

impl Scope<'_> {
    fn resolve(self, path: &AttributePath) -> Option<Target> {
        match self {
            Self::Resource(resource_type) => path.resolve(resource_type),
            Self::Element(attribute) if path.schema.is_none() && path.sub.is_none() => {
                attribute.sub(&path.attribute).map(|sub| Target::new(None, sub, None))
            }
            Self::Element(_) => None,
        }
    }

    fn resolve_value(self, path: &AttributePath) -> Option<Target> {
        match self {
            Self::Resource(resource_type) => path.resolve_value(resource_type),
            Self::Element(_) => self.resolve(path),
        }
    }

    fn unknown(self, path: &AttributePath) -> Error {
        let (kind, name) = match self {
            Self::Resource(resource_type) => ("attribute", &resource_type.name),
            Self::Element(attribute) => ("sub-attribute", &attribute.name),
        };
        Error::invalid_filter(format!("`{name}` has no {kind} `{path}`"))
    }
}

fn operand(target: &Target, op: CompareOp, value: &Literal) -> Result<Operand, Error> {
    use CompareOp::{Eq, Ne};
    let equality = matches!(op, Eq | Ne);
    let part_of_text = op.is_partial();
    let operand = match (value, target.kind) {
        (Literal::Null, _) => equality.then_some(Operand::Null),
        (_, Kind::String | Kind::Reference) => Some(text_operand(target, op, value)),
        (_, Kind::Binary) => (equality || part_of_text).then(|| text_operand(target, op, value)),
        (_, Kind::Boolean) if equality => return boolean(target, value),
        (_, Kind::Integer | Kind::Decimal) if !part_of_text => return number(target, value),
        (_, Kind::DateTime) if !part_of_text => return instant(target, value),
        (_, Kind::Complex) => {
            return Err(Error::invalid_filter(format!("`{target}` has parts; compare one of them")));
        }
        _ => None,
    };
    operand.ok_or_else(|| {
        let what = if *value == Literal::Null { "null" } else { kind_name(target.kind) };
        Error::invalid_filter(format!("`{}` cannot compare `{target}` with {what}", op.keyword()))
    })
}

fn text_operand(target: &Target, op: CompareOp, value: &Literal) -> Operand {
    let written = match value {
        Literal::String(text) => text.clone(),
        other => other.to_string(),
    };
    Operand::Text(match op.is_partial() && !target.case_exact {
        // Blanks around a part may be within the whole.
        true => text::fold(&written).into_owned(),
        false => target.key(&written).into_owned(),
    })
}

fn boolean(target: &Target, value: &Literal) -> Result<Operand, Error> {
    value.as_boolean().map(Operand::Bool).ok_or_else(|| wrong_type(target, value))
}

fn number(target: &Target, value: &Literal) -> Result<Operand, Error> {
    let number = match value {
        Literal::Number(number) => number.as_f64(),
        Literal::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    number.map(Operand::Number).ok_or_else(|| wrong_type(target, value))
}

fn instant(target: &Target, value: &Literal) -> Result<Operand, Error> {
    let instant = match value {
        Literal::String(text) => text::instant(text),
        _ => None,
    };
    instant.map(Operand::Instant).ok_or_else(|| wrong_type(target, value))
}

fn wrong_type(target: &Target, value: &Literal) -> Error {
    let shown: String = value.to_string().chars().take(40).collect();
    let kind = kind_name(target.kind);
    Error::invalid_filter(format!("`{target}` is compared with {kind}, and `{shown}` is none"))
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::String => "text",
        Kind::Boolean => "true or false",
        Kind::Decimal => "a number",
        Kind::Integer => "a whole number",
        Kind::DateTime => "a date and time such as 2026-01-31T12:00:00Z",
        Kind::Binary => "base64 text",
        Kind::Reference => "a URI",
        Kind::Complex => "a complex value",
    }
}
