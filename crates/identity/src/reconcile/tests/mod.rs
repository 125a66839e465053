use super::*;
use crate::testing::at as time;
use proptest::prelude::*;

mod adopting;
mod judging;
mod parking;

fn id(text: &str) -> SysId {
    SysId::new(text)
}

fn columns(pairs: &[(&str, &str)]) -> Columns {
    pairs.iter().map(|(column, value)| ((*column).into(), (*value).to_owned())).collect()
}

fn wishes(pairs: &[(&str, &str)]) -> Desired {
    let wish = |(column, value): &(&str, &str)| ((*column).into(), Wish::Value((*value).to_owned()));
    Desired { columns: pairs.iter().map(wish).collect(), ..Desired::default() }
}

fn known(pairs: &[(&str, &str)]) -> Known {
    Known { columns: columns(pairs), ..Known::default() }
}

fn ties(pairs: &[(&str, &str)]) -> Ties {
    let mut ties = Ties::new();
    for (other, row) in pairs {
        ties.entry(id(other)).or_default().insert(id(row));
    }
    ties
}

#[test]
fn who_is_not_there_is_made_without_empty_columns() {
    let mut desired = wishes(&[("user_name", "ada"), ("title", "")]);
    desired.columns.insert("source".into(), Wish::Once("okta".into()));
    desired.columns.insert("manager".into(), Wish::Leave("has not arrived".into()));
    let steps = reconcile(&desired, None, time(0));
    assert_eq!(steps, [Step::Create(columns(&[("user_name", "ada"), ("source", "okta")]))]);
}

#[test]
fn only_what_differs_is_written() {
    let desired = wishes(&[("user_name", "ada"), ("title", "Boss")]);
    let steps = reconcile(&desired, Some(&known(&[("user_name", "ada"), ("title", "Clerk")])), time(0));
    assert_eq!(steps, [Step::Update(columns(&[("title", "Boss")]))]);
}

#[test]
fn what_is_written_once_is_the_targets_own_afterwards() {
    let mut desired = wishes(&[]);
    desired.columns.insert("source".into(), Wish::Once("okta".into()));
    assert_eq!(reconcile(&desired, Some(&known(&[("source", "ldap")])), time(0)), []);
}

#[test]
fn a_column_that_we_wrote_is_emptied_when_nothing_is_said_any_more_and_no_other() {
    let mut known = known(&[("title", "Clerk"), ("city", "Zürich")]);
    known.written = BTreeSet::from(["title".into()]);
    assert_eq!(reconcile(&wishes(&[]), Some(&known), time(0)), [Step::Update(columns(&[("title", "")]))]);
}

#[test]
fn a_value_that_cannot_be_said_yet_does_not_empty_the_column() {
    let mut known = known(&[("manager", "m1")]);
    known.written = BTreeSet::from(["manager".into()]);
    let mut desired = wishes(&[]);
    desired.columns.insert("manager".into(), Wish::Leave("has not arrived".into()));
    assert_eq!(reconcile(&desired, Some(&known), time(0)), []);
}

#[test]
fn who_returns_is_unlocked_even_if_the_policy_says_nothing_of_locks() {
    let known = known(&[("active", "false"), ("locked_out", "true")]);
    let steps = reconcile(&wishes(&[("active", "true")]), Some(&known), time(0));
    assert_eq!(steps, [Step::Update(columns(&[("active", "true"), ("locked_out", "false")]))]);
}

#[test]
fn only_ties_that_are_ours_are_cut_and_access_ends_before_it_begins() {
    let mut known = known(&[]);
    known.groups = Some(ties(&[("g1", "m1"), ("g2", "m2"), ("g3", "m3")]));
    known.roles = Some(ties(&[("r1", "h1")]));
    let desired = Desired {
        groups: Belonging { wanted: [id("g1"), id("g4")].into(), managed: [id("g2")].into() },
        roles: Belonging { wanted: [id("r2")].into(), managed: [id("r1")].into() },
        ..Desired::default()
    };
    let expected = [
        Step::Revoke { role: id("r1"), row: id("h1") },
        Step::Leave { group: id("g2"), row: id("m2") },
        Step::Join(id("g4")),
        Step::Grant(id("r2")),
    ];
    assert_eq!(reconcile(&desired, Some(&known), time(0)), expected);
}

#[test]
fn every_row_that_says_so_is_taken_away() {
    let mut known = known(&[]);
    known.groups = Some(ties(&[("g1", "m1"), ("g1", "m2")]));
    let groups = Belonging { managed: [id("g1")].into(), ..Belonging::default() };
    let desired = Desired { groups, ..Desired::default() };
    let leave = |row| Step::Leave { group: id("g1"), row: id(row) };
    assert_eq!(reconcile(&desired, Some(&known), time(0)), [leave("m1"), leave("m2")]);
}

/// The target after it did what it was told.
fn carried_out(known: Option<Known>, steps: &[Step]) -> Known {
    let mut known = known.unwrap_or_default();
    for step in steps {
        match step.clone() {
            Step::Create(columns) | Step::Update(columns) => {
                known.written.extend(columns.keys().cloned());
                known.columns.extend(columns);
            }
            Step::Leave { group, .. } => drop(known.groups.get_or_insert_default().remove(&group)),
            Step::Revoke { role, .. } => drop(known.roles.get_or_insert_default().remove(&role)),
            Step::Join(group) => drop(known.groups.get_or_insert_default().insert(group, [id("row")].into())),
            Step::Grant(role) => drop(known.roles.get_or_insert_default().insert(role, [id("row")].into())),
        }
    }
    known
}

fn some_columns() -> impl Strategy<Value = BTreeMap<String, String>> {
    prop::collection::btree_map("(active|locked_out|title|city|manager)", "(true|false|a|b|)", 0..5)
}

fn some_ids() -> impl Strategy<Value = BTreeSet<SysId>> {
    prop::collection::btree_set("[a-d]".prop_map(SysId::new), 0..4)
}

proptest! {
    #[test]
    fn reconciling_again_gives_no_steps(
        wanted in some_columns(), there in some_columns(), exists: bool,
        groups in some_ids(), managed in some_ids(), in_groups in some_ids(),
    ) {
        let wish = |(column, value): (String, String)| (column.as_str().into(), Wish::Value(value));
        let desired = Desired {
            columns: wanted.into_iter().map(wish).collect(),
            groups: Belonging { wanted: groups, managed },
            roles: Belonging::default(),
        };
        let columns: Columns = there.into_iter().map(|(c, v)| (c.as_str().into(), v)).collect();
        let known = exists.then(|| Known {
            written: columns.keys().cloned().collect(),
            columns,
            groups: Some(in_groups.iter().map(|group| (group.clone(), [id("row")].into())).collect()),
            ..Known::default()
        });
        let steps = reconcile(&desired, known.as_ref(), time(0));
        let after = carried_out(known, &steps);
        prop_assert_eq!(reconcile(&desired, Some(&after), time(0)), []);
        prop_assert!(desired.groups.wanted.iter().all(|it| after.groups.as_ref().is_some_and(|g| g.contains_key(it))));
    }
}
