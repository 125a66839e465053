//! Writing: the steps are sent, the answers are read as the new state, and every value gets its verdict. A refusal is
//! narrowed down to the value that caused it, so that one bad value never holds up the others.

use super::look::{names, shown};
use super::person::Work;
use super::trouble::{Trouble, in_words};
use super::{HELD_ROLES, MEMBERS, USERS, backoff};
use std::collections::{BTreeMap, VecDeque};
use tenure_connect::servicenow::{Answer, CallError, Fields, Refusal, Request, Row};
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::reconcile::{ACTIVE, Columns, Known, LOCKED_OUT, Parked, Step, Verdict, verdicts};

/// What may be hidden from us, so that it is refused and not found.
const HIDDEN: &str = "the target says that a record with this user name or stable key exists, and does not show it to our account: \
     inactive users are hidden from many accounts; let ours see them, then `tenure deliver retry`";

/// A group or role that is tied to a record or untied from it.
#[derive(Debug, Clone)]
struct Tie {
    step: Step,
    request: Request,
    parked_as: FieldName,
}

impl Work<'_> {
    /// Sends the steps.
    pub(super) async fn carry_out(&mut self, steps: Vec<Step>) -> Result<(), Trouble> {
        let mut ties = Vec::new();
        for step in steps {
            match step {
                Step::Create(columns) => return self.create(columns).await,
                Step::Update(columns) => self.update(columns).await?,
                tie => ties.push(tie),
            }
        }
        match self.record.clone() {
            Some(record) => self.tie(&record, ties).await,
            None => Ok(()),
        }
    }

    async fn create(&mut self, columns: Columns) -> Result<(), Trouble> {
        self.may_be_new().await?;
        let written = self.known.written.iter().chain(columns.keys()).cloned().collect();
        self.known = Known { written, parked: std::mem::take(&mut self.known.parked), ..Known::default() };
        self.note_intent().await?;
        let shows = self.columns();
        match self.client().insert(self.lane, USERS, &wire(&columns), &names(&shows)).await {
            Ok(row) => {
                self.record = Some(row.sys_id.clone());
                self.known.groups = Some(BTreeMap::new());
                self.known.roles = Some(BTreeMap::new());
                self.judge(&columns, &Columns::new(), &row).await
            }
            Err(CallError::Refused(refusal)) => self.refused_to_create(refusal).await,
            Err(error) => Err(error.into()),
        }
    }

    /// A duplicate looks like a missing right, so that every refusal is looked into.
    async fn refused_to_create(&mut self, refusal: Refusal) -> Result<(), Trouble> {
        self.find(true).await?;
        if self.record.is_some() {
            return Ok(());
        }
        match refusal {
            Refusal::PossibleDuplicate { .. } => Err(Trouble::Doubt(HIDDEN.to_owned())),
            other => Err(CallError::Refused(other).into()),
        }
    }

    async fn update(&mut self, columns: Columns) -> Result<(), Trouble> {
        let Some(record) = self.record.clone() else { return Ok(()) };
        if columns.keys().any(|column| !self.known.written.contains(column)) {
            self.known.written.extend(columns.keys().cloned());
            self.note_intent().await?;
        }
        let mut pieces = VecDeque::from([columns]);
        let mut yielding = None;
        while let Some(piece) = pieces.pop_front() {
            let shows = self.columns();
            let sent = self.client().update(self.lane, USERS, &record, &wire(&piece), &names(&shows)).await;
            match sent {
                Ok(row) => {
                    let before = self.known.columns.clone();
                    self.judge(&piece, &before, &row).await?;
                }
                Err(CallError::Refused(Refusal::NotFoundOrHidden { .. })) => {
                    return self.find_again(&record).await;
                }
                Err(error @ CallError::Refused(Refusal::Acl { .. })) => return Err(error.into()),
                Err(CallError::Refused(refusal)) if piece.len() > 1 => {
                    pieces.extend(narrowed(&piece, &refusal));
                }
                Err(error @ CallError::Refused(_)) => match self.is_a_leavers_user_name(&piece).await? {
                    Some(trouble) => yielding = Some(trouble),
                    None => self.park_all(piece, &error),
                },
                Err(error) => return Err(error.into()),
            }
        }
        yielding.map_or(Ok(()), Err)
    }

    /// Holds what was asked for against what the target shows now.
    async fn judge(&mut self, asked: &Columns, before: &Columns, row: &Row) -> Result<(), Trouble> {
        if self.is_another_persons(row) && !asked.contains_key(&self.key()) {
            let twin = Decision::new(self.key(), Outcome::WrongTwin)
                .values(None, Some(row.get(self.key().as_str()).to_owned()));
            self.decisions.push(twin.because(format!("record {} is somebody else's", row.sys_id)));
            let why = format!("record {} turned out to be somebody else's", row.sys_id);
            return Err(Trouble::Doubt(format!("{why}; `tenure deliver link` says whose it is")));
        }
        self.wrote = true;
        for (column, verdict) in verdicts(asked, before, &shown(row)) {
            let mut reason = verdict.reason();
            if matches!(verdict, Verdict::Altered { .. }) {
                let by = self.who_altered(&row.sys_id, &column).await;
                reason = reason.map(|reason| by.map_or(reason.clone(), |by| format!("{reason}, by `{by}`")));
            }
            let (from, to) = (before.get(&column).cloned(), asked.get(&column).cloned());
            let because = self.wanted.because.get(&column).cloned();
            match &reason {
                Some(reason) => self.park(&column, to.as_deref().unwrap_or_default(), reason),
                None => drop(self.known.parked.remove(&column)),
            }
            let decision = Decision::new(column, verdict.outcome()).values(from, to);
            self.decisions.push(Decision { reason: reason.or(because), ..decision });
        }
        self.known.columns.extend(shown(row));
        Ok(())
    }

    /// Who changed a value last, if the instance keeps an audit of it and lets us read it.
    async fn who_altered(&self, record: &SysId, column: &FieldName) -> Option<String> {
        use tenure_connect::servicenow::Query;
        let query = Query::all()
            .is("tablename", USERS)
            .is("documentkey", record.as_str())
            .is("fieldname", column.as_str())
            .limit(200);
        let columns = ["sys_id", "tablename", "documentkey", "fieldname", "user", "sys_created_on"];
        let rows = self.client().list(self.lane, "sys_audit", &query, &columns).await.ok()?;
        let last = rows
            .into_iter()
            .max_by(|one, other| one.get("sys_created_on").cmp(other.get("sys_created_on")))?;
        Some(last.get("user").to_owned()).filter(|user| !user.is_empty())
    }

    fn park(&mut self, column: &FieldName, asked: &str, reason: &str) {
        let attempts = u32::from(self.known.parked.contains_key(column)) * 4;
        let until = self.now + backoff::after_refusal(attempts, 0.5);
        let parked = Parked { asked: asked.to_owned(), reason: reason.to_owned(), until };
        self.known.parked.insert(column.clone(), parked);
    }

    fn park_all(&mut self, piece: Columns, error: &CallError) {
        let why = in_words(error);
        for (column, asked) in piece {
            self.park(&column, &asked, &why);
            let refused = Decision::new(column, Outcome::Rejected).values(None, Some(asked));
            self.decisions.push(refused.because(why.clone()));
        }
    }

    /// Sends what ties the record to groups and roles, in one call if there are several.
    async fn tie(&mut self, record: &SysId, steps: Vec<Step>) -> Result<(), Trouble> {
        let ties: Vec<_> = steps.into_iter().filter_map(|step| tie(record, step)).collect();
        let answers = match ties.as_slice() {
            [] => return Ok(()),
            [one] => vec![self.send(&one.request).await],
            several => {
                let requests: Vec<_> = several.iter().map(|tie| tie.request.clone()).collect();
                self.client().batch(self.lane, &requests).await?
            }
        };
        let mut failed = None;
        for (tie, answer) in ties.into_iter().zip(answers) {
            if let Err(error) = self.tied(&tie, answer) {
                failed.get_or_insert(error);
            }
        }
        failed.map_or(Ok(()), |error| Err(error.into()))
    }

    async fn send(&self, request: &Request) -> Result<Answer, CallError> {
        let client = self.client();
        match request {
            Request::Insert { table, fields, columns } => {
                let columns: Vec<_> = columns.iter().map(String::as_str).collect();
                client.insert(self.lane, table, fields, &columns).await.map(Answer::Row)
            }
            Request::Remove { table, id } => client.remove(self.lane, table, id).await.map(Answer::Removed),
            other => client.batch(self.lane, std::slice::from_ref(other)).await?.remove(0),
        }
    }

    /// What became of a tie; an error if it is not known or concerns everybody.
    fn tied(&mut self, tie: &Tie, answer: Result<Answer, CallError>) -> Result<(), CallError> {
        match answer {
            Ok(answer) => {
                self.wrote = true;
                let row = match answer {
                    Answer::Row(row) => row.sys_id,
                    Answer::Found(_) | Answer::Removed(_) => SysId::new(""),
                };
                self.known.parked.remove(&tie.parked_as);
                self.note_tie(&tie.step, row);
                Ok(())
            }
            // It may be there already: who else made it is read with the next look.
            Err(CallError::Refused(Refusal::PossibleDuplicate { .. })) => {
                self.known.groups = None;
                self.known.roles = None;
                Ok(())
            }
            Err(error) if error.is_permanent() => {
                let why = in_words(&error);
                self.park(&tie.parked_as, "", &why);
                let (field, from, to) = self.in_names(&tie.step);
                self.decisions.push(Decision::new(field, Outcome::Rejected).values(from, to).because(why));
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    fn note_tie(&mut self, step: &Step, row: SysId) {
        match step {
            Step::Join(group) => drop(self.known.groups.get_or_insert_default().insert(group.clone(), row)),
            Step::Leave { group, .. } => drop(self.known.groups.get_or_insert_default().remove(group)),
            Step::Grant(role) => drop(self.known.roles.get_or_insert_default().insert(role.clone(), row)),
            Step::Revoke { role, .. } => drop(self.known.roles.get_or_insert_default().remove(role)),
            Step::Create(_) | Step::Update(_) => {}
        }
        let (field, from, to) = self.in_names(step);
        self.decisions.push(Decision::new(field, Outcome::Landed).values(from, to));
    }

    /// What a step means on the timeline: the field, and the group or role that goes or comes.
    fn in_names(&self, step: &Step) -> (&'static str, Option<String>, Option<String>) {
        let name = |id: &SysId| self.wanted.names.get(id).cloned().unwrap_or_else(|| id.to_string());
        match step {
            Step::Join(group) => ("groups", None, Some(name(group))),
            Step::Leave { group, .. } => ("groups", Some(name(group)), None),
            Step::Grant(role) => ("roles", None, Some(name(role))),
            Step::Revoke { role, .. } => ("roles", Some(name(role)), None),
            Step::Create(_) | Step::Update(_) => ("record", None, None),
        }
    }

    /// Before anything is written, so that a crash leaves no column behind that is never emptied again.
    async fn note_intent(&self) -> Result<(), Trouble> {
        Ok(self.engine.store().begin_delivery(&self.taken.subject, &self.lease, &self.known).await?)
    }
}

/// What ends access goes alone and first; then the value that the refusal names, or one half after the other.
fn narrowed(piece: &Columns, refusal: &Refusal) -> Vec<Columns> {
    let is_access = |column: &FieldName| *column == ACTIVE || *column == LOCKED_OUT;
    let named = match refusal {
        Refusal::DataPolicy { column, .. } => Some(FieldName::from(column.as_str())),
        _ => None,
    };
    let split = |apart: &dyn Fn(&FieldName) -> bool| -> [Columns; 2] {
        let (one, other): (Columns, Columns) =
            piece.clone().into_iter().partition(|(column, _)| apart(column));
        [one, other]
    };
    let mut pieces = split(&is_access);
    if pieces.iter().any(Columns::is_empty) {
        pieces = split(&|column| Some(column) == named.as_ref());
    }
    if pieces.iter().any(Columns::is_empty) {
        let half = piece.keys().nth(piece.len() / 2).cloned();
        pieces = split(&|column| Some(column) < half.as_ref());
    }
    pieces.into_iter().filter(|piece| !piece.is_empty()).collect()
}

impl Work<'_> {
    /// Whether a tie was refused not long ago.
    pub(super) fn is_parked(&self, step: &Step) -> bool {
        parked_as(step).is_some_and(|name| self.known.is_parked(&name, "", self.now))
    }
}

/// Under which name a refused tie waits: no column has such a name.
fn parked_as(step: &Step) -> Option<FieldName> {
    let name = match step {
        Step::Join(group) => format!("+group {group}"),
        Step::Leave { group, .. } => format!("-group {group}"),
        Step::Grant(role) => format!("+role {role}"),
        Step::Revoke { role, .. } => format!("-role {role}"),
        Step::Create(_) | Step::Update(_) => return None,
    };
    Some(name.into())
}

fn tie(record: &SysId, step: Step) -> Option<Tie> {
    let insert = |table: &str, column: &str, other: &SysId| Request::Insert {
        table: table.to_owned(),
        fields: Fields::from([
            ("user".to_owned(), record.to_string()),
            (column.to_owned(), other.to_string()),
        ]),
        columns: ["sys_id", "user", column].map(str::to_owned).to_vec(),
    };
    let remove = |table: &str, row: &SysId| Request::Remove { table: table.to_owned(), id: row.clone() };
    let request = match &step {
        Step::Join(group) => insert(MEMBERS, "group", group),
        Step::Leave { row, .. } => remove(MEMBERS, row),
        Step::Grant(role) => insert(HELD_ROLES, "role", role),
        Step::Revoke { row, .. } => remove(HELD_ROLES, row),
        Step::Create(_) | Step::Update(_) => return None,
    };
    Some(Tie { parked_as: parked_as(&step)?, step, request })
}

/// Columns as the client takes them.
pub(super) fn wire(columns: &Columns) -> Fields {
    columns.iter().map(|(column, value)| (column.to_string(), value.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use tenure_connect::servicenow::{Call, Told, Verb};

    fn told() -> Box<Told> {
        let call = Call { verb: Verb::Update, table: Arc::from("sys_user"), sys_id: None };
        Box::new(Told { call, status: 403, message: String::new(), detail: String::new() })
    }

    fn rule() -> Refusal {
        Refusal::BusinessRule { name: "no".into(), told: told() }
    }

    fn columns(names: &[&str]) -> Columns {
        names.iter().map(|name| ((*name).into(), String::new())).collect()
    }

    fn pieces(names: &[&str], refusal: &Refusal) -> Vec<String> {
        let shown = |piece: &Columns| piece.keys().map(FieldName::as_str).collect::<Vec<_>>().join(" ");
        narrowed(&columns(names), refusal).iter().map(shown).collect()
    }

    #[test]
    fn what_ends_access_goes_alone_and_first() {
        assert_eq!(
            pieces(&["active", "city", "locked_out", "title"], &rule()),
            ["active locked_out", "city title"]
        );
    }

    #[test]
    fn the_value_that_is_named_is_set_apart() {
        let policy = Refusal::DataPolicy { column: "title".into(), told: told() };
        assert_eq!(pieces(&["city", "street", "title"], &policy), ["title", "city street"]);
    }

    #[test]
    fn otherwise_the_values_are_halved_until_one_is_left() {
        assert_eq!(pieces(&["a", "b", "c"], &rule()), ["a", "b c"]);
        assert_eq!(pieces(&["active", "locked_out"], &rule()), ["active", "locked_out"]);
    }
}
