//! What can go wrong in the store, and what each named constraint means.

/// A read that failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be opened.
    #[error("the database `{place}` cannot be opened")]
    Open {
        /// Path or address, without credentials.
        place: String,
        /// Why.
        #[source]
        source: DriverError,
    },
    /// The address is not one that we understand.
    #[error("`{0}` is not a store address; use `sqlite:PATH` or `postgres://USER@HOST/DATABASE`")]
    Address(String),
    /// The database was written by a newer Tenure.
    #[error(
        "the database has schema version {found} and this Tenure knows {known}; use the newer Tenure, or a backup"
    )]
    FromTheFuture {
        /// What the database says.
        found: i64,
        /// The newest that we know.
        known: i64,
    },
    /// A migration that was applied is not the one that we know.
    #[error(
        "migration {0} of this database is not the one that this Tenure knows; it was changed by hand or by another build"
    )]
    ForeignMigration(i64),
    /// A statement failed.
    #[error("the database refused a statement")]
    Statement(#[source] DriverError),
    /// No connection could be had, or it was lost.
    #[error("the database cannot be reached")]
    Unavailable(#[source] DriverError),
    /// A stored value does not read back.
    #[error("stored {what} does not read back: {why}")]
    Corrupt {
        /// What was read.
        what: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// A scan would have to look at more rows than allowed.
    #[error("the query needs a scan of more than {limit} resources")]
    ScanTooLarge {
        /// The most rows that a scan may look at.
        limit: usize,
    },
}

/// The error of one of the two databases.
pub type DriverError = Box<dyn std::error::Error + Send + Sync>;

/// A commit that did not happen. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A version that the commit was decided on has moved: decide again.
    #[error("the facts moved while the change was decided")]
    Moved,
    /// Somebody else was quicker: decide again, and the facts will say who.
    #[error("`{}` already holds", .0.name())]
    Constraint(Constraint),
    /// The store failed. After a lost connection it is not known whether the commit happened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Named constraints, and what each means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Constraint {
    /// An active person holds the login.
    Login,
    /// A person holds the employee number.
    EmployeeNumber,
    /// The source claims the person already.
    ClaimOfPerson,
    /// The source uses the external id for somebody already.
    ExternalId,
    /// The source has an active person with this login.
    UserName,
    /// The group id is taken.
    GroupId,
    /// The source uses the external id for a group already.
    GroupExternalId,
    /// A live group has this name.
    GroupName,
    /// A case about this identity is open.
    OpenCase,
    /// A mass-change case is open.
    MassChange,
    /// The token's hash is taken.
    TokenHash,
    /// Another policy has become this version.
    PolicyVersion,
    /// The target's record is linked to somebody else.
    TargetRecord,
}

impl Constraint {
    const ALL: [Self; 13] = [
        Self::Login,
        Self::EmployeeNumber,
        Self::ClaimOfPerson,
        Self::ExternalId,
        Self::UserName,
        Self::GroupId,
        Self::GroupExternalId,
        Self::GroupName,
        Self::OpenCase,
        Self::MassChange,
        Self::TokenHash,
        Self::PolicyVersion,
        Self::TargetRecord,
    ];

    /// The name in the schema.
    pub fn name(self) -> &'static str {
        match self {
            Self::Login => "persons_login",
            Self::EmployeeNumber => "persons_employee",
            Self::ClaimOfPerson => "claims_person",
            Self::ExternalId => "claims_external_id",
            Self::UserName => "claims_user_name",
            Self::GroupId => "groups_id",
            Self::GroupExternalId => "groups_external_id",
            Self::GroupName => "groups_display_name",
            Self::OpenCase => "cases_open",
            Self::MassChange => "cases_mass_change",
            Self::TokenHash => "tokens_hash",
            Self::PolicyVersion => "policies_version",
            Self::TargetRecord => "deliveries_record",
        }
    }

    /// The columns, as SQLite reports them instead of the name.
    fn columns(self) -> &'static str {
        match self {
            Self::Login => "persons.login_key",
            Self::EmployeeNumber => "persons.employee_key",
            Self::ClaimOfPerson => "claims.person_id, claims.source",
            Self::ExternalId => "claims.source, claims.external_id",
            Self::UserName => "claims.source, claims.user_name_key",
            Self::GroupId => "groups.id",
            Self::GroupExternalId => "groups.source, groups.external_id",
            Self::GroupName => "groups.display_key",
            Self::OpenCase => "cases.source, cases.identity",
            Self::MassChange => "cases.kind",
            Self::TokenHash => "tokens.hash",
            Self::PolicyVersion => "policies.version",
            Self::TargetRecord => "deliveries.kind, deliveries.sys_id",
        }
    }

    /// The constraint of this name.
    pub(crate) fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|constraint| constraint.name() == name)
    }

    /// The constraint that SQLite's message names by its columns.
    pub(crate) fn by_sqlite_message(message: &str) -> Option<Self> {
        let columns = message.strip_prefix("UNIQUE constraint failed: ")?;
        Self::ALL.into_iter().find(|constraint| constraint.columns() == columns)
    }
}
