//! The options of `tenure onboard`.

use super::Format;
use clap::{Args, Subcommand};
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct OnboardOptions {
    #[command(subcommand)]
    pub(crate) command: Option<OnboardCommand>,
    /// The identity provider's users, as its console exports them; with it nobody has to be pushed before
    #[arg(long, value_name = "FILE")]
    pub(crate) idp_csv: Option<PathBuf>,
    /// Write the report as a page for the browser, which needs nothing but itself
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<PathBuf>,
    /// Write every line of the report for a spreadsheet
    #[arg(long, value_name = "FILE")]
    pub(crate) csv: Option<PathBuf>,
    /// Make the links that the policy's rules are sure of; without it nothing is written to the target
    #[arg(long)]
    pub(crate) apply: bool,
    /// Write the stable key into each record that is linked and lacks it, and nothing else
    #[arg(long, requires = "apply")]
    pub(crate) seed_keys: bool,
    /// Write external ids for ServiceNow's own SCIM service too, even if its table `sys_scim_user` is empty
    #[arg(long, requires = "seed_keys")]
    pub(crate) scim_table: bool,
    /// Do not ask before applying
    #[arg(long, requires = "apply")]
    pub(crate) yes: bool,
    /// Go on with a reading that was interrupted, or use one that came to its end
    #[arg(long)]
    pub(crate) resume: bool,
    /// Go on although users seem to be hidden from our account: there is nobody behind the gaps that the report names
    #[arg(long)]
    pub(crate) despite_gaps: bool,
    /// Who applies it, for the timelines
    #[arg(long, env = "USER", default_value = "administrator")]
    pub(crate) by: String,
    /// How the result is written
    #[arg(long, value_enum, default_value_t = Format::Table)]
    pub(crate) format: Format,
}

#[derive(Debug, Subcommand)]
pub(crate) enum OnboardCommand {
    /// Say which record is somebody's, where a case asks; the next look follows it
    Decide {
        /// The person, as the case calls them: id, user name or e-mail address
        who: String,
        /// The `sys_id` of their record; or `new`, if none of those that there are is theirs
        #[arg(value_name = "SYS_ID|new")]
        record: String,
        /// Who decides; your login name without it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
    },
}
