//! What people do about what waits after a year: somebody decides the cases, and the providers try again whoever was refused.

use super::Scene;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use tenure_lab::company::{EmployeeNumber, Idp};
use tenure_lab::play::Played;
use tenure_lab::year::{Dated, Event, Truth, Year};

/// Decides as somebody who knows the people does: who has the employee number already is the one, else it is a new one.
pub(crate) fn decide_what_waits(scene: &Scene) {
    let cases = scene.json(&["review", "list"]);
    for case in cases.as_array().unwrap().iter().filter(|case| case["blocking"] == true) {
        let id = case["id"].as_str().unwrap();
        match known_by_number(scene, &case["claim"]) {
            Some(person) => scene.data(&["review", "decide", id, "link", "--person", &person]),
            None => scene.data(&["review", "decide", id, "create"]),
        };
    }
}

fn known_by_number(scene: &Scene, claim: &Value) -> Option<String> {
    let enterprise = &claim["urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"];
    let output = scene.output(&["explain", enterprise["employeeNumber"].as_str()?, "--format", "json"]);
    let person: Value = serde_json::from_slice(&output.stdout).ok()?;
    Some(person["id"].as_str()?.to_owned())
}

/// What the providers try again: everybody who was refused, as they are at the end of the year.
pub(crate) fn refused(played: &Played, year: &Year, truth: &Truth) -> Year {
    let open = played.refusals.iter().filter(|refusal| !refusal.overcome);
    let open: BTreeSet<(&EmployeeNumber, Idp)> =
        open.filter_map(|r| Some((r.who.as_ref()?, r.idp))).collect();
    let mut last = BTreeMap::new();
    for account in year.events.iter().filter_map(|dated| dated.event.account()) {
        last.insert((&account.human.number, account.idp), account);
    }
    let mut events = Vec::new();
    for (number, idp) in open {
        let account = last[&(number, idp)].clone();
        let active = truth.people[number].accounts.get(&idp).is_some_and(|holding| holding.active);
        events.push(Event::Moved { account: account.clone() });
        events.extend((!active).then_some(Event::Left { account }));
    }
    Year { events: events.into_iter().map(|event| Dated { day: 0, event }).collect() }
}
