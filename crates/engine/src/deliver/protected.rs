//! Groups to which our account may not add members, known before it is tried: ServiceNow lets only an administrator put
//! somebody into a group that carries `admin` or `security_admin`. What cannot be told is tried, and the refusal tells.

use super::Delivery;
use super::person::Work;
use super::trouble::Trouble;
use crate::account::{ADMIN, POWERFUL, roles_of, roles_of_group};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tenure_connect::servicenow::{CallError, Lane};
use tenure_identity::id::SysId;
use tenure_identity::reconcile::Step;
use tokio::time::Instant;

/// For how long this is remembered, and after how long it is looked at again.
const REMEMBERED: Duration = Duration::from_secs(3_600);
/// The most groups that are remembered; beyond it, all are forgotten and learned again.
const MOST: usize = 50_000;

/// What this node remembers of groups and of its own account.
#[derive(Debug, Default)]
pub(super) struct Protected {
    /// The role of each group that only an administrator hands on.
    groups: Mutex<HashMap<SysId, (Option<&'static str>, Instant)>>,
    /// Whether our account is certainly no administrator's.
    ordinary: Mutex<Option<(bool, Instant)>>,
    /// Who looks: whoever wants to know the same waits.
    at_work: tokio::sync::Mutex<()>,
}

impl Protected {
    /// Forgets everything: somebody says that it has changed.
    pub(super) fn forget(&self) {
        self.groups.lock().unwrap_or_else(PoisonError::into_inner).clear();
        *self.ordinary.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn ordinary(&self) -> Option<bool> {
        let ordinary = *self.ordinary.lock().unwrap_or_else(PoisonError::into_inner);
        ordinary.filter(|(_, until)| Instant::now() < *until).map(|(ordinary, _)| ordinary)
    }

    fn group(&self, group: &SysId) -> Option<Option<&'static str>> {
        let groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        groups.get(group).filter(|(_, until)| Instant::now() < *until).map(|(role, _)| *role)
    }

    fn remember(&self, group: &SysId, role: Option<&'static str>) {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if groups.len() >= MOST {
            groups.clear();
        }
        groups.insert(group.clone(), (role, Instant::now() + REMEMBERED));
    }
}

impl Delivery {
    /// The role because of which our account may not add members to the group.
    async fn protection(&self, lane: Lane, group: &SysId) -> Result<Option<&'static str>, CallError> {
        let protected = &self.protected;
        let _turn = match (protected.ordinary(), protected.group(group)) {
            (Some(false), _) => return Ok(None),
            (Some(true), Some(role)) => return Ok(role),
            _ => protected.at_work.lock().await,
        };
        if !self.is_ordinary(lane).await? {
            return Ok(None);
        }
        if let Some(role) = protected.group(group) {
            return Ok(role);
        }
        let roles = roles_of_group(&self.target.client, lane, group).await?;
        let role = POWERFUL.into_iter().find(|role| roles.contains(*role));
        protected.remember(group, role);
        Ok(role)
    }

    /// Whether our account is certainly no administrator's. One whose roles are not shown may be.
    async fn is_ordinary(&self, lane: Lane) -> Result<bool, CallError> {
        if let Some(ordinary) = self.protected.ordinary() {
            return Ok(ordinary);
        }
        let client = &self.target.client;
        let account = self.target.settings.account.as_deref();
        let roles = match client.myself(lane, account, &["sys_id", "user_name"]).await {
            Ok(Some(row)) => roles_of(client, lane, &row.sys_id).await?,
            Ok(None) => Default::default(),
            Err(error) if error.is_permanent() => Default::default(),
            Err(error) => return Err(error),
        };
        let ordinary = !roles.is_empty() && !roles.contains(ADMIN);
        let mut known = self.protected.ordinary.lock().unwrap_or_else(PoisonError::into_inner);
        *known = Some((ordinary, Instant::now() + REMEMBERED));
        Ok(ordinary)
    }
}

impl Work<'_> {
    /// Takes out what the target certainly refuses, and says so.
    pub(super) async fn spare_protected(&mut self, steps: Vec<Step>) -> Result<Vec<Step>, Trouble> {
        let mut possible = Vec::with_capacity(steps.len());
        for step in steps {
            let role = match &step {
                Step::Join(group) => self.delivery.protection(self.lane, group).await?.map(|it| (group, it)),
                _ => None,
            };
            match role {
                Some((group, role)) => self.note_protected(&group.clone(), role),
                None => possible.push(step),
            }
        }
        Ok(possible)
    }

    fn note_protected(&mut self, group: &SysId, role: &str) {
        let name = self.wanted.names.get(group).map_or(group.as_str(), String::as_str);
        let why = format!("the group `{name}` carries `{role}`; only an administrator may add members");
        if !self.wanted.obstacles.contains(&why) {
            self.wanted.obstacles.push(why);
            self.wanted.look_again_in(REMEMBERED, self.now);
        }
    }
}
