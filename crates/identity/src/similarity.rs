//! How alike two people look: the same human being typed twice, or two who only share a name. Used to notice, never to
//! link.

use crate::keys::Keys;

/// How alike two sets of keys look, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Likeness {
    /// 0 (nothing in common) to 1 (the same but for form).
    pub score: f64,
    /// What is alike, one sentence each.
    pub evidence: Vec<String>,
}

/// Nobody is named so by chance: a swapped name is a typing error.
const SWAPPED: f64 = 0.95;

/// Compares two people by login, e-mail and name.
pub fn likeness(one: &Keys, other: &Keys) -> Likeness {
    let mut evidence = Vec::new();
    let logins = login_likeness(&one.user_name, &other.user_name);
    if logins >= 0.95 {
        evidence.push(format!("the logins `{}` and `{}` are alike", one.user_name, other.user_name));
    }
    let names = name_likeness(one, other);
    if names >= 0.92 {
        evidence.push("the names are equal but for order, case or a letter".to_owned());
    }
    let shared_email = one.emails.iter().find(|email| other.emails.contains(email));
    let loose_email = one.loose_emails.iter().find(|email| other.loose_emails.contains(email));
    let emails = match (shared_email, loose_email) {
        (Some(email), _) => {
            evidence.push(format!("both have the e-mail address `{email}`"));
            1.0
        }
        (None, Some(_)) => {
            evidence.push("the e-mail addresses differ only in dots, tag or domain".to_owned());
            0.95
        }
        (None, None) => 0.0,
    };
    let swapped = one.name.is_some() && one.name == other.name && one.ordered_name != other.ordered_name;
    if swapped {
        evidence.push("given and family name are swapped".to_owned());
    }
    let score = combine(logins, names, emails);
    Likeness { score: if swapped { score.max(SWAPPED) } else { score }, evidence }
}

/// Equal names alone are two people with one name; with an alike login or address they are suspect.
fn combine(logins: f64, names: f64, emails: f64) -> f64 {
    let key = logins.max(emails);
    if names == 0.0 { key * 0.95 } else { (0.5 * names + 0.5 * key).max(emails * 0.93) }
}

fn name_likeness(one: &Keys, other: &Keys) -> f64 {
    match (&one.name, &other.name) {
        (Some(one), Some(other)) => strsim::jaro_winkler(one, other),
        _ => 0.0,
    }
}

/// Without domain and plus tag, in whatever order the parts of the login are.
fn login_likeness(one: &str, other: &str) -> f64 {
    let (one, other) = (local(one), local(other));
    strsim::jaro_winkler(one, other).max(strsim::jaro_winkler(&sorted_parts(one), &sorted_parts(other)))
}

fn local(login: &str) -> &str {
    let local = login.split_once('@').map_or(login, |(local, _)| local);
    local.split_once('+').map_or(local, |(name, _)| name)
}

fn sorted_parts(login: &str) -> String {
    let mut parts: Vec<_> =
        login.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    parts.sort_unstable();
    parts.concat()
}

/// Whether both have names and no part of one is like any part of the other: not a marriage, another human being.
pub fn names_contradict(one: &Keys, other: &Keys) -> bool {
    let (Some(one), Some(other)) = (&one.name, &other.name) else { return false };
    let close = |a: &str| other.split(' ').any(|b| strsim::jaro_winkler(a, b) >= 0.85);
    !one.split(' ').any(close)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(login: &str, name: Option<&str>, loose: &[&str]) -> Keys {
        let loose_emails = loose.iter().map(|&email| email.to_owned()).collect();
        Keys { user_name: login.into(), name: name.map(Into::into), loose_emails, ..Keys::default() }
    }

    #[test]
    fn a_changed_domain_or_transposed_name_is_alike() {
        let ada = person("ada.lovelace@old.com", Some("ada lovelace"), &["adalovelace"]);
        let new_domain = person("ada.lovelace@new.com", Some("ada lovelace"), &["adalovelace"]);
        assert!(likeness(&ada, &new_domain).score >= 0.92);
        let typo = person("ada.lovelase@old.com", Some("ada lovelase"), &["adalovelase"]);
        assert!(likeness(&ada, &typo).score >= 0.92);
    }

    #[test]
    fn a_tag_or_swapped_parts_are_alike() {
        let ada = person("ada.lovelace@x.com", None, &[]);
        for login in ["ada.lovelace+1@x.com", "adalovelace@x.com", "lovelace.ada@y.com", "ada_lovelace"] {
            assert!(likeness(&ada, &person(login, None, &[])).score >= 0.92, "{login}");
        }
    }

    #[test]
    fn a_swapped_name_is_alike_whatever_the_login() {
        let named = |login, ordered: &str| Keys {
            ordered_name: Some(ordered.into()),
            ..person(login, Some("ada lovelace"), &[])
        };
        assert!(likeness(&named("al", "ada lovelace"), &named("zq7", "lovelace ada")).score >= 0.92);
        assert!(likeness(&named("al", "ada lovelace"), &named("zq7", "ada lovelace")).score < 0.92);
    }

    #[test]
    fn a_shared_name_alone_is_two_people() {
        let one = person("jsmith@x.com", Some("john smith"), &["jsmith"]);
        let two = person("smithj42@x.com", Some("john smith"), &["smithj42"]);
        assert!(likeness(&one, &two).score < 0.92);
        assert!(likeness(&one, &person("zed@x.com", Some("zoe zed"), &["zoezed"])).score < 0.8);
    }

    #[test]
    fn a_marriage_does_not_contradict_and_a_new_hire_does() {
        let ada = person("a", Some("ada lovelace"), &[]);
        assert!(!names_contradict(&ada, &person("a", Some("ada king"), &[])));
        assert!(names_contradict(&ada, &person("a", Some("grace hopper"), &[])));
        assert!(!names_contradict(&ada, &person("a", None, &[])));
    }
}
