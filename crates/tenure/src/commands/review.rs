//! `tenure review`: the cases that wait for a human, with both sides, and the answer.

use super::explain::name;
use crate::cli::{Format, ReviewCommand, RulingWord};
use crate::config::Config;
use crate::{output, wiring};
use anyhow::bail;
use serde_json::{Value, json};
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_identity::case::{Case, Ruling};
use tenure_identity::id::PersonId;

/// Cases that a list shows.
const SHOWN: u32 = 500;

pub(crate) async fn run(config: Config, command: ReviewCommand) -> anyhow::Result<ExitCode> {
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&engine, command).await;
    engine.close().await;
    result?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(engine: &SharedEngine, command: ReviewCommand) -> anyhow::Result<()> {
    match command {
        ReviewCommand::List { all, format } => show_list(&engine.cases(all, SHOWN).await?, format),
        ReviewCommand::Show { id, format: Format::Json } => output::json(&as_json(&engine.case(&id).await?)),
        ReviewCommand::Show { id, format: Format::Table } => show(engine, &engine.case(&id).await?).await?,
        ReviewCommand::Decide { id, ruling, person, by } => {
            let case = engine.case(&id).await?;
            let ruling = self::ruling(&case, ruling, person)?;
            engine.decide_case(&id, &ruling, &by).await?;
            let follows = match case.kind.blocks() {
                true => "the source's next try follows it",
                false => "nothing waited for it",
            };
            output::say(&format!("case {id} is decided: {}; {follows}", ruling.label()));
        }
    }
    Ok(())
}

fn ruling(case: &Case, word: RulingWord, person: Option<String>) -> anyhow::Result<Ruling> {
    if word == RulingWord::Link && !case.kind.blocks() {
        bail!("both people of this case exist, and nobody is merged; end one of the accounts at its source");
    }
    Ok(match (word, person, case.candidates.as_slice()) {
        (RulingWord::Link, Some(person), _) => Ruling::Link(PersonId::new(person)),
        (RulingWord::Link, None, [only]) => Ruling::Link(only.clone()),
        (RulingWord::Link, None, many) => {
            let ids: Vec<_> = many.iter().map(ToString::to_string).collect();
            bail!("say which person the claim is about: --person {}", ids.join(" | "))
        }
        (RulingWord::Create | RulingWord::Reject, Some(_), _) => bail!("--person goes with `link` only"),
        (RulingWord::Create, None, _) => Ruling::Create,
        (RulingWord::Reject, None, _) => Ruling::Reject,
    })
}

fn show_list(cases: &[Case], format: Format) {
    match format {
        Format::Json => output::json(&cases.iter().map(as_json).collect()),
        Format::Table if cases.is_empty() => output::say("no case waits"),
        Format::Table => output::line(&table(cases)),
    }
}

/// Cases for people, each with the name of whom the claim is about.
pub(crate) fn table<'a>(cases: impl IntoIterator<Item = &'a Case>) -> String {
    let row = |case: &Case| {
        let (kind, source) = (case.kind.label().to_owned(), case.source.to_string());
        let since = output::time(case.opened);
        vec![case.id.to_string(), kind, source, who(case), question(case).to_owned(), state(case), since]
    };
    let headers = ["CASE", "KIND", "SOURCE", "WHO", "QUESTION", "STATE", "SINCE"];
    output::table(&headers, cases.into_iter().map(row))
}

/// Whom the claim is about: `Ada Lovelace (ada@example.com)`, as far as it says so.
pub(crate) fn who(case: &Case) -> String {
    let login = case.claim.get("userName").and_then(Value::as_str).unwrap_or(&case.identity);
    let part = |part| case.claim.get("name").and_then(|name| name.get(part)).and_then(Value::as_str);
    let name: Vec<_> = ["givenName", "familyName"].into_iter().filter_map(part).collect();
    if name.is_empty() { login.to_owned() } else { format!("{} ({login})", name.join(" ")) }
}

/// What is asked, in one sentence.
pub(crate) fn question(case: &Case) -> &str {
    case.evidence.first().map_or("", String::as_str)
}

fn state(case: &Case) -> String {
    match &case.decided {
        None if case.kind.blocks() => "waits".to_owned(),
        None => "to look at".to_owned(),
        Some(decided) => format!("{} by {}", decided.ruling.label(), decided.by),
    }
}

async fn show(engine: &SharedEngine, case: &Case) -> anyhow::Result<()> {
    output::line(&format!(
        "case {} ({}): {}, since {}",
        case.id,
        case.kind.label(),
        state(case),
        output::time(case.opened)
    ));
    output::line(&format!("{} claims {}, known there as `{}`", case.source, who(case), case.identity));
    for evidence in &case.evidence {
        output::line(&format!("- {evidence}"));
    }
    output::line(&candidates(engine, case).await?);
    output::line("the claim:");
    output::json(&Value::Object(case.claim.clone()));
    if case.decided.is_none() {
        say_how(case);
    }
    Ok(())
}

async fn candidates(engine: &SharedEngine, case: &Case) -> anyhow::Result<String> {
    let mut rows = Vec::new();
    for id in &case.candidates {
        let person = engine.explain(id, 0).await?.person;
        let state = if person.active { "active" } else { "inactive" };
        rows.push(vec![id.to_string(), name(&person), state.to_owned()]);
    }
    Ok(output::table(&["CANDIDATE", "WHO", "STATE"], rows))
}

fn say_how(case: &Case) {
    let command = format!("tenure review decide {}", case.id);
    if !case.kind.blocks() {
        return output::say(&format!("nothing waits; when you have looked:\n  {command} create"));
    }
    output::say("decide with one of:");
    for person in &case.candidates {
        output::say(&format!("  {command} link --person {person}"));
    }
    output::say(&format!("  {command} create\n  {command} reject"));
}

fn as_json(case: &Case) -> Value {
    let decided = case.decided.as_ref().map(|decided| {
        let person = match &decided.ruling {
            Ruling::Link(person) => Some(person.as_str()),
            Ruling::Create | Ruling::Reject => None,
        };
        json!({
            "ruling": decided.ruling.label(), "person": person, "by": decided.by, "at": decided.at.to_string(),
        })
    });
    json!({
        "id": case.id.as_str(),
        "kind": case.kind.label(),
        "blocking": case.kind.blocks(),
        "source": case.source.as_str(),
        "identity": case.identity,
        "claim": case.claim,
        "candidates": case.candidates.iter().map(PersonId::as_str).collect::<Vec<_>>(),
        "evidence": case.evidence,
        "opened": case.opened.to_string(),
        "decided": decided,
    })
}
