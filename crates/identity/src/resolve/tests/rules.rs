//! Fields and roles that follow from groups and other facts.

use super::*;

const BY_GROUP: &str = r#"
[[fields]]
field = "department"
group = "Dept Sales"
value = '"Sales"'
precedence = 1
[[fields]]
field = "department"
group = "Dept Legal"
value = '"Legal"'
precedence = 2
"#;

#[test]
fn a_group_decides_before_any_source() {
    let alice = [in_department("Marketing").by("okta")];
    Somebody::under(BY_GROUP)
        .claims(&alice)
        .has("department", Some("Marketing"))
        .groups(&["Dept Sales"])
        .claims(&alice)
        .said("department", &["skipped (not authoritative) - Marketing", "written Marketing Sales"])
        .because(
            "department",
            &[
                "the rule `isMemberOfGroupName('Dept Sales')` decides `department`",
                "by the rule `isMemberOfGroupName('Dept Sales')`",
            ],
        )
        .claims(&[in_department("Sales").by("okta")])
        .said("department", &["unchanged - Sales"])
        .groups(&[])
        .claims(&alice)
        .said("department", &["written Sales Marketing"]);
}

#[test]
fn precedence_says_which_rule_is_first() {
    let alice = [user("alice").by("okta")];
    Somebody::under(BY_GROUP)
        .groups(&["Dept Legal", "Dept Sales"])
        .claims(&alice)
        .has("department", Some("Sales"))
        .groups(&["Dept Legal"])
        .claims(&alice)
        .has("department", Some("Legal"));
}

#[test]
fn a_rule_without_a_value_leaves_it_to_the_next() {
    let policy = "
        [[fields]]\nfield = 'title'\nwhen = 'true'\nvalue = 'user.nickName'\nprecedence = 1
        [[fields]]\nfield = 'title'\nwhen = 'true'\nvalue = 'user.userType'\nprecedence = 2";
    Somebody::under(policy)
        .claims(&[titled("Clerk").by("okta")])
        .has("title", Some("Clerk"))
        .claims(&[titled("Clerk").with("userType", json!("Contractor")).by("okta")])
        .has("title", Some("Contractor"));
}

#[test]
fn rules_read_what_other_rules_made() {
    let policy = "
        [[fields]]\nfield = 'building'\nwhen = 'record.city == \"Berlin\"'\nvalue = '\"B1\"'
        [[fields]]\nfield = 'city'\ngroup = 'Berliners'\nvalue = '\"Berlin\"'";
    Somebody::under(policy)
        .groups(&["Berliners"])
        .claims(&[user("alice").by("okta")])
        .has("building", Some("B1"));
}

#[test]
fn what_a_rule_gives_has_to_fit_the_column() {
    let policy = "[[fields]]\nfield = 'country'\nwhen = 'user.title != null'\nvalue = 'user.title'";
    Somebody::under(policy)
        .claims(&[titled("DE").by("okta")])
        .has("country", Some("DE"))
        .claims(&[titled("Germany").by("okta")])
        .said("country", &["rejected DE Germany"])
        .because(
            "country",
            &["the value has 7 characters and `country` holds 3; the old value stays, nothing is cut"],
        )
        .has("country", Some("DE"));
}

#[test]
fn roles_are_granted_denied_and_taken_away() {
    let policy = "
        [[roles]]\nrole = 'itil'\ngroup = 'Contractors'\neffect = 'deny'\nprecedence = 1
        [[roles]]\nrole = 'itil'\ngroup = 'Desk'\nprecedence = 2";
    let alice = [user("alice").by("okta")];
    Somebody::under(policy)
        .groups(&["Desk"])
        .claims(&alice)
        .said("roles", &["written - itil"])
        .because("roles", &["granted by the rule `isMemberOfGroupName('Desk')`"])
        .claims(&alice)
        .said("roles", &["unchanged - itil"])
        .groups(&["Desk", "Contractors"])
        .claims(&alice)
        .said("roles", &["written itil -"])
        .because("roles", &["denied by the rule `isMemberOfGroupName('Contractors')`"])
        .groups(&[])
        .claims(&alice)
        .said("roles", &[]);
}

#[test]
fn either_of_two_grants_is_enough() {
    let policy = "[[roles]]\nrole = 'itil'\ngroup = 'A'\n[[roles]]\nrole = 'itil'\ngroup = 'B'";
    let alice = [user("alice").by("okta")];
    for groups in [["A", "C"], ["B", "C"], ["A", "B"]] {
        Somebody::under(policy).groups(&groups).claims(&alice).roles(&["itil"]);
    }
}

#[test]
fn a_role_that_no_rule_names_any_more_is_nobodys_business() {
    let alice = [user("alice").by("okta")];
    Somebody::under("[[roles]]\nrole = 'itil'\nwhen = 'true'")
        .claims(&alice)
        .roles(&["itil"])
        .policy("")
        .claims(&alice)
        .roles(&[])
        .because("roles", &["no rule names the role any more; it is not taken away in the target"]);
}
