//! Second records of one human being, made in the ways in which they are really made. What the two records still have in
//! common varies: whoever made the second did not know of the first.

use super::human::{Human, Staff};
use super::{Brownfield, names, sys_id};
use crate::company::login_base;
use crate::rng::Rng;

/// How a second record came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Double {
    /// The address changed, and the provisioning that matched by address made a new record.
    EmailChanged,
    /// Somebody left and came back.
    Rehired,
    /// Somebody took another family name.
    Married,
    /// A contractor was employed.
    Employed,
    /// Made by hand beside the provisioned record, with the address or name in another form.
    OtherForm,
    /// Made by hand with a slip.
    Mistyped,
}

const KINDS: [Double; 6] = [
    Double::EmailChanged,
    Double::Rehired,
    Double::Married,
    Double::Employed,
    Double::OtherForm,
    Double::Mistyped,
];

/// Gives so many people a second record, and one of fifty of them a third.
pub(super) fn make(rng: &mut Rng, instance: &mut Brownfield, staff: &mut Staff, doubles: usize) {
    let people = staff.humans.len();
    if people == 0 {
        return;
    }
    let mut position = rng.below(people);
    for _ in 0..doubles {
        if !rng.chance(20) {
            position = (position + 1 + rng.below(30)) % people;
        }
        let kind = *rng.pick(&KINDS);
        let human = staff.humans[position].clone();
        let second = second(rng, staff, &human, kind);
        instance.truth.doubles.insert(second.id.clone(), kind);
        let row = second.row(rng);
        instance.take_in(rng, row, position);
    }
}

/// The other record, which is no longer in use or never was.
fn second(rng: &mut Rng, staff: &mut Staff, human: &Human, kind: Double) -> Human {
    let mut second = Human { id: sys_id(rng), key: None, ..human.clone() };
    // The record in use begins after the other ends, give or take some days of both.
    second.created = human.created + 60 + rng.below(1_500) as i64;
    second.seen =
        (!rng.chance(120)).then(|| (human.created - 20 + rng.below(120) as i64).clamp(1, second.created));
    match kind {
        Double::EmailChanged => email_changed(rng, staff, &mut second),
        Double::Rehired => rehired(rng, staff, &mut second),
        Double::Married => married(rng, staff, &mut second),
        Double::Employed => employed(rng, staff, &mut second),
        Double::OtherForm => other_form(rng, staff, &mut second),
        Double::Mistyped => mistyped(rng, staff, &mut second),
    }
    second
}

fn email_changed(rng: &mut Rng, staff: &mut Staff, second: &mut Human) {
    let domain = *rng.pick(&["oldname.com", "acquired.example.net", "example.com"]);
    second.email = staff.address(&second.given, &second.family, domain);
    second.user_name = staff.user_name(rng, &second.given, &second.family, &second.email);
    second.active = rng.chance(500);
    forget(rng, second, &Kept { number: 600, desk: 800, mobile: 850, department: 850, manager: 700 });
}

fn rehired(rng: &mut Rng, staff: &mut Staff, second: &mut Human) {
    second.seen = second.seen.map(|days| (days + 100 + rng.below(700) as i64).min(second.created));
    second.email = staff.address(&second.given, &second.family, "example.com");
    second.user_name = staff.user_name(rng, &second.given, &second.family, &second.email);
    second.active = rng.chance(50);
    if rng.chance(400) {
        second.number = Some(staff.number(""));
    }
    forget(rng, second, &Kept { number: 850, desk: 200, mobile: 800, department: 650, manager: 400 });
}

fn married(rng: &mut Rng, staff: &mut Staff, second: &mut Human) {
    second.family = names::family(rng);
    second.email = staff.address(&second.given, &second.family, "example.com");
    second.user_name = staff.user_name(rng, &second.given, &second.family, &second.email);
    second.active = rng.chance(400);
    second.number = second.number.take().or_else(|| rng.chance(400).then(|| staff.number("")));
    forget(rng, second, &Kept { number: 850, desk: 850, mobile: 950, department: 850, manager: 750 });
}

fn employed(rng: &mut Rng, staff: &mut Staff, second: &mut Human) {
    second.email = staff.address(&second.given, &second.family, "ext.example.com");
    second.user_name = staff.user_name(rng, &second.given, &second.family, &second.email);
    second.number = rng.chance(600).then(|| staff.number("C"));
    if rng.chance(300) {
        second.family = format!("{} (Contractor)", second.family);
    }
    second.active = rng.chance(300);
    forget(rng, second, &Kept { number: 1000, desk: 600, mobile: 900, department: 900, manager: 750 });
}

fn other_form(rng: &mut Rng, staff: &mut Staff, second: &mut Human) {
    let (local, domain) = second.email.split_once('@').unwrap_or((&second.email, "example.com"));
    second.email = match rng.below(4) {
        0 => second.email.to_uppercase(),
        1 => format!("{local}+servicenow@{domain}"),
        2 => format!("{}@{domain}", local.replace('.', "")),
        _ => second.email.clone(),
    };
    let plain = login_base(&second.given, &second.family);
    if let (true, Some((given, family))) = (rng.chance(500), plain.split_once('.')) {
        (second.given, second.family) = (given.to_owned(), family.to_owned());
    }
    second.user_name = staff.short_login(&second.given, &second.family);
    second.seen = second.seen.filter(|_| rng.chance(400));
    second.active = true;
    forget(rng, second, &Kept { number: 400, desk: 700, mobile: 600, department: 900, manager: 700 });
}

fn mistyped(rng: &mut Rng, staff: &mut Staff, second: &mut Human) {
    match rng.below(5) {
        0 => std::mem::swap(&mut second.given, &mut second.family),
        1 => second.given = names::mistyped(rng, &second.given),
        _ => second.family = names::mistyped(rng, &second.family),
    }
    second.email = staff.address(&second.given, &second.family, "example.com");
    second.user_name = staff.user_name(rng, &second.given, &second.family, &second.email);
    second.seen = second.seen.filter(|_| rng.chance(300));
    second.active = rng.chance(700);
    forget(rng, second, &Kept { number: 600, desk: 800, mobile: 800, department: 900, manager: 800 });
}

/// Of a thousand second records, how many still have the same.
struct Kept {
    number: usize,
    desk: usize,
    mobile: usize,
    department: usize,
    manager: usize,
}

fn forget(rng: &mut Rng, second: &mut Human, kept: &Kept) {
    second.number = second.number.take().filter(|_| rng.chance(kept.number));
    second.desk = second.desk.take().filter(|_| rng.chance(kept.desk)).map(|desk| rewritten(rng, desk));
    second.mobile =
        second.mobile.take().filter(|_| rng.chance(kept.mobile)).map(|mobile| rewritten(rng, mobile));
    if !rng.chance(kept.department) {
        second.department = (*rng.pick(&["Former Staff", "Operations Dublin", "Sales Austin"])).to_owned();
    }
    second.manager = second.manager.take().filter(|_| rng.chance(kept.manager));
}

/// The same number as somebody else writes it.
fn rewritten(rng: &mut Rng, phone: String) -> String {
    match rng.below(3) {
        0 => phone.replace("+41 ", "0"),
        1 => phone.replace(' ', ""),
        _ => phone,
    }
}
