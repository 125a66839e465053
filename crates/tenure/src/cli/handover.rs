//! The words of `tenure handover`.

use super::Format;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum HandoverCommand {
    /// Show what would be handed over if somebody had left now; nothing is written
    Plan {
        /// Somebody, who may still be active: id, external id, user name, e-mail address or `sys_id`
        who: String,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Hand over what lies with somebody who has left, also if that was done before
    Run {
        /// Somebody: id, external id, user name, e-mail address or `sys_id`
        who: String,
        /// Who wants it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Where the hand-overs stand, or the one of somebody with every row that it touches
    Status {
        /// Somebody: id, external id, user name, e-mail address or `sys_id`
        who: Option<String>,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
    /// Put back what was handed over, as far as it is still as the hand-over left it
    Undo {
        /// Somebody: id, external id, user name, e-mail address or `sys_id`
        who: String,
        /// Who wants it
        #[arg(long, env = "USER", default_value = "administrator")]
        by: String,
        /// How it is written
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
    },
}
