//! How much speaks for two records being one human being, after Fellegi and Sunter ("A Theory for Record Linkage", 1969):
//! every agreement counts by how rare its value is, every contradiction counts against, and the sum is in bits. At zero it
//! is as likely as not.

use super::population::{Population, Trait};
use super::portrait::{Email, PlainName};
use super::subject::Subject;
use jiff::{SignedDuration, Timestamp};

/// One record of thirty has a double: common experience with directories that were filled by hand.
const PRIOR: f64 = -5.0;
/// Somebody uses an old account for a while beside the new one.
const OVERLAP: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The sum, and what it is made of.
#[derive(Debug, Default)]
pub(super) struct Weight {
    /// Binary logarithm of the odds.
    pub(super) bits: f64,
    /// What speaks for it and against it, one sentence each; nothing unless it was asked for.
    pub(super) evidence: Vec<String>,
    told: bool,
}

impl Weight {
    fn add(&mut self, bits: f64, sentence: impl FnOnce() -> String) {
        self.bits += bits;
        if self.told {
            self.evidence.push(sentence());
        }
    }
}

/// Weighs two records.
pub(super) fn weigh(population: &Population, one: &Subject<'_>, other: &Subject<'_>) -> f64 {
    weighed(population, one, other, false).bits
}

/// Weighs two records and says what with.
pub(super) fn explain(population: &Population, one: &Subject<'_>, other: &Subject<'_>) -> Weight {
    weighed(population, one, other, true)
}

fn weighed(population: &Population, one: &Subject<'_>, other: &Subject<'_>, told: bool) -> Weight {
    // Whatever order the records came in, the same sentences follow.
    let (one, other) = if one.row.sys_id <= other.row.sys_id { (one, other) } else { (other, one) };
    let mut weight = Weight { bits: PRIOR - population.size_bits(), told, ..Weight::default() };
    keys(&mut weight, one, other);
    numbers(&mut weight, population, one, other);
    names(&mut weight, population, one, other);
    emails(&mut weight, population, one, other);
    phones(&mut weight, population, one, other);
    places(&mut weight, population, one, other);
    times(&mut weight, one, other);
    weight
}

fn both_active(one: &Subject<'_>, other: &Subject<'_>) -> bool {
    one.row.active && other.row.active
}

fn keys(weight: &mut Weight, one: &Subject<'_>, other: &Subject<'_>) {
    match (&one.portrait.key, &other.portrait.key) {
        (Some(a), Some(b)) if a == b => weight.add(30.0, || format!("both carry the stable key `{a}`")),
        (Some(_), Some(_)) => {
            let bits = if both_active(one, other) { -12.0 } else { -4.0 };
            weight.add(bits, || "against it: they carry different stable keys".to_owned());
        }
        _ => {}
    }
}

/// Numbers are given to one human being each; what many share only fills the column.
fn numbers(weight: &mut Weight, population: &Population, one: &Subject<'_>, other: &Subject<'_>) {
    let (Some(a), Some(b)) = (&one.portrait.number, &other.portrait.number) else { return };
    let written = |subject: &Subject<'_>| subject.row.employee_number.clone().unwrap_or_default();
    if a == b {
        let bits = match population.count(Trait::Number, a) {
            0..=2 => population.size_bits() + 5.0,
            3 => population.size_bits() + 3.0,
            4..=6 => population.size_bits() - 6.0,
            _ => 0.0,
        };
        weight.add(bits, || format!("both have the employee number `{}`", written(one)));
    } else {
        // Contractors and employees are numbered in rows of their own; who changes sides has two numbers.
        let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).collect::<String>();
        let bits = match (both_active(one, other), letters(a) == letters(b)) {
            (true, true) => -6.0,
            (true, false) => -2.0,
            (false, true) => -2.0,
            (false, false) => -0.5,
        };
        weight.add(bits, || {
            format!("against it: the employee numbers are `{}` and `{}`", written(one), written(other))
        });
    }
}

fn names(weight: &mut Weight, population: &Population, one: &Subject<'_>, other: &Subject<'_>) {
    if one.portrait.name.is_whole() && other.portrait.name.is_whole() {
        let (bits, sentence) = name_bits(population, one, other);
        weight.add(bits, || sentence.to_owned());
        particulars(weight, &one.portrait.name, &other.portrait.name);
    }
}

/// Of a wrong spelling there is one record; the right one tells how common the name is.
fn name_bits(population: &Population, one: &Subject<'_>, other: &Subject<'_>) -> (f64, &'static str) {
    let (a, b) = (&one.portrait.name, &other.portrait.name);
    let rarer = |kind, a: &str, b: &str| population.rarity(kind, a).min(population.rarity(kind, b));
    let given = || rarer(Trait::Given, &a.given, &b.given);
    let family = || rarer(Trait::Family, &a.family, &b.family);
    let others = population.count(Trait::Name, &one.sorted_name).saturating_sub(2);
    match (a.given == b.given, a.family == b.family) {
        (true, true) if others == 0 => {
            (given() + family(), "the names are equal, and nobody else has this one")
        }
        (true, true) => {
            // Namesakes that there are count for more than how rare the parts of the name are.
            let seen = population.size_bits() - f64::from(others).log2();
            (seen.min(given() + family()), "the names are equal; others have this one too")
        }
        _ if one.sorted_name == other.sorted_name => {
            (given() + family() - 2.0, "given and family name are swapped")
        }
        (true, _) if is_slip(&a.family, &b.family) => {
            (given() + family() - 4.0, "the family names differ by a slip of the hand")
        }
        (_, true) if is_slip(&a.given, &b.given) => {
            (given() + family() - 4.0, "the given names differ by a slip of the hand")
        }
        (true, _) if a.family_words.iter().any(|word| b.family_words.contains(word)) => {
            (given() + family() - 3.0, "the given name is equal, and a part of the family name")
        }
        (_, true) if is_short_form(&a.given, &b.given) => {
            (family() + 2.0, "the family name is equal, and one given name begins like the other")
        }
        (true, _) => (given() - 3.0, "the given name is equal; the family name differs"),
        (_, true) => (family() - 8.0, "against it: the given names differ"),
        _ if a.contradicts(b) => (-8.0, "against it: nothing of the names is alike"),
        _ => (-4.0, "against it: the names differ"),
    }
}

/// What tells namesakes of one family apart.
fn particulars(weight: &mut Weight, one: &PlainName, other: &PlainName) {
    if one.generation != other.generation {
        weight.add(-6.0, || "against it: one is of another generation (`Jr.`, `III`)".to_owned());
    }
    match (one.middle, other.middle) {
        (Some(a), Some(b)) if a == b => weight.add(3.0, || "the middle initials are equal".to_owned()),
        (Some(_), Some(_)) => weight.add(-5.0, || "against it: the middle initials differ".to_owned()),
        _ => {}
    }
}

/// One letter wrong, missing, doubled or in the wrong place; two in a long name.
fn is_slip(one: &str, other: &str) -> bool {
    let letters = one.chars().count().min(other.chars().count());
    let allowed = match letters {
        0..=3 => return false,
        4..=8 => 1,
        _ => 2,
    };
    one.chars().count().abs_diff(other.chars().count()) <= allowed
        && strsim::osa_distance(one, other) <= allowed
}

/// `A` or `Alex` for `Alexander`.
fn is_short_form(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    !short.is_empty() && long.starts_with(short)
}

fn emails(weight: &mut Weight, population: &Population, one: &Subject<'_>, other: &Subject<'_>) {
    let (Some(a), Some(b)) = (&one.portrait.email, &other.portrait.email) else { return };
    let (slip_of, slip) = (a.stem.as_deref().unwrap_or_default(), b.stem.as_deref().unwrap_or_default());
    if a.whole == b.whole {
        let bits = population.rarity(Trait::Email, &a.whole);
        weight.add(bits, || format!("both have the e-mail address `{}`", a.whole));
    } else if a.form == b.form {
        let bits = population.rarity(Trait::Form, &a.form);
        weight.add(bits, || format!("the addresses `{}` and `{}` differ in form only", a.whole, b.whole));
    } else if let Some(stem) = shared_stem(a, b) {
        let rarity = population.rarity(Trait::Stem, stem);
        let numbered = a.ordinal != b.ordinal;
        // An address is made of the name: where that is equal too, it says only that no directory told the two apart.
        let bits = match (one.sorted_name == other.sorted_name, numbered) {
            (true, false) => 3.0,
            (true, true) => -0.5,
            (false, false) => rarity - 4.0,
            (false, true) => 0.0,
        };
        let end = if numbered { ", one with a number" } else { "" };
        weight.add(bits, || format!("both addresses begin with `{stem}`{end}"));
    } else if is_slip(slip_of, slip) {
        weight.add(2.0, || "the addresses differ by a slip of the hand".to_owned());
    }
}

fn shared_stem<'a>(one: &'a Email, other: &Email) -> Option<&'a str> {
    one.stem.as_deref().filter(|stem| other.stem.as_deref() == Some(stem))
}

fn phones(weight: &mut Weight, population: &Population, one: &Subject<'_>, other: &Subject<'_>) {
    let (a, b) = (&one.portrait, &other.portrait);
    if let (Some(desk), true) = (&a.desk, a.desk == b.desk) {
        let bits = match population.count(Trait::Desk, desk) {
            // A desk's number goes to the next who sits there.
            0..=2 => population.rarity(Trait::Desk, desk) - 3.0,
            3..=4 => population.rarity(Trait::Desk, desk) - 6.0,
            5..=10 => 1.0,
            _ => 0.0,
        };
        weight.add(bits.max(0.0), || format!("both have the telephone number …{desk}"));
    }
    if let (Some(mobile), true) = (&a.mobile, a.mobile == b.mobile) {
        let bits = match population.count(Trait::Mobile, mobile) {
            0..=4 => population.rarity(Trait::Mobile, mobile),
            _ => 1.0,
        };
        weight.add(bits, || format!("both have the mobile number …{mobile}"));
    }
}

fn places(weight: &mut Weight, population: &Population, one: &Subject<'_>, other: &Subject<'_>) {
    match (one.department(), other.department()) {
        (Some(a), Some(b)) if a == b => {
            let bits = population.rarity(Trait::Department, a).min(6.0) * 0.7;
            weight.add(bits, || "they are in one department".to_owned());
        }
        (Some(_), Some(_)) => {
            // Who left long ago has the department of that time.
            let bits = if both_active(one, other) { -2.0 } else { -0.5 };
            weight.add(bits, || "against it: they are in different departments".to_owned());
        }
        _ => {}
    }
    match (one.manager(), other.manager()) {
        (Some(a), Some(b)) if a == b => {
            let bits = population.rarity(Trait::Manager, a).min(8.0) * 0.7;
            weight.add(bits, || "they report to one manager".to_owned());
        }
        (Some(_), Some(_)) => weight.add(-1.0, || "against it: they report to different managers".to_owned()),
        _ => {}
    }
}

/// One record ends where the other begins, or both are in use side by side.
fn times(weight: &mut Weight, one: &Subject<'_>, other: &Subject<'_>) {
    let (Some(a), Some(b)) = (one.row.created, other.row.created) else { return };
    let (older, newer, begun) = if a <= b { (one, other, b) } else { (other, one, a) };
    let (old, new) = (older.login(), newer.login());
    let long_after = |at: Timestamp| at.duration_since(begun) > OVERLAP;
    match (older.row.last_login.map(long_after), newer.row.last_login.map(long_after)) {
        (Some(true), Some(true)) => {
            weight.add(-4.0, || format!("against it: `{old}` and `{new}` were in use side by side"));
        }
        (Some(false), _) if older.row.active => {
            weight.add(1.5, || format!("`{old}` was used until about when `{new}` was made"));
        }
        (Some(false), _) => {
            weight
                .add(2.5, || format!("`{old}` was used until about when `{new}` was made, and is inactive"));
        }
        (None, _) | (_, None) => weight.add(0.5, || "one of them was never logged in to".to_owned()),
        (Some(true), Some(false)) => {}
    }
}
