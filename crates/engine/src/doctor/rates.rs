//! How many calls an hour we have, beside how many a first load needs.

use super::{Check, LANE, Patient};
use tenure_connect::servicenow::{Query, Row};

const NAME: &str = "rates";
const RULES: &str = "sys_rate_limit_rules";
/// The most rules that are read.
const MOST: usize = 500;

pub(super) async fn look(patient: &Patient<'_>) -> Check {
    let people = patient.engine.store.count_people().await;
    let memberships = patient.engine.store.count_memberships().await;
    let (Ok(people), Ok(memberships)) = (people, memberships) else {
        return Check::unknown(NAME, "our store did not tell how many people there are", "see `store`");
    };
    let needs = Load { people, calls: people * 2 + memberships };
    if let Some(budget) = patient.client().seen().calls_an_hour {
        return judge(Some(budget), needs);
    }
    let columns = ["sys_id", "request_limit", "user", "role.name", "active"];
    match patient.client().list(LANE, RULES, &Query::all().limit(MOST), &columns).await {
        Ok(rules) => judge(budget(patient, &rules), needs),
        Err(error) if error.is_permanent() => Check::unknown(
            NAME,
            format!("no answer named a limit, and `{RULES}` is not shown to us"),
            format!("a first load of {people} people needs about {} calls", needs.calls),
        )
        .cure(format!(
            "ask an administrator whether `{RULES}` has a rule for our account, its roles or everybody"
        )),
        Err(error) => Check::unasked(NAME, &error),
    }
}

/// A rule for us before the lowest for one of our roles before one for everybody.
fn budget(patient: &Patient<'_>, rules: &[Row]) -> Option<u64> {
    let of = |rule: &&Row| rule.get("request_limit").parse::<u64>().ok();
    let us = patient.account.as_ref().map_or("", |account| account.sys_id.as_str());
    let (mut own, mut by_role, mut all) = (Vec::new(), Vec::new(), Vec::new());
    for rule in rules.iter().filter(|rule| !matches!(rule.get("active"), "false" | "0")) {
        match (rule.get("user"), rule.get("role.name")) {
            ("", "") => all.extend(of(&rule)),
            ("", role) if patient.roles.contains(role) => by_role.extend(of(&rule)),
            (user, _) if !user.is_empty() && user == us => own.extend(of(&rule)),
            _ => {}
        }
    }
    [own, by_role, all].into_iter().find_map(|limits| limits.into_iter().min())
}

/// What a first load takes.
#[derive(Debug, Clone, Copy)]
struct Load {
    people: u64,
    calls: u64,
}

fn judge(budget: Option<u64>, Load { people, calls }: Load) -> Check {
    let load = format!("a first load of {people} people needs about {calls} calls");
    match budget {
        None => Check::good(NAME, "no rule limits our calls", load),
        Some(0) => {
            Check::bad(NAME, "a rule allows us no calls", load).cure(format!("change the rule in `{RULES}`"))
        }
        Some(budget) => {
            let found = format!("we may call {budget} times an hour");
            let hours = calls.div_ceil(budget);
            match hours {
                0 | 1 => Check::good(NAME, found, format!("{load}: within an hour")),
                hours => Check::note(NAME, found, format!("{load}: {hours} hours"))
                    .cure(format!("raise the limit for our account in `{RULES}` before a first load")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    #[test]
    fn a_first_load_is_told_in_hours() {
        let load = Load { people: 1_000, calls: 2_500 };
        let told = [None, Some(0), Some(2_500), Some(1_000)].map(|budget| judge(budget, load));
        let verdicts = told.each_ref().map(|check| check.verdict);
        assert_eq!(verdicts, [Verdict::Good, Verdict::Bad, Verdict::Good, Verdict::Note]);
        assert_eq!(told[3].means, "a first load of 1000 people needs about 2500 calls: 3 hours");
    }
}
