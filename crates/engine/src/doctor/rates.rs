//! How many calls an hour we have, beside how many a first load and a usual day need.

use super::{Check, LANE, Patient};
use tenure_connect::servicenow::{Query, Row};

const NAME: &str = "rates";
const RULES: &str = "sys_rate_limit_rules";
/// The most rules that are read.
const MOST: usize = 500;
/// The calls an hour with which a usual day can be carried, one every 3.6 s. A joiner takes a few, a leaver with work to hand
/// over dozens, the doctor a few dozen, and leavers come together at the end of a month.
const LEAST: u64 = 1_000;

pub(super) async fn look(patient: &Patient<'_>) -> Check {
    let people = patient.engine.store.count_people().await;
    let memberships = patient.engine.store.count_memberships().await;
    let (Ok(people), Ok(memberships)) = (people, memberships) else {
        return Check::unknown(NAME, "our store did not tell how many people there are", "see `store`");
    };
    let needs = Load { people, calls: people * 2 + memberships };
    if patient.client().pace().refusals > 0 {
        return used_up(patient.client().seen().calls_an_hour);
    }
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

/// ServiceNow has refused calls of ours while we were asking.
fn used_up(budget: Option<u64>) -> Check {
    let found = match budget {
        Some(budget) => format!("we may call {budget} times an hour, and these calls are used up"),
        None => "ServiceNow refused calls of ours, as there were too many".to_owned(),
    };
    Check::bad(NAME, found, "deliveries wait for the next hour, and leavers with them").cure(raise())
}

fn raise() -> String {
    format!(
        "raise the limit for our account in `{RULES}` to what a first load needs, and never below {LEAST}"
    )
}

/// What a first load takes.
#[derive(Debug, Clone, Copy)]
struct Load {
    people: u64,
    calls: u64,
}

fn judge(budget: Option<u64>, Load { people, calls }: Load) -> Check {
    let load = format!("a first load of {people} people needs about {calls} calls");
    let takes = |budget| match calls.div_ceil(budget) {
        0 | 1 => format!("{load}: within an hour"),
        hours => format!("{load}: {hours} hours"),
    };
    match budget {
        None => Check::good(NAME, "no rule limits our calls", load),
        Some(0) => Check::bad(NAME, "a rule allows us no calls", load).cure(raise()),
        Some(budget) => {
            let found = format!("we may call {budget} times an hour");
            if budget < LEAST {
                let means = format!("an hour of a usual day may need {LEAST}; {}", takes(budget));
                Check::bad(NAME, found, means).cure(raise())
            } else if calls <= budget {
                Check::good(NAME, found, takes(budget))
            } else {
                Check::note(NAME, found, takes(budget))
                    .cure(format!("raise the limit for our account in `{RULES}` before a first load"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_load_is_told_in_hours() {
        let load = Load { people: 1_000, calls: 2_500 };
        let told = [None, Some(0), Some(999), Some(2_500), Some(1_000)].map(|budget| judge(budget, load));
        let verdicts = told.each_ref().map(|check| check.verdict.label());
        assert_eq!(verdicts, ["good", "bad", "bad", "good", "note"]);
        assert_eq!(told[4].means, "a first load of 1000 people needs about 2500 calls: 3 hours");
    }
}
