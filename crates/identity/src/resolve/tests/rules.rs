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
            &["the value has 7 characters and `country` holds 3; the old value stays, nothing is cut; make the column longer \
               and say so with `max_length` in the policy, or have the policy shorten the value"],
        )
        .has("country", Some("DE"));
}

#[test]
fn what_a_rule_overrules_need_not_fit() {
    let policy = "[[fields]]\nfield = 'title'\nwhen = 'user.nickName != null'\nvalue = 'user.nickName'";
    let long = || titled(&"x".repeat(61));
    let mut ada = Somebody::under(policy);
    ada.claims(&[long().with("nickName", json!("Boss")).by("okta")]).has("title", Some("Boss")).found(&[]);
    assert!(ada.now.record.unfit.is_empty());
    ada.claims(&[long().by("okta")]).has("title", Some("Boss"));
    assert_eq!((ada.now.record.unfit.len(), ada.now.findings.len()), (1, 1));
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

/// A rule that makes somebody the manager of everybody with a title.
fn led(more: &str) -> Somebody {
    let rule = "[[fields]]\nfield = 'manager'\nwhen = 'user.title != null'\nvalue = 'user.title'";
    Somebody::under(&format!("{rule}\nreference = 'sys_user'\nby = 'employee_number'\n{more}"))
}

#[test]
fn a_rule_refers_to_a_person() {
    let mut alice = led("");
    alice.references.insert(PersonKey::EmployeeNumber, "n-7".into(), PersonId::new("grace"));
    alice
        .claims(&[titled("N-7").by("okta")])
        .said("manager", &["written - grace"])
        .has("manager", Some("N-7"));
    assert_eq!(alice.now.record.person("manager"), Some(&PersonId::new("grace")));
    alice.claims(&[titled("N-7").by("okta")]).said("manager", &["unchanged - grace"]);
    assert_eq!(alice.now.waits_for, []);
}

#[test]
fn a_rule_waits_for_a_person_and_what_the_mapping_waited_for_is_forgotten() {
    let work = json!({ "manager": { "value": "00u7" } });
    let claims = [titled("N-7").with(ENTERPRISE_USER, work).by("okta")];
    let mut alice = led("");
    alice.claims(&claims).said("manager", &["skipped (not authoritative) - 00u7", "deferred - N-7"]);
    let awaited: Vec<_> = alice.now.waits_for.iter().map(|it| (it.key, it.text.as_str())).collect();
    assert_eq!(awaited, [(ReferenceKey::Person(PersonKey::EmployeeNumber), "n-7")]);
    let mut alice = led("missing = 'skip'");
    alice.references.insert(PersonKey::EmployeeNumber, "n-7".into(), PersonId::new("grace"));
    alice.claims(&[titled("N-7").by("okta")]).claims(&[titled("N-8").by("okta")]);
    alice.said("manager", &["unchanged - grace"]).has("manager", Some("N-7"));
}

#[test]
fn a_rule_refers_to_a_group_and_to_rows_of_other_tables() {
    let mut alice = Somebody::under(
        "[[fields]]\nfield = 'u_desk'\nwhen = 'true'\nvalue = '\"Service Desk\"'\nreference = 'sys_user_group'
         [[fields]]\nfield = 'cost_center'\nwhen = 'true'\nvalue = '\"CC-100\"'\nreference = 'cmn_cost_center'",
    );
    alice.references.insert_group(GroupKey::Name, "service desk".into(), GroupId::new("g1"));
    alice.claims(&[user("alice").by("okta")]).said("u_desk", &["written - g1"]);
    assert_eq!(alice.now.refers_to.len(), 1);
    alice.said("cost_center", &["written - CC-100"]);
}
