//! The workers: each has one connection as Okta and one as Entra, and does its share of a wave in order.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use super::{PlayError, Stage};
use crate::company::Idp;
use crate::http::HttpError;
use crate::idp::entra::Entra;
use crate::idp::okta::Okta;
use crate::idp::{DriveError, Outcome, Refusal};
use crate::year::{Arrival, Dated, Event};

/// The time between two tries to reach a server that is gone.
const PAUSE: Duration = Duration::from_millis(500);

/// All workers; those at work are in `busy`.
pub(super) struct Crew {
    idle: Vec<Hand>,
    busy: JoinSet<Hand>,
}

/// One worker.
struct Hand {
    okta: Okta,
    entra: Entra,
    persistence: u32,
}

/// An event that was played, and what came of it.
pub(super) struct Done {
    pub(super) dated: Dated,
    pub(super) outcome: Result<Outcome, DriveError>,
    pub(super) refusals: Vec<Refusal>,
    pub(super) requests: u64,
}

impl Crew {
    /// Tests both connectors and hires the workers.
    pub(super) async fn assemble(stage: &Stage) -> Result<Self, PlayError> {
        let mut okta = Okta::new(&stage.base_url, &stage.okta_token, stage.okta, stage.pace.clone())
            .map_err(PlayError::Stage)?;
        let mut entra = Entra::new(&stage.base_url, &stage.entra_token, stage.entra, stage.pace.clone())
            .map_err(PlayError::Stage)?;
        okta.test_connector().await.map_err(|source| PlayError::Connector { idp: Idp::Okta, source })?;
        entra.test_connection().await.map_err(|source| PlayError::Connector { idp: Idp::Entra, source })?;
        let persistence = stage.persistence;
        let more: Vec<Hand> = (1..stage.workers)
            .map(|_| Hand { okta: okta.fork(), entra: entra.fork(), persistence })
            .collect();
        let mut idle = vec![Hand { okta, entra, persistence }];
        idle.extend(more);
        Ok(Self { idle, busy: JoinSet::new() })
    }

    /// Requests that the idle workers have sent so far.
    pub(super) fn requests(&self) -> u64 {
        self.idle.iter().map(Hand::requests).sum()
    }

    /// Deals the wave out and lets everybody begin.
    pub(super) fn set_to_work(&mut self, wave: &[Dated], tell: &UnboundedSender<Done>) {
        for share in deal(wave, self.idle.len()) {
            let Some(mut hand) = self.idle.pop() else { return };
            let tell = tell.clone();
            self.busy.spawn(async move {
                for dated in share {
                    // Nobody listens any more only when the play was given up.
                    _ = tell.send(hand.play(dated).await);
                }
                hand
            });
        }
    }

    /// Waits until everybody is idle again.
    pub(super) async fn gather(&mut self) -> Result<(), PlayError> {
        while let Some(hand) = self.busy.join_next().await {
            self.idle.push(hand.map_err(PlayError::Worker)?);
        }
        Ok(())
    }

    /// Entra sends the managers who have arrived in the meantime; gives back how many requests that took.
    ///
    /// A refused reference is not counted against anybody, as in Entra's own quarantine rule.
    pub(super) async fn settle(&mut self) -> Result<u64, PlayError> {
        let Some(hand) = self.idle.first_mut() else { return Ok(0) };
        let before = hand.requests();
        let mut settled = hand.entra.settle_managers().await;
        for _ in 0..hand.persistence {
            if !is_lost(&settled) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            settled = hand.entra.settle_managers().await;
        }
        match settled {
            Ok(_) | Err(DriveError::Refused(_)) => {
                hand.entra.take_refusals();
                Ok(hand.requests() - before)
            }
            Err(source) => Err(PlayError::Connector { idp: Idp::Entra, source }),
        }
    }
}

impl Hand {
    fn requests(&self) -> u64 {
        self.okta.requests() + self.entra.requests()
    }

    async fn play(&mut self, dated: Dated) -> Done {
        let before = self.requests();
        let mut outcome = self.tell(&dated.event).await;
        for _ in 0..self.persistence {
            if !is_lost(&outcome) {
                break;
            }
            tokio::time::sleep(PAUSE).await;
            outcome = self.tell(&dated.event).await;
        }
        let mut refusals = self.okta.take_refusals();
        refusals.extend(self.entra.take_refusals());
        Done { dated, outcome, refusals, requests: self.requests() - before }
    }

    async fn tell(&mut self, event: &Event) -> Result<Outcome, DriveError> {
        match event.idp() {
            Idp::Okta => self.as_okta(event).await,
            Idp::Entra => self.as_entra(event).await,
        }
    }

    async fn as_okta(&mut self, event: &Event) -> Result<Outcome, DriveError> {
        let okta = &mut self.okta;
        match event {
            Event::Joined { account, arrival: Arrival::PostedTwice } => {
                okta.assign_after_time_out(account).await
            }
            Event::Joined { account, .. } | Event::Appeared { account } => okta.assign(account).await,
            Event::Rehired { account, .. } | Event::Reassigned { account } => okta.reassign(account).await,
            Event::Moved { account } | Event::Married { account } | Event::Readdressed { account } => {
                okta.update(account).await
            }
            Event::LoginReplaced { before, account } => {
                okta.unassign(before).await?;
                okta.assign(account).await
            }
            Event::Left { account } | Event::Unassigned { account } => okta.unassign(account).await,
            // Okta never deletes a user.
            Event::Purged { .. } => Ok(Outcome::Nothing),
            Event::GroupPushed { group } => okta.push_group(group).await,
            Event::MembersChanged { group, joined, left } => {
                okta.change_members(&group.id, joined, left).await
            }
            Event::GroupRenamed { group } => okta.rename_group(&group.id, &group.name).await,
        }
    }

    async fn as_entra(&mut self, event: &Event) -> Result<Outcome, DriveError> {
        let entra = &mut self.entra;
        match event {
            Event::Joined { account, .. }
            | Event::Appeared { account }
            | Event::Rehired { account, rotated: true } => entra.provision(account).await,
            Event::Rehired { account, rotated: false } | Event::Reassigned { account } => {
                entra.restore(account).await
            }
            Event::Moved { account }
            | Event::Married { account }
            | Event::Readdressed { account }
            | Event::LoginReplaced { account, .. } => entra.update(account).await,
            Event::Left { account } | Event::Unassigned { account } => entra.disable(account).await,
            Event::Purged { account } => entra.hard_delete(account).await,
            Event::GroupPushed { group } => entra.create_group(group).await,
            Event::MembersChanged { group, joined, left } => {
                entra.change_members(&group.id, joined, left).await
            }
            Event::GroupRenamed { group } => entra.rename_group(&group.id, &group.name).await,
        }
    }
}

/// Whether there was no answer, so that nobody knows what became of it.
fn is_lost<T>(outcome: &Result<T, DriveError>) -> bool {
    use HttpError::{Connect, Exchange, TimedOut};
    matches!(outcome, Err(DriveError::Http(Connect { .. } | Exchange { .. } | TimedOut { .. })))
}

/// Shares of the wave: one lane for each person or group, the lanes dealt out in turn, order kept.
fn deal(wave: &[Dated], hands: usize) -> Vec<Vec<Dated>> {
    let mut lanes: HashMap<&str, usize> = HashMap::new();
    let mut shares = vec![vec![]; hands.max(1)];
    for dated in wave {
        let next = lanes.len() % shares.len();
        let lane = *lanes.entry(lane(&dated.event)).or_insert(next);
        shares[lane].push(dated.clone());
    }
    shares.retain(|share| !share.is_empty());
    shares
}

fn lane(event: &Event) -> &str {
    let person = event.account().map(|account| account.human.number.0.as_str());
    person.or(event.group().map(|group| group.0.as_str())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::company::Company;
    use crate::year::Year;

    #[test]
    fn everything_is_dealt_once_and_each_lane_to_one_hand() {
        let year = Year::plan(&Company::generate(1, 60), 1);
        let shares = deal(&year.events, 4);
        assert_eq!(shares.iter().map(Vec::len).sum::<usize>(), year.events.len());
        let mut owner: HashMap<&str, usize> = HashMap::new();
        for (hand, share) in shares.iter().enumerate() {
            assert!(share.is_sorted_by_key(|dated| dated.day));
            assert!(share.iter().all(|dated| *owner.entry(lane(&dated.event)).or_insert(hand) == hand));
        }
    }
}
