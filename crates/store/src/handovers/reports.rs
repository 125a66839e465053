//! What hand-overs have made of one report's manager: deliveries of the report ask for it, and are marked when it changes.

use super::steps::{HandoverStep, StepState, columns};
use crate::Store;
use crate::driver::{Dialect, Row, Statement};
use crate::encode::{corrupt, micros, opt_time};
use crate::error::StoreError;
use crate::write::due_now;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::sync::LazyLock;
use tenure_identity::handover::{Kind, Takeover};
use tenure_identity::id::{PersonId, SysId};

/// What hand-overs have made of one report's manager.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReportHandovers {
    /// Who took over from those who are still away, the last one first.
    pub takeovers: Vec<Takeover>,
    /// When a hand-over wrote the record last, forth or back.
    pub written: Option<Timestamp>,
}

/// The last first.
const OF_REPORT: &str = "select step.person, step.state, step.former, step.fields, step.shown, step.why, step.stands_since, \
     (select count(*) from persons where persons.id = step.person and persons.active = 0), \
     (select count(*) from handovers, target where handovers.person = step.person and handovers.left_at = step.left_at \
     and target.url = handovers.target) \
     from handover_steps step where step.sys_id = $1 and step.kind = 'report' \
     order by step.left_at desc, step.ordinal desc limit 100";

/// In an update of deliveries that marks people: the time is the first parameter.
fn marked() -> String {
    format!(
        "update deliveries set mark = mark + 1, \
         marked_at = case when mark = 0 then cast($1 as bigint) else marked_at end, {} where kind = 0 and ",
        due_now(1)
    )
}

static MARK_REPORT: LazyLock<String> = LazyLock::new(|| format!("{}sys_id = $2", marked()));

/// Marks the report whose record the step has written: what is known of it says something else.
pub(super) fn mark_report(step: &HandoverStep, now: Timestamp) -> Option<Statement> {
    let is_written = matches!(step.state, StepState::Done | StepState::Undone);
    (is_written && step.step.kind == Kind::Report).then(|| {
        let params = vec![micros(now).into(), step.step.record.as_str().into()];
        Statement::built(MARK_REPORT.clone(), params)
    })
}

/// Marks everybody whom hand-overs of this leaver gave to others: the leaver is back.
pub(crate) fn mark_reports_of(dialect: Dialect, leaver: &PersonId, now: i64) -> Statement {
    // Of what was handed over, only reports are people.
    let theirs = "select sys_id from handover_steps where person = $2 and state = 'done'";
    let sql = format!("{}{}", marked(), dialect.is_one_of("sys_id", theirs));
    Statement::built(sql, vec![now.into(), leaver.as_str().into()])
}

impl Store {
    /// What hand-overs in the instance that is the target have made of the manager of this record.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn report_handovers(&self, record: &SysId) -> Result<ReportHandovers, StoreError> {
        let rows = self.database.query(Statement::new(OF_REPORT, [record.as_str().into()])).await?;
        let (mut found, mut seen) = (ReportHandovers::default(), BTreeSet::new());
        for mut row in rows {
            let leaver = PersonId::new(row.text(0)?);
            let (is_away, is_here) = (row.flag(7)?, row.flag(8)?);
            if !is_here {
                continue;
            }
            found.written = found.written.max(opt_time(row.opt_int(6)?)?);
            // Only what a leaver's last hand-over made of it counts.
            if seen.insert(leaver.clone()) && is_away {
                found.takeovers.extend(takeover(leaver, &mut row)?);
            }
        }
        Ok(found)
    }
}

fn takeover(leaver: PersonId, row: &mut Row) -> Result<Option<Takeover>, StoreError> {
    let at = opt_time(row.opt_int(6)?)?;
    let state = row.text(1)?;
    let (Some(at), Some(StepState::Done)) = (at, StepState::from_label(&state)) else { return Ok(None) };
    let mut manager = |column: usize| -> Result<Option<SysId>, StoreError> {
        let shown = row.opt_text(column)?.map(|text| columns(&text)).transpose()?.unwrap_or_default();
        let manager = shown.get(Kind::Report.column()).filter(|manager| !manager.is_empty());
        Ok(manager.map(SysId::new))
    };
    let (from, asked, shown) = (manager(2)?, manager(3)?, manager(4)?);
    let from = from.ok_or_else(|| corrupt("former manager of a step"))?;
    // A rule of the instance may have made somebody else of them.
    let Some(to) = shown.or(asked) else { return Ok(None) };
    Ok(Some(Takeover { leaver, from, to, at, why: row.text(5)? }))
}
