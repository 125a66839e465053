//! Whose a record is.

use super::super::adopt::{Adoption, Found, Identity, adopt};
use super::id;

fn found(sys_id: &str, key: &str, user_name: &str) -> Found {
    Found {
        id: id(sys_id),
        key: key.to_owned(),
        user_name: user_name.to_owned(),
        employee_number: String::new(),
        active: true,
        service: false,
        taken: false,
        disowned: false,
    }
}

const ADA: Identity<'static> = Identity {
    key: Some("00u1"),
    former_keys: &[],
    user_name: Some("ada@x.com"),
    employee_number: Some("E1"),
};

#[track_caller]
fn is_doubt(found: &[Found], word: &str) {
    match adopt(ADA, found) {
        Adoption::Doubt(why) => assert!(why.contains(word), "{why}"),
        other => panic!("{other:?} for {found:?}"),
    }
}

#[test]
fn the_stable_key_decides_whatever_the_rest_says() {
    let rows = [found("a", "", "ada@x.com"), found("b", "00u1", "ada.old@x.com")];
    assert!(matches!(adopt(ADA, &rows), Adoption::This(it, _) if it == id("b")));
    let former = ["00u1".to_owned()];
    let rotated = Identity { key: Some("00u2"), former_keys: &former, ..ADA };
    assert!(matches!(adopt(rotated, &rows), Adoption::This(it, _) if it == id("b")));
}

#[test]
fn two_records_with_the_key_are_nobodys() {
    is_doubt(&[found("a", "00u1", "x"), found("b", "00u1", "y")], "2 records");
    is_doubt(&[Found { taken: true, ..found("a", "00u1", "x") }], "linked to somebody else");
}

#[test]
fn a_user_name_links_only_where_nothing_speaks_against_it() {
    let one = found("a", "", "ADA@x.com");
    assert!(matches!(adopt(ADA, std::slice::from_ref(&one)), Adoption::This(..)));
    is_doubt(&[Found { key: "00u9".into(), ..one.clone() }], "another stable key");
    is_doubt(&[Found { employee_number: "E2".into(), ..one.clone() }], "another employee number");
    is_doubt(&[Found { service: true, ..one.clone() }], "program");
    let taken = [Found { taken: true, ..one.clone() }];
    assert!(
        matches!(adopt(ADA, &taken), Adoption::Taken(it, why) if it == id("a") && why.contains("linked"))
    );
    is_doubt(&[Found { active: false, ..one.clone() }], "former owner");
    let keyless = Identity { key: None, ..ADA };
    let of_another = Found { key: "00u9".into(), ..one.clone() };
    assert!(matches!(adopt(keyless, std::slice::from_ref(&of_another)), Adoption::Doubt(_)));
    let of_the_same = Found { employee_number: "E1".into(), ..of_another };
    assert!(matches!(adopt(keyless, &[of_the_same]), Adoption::This(..)));
    let same_number = Found { active: false, employee_number: "e1".into(), ..one };
    assert!(matches!(adopt(ADA, &[same_number]), Adoption::This(..)));
}

#[test]
fn what_a_human_said_is_not_theirs_is_not_given_to_them() {
    let one = Found { disowned: true, ..found("a", "", "ada@x.com") };
    is_doubt(std::slice::from_ref(&one), "change its user name");
    match adopt(ADA, &[Found { active: false, ..one.clone() }]) {
        Adoption::Doubt(why) => assert!(!why.contains("deliver link"), "{why}"),
        other => panic!("{other:?}"),
    }
    let keyed = Found { key: "00u1".into(), ..one };
    assert!(matches!(adopt(ADA, &[keyed]), Adoption::This(..)), "the stable key says more");
}

#[test]
fn others_are_nobody() {
    assert_eq!(adopt(ADA, &[]), Adoption::Nobody);
    assert_eq!(adopt(ADA, &[found("a", "00u9", "grace@x.com"), found("b", "", "")]), Adoption::Nobody);
    let nameless = Identity { key: None, user_name: None, ..ADA };
    assert_eq!(adopt(nameless, &[found("a", "", "")]), Adoption::Nobody);
}
