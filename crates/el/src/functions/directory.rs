//! Manager, assistant, Active Directory and Workday: functions that lead away from the user to what a context knows.

use super::{Call, Entry, Outcome};
use crate::context::Relation;
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "getManagerUser(source: text) -> object",
        "The manager's Okta profile, by this directory; null if there is none.",
        ("", ""),
        manager,
    ),
    Entry::new(
        "getManagerAppUser(source: text, app: text) -> object",
        "The manager's profile in an app.",
        ("", ""),
        manager_app,
    ),
    Entry::new(
        "getAssistantUser(source: text) -> object",
        "The assistant's Okta profile.",
        ("", ""),
        assistant,
    ),
    Entry::new(
        "getAssistantAppUser(source: text, app: text) -> object",
        "The assistant's profile in an app.",
        ("", ""),
        assistant_app,
    ),
    Entry::new(
        "hasDirectoryUser() -> boolean",
        "Whether the user has exactly one Active Directory profile.",
        ("", ""),
        has_directory,
    ),
    Entry::new(
        "findDirectoryUser() -> object",
        "The user's Active Directory profile; null if there is none, or several.",
        ("", ""),
        directory,
    ),
    Entry::new(
        "hasWorkdayUser() -> boolean",
        "Whether the user has exactly one Workday profile.",
        ("", ""),
        has_workday,
    ),
    Entry::new(
        "findWorkdayUser() -> object",
        "The user's Workday profile; null if there is none, or several.",
        ("", ""),
        workday,
    ),
    Entry::new(
        "user.getLinkedObject(name: text) -> object",
        "The primary of a linked object, e.g. the manager; null if there is none.",
        ("", ""),
        linked,
    ),
    Entry::new(
        "user.getInternalProperty(name: text) -> any",
        "What the directory itself knows of the user: `id` or `status`.",
        ("", ""),
        internal,
    ),
];

fn manager<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let source = call.text(0)?;
    Ok(find(call, &Relation::Manager { source: &source }))
}

fn manager_app<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (source, app) = (call.text(0)?, call.text(1)?);
    Ok(find(call, &Relation::ManagerApp { source: &source, app: &app }))
}

fn assistant<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let source = call.text(0)?;
    Ok(find(call, &Relation::Assistant { source: &source }))
}

fn assistant_app<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (source, app) = (call.text(0)?, call.text(1)?);
    Ok(find(call, &Relation::AssistantApp { source: &source, app: &app }))
}

fn has_directory<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::Boolean(!find(call, &Relation::DirectoryUser).is_null()))
}

fn directory<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(find(call, &Relation::DirectoryUser))
}

fn has_workday<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::Boolean(!find(call, &Relation::WorkdayUser).is_null()))
}

fn workday<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(find(call, &Relation::WorkdayUser))
}

fn linked<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    Ok(find(call, &Relation::Linked { name: &name }))
}

fn internal<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let name = call.text(0)?;
    let context = call.machine.context;
    Ok(context.internal(&name).unwrap_or(Value::Null))
}

fn find<'a>(call: &Call<'_, 'a>, relation: &Relation<'_>) -> Value<'a> {
    let context = call.machine.context;
    context.related(relation).unwrap_or(Value::Null)
}
