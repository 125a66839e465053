//! Countries of ISO 3166-1: two letters, three letters, three digits and a short English name.

use std::sync::LazyLock;

/// A country, in the table of this crate.
#[derive(Debug, PartialEq, Eq, Hash)]
pub struct Country {
    /// Two letters.
    pub alpha2: &'static str,
    /// Three letters.
    pub alpha3: &'static str,
    /// Three digits.
    pub numeric: &'static str,
    /// A short English name.
    pub name: &'static str,
}

static TABLE: LazyLock<Vec<Country>> =
    LazyLock::new(|| include_str!("iso3166.txt").lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<Country> {
    let mut parts = line.splitn(4, ' ');
    Some(Country {
        alpha2: parts.next()?,
        alpha3: parts.next()?,
        numeric: parts.next()?,
        name: parts.next()?,
    })
}

/// The country of a code; its length and characters tell the kind. Letters may be small, leading zeros may be missing.
pub(crate) fn by_code(code: &str) -> Option<&'static Country> {
    let code = code.trim();
    if !code.is_empty() && code.len() <= 3 && code.bytes().all(|it| it.is_ascii_digit()) {
        let padded = format!("{code:0>3}");
        return TABLE.iter().find(|it| it.numeric == padded);
    }
    match code.len() {
        2 => TABLE.iter().find(|it| it.alpha2.eq_ignore_ascii_case(code)),
        3 => TABLE.iter().find(|it| it.alpha3.eq_ignore_ascii_case(code)),
        _ => None,
    }
}

/// The country of a name.
pub(crate) fn by_name(name: &str) -> Option<&'static Country> {
    let name = name.trim().to_lowercase();
    TABLE.iter().find(|it| it.name.to_lowercase() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_code_is_whole_and_means_one_country() {
        assert_eq!(TABLE.len(), 249);
        let picks: [fn(&Country) -> &str; 4] =
            [|it| it.alpha2, |it| it.alpha3, |it| it.numeric, |it| it.name];
        for pick in picks {
            assert_eq!(TABLE.iter().map(pick).collect::<BTreeSet<_>>().len(), 249);
        }
        assert!(TABLE.iter().all(|it| it.alpha2.len() == 2 && it.alpha3.len() == 3 && it.numeric.len() == 3));
    }

    #[test]
    fn codes_of_every_kind() {
        for code in ["de", "DEU", "276"] {
            assert_eq!(by_code(code).map(|it| it.name), Some("Germany"));
        }
        assert_eq!(by_code("4").map(|it| it.alpha2), Some("AF"));
        assert_eq!(by_name("côte d'ivoire").map(|it| it.alpha2), Some("CI"));
        assert!(by_code("XX").is_none() && by_code("").is_none() && by_code("1234").is_none());
    }
}
