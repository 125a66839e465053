//! Flapping: two sources that decide a field back and forth.

use super::Finding;
use super::fields::Place;
use crate::record::Field;

/// Whether the field goes back to a source that lost it a moment ago, with the line of the policy that would end it.
pub(super) fn flapping(place: &Place<'_>, old: &Field, new: &Field) -> Option<Finding> {
    let (now, was) = (new.source.as_ref()?, old.source.as_ref()?);
    let earlier = old.former.as_ref()?.source.as_ref()?;
    let (policy, name) = (place.hearing.policy, place.name);
    let lasted = place.hearing.settings.now.as_second() - old.since?.as_second();
    let back = now != was && now == earlier && new.value != old.value;
    if !back || lasted > policy.flapping.window_seconds {
        return None;
    }
    let rank = |source| policy.authority.rank(name.as_str(), source);
    let was_first = rank(was).is_some_and(|was| rank(now).is_none_or(|now| was < now));
    let first = if was_first { was } else { now };
    Some(Finding::Flapping(format!(
        "`{name}` was decided by `{now}`, then by `{was}`, and now by `{now}` again; `{name} = [\"{first}\"]` under \
         [authority] ends it"
    )))
}
