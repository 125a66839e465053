//! The desk on which people and records are put side by side: who shares a key with whom, who is dealt with already, and what
//! was decided so far. It decides nothing itself.

use super::components::components;
use super::held::{Held, Holders};
use super::sentences::{about, why_unclaimed};
use super::{
    Adoption, Conflict, ConflictKind, Link, MatchedBy, Question, QuestionKind, Unclaimed, Verdict, differ,
};
use crate::id::SysId;
use crate::onboard::account::{Account, AccountKind};
use crate::onboard::existing::{Answer, Existing, Known};
use crate::onboard::portrait::{PlainName, key, loose_number};
use crate::onboard::suspects::Cluster;
use crate::policy::CorrelationRule;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Pairs of those who share a key that are held against each other. Where more share one, nobody is left out of the
/// question: it says less of each of them, and the work stays bounded.
const COMPARED: usize = 250_000;
/// Reasons that are told of one group.
const MOST_REASONS: usize = 20;

/// People and records that share a key, directly or through each other. Positions on the desk, in order.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) known: Vec<usize>,
    pub(super) records: Vec<usize>,
    /// Records that look like one of `records`, and that nobody else claims.
    pub(super) siblings: Vec<usize>,
    /// What brings them together, where no key does; one sentence each.
    pub(super) why: Vec<String>,
}

/// People, records, and what was decided of them.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    rows: Vec<&'a Existing>,
    accounts: Vec<Account>,
    known: Vec<&'a Known>,
    clusters: Vec<Cluster>,
    cluster_of: HashMap<SysId, usize>,
    holders: Holders<'a>,
    record_done: Vec<bool>,
    known_done: Vec<bool>,
    /// The person to whom a record is linked.
    linked: HashMap<usize, usize>,
    /// The case that a record is in, by its place among them.
    asked: HashMap<usize, usize>,
    adoption: Adoption,
}

impl<'a> Desk<'a> {
    pub(super) fn new(rows: &'a [Existing], clusters: Vec<Cluster>, known: &'a [Known]) -> Self {
        let numbered = clusters.iter().enumerate();
        let cluster_of =
            numbered.flat_map(|(at, cluster)| cluster.records.iter().map(move |id| (id.clone(), at)));
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by(|a, b| a.sys_id.cmp(&b.sys_id));
        let mut known: Vec<_> = known.iter().collect();
        known.sort_by(|a, b| {
            (&a.id, &a.external_id, &a.user_name).cmp(&(&b.id, &b.external_id, &b.user_name))
        });
        Self {
            accounts: rows.iter().map(|row| Account::of(row)).collect(),
            cluster_of: cluster_of.collect(),
            record_done: vec![false; rows.len()],
            known_done: vec![false; known.len()],
            linked: HashMap::new(),
            asked: HashMap::new(),
            adoption: Adoption::default(),
            holders: Holders::of(&known),
            rows,
            known,
            clusters,
        }
    }

    pub(super) fn row(&self, record: usize) -> &'a Existing {
        self.rows[record]
    }

    pub(super) fn person(&self, known: usize) -> &'a Known {
        self.known[known]
    }

    pub(super) fn account(&self, record: usize) -> AccountKind {
        self.accounts[record].kind
    }

    pub(super) fn is_person(&self, record: usize) -> bool {
        self.accounts[record].is_person()
    }

    pub(super) fn name_of_record(&self, record: usize) -> PlainName {
        PlainName::of(&self.rows[record].name)
    }

    pub(super) fn name_of(&self, known: usize) -> PlainName {
        PlainName::of(&self.known[known].name)
    }

    /// Both have a stable key, and not the same.
    pub(super) fn keys_differ(&self, known: usize, record: usize) -> bool {
        let written = |text: &Option<String>| text.as_deref().and_then(key);
        differ(written(&self.rows[record].key), written(&self.known[known].external_id))
    }

    /// Both have an employee number, and not the same; zeros before it count for nothing, because spreadsheets lose them.
    pub(super) fn numbers_differ(&self, known: usize, record: usize) -> bool {
        let written = |text: &Option<String>| text.as_deref().and_then(loose_number);
        differ(written(&self.rows[record].employee_number), written(&self.known[known].employee_number))
    }

    /// Both have the same employee number, but for zeros before it.
    pub(super) fn numbers_agree(&self, known: usize, record: usize) -> bool {
        let written = |text: &Option<String>| text.as_deref().and_then(loose_number);
        let theirs = written(&self.rows[record].employee_number);
        theirs.is_some() && theirs == written(&self.known[known].employee_number)
    }

    pub(super) fn stable_keys_differ(&self, known: usize, record: usize) -> bool {
        self.numbers_differ(known, record) || self.keys_differ(known, record)
    }

    /// People who are not dealt with yet.
    pub(super) fn waiting(&self) -> impl Iterator<Item = usize> {
        (0..self.known.len()).filter(|&known| !self.known_done[known])
    }

    /// Records that are not dealt with yet.
    pub(super) fn left_over(&self) -> impl Iterator<Item = usize> {
        (0..self.rows.len()).filter(|&record| !self.record_done[record])
    }

    /// Records that are not dealt with yet, or are in a case.
    pub(super) fn unlinked(&self) -> impl Iterator<Item = usize> {
        let open = |record: &usize| !self.record_done[*record] || self.asked.contains_key(record);
        (0..self.rows.len()).filter(open)
    }

    /// People whose id or external id is another's too, together with that other and with the records that carry it.
    pub(super) fn people_who_share_a_key(&self) -> Vec<Group> {
        let mut held = Vec::with_capacity(2 * self.known.len());
        for (position, person) in self.known.iter().enumerate() {
            let external = person.external_id.as_deref().map(str::trim).filter(|id| !id.is_empty());
            held.push((false, person.id.as_str(), position));
            held.extend(external.map(|id| (true, id, position)));
        }
        held.sort_unstable();
        let sharing = held.chunk_by(|one, other| (one.0, one.1) == (other.0, other.1));
        let edges: Vec<_> = sharing
            .filter(|who| who.len() > 1)
            .enumerate()
            .flat_map(|(at, who)| who.iter().map(move |(.., one)| (*one, at)))
            .collect();
        let people: Vec<_> = components(&edges).into_iter().map(|(known, _)| known).collect();
        let mut carrying = self.carrying_keys_of(&people);
        people
            .into_iter()
            .map(|known| Group {
                records: carrying.remove(&known[0]).unwrap_or_default(),
                known,
                ..Group::default()
            })
            .collect()
    }

    /// The records that carry a stable key of one of these groups of people, by the first of the group.
    fn carrying_keys_of(&self, groups: &[Vec<usize>]) -> HashMap<usize, Vec<usize>> {
        let group_of: HashMap<usize, usize> =
            groups.iter().flat_map(|group| group.iter().map(|&known| (known, group[0]))).collect();
        let mut carrying: HashMap<usize, Vec<usize>> = HashMap::new();
        if group_of.is_empty() {
            return carrying;
        }
        for (record, row) in self.rows.iter().enumerate() {
            let Some(held) = Held::key(row.key.as_ref()) else { continue };
            if let Some(first) = self.holders.of_key(&held).find_map(|known| group_of.get(&known)) {
                carrying.entry(*first).or_default().push(record);
            }
        }
        carrying
    }

    /// Each person with the records that carry their stable key.
    pub(super) fn groups_by_key(&self) -> Vec<Group> {
        self.meeting(|row| Held::key(row.key.as_ref()), |_, _| true)
    }

    /// People who wait and of whom a human has said whose record is left over for them.
    pub(super) fn groups_by_answer(&self) -> Vec<Group> {
        let record_of = |known: &usize| match &self.known[*known].answer {
            Some(Answer::Record(id)) => self.rows.binary_search_by(|row| row.sys_id.cmp(id)).ok(),
            Some(Answer::New) | None => None,
        };
        let mut meant: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for known in self.waiting() {
            let record = record_of(&known).filter(|record| !self.record_done[*record]);
            record.into_iter().for_each(|record| meant.entry(record).or_default().push(known));
        }
        let group = |(record, known)| Group { known, records: vec![record], ..Group::default() };
        meant.into_iter().map(group).collect()
    }

    /// People and records that wait and that this rule brings together, with the records that look like those.
    pub(super) fn groups(&self, rule: CorrelationRule) -> Vec<Group> {
        let mut groups = match rule {
            CorrelationRule::EmployeeNumber => {
                self.meeting(|row| Held::number(row.employee_number.as_ref()), |_, _| true)
            }
            CorrelationRule::UnlinkedUserName => self.meeting(|row| Held::login(&row.user_name), |_, _| true),
            CorrelationRule::EmailForReview => self.meeting(
                |row| Held::email(row.email.as_deref()?),
                |known, record| self.is_person(record) && !self.stable_keys_differ(known, record),
            ),
        };
        // Where a person's own account is among them, second accounts and programs are not meant.
        for group in &mut groups {
            if group.records.iter().any(|&record| self.is_person(record)) {
                group.records.retain(|&record| self.is_person(record));
            }
        }
        self.with_siblings(&groups)
    }

    /// The groups together with the records that look like theirs. Two groups that one record could belong to are one.
    fn with_siblings(&self, groups: &[Group]) -> Vec<Group> {
        let mut edges = Vec::new();
        for group in groups {
            let records: Vec<_> = group.records.iter().copied().chain(self.siblings(group)).collect();
            edges.extend(star(&group.known, &records));
        }
        let matched: BTreeSet<_> = groups.iter().flat_map(|group| &group.records).collect();
        let group = |(known, all): (_, Vec<usize>)| {
            let (records, siblings) = all.into_iter().partition(|record| matched.contains(record));
            Group { known, records, siblings, why: Vec::new() }
        };
        components(&edges).into_iter().map(group).collect()
    }

    /// Those who wait, by the key that they share.
    fn meeting(
        &self,
        held: impl Fn(&'a Existing) -> Option<Held<'a>>,
        fits: impl Fn(usize, usize) -> bool,
    ) -> Vec<Group> {
        let mut by_key: Vec<_> =
            self.left_over().filter_map(|record| Some((held(self.rows[record])?, record))).collect();
        by_key.sort_unstable();
        let mut edges = Vec::new();
        for sharing in by_key.chunk_by(|one, other| one.0 == other.0) {
            let people = self.holders.of_key(&sharing[0].0).filter(|&known| !self.known_done[known]);
            let records = sharing.iter().map(|(_, record)| *record).collect();
            let (people, records) = self.fitting(people.collect(), records, &fits);
            edges.extend(star(&people, &records));
        }
        let group = |(known, records)| Group { known, records, ..Group::default() };
        components(&edges).into_iter().map(group).collect()
    }

    /// Those of either side whom somebody of the other side fits.
    pub(super) fn fitting(
        &self,
        mut people: Vec<usize>,
        mut records: Vec<usize>,
        fits: impl Fn(usize, usize) -> bool,
    ) -> (Vec<usize>, Vec<usize>) {
        if people.len().saturating_mul(records.len()) <= COMPARED {
            records.retain(|&record| people.iter().any(|&known| fits(known, record)));
            people.retain(|&known| records.iter().any(|&record| fits(known, record)));
        }
        (people, records)
    }

    fn siblings(&self, group: &Group) -> Vec<usize> {
        let clusters =
            group.records.iter().filter_map(|&record| self.cluster_of.get(&self.rows[record].sys_id));
        let alike = clusters.flat_map(|&cluster| &self.clusters[cluster].records);
        let positions = alike.filter_map(|id| self.rows.binary_search_by(|row| row.sys_id.cmp(id)).ok());
        let waits =
            |record: &usize| !self.record_done[*record] && group.records.binary_search(record).is_err();
        let siblings: BTreeSet<_> =
            positions.filter(waits).filter(|&record| !self.is_anothers(record, group)).collect();
        siblings.into_iter().collect()
    }

    /// Somebody outside the group has a key of this record: by their source's own word they are two.
    fn is_anothers(&self, record: usize, group: &Group) -> bool {
        let mut held = Held::of_record(self.rows[record]);
        held.any(|held| self.holders.of_key(&held).any(|known| group.known.binary_search(&known).is_err()))
    }

    /// Of whom a human has said that none of the records is theirs is new.
    pub(super) fn settle_who_is_new(&mut self) {
        for (known, done) in self.known.iter().zip(&mut self.known_done) {
            if !*done && known.answer == Some(Answer::New) {
                *done = true;
                self.adoption.newcomers.push(known.id.clone());
            }
        }
    }

    /// Notes what was decided of a group. Nobody in it is dealt with again.
    pub(super) fn settle(&mut self, group: &Group, verdict: Verdict) {
        let records: Vec<_> = group.records.iter().chain(&group.siblings).copied().collect();
        group.known.iter().for_each(|&known| self.known_done[known] = true);
        records.iter().for_each(|&record| self.record_done[record] = true);
        let known: Vec<_> = group.known.iter().map(|&known| self.known[known].id.clone()).collect();
        let ids: Vec<_> = records.iter().map(|&record| self.rows[record].sys_id.clone()).collect();
        match verdict {
            Verdict::Linked(by) => self.link(group.known[0], records[0], by),
            Verdict::Asked(kind) => {
                let why = group.why.iter().take(MOST_REASONS).cloned();
                let said = std::iter::once(kind.sentence().to_owned()).chain(why);
                let evidence = said.chain(self.sides(&group.known, &records)).collect();
                let suggested = self.suggested(&ids);
                let place = self.adoption.cases.len();
                self.asked.extend(records.iter().map(|&record| (record, place)));
                self.adoption.cases.push(Question { kind, known, records: ids, suggested, evidence });
            }
            Verdict::Refused(kind) => {
                let evidence = self.sides(&group.known, &records).collect();
                self.refuse(kind, known, ids, evidence);
            }
        }
    }

    /// Has a human asked about a group; where one of its records is in a case already, the group joins that.
    pub(super) fn ask(&mut self, mut group: Group, kind: QuestionKind) {
        let Some(&place) = group.records.iter().find_map(|record| self.asked.get(record)) else {
            return self.settle(&group, Verdict::Asked(kind));
        };
        group.records.retain(|&record| !self.record_done[record]);
        group.known.iter().for_each(|&known| self.known_done[known] = true);
        group.records.iter().for_each(|&record| self.record_done[record] = true);
        self.asked.extend(group.records.iter().map(|&record| (record, place)));
        let said: Vec<_> = self.sides(&group.known, &group.records).collect();
        let case = &mut self.adoption.cases[place];
        case.known.extend(group.known.iter().map(|&known| self.known[known].id.clone()));
        case.known.sort();
        case.records.extend(group.records.iter().map(|&record| self.rows[record].sys_id.clone()));
        case.evidence.extend(group.why.into_iter().take(MOST_REASONS).chain(said));
    }

    fn sides(&self, known: &[usize], records: &[usize]) -> impl Iterator<Item = String> {
        let people = known.iter().map(|&known| self.known[known]);
        about(people, records.iter().map(|&record| self.rows[record]))
    }

    fn link(&mut self, known: usize, record: usize, by: MatchedBy) {
        let (person, row) = (self.known[known], self.rows[record]);
        self.linked.insert(record, known);
        let (carried, wanted) =
            (row.key.as_deref().and_then(key), person.external_id.as_deref().and_then(key));
        let seed = wanted.filter(|_| by != MatchedBy::Key);
        // A human may name a record that carries the key already.
        let seed = seed.filter(|seed| carried.as_ref() != Some(seed));
        let replaces = carried.filter(|_| seed.is_some());
        let link = Link { record: row.sys_id.clone(), known: person.id.clone(), by, seed, replaces };
        self.adoption.links.push(link);
    }

    fn refuse(
        &mut self,
        kind: ConflictKind,
        mut known: Vec<String>,
        records: Vec<SysId>,
        evidence: Vec<String>,
    ) {
        known.dedup();
        self.adoption.conflicts.push(Conflict { kind, known, records, evidence });
    }

    /// The record that a cluster would keep, if all of these are of it.
    fn suggested(&self, records: &[SysId]) -> Option<SysId> {
        let cluster = &self.clusters[*self.cluster_of.get(records.first()?)?];
        let all = records.len() > 1 && records.iter().all(|id| cluster.records.contains(id));
        all.then(|| cluster.records.iter().find(|id| records.contains(id)).cloned())?
    }

    /// A record of this id, and the person to whom it is linked.
    fn linked_to<'i>(&self, id: &'i SysId) -> Option<(&'i SysId, &'a String)> {
        let record = self.rows.binary_search_by(|row| row.sys_id.cmp(id)).ok()?;
        Some((id, &self.known[*self.linked.get(&record)?].id))
    }

    /// Newcomers, by id, with the record that has their user name and is linked to nobody. What is linked is renamed by
    /// delivery, if it is to be.
    fn names_taken(&self) -> BTreeMap<String, SysId> {
        let new: BTreeSet<_> = self.adoption.newcomers.iter().collect();
        let new = self.known.iter().filter(|person| new.contains(&person.id));
        let new: Vec<_> = new.filter_map(|it| Some((Held::login(&it.user_name)?, &it.id))).collect();
        if new.is_empty() {
            return BTreeMap::new();
        }
        let free = (0..self.rows.len()).filter(|record| !self.linked.contains_key(record));
        let by_login: HashMap<_, _> =
            free.filter_map(|record| Some((Held::login(&self.rows[record].user_name)?, record))).collect();
        let taken = |(login, id): (Held<'_>, &String)| {
            Some((id.clone(), self.rows[*by_login.get(&login)?].sys_id.clone()))
        };
        new.into_iter().filter_map(taken).collect()
    }

    /// Everything that was decided, in the order of records and people.
    pub(super) fn finish(mut self) -> Adoption {
        for record in (0..self.rows.len()).filter(|&record| !self.record_done[record]) {
            let row = self.rows[record];
            let alike = self.cluster_of.get(&row.sys_id).map(|&at| &self.clusters[at]);
            let linked = alike.and_then(|cluster| cluster.records.iter().find_map(|id| self.linked_to(id)));
            let why = why_unclaimed(row, &self.accounts[record], linked);
            let account = self.accounts[record].kind;
            self.adoption.unclaimed.push(Unclaimed { record: row.sys_id.clone(), account, why });
        }
        let waiting = self.known.iter().zip(&self.known_done).filter(|(_, done)| !**done);
        self.adoption.newcomers.extend(waiting.map(|(person, _)| person.id.clone()));
        self.adoption.newcomers.sort();
        self.adoption.names_taken = self.names_taken();
        self.adoption.links.sort_by(|a, b| a.record.cmp(&b.record));
        self.adoption.cases.sort_by(|a, b| (a.kind, &a.records).cmp(&(b.kind, &b.records)));
        self.adoption
            .conflicts
            .sort_by(|a, b| (a.kind, &a.records, &a.known).cmp(&(b.kind, &b.records, &b.known)));
        self.adoption
    }
}

/// Edges that make one group of all these people and records: to the first of the other side, so that there are as many as
/// people and records, and not as many as pairs.
pub(super) fn star(people: &[usize], records: &[usize]) -> Vec<(usize, usize)> {
    let (Some(&person), Some(&record)) = (people.first(), records.first()) else { return Vec::new() };
    let to_record = people.iter().map(|&known| (known, record));
    to_record.chain(records[1..].iter().map(|&other| (person, other))).collect()
}
