//! How the owner has set up ServiceNow's own SCIM service (plugin `com.snc.integration.scim2`).
//!
//! What the documentation leaves open, or what people report differently, is a switch here.

use std::collections::BTreeMap;

use serde::Deserialize;

/// The set-up of the SCIM service.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Scim {
    /// Whether the plugin is there at all.
    pub installed: bool,
    /// Whether rules apply that [`super::Faults`] lists; the service is documented to go past access and business rules.
    pub rules: bool,
    /// By what a create finds a user who is there already, in this order. Whoever is found is changed.
    pub match_by: Vec<MatchBy>,
    /// Whether an e-mail address that another user has is refused; the database allows it.
    pub unique_email: bool,
    /// Attributes that refuse `null`, by their names in `/Schemas`.
    pub null_refused: Vec<String>,
    /// Whether a PATCH that names `id` is carried out without it, instead of being refused.
    pub ignore_id: bool,
    /// The property `com.snc.integration.scim2.max.member.count`; no bound without it.
    pub max_members: Option<usize>,
    /// The property "Enable Group Patch API response with No Content".
    pub group_patch_no_content: bool,
    /// The property `com.snc.integration.scim2.string.field.length.validation.enabled`: text that is too long is refused
    /// instead of cut.
    pub validate_length: bool,
    /// Attributes of the custom extension of users, and the columns of `sys_user` that they fill.
    pub custom: BTreeMap<String, String>,
}

/// By what a create finds a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchBy {
    /// `sys_scim_user.external_id` is the `externalId`.
    ExternalId,
    /// `sys_user.user_name` is the `externalId`.
    UserName,
    /// `sys_user.email` is the work address.
    Email,
}

impl Default for Scim {
    fn default() -> Self {
        Self {
            installed: true,
            rules: false,
            match_by: vec![MatchBy::ExternalId, MatchBy::UserName, MatchBy::Email],
            unique_email: false,
            null_refused: vec!["title".to_owned(), "department".to_owned()],
            ignore_id: false,
            max_members: None,
            group_patch_no_content: false,
            validate_length: false,
            custom: BTreeMap::new(),
        }
    }
}
