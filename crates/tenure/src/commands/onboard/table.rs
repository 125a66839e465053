//! The report at a terminal: the numbers with what they mean, then the first of what needs a decision.

use super::Report;
use super::lines::{Line, of_case, of_conflict, of_finding, of_newcomer};
use crate::output;
use tenure_identity::onboard::FindingKind;

/// Lines of each part that are shown; the other forms have all.
const SHOWN: usize = 20;

/// What the gaps mean, where they hide people.
pub(super) const HIDES_PEOPLE: &str =
    "Users are probably hidden from our account: whatever follows is said of those that were shown";

pub(super) fn render(report: &Report<'_>) -> String {
    let adoption = report.adoption;
    let (conflicts, cases) = (&adoption.conflicts, &adoption.cases);
    let duplicates =
        report.survey.findings.iter().filter(|finding| finding.kind == FindingKind::DuplicateSuspect);
    let suspects = report.survey.clusters.len();
    let taken = adoption.names_taken.keys().map(|person| of_newcomer(report, person));
    let parts = [
        gaps(report),
        Some(figures(report)),
        Some(findings(report)),
        Some(outcome(report)),
        part(report, "Conflicts to mend", conflicts.len(), conflicts.iter().map(of_conflict)),
        part(report, "Cases to decide", cases.len(), cases.iter().map(of_case)),
        part(report, "User names to change first", adoption.names_taken.len(), taken),
        part(report, "Duplicate suspects", suspects, duplicates.map(of_finding)),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

/// First of all, because everything below is said of what was shown.
fn gaps(report: &Report<'_>) -> Option<String> {
    let rows = report.gaps.iter().map(|gap| vec![gap.label().to_owned(), gap.text.clone()]);
    let title = if report.hides_people() { HIDES_PEOPLE } else { "Gaps" };
    (!report.gaps.is_empty()).then(|| format!("{title}\n{}", output::table(&["GAP", "WHAT IT IS"], rows)))
}

fn figures(report: &Report<'_>) -> String {
    let figures = &report.survey.figures;
    format!(
        "{}, {}: {} records, {} active; {} of {} active people carry a stable key",
        report.target,
        output::time(report.survey.taken),
        figures.records,
        figures.active,
        figures.active_people_with_key,
        figures.active_people
    )
}

fn findings(report: &Report<'_>) -> String {
    let rows = FindingKind::ALL.into_iter().map(|kind| {
        vec![kind.label().to_owned(), report.survey.count(kind).to_string(), kind.meaning().to_owned()]
    });
    output::table(&["FINDING", "COUNT", "MEANING"], rows)
}

fn outcome(report: &Report<'_>) -> String {
    let rows = outcomes(report)
        .map(|(what, count, meaning)| vec![what.to_owned(), count.to_string(), meaning.to_owned()]);
    output::table(&["OUTCOME", "COUNT", "MEANING"], rows)
}

/// What would become of records and people: a word, how many, and what it means.
pub(super) fn outcomes(report: &Report<'_>) -> [(&'static str, usize, &'static str); 5] {
    let adoption = report.adoption;
    let newcomers = if report.hides_people() {
        "a person without a record among those that were shown; a hidden one may be theirs"
    } else {
        "a person without a record; the first push makes one"
    };
    [
        ("links", adoption.links.len(), "a record is a person's, by a rule of the policy"),
        ("cases", adoption.cases.len(), "a human has to say who is meant"),
        ("conflicts", adoption.conflicts.len(), "the data contradict themselves and have to be mended first"),
        ("unclaimed", adoption.unclaimed.len(), "a record that nobody who is known claims"),
        ("newcomers", adoption.newcomers.len(), newcomers),
    ]
}

/// The first of so many lines.
fn part<'a>(
    report: &Report<'_>,
    title: &str,
    count: usize,
    lines: impl Iterator<Item = Line<'a>>,
) -> Option<String> {
    if count == 0 {
        return None;
    }
    let rows = lines.take(SHOWN).map(|line| {
        let who = [line.record_names(report), line.person_names(report)].concat();
        vec![line.kind.to_owned(), who.join("\n"), line.evidence.join("\n")]
    });
    let more = match count.saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!("\n{more} more; `--report`, `--csv` and `--format json` have all"),
    };
    Some(format!("{title}\n{}{more}", output::table(&["KIND", "WHO", "WHY"], rows)))
}
