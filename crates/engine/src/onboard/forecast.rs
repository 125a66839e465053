//! What applying would do, in numbers, for whoever has to say yes to it.

use super::apply::Work;
use super::{Application, OnboardError, Study};
use crate::SharedEngine;
use std::sync::Arc;

/// What applying would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Forecast {
    /// Links between people of ours and records.
    pub links: usize,
    /// Stable keys that would be written.
    pub keys: usize,
    /// Those of them that would replace another.
    pub replaced: usize,
    /// External ids for the target's own SCIM service.
    pub external_ids: usize,
}

/// Counts what [`super::apply()`] would do, as far as nobody changes the target meanwhile.
///
/// # Errors
/// If there is no target, or the store fails.
pub async fn forecast(
    engine: &SharedEngine,
    study: &Study,
    application: &Application,
) -> Result<Forecast, OnboardError> {
    let target = engine.delivery.as_ref().ok_or(OnboardError::NoTarget)?.target.clone();
    let work = Work { engine: Arc::clone(engine), target, application: application.clone() };
    let mut forecast = Forecast::default();
    if application.seed_scim {
        let with_id: std::collections::HashSet<_> =
            study.known.iter().filter(|it| it.external_id.is_some()).map(|it| it.id.as_str()).collect();
        let links = study.adoption.links.iter();
        forecast.external_ids = links.filter(|link| with_id.contains(link.known.as_str())).count();
    }
    for link in &study.adoption.links {
        let seeds = application.seed_keys && link.seed.is_some();
        forecast.keys += usize::from(seeds);
        forecast.replaced += usize::from(seeds && link.replaces.is_some());
        forecast.links += usize::from(work.instead_of_link(link, seeds).await?.is_none());
    }
    Ok(forecast)
}
