//! `tenure review`: the cases that wait for a human, with both sides, and the answer.

use super::explain::name;
use super::list::{List, PAGE};
use crate::cli::{Format, ReviewCommand, RulingWord};
use crate::config::Config;
use crate::usage::Usage;
use crate::{output, wiring};
use anyhow::bail;
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_engine::review::{Candidate, Question};
use tenure_identity::case::{Case, CaseKind, Decided, Reviewer, Ruling};
use tenure_identity::claim::Claim;
use tenure_identity::correlate::{Comparison, Key};
use tenure_identity::id::PersonId;
use tenure_server::view;
pub(crate) use tenure_server::view::case::who;

pub(crate) async fn run(config: Config, command: ReviewCommand) -> anyhow::Result<ExitCode> {
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&engine, command).await;
    engine.close().await;
    result?;
    Ok(ExitCode::SUCCESS)
}

async fn carry_out(engine: &SharedEngine, command: ReviewCommand) -> anyhow::Result<()> {
    match command {
        ReviewCommand::List { all, format } => list(engine, all, format).await?,
        ReviewCommand::Show { id, format: Format::Json } => {
            output::json(&view::Case::of(&engine.question(&id).await?));
        }
        ReviewCommand::Show { id, format: Format::Table } => show(&engine.question(&id).await?),
        ReviewCommand::Decide { id, ruling, person, note, by } => {
            let case = engine.case(&id).await?;
            let ruling = self::ruling(&case, ruling, person.as_deref())?;
            let after = engine.decide_case(&id, &ruling, note.as_deref(), &reviewer(by)).await?;
            if ruling == Ruling::Release {
                engine.renew_all(|_| ()).await?;
            }
            let (word, follows) = (ruling.label(), what_follows(&ruling, &case));
            match &after.decided {
                Some(_) => output::say(&format!("case {id} is decided: {word}; {follows}")),
                None => say_who_is_left(&after, word, follows),
            }
        }
        ReviewCommand::Undo { id, by } => {
            engine.undo_case(&id, &reviewer(by)).await?;
            output::say(&format!("case {id} is open again"));
        }
    }
    Ok(())
}

/// An answer that was not for everybody: the case waits on.
fn say_who_is_left(case: &Case, word: &str, follows: &str) {
    output::say(&format!("{word}, for all whom a source still claims: {follows}"));
    output::say(&format!("case {} still waits:", case.id));
    case.evidence.iter().skip(2).for_each(|evidence| output::say(&format!("- {evidence}")));
}

fn reviewer(name: String) -> Reviewer {
    Reviewer { name, request: None }
}

fn what_follows(ruling: &Ruling, case: &Case) -> &'static str {
    match ruling {
        Ruling::Merge(_) => {
            "it is noted on their timelines, and nobody is merged; end the other account at its source"
        }
        Ruling::Release => "whoever was held has lost access",
        Ruling::Keep => "whoever was held stays active until their source says inactive again",
        _ if case.kind.blocks() => "the source's next try follows it",
        _ => "nothing waited for it",
    }
}

fn ruling(case: &Case, word: RulingWord, person: Option<&str>) -> anyhow::Result<Ruling> {
    let answers = (word == RulingWord::Link) == case.kind.blocks();
    let named = || -> anyhow::Result<PersonId> {
        match (person, case.candidates.as_slice()) {
            (Some(person), _) => Ok(PersonId::new(person)),
            // Whoever is named, the engine will say what would answer.
            (None, [any, ..]) if !answers => Ok(any.clone()),
            (None, [only]) => Ok(only.clone()),
            (None, []) => {
                bail!(Usage::new("say which person: --person ID; `tenure explain WHO` tells it"))
            }
            (None, many) => {
                let ids: Vec<_> = many.iter().map(ToString::to_string).collect();
                bail!(Usage::new(format!("say which person: --person {}", ids.join(" | "))))
            }
        }
    };
    Ok(match word {
        RulingWord::Link => Ruling::Link(named()?),
        RulingWord::Merge => Ruling::Merge(named()?),
        _ if person.is_some() => {
            bail!(Usage::new("--person goes with `link` and `merge` only"))
        }
        RulingWord::Create => Ruling::Create,
        RulingWord::Reject => Ruling::Reject,
        RulingWord::Release => Ruling::Release,
        RulingWord::Keep => Ruling::Keep,
    })
}

const HEADERS: [&str; 7] = ["CASE", "KIND", "SOURCE", "WHO", "QUESTION", "STATE", "SINCE"];

async fn list(engine: &SharedEngine, all: bool, format: Format) -> anyhow::Result<()> {
    let (mut list, mut after) = (List::new(format), None);
    loop {
        let place = after.as_ref().map(|(opened, id)| (*opened, id));
        let page = engine.cases(all, place, PAGE).await?;
        for case in &page {
            list.push(|| view::CaseSummary::of(case), async { Ok(row(case)) }).await?;
        }
        let Some(last) = page.last() else { break };
        after = Some((last.opened, last.id.clone()));
    }
    list.end(&HEADERS, "no case waits");
    Ok(())
}

/// A case for people, with the name of whom the claim is about.
fn row(case: &Case) -> Vec<String> {
    let (kind, source) = (case.kind.label().to_owned(), case.source.to_string());
    let since = output::time(case.opened);
    vec![case.id.to_string(), kind, source, who(case), question(case).to_owned(), state(case), since]
}

/// What is asked, in one sentence.
pub(crate) fn question(case: &Case) -> &str {
    case.evidence.first().map_or("", String::as_str)
}

fn state(case: &Case) -> String {
    match &case.decided {
        None if case.kind.blocks() || case.kind == CaseKind::MassChange => "waits".to_owned(),
        None => "to look at".to_owned(),
        Some(decided) => format!("{} by {}", decided.ruling.label(), decided.by),
    }
}

fn show(question: &Question) {
    let case = &question.case;
    output::line(&format!(
        "case {} ({}): {}, since {}",
        case.id,
        case.kind.label(),
        state(case),
        output::time(case.opened)
    ));
    if case.kind != CaseKind::MassChange {
        output::line(&format!("{} claims {}, known there as `{}`", case.source, who(case), case.identity));
    }
    for evidence in &case.evidence {
        output::line(&format!("- {evidence}"));
    }
    if let Some(note) = case.decided.as_ref().and_then(|decided| decided.note.as_ref()) {
        output::line(&format!("the answer's note: {note}"));
    }
    if case.kind == CaseKind::MassChange {
        output::line(&first_of_many(question));
    } else {
        if !question.candidates.is_empty() {
            output::line(&side_by_side(question));
        }
        output::line("the claim:");
        output::json(&case.claim);
    }
    match &case.decided {
        None => say_how(case),
        Some(decided) => say_whether_it_stays(case, decided),
    }
}

/// The first people whom a mass change holds.
fn first_of_many(question: &Question) -> String {
    let row = |it: &Candidate| {
        let hold = it.person.hold.as_ref();
        let since = hold.map_or_else(String::new, |hold| output::time(hold.since));
        let by = hold.map_or_else(String::new, |hold| hold.source.to_string());
        let claimed = it.person.claims.iter().any(Claim::is_live);
        let claim = if claimed { "live" } else { "ended" };
        vec![it.person.id.to_string(), name(&it.person), by, since, claim.to_owned()]
    };
    output::table(&["PERSON", "WHO", "INACTIVE BY", "SINCE", "CLAIM"], question.candidates.iter().map(row))
}

/// The claim in one column, and each candidate in one of its own with what they have under the same key.
fn side_by_side(question: &Question) -> String {
    let candidates = &question.candidates;
    let mut headers = vec!["", "CLAIM"];
    headers.extend(candidates.iter().map(|_| "CANDIDATE"));
    let of_each = |what: &str, claim: String, cell: &dyn Fn(&Candidate) -> String| {
        [vec![what.to_owned(), claim], candidates.iter().map(cell).collect()].concat()
    };
    let mut rows = vec![
        of_each("id", String::new(), &|it| it.person.id.to_string()),
        of_each("who", who(&question.case), &|it| name(&it.person)),
        of_each("state", String::new(), &|it| {
            if it.person.active { "active" } else { "inactive" }.to_owned()
        }),
    ];
    rows.extend(Key::ALL.into_iter().filter_map(|key| {
        let compared = |it: &Candidate| it.beside.comparisons.iter().find(|it| it.key == key).cloned();
        let ours = candidates.iter().filter_map(compared).find_map(|it| it.claim);
        let known = ours.is_some() || candidates.iter().any(|it| compared(it).is_some());
        let cell = |it: &Candidate| compared(it).map_or_else(String::new, |it| compared_text(&it));
        known.then(|| of_each(key.label(), ours.unwrap_or_default(), &cell))
    }));
    rows.push(of_each("similarity", String::new(), &|it| format!("{:.0} %", it.beside.similarity * 100.0)));
    output::table(&headers, rows)
}

fn compared_text(compared: &Comparison) -> String {
    match (&compared.person, &compared.claim) {
        (Some(theirs), _) if compared.agrees => format!("{theirs} (equal)"),
        (Some(theirs), Some(_)) => format!("{theirs} (different)"),
        (Some(theirs), None) => theirs.clone(),
        (None, _) => "none".to_owned(),
    }
}

fn say_how(case: &Case) {
    let command = format!("tenure review decide {}", case.id);
    if case.kind == CaseKind::MassChange {
        output::say("their access waits for the answer, one for all of them:");
        output::say(&format!("  {command} release    (they lose access now)"));
        output::say(&format!(
            "  {command} keep       (they stay active until their source says inactive again)"
        ));
        return;
    }
    if case.kind.blocks() {
        output::say("decide with one of:");
    } else {
        output::say(
            "nothing waits; when you have looked, they are one (a proposal; nobody is merged) or not:",
        );
    }
    let word = if case.kind.blocks() { "link" } else { "merge" };
    for person in &case.candidates {
        output::say(&format!("  {command} {word} --person {person}"));
    }
    if case.kind.is_about_anybody() {
        output::say(&format!("  {command} link --person ID    (anybody; `tenure explain WHO` tells the id)"));
    }
    output::say(&format!("  {command} create"));
    if case.kind.blocks() {
        output::say(&format!("  {command} reject"));
    }
}

fn say_whether_it_stays(case: &Case, decided: &Decided) {
    output::say(&match decided.used {
        Some(at) if decided.is_by_facts() && case.kind == CaseKind::MassChange => {
            format!("nobody answered: since {} nobody is held by it", output::time(at))
        }
        Some(at) if case.kind == CaseKind::MassChange => {
            format!("people have lost access by the answer since {}; it stays", output::time(at))
        }
        Some(at) => format!("a claim went through by the answer at {}; it stays", output::time(at)),
        None => format!("take the answer back with:\n  tenure review undo {}", case.id),
    });
}
