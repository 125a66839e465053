//! The target: where records go, how they get there, and how long the answer to a source may wait for it.

use std::time::Duration;
use tenure_connect::servicenow::ServiceNow;
use tenure_identity::id::FieldName;
use tenure_store::deliveries::Aim;

/// How many characters the column of the stable key should hold: identity providers' ids may have as many.
pub const KEY_LENGTH: usize = 255;

/// A ServiceNow instance.
#[derive(Debug, Clone)]
pub struct Target {
    /// Its address, which says whether it is the one that was delivered to before.
    pub name: String,
    /// The client.
    pub client: ServiceNow,
    /// How it is written.
    pub settings: TargetSettings,
}

impl Target {
    /// What decides whether what is known of it still holds.
    pub(crate) fn aim(&self) -> Aim {
        let groups = match self.settings.groups {
            Groups::Create => "create",
            Groups::Existing => "existing",
            Groups::None => "none",
        };
        Aim { url: self.name.clone(), key: self.settings.key.to_string(), groups: groups.to_owned() }
    }
}

/// How a target is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetSettings {
    /// The column that holds the stable key: unique, and never changed by anybody else.
    pub key: FieldName,
    /// When a source is answered.
    pub mode: Mode,
    /// Which groups are brought there.
    pub groups: Groups,
    /// People and groups that are worked on at a time. Their calls share the client's budget; of so many some always wait
    /// for our own database, and should not leave the budget unused.
    pub parallel: usize,
    /// For how long somebody belongs to the node that works on them, if it does not say that it still does.
    pub lease: Duration,
    /// The integration account's user name, where the way of signing in tells it.
    pub account: Option<String>,
}

/// When a source is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// At once; the target follows.
    Queued,
    /// When the target has it, or has refused it, or after this long.
    Immediate(Duration),
}

/// Which groups are brought to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Groups {
    /// All that sources push; those that are not there are made.
    Create,
    /// Those that are there, by their name.
    Existing,
    /// None; groups are for the policy only.
    None,
}

impl Default for TargetSettings {
    fn default() -> Self {
        Self {
            key: "u_okta_user_id".into(),
            mode: Mode::Queued,
            groups: Groups::Create,
            parallel: 32,
            lease: Duration::from_secs(30),
            account: None,
        }
    }
}
