//! Access: whether what the claims say of it happens, or is held until a human has looked, because too many people lost
//! theirs already.

use super::Context;
use crate::case::Case;
use crate::change::{Access, Answer, Ending};
use crate::id::SourceName;
use crate::limit::{Hold, HoldState, Losses, mass_change};
use crate::person::Person;
use crate::policy::{Beyond, Limit};
use crate::resolve::{Before, Finding, Resolution, Subject, has_say, resolve};

/// A person resolved anew, with what becomes of their access.
pub(super) struct Judged {
    pub(super) resolution: Resolution,
    pub(super) hold: Option<Hold>,
    pub(super) access: Option<Access>,
    /// The question to a human, if they are the first who is held.
    pub(super) opened: Option<Case>,
}

/// Resolves the person with the claims that they have now. `ends` is the source that says in this very request that they
/// are inactive: what was kept until then ends by it.
pub(super) fn resolve_anew(
    context: &Context<'_>,
    person: &Person,
    before: &Person,
    ends: Option<&SourceName>,
) -> Judged {
    let said_again = |source| has_say(context.policy, &person.claims, source);
    let is_over = |hold: &Hold| hold.state == HoldState::Kept && ends.is_some_and(said_again);
    let hold = before.hold.clone().filter(|hold| !is_over(hold));
    let resolution = resolved(context, person, before, hold.as_ref());
    let judged = |resolution, hold, access| Judged { resolution, hold, access, opened: None };
    match hold {
        Some(hold) if resolution.held => judged(resolution, Some(hold), None),
        _ if resolution.active == before.active => judged(resolution, None, None),
        _ if resolution.active => judged(resolution, None, Some(Access::Begins)),
        Some(Hold { case, state: HoldState::Released, since, .. }) => {
            let by = Some(Answer { case, decided: since });
            judged(resolution, None, Some(Access::Ends(Ending { below: None, by })))
        }
        _ => match (&context.policy.limits.deactivations, context.losses) {
            (Some(limit), Some(losses)) => within(context, (limit, losses), person, before, resolution),
            _ => judged(resolution, None, Some(Access::Ends(Ending::default()))),
        },
    }
}

fn resolved(context: &Context<'_>, person: &Person, before: &Person, hold: Option<&Hold>) -> Resolution {
    let state = Before {
        record: &before.record,
        deactivated_at: before.deactivated_at,
        provisioned: before.provisioned,
        hold,
    };
    let subject = Subject {
        claims: &person.claims,
        groups: &before.groups,
        references: context.references,
        before: state,
    };
    resolve(context.policy, &subject, context.now)
}

/// Access that would end, as far as the limit allows.
fn within(
    context: &Context<'_>,
    (limit, losses): (&Limit, &Losses),
    person: &Person,
    before: &Person,
    mut resolution: Resolution,
) -> Judged {
    let room = limit.room(losses);
    if room == 0 && limit.then == Beyond::Hold {
        return held(context, (limit, losses), person, before);
    }
    let below = (room > 0).then(|| losses.ever.saturating_add_unsigned(room));
    if below.is_none() {
        resolution.findings.push(Finding::BeyondLimit(limit.warning(losses)));
    }
    let access = Some(Access::Ends(Ending { below, by: None }));
    Judged { resolution, hold: None, access, opened: None }
}

fn held(
    context: &Context<'_>,
    (limit, losses): (&Limit, &Losses),
    person: &Person,
    before: &Person,
) -> Judged {
    let case = losses.open.as_ref().unwrap_or(&context.fresh_case);
    let source = context.actor.source.clone();
    let hold = Hold { case: case.clone(), state: HoldState::Held, since: context.now, source };
    let opened =
        losses.open.is_none().then(|| mass_change(case, limit, losses, person, context.actor, context.now));
    let resolution = resolved(context, person, before, Some(&hold));
    Judged { resolution, hold: Some(hold), access: None, opened }
}
