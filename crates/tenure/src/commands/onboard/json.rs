//! The report for programs. Field names are in snake case, times RFC 3339, kinds by their labels; what is missing is `null`.

use super::Report;
use serde_json::{Map, Value, json};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{
    AccountKind, Cluster, Conflict, Figures, Finding, Link, LoginAge, Question, Unclaimed,
};

pub(super) fn render(report: &Report<'_>) -> Value {
    let (survey, adoption) = (report.survey, report.adoption);
    let all = |values: &mut dyn Iterator<Item = Value>| values.collect::<Value>();
    json!({
        "target": report.target,
        "taken": survey.taken.to_string(),
        "figures": figures(&survey.figures),
        "findings": all(&mut survey.findings.iter().map(|it| finding(report, it))),
        "duplicates": all(&mut survey.clusters.iter().map(|it| cluster(report, it))),
        "links": all(&mut adoption.links.iter().map(|it| link(report, it))),
        "cases": all(&mut adoption.cases.iter().map(|it| case(report, it))),
        "conflicts": all(&mut adoption.conflicts.iter().map(|it| conflict(report, it))),
        "unclaimed": all(&mut adoption.unclaimed.iter().map(|it| unclaimed(report, it))),
        "newcomers": all(&mut adoption.newcomers.iter().map(|id| person(report, id))),
    })
}

fn figures(figures: &Figures) -> Value {
    let accounts = [AccountKind::Person, AccountKind::Shared, AccountKind::Service, AccountKind::Privileged];
    let accounts = accounts.map(|kind| (kind.label(), figures.accounts.get(&kind).copied().unwrap_or(0)));
    let logins = LoginAge::ALL.map(|age| (age.label(), figures.logins.get(&age).copied().unwrap_or(0)));
    json!({
        "records": figures.records,
        "active": figures.active,
        "with_key": figures.with_key,
        "active_people": figures.active_people,
        "active_people_with_key": figures.active_people_with_key,
        "open_work": figures.open_work,
        "open_work_of_inactive": figures.open_work_of_inactive,
        "accounts": counted(accounts),
        "last_logins_of_active_people": counted(logins),
        "sources": figures.sources,
    })
}

fn counted<const N: usize>(counts: [(&str, usize); N]) -> Value {
    Value::Object(
        counts.into_iter().map(|(name, count)| (name.replace(' ', "_"), count.into())).collect::<Map<_, _>>(),
    )
}

fn finding(report: &Report<'_>, finding: &Finding) -> Value {
    json!({ "kind": finding.kind.label(), "records": records(report, &finding.records), "evidence": finding.evidence })
}

fn cluster(report: &Report<'_>, cluster: &Cluster) -> Value {
    json!({
        "records": records(report, &cluster.records),
        "keep": cluster.keep().as_str(),
        "why": cluster.why,
        "certainty": cluster.certainty,
        "evidence": cluster.evidence,
    })
}

fn link(report: &Report<'_>, link: &Link) -> Value {
    json!({
        "record": record(report, &link.record),
        "person": person(report, &link.known),
        "by": link.by.label(),
        "seed_key": link.seed,
        "replaces_key": link.replaces,
    })
}

fn case(report: &Report<'_>, case: &Question) -> Value {
    json!({
        "kind": case.kind.label(),
        "people": people(report, &case.known),
        "records": records(report, &case.records),
        "suggested": case.suggested.as_ref().map(SysId::as_str),
        "evidence": case.evidence,
    })
}

fn conflict(report: &Report<'_>, conflict: &Conflict) -> Value {
    json!({
        "kind": conflict.kind.label(),
        "people": people(report, &conflict.known),
        "records": records(report, &conflict.records),
        "evidence": conflict.evidence,
    })
}

fn unclaimed(report: &Report<'_>, unclaimed: &Unclaimed) -> Value {
    json!({ "record": record(report, &unclaimed.record), "account": unclaimed.account.label(), "why": unclaimed.why })
}

fn records(report: &Report<'_>, ids: &[SysId]) -> Value {
    ids.iter().map(|id| record(report, id)).collect()
}

fn record(report: &Report<'_>, id: &SysId) -> Value {
    let row = report.rows.get(id);
    let name = row.map(|row| row.name.display()).filter(|name| !name.is_empty());
    json!({
        "sys_id": id.as_str(),
        "user_name": row.map(|row| row.user_name.as_str()),
        "name": name,
        "active": row.map(|row| row.active),
        "last_login": row.and_then(|row| row.last_login).map(|at| at.to_string()),
        "open_work": row.map(|row| row.open_work),
    })
}

fn people(report: &Report<'_>, ids: &[String]) -> Value {
    ids.iter().map(|id| person(report, id)).collect()
}

fn person(report: &Report<'_>, id: &str) -> Value {
    let known = report.known.get(id);
    let name = known.map(|known| known.name.display()).filter(|name| !name.is_empty());
    json!({ "id": id, "user_name": known.map(|known| known.user_name.as_str()), "name": name })
}
