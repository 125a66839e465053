//! The survey: everything that is worth knowing about the records before the first push, each finding with its evidence.

use super::account::{Account, AccountKind};
use super::existing::{Existing, Known};
use super::finding::{Finding, FindingKind};
use super::keep::day;
use super::lengths::{Lengths, USER_NAME};
use super::portrait::{Email, key};
use super::suspects::{Cluster, suspects};
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, HashMap};

/// How long ago somebody logged in last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LoginAge {
    /// Within 30 days.
    Month,
    /// Within 90 days.
    Quarter,
    /// Within 365 days.
    Year,
    /// Before that.
    Older,
    /// Never, as far as the target knows.
    Never,
}

impl LoginAge {
    /// Every age, the newest first.
    pub const ALL: [Self; 5] = [Self::Month, Self::Quarter, Self::Year, Self::Older, Self::Never];

    /// The words for it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Month => "within 30 days",
            Self::Quarter => "within 90 days",
            Self::Year => "within a year",
            Self::Older => "longer ago",
            Self::Never => "never",
        }
    }

    fn of(last_login: Option<Timestamp>, now: Timestamp) -> Self {
        let Some(at) = last_login else { return Self::Never };
        let age = now.duration_since(at);
        let within = |days: i64| age <= SignedDuration::from_hours(24 * days);
        match () {
            () if within(30) => Self::Month,
            () if within(90) => Self::Quarter,
            () if within(365) => Self::Year,
            () => Self::Older,
        }
    }
}

/// The numbers of a survey.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Figures {
    /// All records.
    pub records: usize,
    /// Those that are active.
    pub active: usize,
    /// Those that carry a stable key.
    pub with_key: usize,
    /// Active records of people.
    pub active_people: usize,
    /// Active records of people that carry a stable key.
    pub active_people_with_key: usize,
    /// Open tasks of all records.
    pub open_work: u64,
    /// Open tasks of inactive records.
    pub open_work_of_inactive: u64,
    /// Records by what kind of account they are.
    pub accounts: BTreeMap<AccountKind, usize>,
    /// Active people by when they logged in last.
    pub logins: BTreeMap<LoginAge, usize>,
    /// Records by where they were imported from; the empty name stands for those that were made by hand.
    pub sources: BTreeMap<String, usize>,
}

/// What a survey found.
#[derive(Debug, Clone, PartialEq)]
pub struct Survey {
    /// When it was made.
    pub taken: Timestamp,
    /// The numbers.
    pub figures: Figures,
    /// The findings, by kind and record.
    pub findings: Vec<Finding>,
    /// The duplicate suspects, the most certain first; each is a finding too.
    pub clusters: Vec<Cluster>,
}

impl Survey {
    /// How many findings there are of a kind.
    pub fn count(&self, kind: FindingKind) -> usize {
        self.findings.iter().filter(|finding| finding.kind == kind).count()
    }
}

/// Surveys all records. `lengths` are what the mappings will write, `now` is what ages are counted from. The order of the
/// records does not matter.
pub fn survey(rows: &[Existing], lengths: &Lengths, now: Timestamp) -> Survey {
    survey_among(rows, suspects(rows), lengths, now)
}

/// The same where the suspects are known.
pub(super) fn survey_among(
    rows: &[Existing],
    clusters: Vec<Cluster>,
    lengths: &Lengths,
    now: Timestamp,
) -> Survey {
    let mut accounts: Vec<_> = rows.iter().map(|row| (row, Account::of(row))).collect();
    accounts.sort_by(|(a, _), (b, _)| a.sys_id.cmp(&b.sys_id));
    let mut findings: Vec<_> =
        accounts.iter().flat_map(|(row, account)| of_one(row, account, lengths)).collect();
    let sorted = || accounts.iter().map(|(row, _)| *row);
    findings.extend(shared_keys(sorted()));
    findings.extend(email_forms(sorted()));
    findings.extend(clusters.iter().map(of_cluster));
    // Stable: of one kind the most certain duplicate stays first.
    findings.sort_by_key(|finding| finding.kind);
    Survey { taken: now, figures: figures(&accounts, now), findings, clusters }
}

fn figures(accounts: &[(&Existing, Account)], now: Timestamp) -> Figures {
    let mut figures = Figures { records: accounts.len(), ..Figures::default() };
    for (row, account) in accounts {
        let has_key = row.key.as_deref().and_then(key).is_some();
        figures.active += usize::from(row.active);
        figures.with_key += usize::from(has_key);
        figures.open_work += u64::from(row.open_work);
        figures.open_work_of_inactive += if row.active { 0 } else { u64::from(row.open_work) };
        *figures.accounts.entry(account.kind).or_default() += 1;
        let source = row.source.as_deref().unwrap_or_default();
        let system = source.split(':').next().unwrap_or_default().to_owned();
        *figures.sources.entry(system).or_default() += 1;
        if row.active && account.is_person() {
            figures.active_people += 1;
            figures.active_people_with_key += usize::from(has_key);
            *figures.logins.entry(LoginAge::of(row.last_login, now)).or_default() += 1;
        }
    }
    figures
}

fn of_one(row: &Existing, account: &Account, lengths: &Lengths) -> Vec<Finding> {
    let finding = |kind, evidence| Finding::of(kind, vec![row.sys_id.clone()], evidence);
    let mut findings = Vec::new();
    let kind = match account.kind {
        AccountKind::Person => None,
        AccountKind::Shared => Some(FindingKind::SharedAccount),
        AccountKind::Service => Some(FindingKind::ServiceAccount),
        AccountKind::Privileged => Some(FindingKind::PrivilegedAccount),
    };
    findings.extend(kind.map(|kind| finding(kind, account.evidence.clone())));
    if account.is_person() && row.active && row.key.as_deref().and_then(key).is_none() {
        findings.push(finding(FindingKind::NoStableKey, vec![in_use(row)]));
    }
    match (row.active, row.locked_out) {
        (true, true) => findings.push(finding(FindingKind::LockedButActive, vec![in_use(row)])),
        (false, false) => findings.push(finding(FindingKind::InactiveButUnlocked, vec![in_use(row)])),
        _ => {}
    }
    let (longer, full) = by_length(row, lengths);
    findings.extend((!longer.is_empty()).then(|| finding(FindingKind::TooLong, longer)));
    findings.extend((!full.is_empty()).then(|| finding(FindingKind::PerhapsCut, full)));
    findings
}

fn in_use(row: &Existing) -> String {
    let tasks = match row.open_work {
        0 => "no open work".to_owned(),
        1 => "1 open task".to_owned(),
        many => format!("{many} open tasks"),
    };
    format!("last login {}, {tasks}", day(row.last_login))
}

/// Sentences about values that are longer than their limit, and about those that reach it. Short limits are codes, which
/// fill their column always.
fn by_length(row: &Existing, lengths: &Lengths) -> (Vec<String>, Vec<String>) {
    const LONGEST_CODE: usize = 10;
    let (mut longer, mut full) = (Vec::new(), Vec::new());
    for (column, text) in row.texts(lengths.key()) {
        let Some(limit) = lengths.limit(column) else { continue };
        let length = text.chars().count();
        if length > limit {
            longer.push(format!(
                "`{column}` has {length} characters, and {limit} are all that the mappings write: `{text}`"
            ));
        } else if length == limit && limit > LONGEST_CODE {
            full.push(format!("`{column}` has exactly {limit} characters: `{text}`"));
        }
    }
    (longer, full)
}

/// Logins that no record can have, because they are too long for it. Whoever is known is told of, pushed or not.
pub(super) fn long_logins(known: &[Known], lengths: &Lengths) -> Vec<Finding> {
    let Some(limit) = lengths.login() else { return Vec::new() };
    let mut findings = Vec::new();
    for person in known {
        let length = person.user_name.trim().chars().count();
        if length > limit {
            let evidence = vec![format!(
                "the login `{}` has {length} characters, and `{USER_NAME}` of the target takes {limit}: it cannot be delivered",
                person.user_name
            )];
            let (kind, people) = (FindingKind::TooLong, vec![person.id.clone()]);
            findings.push(Finding { kind, records: Vec::new(), people, evidence });
        }
    }
    findings.sort_by(|a, b| a.people.cmp(&b.people));
    findings
}

fn shared_keys<'a>(rows: impl Iterator<Item = &'a Existing>) -> Vec<Finding> {
    let sharing = sharing(rows, |row| row.key.as_deref().and_then(key));
    let finding = |(key, rows): (String, Vec<&Existing>)| {
        let evidence =
            std::iter::once(format!("all carry `{key}`")).chain(rows.iter().map(|row| spoken(row)));
        let records = rows.iter().map(|row| row.sys_id.clone()).collect();
        Finding::of(FindingKind::SharedKey, records, evidence.collect())
    };
    sharing.into_iter().map(finding).collect()
}

fn spoken(row: &Existing) -> String {
    let state = if row.active { "active" } else { "inactive" };
    format!("`{}` is {state}, {}", row.user_name, in_use(row))
}

fn email_forms<'a>(rows: impl Iterator<Item = &'a Existing>) -> Vec<Finding> {
    let form = |row: &Existing| row.email.as_deref().and_then(Email::of).map(|email| email.form);
    let mut findings = Vec::new();
    for (_, rows) in sharing(rows, form) {
        let mut spellings: Vec<_> = rows.iter().filter_map(|row| row.email.as_deref()).collect();
        spellings.sort_unstable();
        spellings.dedup();
        if spellings.len() > 1 {
            let said = rows
                .iter()
                .map(|row| format!("`{}` has `{}`", row.user_name, row.email.as_deref().unwrap_or_default()));
            let records = rows.iter().map(|row| row.sys_id.clone()).collect();
            findings.push(Finding::of(FindingKind::EmailForm, records, said.collect()));
        }
    }
    findings
}

/// What several rows have in common, in the order of their first rows.
fn sharing<'a>(
    rows: impl Iterator<Item = &'a Existing>,
    value: impl Fn(&Existing) -> Option<String>,
) -> Vec<(String, Vec<&'a Existing>)> {
    let mut by_value: HashMap<String, Vec<&Existing>> = HashMap::new();
    for row in rows {
        value(row).into_iter().for_each(|value| by_value.entry(value).or_default().push(row));
    }
    let mut shared: Vec<_> = by_value.into_iter().filter(|(_, rows)| rows.len() > 1).collect();
    shared.sort_by(|(_, a), (_, b)| a[0].sys_id.cmp(&b[0].sys_id));
    shared
}

fn of_cluster(cluster: &Cluster) -> Finding {
    let likely = format!("they are one human being with {:.0} % certainty", cluster.certainty * 100.0);
    let mut evidence = vec![likely, format!("keep the first: {}", cluster.why)];
    evidence.extend(cluster.evidence.iter().cloned());
    Finding::of(FindingKind::DuplicateSuspect, cluster.records.clone(), evidence)
}
