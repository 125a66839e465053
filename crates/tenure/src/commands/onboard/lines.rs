//! What there is to tell, one line each, in one form for every way of showing it: what it is about, which records, which
//! people, and why.

use super::Report;
use tenure_engine::onboard::Gap;
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
    Gap,
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
            Self::Gap => "gap",
            Self::Finding => "finding",
            Self::Case => "case",
            Self::Conflict => "conflict",
            Self::Link => "link",
            Self::Unclaimed => "unclaimed",
            Self::Newcomer => "newcomer",
        }
    }
}

/// Every line: what is missing, then what was found, then what would be done.
pub(super) fn all<'a>(report: &'a Report<'a>) -> impl Iterator<Item = Line<'a>> {
    let adoption = report.adoption;
    let gaps = report.gaps.iter().map(of_gap);
    let findings = report.survey.findings.iter().map(of_finding);
    let conflicts = adoption.conflicts.iter().map(of_conflict);
    let cases = adoption.cases.iter().map(of_case);
    let links = adoption.links.iter().map(of_link);
    let unclaimed = adoption.unclaimed.iter().map(of_unclaimed);
    let newcomers = adoption.newcomers.iter().map(|person| of_newcomer(report, person));
    gaps.chain(findings).chain(conflicts).chain(cases).chain(links).chain(unclaimed).chain(newcomers)
}

pub(super) fn of_gap(gap: &Gap) -> Line<'_> {
    let (kind, evidence) = (gap.label(), vec![gap.text.clone()]);
    Line { section: Section::Gap, kind, records: Vec::new(), people: Vec::new(), evidence }
}

pub(super) fn of_finding(finding: &Finding) -> Line<'_> {
    let (kind, records) = (finding.kind.label(), finding.records.iter().collect());
    let people = finding.people.iter().map(String::as_str).collect();
    Line { section: Section::Finding, kind, records, people, evidence: finding.evidence.clone() }
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

pub(super) fn of_newcomer<'a>(report: &Report<'a>, person: &'a str) -> Line<'a> {
    let records: Vec<_> = report.in_the_way(person).into_iter().collect();
    let evidence = match records.first() {
        Some(record) => format!(
            "no record is theirs, but record {record} has their user name: change that in the target, or the first push is \
             refused"
        ),
        None if report.hides_people() => {
            "no record that was shown is theirs; one that is hidden may be".to_owned()
        }
        None => "no record is theirs; the first push will make one".to_owned(),
    };
    Line { section: Section::Newcomer, kind: "new", records, people: vec![person], evidence: vec![evidence] }
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
