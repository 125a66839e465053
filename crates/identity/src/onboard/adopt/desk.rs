//! The desk on which people and records are put side by side: who shares a key with whom, who is dealt with already, and what
//! was decided so far. It decides nothing itself.

use super::components::components;
use super::sentences::{about, why_unclaimed};
use super::{Adoption, Conflict, ConflictKind, Link, MatchedBy, Question, Unclaimed, Verdict, differ};
use crate::id::SysId;
use crate::onboard::account::{Account, AccountKind};
use crate::onboard::existing::{Existing, Known};
use crate::onboard::portrait::{PlainName, key, number};
use crate::onboard::suspects::Cluster;
use crate::policy::CorrelationRule;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tenure_scim::text::fold;

/// People and records that share a key, directly or through each other. Positions on the desk, in order.
#[derive(Debug)]
pub(super) struct Group {
    pub(super) known: Vec<usize>,
    pub(super) records: Vec<usize>,
    /// Records that look like one of `records`, and that nobody else claims.
    pub(super) siblings: Vec<usize>,
}

/// People, records, and what was decided of them.
#[derive(Debug)]
pub(super) struct Desk<'a> {
    rows: Vec<&'a Existing>,
    accounts: Vec<Account>,
    known: Vec<&'a Known>,
    clusters: Vec<Cluster>,
    cluster_of: HashMap<SysId, usize>,
    /// Who has a key, over all people and not only those who wait.
    holders: HashMap<Held, Vec<usize>>,
    record_done: Vec<bool>,
    known_done: Vec<bool>,
    linked: HashMap<SysId, String>,
    adoption: Adoption,
}

/// A key under which people and records meet.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Held {
    Key(String),
    Number(String),
    Login(String),
    Email(String),
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
        let mut holders: HashMap<_, Vec<usize>> = HashMap::new();
        for (position, person) in known.iter().enumerate() {
            held_by_person(person).for_each(|held| holders.entry(held).or_default().push(position));
        }
        Self {
            accounts: rows.iter().map(|row| Account::of(row)).collect(),
            cluster_of: cluster_of.collect(),
            record_done: vec![false; rows.len()],
            known_done: vec![false; known.len()],
            linked: HashMap::new(),
            adoption: Adoption::default(),
            rows,
            known,
            clusters,
            holders,
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

    fn stable_keys_differ(&self, known: usize, record: usize) -> bool {
        let written = |text: &Option<String>| text.as_deref().and_then(number);
        let numbers =
            differ(written(&self.rows[record].employee_number), written(&self.known[known].employee_number));
        numbers || self.keys_differ(known, record)
    }

    /// People whose id or external id is another's too, together with that other and with the records that carry it.
    pub(super) fn people_who_share_a_key(&self) -> Vec<Group> {
        let mut sharing: BTreeMap<(bool, String), Vec<usize>> = BTreeMap::new();
        for (position, person) in self.known.iter().enumerate() {
            sharing.entry((false, person.id.clone())).or_default().push(position);
            let external = person.external_id.as_deref().and_then(key);
            external.into_iter().for_each(|id| sharing.entry((true, id)).or_default().push(position));
        }
        let numbered = sharing.into_values().enumerate();
        let edges: Vec<_> =
            numbered.flat_map(|(at, who)| who.into_iter().map(move |one| (one, at))).collect();
        let people = components(&edges).into_iter().map(|(known, _)| known).filter(|known| known.len() > 1);
        people
            .map(|known| Group { records: self.carrying_keys_of(&known), known, siblings: Vec::new() })
            .collect()
    }

    fn carrying_keys_of(&self, known: &[usize]) -> Vec<usize> {
        let is_theirs = |row: &Existing| {
            let held = row.key.as_deref().and_then(key).map(Held::Key);
            let holders = held.and_then(|held| self.holders.get(&held));
            holders.is_some_and(|holders| holders.iter().any(|holder| known.contains(holder)))
        };
        (0..self.rows.len()).filter(|&record| is_theirs(self.rows[record])).collect()
    }

    /// Each person with the records that carry their stable key.
    pub(super) fn groups_by_key(&self) -> Vec<Group> {
        self.meeting(|row| row.key.as_deref().and_then(key).map(Held::Key), |_, _| true)
    }

    /// People and records that wait and that this rule brings together, with the records that look like those.
    pub(super) fn groups(&self, rule: CorrelationRule) -> Vec<Group> {
        let mut groups = match rule {
            CorrelationRule::EmployeeNumber => self.meeting(held_number, |_, _| true),
            CorrelationRule::UnlinkedUserName => {
                self.meeting(|row| Some(held_login(&row.user_name)), |_, _| true)
            }
            CorrelationRule::EmailForReview => self.meeting(held_email, |known, record| {
                self.is_person(record) && !self.stable_keys_differ(known, record)
            }),
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
            edges.extend(
                group.known.iter().flat_map(|&known| records.iter().map(move |&record| (known, record))),
            );
        }
        let matched: BTreeSet<_> = groups.iter().flat_map(|group| &group.records).collect();
        let group = |(known, all): (_, Vec<usize>)| {
            let (records, siblings) = all.into_iter().partition(|record| matched.contains(record));
            Group { known, records, siblings }
        };
        components(&edges).into_iter().map(group).collect()
    }

    fn meeting(
        &self,
        held: impl Fn(&Existing) -> Option<Held>,
        fits: impl Fn(usize, usize) -> bool,
    ) -> Vec<Group> {
        let mut edges = Vec::new();
        for (record, row) in self.rows.iter().enumerate().filter(|(record, _)| !self.record_done[*record]) {
            let holders = held(row).and_then(|held| self.holders.get(&held));
            let waiting = holders.into_iter().flatten().filter(|&&known| !self.known_done[known]);
            edges.extend(waiting.filter(|&&known| fits(known, record)).map(|&known| (known, record)));
        }
        let group = |(known, records)| Group { known, records, siblings: Vec::new() };
        components(&edges).into_iter().map(group).collect()
    }

    fn siblings(&self, group: &Group) -> Vec<usize> {
        let clusters =
            group.records.iter().filter_map(|&record| self.cluster_of.get(&self.rows[record].sys_id));
        let alike = clusters.flat_map(|&cluster| &self.clusters[cluster].records);
        let positions = alike.filter_map(|id| self.rows.binary_search_by(|row| row.sys_id.cmp(id)).ok());
        let waits = |record: &usize| !self.record_done[*record] && !group.records.contains(record);
        let siblings: BTreeSet<_> =
            positions.filter(waits).filter(|&record| !self.is_anothers(record, group)).collect();
        siblings.into_iter().collect()
    }

    /// Somebody outside the group has a key of this record: by their source's own word they are two.
    fn is_anothers(&self, record: usize, group: &Group) -> bool {
        let row = self.rows[record];
        let held = [
            row.key.as_deref().and_then(key).map(Held::Key),
            held_number(row),
            Some(held_login(&row.user_name)),
        ];
        let holders = held.into_iter().flatten().filter_map(|held| self.holders.get(&held));
        holders.flatten().any(|known| !group.known.contains(known))
    }

    /// Notes what was decided of a group. Nobody in it is dealt with again.
    pub(super) fn settle(&mut self, group: &Group, verdict: Verdict) {
        let records: Vec<_> = group.records.iter().chain(&group.siblings).copied().collect();
        group.known.iter().for_each(|&known| self.known_done[known] = true);
        records.iter().for_each(|&record| self.record_done[record] = true);
        let known: Vec<_> = group.known.iter().map(|&known| self.known[known].id.clone()).collect();
        let ids: Vec<_> = records.iter().map(|&record| self.rows[record].sys_id.clone()).collect();
        let people: Vec<_> = group.known.iter().map(|&known| self.known[known]).collect();
        let rows: Vec<_> = records.iter().map(|&record| self.rows[record]).collect();
        let sides = about(&people, &rows);
        match verdict {
            Verdict::Linked(by) => self.link(group.known[0], records[0], by),
            Verdict::Asked(kind) => {
                let evidence = std::iter::once(kind.sentence().to_owned()).chain(sides).collect();
                let suggested = self.suggested(&ids);
                self.adoption.cases.push(Question { kind, known, records: ids, suggested, evidence });
            }
            Verdict::Refused(kind) => self.refuse(kind, known, ids, sides),
        }
    }

    fn link(&mut self, known: usize, record: usize, by: MatchedBy) {
        let (person, row) = (self.known[known], self.rows[record]);
        self.linked.insert(row.sys_id.clone(), person.id.clone());
        let (carried, wanted) =
            (row.key.as_deref().and_then(key), person.external_id.as_deref().and_then(key));
        let seed = wanted.filter(|_| by != MatchedBy::Key);
        let replaces = carried.filter(|carried| seed.as_ref().is_some_and(|seed| seed != carried));
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

    /// Everything that was decided, in the order of records and people.
    pub(super) fn finish(mut self) -> Adoption {
        for record in (0..self.rows.len()).filter(|&record| !self.record_done[record]) {
            let row = self.rows[record];
            let alike = self.cluster_of.get(&row.sys_id).map(|&at| &self.clusters[at]);
            let linked = alike
                .and_then(|cluster| cluster.records.iter().find_map(|id| Some((id, self.linked.get(id)?))));
            let why = why_unclaimed(row, &self.accounts[record], linked);
            let account = self.accounts[record].kind;
            self.adoption.unclaimed.push(Unclaimed { record: row.sys_id.clone(), account, why });
        }
        let waiting = self.known.iter().zip(&self.known_done).filter(|(_, done)| !**done);
        self.adoption.newcomers = waiting.map(|(person, _)| person.id.clone()).collect();
        self.adoption.links.sort_by(|a, b| a.record.cmp(&b.record));
        self.adoption.cases.sort_by(|a, b| (a.kind, &a.records).cmp(&(b.kind, &b.records)));
        self.adoption
            .conflicts
            .sort_by(|a, b| (a.kind, &a.records, &a.known).cmp(&(b.kind, &b.records, &b.known)));
        self.adoption
    }
}

fn held_number(row: &Existing) -> Option<Held> {
    row.employee_number.as_deref().and_then(number).map(Held::Number)
}

fn held_login(login: &str) -> Held {
    Held::Login(fold(login.trim()).into_owned())
}

fn held_email(row: &Existing) -> Option<Held> {
    row.email.as_deref().and_then(held_address)
}

fn held_address(email: &str) -> Option<Held> {
    let address = email.trim();
    (!address.is_empty()).then(|| Held::Email(fold(address).into_owned()))
}

fn held_by_person(person: &Known) -> impl Iterator<Item = Held> {
    let external = person.external_id.as_deref().and_then(key).map(Held::Key);
    let number = person.employee_number.as_deref().and_then(number).map(Held::Number);
    let login = Some(held_login(&person.user_name)).filter(|_| !person.user_name.trim().is_empty());
    let emails: BTreeSet<_> = person.emails.iter().filter_map(|email| held_address(email)).collect();
    [external, number, login].into_iter().flatten().chain(emails)
}
