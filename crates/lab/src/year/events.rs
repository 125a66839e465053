//! The events of a year, each with all that a driver needs to push it.

use crate::company::{Account, EmployeeNumber, Group, GroupId, Idp, Member};

/// One thing that one identity provider has to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A joiner is assigned.
    Joined {
        /// The new account.
        account: Account,
        /// What is awkward about the joiner, if anything.
        arrival: Arrival,
    },
    /// Another department, title or manager.
    Moved {
        /// The account after the move.
        account: Account,
    },
    /// A marriage: family name, login and mail change together.
    Married {
        /// The account after it.
        account: Account,
    },
    /// The mail domain changed, the login did not.
    Readdressed {
        /// The account after it.
        account: Account,
    },
    /// A new user name that Okta pushes as deactivate and create, with the same external id.
    LoginReplaced {
        /// The account with the old login.
        before: Box<Account>,
        /// The account with the new one.
        account: Account,
    },
    /// A leaver: deactivated in the provider.
    Left {
        /// The account as it was.
        account: Account,
    },
    /// A leaver came back.
    Rehired {
        /// The account now.
        account: Account,
        /// The external id is another one than before; the employee number never is.
        rotated: bool,
    },
    /// Taken off the application, still employed.
    Unassigned {
        /// The account.
        account: Account,
    },
    /// Assigned again after having been taken off.
    Reassigned {
        /// The account.
        account: Account,
    },
    /// Somebody whom another provider holds already arrives from this one too.
    Appeared {
        /// The account in the second provider.
        account: Account,
    },
    /// Entra deletes for good, thirty days after the leaver left.
    Purged {
        /// The account as it was.
        account: Account,
    },
    /// A group is pushed for the first time, with all its members.
    GroupPushed {
        /// The group.
        group: Group,
    },
    /// Members come and go.
    MembersChanged {
        /// The group.
        group: GroupRef,
        /// Who is new.
        joined: Vec<Member>,
        /// Who is out.
        left: Vec<Member>,
    },
    /// The group has another name.
    GroupRenamed {
        /// The group, with the new name.
        group: GroupRef,
    },
}

/// What a matching rule may trip over when somebody joins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// Was there before the year began.
    Founder,
    /// Nothing special.
    Plain,
    /// Has the same name as a leaver, and was given the leaver's login and mail address.
    RecycledLogin {
        /// The leaver.
        from: EmployeeNumber,
    },
    /// Has nearly the name of a colleague at the next desk: swapped, or one letter off.
    NearDuplicate {
        /// The colleague.
        of: EmployeeNumber,
    },
    /// The provider's first POST timed out although it arrived, and is sent again.
    PostedTwice,
}

/// A group without its members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRef {
    /// The provider that pushes the group.
    pub idp: Idp,
    /// The provider's id of the group.
    pub id: GroupId,
    /// The name now.
    pub name: String,
}

impl Event {
    /// The provider that tells it.
    pub fn idp(&self) -> Idp {
        match self {
            Self::GroupPushed { group } => group.idp,
            Self::MembersChanged { group, .. } | Self::GroupRenamed { group } => group.idp,
            _ => self.account().map_or(Idp::Okta, |account| account.idp),
        }
    }

    /// The account that the event is about; none for groups.
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Joined { account, .. }
            | Self::Moved { account }
            | Self::Married { account }
            | Self::Readdressed { account }
            | Self::LoginReplaced { account, .. }
            | Self::Left { account }
            | Self::Rehired { account, .. }
            | Self::Unassigned { account }
            | Self::Reassigned { account }
            | Self::Appeared { account }
            | Self::Purged { account } => Some(account),
            Self::GroupPushed { .. } | Self::MembersChanged { .. } | Self::GroupRenamed { .. } => None,
        }
    }

    /// The group that the event is about; none for people.
    pub fn group(&self) -> Option<&GroupId> {
        match self {
            Self::GroupPushed { group } => Some(&group.id),
            Self::MembersChanged { group, .. } | Self::GroupRenamed { group } => Some(&group.id),
            _ => None,
        }
    }

    /// A few words for a table.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Joined { arrival: Arrival::Founder, .. } => "founder",
            Self::Joined { arrival: Arrival::Plain, .. } => "joiner",
            Self::Joined { arrival: Arrival::RecycledLogin { .. }, .. } => "joiner with a leaver's login",
            Self::Joined { arrival: Arrival::NearDuplicate { .. }, .. } => {
                "joiner with a near-duplicate name"
            }
            Self::Joined { arrival: Arrival::PostedTwice, .. } => "joiner posted twice",
            Self::Moved { .. } => "mover",
            Self::Married { .. } => "new family name",
            Self::Readdressed { .. } => "new mail domain",
            Self::LoginReplaced { .. } => "login replaced by deactivate and create",
            Self::Left { .. } => "leaver",
            Self::Rehired { rotated: false, .. } => "rehire",
            Self::Rehired { rotated: true, .. } => "rehire under another external id",
            Self::Unassigned { .. } => "unassigned",
            Self::Reassigned { .. } => "reassigned",
            Self::Appeared { .. } => "second identity provider",
            Self::Purged { .. } => "deleted for good",
            Self::GroupPushed { .. } => "group pushed",
            Self::MembersChanged { .. } => "members changed",
            Self::GroupRenamed { .. } => "group renamed",
        }
    }
}
