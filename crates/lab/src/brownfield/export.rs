//! The identity provider's users: who works here, some who left, and some whom the instance has never seen.

use super::Brownfield;
use super::human::Staff;
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

/// Exports the staff.
pub(super) fn make(rng: &mut Rng, instance: &mut Brownfield, staff: &Staff) {
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
        instance.exported.push(Exported {
            id: human.identity.clone(),
            login: email.clone(),
            email,
            employee_number: human.number.clone().filter(|_| !rng.chance(50)).unwrap_or_default(),
            first_name: human.given.clone(),
            last_name: human.family.clone(),
            status,
        });
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
