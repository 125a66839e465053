//! The report for programs. Field names are in snake case, times RFC 3339, kinds by their labels; what is missing is `null`.
//!
//! It is written as it is made: of a large instance it is hundreds of megabytes, of which one entry at a time is in memory.

use super::{Report, applied};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use tenure_engine::onboard::Applied;
use tenure_identity::id::SysId;
use tenure_identity::onboard::{
    AccountKind, Cluster, Conflict, Figures, Finding, Link, LoginAge, Question, Unclaimed,
};

/// A report, and what was applied, if anything.
pub(super) struct Document<'a> {
    pub(super) report: &'a Report<'a>,
    pub(super) applied: Option<&'a [Applied]>,
}

/// A list of which each entry is shown when its turn comes.
pub(super) struct Each<F>(pub(super) F);

impl<F: Fn() -> I, I: Iterator<Item = Value>> Serialize for Each<F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let report = self.report;
        let (survey, adoption) = (report.survey, report.adoption);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("target", report.target)?;
        map.serialize_entry("taken", &survey.taken.to_string())?;
        map.serialize_entry("figures", &figures(&survey.figures))?;
        map.serialize_entry("gaps", &Each(|| report.gaps.iter().map(|gap| gap.text.as_str().into())))?;
        map.serialize_entry("hides_users", &report.hides_people())?;
        map.serialize_entry("findings", &Each(|| survey.findings.iter().map(|it| finding(report, it))))?;
        map.serialize_entry("duplicates", &Each(|| survey.clusters.iter().map(|it| cluster(report, it))))?;
        map.serialize_entry("links", &Each(|| adoption.links.iter().map(|it| link(report, it))))?;
        map.serialize_entry("cases", &Each(|| adoption.cases.iter().map(|it| case(report, it))))?;
        map.serialize_entry("conflicts", &Each(|| adoption.conflicts.iter().map(|it| conflict(report, it))))?;
        map.serialize_entry(
            "unclaimed",
            &Each(|| adoption.unclaimed.iter().map(|it| unclaimed(report, it))),
        )?;
        map.serialize_entry("newcomers", &Each(|| adoption.newcomers.iter().map(|id| newcomer(report, id))))?;
        map.serialize_entry("applied", &self.applied.map(applied::Outcome))?;
        map.end()
    }
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
    json!({
        "kind": finding.kind.label(),
        "records": records(report, &finding.records),
        "people": people(report, &finding.people),
        "evidence": finding.evidence,
    })
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
    ids.iter().map(|id: &String| person(report, id)).collect()
}

fn newcomer(report: &Report<'_>, id: &str) -> Value {
    let mut newcomer = person(report, id);
    newcomer["name_taken_by"] = report.in_the_way(id).map(SysId::as_str).into();
    newcomer
}

fn person(report: &Report<'_>, id: &str) -> Value {
    let known = report.known.get(id);
    let name = known.map(|known| known.name.display()).filter(|name| !name.is_empty());
    json!({ "id": id, "user_name": known.map(|known| known.user_name.as_str()), "name": name })
}
