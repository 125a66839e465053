//! From a SCIM request to the record in ServiceNow, against a simulated instance with its troubles on.

mod clone;
mod create;
mod faults;
mod groups;
mod identified;
mod immediate;
mod leave;
mod metrics;
mod refusals;
mod ruled;
mod surfaces;
mod switch;
mod user_names;
