//! Whom onboarding leaves to a human, and what the human has said. A question is found by whatever the person is recognised
//! by when they come, so that delivery makes no second record while it waits.

use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::{corrupt, micros};
use crate::error::{CommitError, StoreError};
use jiff::Timestamp;
use std::collections::BTreeMap;
use tenure_identity::id::SysId;
use tenure_identity::onboard::Answer;
use tenure_scim::text::fold;

/// How the answer that they get a record of their own is kept.
const NEW: &str = "new";
const COLUMNS: &str = "who, external_id, login, address, kind, records, answer, answered_by";

/// Somebody of whom a human has to say which record is theirs, or has said so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// By what they are called there.
    pub who: Sought,
    /// What the question is: the label of its kind.
    pub kind: String,
    /// Records that may be theirs; the first of them, where there are many.
    pub records: Vec<SysId>,
    /// What a human has said, and who.
    pub answer: Option<(Answer, String)>,
}

/// Somebody by everything that they are recognised by.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sought {
    /// Our id, else what the identity provider calls them.
    pub id: String,
    /// The identity provider's id.
    pub external_id: Option<String>,
    /// Login.
    pub login: Option<String>,
    /// E-mail address.
    pub address: Option<String>,
}

impl Sought {
    /// Whether a question about these is about this person. An address alone says nothing where both have ids of the
    /// provider: several people may share it.
    fn is_about(&self, other: &Self) -> bool {
        let strangers =
            matches!((&self.external_id, &other.external_id), (Some(one), Some(other)) if one != other);
        self.is_surely(other) || (same(self.address.as_deref(), other.address.as_deref()) && !strangers)
    }

    /// Whether these are the same person by more than an address.
    pub fn is_surely(&self, other: &Self) -> bool {
        self.id == other.id
            || (self.external_id.is_some() && self.external_id == other.external_id)
            || same(self.login.as_deref(), other.login.as_deref())
    }
}

fn same(one: Option<&str>, other: Option<&str>) -> bool {
    let folded = |text: &str| fold(text.trim()).into_owned();
    one.is_some() && one.map(folded) == other.map(folded)
}

impl Store {
    /// Puts these questions in the place of those that wait about the same people, and takes away those that wait about
    /// people of `settled`. What has been answered stays.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn ask_onboarding(
        &self,
        target: &str,
        settled: &[String],
        questions: &[Question],
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let gone = "delete from onboard_questions where target = $1 and who = $2 and answer is null";
        let gone = |who: &String| Statement::new(gone, [target.into(), who.as_str().into()]);
        let asked = questions.iter().map(|question| ask(target, question, now));
        self.write(settled.iter().map(gone).chain(asked).collect()).await
    }

    /// All questions about a target, those that are answered too.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn onboard_questions(&self, target: &str) -> Result<Vec<Question>, StoreError> {
        let sql = format!("select {COLUMNS} from onboard_questions where target = $1 order by who");
        let rows = self.database.query(Statement::built(sql, vec![target.into()])).await?;
        rows.into_iter().map(read).collect()
    }

    /// The questions that are about somebody.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn onboard_questions_about(
        &self,
        target: &str,
        who: &Sought,
    ) -> Result<Vec<Question>, StoreError> {
        let found = self.questions_by(target, who).await?;
        Ok(found.into_iter().filter(|question| question.who.is_about(who)).collect())
    }

    /// The questions about whoever is called so: by id, login or address.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn onboard_questions_named(
        &self,
        target: &str,
        who: &str,
    ) -> Result<Vec<Question>, StoreError> {
        let text = Some(who.to_owned());
        let (external_id, login, address) = (text.clone(), text.clone(), text);
        self.questions_by(target, &Sought { id: who.to_owned(), external_id, login, address }).await
    }

    async fn questions_by(&self, target: &str, who: &Sought) -> Result<Vec<Question>, StoreError> {
        let by = |column: &str, parameter: usize| {
            format!("select {COLUMNS} from onboard_questions where target = $1 and {column} = ${parameter}")
        };
        let sql = format!(
            "{} union {} union {} union {} limit 50",
            by("who", 2),
            by("external_id", 3),
            by("login", 4),
            by("address", 5)
        );
        let folded = |text: &Option<String>| text.as_deref().map(|text| fold(text.trim()).into_owned());
        let params = vec![
            target.into(),
            who.id.as_str().into(),
            who.external_id.as_deref().into(),
            folded(&who.login).into(),
            folded(&who.address).into(),
        ];
        let rows = self.database.query(Statement::built(sql, params)).await?;
        let mut found = BTreeMap::new();
        for row in rows {
            let question = read(row)?;
            found.insert(question.who.id.clone(), question);
        }
        Ok(found.into_values().collect())
    }

    /// Notes what a human has said, in the place of what was said before.
    ///
    /// # Errors
    /// [`CommitError::Moved`] if there is no such question any more; also if the database fails.
    pub async fn answer_onboarding(
        &self,
        target: &str,
        who: &str,
        answer: &Answer,
        by: &str,
        now: Timestamp,
    ) -> Result<(), CommitError> {
        let sql = "update onboard_questions set answer = $1, answered_by = $2, answered_at = $3 \
             where target = $4 and who = $5";
        let answer = match answer {
            Answer::Record(record) => record.as_str(),
            Answer::New => NEW,
        };
        let params = [answer.into(), by.into(), micros(now).into(), target.into(), who.into()];
        self.write(vec![Statement::new(sql, params).must_touch_one()]).await
    }
}

fn ask(target: &str, question: &Question, now: Timestamp) -> Statement {
    let sql = "insert into onboard_questions (target, who, external_id, login, address, kind, records, asked_at) \
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (target, who) do update set \
         external_id = excluded.external_id, login = excluded.login, address = excluded.address, kind = excluded.kind, \
         records = excluded.records";
    let folded = |text: &Option<String>| {
        let text = text.as_deref().map(|text| fold(text.trim()).into_owned());
        text.filter(|text| !text.is_empty())
    };
    let records: Vec<_> = question.records.iter().map(SysId::as_str).collect();
    let records = serde_json::to_string(&records).expect("texts can be written as JSON");
    let who = &question.who;
    Statement::new(
        sql,
        [
            target.into(),
            who.id.as_str().into(),
            who.external_id.as_deref().into(),
            folded(&who.login).into(),
            folded(&who.address).into(),
            question.kind.as_str().into(),
            records.into(),
            micros(now).into(),
        ],
    )
}

fn read(mut row: Row) -> Result<Question, StoreError> {
    let records: Vec<String> =
        serde_json::from_str(&row.text(5)?).map_err(|_| corrupt("records of a question of onboarding"))?;
    let answer =
        row.opt_text(6)?.map(|text| if text == NEW { Answer::New } else { Answer::Record(SysId::new(text)) });
    Ok(Question {
        who: Sought {
            id: row.text(0)?,
            external_id: row.opt_text(1)?,
            login: row.opt_text(2)?,
            address: row.opt_text(3)?,
        },
        kind: row.text(4)?,
        records: records.into_iter().map(SysId::new).collect(),
        answer: answer.zip(Some(row.opt_text(7)?.unwrap_or_default())),
    })
}
