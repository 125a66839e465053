//! The simulated ServiceNow of the demo, and what it holds in the end beside the truth.

use anyhow::Context;
use tenure_lab::play::Progress;
use tenure_lab::proof::Proof;
use tenure_lab::servicenow::{self, Account, Server, Settings};
use tenure_lab::year::Year;

/// The desks of the people in the instance, which fill from day to day.
pub(super) struct Desks {
    of: servicenow::Desks,
    instance: servicenow::Instance,
    filled: Option<u16>,
}

impl Desks {
    pub(super) fn fill_daily(&mut self, progress: &Progress) {
        if self.filled.replace(progress.day) != Some(progress.day) {
            self.of.fill(&self.instance);
        }
    }
}

/// A simulated instance with its integration account.
pub(super) struct Instance {
    data: servicenow::Instance,
    server: Server,
    account: Account,
}

impl Instance {
    pub(super) async fn start() -> anyhow::Result<Self> {
        let settings = Settings::default();
        let account = settings.accounts.iter().find(|account| account.user_name == "tenure.integration");
        let account = account.context("the simulated instance has no integration account")?.clone();
        let data = servicenow::Instance::new(settings);
        let server = Server::local(data.clone()).await.context("the simulated instance cannot listen")?;
        Ok(Self { data, server, account })
    }

    pub(super) fn url(&self) -> &str {
        &self.server.url
    }

    pub(super) fn user_name(&self) -> &str {
        &self.account.user_name
    }

    pub(super) fn password(&self) -> &str {
        &self.account.password
    }

    /// Desks that work is laid on.
    pub(super) fn desks(&self) -> Desks {
        Desks { of: servicenow::Desks::open(&self.data), instance: self.data.clone(), filled: None }
    }

    /// What it holds, beside the truth.
    pub(super) fn proof(&self, year: &Year) -> Proof {
        Proof::of(&self.data, year)
    }
}
