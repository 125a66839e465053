//! Deliveries: where somebody stands in the target.

use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use tenure_engine::deliver::DeliveryTotals;
use tenure_identity::event::Subject;
use tenure_store::deliveries;
use tenure_store::handovers::HandoverTotals;
use utoipa::ToSchema;

/// Where the delivery of one person or group stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct Delivery {
    /// The id of the person or group.
    pub id: String,
    /// What people call them: the login, the group's name; null if they are not known any more.
    pub name: Option<String>,
    /// `person` or `group`.
    #[schema(examples("person", "group"))]
    pub kind: String,
    /// What came of the last try.
    #[schema(examples("waiting", "delivered", "partly delivered", "retrying", "refused"))]
    pub state: String,
    /// Why, in sentences, unless it was simply delivered.
    pub reason: Option<String>,
    /// Whether something is still to be brought to the target, or tried again.
    pub pending: bool,
    /// When it is tried next, if it is pending.
    pub due: Option<Timestamp>,
    /// Failures in a row.
    pub attempts: u32,
    /// The `sys_id` of the record in the target.
    pub sys_id: Option<String>,
    /// Since when that is the record.
    pub linked: Option<Timestamp>,
    /// When the target was last brought up to date.
    pub delivered: Option<Timestamp>,
    /// Values that the target did not take, by column.
    pub parked: Vec<ParkedValue>,
}

/// A value that the target did not take.
#[derive(Debug, Serialize, ToSchema)]
pub struct ParkedValue {
    /// The column; `+group ID` and the like where it is no column.
    pub column: String,
    /// What became of the value.
    pub reason: String,
    /// When it is tried again, unless another value is asked for sooner.
    pub until: Timestamp,
}

/// How many deliveries stand where.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliverySummary {
    /// People and groups of whom something is to be brought to the target.
    pub pending: u64,
    /// Since when the oldest of them waits.
    pub oldest: Option<Timestamp>,
    /// How many, by state.
    pub states: BTreeMap<String, u64>,
    /// Leavers whose work is still to be handed over, or put back.
    pub handovers: PendingHandovers,
    /// Why nobody is brought there for a while; null as long as the target can be used.
    pub paused: Option<Paused>,
    /// How hard the target is pressed; null without a target.
    pub calls: Option<Calls>,
}

/// The target is left alone: it allows no more calls, is out of reach, or does not let us in.
#[derive(Debug, Serialize, ToSchema)]
pub struct Paused {
    /// Why.
    pub reason: String,
    /// Until when.
    pub until: Timestamp,
}

/// How many hand-overs are to be gone on with.
#[derive(Debug, Serialize, ToSchema)]
pub struct PendingHandovers {
    /// Nothing of them has been written.
    pub waiting: u64,
    /// They are being carried out or put back.
    pub running: u64,
    /// The target refused something; they are tried again.
    pub refused: u64,
}

/// How hard the target is pressed by this node.
#[derive(Debug, Serialize, ToSchema)]
pub struct Calls {
    /// Calls under way.
    pub in_flight: u64,
    /// The most that may be under way now; it falls when the target struggles.
    pub ceiling: u64,
    /// Calls since the start.
    pub made: u64,
    /// Calls that were refused because there were too many.
    pub refused: u64,
}

impl Delivery {
    /// What is shown of a delivery of somebody who is called so.
    pub fn of(delivery: &deliveries::Delivery, name: Option<String>) -> Self {
        let parked = delivery.known.iter().flat_map(|known| &known.parked);
        Self {
            id: delivery.subject.as_str().to_owned(),
            name,
            kind: match delivery.subject {
                Subject::Person(_) => "person".to_owned(),
                Subject::Group(_) => "group".to_owned(),
            },
            state: delivery.state.label().to_owned(),
            reason: delivery.reason.clone(),
            pending: delivery.pending,
            due: Some(delivery.due).filter(|_| delivery.pending),
            attempts: delivery.attempts,
            sys_id: delivery.record.as_ref().map(ToString::to_string),
            linked: delivery.linked,
            delivered: delivery.delivered,
            parked: parked
                .map(|(column, parked)| ParkedValue {
                    column: column.to_string(),
                    reason: parked.reason.clone(),
                    until: parked.until,
                })
                .collect(),
        }
    }
}

impl PendingHandovers {
    fn of(totals: HandoverTotals) -> Self {
        let HandoverTotals { waiting, running, refused } = totals;
        Self { waiting, running, refused }
    }
}

impl DeliverySummary {
    /// What is shown of all deliveries.
    pub fn of(all: &DeliveryTotals) -> Self {
        let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
        Self {
            pending: all.totals.pending,
            oldest: all.totals.oldest,
            states: all.totals.states.iter().map(|(state, n)| (state.label().to_owned(), *n)).collect(),
            handovers: PendingHandovers::of(all.handovers),
            paused: all
                .paused
                .as_ref()
                .map(|paused| Paused { reason: paused.reason.clone(), until: paused.until }),
            calls: all.pace.as_ref().map(|pace| Calls {
                in_flight: count(pace.in_flight),
                ceiling: count(pace.ceiling_now),
                made: pace.calls,
                refused: pace.refusals,
            }),
        }
    }
}
