//! `tenure deliver`: what the target has and what it refuses, and having it tried again. A server that runs beside takes up
//! what is marked here within a second.

use super::explain::the_one;
use super::list::{List, PAGE};
use crate::cli::{DeliverCommand, DeliveryState, Format};
use crate::config::Config;
use crate::{output, wiring};
use std::process::ExitCode;
use tenure_engine::{EngineError, SharedEngine};
use tenure_server::view;
use tenure_store::deliveries::{Delivery, State};
use tenure_store::handovers::HandoverTotals;

const HEADERS: [&str; 6] = ["WHO", "NAME", "SYS_ID", "STATE", "NEXT", "WHY"];
const NONE: &str = "nobody stands so";

pub(crate) async fn run(config: Config, command: DeliverCommand) -> anyhow::Result<ExitCode> {
    let has_target = config.target.is_some();
    let engine = wiring::engine(&config).await?;
    if !has_target {
        output::say("there is no target in the configuration; what is shown is what an earlier one left");
    }
    let result = carry_out(&engine, command).await;
    engine.close().await;
    result
}

async fn carry_out(engine: &SharedEngine, command: DeliverCommand) -> anyhow::Result<ExitCode> {
    match command {
        DeliverCommand::Status { who: Some(who), format, .. } => {
            let delivery = engine.known_delivery(&subject(engine, &who).await?).await?;
            let mut list = List::new(format);
            push(engine, &delivery, &mut list).await?;
            list.end(&HEADERS, NONE);
        }
        DeliverCommand::Status { state: Some(state), format, .. } => {
            list(engine, state.into(), format).await?;
        }
        DeliverCommand::Status { format, .. } => return summary(engine, format).await,
        DeliverCommand::Retry { who: Some(who), .. } => {
            engine.retry_delivery(&subject(engine, &who).await?).await?;
            output::say("it is due now");
        }
        DeliverCommand::Retry { state, .. } => {
            let state = state.unwrap_or(DeliveryState::Refused);
            engine.retry_deliveries(state.into()).await?;
            output::say("they are due now");
        }
        DeliverCommand::Link { who, sys_id, by } => {
            engine.link_record(&subject(engine, &who).await?, sys_id.trim(), &by).await?;
            output::say(&format!("record {sys_id} is theirs, and due to be brought up to date"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Groups are named by their id, people by anything that they are known by.
async fn subject(engine: &SharedEngine, who: &str) -> anyhow::Result<String> {
    match engine.known_delivery(who).await {
        Ok(delivery) => Ok(delivery.subject.as_str().to_owned()),
        Err(_) => Ok(the_one(engine, who).await?.to_string()),
    }
}

/// Exits with 1 if the target refuses anything.
async fn summary(engine: &SharedEngine, format: Format) -> anyhow::Result<ExitCode> {
    let all = engine.delivery_totals().await?;
    let refused = all.totals.states.iter().any(|(state, count)| *state == State::Refused && *count > 0);
    let HandoverTotals { waiting, running, refused: handovers_refused } = all.handovers;
    match format {
        Format::Json => output::json(&view::DeliverySummary::of(&all)),
        Format::Table => {
            let rows =
                all.totals.states.iter().map(|(state, n)| vec![state.label().to_owned(), n.to_string()]);
            output::line(&output::table(&["STATE", "PEOPLE AND GROUPS"], rows));
            let since = all.totals.oldest.map(|at| format!(", the oldest since {}", output::time(at)));
            output::line(&format!("{} pending{}", all.totals.pending, since.unwrap_or_default()));
            output::line(&format!(
                "hand-overs: {waiting} waiting, {running} running, {handovers_refused} refused"
            ));
            if let Some(paused) = &all.paused {
                let (until, reason) = (output::time(paused.until), &paused.reason);
                output::line(&format!("the target is left alone until {until}: {reason}"));
            }
            if refused {
                output::say("`tenure deliver status --state refused` says why");
            }
            if handovers_refused > 0 {
                output::say("`tenure handover status` says why");
            }
        }
    }
    Ok(if refused || handovers_refused > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Everybody who stands so.
async fn list(engine: &SharedEngine, state: State, format: Format) -> anyhow::Result<()> {
    let (mut list, mut after) = (List::new(format), String::new());
    loop {
        let page = engine.deliveries(state, &after, PAGE).await?;
        for delivery in &page {
            push(engine, delivery, &mut list).await?;
        }
        let Some(last) = page.last() else { break };
        last.subject.as_str().clone_into(&mut after);
    }
    list.end(&HEADERS, NONE);
    Ok(())
}

async fn push(engine: &SharedEngine, delivery: &Delivery, list: &mut List) -> Result<(), EngineError> {
    let name = engine.name_of(&delivery.subject).await?;
    let row = async { Ok(row(delivery, name.clone().unwrap_or_default())) };
    list.push(|| view::Delivery::of(delivery, name.clone()), row).await
}

fn row(delivery: &Delivery, name: String) -> Vec<String> {
    let next = match (delivery.at_work, delivery.pending) {
        (true, _) => "at work".to_owned(),
        (false, true) => output::time(delivery.due),
        (false, false) => String::new(),
    };
    vec![
        delivery.subject.as_str().to_owned(),
        name,
        delivery.record.as_ref().map(ToString::to_string).unwrap_or_default(),
        delivery.state.label().to_owned(),
        next,
        delivery.reason.clone().unwrap_or_default(),
    ]
}

impl From<DeliveryState> for State {
    fn from(state: DeliveryState) -> Self {
        match state {
            DeliveryState::Waiting => Self::Waiting,
            DeliveryState::Delivered => Self::Delivered,
            DeliveryState::Partly => Self::Partly,
            DeliveryState::Retrying => Self::Retrying,
            DeliveryState::Refused => Self::Refused,
        }
    }
}
