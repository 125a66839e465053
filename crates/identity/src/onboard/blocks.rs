//! Blocking: which records are worth comparing at all. Two records are compared if they share any of a dozen keys; what
//! hundreds share (a placeholder, a switchboard) brings nobody together, so that the work grows with the number of records
//! and not with its square.

use super::subject::Subject;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A key that more records share tells nobody apart: an address, a number or a whole name.
const LARGEST: usize = 80;
/// The same for a part of a name, of which a large instance has thousands: comparing all who share one would take longer
/// than all the rest.
const LARGEST_LOOSE: usize = 20;
/// Kinds of keys from here on are parts of names.
const LOOSE: u8 = 6;

/// Tells each position with the later ones that are worth comparing with it, each once. No more than the keys are in memory,
/// of which there are a dozen for each record; of pairs there are many times more.
pub(super) fn each_candidate(people: &[Subject<'_>], mut tell: impl FnMut(u32, &[u32])) {
    let mut keyed = Vec::with_capacity(people.len() * 12);
    for (position, person) in (0_u32..).zip(people) {
        each_key(person, |key| keyed.push((key, position)));
    }
    keyed.sort_unstable();
    keyed.dedup();
    let mut places = places(&keyed);
    let members: Vec<u32> = keyed.into_iter().map(|(_, position)| position).collect();
    places.sort_unstable();
    let mut others = Vec::new();
    for of_one in places.chunk_by(|one, other| one.position == other.position) {
        others.clear();
        // Members of a block are in order, so that the later ones stand behind.
        of_one.iter().for_each(|place| others.extend(&members[place.next as usize..place.end as usize]));
        others.sort_unstable();
        others.dedup();
        tell(of_one[0].position, &others);
    }
}

/// Where in a block a record stands: who follows it there, and where the block ends.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    position: u32,
    next: u32,
    end: u32,
}

/// The places in blocks that say anything: not of one record, and not of too many.
fn places(keyed: &[(u64, u32)]) -> Vec<Place> {
    let (mut places, mut begin) = (Vec::new(), 0_u32);
    for block in keyed.chunk_by(|one, other| one.0 == other.0) {
        let end = begin + block.len() as u32;
        let largest = if is_loose(block[0].0) { LARGEST_LOOSE } else { LARGEST };
        if block.len() <= largest {
            let followed = block.iter().zip(begin + 1..).take(block.len() - 1);
            places.extend(followed.map(|((_, position), next)| Place { position: *position, next, end }));
        }
        begin = end;
    }
    places
}

/// Whether the key, by its last bit, is of a part of a name.
fn is_loose(key: u64) -> bool {
    key & 1 == 1
}

/// Tells every key of a record, hashed: two keys that collide only cost a comparison.
fn each_key(person: &Subject<'_>, mut tell: impl FnMut(u64)) {
    let portrait = &person.portrait;
    let mut key = |kind: u8, parts: [&str; 2]| {
        let mut hasher = DefaultHasher::new();
        (kind, parts).hash(&mut hasher);
        tell((hasher.finish() & !1) | u64::from(kind >= LOOSE));
    };
    let exact = [portrait.key.as_deref(), portrait.number.as_deref()];
    for (kind, value) in (0..).zip(exact) {
        value.into_iter().for_each(|value| key(kind, [value, ""]));
    }
    if let Some(email) = &portrait.email {
        key(2, [&email.form, ""]);
        email.stem.iter().for_each(|stem| key(3, [stem, ""]));
    }
    // Logins and addresses share a kind: many a login is the old address.
    portrait.login.iter().for_each(|login| key(3, [login, ""]));
    [&portrait.desk, &portrait.mobile].into_iter().flatten().for_each(|phone| key(4, [phone, ""]));
    let (name, sorted) = (&portrait.name, person.sorted_name.as_str());
    if !name.is_whole() {
        return;
    }
    key(5, [sorted, ""]);
    if let Some(department) = person.department() {
        key(LOOSE - 1, [sorted, department]);
    }
    key(LOOSE, [&name.given, first(&name.family, 3)]);
    key(7, [&name.given, last(&name.family, 3)]);
    key(8, [&name.family, first(&name.given, 1)]);
    name.family_words.iter().for_each(|word| key(9, [word, first(&name.given, 3)]));
    if let Some(manager) = person.manager() {
        key(11, [&name.given, manager]);
        key(12, [&name.family, manager]);
    }
}

fn first(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(at, _)| &text[..at])
}

fn last(text: &str, count: usize) -> &str {
    let letters = text.chars().count();
    text.char_indices().nth(letters.saturating_sub(count)).map_or("", |(at, _)| &text[at..])
}
