//! The instance is the same for the same seed, and has in it what makes onboarding hard.

use super::*;

fn instance() -> Brownfield {
    Brownfield::generate(7, 3_000)
}

#[test]
fn a_seed_gives_the_same_instance() {
    assert_eq!(instance(), instance());
    assert_ne!(instance(), Brownfield::generate(8, 3_000));
}

#[test]
fn user_names_and_ids_are_unique_as_the_target_demands() {
    let instance = instance();
    assert_eq!(instance.users.len(), 3_000);
    for column in ["sys_id", "user_name"] {
        let values: BTreeSet<_> = instance.users.iter().map(|row| row[column].to_lowercase()).collect();
        assert_eq!(values.len(), 3_000, "{column}");
    }
    assert!(instance.users.iter().all(|row| row["user_name"].chars().count() <= 40));
    assert!(instance.users.iter().flat_map(Row::values).all(|value| !value.is_empty()));
}

#[test]
fn doubles_of_every_kind_are_there_and_the_truth_knows_them() {
    let instance = instance();
    let truth = &instance.truth;
    assert_eq!(truth.doubles.len(), 90);
    assert_eq!(truth.doubles.values().collect::<BTreeSet<_>>().len(), 6);
    assert!((88..100).contains(&truth.pairs().len()), "{}", truth.pairs().len());
    assert!(
        truth
            .pairs()
            .iter()
            .all(|(one, other)| truth.human_of[*one] == truth.human_of[*other] && one < other)
    );
    let known = truth.human_of.len() + truth.nobodys.len() + truth.second_accounts.len();
    assert_eq!(known, instance.users.len());
}

#[test]
fn what_an_audit_would_find_is_there() {
    let instance = instance();
    let count = |fits: &dyn Fn(&Row) -> bool| instance.users.iter().filter(|row| fits(row)).count();
    let is = |row: &Row, column: &str, value: &str| row.get(column).is_some_and(|it| it == value);
    let without_key = count(&|row| is(row, "active", "true") && !row.contains_key("u_okta_user_id"));
    assert!((200..450).contains(&without_key), "{without_key}");
    assert!(count(&|row| is(row, "active", "true") && is(row, "locked_out", "true")) > 10);
    assert!(count(&|row| is(row, "active", "false") && is(row, "locked_out", "false")) > 10);
    assert!(count(&|row| is(row, "web_service_access_only", "true")) > 5);
    assert!(count(&|row| row.get("last_name").is_some_and(|name| name.ends_with("Jr."))) > 2);
}

#[test]
fn most_names_are_one_persons_and_some_are_many() {
    let instance = instance();
    let mut names: BTreeMap<_, BTreeSet<usize>> = BTreeMap::new();
    for row in &instance.users {
        let Some(human) = instance.truth.human_of.get(&row["sys_id"]) else { continue };
        names.entry((row.get("first_name"), row.get("last_name"))).or_default().insert(*human);
    }
    let shared: usize = names.values().filter(|humans| humans.len() > 1).map(BTreeSet::len).sum();
    assert!((90..600).contains(&shared), "{shared} of {} share a name", instance.users.len());
}

#[test]
fn the_export_names_the_staff_and_quotes_what_it_must() {
    let instance = instance();
    let csv = instance.idp_csv();
    assert_eq!(csv.lines().count(), instance.exported.len() + 1);
    assert_eq!(instance.exported.len(), instance.truth.human_of_identity.len());
    assert_eq!(export::csv(&[]).trim_end(), "id,login,email,employeeNumber,firstName,lastName,status");
    let awkward = Exported { last_name: "O\"Neil, Jr.".into(), ..instance.exported[0].clone() };
    assert!(export::csv(&[awkward]).contains("\"O\"\"Neil, Jr.\""));
}

#[test]
fn new_hires_have_no_row_and_some_have_a_leavers_login() {
    let instance = instance();
    let with_row: BTreeSet<_> = instance.truth.human_of.values().collect();
    let is_new = |user: &&Exported| !with_row.contains(&instance.truth.human_of_identity[&user.id]);
    let hired: Vec<_> = instance.exported.iter().filter(is_new).collect();
    assert!(hired.len() > 50 && hired.iter().all(|user| user.status == "ACTIVE"), "{}", hired.len());
    let left: BTreeSet<_> = instance.users.iter().filter(|row| row["active"] == "false").collect();
    let left: BTreeSet<_> = left.iter().map(|row| row["user_name"].as_str()).collect();
    let given_out_again = hired.iter().filter(|user| left.contains(user.login.as_str())).count();
    assert!(given_out_again > 10, "{given_out_again}");
}

#[test]
fn small_instances_work_too() {
    for users in [0, 1, 2, 40] {
        assert!(Brownfield::generate(1, users).users.len() <= users.max(1));
    }
}
