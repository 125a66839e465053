//! The columns of ServiceNow's `sys_user` that a policy may fill, with what they hold.
//!
//! Lengths are those of the Contact API reference, whose table extends `sys_user`. Columns of one's own (`u_…`, `x_…`) may
//! be filled too.

/// A column that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// The most characters that it holds; `None` for references and flags.
    pub max_length: Option<usize>,
    /// The table that it refers to.
    pub table: Option<&'static str>,
}

const fn text(name: &'static str, max_length: usize) -> Column {
    Column { name, max_length: Some(max_length), table: None }
}

const fn reference(name: &'static str, table: &'static str) -> Column {
    Column { name, max_length: None, table: Some(table) }
}

const fn flag(name: &'static str) -> Column {
    Column { name, max_length: None, table: None }
}

/// Every column that is known.
pub const COLUMNS: &[Column] = &[
    reference("building", "cmn_building"),
    text("calendar_integration", 40),
    text("city", 40),
    reference("company", "core_company"),
    reference("cost_center", "cmn_cost_center"),
    text("country", 3),
    text("date_format", 40),
    reference("department", "cmn_department"),
    text("email", 100),
    text("employee_number", 40),
    flag("enable_multifactor_authn"),
    text("first_name", 50),
    text("gender", 40),
    text("home_phone", 40),
    text("introduction", 40),
    text("last_name", 50),
    reference("location", "cmn_location"),
    reference("manager", "sys_user"),
    text("middle_name", 50),
    text("mobile_phone", 40),
    text("name", 151),
    text("notification", 40),
    text("phone", 40),
    text("preferred_language", 3),
    reference("schedule", "cmn_schedule"),
    text("source", 255),
    text("state", 40),
    text("street", 255),
    text("time_format", 40),
    text("time_zone", 40),
    text("title", 60),
    text("user_name", 40),
    flag("vip"),
    text("zip", 40),
];

/// What the lifecycle writes; no mapping may.
pub const LIFECYCLE: [&str; 2] = ["active", "locked_out"];

/// The column of this name.
pub fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// Whether the name is that of a column of one's own.
pub fn is_custom(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    (name.starts_with("u_") || name.starts_with("x_")) && name.len() > 2 && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_and_own_ones_are_recognised() {
        assert_eq!(column("title").unwrap().max_length, Some(60));
        assert!(column("titel").is_none());
        assert!(is_custom("u_okta_user_id") && is_custom("x_acme_team"));
        assert!(!is_custom("u_") && !is_custom("u_Team") && !is_custom("department"));
        assert!(COLUMNS.is_sorted_by_key(|column| column.name));
    }
}
