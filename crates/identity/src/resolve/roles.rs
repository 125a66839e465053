//! Roles: of those that the policy names, which somebody has. Roles that it does not name are nobody's business here.

use super::{Finding, Hearing, Progress};
use crate::decision::{Decision, Outcome};
use crate::policy::profile::PersonView;
use crate::policy::{Policy, RoleRule};
use crate::record::Record;
use std::collections::BTreeSet;
use tenure_el::Settings;

/// The managed roles that the person has under the rules.
pub(super) fn roles(hearing: &Hearing<'_>, record: &Record, out: &mut Progress) -> BTreeSet<String> {
    let (view, before) = (hearing.person(record), &hearing.before().roles);
    let mut roles = Vec::new();
    for rules in hearing.policy.roles.chunk_by(|one, other| one.role == other.role) {
        let role = &rules[0].role;
        let had = before.contains(role);
        let has = match decide(rules, &view, &hearing.settings) {
            Ok((has, rule)) => {
                out.decisions.extend(decision(role, had, has, rule));
                has
            }
            Err(failed) => {
                let rejected = Decision::new("roles", Outcome::Rejected).values(None, Some(role.clone()));
                out.decisions.push(rejected.because(format!("`{role}`: {failed}; it stays as it was")));
                out.findings.push(Finding::Failed(format!("`{role}`: {failed}")));
                had
            }
        };
        roles.extend(has.then(|| role.clone()));
    }
    out.decisions.extend(forgotten(hearing.policy, before));
    roles.into_iter().collect()
}

/// Roles that the policy managed once.
fn forgotten(policy: &Policy, before: &BTreeSet<String>) -> impl Iterator<Item = Decision> {
    let managed = |role: &str| policy.roles.binary_search_by(|rule| rule.role.as_str().cmp(role)).is_ok();
    before.iter().filter(move |role| !managed(role)).map(|role| {
        let gone = Decision::new("roles", Outcome::Written).values(Some(role.clone()), None);
        gone.because("no rule names the role any more; it is not taken away in the target")
    })
}

/// Whether the first rule that speaks for the person grants the role.
fn decide<'a>(
    rules: &'a [RoleRule],
    view: &PersonView<'_>,
    settings: &Settings,
) -> Result<(bool, Option<&'a RoleRule>), String> {
    for rule in rules {
        match rule.when.test(view, settings) {
            Ok(true) => return Ok((rule.grant, Some(rule))),
            Ok(false) => {}
            Err(error) => return Err(format!("the rule `{}` gave nothing: {error}", rule.when)),
        }
    }
    Ok((false, None))
}

/// What became of a role; nothing, where the person neither had it nor has it.
fn decision(role: &str, had: bool, has: bool, rule: Option<&RoleRule>) -> Option<Decision> {
    if !had && !has {
        return None;
    }
    let why = match rule {
        Some(rule) if rule.grant => format!("granted by the rule `{}`", rule.when),
        Some(rule) => format!("denied by the rule `{}`", rule.when),
        None => "no rule grants it any more".to_owned(),
    };
    let outcome = if had == has { Outcome::Unchanged } else { Outcome::Written };
    let role = role.to_owned();
    let (from, to) = if has { (None, Some(role)) } else { (Some(role), None) };
    Some(Decision::new("roles", outcome).values(from, to).because(why))
}
