//! A user name that a leaver had and somebody else has now. The target lets only one record have it, so that the leaver's
//! record gives it up first: the person of ours keeps it, and only the target's record has another.

use super::USERS;
use super::desire::Wanted;
use super::person::Work;
use super::trouble::Trouble;
use tenure_connect::servicenow::{Columns, Compare};
use tenure_identity::event::Subject;
use tenure_identity::id::{FieldName, SysId};
use tenure_identity::person::Person;
use tenure_identity::reconcile::user_name::{LONGEST, given_up};
use tenure_identity::reconcile::{self, Wish};
use tenure_scim::text::fold;

pub(super) const USER_NAME: &str = "user_name";

impl Work<'_> {
    /// This record has the person's user name and is linked to somebody else. If they have left, their record is asked to
    /// give it up; what to wait for, then.
    pub(super) async fn free_user_name(&self, record: &SysId) -> Result<Option<Trouble>, Trouble> {
        let store = self.engine.store();
        let (true, Some(user_name)) =
            (self.policy.lifecycle.free_user_name && self.person.active, self.person.record.text(USER_NAME))
        else {
            return Ok(None);
        };
        let Some(holder) = store.holders_of(&[record.to_string()]).await?.remove(record) else {
            return Ok(None);
        };
        let Subject::Person(id) = &holder else { return Ok(None) };
        if *id == self.person.id || self.engine.person(id).await.map_err(Trouble::Store)?.active {
            return Ok(None);
        }
        store.yield_user_name(&holder, user_name, self.engine.clock.now()).await?;
        self.delivery.wake();
        Ok(Some(Trouble::Yielding(format!(
            "`{user_name}` was {id}'s, who has left: record {record} gives it up first"
        ))))
    }

    /// The target did not take these columns. If it is only the user name, and a leaver's record has it, what to wait for.
    pub(super) async fn is_a_leavers_user_name(
        &self,
        piece: &reconcile::Columns,
    ) -> Result<Option<Trouble>, Trouble> {
        let name = piece.get(&FieldName::from(USER_NAME)).filter(|name| piece.len() == 1 && !name.is_empty());
        let Some(name) = name else { return Ok(None) };
        let rows =
            self.client().find(self.lane, USERS, USER_NAME, name, Compare::Folded, &["sys_id"]).await?;
        match rows.iter().find(|row| Some(&row.sys_id) != self.record.as_ref()) {
            Some(row) => self.free_user_name(&row.sys_id).await,
            None => Ok(None),
        }
    }
}

impl Wanted {
    /// A leaver whose user name somebody else needs has another in the target.
    pub(super) fn yield_user_name(&mut self, person: &Person, needed: &str, columns: Option<&Columns>) {
        let Some(Wish::Value(name)) = self.desired.columns.get_mut(&FieldName::from(USER_NAME)) else {
            return;
        };
        if person.active || fold(name.trim()) != fold(needed.trim()) {
            return;
        }
        let longest = columns.and_then(|columns| columns.get(USER_NAME)?.max_length).unwrap_or(LONGEST);
        self.because.insert(USER_NAME.into(), format!("somebody else has the user name `{name}` now"));
        *name = given_up(name, &person.id, longest);
    }
}
