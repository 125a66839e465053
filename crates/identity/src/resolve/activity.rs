//! Whether somebody has access, by the word of all their sources.

use crate::claim::Claim;
use crate::policy::{DeactivateWhen, Policy};

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
        DeactivateWhen::Authoritative => {
            let ranked = claims.iter().filter_map(|claim| {
                let rank = policy.authority.rank("active", &claim.source)?;
                Some(((!claim.is_live(), rank), claim))
            });
            let deciding = ranked.min_by(|(one, _), (other, _)| one.cmp(other));
            deciding.is_some_and(|(_, claim)| claim.gives_access())
        }
    }
}
