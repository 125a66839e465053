//! The identity provider's users, from the CSV file that its console exports. Header names differ between providers and
//! versions, so they are matched without regard to case, blanks and punctuation.

use super::csv::{self, ReadError, Row};
use std::collections::BTreeMap;
use tenure_identity::onboard::{Known, Name};

/// A column, by the names that exports have for it, in plain letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Id,
    Login,
    Email,
    EmployeeNumber,
    FirstName,
    LastName,
    Status,
}

const COLUMNS: [(Column, &[&str]); 7] = [
    (Column::Id, &["id", "externalid", "userid", "oktaid", "oktauserid", "objectid"]),
    (Column::Login, &["login", "username", "userprincipalname", "upn"]),
    (Column::Email, &["email", "primaryemail", "mail", "emailaddress", "workemail"]),
    (Column::EmployeeNumber, &["employeenumber", "employeeid", "empno", "personnelnumber"]),
    (Column::FirstName, &["firstname", "givenname"]),
    (Column::LastName, &["lastname", "surname", "familyname", "sn"]),
    // `state` is where somebody lives, with all providers.
    (Column::Status, &["status", "userstatus", "accountenabled", "active"]),
];
/// Words that say that somebody has no access.
const WITHOUT_ACCESS: [&str; 8] =
    ["deprovisioned", "suspended", "deactivated", "disabled", "inactive", "deleted", "false", "no"];

/// Why an export cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("the export cannot be read")]
    Unreadable(#[source] ReadError),
    #[error("the export is empty; its first line has to name the columns")]
    Empty,
    #[error("the export has nobody in it, only the line that names the columns; export the users, too")]
    NobodyInIt,
    #[error("line {line}: no column is called {wanted}; there are {found}")]
    Missing { line: usize, wanted: &'static str, found: String },
    #[error("line {line}: the columns `{first}` and `{second}` mean the same; take one of them out")]
    Twice { line: usize, first: String, second: String },
    #[error("line {line}: there are {cells} cells under {headers} columns; perhaps a quote is missing")]
    Cells { line: usize, cells: usize, headers: usize },
    #[error("line {0}: there is neither an id nor a login")]
    Nobody(usize),
    #[error("line {line}: the id `{id}` is that of line {before} too")]
    SameId { line: usize, id: String, before: usize },
}

/// Reads the users of an export: `id`, `login`, `email`, `employeeNumber`, `firstName`, `lastName` and `status`, of which a
/// login is necessary, in any order and beside any others.
///
/// # Errors
/// Each names the line that is meant.
pub(crate) fn identities(bytes: &[u8]) -> Result<Vec<Known>, ExportError> {
    let mut rows = csv::rows(bytes).map_err(ExportError::Unreadable)?;
    let header = rows.next().ok_or(ExportError::Empty)?.map_err(ExportError::Unreadable)?;
    let columns = columns(&header)?;
    let (mut lines, mut people) = (BTreeMap::new(), Vec::new());
    for row in rows {
        let row = row.map_err(ExportError::Unreadable)?;
        if row.cells.len() > header.cells.len() {
            return Err(ExportError::Cells {
                line: row.line,
                cells: row.cells.len(),
                headers: header.cells.len(),
            });
        }
        let person = person(&columns, &row)?;
        if let Some(before) = lines.insert(person.id.clone(), row.line) {
            return Err(ExportError::SameId { line: row.line, id: person.id, before });
        }
        people.push(person);
    }
    if people.is_empty() { Err(ExportError::NobodyInIt) } else { Ok(people) }
}

fn columns(header: &Row) -> Result<BTreeMap<Column, usize>, ExportError> {
    let mut columns = BTreeMap::new();
    for (place, name) in header.cells.iter().enumerate() {
        let plain: String =
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        let Some((column, _)) = COLUMNS.iter().find(|(_, names)| names.contains(&plain.as_str())) else {
            continue;
        };
        if let Some(before) = columns.insert(*column, place) {
            let (first, second) = (header.cells[before].clone(), name.clone());
            return Err(ExportError::Twice { line: header.line, first, second });
        }
    }
    if !columns.contains_key(&Column::Login) {
        let found = header.cells.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return Err(ExportError::Missing { line: header.line, wanted: "`login` or `userName`", found });
    }
    Ok(columns)
}

fn person(columns: &BTreeMap<Column, usize>, row: &Row) -> Result<Known, ExportError> {
    let cell = |column| {
        let text =
            columns.get(&column).and_then(|place| row.cells.get(*place)).map_or("", |text| text.trim());
        Some(text).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let (external_id, login) = (cell(Column::Id), cell(Column::Login).unwrap_or_default());
    let id = external_id.clone().unwrap_or_else(|| login.clone());
    if id.is_empty() {
        return Err(ExportError::Nobody(row.line));
    }
    let status = cell(Column::Status).unwrap_or_default().to_lowercase();
    let name = Name { first: cell(Column::FirstName), middle: None, last: cell(Column::LastName) };
    Ok(Known {
        external_id,
        employee_number: cell(Column::EmployeeNumber),
        emails: cell(Column::Email).into_iter().collect(),
        name,
        active: !WITHOUT_ACCESS.contains(&status.as_str()),
        ..Known::new(id, login)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_lab::brownfield::Brownfield;

    #[test]
    fn an_export_is_read_whatever_its_headers_are_called() {
        let text = "\u{feff}First Name;last_name;User Name;Primary E-mail;Employee ID;Status;ID\r\nAda;\"Lovelace; Countess\";ada;a@x.com;E1;Suspended;00u1\r\n";
        let people = identities(text.as_bytes()).unwrap();
        let expected = Known {
            external_id: Some("00u1".into()),
            employee_number: Some("E1".into()),
            emails: vec!["a@x.com".into()],
            name: Name::of("Ada", "Lovelace; Countess"),
            active: false,
            ..Known::new("00u1", "ada")
        };
        assert_eq!(people, [expected]);
    }

    /// The header lines as the consoles write them.
    const ENTRA: &str = "userPrincipalName,displayName,surname,mail,givenName,id,userType,jobTitle,department,\
        accountEnabled,usageLocation,streetAddress,state,country,officeLocation,city,postalCode,telephoneNumber,\
        mobilePhone,alternateEmailAddress,ageGroup,consentProvidedForMinor,legalAgeGroupClassification,companyName,\
        creationType,directorySynced,invitationState,identityIssuer,createdDateTime";
    const OKTA: &str = "id,status,login,firstName,lastName,middleName,honorificPrefix,honorificSuffix,email,title,\
        displayName,nickName,profileUrl,secondEmail,mobilePhone,primaryPhone,streetAddress,city,state,zipCode,\
        countryCode,postalAddress,preferredLanguage,locale,timezone,userType,employeeNumber,costCenter,organization,\
        division,department,managerId,manager";

    fn one(header: &str, values: &[(&str, &str)]) -> Known {
        let value = |name: &str| values.iter().find(|(it, _)| *it == name).map_or("", |(_, value)| *value);
        let cells: Vec<_> = header.split(',').map(value).collect();
        let mut people = identities(format!("{header}\r\n{}\r\n", cells.join(",")).as_bytes()).unwrap();
        assert_eq!(people.len(), 1);
        people.remove(0)
    }

    #[test]
    fn what_entra_and_okta_export_is_read_as_it_is() {
        let ada = Known {
            external_id: Some("4a7f".into()),
            emails: vec!["ada@x.com".into()],
            name: Name::of("Ada", "Lovelace"),
            active: false,
            ..Known::new("4a7f", "ada@x.onmicrosoft.com")
        };
        let entra = [
            ("userPrincipalName", "ada@x.onmicrosoft.com"),
            ("surname", "Lovelace"),
            ("givenName", "Ada"),
            ("mail", "ada@x.com"),
            ("id", "4a7f"),
            ("accountEnabled", "False"),
            ("state", "Zürich"),
        ];
        assert_eq!(one(ENTRA, &entra), ada);
        let okta = [
            ("id", "4a7f"),
            ("login", "ada@x.onmicrosoft.com"),
            ("firstName", "Ada"),
            ("lastName", "Lovelace"),
            ("email", "ada@x.com"),
            ("status", "SUSPENDED"),
            ("state", "CA"),
            ("secondEmail", "ada@home.example"),
        ];
        assert_eq!(one(OKTA, &okta), ada);
    }

    #[test]
    fn without_an_id_the_login_names_them() {
        assert_eq!(identities(b"login\nada\n\n").unwrap(), [Known::new("ada", "ada")]);
    }

    #[test]
    fn every_mistake_has_its_line() {
        let error = |text: &str| {
            let error = identities(text.as_bytes()).unwrap_err();
            std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string)
        };
        assert_eq!(
            error("id,name\n"),
            "line 1: no column is called `login` or `userName`; there are `id`, `name`"
        );
        assert_eq!(
            error("login,userName\n"),
            "line 1: the columns `login` and `userName` mean the same; take one of them out"
        );
        assert_eq!(
            error("login\nada,1\n"),
            "line 2: there are 2 cells under 1 columns; perhaps a quote is missing"
        );
        assert_eq!(error("login,status\n,ACTIVE\n"), "line 2: there is neither an id nor a login");
        assert_eq!(error("login\nada\nada\n"), "line 3: the id `ada` is that of line 2 too");
        assert_eq!(error("login\n\"ada\n"), "line 2: a quote is opened and never closed");
        assert!(error("").starts_with("the export is empty"));
        assert!(error("id,login\n").starts_with("the export has nobody in it"));
    }

    #[test]
    fn the_labs_export_is_read_whole() {
        let instance = Brownfield::generate(1, 400);
        let people = identities(instance.idp_csv().as_bytes()).unwrap();
        assert_eq!(people.len(), instance.exported.len());
        let (read, written) = (&people[7], &instance.exported[7]);
        assert_eq!(
            (read.id.as_str(), read.name.last.as_deref()),
            (written.id.as_str(), Some(written.last_name.as_str()))
        );
    }
}
