//! Whether the newest policy that anybody applied is the one that this configuration works by.

use super::Check;
use crate::Engine;

pub(super) async fn fits(engine: &Engine) -> Check {
    let in_force = engine.policy().version;
    let newest = match engine.store.policy_version().await {
        Ok(newest) => newest,
        Err(error) => {
            return Check::unknown("policy", error.to_string(), "the store did not tell the policy");
        }
    };
    if newest <= in_force {
        let means = "it fits the sources and schemas of the configuration";
        return Check::good("policy", format!("version {in_force} is in force"), means);
    }
    let problems = match engine.policy_version(newest).await {
        Ok(stored) => engine.check_policy(&stored.document).err(),
        Err(error) => {
            return Check::unknown("policy", error.to_string(), "the store did not tell the policy");
        }
    };
    match problems {
        Some(problems) => Check::bad(
            "policy",
            format!("version {newest} cannot be used with this configuration: {problems}"),
            format!("version {in_force} stays in force on this node"),
        )
        .cure(
            "name the missing sources and schemas in the configuration, or `tenure policy apply` \
            a corrected policy",
        ),
        None => Check::note(
            "policy",
            format!("version {newest} was applied a moment ago, and {in_force} is in force here"),
            "a node takes a new policy over within seconds",
        ),
    }
}
