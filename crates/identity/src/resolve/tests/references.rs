//! References to people: found, awaited, replaced, left alone.

use super::*;
use crate::person::Person;

fn policy(more: &str) -> String {
    format!(
        "[mapping.'*']
         u_okta_user_id = 'user.externalId'
         manager = {{ value = 'user.manager', reference = 'sys_user', by = 'u_okta_user_id'{more} }}"
    )
}

fn managed_by(manager: &str) -> [Claim; 1] {
    [at_work(json!({ "manager": { "value": manager } })).id("00u1").by("okta")]
}

fn alice(more: &str) -> Somebody {
    let mut alice = Somebody::under(&policy(more));
    alice.references.insert(PersonKey::ExternalId, "00u9".into(), PersonId::new("grace"));
    alice
}

#[test]
fn somebody_who_is_there_is_meant() {
    let mut alice = alice("");
    alice.claims(&managed_by("00u9")).said("manager", &["written - grace"]).has("manager", Some("00u9"));
    assert_eq!(alice.now.record.person("manager"), Some(&PersonId::new("grace")));
    alice.claims(&managed_by("00u9")).said("manager", &["unchanged - grace"]);
    assert_eq!(alice.now.waits_for, []);
}

#[test]
fn somebody_who_has_not_arrived_is_awaited() {
    let mut alice = alice("");
    alice.claims(&managed_by("00u7")).said("manager", &["deferred - 00u7"]).because(
        "manager",
        &["nobody with the external id `00u7` has arrived yet; the field is filled the moment they do"],
    );
    let wanted = Wanted {
        field: "manager".into(),
        key: ReferenceKey::Person(PersonKey::ExternalId),
        text: "00u7".into(),
    };
    assert_eq!(alice.now.waits_for, [wanted]);
    alice.references.insert(PersonKey::ExternalId, "00u7".into(), PersonId::new("linus"));
    alice.claims(&managed_by("00u7")).said("manager", &["written - linus"]);
    assert_eq!(alice.now.waits_for, []);
}

#[test]
fn the_old_manager_stays_until_the_new_one_arrives() {
    let mut alice = alice("");
    alice.claims(&managed_by("00u9")).claims(&managed_by("00u7")).said("manager", &["deferred grace 00u7"]);
    assert_eq!(alice.now.record.person("manager"), Some(&PersonId::new("grace")));
}

#[test]
fn missing_people_are_skipped() {
    alice(", missing = 'skip'")
        .claims(&managed_by("00u7"))
        .said("manager", &["unchanged - -"])
        .because(
            "manager",
            &["nobody with the external id `00u7` has arrived yet; the field is left as it is"],
        )
        .claims(&managed_by("00u9"))
        .claims(&managed_by("00u7"))
        .said("manager", &["unchanged - grace"]);
}

#[test]
fn missing_people_are_replaced_by_the_default() {
    let mut alice = alice(", missing = 'default', default = '00u9'");
    alice
        .claims(&managed_by("00u7"))
        .said("manager", &["defaulted - grace"])
        .claims(&[user("alice").by("okta")])
        .said("manager", &["unchanged - grace"]);
    alice.references = References::default();
    alice.claims(&managed_by("00u7")).said("manager", &["deferred grace 00u7"]);
}

#[test]
fn keys_but_external_ids_are_compared_without_case() {
    let mut alice = Somebody::under(
        "[mapping.'*']\nmanager = { value = 'user.manager', reference = 'sys_user', by = 'email' }",
    );
    alice.references.insert(PersonKey::Email, "grace@x".into(), PersonId::new("grace"));
    alice.claims(&managed_by(" Grace@X ")).said("manager", &["written - grace"]);
}

#[test]
fn people_may_go_by_our_own_id() {
    let mut alice = alice("");
    alice.references.insert(PersonKey::ExternalId, "grace".into(), PersonId::new("grace"));
    alice.claims(&managed_by("00u9")).claims(&managed_by("grace")).said("manager", &["unchanged - grace"]);
}

#[test]
fn everybody_who_is_referred_to_is_looked_up() {
    let alice = alice(", missing = 'default', default = '00u9'");
    let claims = [managed_by("00u7"), managed_by("00u8")].concat();
    let wanted = wanted(&alice.policy, &claims, &[], at(0));
    assert_eq!(wanted.iter().map(|it| it.text.as_str()).collect::<Vec<_>>(), ["00u7", "00u8", "00u9"]);
}

#[test]
fn one_may_be_ones_own_manager() {
    let mut alice = alice("");
    alice.references.insert(PersonKey::ExternalId, "00u1".into(), PersonId::new("alice"));
    alice.claims(&managed_by("00u1")).said("manager", &["written - alice"]);
}

#[test]
fn what_names_a_row_of_another_table_stays_text() {
    let policy = "[mapping.'*']\ndepartment = { value = 'user.department', reference = 'cmn_department', missing = 'create' }";
    Somebody::under(policy)
        .claims(&[in_department("Sales").by("okta")])
        .said("department", &["written - Sales"]);
}

fn supported_by(by: &str, more: &str) -> Somebody {
    Somebody::under(&format!(
        "[mapping.'*']
         u_support_group = {{ value = 'user.costCenter', reference = 'sys_user_group', by = '{by}'{more} }}"
    ))
}

fn wants(group: &str) -> [Claim; 1] {
    [at_work(json!({ "costCenter": group })).by("okta")]
}

#[test]
fn a_group_is_meant_by_its_name_without_case() {
    let mut alice = supported_by("name", "");
    alice.references.insert_group(GroupKey::Name, "service desk".into(), GroupId::new("g1"));
    alice.claims(&wants(" Service DESK ")).said("u_support_group", &["written - g1"]);
    alice.has("u_support_group", Some("Service DESK"));
    let key = ReferenceKey::Group(GroupKey::Name);
    let wanted = Wanted { field: "u_support_group".into(), key, text: "service desk".into() };
    assert_eq!(alice.now.refers_to, [Referred { wanted, group: GroupId::new("g1") }]);
    assert_eq!(alice.now.waits_for, []);
    alice.claims(&wants("service desk")).said("u_support_group", &["unchanged - g1"]);
}

#[test]
fn a_group_that_is_not_there_is_awaited_and_one_that_was_stays() {
    let mut alice = supported_by("name", "");
    alice.claims(&wants("Service Desk")).said("u_support_group", &["deferred - Service Desk"]).because(
        "u_support_group",
        &["no live group with the name `Service Desk` has arrived yet; the field is filled the moment it does"],
    );
    assert_eq!((alice.now.waits_for.len(), alice.now.refers_to.len()), (1, 0));
    alice.references.insert_group(GroupKey::Name, "service desk".into(), GroupId::new("g1"));
    alice.claims(&wants("Service Desk")).said("u_support_group", &["written - g1"]);
    alice.references = References::default();
    alice.claims(&wants("Service Desk")).said("u_support_group", &["deferred g1 Service Desk"]);
    assert_eq!(alice.now.record.groups().count(), 1, "it stays until another has the name");
}

#[test]
fn a_group_is_meant_by_the_exact_id_of_its_source() {
    let mut alice = supported_by("external_id", ", missing = 'skip'");
    alice.references.insert_group(GroupKey::ExternalId, "00g1".into(), GroupId::new("g1"));
    alice.claims(&wants("00g1")).said("u_support_group", &["written - g1"]);
    alice.claims(&wants("00G1")).said("u_support_group", &["unchanged - g1"]);
    assert_eq!(alice.now.waits_for.len(), 1);
}

#[test]
fn a_missing_group_is_replaced_by_the_default() {
    let mut alice = supported_by("name", ", missing = 'default', default = 'Everybody'");
    alice.references.insert_group(GroupKey::Name, "everybody".into(), GroupId::new("g0"));
    alice.claims(&wants("Service Desk")).said("u_support_group", &["defaulted - g0"]);
    assert_eq!((alice.now.waits_for.len(), alice.now.refers_to.len()), (1, 1));
}

#[test]
fn what_is_settled_is_taken_from_the_record_and_the_rest_looked_up() {
    let mut alice = supported_by("name", "");
    alice.references.insert_group(GroupKey::Name, "service desk".into(), GroupId::new("g1"));
    alice.claims(&wants("Service Desk"));
    let known = |waits: bool, due: i64| {
        let record = alice.now.record.clone();
        let person = Person { record, waits, due, ..crate::testing::person("alice", Vec::new()) };
        let mut references = References::default();
        references.learn(&alice.policy, &person);
        references.group(GroupKey::Name, "service desk").is_some()
    };
    assert_eq!((known(false, 0), known(true, 0), known(false, 1)), (true, false, false));
}
