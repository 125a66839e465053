//! `tenure review`: the cases that wait for a human, with both sides, and the answer.

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
        ReviewCommand::Show { id, format } => show(&engine.case(&id).await?, format),
        ReviewCommand::Decide { id, ruling, person, by } => {
            let ruling = self::ruling(&engine.case(&id).await?, ruling, person)?;
            engine.decide_case(&id, &ruling, &by).await?;
            output::say(&format!(
                "case {id} is decided: {}; the source's next try follows it",
                ruling.label()
            ));
        }
    }
    Ok(())
}

fn ruling(case: &Case, word: RulingWord, person: Option<String>) -> anyhow::Result<Ruling> {
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
        Format::Table => output::line(&output::table(
            &["CASE", "KIND", "SOURCE", "CLAIM", "QUESTION", "STATE", "SINCE"],
            cases.iter().map(|case| {
                let question = case.evidence.first().cloned().unwrap_or_default();
                let name = case.claim.get("userName").and_then(Value::as_str).unwrap_or(&case.identity);
                vec![
                    case.id.to_string(),
                    case.kind.label().to_owned(),
                    case.source.to_string(),
                    name.to_owned(),
                    question,
                    state(case),
                    case.opened.to_string(),
                ]
            }),
        )),
    }
}

fn state(case: &Case) -> String {
    match &case.decided {
        None if case.kind.blocks() => "waits".to_owned(),
        None => "to look at".to_owned(),
        Some(decided) => format!("{} by {}", decided.ruling.label(), decided.by),
    }
}

fn show(case: &Case, format: Format) {
    if format == Format::Json {
        return output::json(&as_json(case));
    }
    output::line(&format!(
        "case {} ({}), {}, since {}",
        case.id,
        case.kind.label(),
        state(case),
        case.opened
    ));
    output::line(&format!("claim of `{}` about `{}`:", case.source, case.identity));
    output::json(&Value::Object(case.claim.clone()));
    for evidence in &case.evidence {
        output::line(&format!("- {evidence}"));
    }
    if case.decided.is_none() {
        let people: Vec<_> = case.candidates.iter().map(ToString::to_string).collect();
        output::say(&format!(
            "decide with: tenure review decide {} link --person {} | create | reject",
            case.id,
            people.join(" or ")
        ));
    }
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
