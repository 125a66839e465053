//! What there is to tell, one line each, in one form for every way of showing it: what it is about, which records, which
//! people, and why.

use super::Report;
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Conflict, Finding, Link, Question, Unclaimed};

/// The columns of a line.
pub(super) const HEADERS: [&str; 7] =
    ["section", "kind", "record", "record_name", "person", "person_name", "evidence"];

/// One thing to tell.
#[derive(Debug)]
pub(super) struct Line<'a> {
    pub(super) section: Section,
    pub(super) kind: &'static str,
    pub(super) records: Vec<&'a SysId>,
    pub(super) people: Vec<&'a str>,
    pub(super) evidence: Vec<String>,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Finding,
    Case,
    Conflict,
    Link,
    Unclaimed,
    Newcomer,
}

impl Section {
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Finding => "finding",
            Self::Case => "case",
            Self::Conflict => "conflict",
            Self::Link => "link",
            Self::Unclaimed => "unclaimed",
            Self::Newcomer => "newcomer",
        }
    }
}

/// Every line: what was found first, then what would be done.
pub(super) fn all<'a>(report: &'a Report<'a>) -> impl Iterator<Item = Line<'a>> {
    let adoption = report.adoption;
    let findings = report.survey.findings.iter().map(of_finding);
    let conflicts = adoption.conflicts.iter().map(of_conflict);
    let cases = adoption.cases.iter().map(of_case);
    let links = adoption.links.iter().map(of_link);
    let unclaimed = adoption.unclaimed.iter().map(of_unclaimed);
    let newcomers = adoption.newcomers.iter().map(|person| of_newcomer(person));
    findings.chain(conflicts).chain(cases).chain(links).chain(unclaimed).chain(newcomers)
}

pub(super) fn of_finding(finding: &Finding) -> Line<'_> {
    let (kind, records) = (finding.kind.label(), finding.records.iter().collect());
    Line { section: Section::Finding, kind, records, people: Vec::new(), evidence: finding.evidence.clone() }
}

pub(super) fn of_conflict(conflict: &Conflict) -> Line<'_> {
    Line {
        section: Section::Conflict,
        kind: conflict.kind.label(),
        records: conflict.records.iter().collect(),
        people: conflict.known.iter().map(String::as_str).collect(),
        evidence: conflict.evidence.clone(),
    }
}

pub(super) fn of_case(case: &Question) -> Line<'_> {
    let mut evidence = case.evidence.clone();
    evidence
        .extend(case.suggested.as_ref().map(|record| format!("record {record} looks like the one to keep")));
    Line {
        section: Section::Case,
        kind: case.kind.label(),
        records: case.records.iter().collect(),
        people: case.known.iter().map(String::as_str).collect(),
        evidence,
    }
}

pub(super) fn of_link(link: &Link) -> Line<'_> {
    let seed = match (&link.seed, &link.replaces) {
        (Some(seed), Some(old)) => vec![format!("the stable key `{old}` would be replaced by `{seed}`")],
        (Some(seed), None) => vec![format!("the stable key `{seed}` would be written")],
        (None, _) => Vec::new(),
    };
    Line {
        section: Section::Link,
        kind: link.by.label(),
        records: vec![&link.record],
        people: vec![&link.known],
        evidence: seed,
    }
}

pub(super) fn of_unclaimed(unclaimed: &Unclaimed) -> Line<'_> {
    let kind = unclaimed.account.label();
    let (records, evidence) = (vec![&unclaimed.record], vec![unclaimed.why.clone()]);
    Line { section: Section::Unclaimed, kind, records, people: Vec::new(), evidence }
}

pub(super) fn of_newcomer(person: &str) -> Line<'_> {
    let evidence = vec!["no record is theirs; the first push will make one".to_owned()];
    Line { section: Section::Newcomer, kind: "new", records: Vec::new(), people: vec![person], evidence }
}

impl Line<'_> {
    /// One cell for each of [`HEADERS`].
    pub(super) fn cells(&self, report: &Report<'_>) -> Vec<String> {
        let records: Vec<_> = self.records.iter().map(ToString::to_string).collect();
        let evidence = self.evidence.join("; ");
        let (section, kind) = (self.section.label().to_owned(), self.kind.to_owned());
        let (record_names, person_names) = (self.record_names(report), self.person_names(report));
        vec![
            section,
            kind,
            records.join(" "),
            record_names.join("; "),
            self.people.join(" "),
            person_names.join("; "),
            evidence,
        ]
    }

    pub(super) fn record_names(&self, report: &Report<'_>) -> Vec<String> {
        self.records.iter().map(|id| report.record(id)).collect()
    }

    pub(super) fn person_names(&self, report: &Report<'_>) -> Vec<String> {
        self.people.iter().map(|id| report.person(id)).collect()
    }
}
