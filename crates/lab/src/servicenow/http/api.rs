//! A call that arrived: who makes it, whether they may, and which API it is for.

use super::answer::Answer;
use super::asked::{Asked, Resource};
use super::exchange::limits;
use super::{aggregate, batch, inheritance, scim, sign_in, table};
use crate::servicenow::caller::Caller;
use crate::servicenow::faults::Faults;
use crate::servicenow::instance::{Instance, rule_id};

/// What a call is answered with. `served` bounds how many calls of a batch are carried out.
pub(super) fn answer(instance: &Instance, faults: &Faults, asked: &Asked, served: Option<usize>) -> Answer {
    if let Resource::Discovery(about) = &asked.resource {
        return scim::discovery::answer(&faults.scim, asked, about);
    }
    let Some(caller) = sign_in::caller(instance, asked) else { return Answer::unauthenticated() };
    let now = instance.now().as_second();
    let verdict =
        instance.trouble().counts.judge(faults, &caller.user_name, |role| caller.has_itself(role), now);
    let answer = match verdict.as_ref().and_then(|it| Some((it.limit, it.refused?))) {
        Some((limit, wait)) => Answer::rate_limited(limit, asked.api(), wait),
        None => permitted(instance, faults, asked, &caller, served),
    };
    match verdict {
        Some(verdict) => limits(answer, verdict.limit, verdict.reset, &rule_id(verdict.rule)),
        None => answer,
    }
}

fn permitted(
    instance: &Instance,
    faults: &Faults,
    asked: &Asked,
    caller: &Caller,
    served: Option<usize>,
) -> Answer {
    match asked.resource {
        Resource::Batch => batch::answer(instance, faults, asked, caller, served),
        _ => single(instance, faults, asked, caller),
    }
}

/// A call that is no batch, by itself or within one.
pub(super) fn single(instance: &Instance, faults: &Faults, asked: &Asked, caller: &Caller) -> Answer {
    if instance.settings().api_acl && !caller.has("snc_platform_rest_api_access") {
        return Answer::failure(403, "User Not Authorized", Some("Failed API level ACL Validation"));
    }
    if let Err(answer) = asked.negotiate() {
        return answer;
    }
    let answer = match &asked.resource {
        Resource::Table { first, table, sys_id } => {
            table::answer(instance, faults, asked, caller, *first, table, sys_id.as_deref())
        }
        Resource::Aggregate { table } => aggregate::answer(instance, faults, asked, caller, table),
        Resource::Inheritance => inheritance::answer(instance, asked),
        Resource::Scim { kind, id } => scim::answer(instance, faults, asked, caller, kind, id.as_deref()),
        Resource::Discovery(about) => scim::discovery::answer(&faults.scim, asked, about),
        Resource::Batch | Resource::Token | Resource::Unknown => Answer::no_resource(),
    };
    silenced(asked, answer)
}

/// `X-no-response-body`: a write that went well says no more than that.
fn silenced(asked: &Asked, answer: Answer) -> Answer {
    let unwanted = asked.writes() && asked.header("x-no-response-body") == Some("true");
    match unwanted && answer.status < 300 {
        true => Answer { status: 204, body: String::new(), ..answer },
        false => answer,
    }
}
