//! What of a record is compared: its keys and its name with everything taken away in which two people's typing differs.
//!
//! Letters are compared without accents and in the two ways in which German, Nordic and Turkish ones are spelled in ASCII;
//! names without titles, generations and notes such as `(Contractor)`; telephone numbers by their last digits.

use super::existing::{Existing, Name};
use tenure_scim::text::fold;
use unicode_normalization::UnicodeNormalization;

/// Words before or after a name that are no part of it.
const NOTES: [&str; 14] = [
    "contractor",
    "consultant",
    "dr",
    "eng",
    "ext",
    "extern",
    "external",
    "ing",
    "miss",
    "mr",
    "mrs",
    "ms",
    "prof",
    "temp",
];
/// What tells a father from his son.
const GENERATIONS: [&str; 8] = ["jr", "junior", "sr", "senior", "ii", "iii", "iv", "v"];
/// Parts of family names that say nothing alone.
const PARTICLES: [&str; 20] = [
    "al", "bin", "da", "dal", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "la", "le", "mac",
    "san", "st", "van", "von",
];
/// A national number without trunk prefix has nine digits or more nearly everywhere; fewer than seven is an extension.
const PHONE_DIGITS: usize = 9;
const PHONE_LEAST: usize = 7;
/// Shorter local parts (`hr`, `it`) mean nothing.
const STEM_LEAST: usize = 4;

/// What of one record is compared.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Portrait {
    /// The stable key, exactly.
    pub(super) key: Option<String>,
    /// Employee number, without leading zeros; none where it only fills the column (`0`, `n/a`).
    pub(super) number: Option<String>,
    /// E-mail address.
    pub(super) email: Option<Email>,
    /// The login without domain, tag, punctuation and the number at its end.
    pub(super) login: Option<String>,
    /// The name.
    pub(super) name: PlainName,
    /// Last digits of the desk's telephone.
    pub(super) desk: Option<String>,
    /// Last digits of the mobile telephone, which goes where its owner goes.
    pub(super) mobile: Option<String>,
}

/// An e-mail address, from exact to loose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Email {
    /// Folded and trimmed.
    pub(super) whole: String,
    /// The same without plus tag and dots before the domain: equal forms are one mailbox with most providers.
    pub(super) form: String,
    /// Letters and digits before the `@`, without tag and without the number at the end, if enough is left.
    pub(super) stem: Option<String>,
    /// The number at the end, by which a directory tells namesakes apart.
    pub(super) ordinal: String,
}

/// A name in plain letters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct PlainName {
    /// Given name in one word.
    pub(super) given: String,
    /// Family name in one word.
    pub(super) family: String,
    /// The words of the family name that say something alone.
    pub(super) family_words: Vec<String>,
    /// First letter of the middle name.
    pub(super) middle: Option<char>,
    /// `jr`, `iii` …
    pub(super) generation: Option<String>,
}

impl Portrait {
    pub(super) fn of(row: &Existing) -> Self {
        Self {
            key: row.key.as_deref().and_then(key),
            number: row.employee_number.as_deref().and_then(loose_number),
            email: row.email.as_deref().and_then(Email::of),
            login: login_stem(&row.user_name),
            name: PlainName::of(&row.name),
            desk: row.phone.as_deref().and_then(phone),
            mobile: row.mobile_phone.as_deref().and_then(phone),
        }
    }
}

impl Email {
    pub(super) fn of(text: &str) -> Option<Self> {
        let folded = fold(text.trim());
        let whole = folded.strip_prefix("mailto:").unwrap_or(&folded).to_owned();
        let (local, domain) = whole.rsplit_once('@')?;
        let untagged = untagged(local);
        let form = format!("{}@{domain}", untagged.replace('.', ""));
        let (stem, ordinal) = stem(untagged);
        Some(Self { form, stem, ordinal, whole })
    }
}

impl PlainName {
    pub(super) fn of(name: &Name) -> Self {
        let mut generation = None;
        let mut part = |text: &Option<String>| {
            let all = words(text.as_deref().unwrap_or_default());
            let (marks, words): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|word| GENERATIONS.contains(&word.as_str()));
            // A family may be called `V`; a mark stands beside a name.
            if words.is_empty() {
                marks
            } else {
                generation = generation.take().or(marks.into_iter().next());
                words
            }
        };
        let (given, family) = (part(&name.first), part(&name.last));
        let middle = name.middle.as_deref().and_then(|text| letters(text).chars().next());
        let says_something =
            |word: &&String| word.chars().count() >= 3 && !PARTICLES.contains(&word.as_str());
        let mut family_words: Vec<_> = family.iter().filter(says_something).cloned().collect();
        // One word is the usual, and a filter reserves room for four.
        family_words.shrink_to_fit();
        Self { given: given.concat(), family: family.concat(), family_words, middle, generation }
    }

    /// Whether both names are written in full.
    pub(super) fn is_whole(&self) -> bool {
        !self.given.is_empty() && !self.family.is_empty()
    }

    /// Whether both are written and no word of one is like any of the other: not a marriage, another human being.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let close =
            |a: &str| [&other.given, &other.family].into_iter().any(|b| strsim::jaro_winkler(a, b) >= 0.85);
        let shared = self.family_words.iter().any(|word| other.family_words.contains(word));
        self.is_whole() && other.is_whole() && !shared && !close(&self.given) && !close(&self.family)
    }

    /// Whether the given names may be one: equal, one the beginning of the other, or nearly so.
    pub(super) fn shares_given(&self, other: &Self) -> bool {
        let (one, another) = (self.given.as_str(), other.given.as_str());
        one.starts_with(another) || another.starts_with(one) || strsim::jaro_winkler(one, another) >= 0.85
    }

    /// The whole name, whichever part came first.
    pub(super) fn sorted(&self) -> String {
        let (one, other) = (&self.given, &self.family);
        if one <= other { format!("{one} {other}") } else { format!("{other} {one}") }
    }
}

/// A stable key, trimmed; its case means something.
pub(super) fn key(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// An employee number for comparison; none where it only fills the column.
pub(super) fn number(text: &str) -> Option<String> {
    means_something(text).then(|| fold(text.trim()).into_owned())
}

/// Whether an employee number is one, and does not only fill the column.
pub(super) fn means_something(number: &str) -> bool {
    number.chars().any(|c| c.is_numeric() && c != '0')
}

/// The same without leading zeros, which spreadsheets lose.
pub(super) fn loose_number(text: &str) -> Option<String> {
    number(text).map(|text| text.trim_start_matches('0').to_owned())
}

/// Lower-case letters and digits, accents and ligatures undone, and `Mueller` as `Müller`.
pub(super) fn letters(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.nfd().flat_map(char::to_lowercase) {
        match letter {
            'ø' => plain.push('o'),
            'ł' => plain.push('l'),
            'đ' | 'ð' => plain.push('d'),
            'ı' => plain.push('i'),
            'ß' => plain.push_str("ss"),
            'æ' => plain.push('a'),
            'œ' => plain.push('o'),
            'þ' => plain.push_str("th"),
            other if other.is_alphanumeric() => plain.push(other),
            _ => {}
        }
    }
    if plain.is_ascii() {
        for (written, plain_letter) in [("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")] {
            if plain.contains(written) {
                plain = plain.replace(written, plain_letter);
            }
        }
    }
    plain
}

/// The words of a name, without what stands in brackets and without titles.
fn words(text: &str) -> Vec<String> {
    let outside = text.split(['(', '[']).next().unwrap_or_default();
    let joined: String = outside.chars().filter(|c| !matches!(c, '\'' | '’' | '`' | '.')).collect();
    let words = joined.split(|c: char| !c.is_alphanumeric() && !is_mark(c)).map(letters);
    words.filter(|word| !word.is_empty() && !NOTES.contains(&word.as_str())).collect()
}

/// Combining marks belong to the letter before them.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

/// A login or an address without domain, tag, punctuation and the number at its end; none where too little is left.
pub(super) fn login_stem(login: &str) -> Option<String> {
    stem(local(&fold(login.trim()))).0
}

/// What stands before the `@`.
fn local(address: &str) -> &str {
    let local = address.split_once('@').map_or(address, |(local, _)| local);
    untagged(local.rsplit_once('\\').map_or(local, |(_, account)| account))
}

fn untagged(local: &str) -> &str {
    local.split_once('+').map_or(local, |(name, _)| name)
}

/// Letters and digits without the number at the end, and that number.
fn stem(local: &str) -> (Option<String>, String) {
    let all = letters(local);
    let stem = all.trim_end_matches(|c: char| c.is_ascii_digit());
    let ordinal = all[stem.len()..].to_owned();
    (Some(stem.to_owned()).filter(|stem| stem.chars().count() >= STEM_LEAST), ordinal)
}

/// The last digits of a telephone number, without an extension.
fn phone(text: &str) -> Option<String> {
    let folded = fold(text);
    let line = folded.split(['x', ';', ',']).next().unwrap_or_default();
    let digits: String = line.replace("(0)", "").chars().filter(char::is_ascii_digit).collect();
    let from = digits.len().saturating_sub(PHONE_DIGITS);
    (digits.len() >= PHONE_LEAST && digits.bytes().any(|digit| digit != b'0'))
        .then(|| digits[from..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn same_name(one: (&str, &str), other: (&str, &str)) {
        let plain = |(first, last)| PlainName::of(&Name::of(first, last)).sorted();
        assert_eq!(plain(one), plain(other));
    }

    #[test]
    fn names_are_equal_however_they_are_typed() {
        same_name(("Jürgen", "Müller"), ("Juergen", "Mueller"));
        same_name(("Jürgen", "Müller"), ("jurgen", "MULLER"));
        same_name(("Søren", "Kjærgaard"), ("Soren", "Kjargard"));
        same_name(("Łukasz", "Wąsik"), ("Lukasz", "Wasik"));
        same_name(("Siobhán", "O'Brien"), ("Siobhan", "OBrien"));
        same_name(("Dr. Ada", "Lovelace (Contractor)"), ("Ada", "Lovelace"));
        same_name(("Ada", "Lovelace"), ("Lovelace", "Ada"));
        same_name(("Hans-Peter", "Weiß"), ("Hans Peter", "Weiss"));
    }

    #[test]
    fn generations_are_told_apart() {
        let son = PlainName::of(&Name::of("John", "Smith Jr."));
        assert_eq!((son.family.as_str(), son.generation.as_deref()), ("smith", Some("jr")));
        assert_eq!(PlainName::of(&Name::of("John", "Senior")).family, "senior");
    }

    #[test]
    fn a_marriage_does_not_contradict_and_a_stranger_does() {
        let name = |first, last| PlainName::of(&Name::of(first, last));
        assert!(!name("Ada", "Lovelace").contradicts(&name("Ada", "King")));
        assert!(!name("Ada", "Lovelace").contradicts(&name("A", "King-Lovelace")));
        assert!(name("Ada", "Lovelace").contradicts(&name("Grace", "Hopper")));
        assert!(!name("Ada", "").contradicts(&name("Grace", "Hopper")));
    }

    #[test]
    fn addresses_have_a_form_a_stem_and_an_ordinal() {
        let email = Email::of(" MailTo:Ada.Lovelace2+x@Example.com").unwrap();
        assert_eq!(email.whole, "ada.lovelace2+x@example.com");
        assert_eq!(email.form, "adalovelace2@example.com");
        assert_eq!((email.stem.as_deref(), email.ordinal.as_str()), (Some("adalovelace"), "2"));
        assert_eq!(Email::of("hr@example.com").unwrap().stem, None);
        assert_eq!(Email::of("nobody"), None);
    }

    #[test]
    fn telephones_are_equal_however_they_are_written() {
        let expected = Some("441234567".to_owned());
        for text in ["+41 44 123 45 67", "0041 44 1234567", "044-123-45-67", "+41 (0)44 123 45 67 x12"] {
            assert_eq!(phone(text), expected, "{text}");
        }
        assert_eq!(phone("4567"), None);
        assert_eq!(phone("000 000 000"), None);
    }

    #[test]
    fn what_only_fills_a_column_is_no_number() {
        assert_eq!(loose_number(" 00123 ").as_deref(), Some("123"));
        assert_eq!(number("C-0042").as_deref(), Some("c-0042"));
        for text in ["0", "000", "n/a", "contractor", " "] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
