//! What a claim can be found by. All keys are folded, so that equal keys mean equal values without regard to case;
//! the external id alone is compared exactly (RFC 7643 §3.1).

use crate::claim::text;
use tenure_scim::Object;
use tenure_scim::schema::ENTERPRISE_USER;
use tenure_scim::text::fold;
use unicode_normalization::UnicodeNormalization;

/// The keys of one claim.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Keys {
    /// The source's own id, exactly as it wrote it.
    pub external_id: Option<String>,
    /// Employee number, without surrounding blanks.
    pub employee_number: Option<String>,
    /// Login.
    pub user_name: String,
    /// E-mail addresses.
    pub emails: Vec<String>,
    /// The same addresses with everything taken away that a re-typed address may differ in: domain, plus tag, dots.
    pub loose_emails: Vec<String>,
    /// Given and family name, without accents and punctuation, in alphabetical order, so that transposition is equal.
    pub name: Option<String>,
    /// The same name in the order in which it was given, so that transposition can be told.
    pub ordered_name: Option<String>,
}

impl Keys {
    /// The keys of these canonical attributes.
    pub fn of(attributes: &Object) -> Self {
        let emails = emails(attributes);
        let mut loose_emails: Vec<_> = emails.iter().filter_map(|email| loose_email(email)).collect();
        loose_emails.sort();
        loose_emails.dedup();
        Self {
            external_id: text(attributes, "externalId").map(str::to_owned),
            employee_number: employee_number(attributes),
            user_name: fold(text(attributes, "userName").unwrap_or_default().trim()).to_string(),
            emails,
            loose_emails,
            name: name(attributes, true),
            ordered_name: name(attributes, false),
        }
    }

    /// What the source calls the person: the external id, else the login.
    pub fn identity(&self) -> String {
        self.external_id.clone().unwrap_or_else(|| format!("userName:{}", self.user_name))
    }
}

fn employee_number(attributes: &Object) -> Option<String> {
    let enterprise = attributes.get(ENTERPRISE_USER)?.as_object()?;
    Some(fold(text(enterprise, "employeeNumber")?.trim()).to_string())
}

fn emails(attributes: &Object) -> Vec<String> {
    let elements = attributes.get("emails").and_then(|emails| emails.as_array()).into_iter().flatten();
    let values = elements.filter_map(|email| text(email.as_object()?, "value"));
    let mut emails: Vec<_> = values.map(|email| fold(email.trim()).to_string()).collect();
    emails.sort();
    emails.dedup();
    emails
}

/// The local part without plus tag and dots; `None` where too little is left to mean anything.
fn loose_email(email: &str) -> Option<String> {
    let local = email.split_once('@').map_or(email, |(local, _)| local);
    let untagged = local.split_once('+').map_or(local, |(name, _)| name);
    let key: String = untagged.chars().filter(|c| c.is_alphanumeric()).collect();
    (key.chars().count() >= 4).then_some(key)
}

fn name(attributes: &Object, sorted: bool) -> Option<String> {
    let name = attributes.get("name")?.as_object()?;
    let (given, family) = (text(name, "givenName")?, text(name, "familyName")?);
    let mut parts = [plain(given), plain(family)];
    if sorted {
        parts.sort();
    }
    Some(parts.join(" "))
}

/// Letters and digits only, without accents, in lower case.
pub(crate) fn plain(text: &str) -> String {
    let letters = text.nfd().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn keys(value: &serde_json::Value) -> Keys {
        Keys::of(value.as_object().unwrap())
    }

    #[test]
    fn keys_are_folded_and_the_external_id_is_not() {
        let keys = keys(&json!({
            "externalId": "00uA", "userName": "Ada@Example.com",
            "emails": [{ "value": "Ada.Lovelace+x@Example.com" }],
            ENTERPRISE_USER: { "employeeNumber": " A17 " },
        }));
        assert_eq!(keys.external_id.as_deref(), Some("00uA"));
        assert_eq!(keys.user_name, "ada@example.com");
        assert_eq!(keys.employee_number.as_deref(), Some("a17"));
        assert_eq!(keys.emails, ["ada.lovelace+x@example.com"]);
        assert_eq!(keys.loose_emails, ["adalovelace"]);
    }

    #[test]
    fn transposed_and_accented_names_have_one_key() {
        let one = keys(&json!({ "userName": "a", "name": { "givenName": "José", "familyName": "O'Neil" } }));
        let two = keys(&json!({ "userName": "b", "name": { "givenName": "ONEIL", "familyName": "Jose" } }));
        assert_eq!(one.name, two.name);
        assert_ne!(one.ordered_name, two.ordered_name);
        assert!(one.name.is_some());
    }

    #[test]
    fn a_short_local_part_is_no_key() {
        assert_eq!(
            keys(&json!({ "userName": "a", "emails": [{ "value": "hr@x.com" }] })).loose_emails,
            [""; 0]
        );
    }

    #[test]
    fn without_external_id_the_login_names_the_identity() {
        assert_eq!(keys(&json!({ "userName": "Ada" })).identity(), "userName:ada");
    }
}
