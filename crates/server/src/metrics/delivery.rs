//! Metrics of deliveries: where all of them stand, how the target is pressed, and what this node has counted. Where they
//! stand is read from the store once in a while, however often somebody scrapes.

use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use std::fmt;
use std::time::Duration;
use tenure_engine::Engine;
use tenure_engine::deliver::{DeliveryCounts, DeliveryTotals, PaceReport};
use tenure_store::deliveries::State;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// For how long the totals are shown again.
const FRESH: Duration = Duration::from_secs(5);

/// The newest totals, with when they were read.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Option<(Instant, DeliveryTotals)>>);

/// What one scrape shows.
#[derive(Debug)]
pub(super) struct Shown {
    totals: Option<DeliveryTotals>,
    counts: DeliveryCounts,
    pace: PaceReport,
    now: Timestamp,
}

impl Cache {
    /// What there is to show; nothing without a target.
    pub(super) async fn look(&self, engine: &Engine) -> Option<Shown> {
        let (counts, pace) = engine.delivery_counts()?;
        Some(Shown { totals: self.totals(engine).await, counts, pace, now: engine.clock().now() })
    }

    /// Scrapes that come together wait for one read. Totals that cannot be read are left out.
    async fn totals(&self, engine: &Engine) -> Option<DeliveryTotals> {
        let mut newest = self.0.lock().await;
        if let Some((_, totals)) = newest.as_ref().filter(|(read, _)| read.elapsed() < FRESH) {
            return Some(totals.clone());
        }
        match engine.delivery_totals().await {
            Ok(totals) => {
                *newest = Some((Instant::now(), totals.clone()));
                Some(totals)
            }
            Err(error) => {
                tracing::warn!(%error, "where deliveries stand could not be read for the metrics");
                None
            }
        }
    }
}

impl Collector for Shown {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let out = &mut encoder;
        if let Some(totals) = &self.totals {
            stand(out, totals, self.now)?;
        }
        counter(out, "target_calls", "Calls to the target, repeated ones included", &self.pace.calls)?;
        counter(out, "target_refusals", "Calls refused because of a rate limit", &self.pace.refusals)?;
        gauge(out, "target_in_flight", "Calls under way", &self.pace.in_flight)?;
        gauge(out, "target_ceiling", "Calls that may be under way now", &self.pace.ceiling_now)?;
        let DeliveryCounts { finished, verdicts, landing, landing_seconds } = &self.counts;
        let help = "Deliveries that ended on this node, by where they stood then";
        counters(out, "deliveries_finished", help, "outcome", finished.iter())?;
        let help = "Values, groups and roles written by this node, by what became of them";
        counters(out, "delivery_verdicts", help, "verdict", verdicts.iter())?;
        let help = "From the mark to the landing of what this node wrote";
        let count = landing.iter().map(|(_, count)| count).sum();
        out.encode_descriptor("delivery_landing_seconds", help, None, MetricType::Histogram)?
            .encode_histogram::<NoLabelSet>(*landing_seconds, count, landing, None)
    }
}

fn stand(out: &mut DescriptorEncoder<'_>, all: &DeliveryTotals, now: Timestamp) -> fmt::Result {
    let DeliveryTotals { totals, handovers, .. } = all;
    let mut states =
        out.encode_descriptor("deliveries", "Deliveries by where they stand", None, MetricType::Gauge)?;
    for state in State::ALL {
        let count = totals.states.iter().find(|(of, _)| *of == state).map_or(0, |(_, count)| *count);
        states.encode_family(&[("state", state.label())])?.encode_gauge(&count)?;
    }
    gauge(out, "deliveries_pending", "Deliveries that are due or tried again", &totals.pending)?;
    let age = totals.oldest.map_or(0.0, |oldest| now.duration_since(oldest).as_secs_f64().max(0.0));
    gauge(out, "deliveries_oldest_pending_seconds", "How long the oldest of them has waited", &age)?;
    let help = "Hand-overs of leavers' work that are to be gone on with";
    let mut pending = out.encode_descriptor("handovers_pending", help, None, MetricType::Gauge)?;
    let counts =
        [("waiting", handovers.waiting), ("running", handovers.running), ("refused", handovers.refused)];
    for (state, count) in counts {
        pending.encode_family(&[("state", state)])?.encode_gauge(&count)?;
    }
    Ok(())
}

fn gauge(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: &impl EncodeGaugeValue,
) -> fmt::Result {
    out.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(value)
}

fn counter(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    value: &impl EncodeCounterValue,
) -> fmt::Result {
    let mut metric = out.encode_descriptor(name, help, None, MetricType::Counter)?;
    metric.encode_counter::<NoLabelSet, _, u64>(value, None)
}

fn counters<'a>(
    out: &mut DescriptorEncoder<'_>,
    name: &str,
    help: &str,
    label: &str,
    counts: impl Iterator<Item = (&'a &'static str, &'a u64)>,
) -> fmt::Result {
    let mut metric = out.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (value, count) in counts {
        let of = [(label, *value)];
        metric.encode_family(&of)?.encode_counter::<NoLabelSet, _, u64>(count, None)?;
    }
    Ok(())
}
