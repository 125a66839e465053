//! `tenure handover`: what becomes of leavers' open work. A server does it by itself; here it can be seen before, done at
//! once, looked at afterwards and put back.

use super::explain::the_one;
use super::list::{List, PAGE, name_of};
use crate::cli::{Format, HandoverCommand};
use crate::config::Config;
use crate::{output, wiring};
use std::process::ExitCode;
use tenure_engine::SharedEngine;
use tenure_engine::handover::{HandoverInFull, HandoversOf};
use tenure_identity::event::Subject;
use tenure_identity::id::PersonId;
use tenure_server::view;
use tenure_store::handovers::{Handover, HandoverState};

pub(crate) async fn run(config: Config, command: HandoverCommand) -> anyhow::Result<ExitCode> {
    let engine = wiring::engine(&config).await?;
    let result = carry_out(&engine, command).await;
    engine.close().await;
    result
}

async fn carry_out(engine: &SharedEngine, command: HandoverCommand) -> anyhow::Result<ExitCode> {
    match command {
        HandoverCommand::Plan { who, format } => {
            let preview = engine.preview_handover(&the_one(engine, &who).await?).await?;
            let shown = view::HandoverPreview::of(&preview);
            match format {
                Format::Json => output::json(&shown),
                Format::Table => steps(&shown.steps, "nothing lies with them"),
            }
            shown.unseen.iter().for_each(|it| output::say(it));
            Ok(ExitCode::SUCCESS)
        }
        HandoverCommand::Run { who, by, format } => {
            let id = the_one(engine, &who).await?;
            engine.ask_for_handover(&id, &by).await?;
            end(engine, &id, HandoverState::Done, format).await
        }
        HandoverCommand::Undo { who, by, format } => {
            let id = the_one(engine, &who).await?;
            engine.ask_for_undo(&id, &by).await?;
            end(engine, &id, HandoverState::Undone, format).await
        }
        HandoverCommand::Status { who: Some(who), format } => {
            let handovers = engine.handovers_of(&the_one(engine, &who).await?).await?;
            show(&handovers, format);
            Ok(ExitCode::SUCCESS)
        }
        HandoverCommand::Status { who: None, format } => {
            list(engine, format).await?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// Waits for what was asked for; exits with 1 if it did not come about.
async fn end(
    engine: &SharedEngine,
    id: &PersonId,
    wanted: HandoverState,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let all = engine.await_handover(id).await?;
    show(&all, format);
    let stuck = all.earlier.iter().any(|it| it.handover.state == HandoverState::Undoing);
    Ok(match all.last.handover.state == wanted && !stuck {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn show(all: &HandoversOf, format: Format) {
    match format {
        Format::Json => output::json(&view::Handover::of(all)),
        Format::Table => {
            show_one(&all.last);
            for earlier in &all.earlier {
                show_one(earlier);
            }
        }
    }
}

fn show_one(full: &HandoverInFull) {
    let (left, state) = (output::time(full.handover.leaving.at), full.handover.state.label());
    let reason = full.handover.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    output::line(&format!("left {left}, {state}{reason}"));
    steps(&view::EarlierHandover::of(full).steps, "there was nothing to hand over");
}

fn steps(steps: &[view::HandoverStep], none: &str) {
    if steps.is_empty() {
        return output::say(none);
    }
    let row = |it: &view::HandoverStep| {
        vec![it.kind.clone(), it.label.clone(), it.sys_id.clone(), it.state.clone(), it.why.clone()]
    };
    output::line(&output::table(&["WHAT", "NAME", "SYS_ID", "STATE", "WHY"], steps.iter().map(row)));
}

async fn list(engine: &SharedEngine, format: Format) -> anyhow::Result<()> {
    let (mut list, mut after) = (List::new(format), None);
    loop {
        let page = engine.handovers(None, after.as_ref(), PAGE).await?;
        for handover in &page {
            let who = Subject::Person(handover.leaving.person.clone());
            let row = async { Ok(row(handover, name_of(engine, &who).await?)) };
            list.push(|| view::HandoverSummary::of(handover), row).await?;
        }
        let Some(last) = page.last() else { break };
        after = Some(last.leaving.clone());
    }
    list.end(&["WHO", "NAME", "LEFT", "STATE", "NEXT", "WHY"], "nothing was handed over yet");
    Ok(())
}

fn row(it: &Handover, name: String) -> Vec<String> {
    vec![
        it.leaving.person.to_string(),
        name,
        output::time(it.leaving.at),
        it.state.label().to_owned(),
        it.due.filter(|_| !it.at_work).map(output::time).unwrap_or_default(),
        it.reason.clone().unwrap_or_default(),
    ]
}
