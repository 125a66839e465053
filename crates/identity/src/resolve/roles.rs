//! Roles: of those that the policy names, which somebody has. Roles that it does not name are nobody's business here.

use super::{Finding, Progress, Subject};
use crate::claim::Claim;
use crate::decision::{Decision, Outcome};
use crate::policy::profile::PersonView;
use crate::policy::{Policy, RoleRule};
use crate::record::Record;
use std::collections::BTreeSet;
use tenure_el::Settings;

/// The managed roles that the person has under the rules.
pub(super) fn roles(
    policy: &Policy,
    subject: &Subject<'_>,
    speaking: &[&Claim],
    settings: &Settings,
    record: &Record,
    out: &mut Progress,
) -> BTreeSet<String> {
    let view = PersonView { claims: speaking, groups: subject.groups, record };
    let before = &subject.before.record.roles;
    let mut roles = BTreeSet::new();
    for rules in policy.roles.chunk_by(|one, other| one.role == other.role) {
        let role = &rules[0].role;
        let had = before.contains(role);
        match decide(rules, &view, settings) {
            Ok((has, rule)) => {
                out.decisions.extend(decision(role, had, has, rule));
                if has {
                    roles.insert(role.clone());
                }
            }
            Err(failed) => {
                let reason = format!("`{role}`: {failed}");
                out.findings.push(Finding::Failed(reason.clone()));
                let rejected = Decision::new("roles", Outcome::Rejected).values(None, Some(role.clone()));
                out.decisions.push(rejected.because(format!("{reason}; it stays as it was")));
                if had {
                    roles.insert(role.clone());
                }
            }
        }
    }
    for role in before.iter().filter(|role| !policy.managed_roles().any(|managed| managed == *role)) {
        let gone = Decision::new("roles", Outcome::Written).values(Some(role.clone()), None);
        out.decisions
            .push(gone.because("no rule names the role any more; it is not taken away in the target"));
    }
    roles
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

fn decision(role: &str, had: bool, has: bool, rule: Option<&RoleRule>) -> Option<Decision> {
    let named = || Some(role.to_owned());
    let why = match rule {
        Some(rule) if rule.grant => format!("granted by the rule `{}`", rule.when),
        Some(rule) => format!("denied by the rule `{}`", rule.when),
        None => "no rule grants it any more".to_owned(),
    };
    match (had, has) {
        (false, false) => None,
        (true, true) => Some(Decision::new("roles", Outcome::Unchanged).values(None, named()).because(why)),
        (false, true) => Some(Decision::new("roles", Outcome::Written).values(None, named()).because(why)),
        (true, false) => Some(Decision::new("roles", Outcome::Written).values(named(), None).because(why)),
    }
}
