//! Policies as their users meet them: through SCIM and the admin API, on both engines.

mod group_references;
mod joiners;
mod limits;
mod marks;
mod preview;
mod references;
mod ruled;
mod scope;
mod trade;
mod versions;
