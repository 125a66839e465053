//! Calls of functions and methods: which one is meant, whether it may be used here, and with what.

use super::compile::{Compiler, Scope, Typed, constant, typed};
use super::node::{CallNode, Node, NodeKind, Prepared};
use crate::functions::{self, Function, Prepares, Style};
use crate::pattern::JavaRegex;
use crate::settings::{Dialect, Options, Purpose};
use crate::syntax::{Ast, Expr, ExprKind, Name};
use crate::time::DatePattern;
use crate::types::Type;
use crate::value::Value;
use std::ops::Range;

/// Families that Okta allows in group rules.
const IN_GROUP_RULES: [&str; 4] = ["String", "Arrays", "Groups", "User"];

impl Compiler<'_> {
    /// `name(arguments)`.
    pub(super) fn call(&mut self, name: &Name, arguments: &[Expr], span: Range<usize>) -> Typed {
        let arguments: Vec<_> = arguments.iter().map(|it| self.expr(it)).collect();
        self.resolve(&name.text, name.span.clone(), arguments, false, span)
    }

    /// `of.name(arguments)`: a function of a namespace or of `user`, or a method.
    pub(super) fn method(
        &mut self,
        of: &Expr,
        name: &Name,
        arguments: &[Expr],
        safe: bool,
        span: Range<usize>,
    ) -> Typed {
        if let ExprKind::Name(root) = &of.kind {
            let full = format!("{root}.{}", name.text);
            if functions::is_namespace(root) || functions::find(&full).is_some() {
                let arguments: Vec<_> = arguments.iter().map(|it| self.expr(it)).collect();
                return self.resolve(&full, of.span.start..name.span.end, arguments, false, span);
            }
        }
        let receiver = self.expr(of);
        if receiver.unread {
            return typed(constant(Value::Null), span, Type::Any);
        }
        let mut all = vec![receiver];
        all.extend(arguments.iter().map(|it| self.expr(it)));
        self.resolve(&format!(".{}", name.text), name.span.clone(), all, safe, span)
    }

    fn resolve(
        &mut self,
        name: &str,
        at: Range<usize>,
        arguments: Vec<Typed>,
        safe: bool,
        span: Range<usize>,
    ) -> Typed {
        let Some(function) = functions::find(name) else {
            let shown = name.strip_prefix('.').unwrap_or(name);
            let help = self.suggestion(|_| functions::suggest(name));
            self.error(at, format!("unknown function `{shown}`"), help);
            return typed(constant(Value::Null), span, Type::Any);
        };
        self.check_use(function, at.clone());
        // An argument that could not be read may be none at all.
        if !arguments.iter().any(|it| it.unread) {
            self.check_count(function, arguments.len(), at);
        }
        for (index, argument) in arguments.iter().enumerate() {
            self.check_argument(function, index, argument);
        }
        self.note_reads(function);
        let element = element_type(function, &arguments);
        let arguments: Vec<_> = arguments.into_iter().map(|it| it.node).collect();
        let prepared = self.prepare(function, &arguments);
        let node = CallNode { function, arguments, prepared, safe };
        let result = element.unwrap_or_else(|| function.signature.returns.to_type());
        typed(NodeKind::Call(Box::new(node)), span, result)
    }

    /// Whether the dialect and the purpose allow the function.
    fn check_use(&mut self, function: &'static Function, at: Range<usize>) {
        let name = function.name;
        let shown = name.strip_prefix('.').unwrap_or(name);
        match (self.options.dialect, function.style) {
            (Dialect::Classic, Style::Method) => {
                let help = classic_form(shown).map(|it| format!("write `{it}`"));
                self.error(at.clone(), format!("`{shown}` exists only in Identity Engine expressions"), help);
            }
            (Dialect::Identity, Style::Classic | Style::Deprecated) => {
                let method = functions::find(&format!(".{}", shown.rsplit('.').next().unwrap_or(shown)));
                let help = method.map(|it| format!("write `{}`", it.usage()));
                self.error(at.clone(), format!("`{shown}` exists only in classic expressions"), help);
            }
            (_, Style::Deprecated) => {
                let help = Some(format!("write `String.{shown}(…)`"));
                self.warn(at.clone(), format!("`{shown}` is deprecated"), help);
            }
            _ => {}
        }
        if matches!(self.scope, Scope::Group) && function.prepares == Prepares::Expression(1) {
            self.error(at.clone(), format!("`{shown}` cannot be used within itself"), None);
        }
        if self.options.purpose == Purpose::GroupRule && !IN_GROUP_RULES.contains(&function.family) {
            let help =
                Some("group rules know functions of String, Arrays, user and group membership".to_owned());
            self.error(at, format!("`{shown}` is not available in group rules"), help);
        }
    }

    fn check_count(&mut self, function: &'static Function, found: usize, at: Range<usize>) {
        let (least, most) = function.signature.arity();
        if found >= least && most.is_none_or(|most| found <= most) {
            return;
        }
        // What stands before the dot is not counted by whoever writes the call.
        let before = usize::from(function.name.starts_with('.'));
        let count =
            |count: usize| if count == 1 { "1 argument".to_owned() } else { format!("{count} arguments") };
        let (least, found) = (least - before, found - before);
        let wanted = match most.map(|most| most - before) {
            None => format!("at least {}", count(least)),
            Some(most) if most == least => count(least),
            Some(most) => format!("{least} to {}", count(most)),
        };
        let shown = function.name.strip_prefix('.').unwrap_or(function.name);
        let help = Some(format!("it is called as `{}`", function.usage()));
        self.error(at, format!("`{shown}` takes {wanted}, found {found}"), help);
    }

    fn check_argument(&mut self, function: &'static Function, index: usize, argument: &Typed) {
        let Some(parameter) = function.signature.parameter(index) else { return };
        if !parameter.kind.accepts(&argument.kind) {
            let message = format!("expected {}, found {}", parameter.kind.describe(), argument.kind);
            let help = Some(format!("this is `{}` of `{}`", parameter.name, function.usage()));
            self.error(argument.node.span.clone(), message, help);
        }
    }

    fn note_reads(&mut self, function: &'static Function) {
        match function.name {
            "user.getInternalProperty" => self.reads.internal = true,
            "user.getLinkedObject" => self.reads.related = true,
            "Time.now" | "DateTime.now" => self.reads.time = true,
            name if name.starts_with(".within") => self.reads.time = true,
            _ if matches!(function.family, "Groups" | "User") => self.reads.groups = true,
            _ if function.family == "Directory" => self.reads.related = true,
            _ => {}
        }
    }

    /// Compiles what is written as a literal; anything else is compiled when it is evaluated.
    fn prepare(&mut self, function: &'static Function, arguments: &[Node]) -> Prepared {
        let (Prepares::Regex(at) | Prepares::Pattern(at) | Prepares::Expression(at)) = function.prepares
        else {
            return Prepared::Nothing;
        };
        let Some((node, text)) = arguments.get(at).and_then(|it| Some((it, it.literal_text()?))) else {
            return Prepared::Nothing;
        };
        let made = match function.prepares {
            Prepares::Regex(_) => JavaRegex::compile(text).map(Prepared::Regex),
            Prepares::Pattern(_) => DatePattern::compile(text).map(Prepared::Pattern),
            _ => return self.group_expression(text, node.span.clone()),
        };
        made.unwrap_or_else(|fault| {
            self.error(node.span.clone(), fault.message, fault.help.map(Into::into));
            Prepared::Nothing
        })
    }

    /// The expression within `getFilteredGroups`; what is wrong with it is told of the whole literal.
    fn group_expression(&mut self, text: &str, at: Range<usize>) -> Prepared {
        match compile_group_expression(text, self.options) {
            Ok(node) => return Prepared::Expression(node),
            Err(problems) => {
                for (message, help) in problems {
                    self.error(at.clone(), format!("in the group expression: {message}"), help);
                }
            }
        }
        Prepared::Nothing
    }
}

/// Compiles an expression in which only `group` is known.
pub(crate) fn compile_group_expression(
    text: &str,
    options: &Options,
) -> Result<Node, Vec<(String, Option<String>)>> {
    let vocabulary = crate::Vocabulary::empty();
    let ast = Ast::parse(text, options);
    let mut compiler = Compiler::new(&vocabulary, options, ast.diagnostics);
    compiler.scope = Scope::Group;
    let compiled = compiler.expr(&ast.root);
    let errors = compiler.diagnostics.into_iter().filter(crate::Diagnostic::is_error);
    let errors: Vec<_> = errors.map(|it| (it.message, it.help)).collect();
    if errors.is_empty() { Ok(compiled.node) } else { Err(errors) }
}

/// Functions that give back a list of what they were given.
fn element_type(function: &Function, arguments: &[Typed]) -> Option<Type> {
    let first = arguments.first().map(|it| &it.kind)?;
    match (function.name, first) {
        ("Arrays.get", Type::List(element)) => Some((**element).clone()),
        _ => None,
    }
}

/// The classic way to say what a method says.
fn classic_form(method: &str) -> Option<String> {
    let classic = match method {
        "length" => "String.len",
        "toInteger" => "Convert.toInt",
        "toNumber" => "Convert.toNum",
        "contains" => "String.stringContains",
        _ => "",
    };
    let own = |it: &&Function| it.style == Style::Classic && it.name.ends_with(&format!(".{method}"));
    let found = functions::find(classic).or_else(|| functions::all().iter().find(own));
    found.map(Function::usage)
}
