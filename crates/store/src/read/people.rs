//! People with their claims, as the facts of a decision; and everybody who shares a key with a claim.

use crate::Store;
use crate::driver::{Row, Statement, Value};
use crate::encode::{corrupt, object, opt_time, record, texts, time};
use crate::error::StoreError;
use crate::keys;
use std::collections::HashMap;
use std::fmt::Write;
use tenure_identity::case::Ruling;
use tenure_identity::claim::Claim;
use tenure_identity::group::Membership;
use tenure_identity::id::{CaseId, GroupId, PersonId, SourceName};
use tenure_identity::keys::Keys;
use tenure_identity::limit::{Hold, HoldState};
use tenure_identity::person::{Held, Person};
use tenure_identity::receive::Facts;

pub(super) const PERSON: &str = "id, version, active, deactivated_at, created_at, record, login_key, login_shared, \
     employee_key, employee_shared, provisioned, waits, due, hold_case, hold_state, hold_since, hold_source";

pub(super) const CLAIM: &str =
    "person_id, source, active, active_since, ended_at, version, created_at, modified_at, doc";

/// How many columns [`CLAIM`] names.
pub(super) const CLAIM_COLUMNS: usize = 9;

const MEMBERSHIP: &str = "m.member_id, g.id, g.source, g.external_id, g.display_name";

/// People with a common name or address who are looked at as near-duplicates; exact keys are never cut.
const LOOSE: usize = 8;
/// E-mail addresses of one claim that are looked up.
const EMAILS: usize = 8;

impl Store {
    /// One person with all claims.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn person(&self, id: &PersonId) -> Result<Option<Person>, StoreError> {
        Ok(self.people("= $1", id.as_str().into()).await?.pop())
    }

    /// The next people in the order of their ids, at most so many, with claims and groups.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn whole_people_after(&self, after: &str, limit: u32) -> Result<Vec<Person>, StoreError> {
        let next = "select id from persons where id > $1 order by id limit $2";
        self.people_of(Statement::new(next, [after.into(), i64::from(limit).into()])).await
    }

    /// How many people there are.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn count_people(&self) -> Result<u64, StoreError> {
        let rows = self.database.query(Statement::new("select count(*) from persons", [])).await?;
        Ok(rows.first().map_or(Ok(0), |row| row.int(0))?.unsigned_abs())
    }

    /// People to whom something happened that their record may depend on, since it was last resolved.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn due_people(&self, limit: u32) -> Result<Vec<Person>, StoreError> {
        let due = "select id from persons where due > 0 order by id limit $1";
        self.people_of(Statement::new(due, [i64::from(limit).into()])).await
    }

    /// People whose record was resolved under an earlier policy than this one.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn outdated_people(&self, policy: i64, limit: u32) -> Result<Vec<Person>, StoreError> {
        let outdated = "select id from persons where policy < $1 order by policy limit $2";
        self.people_of(Statement::new(outdated, [policy.into(), i64::from(limit).into()])).await
    }

    async fn people_of(&self, ids: Statement) -> Result<Vec<Person>, StoreError> {
        let mut rows = self.database.query(ids).await?;
        let ids = rows.iter_mut().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let listed = format!("in {}", self.database.dialect().array_elements(1));
        self.people(&listed, texts(&ids).into()).await
    }

    /// People whose ids satisfy the condition, in the order of their ids, in one round trip.
    async fn people(&self, condition: &str, parameter: Value) -> Result<Vec<Person>, StoreError> {
        let person = format!("select {PERSON} from persons where id {condition} order by id");
        let claims = format!("select {CLAIM} from claims where person_id {condition} order by seq");
        let person = Statement::built(person, vec![parameter.clone()]);
        let claims = Statement::built(claims, vec![parameter.clone()]);
        let groups = format!(
            "select {MEMBERSHIP} from members as m join groups as g on g.id = m.group_id \
             where m.member_id {condition} and m.present = 1 and g.live = 1 order by g.seq"
        );
        let groups = Statement::built(groups, vec![parameter]);
        let [people, claims, groups] = self.database.query_all([person, claims, groups]).await?;
        let mut claims_of = HashMap::<String, Vec<Claim>>::new();
        for mut row in claims {
            claims_of.entry(row.text(0)?).or_default().push(read_claim(row)?);
        }
        let mut groups_of = HashMap::<String, Vec<Membership>>::new();
        for mut row in groups {
            groups_of.entry(row.text(0)?).or_default().push(read_membership(row)?);
        }
        let mut people = people.into_iter().map(read_person).collect::<Result<Vec<_>, _>>()?;
        for person in &mut people {
            person.claims = claims_of.remove(person.id.as_str()).unwrap_or_default();
            person.groups = groups_of.remove(person.id.as_str()).unwrap_or_default();
        }
        Ok(people)
    }

    /// What is known about a new identity: everybody who shares a key with it, and the newest case about it.
    ///
    /// # Errors
    /// If the database fails or a stored value does not read back.
    pub async fn identity_facts(&self, source: &SourceName, keys: &Keys) -> Result<Facts, StoreError> {
        let identity = keys.identity();
        let statements = [candidates(source, keys), super::cases::newest_blocking(source, &identity)];
        let [mut found, cases] = self.database.query_all(statements).await?;
        let case = cases.into_iter().next().map(super::cases::read).transpose()?;
        let mut ids = found.iter_mut().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        // A ruling may name somebody who shares no key.
        if let Some(Ruling::Link(person)) =
            case.as_ref().and_then(|case| case.decided.as_ref()).map(|d| &d.ruling)
        {
            ids.push(person.to_string());
        }
        if ids.is_empty() {
            return Ok(Facts { candidates: Vec::new(), case });
        }
        let listed = format!("in {}", self.database.dialect().array_elements(1));
        Ok(Facts { candidates: self.people(&listed, texts(&ids).into()).await?, case })
    }

    /// The ids of everybody who could be meant by `who`: an id, a login, an employee number, an e-mail address, or an
    /// external id that a source uses or has used, or the id of their record in the target.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_people(&self, who: &str) -> Result<Vec<PersonId>, StoreError> {
        let who = who.trim();
        let folded = tenure_scim::text::fold(who).to_string();
        let statement = Statement::new(
            "select id from persons where id = $1 \
             union select person_id from claims where external_id = $2 \
             union select person_id from former_links where external_id = $3 \
             union select subject from deliveries where kind = 0 and sys_id = $4 \
             union select person_id from claim_keys where kind in (1, 2, 3) and key = $5 limit 50",
            [who.into(), who.into(), who.into(), who.into(), folded.into()],
        );
        let mut rows = self.database.query(statement).await?;
        rows.iter_mut().map(|row| row.text(0).map(PersonId::new)).collect()
    }

    /// External ids that the person's claims no longer have: source and id, newest first.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn former_links(&self, id: &PersonId) -> Result<Vec<(SourceName, String)>, StoreError> {
        let statement = Statement::new(
            "select source, external_id from former_links where person_id = $1 order by until_at desc limit 100",
            [id.as_str().into()],
        );
        let mut rows = self.database.query(statement).await?;
        rows.iter_mut().map(|row| Ok((SourceName::new(row.text(0)?), row.text(1)?))).collect()
    }
}

/// One statement that finds everybody who shares a key, whatever the size of the directory; whoever shares several is
/// found several times.
fn candidates(source: &SourceName, keys: &Keys) -> Statement {
    let mut sql = String::from("select person_id from claims where source = $1 and external_id = $2");
    let mut params: Vec<Value> = vec![source.as_str().into(), keys.external_id.as_deref().into()];
    let mut exact = |kind: i64, text: &str| {
        params.push(text.into());
        let parameter = params.len();
        write!(sql, " union all select person_id from claim_keys where kind = {kind} and key = ${parameter}")
            .expect("text can be written to a string");
    };
    exact(keys::USER_NAME, &keys.user_name);
    keys.employee_number.iter().for_each(|number| exact(keys::EMPLOYEE_NUMBER, number));
    keys.emails.iter().take(EMAILS).for_each(|email| exact(keys::EMAIL, email));
    let mut loose = |kind: i64, text: &str| {
        params.push(text.into());
        let parameter = params.len();
        write!(
            sql,
            " union all select person_id from (select person_id from claim_keys where kind = {kind} \
             and key = ${parameter} limit {LOOSE}) as alike"
        )
        .expect("text can be written to a string");
    };
    keys.loose_emails.iter().take(EMAILS).for_each(|email| loose(keys::LOOSE_EMAIL, email));
    keys.name.iter().for_each(|name| loose(keys::NAME, name));
    Statement::built(sql, params)
}

fn read_membership(mut row: Row) -> Result<Membership, StoreError> {
    Ok(Membership {
        id: GroupId::new(row.text(1)?),
        source: SourceName::new(row.text(2)?),
        external_id: row.opt_text(3)?,
        name: row.text(4)?,
    })
}

pub(super) fn read_person(mut row: Row) -> Result<Person, StoreError> {
    let held = |key: Option<String>, shared: bool| if shared { Held::Shared } else { Held::Exclusively(key) };
    Ok(Person {
        id: PersonId::new(row.text(0)?),
        version: row.int(1)?,
        active: row.flag(2)?,
        deactivated_at: opt_time(row.opt_int(3)?)?,
        created: time(row.int(4)?)?,
        record: record(&row.text(5)?)?,
        login: held(row.opt_text(6)?, row.flag(7)?),
        employee_number: held(row.opt_text(8)?, row.flag(9)?),
        claims: Vec::new(),
        groups: Vec::new(),
        provisioned: row.flag(10)?,
        waits: row.flag(11)?,
        due: row.int(12)?,
        hold: read_hold(&mut row)?,
    })
}

fn read_hold(row: &mut Row) -> Result<Option<Hold>, StoreError> {
    let Some(case) = row.opt_text(13)? else { return Ok(None) };
    let state = HoldState::from_label(&row.text(14)?).ok_or_else(|| corrupt("hold"))?;
    let (since, source) = (time(row.int(15)?)?, SourceName::new(row.text(16)?));
    Ok(Some(Hold { case: CaseId::new(case), state, since, source }))
}

pub(super) fn read_claim(mut row: Row) -> Result<Claim, StoreError> {
    Ok(Claim {
        source: SourceName::new(row.text(1)?),
        active: row.flag(2)?,
        active_since: time(row.int(3)?)?,
        ended: opt_time(row.opt_int(4)?)?,
        version: row.int(5)?,
        created: time(row.int(6)?)?,
        modified: time(row.int(7)?)?,
        attributes: object(&row.text(8)?, "claim")?.into(),
    })
}
