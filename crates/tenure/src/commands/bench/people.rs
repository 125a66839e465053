//! The people who are loaded: bodies shaped like Okta's, about 1 KB each, the same for the same number.

use tenure_lab::http::Bytes;

const STARTS: [&str; 16] =
    ["Al", "Be", "Ca", "Da", "El", "Fa", "Gi", "Ha", "Is", "Jo", "Ka", "Le", "Ma", "No", "Ro", "Sa"];
const MIDDLES: [&str; 16] =
    ["ba", "ce", "di", "fo", "ga", "he", "ki", "lo", "mu", "na", "pe", "ri", "so", "ta", "ve", "zi"];
const ENDS: [&str; 16] = [
    "bert", "cia", "dan", "ell", "fred", "gan", "hild", "ia", "kel", "lin", "mon", "na", "ra", "son", "ton",
    "vin",
];

/// One number becomes another that looks like chance.
pub(super) fn scatter(number: u64) -> u64 {
    tenure_lab::rng::Rng::new(number).next_u64()
}

/// The same for places in a list of this length.
pub(super) fn pick(number: u64, length: usize) -> usize {
    tenure_lab::rng::Rng::new(number).below(length)
}

/// The login of the person of this number.
pub(super) fn user_name(number: usize) -> String {
    let (given, family) = names(number);
    format!("{given}.{family}{number}@company.example").to_lowercase()
}

/// The id that the identity provider has for the person of this number.
pub(super) fn external_id(number: usize) -> String {
    format!("00u{number:017}")
}

/// One name in two million: as in a real company of a hundred thousand, some share theirs.
fn names(number: usize) -> (String, String) {
    let chance = scatter(number as u64);
    let part = |parts: &[&'static str; 16], shift: u32| parts[((chance >> shift) & 15) as usize];
    let given = format!("{}{}", part(&STARTS, 0), part(&ENDS, 4));
    let family = format!("{}{}{}", part(&STARTS, 8), part(&MIDDLES, 12), part(&ENDS, 16));
    (given, family)
}

/// What Okta sends for the person of this number; another revision has another title.
pub(super) fn body(number: usize, revision: u64) -> Bytes {
    let (given, family) = names(number);
    let (login, external_id, manager) = (user_name(number), external_id(number), external_id(number / 10));
    let (house, floor, team, division) = (number % 300, number % 12, number % 97, number % 7);
    let text = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"{login}","externalId":"{external_id}","name":{{"givenName":"{given}","familyName":"{family}","formatted":"{given} {family}"}},"displayName":"{given} {family}","nickName":"{given}","emails":[{{"primary":true,"value":"{login}","type":"work"}},{{"primary":false,"value":"p{number}@home.example","type":"home"}}],"phoneNumbers":[{{"value":"+1 555 {number:07}","type":"work"}},{{"value":"+1 556 {number:07}","type":"mobile"}}],"title":"Engineer {revision}","userType":"Employee","preferredLanguage":"en-US","locale":"en-US","timezone":"America/New_York","addresses":[{{"primary":true,"type":"work","streetAddress":"{house} Main Street, Floor {floor}","locality":"Springfield","region":"NY","postalCode":"10001","country":"US"}}],"groups":[],"active":true,"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{{"employeeNumber":"E{number:07}","department":"Team {team}","division":"Division {division}","costCenter":"C{team:04}","organization":"Company","manager":{{"value":"{manager}"}}}}}}"#
    );
    Bytes::from(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_body_is_a_kilobyte_of_json_that_names_its_person() {
        for number in [0, 1, 99_999, 1_000_000] {
            let body = body(number, 3);
            assert!((900..1_300).contains(&body.len()), "{} bytes", body.len());
            let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(json["userName"], user_name(number));
            assert_eq!(json["externalId"], external_id(number));
            assert_eq!(json["title"], "Engineer 3");
            assert_eq!(json["emails"][0]["value"], user_name(number));
            assert!(
                json["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"]["employeeNumber"]
                    .is_string()
            );
        }
    }

    #[test]
    fn the_same_number_is_the_same_person_and_few_share_a_name() {
        assert_eq!(body(7, 0), body(7, 0));
        let logins: BTreeSet<_> = (0..10_000).map(user_name).collect();
        assert_eq!(logins.len(), 10_000);
        let names: BTreeSet<_> = (0..10_000).map(names).collect();
        assert!(names.len() > 9_800, "{} names", names.len());
    }
}
