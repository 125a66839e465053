//! Accounts that are nobody's own: programs, receptions and kiosks; and second accounts of administrators, which are
//! somebody's and no doubles.

use super::human::{Human, Staff};
use super::{Brownfield, sys_id};
use crate::rng::Rng;

const PROGRAMS: [(&str, &str, &str); 8] = [
    ("svc_backup", "", "Backup Service"),
    ("sccm.integration", "SCCM", "Integration"),
    ("mid.server", "", "MID Server"),
    ("soap.guest", "SOAP", "Guest"),
    ("api_monitoring", "", ""),
    ("srv-jira-sync", "Jira", "Connector"),
    ("okta.scim", "Okta", "SCIM"),
    ("rpa-bot", "RPA", "Bot"),
];
const SHARED: [(&str, &str, &str); 7] = [
    ("reception", "Reception", "Zürich"),
    ("frontdesk", "Front", "Desk"),
    ("kiosk", "", "Kiosk"),
    ("warehouse.shift", "Warehouse", "Shift"),
    ("training", "Training", "User"),
    ("helpdesk", "", ""),
    ("info", "Info", ""),
];

/// So many accounts, a third of each kind.
pub(super) fn make(rng: &mut Rng, instance: &mut Brownfield, staff: &mut Staff, count: usize) {
    for nth in 0..count {
        match nth % 3 {
            0 => program(rng, instance, nth),
            1 => shared(rng, instance, nth),
            _ => second_account(rng, instance, staff),
        }
    }
}

fn program(rng: &mut Rng, instance: &mut Brownfield, nth: usize) {
    let mut row = nobody(rng, &PROGRAMS, nth).row(rng);
    let flagged = rng.chance(600);
    row.insert("web_service_access_only", flagged.to_string());
    row.insert("internal_integration_user", (!flagged && rng.chance(200)).to_string());
    keep(instance, row);
}

fn shared(rng: &mut Rng, instance: &mut Brownfield, nth: usize) {
    let row = nobody(rng, &SHARED, nth).row(rng);
    keep(instance, row);
}

fn keep(instance: &mut Brownfield, row: super::Row) {
    instance.truth.nobodys.insert(row["sys_id"].clone());
    instance.users.push(row);
}

fn nobody(rng: &mut Rng, kinds: &[(&str, &str, &str)], nth: usize) -> Human {
    let (login, given, family) = *rng.pick(kinds);
    Human {
        id: sys_id(rng),
        given: given.to_owned(),
        middle: None,
        family: family.to_owned(),
        user_name: format!("{login}{nth:02}"),
        email: if rng.chance(500) { "it-operations@example.com".to_owned() } else { String::new() },
        number: rng.chance(100).then(|| "0".to_owned()),
        key: None,
        identity: String::new(),
        desk: None,
        mobile: None,
        department: "IT Zürich".to_owned(),
        manager: None,
        created: 30 + rng.below(3_000) as i64,
        seen: rng.chance(700).then(|| rng.below(30) as i64),
        active: !rng.chance(100),
    }
}

/// `adm-jsmith` beside `jsmith`: the same name, number and address.
fn second_account(rng: &mut Rng, instance: &mut Brownfield, staff: &mut Staff) {
    if staff.humans.is_empty() {
        return;
    }
    let position = rng.below(staff.humans.len());
    let owner = staff.humans[position].clone();
    let login = staff.short_login(&format!("adm-{}", owner.given), &owner.family);
    let login = format!("{}{login}", rng.pick(&["adm-", "admin.", "a-"]));
    let row = Human { id: sys_id(rng), user_name: login, key: None, ..owner }.row(rng);
    instance.truth.second_accounts.insert(row["sys_id"].clone(), position);
    instance.users.push(row);
}
