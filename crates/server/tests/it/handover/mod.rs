//! From somebody's leaving to nothing that lies with them, against a simulated instance with its troubles on.

mod desk;
mod faults;
mod leave;
mod nodes;
mod reports;
mod surfaces;
mod undo;
