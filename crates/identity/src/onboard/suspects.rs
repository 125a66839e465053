//! Which records look like one human being: candidates by [`super::blocks`], odds by [`super::weigh`], and clusters of those
//! who hold together, each with the record to keep. Nobody is merged by it.
//!
//! Accounts of programs, shared ones and second accounts for administration are no duplicates of anybody.

use super::account::Account;
use super::existing::Existing;
use super::population::Population;
use super::subject::Subject;
use super::weigh::{explain, weigh};
use super::{blocks, keep};
use crate::id::SysId;
use std::collections::HashMap;

/// Odds from which on two records are suspect, in bits: it is as likely as not.
const SUSPECT: f64 = 0.0;
/// Records of one cluster may be this unlikely to be one, if others hold them together.
const TOLERATED: f64 = -6.0;

/// Records that look like one human being.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The records, the one to keep first and then by id.
    pub records: Vec<SysId>,
    /// Why that one is to be kept.
    pub why: String,
    /// How likely it is that they are one, 0 to 1: of the pairs that hold them together, the weakest.
    pub certainty: f64,
    /// What speaks for it and against it, one sentence each.
    pub evidence: Vec<String>,
}

impl Cluster {
    /// The record to keep.
    pub fn keep(&self) -> &SysId {
        &self.records[0]
    }
}

/// Two records that hang together.
#[derive(Debug, Clone, Copy)]
struct Tie {
    one: u32,
    other: u32,
    bits: f64,
}

/// Finds the records that look like one human being. The most certain clusters come first; the order of the records does
/// not matter.
///
/// The work is bounded for each record: what more than some dozens share brings nobody together.
pub fn suspects(rows: &[Existing]) -> Vec<Cluster> {
    let mut subjects: Vec<_> =
        rows.iter().filter(|row| Account::of(row).is_person()).map(Subject::of).collect();
    subjects.sort_by(|a, b| a.row.sys_id.cmp(&b.row.sys_id));
    let population = Population::of(&subjects);
    let mut ties = ties(&population, &subjects);
    // INVARIANT: a total order, so that the strongest ties are taken first whatever the input's order was.
    ties.sort_by(|a, b| b.bits.total_cmp(&a.bits).then((a.one, a.other).cmp(&(b.one, b.other))));
    let mut clusters: Vec<_> = groups(&population, &subjects, &ties)
        .iter()
        .map(|group| cluster(&population, &subjects, group))
        .collect();
    clusters.sort_by(|a, b| b.certainty.total_cmp(&a.certainty).then_with(|| a.records.cmp(&b.records)));
    clusters
}

fn ties(population: &Population, subjects: &[Subject<'_>]) -> Vec<Tie> {
    let mut ties = Vec::new();
    blocks::each_candidate(subjects, |one, others| {
        let weighed = others.iter().map(|&other| {
            let bits = weigh(population, &subjects[one as usize], &subjects[other as usize]);
            Tie { one, other, bits }
        });
        ties.extend(weighed.filter(|tie| tie.bits >= SUSPECT));
    });
    ties
}

/// The ties of each group, the strongest first. Groups grow together along ties, unless two of their records are too
/// unlikely to be one: friends of friends are not friends.
fn groups(population: &Population, subjects: &[Subject<'_>], ties: &[Tie]) -> Vec<Vec<Tie>> {
    let mut group_of: HashMap<u32, usize> = HashMap::new();
    let mut groups: Vec<(Vec<u32>, Vec<Tie>)> = Vec::new();
    for &tie in ties {
        let mut place = |position| {
            *group_of.entry(position).or_insert_with(|| {
                groups.push((vec![position], Vec::new()));
                groups.len() - 1
            })
        };
        let (one, other) = (place(tie.one), place(tie.other));
        let fits =
            |a: u32, b: u32| weigh(population, &subjects[a as usize], &subjects[b as usize]) >= TOLERATED;
        if one == other {
            groups[one].1.push(tie);
        } else if groups[one].0.iter().all(|&a| groups[other].0.iter().all(|&b| fits(a, b))) {
            let (members, joined) = std::mem::take(&mut groups[other]);
            members.iter().for_each(|member| _ = group_of.insert(*member, one));
            groups[one].0.extend(members);
            groups[one].1.extend(joined);
            groups[one].1.push(tie);
        }
    }
    groups.into_iter().map(|(_, ties)| ties).filter(|ties| !ties.is_empty()).collect()
}

fn cluster(population: &Population, subjects: &[Subject<'_>], ties: &[Tie]) -> Cluster {
    let mut positions: Vec<_> = ties.iter().flat_map(|tie| [tie.one, tie.other]).collect();
    positions.sort_unstable();
    positions.dedup();
    let rows: Vec<_> = positions.iter().map(|&position| subjects[position as usize].row).collect();
    let kept = keep::choose(&rows);
    let rest = rows.iter().map(|row| &row.sys_id).filter(|id| **id != kept.row.sys_id);
    let weakest = ties.iter().map(|tie| tie.bits).fold(f64::INFINITY, f64::min);
    let evidence = ties.iter().flat_map(|tie| {
        let (one, other) = (&subjects[tie.one as usize], &subjects[tie.other as usize]);
        let between =
            (rows.len() > 2).then(|| format!("`{}` and `{}`: ", one.row.user_name, other.row.user_name));
        let between = between.unwrap_or_default();
        explain(population, one, other)
            .evidence
            .into_iter()
            .map(move |sentence| format!("{between}{sentence}"))
    });
    Cluster {
        records: std::iter::once(&kept.row.sys_id).chain(rest).cloned().collect(),
        why: kept.why,
        certainty: certainty(weakest),
        evidence: evidence.collect(),
    }
}

/// The probability of these odds, to the hundredth and never quite certain.
fn certainty(bits: f64) -> f64 {
    let probability = 1.0 / (1.0 + (-bits).exp2());
    ((probability * 100.0).round() / 100.0).min(0.99)
}
