//! Why an instance does not do what it is asked to.
//!
//! The texts of the API's answers are made of these in [`super::http`]; several of them share one status and differ in
//! their detail alone, which is the trap that the simulation is for.

/// Why nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// There is no such table.
    #[error("there is no table `{table}`")]
    NoTable {
        /// What was asked for.
        table: String,
    },
    /// There is no such row, or the caller may not see it.
    #[error("`{table}` has no row `{sys_id}` that the caller can see")]
    NoRow {
        /// The table.
        table: String,
        /// The id.
        sys_id: String,
    },
    /// An access rule is against it.
    #[error("access rules forbid the {action} in `{table}`")]
    Access {
        /// The table.
        table: String,
        /// `insert`, `update` or `delete`.
        action: &'static str,
    },
    /// A business rule aborted it.
    #[error("the business rule `{rule}` aborted a write to `{table}`")]
    Aborted {
        /// The table.
        table: String,
        /// The rule's name.
        rule: String,
        /// The rule's id.
        rule_id: String,
    },
    /// Another row has the value of a unique column.
    #[error("another row of `{table}` has the same `{column}`")]
    Duplicate {
        /// The table.
        table: String,
        /// The column.
        column: String,
        /// `insert` or `update`.
        action: &'static str,
        /// What the row would have been called.
        display: String,
    },
    /// A data policy wants a value.
    #[error("a data policy wants `{column}` of `{table}`")]
    Mandatory {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}
