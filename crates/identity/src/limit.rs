//! Limits: how many people may lose access within a time before a human is asked, and what holds whoever comes after.
//!
//! The claim of somebody who is held stays as its source made it. Only the record stays active, until a human answers the
//! one open mass-change case, or the claims give access again.

use crate::case::{Case, CaseKind};
use crate::event::Actor;
use crate::id::{CaseId, PersonId, SourceName};
use crate::person::Person;
use crate::policy::Limit;
use jiff::Timestamp;
use tenure_scim::Object;

/// What a mass-change case calls what it is about, where others have the identity of a claim.
const DEACTIVATIONS: &str = "deactivations";
/// Of a case's evidence, what was said when it was opened; the rest is counted when somebody looks.
const OPENING: usize = 2;

/// What is known when somebody would lose access.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Losses {
    /// How often anybody has ever lost access; read before everything else, so that nobody is missed in between.
    pub ever: i64,
    /// How many different people lost access within the window.
    pub recent: u64,
    /// How many people have access.
    pub active: u64,
    /// The mass-change case that is open.
    pub open: Option<CaseId>,
}

/// Why somebody keeps access that their claims do not give, or has only just lost it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hold {
    /// The mass-change case.
    pub case: CaseId,
    /// What has become of the question.
    pub state: HoldState,
    /// Since when it is so: since the access would have ended, or since the answer.
    pub since: Timestamp,
    /// By whose word the access would have ended.
    pub source: SourceName,
}

/// What has become of the question whether somebody loses access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HoldState {
    /// It waits for a human.
    Held,
    /// They keep it, until their source says inactive again or the claims give it anyway.
    Kept,
    /// They lose it as soon as they are resolved anew, whatever the limit says.
    Released,
}

/// Everybody whom a case holds, counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeldPeople {
    /// How many, by the source whose word it was.
    pub by_source: Vec<(SourceName, u64)>,
    /// How many of them no source claims any more.
    pub unclaimed: u64,
    /// The first of them; those whom no source claims come before all others.
    pub first: Vec<PersonId>,
}

impl HeldPeople {
    /// How many they are.
    pub fn count(&self) -> u64 {
        self.by_source.iter().map(|(_, count)| count).sum()
    }
}

impl HoldState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Held, Self::Kept, Self::Released];

    /// The word for it, on every surface and in the store.
    pub fn label(self) -> &'static str {
        match self {
            Self::Held => "held",
            Self::Kept => "kept",
            Self::Released => "released",
        }
    }

    /// The state of this word.
    pub fn from_label(label: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.label() == label)
    }
}

impl Hold {
    /// Whether it keeps access that the claims do not give.
    pub fn keeps_access(&self) -> bool {
        self.state != HoldState::Released
    }

    /// Why somebody has access all the same.
    pub(crate) fn reason(&self) -> String {
        let what = match self.state {
            HoldState::Kept => "kept until the source says inactive again, as a human decided",
            HoldState::Held | HoldState::Released => {
                "held, because too many people lost access; a human has to release it"
            }
        };
        format!("{what}: case {} ({})", self.case, CaseKind::MassChange.label())
    }
}

impl Limit {
    /// How many more people may lose access now.
    ///
    /// Of the percentage, those count who had access when the window began, as far as that is known: who has it now, and
    /// who lost it since. As long as they are fewer than the percentage, one more may lose it.
    pub fn room(&self, losses: &Losses) -> u64 {
        let by_count = self.count.map(u64::from);
        let were_active = losses.active + losses.recent;
        let by_percent = self.percent.map(|percent| (were_active * u64::from(percent)).div_ceil(100));
        let most = by_count.into_iter().chain(by_percent).min().unwrap_or(u64::MAX);
        most.saturating_sub(losses.recent)
    }

    /// From when on losses of access count.
    pub fn since(&self, now: Timestamp) -> Timestamp {
        let since = now.as_second().saturating_sub(self.window_seconds);
        Timestamp::from_second(since).unwrap_or(Timestamp::MIN)
    }

    /// In words: `50 people or 5 % of the active ones within 1h`.
    pub fn in_words(&self) -> String {
        let count = self.count.map(|count| people(count.into()));
        let percent = self.percent.map(|percent| format!("{percent} % of the active ones"));
        let bounds: Vec<_> = count.into_iter().chain(percent).collect();
        format!("{} within {}", bounds.join(" or "), length(self.window_seconds))
    }

    /// What is said of somebody who loses access beyond a limit that only warns.
    pub(crate) fn warning(&self, losses: &Losses) -> String {
        format!(
            "access ended beyond the limit of {}: {} had lost it already",
            self.in_words(),
            people(losses.recent)
        )
    }
}

fn people(count: u64) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn length(seconds: i64) -> String {
    match seconds {
        whole if whole % 3600 == 0 => format!("{}h", whole / 3600),
        whole if whole % 60 == 0 => format!("{}m", whole / 60),
        seconds => format!("{seconds}s"),
    }
}

/// The question that is put to a human when the first person is held.
pub(crate) fn mass_change(
    id: &CaseId,
    limit: &Limit,
    losses: &Losses,
    person: &Person,
    actor: &Actor,
    now: Timestamp,
) -> Case {
    Case {
        id: id.clone(),
        kind: CaseKind::MassChange,
        source: actor.source.clone(),
        identity: DEACTIVATIONS.to_owned(),
        claim: Object::new(),
        candidates: vec![person.id.clone()],
        evidence: vec![
            format!("more people would lose access than {}", limit.in_words()),
            format!("{} had lost access already, and {} still had it", people(losses.recent), losses.active),
        ],
        opened: now,
        decided: None,
    }
}

impl Case {
    /// The case with whom it holds now.
    #[must_use]
    pub fn holding(mut self, held: HeldPeople) -> Self {
        let by: Vec<_> =
            held.by_source.iter().map(|(source, count)| format!("{count} by `{source}`")).collect();
        let by = if by.is_empty() { String::new() } else { format!(": {}", by.join(", ")) };
        self.evidence.truncate(OPENING);
        self.evidence.push(format!("{} held{by}", people(held.count())));
        if held.unclaimed > 0 {
            self.evidence.push(format!(
                "of {} no source makes a live claim any more: `keep` leaves them held, for nobody could say again that they are inactive",
                people(held.unclaimed)
            ));
        }
        self.candidates = held.first;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::Beyond;

    fn limit(count: Option<u32>, percent: Option<u32>) -> Limit {
        Limit { count, percent, window_seconds: 3600, then: Beyond::Hold }
    }

    #[track_caller]
    fn check(limit: &Limit, recent: u64, active: u64, room: u64) {
        let losses = Losses { recent, active, ..Losses::default() };
        assert_eq!(limit.room(&losses), room, "{} {recent} {active}", limit.in_words());
    }

    #[test]
    fn whichever_bound_is_reached_first_holds() {
        let both = limit(Some(50), Some(5));
        check(&both, 0, 10_000, 50);
        check(&both, 0, 100, 5);
        check(&both, 4, 96, 1);
        check(&both, 5, 95, 0);
        check(&both, 7, 95, 0);
        check(&limit(Some(2), None), 1, 1, 1);
        check(&limit(Some(0), None), 0, 100, 0);
        check(&limit(None, Some(0)), 0, 100, 0);
    }

    #[test]
    fn of_a_few_people_one_may_always_leave() {
        check(&limit(None, Some(5)), 0, 3, 1);
        check(&limit(None, Some(5)), 1, 2, 0);
    }

    #[test]
    fn a_limit_is_told_as_it_was_written() {
        assert_eq!(limit(Some(50), Some(5)).in_words(), "50 people or 5 % of the active ones within 1h");
        let half = Limit { window_seconds: 5400, ..limit(Some(1), None) };
        assert_eq!(half.in_words(), "1 person within 90m");
    }

    #[test]
    fn a_window_may_be_longer_than_time() {
        let endless = Limit { window_seconds: i64::MAX, ..limit(Some(1), None) };
        assert_eq!(endless.since(Timestamp::UNIX_EPOCH), Timestamp::MIN);
    }

    #[test]
    fn states_have_words() {
        for state in HoldState::ALL {
            assert_eq!(HoldState::from_label(state.label()), Some(state));
        }
    }
}
