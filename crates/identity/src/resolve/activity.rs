//! Whether somebody has access, by the word of all their sources.

use crate::claim::Claim;
use crate::id::SourceName;
use crate::policy::{DeactivateWhen, Policy};

/// Whether this source's word about access counts, as far as these claims go.
pub(crate) fn has_say(policy: &Policy, claims: &[Claim], source: &SourceName) -> bool {
    match policy.lifecycle.deactivate_when {
        DeactivateWhen::Any => true,
        // Where the one that decides is gone, whoever of the order is left may say that somebody is to stay inactive; where
        // nobody of it is left, whoever claims them, or what a human kept would have no end.
        DeactivateWhen::Authoritative => {
            let decides = |source| policy.authority.rank("active", source).is_some();
            let nobody_decides = !claims.iter().any(|claim| claim.is_live() && decides(&claim.source));
            nobody_decides
                || deciding(policy, claims)
                    .is_some_and(|it| it.source == *source || (!it.is_live() && decides(source)))
        }
    }
}

/// Of the sources that decide `active`, the claim of the first whose word stands.
pub(super) fn deciding<'a>(policy: &Policy, claims: &'a [Claim]) -> Option<&'a Claim> {
    let ranked = claims.iter().filter_map(|claim| {
        let rank = policy.authority.rank("active", &claim.source)?;
        Some(((!stands(policy, claims, claim), rank), claim))
    });
    ranked.min_by(|(one, _), (other, _)| one.cmp(other)).map(|(_, claim)| claim)
}

/// Whether the claim keeps its place in the order. One that had said inactive before it ended does, until another source
/// that decides says active: a directory that forgets a leaver must not give them access back. One that said active to
/// its end was withdrawn, and leaves it to the next.
pub(super) fn stands(policy: &Policy, claims: &[Claim], claim: &Claim) -> bool {
    let Some(ended) = claim.ended else { return true };
    let decides = |source: &SourceName| policy.authority.rank("active", source).is_some();
    let returned = |it: &Claim| it.gives_access() && it.active_since > ended && decides(&it.source);
    claim.active_since < ended && !claims.iter().any(returned)
}

/// Whether the person has access.
///
/// Under [`DeactivateWhen::Any`] one live claim that says inactive is enough to end it. An ended claim ends it too,
/// unless a source has said "active" since: otherwise somebody who left through one source could never return through
/// another.
pub fn is_active(policy: &Policy, claims: &[Claim]) -> bool {
    match policy.lifecycle.deactivate_when {
        DeactivateWhen::Any => {
            let last_start = claims.iter().filter(|c| c.gives_access()).map(|c| c.active_since).max();
            let last_end = claims.iter().filter_map(|claim| claim.ended).max();
            let one_says_no = claims.iter().any(|claim| claim.is_live() && !claim.active);
            !one_says_no && last_start.is_some() && last_start >= last_end
        }
        DeactivateWhen::Authoritative => deciding(policy, claims).is_some_and(Claim::gives_access),
    }
}
