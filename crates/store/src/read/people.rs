//! People with their claims, as the facts of a decision; and everybody who shares a key with a claim.

use crate::Store;
use crate::driver::{Row, Statement, Value};
use crate::encode::{object, opt_time, record, time};
use crate::error::StoreError;
use crate::keys;
use std::collections::BTreeSet;
use std::fmt::Write;
use tenure_identity::claim::Claim;
use tenure_identity::id::{PersonId, SourceName};
use tenure_identity::keys::Keys;
use tenure_identity::person::{Held, Person};
use tenure_identity::receive::Facts;

const PERSON: &str = "select id, version, active, deactivated_at, created_at, record, login_key, login_shared, \
     employee_key, employee_shared from persons where id = $1";

const CLAIMS: &str = "select source, active, active_since, ended_at, version, created_at, modified_at, doc \
     from claims where person_id = $1 order by seq";

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
        let statements =
            [Statement::new(PERSON, [id.as_str().into()]), Statement::new(CLAIMS, [id.as_str().into()])];
        let [person, claims] = self.database.query_all(statements).await?;
        person.into_iter().next().map(|row| read_person(row, claims)).transpose()
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
        let mut ids = BTreeSet::new();
        for row in &mut found {
            ids.insert(PersonId::new(row.text(0)?));
        }
        // A ruling may name somebody who shares no key.
        if let Some(tenure_identity::case::Ruling::Link(person)) =
            case.as_ref().and_then(|case| case.decided.as_ref()).map(|decided| &decided.ruling)
        {
            ids.insert(person.clone());
        }
        let mut people = Vec::with_capacity(ids.len());
        for id in ids {
            people.extend(self.person(&id).await?);
        }
        Ok(Facts { candidates: people, case })
    }

    /// The ids of everybody who could be meant by `who`: an id, a login, an external id, an employee number or a case.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn find_people(&self, who: &str) -> Result<Vec<PersonId>, StoreError> {
        let folded = tenure_scim::text::fold(who.trim()).to_string();
        let statement = Statement::new(
            "select id from persons where id = $1 \
             union select person_id from claims where external_id = $2 \
             union select person_id from former_links where external_id = $3 \
             union select person_id from claim_keys where kind in (1, 2, 3) and key = $4 limit 50",
            [who.into(), who.into(), who.into(), folded.into()],
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

fn read_person(mut row: Row, claims: Vec<Row>) -> Result<Person, StoreError> {
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
        claims: claims.into_iter().map(read_claim).collect::<Result<_, _>>()?,
    })
}

fn read_claim(mut row: Row) -> Result<Claim, StoreError> {
    Ok(Claim {
        source: SourceName::new(row.text(0)?),
        active: row.flag(1)?,
        active_since: time(row.int(2)?)?,
        ended: opt_time(row.opt_int(3)?)?,
        version: row.int(4)?,
        created: time(row.int(5)?)?,
        modified: time(row.int(6)?)?,
        attributes: object(&row.text(7)?, "claim")?,
    })
}
