//! Signatures as they are written in the table: `String.join(separator: text, str: text...) -> text`.
//!
//! `name: kind` is required, `name: kind?` may be left out, `name: kind...` may be repeated, also no times. For a method
//! the first parameter is what stands before the dot.

use crate::types::Type;

/// What a function takes and gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Signature {
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: Kind,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) optional: bool,
    pub(crate) repeated: bool,
}

/// What a parameter accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Text,
    Integer,
    Number,
    Boolean,
    /// A list, or text with commas.
    List,
    /// Names and values.
    Object,
    /// A time, or its text.
    Time,
    Country,
}

impl Signature {
    /// Reads a row of the table.
    pub(crate) fn parse(text: &'static str) -> (&'static str, Self) {
        let (name, rest) = text.split_once('(').expect("a signature has parameters in parentheses");
        let (inside, returns) = rest.split_once(") -> ").expect("a signature says what it gives");
        let parameters = inside.split(", ").filter(|it| !it.is_empty()).map(Parameter::parse).collect();
        (name, Self { parameters, returns: Kind::parse(returns) })
    }

    /// The fewest and, if there is a bound, the most arguments.
    pub(crate) fn arity(&self) -> (usize, Option<usize>) {
        let least = self.parameters.iter().filter(|it| !it.optional && !it.repeated).count();
        let bounded = self.parameters.iter().all(|it| !it.repeated);
        (least, bounded.then_some(self.parameters.len()))
    }

    /// The parameter that an argument is for.
    pub(crate) fn parameter(&self, at: usize) -> Option<&Parameter> {
        self.parameters.get(at).or_else(|| self.parameters.last().filter(|it| it.repeated))
    }

    /// How it is called.
    pub(crate) fn usage(&self, name: &str) -> String {
        let skipped = usize::from(name.starts_with('.'));
        let parameters: Vec<_> = self.parameters[skipped..].iter().map(Parameter::shown).collect();
        let before = self.parameters.first().filter(|_| skipped == 1).map_or("", |it| it.name);
        format!("{before}{name}({})", parameters.join(", "))
    }
}

impl Parameter {
    fn parse(text: &'static str) -> Self {
        let (name, kind) = text.split_once(": ").expect("a parameter has a name and a kind");
        let (optional, repeated) = (kind.ends_with('?'), kind.ends_with("..."));
        let kind = Kind::parse(kind.trim_end_matches(['?', '.']));
        Self { name, kind, optional, repeated }
    }

    fn shown(&self) -> String {
        let Self { name, optional, repeated, .. } = self;
        match (optional, repeated) {
            (true, _) => format!("[{name}]"),
            (_, true) => format!("{name}…"),
            _ => (*name).to_owned(),
        }
    }
}

impl Kind {
    fn parse(text: &str) -> Self {
        match text {
            "text" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "list" => Self::List,
            "object" => Self::Object,
            "time" => Self::Time,
            "country" => Self::Country,
            _ => Self::Any,
        }
    }

    /// The word of the reference page and of messages.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "text",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "a truth value",
            Self::List => "a list",
            Self::Object => "an object",
            Self::Time => "a time",
            Self::Country => "a country",
        }
    }

    /// Whether a value of this type can be given. Scalars become text, as in Spring's language.
    pub(crate) fn accepts(self, given: &Type) -> bool {
        match (self, given) {
            (Self::Any, _) | (_, Type::Any | Type::Null) => true,
            (Self::Text, it) => !matches!(it, Type::List(_) | Type::Object(_)),
            (Self::Integer | Self::Number, it) => matches!(it, Type::Integer | Type::Number),
            (Self::Boolean, it) => *it == Type::Boolean,
            (Self::List, it) => matches!(it, Type::List(_) | Type::Text),
            (Self::Object, it) => matches!(it, Type::Object(_)),
            (Self::Time, it) => matches!(it, Type::Time | Type::Text),
            (Self::Country, it) => matches!(it, Type::Country),
        }
    }

    /// The type of a result of this kind.
    pub(crate) fn to_type(self) -> Type {
        match self {
            Self::Any => Type::Any,
            Self::Text => Type::Text,
            Self::Integer => Type::Integer,
            Self::Number => Type::Number,
            Self::Boolean => Type::Boolean,
            Self::List => Type::list(Type::Any),
            Self::Object => Type::any_object(),
            Self::Time => Type::Time,
            Self::Country => Type::Country,
        }
    }
}
