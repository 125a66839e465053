//! Testimony: what each source says of somebody's access, whose word decided, and why the others' did not. It is
//! [`is_active`](super::is_active) in words, for `explain`.

use super::activity::{deciding, is_active, stands};
use super::explain::order_in_words;
use crate::claim::Claim;
use crate::decision::{Decision, Outcome};
use crate::id::SourceName;
use crate::policy::{DeactivateWhen, Policy};

/// What the sources say of somebody's access: whose word decided, why, and who was heard in vain.
pub(super) struct Testimony {
    /// Nothing where nobody's word alone decides: under "any" all of them have to say active.
    pub(super) source: Option<SourceName>,
    pub(super) rule: String,
    pub(super) skipped: Vec<Decision>,
}

/// Why the claims give access, or give none.
pub(super) fn testimony(policy: &Policy, claims: &[Claim]) -> Testimony {
    let mut heard: Vec<_> = claims.iter().collect();
    heard.sort_by(|one, other| one.source.cmp(&other.source));
    let Testimony { source, rule, skipped } = match policy.lifecycle.deactivate_when {
        DeactivateWhen::Any => any(policy, claims, &heard),
        DeactivateWhen::Authoritative => authoritative(policy, claims, &heard),
    };
    let words: Vec<_> = heard.iter().map(|claim| format!("{}: {}", claim.source, word(claim))).collect();
    let words = if words.is_empty() { "nobody claims them".to_owned() } else { words.join(", ") };
    Testimony { source, rule: format!("{rule} ({words})"), skipped }
}

fn word(claim: &Claim) -> &'static str {
    match (claim.ended, claim.active) {
        (Some(ended), _) if claim.active_since < ended => "inactive, then ended",
        (Some(_), _) => "ended",
        (None, true) => "active",
        (None, false) => "inactive",
    }
}

/// `heard` is the claims in the order of their sources' names.
fn any(policy: &Policy, claims: &[Claim], heard: &[&Claim]) -> Testimony {
    const RULE: &str = "`deactivate_when = \"any\"`";
    let says_no = heard.iter().find(|claim| claim.is_live() && !claim.active);
    let ended = || heard.iter().filter(|claim| !claim.is_live()).max_by_key(|claim| claim.ended);
    let told = |why: &str| Testimony { source: None, rule: format!("{RULE}: {why}"), skipped: Vec::new() };
    let (claim, why) = match says_no.or_else(ended) {
        _ if is_active(policy, claims) => {
            return told("no live claim says inactive, and none has ended since");
        }
        None => return told("no claim gives access"),
        Some(claim) if claim.is_live() => (claim, "says inactive, and one is enough"),
        Some(claim) => (claim, "ended its claim, and nobody has said active after that"),
    };
    let why = format!("`{}` {why}", claim.source);
    let overruled = heard.iter().filter(|claim| claim.gives_access());
    let skipped = overruled.map(|overruled| skipped(overruled, why.clone())).collect();
    Testimony { source: Some(claim.source.clone()), skipped, ..told(&why) }
}

fn authoritative(policy: &Policy, claims: &[Claim], heard: &[&Claim]) -> Testimony {
    let decides = |claim: &Claim| policy.authority.rank("active", &claim.source).is_some();
    let order = order_in_words(policy, "active");
    let Some(claim) = deciding(policy, claims) else {
        let rule = format!("{order}; nobody of it claims them, so that they have no access");
        let reason = |mute: &Claim| {
            format!("`{}` does not decide `active`, and nobody who does claims them", mute.source)
        };
        let skipped = heard.iter().map(|mute| skipped(mute, reason(mute))).collect();
        return Testimony { source: None, rule, skipped };
    };
    let source = &claim.source;
    let why = match (claim.ended.is_some(), stands(policy, claims, claim)) {
        (false, _) => "is the first of it with a live claim",
        (true, true) => {
            "said inactive and then ended its claim, and nobody else of it has said active after that"
        }
        (true, false) => "ended its claim, and nobody else of it has a live one",
    };
    let reason = |other: &Claim| match (decides(other), other.is_live()) {
        (true, false) => "its claim has ended".to_owned(),
        (true, true) => format!("`{source}` decides `active`"),
        (false, _) => format!("`{source}` decides `active`, and `{}` is not in the order", other.source),
    };
    let others = heard.iter().filter(|other| other.source != *source);
    let skipped = others.map(|other| skipped(other, reason(other))).collect();
    Testimony { source: Some(source.clone()), rule: format!("{order}; `{source}` {why}"), skipped }
}

fn skipped(claim: &Claim, reason: String) -> Decision {
    let said = claim.is_live().then(|| claim.active.to_string());
    let skipped = Decision::new("active", Outcome::SkippedNotAuthoritative).values(None, said);
    skipped.by(&claim.source).because(reason)
}
