//! What an instance is before anybody uses it: who may sign in and how, which columns it has, how much it remembers.
//!
//! What goes wrong with it is not here but in [`super::Faults`], which can be changed while it runs.

use std::time::Duration;

/// Somebody who can sign in.
#[derive(Debug, Clone)]
pub struct Account {
    /// `sys_user.user_name`.
    pub user_name: String,
    /// The password, for basic authentication and the password grant.
    pub password: String,
    /// Names of the roles that the account has.
    pub roles: Vec<String>,
}

/// An entry of the OAuth application registry.
#[derive(Debug, Clone)]
pub struct OAuthClient {
    /// The client id.
    pub client_id: String,
    /// The client secret; also the key of assertions signed with HS256.
    pub client_secret: String,
    /// The `user_name` as which client credentials act.
    pub user_name: String,
}

/// How an instance is set up.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where `sys_id`s come from; the same number gives the same ones.
    pub seed: u64,
    /// Who can sign in.
    pub accounts: Vec<Account>,
    /// The OAuth application registry.
    pub oauth_clients: Vec<OAuthClient>,
    /// API keys with the `user_name` that each stands for.
    pub api_keys: Vec<(String, String)>,
    /// How long an access token is good for; ServiceNow's default is 30 minutes.
    pub token_lifetime: Duration,
    /// How long a refresh token is good for; ServiceNow's default is 100 days.
    pub refresh_lifetime: Duration,
    /// What an assertion's `aud` has to be; anything without it.
    pub jwt_audience: Option<String>,
    /// Whether the API wants the role `snc_platform_rest_api_access`; ships off.
    pub api_acl: bool,
    /// Whether others than administrators can read `sys_audit`, `sys_audit_role` and `sys_audit_delete`.
    pub audit_readable: bool,
    /// Columns besides the built-in ones: table, and a line as in `dictionary.txt`.
    pub columns: Vec<(String, String)>,
    /// Built-in columns that this instance does not have: table and column.
    pub without_columns: Vec<(String, String)>,
    /// How many rows each audit table keeps; the oldest go first.
    pub audit_kept: usize,
    /// How many entries [`super::Instance::writes`] keeps; the oldest go first.
    pub writes_kept: usize,
    /// The hours east of UTC in which dates are displayed, with `sysparm_display_value` only.
    pub display_offset: i8,
}

impl Account {
    /// An account with these roles.
    pub fn new(user_name: &str, password: &str, roles: &[&str]) -> Self {
        Self {
            user_name: user_name.to_owned(),
            password: password.to_owned(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
        }
    }
}

impl Settings {
    /// The same settings for an instance without this column.
    #[must_use]
    pub fn without(mut self, table: &str, column: &str) -> Self {
        self.without_columns.push((table.to_owned(), column.to_owned()));
        self
    }
}

impl Default for Settings {
    /// One administrator (`admin`), one integration account with the least roles that serve (`tenure.integration`), one
    /// account without roles (`nobody`), one OAuth client (`tenure-client`) and one API key (`tenure-key`).
    fn default() -> Self {
        let least = ["user_admin", "itil", "snc_platform_rest_api_access"];
        Self {
            seed: 1,
            accounts: vec![
                Account::new("admin", "admin-password", &["admin"]),
                Account::new("tenure.integration", "integration-password", &least),
                Account::new("nobody", "nobody-password", &[]),
            ],
            oauth_clients: vec![OAuthClient {
                client_id: "tenure-client".to_owned(),
                client_secret: "tenure-client-secret".to_owned(),
                user_name: "tenure.integration".to_owned(),
            }],
            api_keys: vec![("tenure-key".to_owned(), "tenure.integration".to_owned())],
            token_lifetime: Duration::from_secs(1_800),
            refresh_lifetime: Duration::from_secs(8_640_000),
            jwt_audience: None,
            api_acl: false,
            audit_readable: true,
            columns: Vec::new(),
            without_columns: Vec::new(),
            audit_kept: 20_000,
            writes_kept: 500_000,
            display_offset: -8,
        }
    }
}
