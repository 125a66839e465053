//! The report as a page: one file with its styles and charts inside, which loads nothing and runs nothing. Whatever comes
//! from the target is escaped.

use super::Report;
use super::chart::{Bar, Tone, figure, grouped};
use super::lines::{Line, of_case, of_conflict, of_finding, of_link, of_newcomer, of_unclaimed};
use super::table::{HIDES_PEOPLE, outcomes};
use crate::output;
use tenure_identity::onboard::{AccountKind, FindingKind, LoginAge};

const STYLE: &str = include_str!("page.css");
/// Lines of each part that are shown. A browser lays out some thousands well, and nobody reads more.
const SHOWN: usize = 500;

pub(super) fn render(report: &Report<'_>) -> String {
    let (target, taken) = (escaped(report.target), escaped(&output::time(report.survey.taken)));
    let parts = parts(report);
    let index: String = parts.iter().filter(|part| part.count > 0).map(Part::entry).collect();
    let sections: String = parts.iter().map(|part| part.section(report)).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\
         <meta name=\"referrer\" content=\"no-referrer\">\
         <title>Onboarding report: {target}</title><style>{STYLE}</style></head><body>\
         <header><h1>Onboarding report</h1><p class=\"soft\">{target}, as of {taken}. Looking wrote nothing.</p>\
         <nav aria-label=\"Parts of the report\"><ul>{index}</ul></nav></header>\
         <main>{gaps}{cards}<h2>At a glance</h2><div class=\"charts\">{charts}</div>{sections}</main>\
         <footer><p>The report names people. Keep it as you would keep the directory itself.</p></footer></body></html>\n",
        gaps = gaps(report),
        cards = cards(report),
        charts = charts(report),
    )
}

/// First of all, because everything below is said of what was shown.
fn gaps(report: &Report<'_>) -> String {
    if report.gaps.is_empty() {
        return String::new();
    }
    let title = if report.hides_people() { HIDES_PEOPLE } else { "Gaps" };
    let gaps: String = report.gaps.iter().map(|gap| format!("<li>{}</li>", escaped(&gap.text))).collect();
    format!(
        "<section class=\"gaps\" aria-labelledby=\"gaps\"><h2 id=\"gaps\">{}</h2><ul>{gaps}</ul></section>",
        escaped(title)
    )
}

fn cards(report: &Report<'_>) -> String {
    let (figures, adoption) = (&report.survey.figures, report.adoption);
    let open = adoption.cases.len() + adoption.conflicts.len();
    let cards = [
        ("Records", figures.records, format!("{} active", grouped(figures.active))),
        (
            "People with a stable key",
            figures.active_people_with_key,
            format!("of {} active people", grouped(figures.active_people)),
        ),
        ("Duplicate suspects", report.survey.clusters.len(), "groups of records".to_owned()),
        ("Links to make", adoption.links.len(), "by the policy's rules".to_owned()),
        (
            "To decide or mend",
            open,
            format!("{} cases, {} conflicts", adoption.cases.len(), adoption.conflicts.len()),
        ),
    ];
    let card = |(what, count, more): (&str, usize, String)| {
        format!("<div><dt>{what}</dt><dd>{}<small>{more}</small></dd></div>", grouped(count))
    };
    format!("<dl class=\"cards\">{}</dl>", cards.into_iter().map(card).collect::<String>())
}

fn charts(report: &Report<'_>) -> String {
    let (figures, survey) = (&report.survey.figures, report.survey);
    let bar = |label, count, tone| Bar { label, count, tone };
    let without = figures.active_people - figures.active_people_with_key;
    let keys = [
        bar("stable key", figures.active_people_with_key, Tone::Good),
        bar("no stable key", without, Tone::Attention),
    ];
    let findings = FindingKind::ALL.map(|kind| bar(kind.label(), survey.count(kind), tone(kind)));
    let logins = LoginAge::ALL
        .map(|age| bar(age.label(), figures.logins.get(&age).copied().unwrap_or(0), Tone::Plain));
    let accounts = [AccountKind::Person, AccountKind::Shared, AccountKind::Service, AccountKind::Privileged];
    let accounts = accounts
        .map(|kind| bar(kind.label(), figures.accounts.get(&kind).copied().unwrap_or(0), Tone::Plain));
    let outcomes = outcomes(report).map(|(what, count, _)| {
        let tone = match what {
            "links" => Tone::Good,
            "cases" => Tone::Attention,
            "conflicts" => Tone::Serious,
            _ => Tone::Plain,
        };
        bar(what, count, tone)
    });
    let charts: [(&str, &[Bar<'_>]); 5] = [
        ("Findings by kind", &findings),
        ("What would become of records and people", &outcomes),
        ("Active people by stable key", &keys),
        ("Active people by last login", &logins),
        ("Records by kind of account", &accounts),
    ];
    charts.iter().map(|(title, bars)| figure(title, bars)).collect()
}

fn tone(kind: FindingKind) -> Tone {
    match kind {
        FindingKind::SharedKey | FindingKind::DuplicateSuspect => Tone::Serious,
        FindingKind::SharedAccount | FindingKind::ServiceAccount | FindingKind::PrivilegedAccount => {
            Tone::Plain
        }
        _ => Tone::Attention,
    }
}

/// A part of the report: a title, what it means, how many lines it has, and the first of them.
struct Part<'a> {
    id: &'static str,
    title: &'static str,
    meaning: &'static str,
    count: usize,
    lines: Vec<Line<'a>>,
}

fn parts<'a>(report: &'a Report<'a>) -> Vec<Part<'a>> {
    let adoption = report.adoption;
    let mut parts = vec![
        part(report, "conflicts", "Conflicts to mend", &adoption.conflicts, of_conflict),
        part(report, "cases", "Cases to decide", &adoption.cases, of_case),
    ];
    parts.extend(FindingKind::ALL.map(|kind| {
        let found = report.survey.findings.iter().filter(|finding| finding.kind == kind);
        let (title, lines) = (title(kind), found.take(SHOWN).map(of_finding).collect());
        Part { id: kind.label(), title, meaning: kind.meaning(), count: report.survey.count(kind), lines }
    }));
    parts.push(part(report, "unclaimed", "Records that nobody claims", &adoption.unclaimed, of_unclaimed));
    parts.push(part(report, "newcomers", "People without a record", &adoption.newcomers, |id| {
        of_newcomer(report, id)
    }));
    parts.push(part(report, "links", "Links to make", &adoption.links, of_link));
    parts
}

fn part<'a, T>(
    report: &Report<'_>,
    id: &'static str,
    title: &'static str,
    all: &'a [T],
    line: impl Fn(&'a T) -> Line<'a>,
) -> Part<'a> {
    let meaning = outcomes(report).iter().find(|(it, ..)| *it == id).map_or("", |(.., meaning)| *meaning);
    Part { id, title, meaning, count: all.len(), lines: all.iter().take(SHOWN).map(line).collect() }
}

fn title(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::SharedKey => "Keys that several records carry",
        FindingKind::DuplicateSuspect => "Duplicate suspects",
        FindingKind::NoStableKey => "Active people without a stable key",
        FindingKind::EmailForm => "Addresses that differ in form only",
        FindingKind::SharedAccount => "Shared accounts",
        FindingKind::ServiceAccount => "Service accounts",
        FindingKind::PrivilegedAccount => "Second accounts for administration",
        FindingKind::TooLong => "Values that are too long",
        FindingKind::PerhapsCut => "Values that may have been cut",
        FindingKind::LockedButActive => "Active and locked out",
        FindingKind::InactiveButUnlocked => "Inactive and not locked out",
    }
}

impl Part<'_> {
    fn entry(&self) -> String {
        format!("<li><a href=\"#{}\">{}</a> {}</li>", self.id, self.title, grouped(self.count))
    }

    /// Nothing where there is nothing to tell. Few lines are open to begin with.
    fn section(&self, report: &Report<'_>) -> String {
        if self.count == 0 {
            return String::new();
        }
        let rows: String = self.lines.iter().map(|line| row(report, line)).collect();
        let more = match self.count.saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!("<p class=\"soft\">{} more are in the CSV and the JSON.</p>", grouped(more)),
        };
        let open = if self.count <= 12 { " open" } else { "" };
        format!(
            "<section aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}</h2><p class=\"soft\">{meaning}</p>\
             <details{open}><summary><b>{count}</b> in all</summary><div class=\"scroll\"><table class=\"lines\"><thead><tr>\
             <th scope=\"col\">Kind</th><th scope=\"col\">Who</th><th scope=\"col\">Why</th></tr></thead>\
             <tbody>{rows}</tbody></table></div>{more}</details></section>",
            id = self.id,
            title = self.title,
            meaning = capitalised(self.meaning),
            count = grouped(self.count),
        )
    }
}

fn row(report: &Report<'_>, line: &Line<'_>) -> String {
    let records =
        line.records.iter().zip(line.record_names(report)).map(|(id, name)| ("record", id.as_str(), name));
    let people = line.people.iter().zip(line.person_names(report)).map(|(id, name)| ("person", *id, name));
    let who = records
        .chain(people)
        .map(|(what, id, name)| format!("<li>{what} {} <code>{}</code></li>", escaped(&name), escaped(id)));
    let why = line.evidence.iter().map(|sentence| format!("<li>{}</li>", escaped(sentence)));
    let list = |items: String| if items.is_empty() { String::new() } else { format!("<ul>{items}</ul>") };
    let (who, why) = (list(who.collect()), list(why.collect()));
    format!("<tr><td>{}</td><td>{who}</td><td>{why}</td></tr>", escaped(line.kind))
}

fn capitalised(sentence: &str) -> String {
    let mut letters = sentence.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    escaped(&format!("{first}{}.", letters.as_str()))
}

/// Text that is nothing but text, in an element or in an attribute.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}
