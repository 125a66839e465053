//! A ServiceNow instance in memory, served over real HTTP: the Table API with its semantics, its traps and its troubles.
//!
//! [`Instance`] is the data, and can be read and changed without HTTP; [`Server`] answers for it; [`Faults`] says what goes
//! wrong and which rules its owner has made. It imitates what a client of the Table API can tell apart in matters of
//! identity, of the SCIM service that ServiceNow has itself too: forms, import sets and scripts are not here.

mod base;
mod caller;
mod change;
mod clock;
mod clone_over;
mod dictionary;
pub mod faults;
mod history;
mod http;
mod instance;
mod observe;
mod query;
mod refused;
mod row;
mod seed;
mod settings;
mod store;
mod tokens;
mod work;

pub use faults::{Fault, FaultKind, Faults};
pub use http::{ServeError, Server};
pub use instance::Instance;
pub use observe::{Calls, Write};
pub use refused::Refused;
pub use row::Row;
pub use settings::{Account, OAuthClient, Settings};
pub use work::{DUTY_MANAGER, Desks, SERVICE_DESK};
