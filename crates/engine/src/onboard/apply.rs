//! Carrying out what was decided: the stable key first, then the link, so that delivery finds a record that carries the right
//! key when it takes over. Everybody for themselves, many at once; what goes wrong with one is told and ends nothing.

use super::{OnboardError, Study};
use crate::SharedEngine;
use crate::target::Target;
use std::sync::Arc;
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Link, MatchedBy};
use tokio::task::JoinSet;

/// So many in a row who find the target out of order mean that it is, and the rest need not try.
const IN_A_ROW: usize = 20;

/// What is to be carried out beside the links, and by whose word.
#[derive(Debug, Clone)]
pub struct Application {
    /// Whether stable keys are written into records.
    pub seed_keys: bool,
    /// Whether external ids are written for the target's own SCIM service, into `sys_scim_user`.
    pub seed_scim: bool,
    /// Who says so, for the timelines.
    pub by: String,
}

/// What became of one link of an adoption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The record.
    pub record: SysId,
    /// The person, by the id under which they are known.
    pub person: String,
    /// By what the record was recognised.
    pub by: MatchedBy,
    /// The link between person and record in our store.
    pub link: Fate,
    /// The stable key; nothing where there is none to write.
    pub key: Option<Fate>,
    /// The external id for the target's own SCIM service; nothing where it is not used.
    pub scim: Option<Fate>,
}

/// What became of one thing that was to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It is done: the target or the store shows it.
    Landed,
    /// It was so before.
    Standing,
    /// There is nothing to do yet, and why.
    Later(String),
    /// Something else has to be done first, and what.
    Waits(String),
    /// The target has only the beginning of the value.
    Truncated(String),
    /// The target answered that it was done, and did not do it.
    Dropped(String),
    /// The target made something else of the value.
    Altered(String),
    /// It must not be done, or the target refuses it.
    Refused(String),
    /// The target could not be used.
    Unreached(String),
}

impl Fate {
    /// The word for it, on every surface.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Landed => "landed",
            Self::Standing => "standing",
            Self::Later(_) => "later",
            Self::Waits(_) => "waits",
            Self::Truncated(_) => "truncated",
            Self::Dropped(_) => "dropped",
            Self::Altered(_) => "altered",
            Self::Refused(_) => "refused",
            Self::Unreached(_) => "not-reached",
        }
    }

    /// Why, where there is something to say.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Landed | Self::Standing => None,
            Self::Later(why)
            | Self::Waits(why)
            | Self::Truncated(why)
            | Self::Dropped(why)
            | Self::Altered(why)
            | Self::Refused(why)
            | Self::Unreached(why) => Some(why),
        }
    }

    /// Whether it is as it should be.
    pub fn holds(&self) -> bool {
        matches!(self, Self::Landed | Self::Standing)
    }

    /// Whether somebody has to look into it.
    pub fn is_trouble(&self) -> bool {
        !self.holds() && !matches!(self, Self::Later(_))
    }
}

impl Applied {
    /// Everything that was to be done, by what it is: `link`, `key`, `scim`.
    pub fn fates(&self) -> impl Iterator<Item = (&'static str, &Fate)> {
        let seeds = [("key", self.key.as_ref()), ("scim", self.scim.as_ref())];
        let seeds = seeds.into_iter().filter_map(|(what, fate)| Some((what, fate?)));
        std::iter::once(("link", &self.link)).chain(seeds)
    }

    fn is_unreached(&self) -> bool {
        self.fates().any(|(_, fate)| matches!(fate, Fate::Unreached(_)))
    }
}

pub(super) async fn apply(
    engine: &SharedEngine,
    study: &Study,
    application: Application,
    mut progress: impl FnMut(u64),
) -> Result<Vec<Applied>, OnboardError> {
    let target = engine.delivery.as_ref().ok_or(OnboardError::NoTarget)?.target.clone();
    // A link says nothing of an instance that is not the target.
    engine.meet_target().await?;
    let parallel = target.settings.parallel.max(1);
    let ids: std::collections::HashMap<_, _> =
        study.known.iter().map(|known| (known.id.as_str(), known.external_id.clone())).collect();
    let work = Arc::new(Work { engine: Arc::clone(engine), target, application });
    let mut waiting = study.adoption.links.iter().cloned().enumerate();
    let (mut under_way, mut done, mut unreached) = (JoinSet::new(), Vec::new(), 0);
    loop {
        let rest = parallel.saturating_sub(under_way.len());
        for (place, link) in waiting.by_ref().take(if unreached < IN_A_ROW { rest } else { 0 }) {
            let (work, id) = (Arc::clone(&work), ids.get(link.known.as_str()).cloned().flatten());
            under_way.spawn(async move { (place, work.one(&link, id).await) });
        }
        let Some(ended) = under_way.join_next().await else { break };
        let (place, applied) = ended.expect("applying a link does not panic");
        unreached = if applied.is_unreached() { unreached + 1 } else { 0 };
        done.push((place, applied));
        progress(done.len() as u64);
    }
    done.extend(waiting.map(|(place, link)| (place, not_tried(&link))));
    done.sort_by_key(|(place, _)| *place);
    Ok(done.into_iter().map(|(_, applied)| applied).collect())
}

fn not_tried(link: &Link) -> Applied {
    let fate = Fate::Unreached("not tried, because the target could not be used; do it again".to_owned());
    let (record, person) = (link.record.clone(), link.known.clone());
    Applied { record, person, by: link.by, link: fate, key: None, scim: None }
}

/// What everybody's link is made with.
pub(super) struct Work {
    pub(super) engine: SharedEngine,
    pub(super) target: Target,
    pub(super) application: Application,
}

impl Work {
    async fn one(&self, link: &Link, external_id: Option<String>) -> Applied {
        let key = match &link.seed {
            Some(seed) if self.application.seed_keys => {
                Some(self.seed_key(&link.record, seed, link.replaces.as_deref()).await)
            }
            _ => None,
        };
        let scim = match external_id {
            Some(id) if self.application.seed_scim => {
                Some(self.seed_scim(&link.record, &id, link.replaces.as_deref()).await)
            }
            _ => None,
        };
        let link_fate = self.link(link, key.as_ref().is_some_and(Fate::holds)).await;
        let (record, person) = (link.record.clone(), link.known.clone());
        Applied { record, person, by: link.by, link: link_fate, key, scim }
    }
}
