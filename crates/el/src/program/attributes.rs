//! Names and what is below them: attributes of roots, properties of elements and of results, indexes, projections.

use super::compile::{Compiler, Scope, Typed, typed};
use super::node::NodeKind;
use crate::context::Attribute;
use crate::functions;
use crate::suggest::did_you_mean;
use crate::syntax::{Expr, ExprKind, Name, Which};
use crate::types::{Fields, Type};
use std::ops::Range;

impl Compiler<'_> {
    /// A name, or a property of something.
    pub(super) fn property(&mut self, expr: &Expr) -> Typed {
        let scope = self.scope.clone();
        if matches!(scope, Scope::Roots)
            && let Some((root, names)) = path(expr)
        {
            return self.attribute(&root, &names, expr.span.clone());
        }
        match &expr.kind {
            ExprKind::Name(name) => self.scoped_name(name, &scope, expr.span.clone()),
            ExprKind::Property { of, name, safe } => {
                let (of, kind) = self.boxed(of);
                let result = self.below(&kind, name);
                let node = NodeKind::Property { of, name: name.text.as_str().into(), safe: *safe };
                typed(node, expr.span.clone(), result)
            }
            _ => typed(NodeKind::Element, expr.span.clone(), Type::Any),
        }
    }

    /// A bare name where it is not a root.
    fn scoped_name(&mut self, name: &str, scope: &Scope, span: Range<usize>) -> Typed {
        let element = match scope {
            Scope::Element(kind) => kind.clone(),
            _ if name == "group" => return typed(NodeKind::Element, span, Type::any_object()),
            _ => {
                let help = Some("only `group` is known here, e.g. `group.name`".to_owned());
                self.error(span.clone(), format!("unknown name `{name}`"), help);
                Type::Any
            }
        };
        let result = self.below(&element, &Name { text: name.to_owned(), span: span.clone() });
        let of = Box::new(typed(NodeKind::Element, span.clone(), element).node);
        typed(NodeKind::Property { of, name: name.into(), safe: false }, span, result)
    }

    /// `user.name.givenName`, looked up at once.
    fn attribute(&mut self, root: &Name, names: &[&Name], span: Range<usize>) -> Typed {
        let mut kind = self.root(root, names.first().copied());
        for name in names {
            kind = self.below(&kind, name);
        }
        let path = names.iter().map(|name| name.text.as_str().into()).collect();
        let attribute = Attribute { root: root.text.as_str().into(), path };
        self.reads.attributes.push(attribute.clone());
        typed(NodeKind::Attribute(attribute), span, kind)
    }

    fn root(&mut self, root: &Name, next: Option<&Name>) -> Type {
        let roots = self.vocabulary.roots();
        if let Some(kind) = roots.known.get(root.text.as_str()) {
            return kind.clone();
        }
        if functions::is_namespace(&root.text) {
            let help = next.and_then(|name| functions::suggest(&format!("{}.{}", root.text, name.text)));
            let help = help.or_else(|| Some("functions are called with parentheses".to_owned()));
            self.error(root.span.clone(), format!("`{}` is not an attribute", root.text), help);
        } else if !roots.open {
            let help = self.suggestion(|compiler| compiler.meant_attribute(&root.text));
            self.error(root.span.clone(), format!("unknown name `{}`", root.text), help);
        }
        Type::Any
    }

    /// A bare attribute was probably meant to be the user's.
    fn meant_attribute(&self, name: &str) -> Option<String> {
        let roots = self.vocabulary.roots();
        let has = |kind: &Type| matches!(kind, Type::Object(fields) if fields.known.contains_key(name));
        let owner = roots.known.iter().find(|(_, kind)| has(kind));
        let attribute = owner.map(|(root, _)| format!("did you mean `{root}.{name}`?"));
        attribute.or_else(|| did_you_mean(name, names(roots)))
    }

    /// The type of a property, which is reported if there cannot be one.
    fn below(&mut self, kind: &Type, name: &Name) -> Type {
        match kind {
            Type::Any | Type::Null => Type::Any,
            Type::Object(fields) => self.field(fields, name),
            Type::List(_) => {
                let help =
                    Some(format!("write `.![{}]` for that of each element, or `[0]` for one", name.text));
                self.error(name.span.clone(), format!("a list has no property `{}`", name.text), help);
                Type::Any
            }
            other => {
                let help =
                    functions::find(&format!(".{}", name.text)).map(|it| format!("write `{}`", it.usage()));
                self.error(name.span.clone(), format!("{other} has no property `{}`", name.text), help);
                Type::Any
            }
        }
    }

    fn field(&mut self, fields: &Fields, name: &Name) -> Type {
        if let Some(kind) = fields.known.get(name.text.as_str()) {
            return kind.clone();
        }
        if !fields.open {
            let help = self.suggestion(|_| did_you_mean(&name.text, names(fields)));
            self.error(name.span.clone(), format!("unknown attribute `{}`", name.text), help);
        }
        Type::Any
    }

    pub(super) fn index(&mut self, of: &Expr, index: &Expr, span: Range<usize>) -> Typed {
        let (of, kind) = self.boxed(of);
        let (index, position) = self.boxed(index);
        let (accepted, result) = match &kind {
            Type::List(element) => ([Type::Integer].as_slice(), (**element).clone()),
            Type::Text => ([Type::Integer].as_slice(), Type::Text),
            Type::Object(_) => ([Type::Text].as_slice(), Type::Any),
            Type::Any | Type::Null => ([Type::Integer, Type::Text].as_slice(), Type::Any),
            other => {
                self.error(of.span.clone(), format!("{other} has no elements"), None);
                return typed(NodeKind::Index { of, index }, span, Type::Any);
            }
        };
        if position.is_surely_not(accepted) {
            self.error(index.span.clone(), format!("{kind} has no element at {position}"), None);
        }
        typed(NodeKind::Index { of, index }, span, result)
    }

    pub(super) fn projection(&mut self, of: &Expr, body: &Expr, safe: bool, span: Range<usize>) -> Typed {
        let (of, kind) = self.boxed(of);
        let element = self.element(&kind, of.span.clone());
        let (body, result) = self.within(element, body);
        typed(NodeKind::Projection { of, body, safe }, span, Type::list(result))
    }

    pub(super) fn selection(
        &mut self,
        of: &Expr,
        which: Which,
        body: &Expr,
        safe: bool,
        span: Range<usize>,
    ) -> Typed {
        let (of, kind) = self.boxed(of);
        let element = self.element(&kind, of.span.clone());
        let (body, condition) = self.within(element.clone(), body);
        self.check_condition(&condition, body.span.clone());
        let result = if which == Which::All { Type::list(element) } else { element };
        typed(NodeKind::Selection { of, which, body, safe }, span, result)
    }

    /// The type of a list's elements.
    fn element(&mut self, kind: &Type, span: Range<usize>) -> Type {
        match kind {
            Type::List(element) => (**element).clone(),
            Type::Any | Type::Null => Type::Any,
            other => {
                self.error(span, format!("expected a list, found {other}"), None);
                Type::Any
            }
        }
    }

    fn within(&mut self, element: Type, body: &Expr) -> (Box<super::Node>, Type) {
        let outside = std::mem::replace(&mut self.scope, Scope::Element(element));
        let inside = self.boxed(body);
        self.scope = outside;
        inside
    }
}

fn names(fields: &Fields) -> impl Iterator<Item = &str> {
    fields.known.keys().map(AsRef::as_ref)
}

/// The root and the names behind it, if it is nothing but names.
fn path(expr: &Expr) -> Option<(Name, Vec<&Name>)> {
    match &expr.kind {
        ExprKind::Name(root) => Some((Name { text: root.clone(), span: expr.span.clone() }, Vec::new())),
        ExprKind::Property { of, name, .. } => {
            let (root, mut names) = path(of)?;
            names.push(name);
            Some((root, names))
        }
        _ => None,
    }
}
