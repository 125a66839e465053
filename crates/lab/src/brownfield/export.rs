//! The identity provider's users: who works here, some who left, and some whom the instance has never seen.

use super::human::{Human, Staff};
use super::{Brownfield, names};
use crate::rng::Rng;

/// One user of the identity provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exported {
    /// The provider's id.
    pub id: String,
    /// Login.
    pub login: String,
    /// Address.
    pub email: String,
    /// Employee number; empty where the provider has none.
    pub employee_number: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// `ACTIVE`, `SUSPENDED` or `DEPROVISIONED`.
    pub status: &'static str,
}

/// One in so many of the provider's users has begun since, and has no record yet.
const NEW: usize = 50;
/// Exports the staff, and new hires beside them, every third of whom has the login of somebody who left.
pub(super) fn make(rng: &mut Rng, instance: &mut Brownfield, staff: &mut Staff) {
    export_staff(rng, instance, staff);
    let people = staff.humans.len();
    // A provider gives a login out again only when it has forgotten who had it.
    let forgotten = |human: &&Human| !instance.truth.human_of_identity.contains_key(&human.identity);
    let leavers = staff.humans.iter().filter(|human| has_left(human)).filter(forgotten);
    let leavers: Vec<_> = leavers.cloned().collect();
    for nth in 0..people / NEW {
        let hired = staff.hired(rng);
        let human = match leavers.get(nth / 3) {
            Some(leaver) if nth % 3 == 0 => successor(rng, hired, leaver),
            _ => Human { user_name: hired.email.clone(), ..hired },
        };
        instance.exported.push(exported(&human, "ACTIVE"));
        instance.truth.human_of_identity.insert(human.identity, people + nth);
    }
}

/// Whether nothing but name and login is left of somebody by whom a record could be recognised.
fn has_left(human: &Human) -> bool {
    !human.active && human.key.is_none()
}

/// A new hire of the same family name and initial, who has been given the leaver's login and address.
fn successor(rng: &mut Rng, hired: Human, leaver: &Human) -> Human {
    let initial = leaver.given.chars().next();
    let given = (0..200).map(|_| names::draw(rng).0).find(|given| given.chars().next() == initial);
    Human {
        given: given.unwrap_or_else(|| leaver.given.clone()),
        family: leaver.family.clone(),
        user_name: leaver.user_name.clone(),
        email: leaver.email.clone(),
        number: None,
        ..hired
    }
}

fn exported(human: &Human, status: &'static str) -> Exported {
    Exported {
        id: human.identity.clone(),
        login: human.user_name.clone(),
        email: human.email.clone(),
        employee_number: human.number.clone().unwrap_or_default(),
        first_name: human.given.clone(),
        last_name: human.family.clone(),
        status,
    }
}

fn export_staff(rng: &mut Rng, instance: &mut Brownfield, staff: &Staff) {
    for (position, human) in staff.humans.iter().enumerate() {
        if !human.active && !rng.chance(300) {
            continue;
        }
        // Six in a hundred were renamed since the instance last heard of them.
        let (local, _) = human.email.split_once('@').unwrap_or((&human.email, ""));
        let renamed = rng.chance(60);
        let email = if renamed { format!("{local}@newname.example.com") } else { human.email.clone() };
        let status = match (human.active, rng.chance(10)) {
            (true, false) => "ACTIVE",
            (true, true) => "SUSPENDED",
            (false, _) => "DEPROVISIONED",
        };
        let number = human.number.clone().filter(|_| !rng.chance(50));
        let told = Human { user_name: email.clone(), email, number, ..human.clone() };
        instance.exported.push(exported(&told, status));
        instance.truth.human_of_identity.insert(human.identity.clone(), position);
    }
}

/// The export as a file, as a spreadsheet would write it.
pub(super) fn csv(exported: &[Exported]) -> String {
    let mut text = "id,login,email,employeeNumber,firstName,lastName,status\r\n".to_owned();
    for user in exported {
        let cells =
            [&user.id, &user.login, &user.email, &user.employee_number, &user.first_name, &user.last_name];
        let cells: Vec<_> = cells.into_iter().map(|cell| quoted(cell)).collect();
        text.push_str(&format!("{},{}\r\n", cells.join(","), user.status));
    }
    text
}

fn quoted(cell: &str) -> String {
    let plain = !cell.contains(['"', ',', '\n', '\r']);
    if plain { cell.to_owned() } else { format!("\"{}\"", cell.replace('"', "\"\"")) }
}
