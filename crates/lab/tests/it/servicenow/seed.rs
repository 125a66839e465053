//! A company in the instance: everybody, their places and their work, the same each time.

use tenure_lab::company::Company;
use tenure_lab::servicenow::{Instance, Row, Settings};

fn seeded(people: usize) -> (Company, Instance) {
    let company = Company::generate(7, people);
    let instance = Instance::new(Settings::default());
    instance.seed(&company);
    (company, instance)
}

#[test]
fn everybody_is_there_with_place_and_manager() {
    let (company, instance) = seeded(120);
    for account in &company.staff {
        let human = &account.human;
        let row = &instance.find("sys_user", "employee_number", &human.number.0)[0];
        assert_eq!(
            (row.get("name"), row.get("email")),
            (human.display_name().as_str(), human.email.as_str())
        );
        let name = |table, column| instance.row(table, row.get(column)).map(|row| row.get("name").to_owned());
        assert_eq!(name("cmn_department", "department").as_deref(), Some(human.department.as_str()));
        assert_eq!(name("cmn_location", "location").as_deref(), Some(human.location.as_str()));
        let manager = instance.row("sys_user", row.get("manager"));
        let number = manager.map(|row| row.get("employee_number").to_owned());
        assert_eq!(number, human.manager.as_ref().map(|number| number.0.clone()));
        assert_eq!(row.get("u_okta_user_id"), "");
    }
}

#[test]
fn work_lies_on_desks_of_people_who_exist() {
    let (_, instance) = seeded(120);
    for (table, column) in [
        ("task", "assigned_to"),
        ("sysapproval_approver", "approver"),
        ("sys_user_grmember", "user"),
        ("sys_user_delegate", "delegate"),
    ] {
        let rows =
            instance.rows(table).into_iter().filter(|row| !row.get(column).is_empty()).collect::<Vec<_>>();
        assert!(!rows.is_empty(), "{table}");
        assert!(rows.iter().all(|row| instance.row("sys_user", row.get(column)).is_some()), "{table}");
    }
    let inherited = instance.rows("sys_user_has_role").iter().filter(|row| row.is("inherited")).count();
    assert!(inherited > 0);
    assert!(instance.rows("sys_user_group").iter().all(|team| !team.get("manager").is_empty()));
    assert!(instance.rows("cmn_department").iter().all(|it| !it.get("dept_head").is_empty()));
    assert!(instance.rows("sys_audit").is_empty() && instance.writes().is_empty());
}

#[test]
fn the_same_company_gives_the_same_rows() {
    let users = || seeded(60).1.rows("sys_user");
    let timeless = |rows: Vec<Row>| -> Vec<Vec<(String, String)>> {
        let keep = |row: &Row| {
            let values = row.values().filter(|(column, _)| !column.ends_with("_on"));
            values.map(|(column, value)| (column.to_owned(), value.to_owned())).collect()
        };
        rows.iter().map(keep).collect()
    };
    assert_eq!(timeless(users()), timeless(users()));
}

#[test]
fn moving_in_twice_does_not_double_the_places() {
    let company = Company::generate(7, 40);
    let instance = Instance::new(Settings::default());
    instance.seed_places(&company);
    let places = instance.count_of("cmn_department");
    instance.seed_places(&company);
    assert_eq!(instance.count_of("cmn_department"), places);
    instance.seed_work(&company);
    assert_eq!(instance.count_of("task"), 0, "nobody is there to do it");
}
