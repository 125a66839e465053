//! What kind of account a record is: one human being's, one that several share, a program's, or somebody's second one for
//! administration. Judged by flags first, then by words; an employee number or a stable key speaks for a human being.

use super::existing::Existing;
use super::portrait::{key, letters, number};
use tenure_scim::text::fold;

/// What kind of account a record is, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The kind.
    pub kind: AccountKind,
    /// What says so, one sentence each; nothing for a person's account.
    pub evidence: Vec<String>,
}

/// Kinds of accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountKind {
    /// One human being's, or nothing says otherwise.
    Person,
    /// Used by several: a reception, a kiosk, a training account.
    Shared,
    /// A program's.
    Service,
    /// Somebody's second account, for administration: the same human being, and no duplicate.
    Privileged,
}

impl AccountKind {
    /// The word for it, on every surface.
    pub fn label(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Shared => "shared",
            Self::Service => "service",
            Self::Privileged => "privileged",
        }
    }
}

/// Words of programs. None of them is a usual family name.
const SERVICE: [&str; 30] = [
    "ansible",
    "api",
    "automation",
    "backup",
    "batch",
    "bot",
    "connector",
    "daemon",
    "discovery",
    "integration",
    "jenkins",
    "ldap",
    "mid",
    "monitoring",
    "okta",
    "rest",
    "robot",
    "rpa",
    "scim",
    "server",
    "service",
    "serviceaccount",
    "soap",
    "srv",
    "sso",
    "svc",
    "sync",
    "system",
    "webservice",
    "workflow",
];
/// Words of accounts that several people use. None of them is a usual family name.
const SHARED: [&str; 24] = [
    "account",
    "counter",
    "desk",
    "dispatch",
    "facilities",
    "frontdesk",
    "generic",
    "helpdesk",
    "info",
    "kiosk",
    "lobby",
    "mailbox",
    "noreply",
    "reception",
    "servicedesk",
    "shared",
    "shift",
    "support",
    "team",
    "test",
    "training",
    "user",
    "warehouse",
    "workstation",
];
/// Marks of a second account for administration.
const PRIVILEGED: [&str; 5] = ["adm", "admin", "administrator", "priv", "root"];

impl Account {
    /// Judges one record.
    pub fn of(row: &Existing) -> Self {
        let flags = flags(row);
        if !flags.is_empty() {
            return Self { kind: AccountKind::Service, evidence: flags };
        }
        if let Some(mark) = privileged_mark(row) {
            let evidence = vec![format!("`{mark}` in the login marks a second account for administration")];
            return Self { kind: AccountKind::Privileged, evidence };
        }
        match by_words(row) {
            Some((kind, evidence)) => Self { kind, evidence },
            None => Self { kind: AccountKind::Person, evidence: Vec::new() },
        }
    }

    /// Whether it is a human being's only account, as far as can be told.
    pub fn is_person(&self) -> bool {
        self.kind == AccountKind::Person
    }
}

fn flags(row: &Existing) -> Vec<String> {
    let flags = [
        (row.web_service_access_only, "`web_service_access_only` is set: it cannot log in to the pages"),
        (row.internal_integration_user, "`internal_integration_user` is set"),
    ];
    flags.into_iter().filter(|(set, _)| *set).map(|(_, sentence)| sentence.to_owned()).collect()
}

/// `adm-jsmith`, `jsmith_admin`, `a-jsmith`: a mark beside a login, of somebody who has a name.
fn privileged_mark(row: &Existing) -> Option<String> {
    let words = login_words(row);
    let named = row.name.first.is_some() && row.name.last.is_some();
    let marked = words.iter().find(|word| PRIVILEGED.contains(&word.as_str())).cloned();
    let prefixed = fold(&row.user_name).starts_with("a-").then(|| "a-".to_owned());
    let mark = marked.or(prefixed).filter(|_| named && words.len() > 1)?;
    // `system.administrator` is nobody's second account.
    (!words.iter().any(|word| SERVICE.contains(&word.as_str()))).then_some(mark)
}

/// A word in the login or the name, where no stable key and no employee number speaks for a human being and the name is
/// none, or has such a word itself.
fn by_words(row: &Existing) -> Option<(AccountKind, Vec<String>)> {
    let has =
        |text: &Option<String>, read: fn(&str) -> Option<String>| text.as_deref().and_then(read).is_some();
    if has(&row.key, key) || has(&row.employee_number, number) {
        return None;
    }
    let (login, name) = (login_words(row), words(&row.name.display()));
    let whole = row.name.first.is_some() && row.name.last.is_some();
    let kind_of = |word: &String| match word.as_str() {
        word if SERVICE.contains(&word) => Some(AccountKind::Service),
        word if SHARED.contains(&word) => Some(AccountKind::Shared),
        _ => None,
    };
    let in_name = name.iter().find_map(|word| Some((word, kind_of(word)?)));
    let in_login = login.iter().find_map(|word| Some((word, kind_of(word)?)));
    let (word, kind, place) = match (in_name, in_login) {
        (Some((word, _)), Some((_, kind))) => (word, kind, "name and login"),
        (Some((word, kind)), None) => (word, kind, "name"),
        (None, Some((word, kind))) if !whole => (word, kind, "login"),
        _ => return None,
    };
    let mut evidence = vec![format!("`{word}` in the {place} is what such accounts are called")];
    if !whole {
        evidence.push("it has no given and family name".to_owned());
    }
    evidence.push("it has neither a stable key nor an employee number".to_owned());
    Some((kind, evidence))
}

fn login_words(row: &Existing) -> Vec<String> {
    let folded = fold(&row.user_name);
    words(folded.split('@').next().unwrap_or_default())
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(|c: char| !c.is_alphabetic());
    parts.map(letters).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::SysId;
    use crate::onboard::Name;

    fn row(login: &str, first: &str, last: &str) -> Existing {
        Existing { name: Name::of(first, last), ..Existing::new(SysId::new("1"), login) }
    }

    #[track_caller]
    fn check(row: &Existing, expected: AccountKind) {
        let account = Account::of(row);
        assert_eq!(account.kind, expected, "{account:?}");
        assert_eq!(account.evidence.is_empty(), expected == AccountKind::Person);
    }

    #[test]
    fn flags_make_a_program() {
        let program = Existing { web_service_access_only: true, ..row("ada", "Ada", "Lovelace") };
        check(&program, AccountKind::Service);
        check(&Existing { internal_integration_user: true, ..row("ada", "", "") }, AccountKind::Service);
    }

    #[test]
    fn words_make_shared_and_service_accounts() {
        check(&row("svc_backup", "", ""), AccountKind::Service);
        check(&row("soap.guest", "SOAP", "Guest"), AccountKind::Service);
        check(&row("reception.zurich", "Reception", "Zürich"), AccountKind::Shared);
        check(&row("kiosk04", "", "Kiosk 4"), AccountKind::Shared);
    }

    #[test]
    fn people_keep_their_names() {
        check(&row("ruby.guest", "Ruby", "Guest"), AccountKind::Person);
        check(&row("ana.da.silva", "Ana", "da Silva"), AccountKind::Person);
        check(&row("team.smith", "Tea", "Smith"), AccountKind::Person);
        check(&row("x4711", "", ""), AccountKind::Person);
        let numbered =
            Existing { employee_number: Some("E17".into()), ..row("support.desk", "Desk", "Support") };
        check(&numbered, AccountKind::Person);
    }

    #[test]
    fn a_second_account_is_no_duplicate() {
        for login in ["adm-jsmith", "jsmith_adm", "john.smith.admin@x.com", "a-jsmith"] {
            check(&row(login, "John", "Smith"), AccountKind::Privileged);
        }
        check(&row("admin", "System", "Administrator"), AccountKind::Service);
    }
}
