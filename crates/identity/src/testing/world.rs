//! A world small enough to think about: it carries out plans as the store does, and refuses what the store refuses.

use super::{User, actor, at, policy, source};
use crate::case::{Case, CaseKind, Decided, Reviewer, Ruling};
use crate::change::{Access, Change, ClaimChange, PersonChange, Sweep, Unclaimed};
use crate::claim::{Claim, says_active};
use crate::decision::Outcome;
use crate::event::{Event, EventKind, Subject};
use crate::id::{CaseId, PersonId, SourceName};
use crate::keys::Keys;
use crate::limit::{HeldPeople, HoldState, Losses};
use crate::person::Person;
use crate::policy::Policy;
use crate::receive::{
    CannotDecide, CannotUndo, Concerned, Context, Facts, Incoming, Plan, Refusal, Reply, create, decide, end,
    renew, undo, update,
};
use crate::resolve::References;
use jiff::Timestamp;
use std::collections::{BTreeMap, HashSet};
use tenure_scim::resource::Note;

/// Everybody, every case and every event.
pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) people: BTreeMap<PersonId, Person>,
    pub(crate) cases: Vec<Case>,
    pub(crate) events: Vec<Event>,
    /// Who lost access, and when.
    pub(crate) departures: Vec<(PersonId, Timestamp)>,
    pub(crate) clock: i64,
}

/// What one request led to.
pub(crate) struct Told {
    pub(crate) reply: Reply,
    pub(crate) change: Change,
}

impl World {
    pub(crate) fn new() -> Self {
        let (people, cases, events) = (BTreeMap::new(), Vec::new(), Vec::new());
        Self { policy: policy(), people, cases, events, departures: Vec::new(), clock: 0 }
    }

    pub(crate) fn post(&mut self, name: &str, user: User) -> Told {
        self.post_noted(name, user, Vec::new())
    }

    pub(crate) fn post_noted(&mut self, name: &str, user: User, notes: Vec<Note>) -> Told {
        self.clock += 1;
        let facts = self.facts(&source(name), &Keys::of(&user.0));
        let incoming = incoming(user, notes);
        self.plan(name, |context| create(context, &incoming, &facts))
    }

    /// PUT, or PATCH worked out.
    pub(crate) fn put(&mut self, name: &str, id: &PersonId, user: User) -> Told {
        self.clock += 1;
        let facts = self.facts(&source(name), &Keys::of(&user.0));
        let incoming = incoming(user, Vec::new());
        let person = self.people[id].clone();
        let before = person.live_claim_of(&source(name)).expect("the source claims the person").clone();
        self.plan(name, |context| update(context, &person, &before, &incoming, &facts))
    }

    pub(crate) fn delete(&mut self, name: &str, id: &PersonId) -> Told {
        self.clock += 1;
        let person = self.people[id].clone();
        let before = person.live_claim_of(&source(name)).expect("the source claims the person").clone();
        self.plan(name, |context| end(context, &person, &before))
    }

    /// Resolves them anew, without a word of any source.
    pub(crate) fn renew(&mut self, id: &PersonId) -> Change {
        self.clock += 1;
        let person = self.people[id].clone();
        let change = self.decided("tenure", |context| renew(context, &person, "somebody asked"));
        self.commit(change.clone());
        change
    }

    /// A human answers the newest open case.
    pub(crate) fn decide(&mut self, ruling: Ruling) {
        self.clock += 1;
        let at = at(self.clock);
        let case = self.cases.iter_mut().rev().find(|case| case.decided.is_none()).expect("a case is open");
        case.decided = Some(Decided { ruling, by: "ada".into(), at, note: None, used: None });
    }

    /// The same with everything that follows from it.
    pub(crate) fn answer(&mut self, ruling: &Ruling) -> Result<(), CannotDecide> {
        self.clock += 1;
        let case = self.seen(self.cases.last().expect("there is a case"));
        let people = case.candidates.iter().map(|id| self.people[id].clone()).collect();
        let concerned = Concerned { people, held: self.held(&case.id) };
        let change =
            decide(&self.policy, &case, ruling, Some("because"), &ada(), &concerned, at(self.clock))?;
        self.commit(change);
        Ok(())
    }

    /// A human takes the answer to the case of this number back.
    pub(crate) fn undo(&mut self, number: usize) -> Result<(), CannotUndo> {
        self.clock += 1;
        let case = self.cases[number].clone();
        let same = |other: &&Case| {
            other.kind.blocks() && other.source == case.source && other.identity == case.identity
        };
        let newest = self.cases.iter().rev().find(same).map(|case| case.id.clone());
        let newest = newest.or(self.open_mass_change());
        let people: Vec<_> = case.candidates.iter().map(|id| self.people[id].clone()).collect();
        let change = undo(&self.policy, &case, newest.as_ref(), &ada(), &people, at(self.clock))?;
        self.commit(change);
        Ok(())
    }

    pub(crate) fn kinds_of(&self, id: &PersonId) -> Vec<EventKind> {
        let subject = Subject::Person(id.clone());
        self.events.iter().filter(|event| event.subject == subject).map(|event| event.kind).collect()
    }

    fn facts(&self, source: &SourceName, keys: &Keys) -> Facts {
        let identity = keys.identity();
        let about = |case: &&Case| case.kind.blocks() && case.source == *source && case.identity == identity;
        let case = self.cases.iter().rev().find(about).cloned();
        let ruled = case.as_ref().and_then(|case| match &case.decided.as_ref()?.ruling {
            Ruling::Link(person) => Some(person.clone()),
            Ruling::Create | Ruling::Reject | Ruling::Merge(_) | Ruling::Release | Ruling::Keep => None,
        });
        let shares = |person: &&Person| {
            ruled.as_ref() == Some(&person.id)
                || person.claims.iter().any(|claim| shares_key(claim, source, keys))
        };
        Facts { candidates: self.people.values().filter(shares).cloned().collect(), case }
    }

    /// The case as the store shows it.
    pub(crate) fn seen(&self, case: &Case) -> Case {
        if case.kind != CaseKind::MassChange || case.decided.is_some() {
            return case.clone();
        }
        case.clone().holding(self.held(&case.id))
    }

    fn held(&self, case: &CaseId) -> HeldPeople {
        let is_held = |person: &&Person| {
            person.hold.as_ref().is_some_and(|it| it.case == *case && it.state == HoldState::Held)
        };
        let mut by_source = BTreeMap::new();
        let mut held: Vec<_> = self.people.values().filter(is_held).collect();
        for hold in held.iter().filter_map(|person| person.hold.as_ref()) {
            *by_source.entry(hold.source.clone()).or_default() += 1;
        }
        held.sort_by_key(|person| is_claimed(person));
        HeldPeople {
            by_source: by_source.into_iter().collect(),
            unclaimed: held.iter().filter(|person| !is_claimed(person)).count() as u64,
            first: held.iter().map(|person| person.id.clone()).collect(),
        }
    }

    fn open_mass_change(&self) -> Option<CaseId> {
        let is_open = |case: &&Case| case.kind == CaseKind::MassChange && case.decided.is_none();
        self.cases.iter().find(is_open).map(|case| case.id.clone())
    }

    fn losses(&self) -> Option<Losses> {
        let since = self.policy.limits.deactivations.as_ref()?.since(at(self.clock));
        let recent = self.departures.iter().filter(|(_, when)| *when > since).map(|(id, _)| id);
        Some(Losses {
            ever: i64::try_from(self.departures.len()).unwrap(),
            recent: recent.collect::<HashSet<_>>().len() as u64,
            active: self.people.values().filter(|person| person.active).count() as u64,
            open: self.open_mass_change(),
        })
    }

    /// Decides, and decides again with the losses if they are asked for.
    fn decided<T: AsRef<Change>>(&self, name: &str, decide: impl Fn(&Context<'_>) -> T) -> T {
        let actor = actor(name);
        let context = |losses| Context {
            policy: &self.policy,
            references: References::none(),
            losses,
            actor: &actor,
            now: at(self.clock),
            fresh_person: PersonId::new(format!("p{}", self.clock)),
            fresh_case: CaseId::new(format!("c{}", self.clock)),
        };
        let decided = decide(&context(None));
        match decided.as_ref().asks_for_losses(&self.policy) {
            true => decide(&context(self.losses().as_ref())),
            false => decided,
        }
    }

    fn plan(&mut self, name: &str, plan: impl Fn(&Context<'_>) -> Plan) -> Told {
        let plan = self.decided(name, plan);
        self.commit(plan.change.clone());
        Told { reply: plan.reply, change: plan.change }
    }

    fn commit(&mut self, change: Change) {
        if let Some(person) = change.person {
            self.write_person(person);
        }
        change.claims.into_iter().for_each(|claim| self.write_claim(claim));
        if let Some(case) = change.opened {
            let same = |open: &Case| open.source == case.source && open.identity == case.identity;
            let blocked =
                self.cases.iter().any(|open| open.decided.is_none() && open.kind.blocks() && same(open));
            assert!(!(blocked && case.kind.blocks()), "cases_open");
            let second = case.kind == CaseKind::MassChange && self.open_mass_change().is_some();
            assert!(!second, "cases_mass_change");
            self.cases.push(case);
        }
        if let Some((id, decided)) = change.decided {
            let case = self.case(&id);
            assert_eq!(case.decided.replace(decided), None, "decided twice");
        }
        if let Some((id, decided)) = change.vacates.filter(|(id, _)| self.held(id).count() == 0) {
            self.case(&id).decided.get_or_insert(decided);
        }
        if let Some(answer) = change.follows {
            let now = at(self.clock);
            let decided = self.case(&answer.case).decided.as_mut().filter(|d| d.at == answer.decided);
            decided.expect("the answer stands").used.get_or_insert(now);
        }
        if let Some(answer) = change.reopened {
            let decided = self.case(&answer.case).decided.take().expect("there is an answer");
            assert_eq!((decided.at, decided.used), (answer.decided, None));
        }
        if let Some(sweep) = change.sweep {
            self.sweep(&sweep);
        }
        self.events.extend(change.events);
        self.check_unique();
    }

    fn sweep(&mut self, sweep: &Sweep) {
        for person in self.people.values_mut() {
            let hold = person.hold.as_mut().filter(|it| it.case == sweep.case && it.state == sweep.from);
            let Some(hold) = hold else { continue };
            let claimed = person.claims.iter().any(Claim::is_live);
            match sweep.unclaimed {
                Unclaimed::LeftOut if !claimed => continue,
                Unclaimed::Absent => assert!(claimed, "somebody without a live claim would be kept for ever"),
                Unclaimed::LeftOut | Unclaimed::Swept => {}
            }
            (hold.state, hold.since) = (sweep.to, sweep.event.at);
            person.version += 1;
            self.events.push(Event { subject: Subject::Person(person.id.clone()), ..sweep.event.clone() });
        }
        if let Some(found) = &sweep.found {
            let found = found.clone();
            let case = self.case(&sweep.case);
            (case.candidates, case.evidence) = (found.candidates, found.evidence);
        }
    }

    fn depart(&mut self, change: &PersonChange) {
        let was_active = self.people.get(&change.person.id).is_some_and(|person| person.active);
        let ends = was_active && !change.person.active;
        assert_eq!(ends, matches!(change.access, Some(Access::Ends(_))), "the end of access is told");
        let Some(Access::Ends(ending)) = &change.access else { return };
        let ever = i64::try_from(self.departures.len()).unwrap();
        assert!(ending.below.is_none_or(|below| ever < below), "beyond the limit");
        self.departures.push((change.person.id.clone(), at(self.clock)));
        if let Some(answer) = &ending.by {
            let now = at(self.clock);
            let decided = self.case(&answer.case).decided.as_mut().filter(|d| d.at == answer.decided);
            decided.expect("the answer stands").used.get_or_insert(now);
        }
    }

    fn case(&mut self, id: &CaseId) -> &mut Case {
        self.cases.iter_mut().find(|case| case.id == *id).expect("the case is there")
    }

    fn write_person(&mut self, change: PersonChange) {
        self.depart(&change);
        let before = self.people.get(&change.person.id);
        assert_eq!(
            change.hold_changed,
            before.and_then(|it| it.hold.as_ref()) != change.person.hold.as_ref()
        );
        assert_eq!(before.map(|person| person.version), change.expect, "the version moved");
        let claims = before.map(|person| person.claims.clone()).unwrap_or_default();
        self.people.insert(change.person.id.clone(), Person { claims, ..change.person });
    }

    fn write_claim(&mut self, change: ClaimChange) {
        let claims = &mut self.people.get_mut(&change.person).expect("a claim is about somebody").claims;
        let place = claims.iter().position(|claim| claim.source == change.claim.source);
        assert_eq!(place.is_some(), change.before.is_some(), "claims_person");
        match place {
            Some(place) => claims[place] = change.claim,
            None => claims.push(change.claim),
        }
    }

    /// The unique indexes of the store.
    fn check_unique(&self) {
        let people = || self.people.values();
        let claims = || people().flat_map(|person| &person.claims);
        unique("persons_login", people().filter_map(|person| person.login.key()));
        unique("persons_employee", people().filter_map(|person| person.employee_number.key()));
        unique(
            "claims_external_id",
            claims().filter_map(|claim| Some((&claim.source, claim.external_id()?))),
        );
        let logins = claims().filter(|claim| claim.gives_access());
        unique("claims_user_name", logins.map(|claim| (&claim.source, claim.keys().user_name)));
    }
}

fn incoming(user: User, notes: Vec<Note>) -> Incoming {
    let says_inactive = says_active(&user.0) == Some(false);
    Incoming { attributes: user.0.into(), notes, says_inactive }
}

fn is_claimed(person: &Person) -> bool {
    person.claims.iter().any(Claim::is_live)
}

fn ada() -> Reviewer {
    Reviewer { name: "ada".into(), request: None }
}

#[track_caller]
fn unique<T: std::hash::Hash + Eq + std::fmt::Debug>(name: &str, values: impl Iterator<Item = T>) {
    let mut seen = HashSet::new();
    for value in values {
        let shown = format!("{value:?}");
        assert!(seen.insert(value), "{name}: {shown} twice");
    }
}

fn shares_key(claim: &Claim, source: &SourceName, keys: &Keys) -> bool {
    let theirs = claim.keys();
    let shares = |ours: &[String], theirs: &[String]| ours.iter().any(|key| theirs.contains(key));
    (claim.source == *source && keys.external_id.is_some() && theirs.external_id == keys.external_id)
        || theirs.user_name == keys.user_name
        || (keys.employee_number.is_some() && theirs.employee_number == keys.employee_number)
        || (keys.name.is_some() && theirs.name == keys.name)
        || shares(&keys.emails, &theirs.emails)
        || shares(&keys.loose_emails, &theirs.loose_emails)
}

impl Told {
    #[track_caller]
    pub(crate) fn created(&self) -> PersonId {
        let Reply::Created(id) = &self.reply else { panic!("not created: {:?}", self.reply) };
        id.clone()
    }

    #[track_caller]
    pub(crate) fn updated(&self) -> PersonId {
        let Reply::Updated(id) = &self.reply else { panic!("not updated: {:?}", self.reply) };
        id.clone()
    }

    #[track_caller]
    pub(crate) fn taken(&self) -> &'static str {
        let Reply::Refused(Refusal::Taken { attribute }) = &self.reply else { panic!("{:?}", self.reply) };
        assert_eq!(self.change, Change::default(), "a conflict writes nothing");
        attribute
    }

    #[track_caller]
    pub(crate) fn doubtful(&self) -> &str {
        let Reply::Refused(Refusal::Doubtful { question }) = &self.reply else { panic!("{:?}", self.reply) };
        assert_eq!(self.change, Change::default(), "a doubt that nobody is asked about writes nothing");
        question
    }

    #[track_caller]
    pub(crate) fn held(&self) -> CaseId {
        let Reply::Refused(Refusal::Held { case, .. }) = &self.reply else { panic!("{:?}", self.reply) };
        assert!(
            self.change.person.is_none() && self.change.claims.is_empty(),
            "nothing is applied meanwhile"
        );
        case.clone()
    }

    #[track_caller]
    pub(crate) fn rejected(&self) -> CaseId {
        let Reply::Refused(Refusal::Rejected { case }) = &self.reply else { panic!("{:?}", self.reply) };
        case.clone()
    }

    pub(crate) fn kinds(&self) -> Vec<EventKind> {
        self.change.events.iter().map(|event| event.kind).collect()
    }

    /// What became of this attribute or field.
    pub(crate) fn outcomes(&self, field: &str) -> Vec<Outcome> {
        let decisions = self.change.events.iter().flat_map(|event| &event.decisions);
        decisions.filter(|decision| decision.field == field).map(|decision| decision.outcome).collect()
    }
}
