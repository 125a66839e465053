//! `isMemberOf…`, `getFilteredGroups` and `Groups.*`: questions about the groups of the user.

use super::{Call, Entry, Fault, Outcome};
use crate::context::Group;
use crate::machine::Machine;
use crate::program::{Node, Prepared, compile_group_expression};
use crate::settings::Options;
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "isMemberOfGroupName(name: text) -> boolean",
        "Whether the user is in a group of exactly this name, from any source.",
        ("", ""),
        by_name,
    ),
    Entry::new(
        "isMemberOfGroup(id: text) -> boolean",
        "Whether the user is in the group with this id.",
        ("", ""),
        by_id,
    ),
    Entry::new(
        "isMemberOfAnyGroup(id: text...) -> boolean",
        "Whether the user is in any of the groups with these ids.",
        ("", ""),
        by_id,
    ),
    Entry::new(
        "isMemberOfGroupNameStartsWith(prefix: text) -> boolean",
        "Whether the user is in a group whose name begins so.",
        ("", ""),
        by_prefix,
    ),
    Entry::new(
        "isMemberOfGroupNameContains(part: text) -> boolean",
        "Whether the user is in a group whose name has this part.",
        ("", ""),
        by_part,
    ),
    Entry::new(
        "isMemberOfGroupNameRegex(pattern: text) -> boolean",
        "Whether the user is in a group whose whole name fits the regular expression.",
        ("", ""),
        by_regex,
    ),
    Entry::new(
        "getFilteredGroups(ids: list, expression: text, limit: integer) -> list",
        "Of the groups with these ids, those that the user is in, each as the expression about `group` says it; 1 to 100 of them.",
        ("", ""),
        filtered,
    ),
    Entry::new(
        "Groups.contains(app: text, pattern: text, limit: integer) -> list",
        "The names, from this app, that have the part; null if there are none. `OKTA` means Okta's own groups.",
        ("", ""),
        containing,
    ),
    Entry::new(
        "Groups.startsWith(app: text, pattern: text, limit: integer) -> list",
        "The names, from this app, that begin so.",
        ("", ""),
        starting,
    ),
    Entry::new(
        "Groups.endsWith(app: text, pattern: text, limit: integer) -> list",
        "The names, from this app, that end so.",
        ("", ""),
        ending,
    ),
];

/// The most groups that a limit may ask for.
const MOST: i64 = 100;

fn by_name<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    any(call.machine, |group| group.name == name)
}

fn by_id<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let ids = (0..call.count()).map(|at| call.text(at)).collect::<Result<Vec<_>, _>>()?;
    any(call.machine, |group| ids.iter().any(|id| id == group.id))
}

fn by_prefix<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let prefix = call.text(0)?;
    any(call.machine, |group| group.name.starts_with(prefix.as_ref()))
}

fn by_part<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let part = call.text(0)?;
    any(call.machine, |group| group.name.contains(part.as_ref()))
}

fn by_regex<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if let Prepared::Regex(regex) = call.prepared {
        return any(call.machine, |group| regex.is_whole_match(group.name));
    }
    let pattern = call.text(0)?;
    let regex = call.machine.regex(&pattern).map_err(|fault| fault.at(0))?;
    any(call.machine, |group| regex.is_whole_match(group.name))
}

fn any<'a>(machine: &mut Machine<'a>, fits: impl Fn(&Group<'a>) -> bool) -> Outcome<'a> {
    let context = machine.context;
    for group in context.groups() {
        machine.charge(1)?;
        if fits(&group) {
            return Ok(Value::Boolean(true));
        }
    }
    Ok(Value::Boolean(false))
}

fn filtered<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    for at in 0..3 {
        if call.is_null(at) {
            return Err(Fault::new("no argument of getFilteredGroups may be null").at(at));
        }
    }
    let limit = limit(call, 2)?;
    let ids = call.list(0)?;
    let Prepared::Expression(expression) = call.prepared else { return dynamic(call) };
    let mut made = Vec::new();
    let context = call.machine.context;
    for group in context.groups().filter(|it| ids.iter().any(|id| id.as_text() == Some(it.id))).take(limit) {
        made.push(rendered(call.machine, expression, group)?);
    }
    Ok(Value::List(made))
}

/// The result would borrow from a program that lives only here.
fn dynamic<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let text = call.text(1)?;
    let problem = match compile_group_expression(&text, &Options::default()) {
        Ok(_) => "the group expression must be written as a literal".to_owned(),
        Err(problems) => problems.into_iter().map(|(message, _)| message).next().unwrap_or_default(),
    };
    Err(Fault::new(problem).at(1))
}

fn rendered<'a>(machine: &mut Machine<'a>, expression: &'a Node, group: Group<'a>) -> Outcome<'a> {
    machine.elements.push(Value::Group(Box::new(group)));
    let value = machine.evaluate(expression);
    machine.elements.pop();
    value.map_err(|error| {
        let fault = Fault::new(format!("in the group expression: {}", error.message)).at(1);
        error.help.into_iter().fold(fault, Fault::help)
    })
}

fn limit(call: &mut Call<'_, '_>, at: usize) -> Result<usize, Box<Fault>> {
    let limit = call.integer(at)?;
    let allowed = (1..=MOST).contains(&limit).then(|| usize::try_from(limit).ok()).flatten();
    allowed.ok_or_else(|| Fault::new(format!("the limit is 1 to {MOST}, and this is {limit}")).at(at))
}

fn containing<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    named(call, |name, pattern| name.contains(pattern))
}

fn starting<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    named(call, |name, pattern| name.starts_with(pattern))
}

fn ending<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    named(call, |name, pattern| name.ends_with(pattern))
}

fn named<'a>(call: &mut Call<'_, 'a>, fits: fn(&str, &str) -> bool) -> Outcome<'a> {
    let (app, pattern) = (call.text(0)?, call.text(1)?);
    let limit = limit(call, 2)?;
    let context = call.machine.context;
    let wanted = context.groups().filter(|it| is_from(it, &app) && fits(it.name, &pattern));
    let names: Vec<_> = wanted.take(limit).map(|it| Value::text(it.name)).collect();
    call.machine.charge(names.len() as u64)?;
    Ok(if names.is_empty() { Value::Null } else { Value::List(names) })
}

/// Whether a group is Okta's own or comes from the app, which is known by its id or by its name.
fn is_from(group: &Group<'_>, app: &str) -> bool {
    if app.eq_ignore_ascii_case("OKTA") {
        return group.kind != "APP_GROUP";
    }
    let source = group.more.and_then(|it| it.get("source"));
    let name = source.and_then(|it| it.get("name")).and_then(serde_json::Value::as_str);
    group.source_id == Some(app) || name == Some(app)
}
