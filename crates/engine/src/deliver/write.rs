//! Writing: the steps are sent, the answers are read as the new state, and every value gets its verdict. A refusal is
//! narrowed down to the value that caused it, so that one bad value never holds up the others.

use super::look::{names, shown};
use super::person::{Work, is_access};
use super::ties::{Doubtful, note_tie};
use super::trouble::{Trouble, in_words};
use super::{HELD_ROLES, MEMBERS, USERS, backoff};
use std::collections::{BTreeMap, VecDeque};
use tenure_connect::servicenow::{Answer, CallError, Fields, Refusal, Request, Row};
use tenure_identity::decision::{Decision, Outcome};
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::reconcile::{ACTIVE, Columns, Known, LOCKED_OUT, Step, Verdict, verdicts};

/// What may be hidden from us, so that it is refused and not found.
pub(super) const HIDDEN: &str = "the target says that a record with this user name or stable key exists, and does not show it to our account: \
     inactive users are hidden from many accounts; let ours see them, then `tenure deliver retry`";

/// What tells who somebody is, besides the stable key, and whether they have access.
const IDENTITY: [&str; 8] =
    ["user_name", "employee_number", "first_name", "middle_name", "last_name", "name", ACTIVE, LOCKED_OUT];

/// Why a tie is not taken away that the target denies and shows.
const SHOWN_STILL: &str =
    "the target says that there is no such row, and still shows it; may our account delete it?";

/// A group or role that is tied to a record or untied from it.
#[derive(Debug, Clone)]
pub(super) struct Tie {
    pub(super) step: Step,
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
        self.must_be_identified(&columns)?;
        self.may_be_new().await?;
        let written = self.known.written.iter().chain(columns.keys()).cloned().collect();
        self.known = Known { written, parked: std::mem::take(&mut self.known.parked), ..Known::default() };
        self.note_intent().await?;
        let Some(mut refusal) = self.insert(&columns).await? else { return Ok(()) };
        // A duplicate looks like a missing right, so that every refusal is looked into.
        self.find(true).await?;
        if self.record.is_none() && matches!(refusal, Refusal::PossibleDuplicate { .. }) {
            // A leaver's record may have given up the login between the refusal and the look.
            let Some(again) = self.insert(&columns).await? else { return Ok(()) };
            refusal = again;
            self.find(true).await?;
        }
        match refusal {
            _ if self.record.is_some() => {
                // Hand-overs may have written the record that was found.
                self.wanted = self.what_is_wanted().await?;
                Ok(())
            }
            Refusal::PossibleDuplicate { .. } => Err(Trouble::Doubt(self.why_a_duplicate().await?)),
            Refusal::BusinessRule { .. } | Refusal::DataPolicy { .. } => {
                self.create_the_least(columns, refusal).await
            }
            other => Err(CallError::Refused(other).into()),
        }
    }

    /// One value that a rule does not like keeps nobody out: who they are goes alone, and the rest is narrowed down.
    async fn create_the_least(&mut self, columns: Columns, refusal: Refusal) -> Result<(), Trouble> {
        let key = self.key();
        let (mut least, mut rest): (Columns, Columns) =
            columns.into_iter().partition(|(column, _)| *column == key || is_identity(column));
        while !rest.is_empty() {
            match self.insert(&least).await? {
                None => return self.update(rest).await,
                Some(Refusal::PossibleDuplicate { .. }) => {
                    return Err(Trouble::Doubt(self.why_a_duplicate().await?));
                }
                // A data policy wants a value that we have.
                Some(Refusal::DataPolicy { column, .. }) => match rest.remove_entry(column.as_str()) {
                    Some((column, value)) => drop(least.insert(column, value)),
                    None => break,
                },
                Some(_) => break,
            }
        }
        Err(CallError::Refused(refusal).into())
    }

    /// Makes the record with these columns; gives back why it was refused.
    async fn insert(&mut self, columns: &Columns) -> Result<Option<Refusal>, Trouble> {
        let shows = self.columns();
        match self.client().insert(self.lane, USERS, &wire(columns), &names(&shows)).await {
            Ok(row) => {
                self.record = Some(row.sys_id.clone());
                self.known.groups = Some(BTreeMap::new());
                self.known.roles = Some(BTreeMap::new());
                self.judge(columns, None, &row).await?;
                Ok(None)
            }
            Err(CallError::Refused(refusal)) => Ok(Some(refusal)),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) async fn update(&mut self, columns: Columns) -> Result<(), Trouble> {
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
                    self.judge(&piece, Some(&before), &row).await?;
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

    /// Holds what was asked for against what the target shows now. Before it was made, a record had nothing.
    async fn judge(&mut self, asked: &Columns, before: Option<&Columns>, row: &Row) -> Result<(), Trouble> {
        if self.is_another_persons(row) && !asked.contains_key(&self.key()) {
            let twin = Decision::new(self.key(), Outcome::WrongTwin)
                .values(None, Some(row.get(self.key().as_str()).to_owned()));
            self.decisions.push(twin.because(format!("record {} is somebody else's", row.sys_id)));
            let why = format!("record {} turned out to be somebody else's", row.sys_id);
            return Err(Trouble::Doubt(format!("{why}; `tenure deliver link` says whose it is")));
        }
        self.wrote = true;
        let nothing = || asked.keys().map(|column| (column.clone(), String::new())).collect();
        let was = before.map_or_else(nothing, Columns::clone);
        for (column, verdict) in verdicts(asked, &was, &shown(row)) {
            let mut reason = verdict.reason();
            if matches!(verdict, Verdict::Altered { .. }) {
                let by = self.who_altered(&row.sys_id, &column).await;
                reason = reason.map(|reason| by.map_or(reason.clone(), |by| format!("{reason}, {by}")));
            }
            let (from, to) = (before.and_then(|it| it.get(&column)).cloned(), asked.get(&column).cloned());
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

    fn park(&mut self, column: &FieldName, asked: &str, reason: &str) {
        let wait = |attempts| backoff::after_refusal(attempts, 0.5);
        self.known.park(column, asked, reason, self.now, wait);
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
        let (mut failed, mut doubtful) = (None, Vec::new());
        for (tie, answer) in ties.into_iter().zip(answers) {
            match self.tied(tie, answer) {
                Ok(doubt) => doubtful.extend(doubt),
                Err(error) => drop(failed.get_or_insert(error)),
            }
        }
        match failed {
            None => self.settle(record, doubtful).await,
            // What is in doubt is sent again, and doubted again.
            Some(error) => Err(error.into()),
        }
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

    /// What became of a tie, unless the target has to be looked at first; an error if it is not known or concerns everybody.
    fn tied(&mut self, tie: Tie, answer: Result<Answer, CallError>) -> Result<Option<Doubtful>, CallError> {
        match (answer, &tie.step) {
            (Ok(Answer::Removed(false)), _) => Ok(Some(Doubtful { tie, why: SHOWN_STILL.to_owned() })),
            (Ok(answer), step) => {
                let row = match answer {
                    Answer::Row(row) => Some(row.sys_id),
                    Answer::Found(_) | Answer::Removed(_) => None,
                };
                self.wrote = true;
                note_tie(&mut self.known, step, row);
                self.landed(&tie, None);
                Ok(None)
            }
            // Somebody else may have made it: a business rule, or whoever did so by hand, refuses a second one.
            (Err(error), Step::Join(_) | Step::Grant(_)) if error.is_permanent() => {
                Ok(Some(Doubtful { tie, why: in_words(&error) }))
            }
            (Err(error), _) if error.is_permanent() => {
                self.reject(&tie, in_words(&error));
                Ok(None)
            }
            (Err(error), _) => Err(error),
        }
    }

    /// The target is as it should be.
    pub(super) fn landed(&mut self, tie: &Tie, because: Option<&str>) {
        self.known.parked.remove(&tie.parked_as);
        let (field, from, to) = self.in_names(&tie.step);
        let landed = Decision::new(field, Outcome::Landed).values(from, to);
        self.decisions.push(Decision { reason: because.map(str::to_owned), ..landed });
    }

    /// The target does not take it.
    pub(super) fn reject(&mut self, tie: &Tie, why: String) {
        self.park(&tie.parked_as, "", &why);
        let (field, from, to) = self.in_names(&tie.step);
        self.decisions.push(Decision::new(field, Outcome::Rejected).values(from, to).because(why));
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

/// What a record is made with, if a rule does not like the whole of it.
fn is_identity(column: &FieldName) -> bool {
    IDENTITY.contains(&column.as_str())
}

/// What ends access goes alone and first; then the value that the refusal names, or one half after the other.
fn narrowed(piece: &Columns, refusal: &Refusal) -> Vec<Columns> {
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
    /// Forgets what waits and is not asked for any more; `steps` are all that are still to be taken.
    pub(super) fn unpark(&mut self, steps: &[Step]) {
        let ties = steps.iter().filter_map(parked_as).collect();
        self.known.unpark(&self.wanted.desired, &ties);
    }

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
