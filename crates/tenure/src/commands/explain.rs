//! `tenure explain`: one person with record, claims, links and timeline, and the reason for each value.

use crate::cli::{ExplainOptions, Format};
use crate::config::Config;
use crate::{output, wiring};
use anyhow::bail;
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_engine::explain::Explanation;
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::event::{Actor, Event, EventKind};
use tenure_identity::id::PersonId;
use tenure_identity::person::Person;
use tenure_identity::resolve::explain::FieldExplanation;
use tenure_server::view;
use tenure_store::deliveries::Delivery;

pub(crate) async fn run(config: Config, options: &ExplainOptions) -> anyhow::Result<ExitCode> {
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&engine, options).await;
    engine.close().await;
    result?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(engine: &SharedEngine, options: &ExplainOptions) -> anyhow::Result<()> {
    let id = the_one(engine, &options.who).await?;
    let field = options.field.as_deref();
    let explanation = engine.explain(&id, options.events).await?;
    let explanation = match field {
        Some(field) => explanation.about(field)?,
        None => explanation,
    };
    match options.format {
        Format::Json => output::json(&view::Explanation::of(&explanation, field)),
        Format::Table => show(&explanation, field),
    }
    Ok(())
}

/// Whoever is meant, if it is one.
pub(crate) async fn the_one(engine: &SharedEngine, who: &str) -> anyhow::Result<PersonId> {
    let found = engine.find_people(who).await?;
    match found.as_slice() {
        [id] => Ok(id.clone()),
        [] => bail!("nobody is known by `{who}`"),
        several => {
            bail!("`{who}` could be several people; say which id:\n{}", names(engine, several).await?)
        }
    }
}

/// A line for each person, in the order of their ids.
async fn names(engine: &SharedEngine, people: &[PersonId]) -> anyhow::Result<String> {
    let mut lines = Vec::new();
    for id in people {
        lines.push(format!("  {id}  {}", name(&engine.explain(id, 0).await?.person)));
    }
    lines.sort();
    Ok(lines.join("\n"))
}

fn show(explanation: &Explanation, field: Option<&str>) {
    let person = &explanation.person;
    let state = match person.deactivated_at {
        Some(at) => format!("inactive since {}", output::time(at)),
        None => "active".to_owned(),
    };
    output::line(&name(person));
    output::line(&format!("id {}, {state}, known since {}", person.id, output::time(person.created)));
    if let Some(hold) = &person.hold {
        let (state, since) = (hold.state.label(), output::time(hold.since));
        output::line(&format!("their access is {state} by case {} since {since}", hold.case));
    }
    if !person.provisioned {
        output::line("never provisioned: outside the scope of the policy");
    }
    if !person.record.roles.is_empty() {
        let roles: Vec<_> = person.record.roles.iter().map(String::as_str).collect();
        output::line(&format!("roles: {}", roles.join(", ")));
    }
    if let Some(delivery) = &explanation.delivery {
        output::line(&in_the_target(delivery));
    }
    match field {
        Some(_) => explanation.fields.iter().for_each(show_field),
        None => {
            output::line(&record_table(explanation));
            output::line(&claims_table(explanation));
        }
    }
    output::line("timeline:");
    for event in &explanation.timeline {
        show_event(event, field.is_some());
    }
}

/// Where they stand in the target, in one line.
fn in_the_target(delivery: &Delivery) -> String {
    let record = delivery.record.as_ref().map_or("no record".to_owned(), |record| format!("record {record}"));
    let why = delivery.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("in the target: {record}, {}{why}", delivery.state.label())
}

/// `Ada Lovelace (ada@example.com)`, as far as the record says so.
pub(crate) fn name(person: &Person) -> String {
    let names: Vec<_> = ["first_name", "last_name"].iter().filter_map(|f| person.record.text(f)).collect();
    match names.is_empty() {
        true => person.display(),
        false => format!("{} ({})", names.join(" "), person.display()),
    }
}

fn record_table(explanation: &Explanation) -> String {
    let rows = explanation.fields.iter().map(|it| {
        let skipped: Vec<_> =
            it.skipped.iter().filter_map(|it| it.source.as_ref()).map(ToString::to_string).collect();
        vec![it.field.to_string(), value(it), origin(it), skipped.join(", "), last_change(it)]
    });
    output::table(&["FIELD", "VALUE", "FROM", "SKIPPED", "LAST CHANGE"], rows)
}

fn value(explained: &FieldExplanation) -> String {
    match (&explained.value, &explained.said) {
        (Some(value), Some(said)) => format!("{value} (said as `{said}`)"),
        (Some(value), None) => value.clone(),
        (None, _) => "nothing".to_owned(),
    }
}

/// The source and the expression; a rule, a default or the lifecycle where no source decided; nowhere, without a value.
fn origin(explained: &FieldExplanation) -> String {
    match (&explained.source, &explained.expression) {
        (Some(source), Some(expression)) => format!("{source}: {expression}"),
        (Some(source), None) => source.to_string(),
        (None, _) if explained.value.is_some() => "policy".to_owned(),
        (None, _) => String::new(),
    }
}

/// One field in full: why it is so, who was skipped and what they said.
fn show_field(explained: &FieldExplanation) {
    output::line(&format!("{} = {}", explained.field, value(explained)));
    let origin = origin(explained);
    if !origin.is_empty() {
        output::line(&format!("  from     {origin}"));
    }
    output::line(&format!("  rule     {}", explained.rule));
    for skipped in &explained.skipped {
        let who = skipped.source.as_ref().map_or("somebody", |source| source.as_str());
        let said = skipped.to.as_ref().map_or_else(String::new, |said| format!(" said `{said}`"));
        let why = skipped.reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
        output::line(&format!("  skipped  {who}{said}, {}{why}", skipped.outcome));
    }
    let change = last_change(explained);
    if !change.is_empty() {
        output::line(&format!("  changed  {change}"));
    }
}

fn last_change(explained: &FieldExplanation) -> String {
    let at = explained.since.map(output::time).unwrap_or_default();
    match &explained.former {
        Some(former) => {
            let by = former.source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
            format!("{at} from `{}`{by}", former.value)
        }
        None => at,
    }
}

fn claims_table(explanation: &Explanation) -> String {
    let current = explanation.person.claims.iter().map(|claim| {
        let state = match (claim.ended, claim.active) {
            (Some(at), _) => format!("ended {}", output::time(at)),
            (None, true) => "active".to_owned(),
            (None, false) => format!("inactive since {}", output::time(claim.active_since)),
        };
        let external_id = claim.external_id().unwrap_or("none").to_owned();
        vec![claim.source.to_string(), external_id, claim.user_name().to_owned(), state]
    });
    let former = explanation.former_links.iter().map(|(source, external_id)| {
        vec![source.to_string(), external_id.clone(), String::new(), "former external id".to_owned()]
    });
    output::table(&["SOURCE", "EXTERNAL ID", "USER NAME", "CLAIM"], current.chain(former))
}

/// With what stayed as it was, if that was asked for.
fn show_event(event: &Event, unchanged_too: bool) {
    let (at, kind, who) = (output::time(event.at), event.kind.label(), writer(&event.actor));
    let (note, more) = note(event);
    output::line(&format!("  {at}  {kind} by {who}{note}"));
    for line in more {
        output::line(&format!("      {line}"));
    }
    let worth_showing = |it: &&Decision| unchanged_too || it.outcome != Outcome::Unchanged;
    for decision in event.decisions.iter().filter(worth_showing) {
        output::line(&format!("      {}", sentence(decision)));
    }
}

/// A source with its token, or a human being.
fn writer(actor: &Actor) -> String {
    match actor.writer.starts_with("tok_") {
        true => format!("{} ({})", actor.source, actor.writer),
        false => actor.writer.clone(),
    }
}

/// What was noted; the evidence of a case has a line for each sentence.
fn note(event: &Event) -> (String, Vec<&str>) {
    let mut sentences = match (&event.note, event.kind) {
        (None, _) => return (String::new(), Vec::new()),
        (Some(note), EventKind::CaseOpened) => note.split("; ").collect(),
        (Some(note), _) => vec![note.as_str()],
    };
    let first = format!(": {}", sentences.remove(0));
    (first, sentences)
}

fn sentence(decision: &Decision) -> String {
    let Decision { field, outcome, from, to, source, reason } = decision;
    let values = match (from, to) {
        (Some(from), Some(to)) => format!(" `{from}` → `{to}`"),
        (Some(from), None) => format!(" `{from}` → nothing"),
        (None, Some(to)) => format!(" `{to}`"),
        (None, None) => String::new(),
    };
    let source = source.as_ref().map_or_else(String::new, |source| format!(" ({source})"));
    let reason = reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    format!("{field} {outcome}{values}{source}{reason}")
}
