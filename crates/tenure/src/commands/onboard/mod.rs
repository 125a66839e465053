//! `tenure onboard`: what was found in a target that has users already, and who would be linked to whom; as a table, JSON,
//! CSV or a page. And the identity provider's export, read into people. What it says is decided in `tenure_identity::onboard`.

mod applied;
mod chart;
mod command;
mod csv;
mod export;
mod json;
mod lines;
mod page;
mod table;

pub(crate) use command::run;

use std::collections::HashMap;
use std::io::Write;
use tenure_engine::onboard::{Applied, Gap};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Adoption, Existing, Known, Survey};

/// Everything that is shown, with the records and people that it speaks of.
#[derive(Debug)]
struct Report<'a> {
    /// Where the records are: the target's address.
    target: &'a str,
    survey: &'a Survey,
    adoption: &'a Adoption,
    rows: HashMap<&'a SysId, &'a Existing>,
    known: HashMap<&'a str, &'a Known>,
    /// What was not shown, or has to be put right first.
    gaps: &'a [Gap],
}

impl<'a> Report<'a> {
    fn new(
        target: &'a str,
        survey: &'a Survey,
        adoption: &'a Adoption,
        rows: &'a [Existing],
        known: &'a [Known],
        gaps: &'a [Gap],
    ) -> Self {
        let rows = rows.iter().map(|row| (&row.sys_id, row)).collect();
        let known = known.iter().map(|person| (person.id.as_str(), person)).collect();
        Self { target, survey, adoption, rows, known, gaps }
    }

    /// For people at a terminal: the numbers, and the first of what needs a decision.
    fn table(&self) -> String {
        table::render(self)
    }

    /// For programs: everything.
    fn json(&'a self, applied: Option<&'a [Applied]>) -> json::Document<'a> {
        json::Document { report: self, applied }
    }

    /// Whether users are probably hidden, so that nobody is a newcomer for certain.
    fn hides_people(&self) -> bool {
        self.gaps.iter().any(Gap::hides_people)
    }

    /// The record that has a newcomer's user name and is not theirs.
    fn in_the_way(&self, person: &str) -> Option<&'a SysId> {
        self.adoption.names_taken.get(person)
    }

    /// For spreadsheets: one row for each gap, finding, link, case, conflict, record that nobody claims, and person without a
    /// record.
    fn csv(&self, to: impl Write) -> std::io::Result<()> {
        csv::write(to, &lines::HEADERS, lines::all(self).map(|line| line.cells(self)))
    }

    /// For a browser: one file that needs nothing else.
    fn page(&self) -> String {
        page::render(self)
    }

    fn record(&self, id: &SysId) -> String {
        self.rows.get(id).map_or_else(|| id.to_string(), |row| row.display())
    }

    fn person(&self, id: &str) -> String {
        self.known.get(id).map_or_else(|| id.to_owned(), |person| person.display())
    }
}

#[cfg(test)]
mod tests;
