//! The simulated ServiceNow of the demo, and what it holds in the end beside the truth.

use anyhow::Context;
use tenure_lab::proof::Proof;
use tenure_lab::servicenow::{self, Account, Server, Settings};
use tenure_lab::year::Year;

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

    /// What it holds, beside the truth.
    pub(super) fn proof(&self, year: &Year) -> Proof {
        Proof::of(&self.data, year)
    }
}
