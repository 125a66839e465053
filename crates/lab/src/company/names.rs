//! Names as people really write them, and the ASCII form that a directory makes of them for a login.
//!
//! Given and family names come from the same language, so that a company reads like one. Accents, apostrophes,
//! hyphens, blanks inside family names and scripts without case are all here because each has broken a matching rule.

use crate::rng::Rng;

/// Given and family names of one language.
struct Culture {
    given: &'static [&'static str],
    family: &'static [&'static str],
}

const CULTURES: &[Culture] = &[
    Culture {
        given: &["Ada", "Grace", "Oliver", "Amelia", "Jack", "Mary Ann", "Harry", "Ruby", "Owen", "Zoë"],
        family: &["Taylor", "Hopper", "Walker", "Wright", "Thompson-Reed", "Hughes", "St. John", "Baker"],
    },
    Culture {
        given: &["Siobhán", "Niamh", "Seán", "Aoife", "Pádraig", "Ciarán"],
        family: &["O'Brien", "O'Connor", "Ní Dhomhnaill", "Byrne", "Mac Giolla Phádraig", "Walsh"],
    },
    Culture {
        given: &["Hélène", "François", "Jean-Luc", "Chloé", "Anne-Sophie", "Benoît", "Noël"],
        family: &["Lefèvre", "Dubois", "de la Tour", "Lefèvre-Dubois", "L'Hôpital", "Garçon"],
    },
    Culture {
        given: &["José", "María José", "Íñigo", "Lucía", "Begoña", "Andrés"],
        family: &["García Márquez", "Núñez", "Fernández de Córdoba", "Ibáñez", "López Peña", "Ruiz"],
    },
    Culture {
        given: &["João", "Conceição", "Inês", "Tomás", "Beatriz"],
        family: &["da Silva", "Araújo", "Gonçalves Pereira", "dos Santos", "Magalhães"],
    },
    Culture {
        given: &["Jürgen", "Anja", "Björn", "Käthe", "Hans-Peter", "Lieselotte"],
        family: &["Müller", "Weiß", "von der Heide", "Schröder", "Großmann", "Schmidt"],
    },
    Culture {
        given: &["Åse", "Søren", "Øystein", "Sigríður", "Göran", "Maja"],
        family: &["Ødegård", "Kjærgaard", "Þorsteinsdóttir", "Ångström", "Nygård", "Lindqvist"],
    },
    Culture {
        given: &["Łukasz", "Zdzisław", "Małgorzata", "Jiří", "Božena", "Žofie"],
        family: &["Wąsik", "Błaszczykowska", "Dvořák", "Nováková", "Kowalski", "Žižka"],
    },
    Culture {
        given: &["Işıl", "Gökhan", "Çağla", "Ömer", "Şebnem"],
        family: &["Yılmaz", "Öztürk", "Işık", "Çelik", "Doğan"],
    },
    Culture {
        given: &["Thị Ánh", "Văn Đức", "Minh Châu", "Quốc Bảo"],
        family: &["Nguyễn", "Trần", "Phạm", "Đặng"],
    },
    Culture {
        given: &["Giulia", "Niccolò", "Chiara", "Luca"],
        family: &["D'Angelo", "Dell'Acqua", "Rossi", "De Luca", "Lo Cascio"],
    },
    Culture {
        given: &["Fatima", "Omar", "Layla", "Abd al-Rahman", "Yusuf"],
        family: &["Al-Farsi", "El Amrani", "bin Rashid", "Haddad"],
    },
    Culture {
        given: &["Priya", "Arjun", "Lakshmi", "Vikram", "Ananya"],
        family: &["Sharma", "Iyer", "Patel", "Venkataraman", "Rao"],
    },
    Culture {
        given: &["伟", "秀英", "芳", "志强", "小龙"], family: &["王", "李", "张", "陈", "欧阳"]
    },
    Culture { given: &["花子", "健太", "さくら"], family: &["佐藤", "鈴木", "高橋"] },
    Culture { given: &["민준", "서연", "지훈"], family: &["김", "이", "박"] },
];

/// Scripts that no letter-by-letter table can turn into a login.
const ROMANISED: &[(&str, &str)] = &[
    ("伟", "wei"),
    ("秀英", "xiuying"),
    ("芳", "fang"),
    ("志强", "zhiqiang"),
    ("小龙", "xiaolong"),
    ("王", "wang"),
    ("李", "li"),
    ("张", "zhang"),
    ("陈", "chen"),
    ("欧阳", "ouyang"),
    ("花子", "hanako"),
    ("健太", "kenta"),
    ("さくら", "sakura"),
    ("佐藤", "sato"),
    ("鈴木", "suzuki"),
    ("高橋", "takahashi"),
    ("민준", "minjun"),
    ("서연", "seoyeon"),
    ("지훈", "jihun"),
    ("김", "kim"),
    ("이", "lee"),
    ("박", "park"),
];

const FOLDED: &[(&str, &str)] = &[
    ("áàâãäăāąÁÀÂÃÄĂĀĄạảấầậẩẫắằặ", "a"),
    ("åÅ", "a"),
    ("æÆ", "ae"),
    ("çćčÇĆČ", "c"),
    ("ďđðĎĐÐ", "d"),
    ("éèêëěęēÉÈÊËĚĘễếềệể", "e"),
    ("ğĞ", "g"),
    ("íìîïıİÍÌÎÏịỉ", "i"),
    ("łŁ", "l"),
    ("ñńňÑŃŇ", "n"),
    ("óòôõöøőÓÒÔÕÖØŐốồộổỗớờợ", "o"),
    ("řŘ", "r"),
    ("śšşŚŠŞ", "s"),
    ("ß", "ss"),
    ("ťŤ", "t"),
    ("þÞ", "th"),
    ("úùûüůűūÚÙÛÜŮỤụủứừự", "u"),
    ("ýÿÝỳỵ", "y"),
    ("źżžŹŻŽ", "z"),
];

/// A given and a family name of the same language.
pub(crate) fn draw(rng: &mut Rng) -> (String, String) {
    let culture = rng.pick(CULTURES);
    (rng.pick(culture.given).to_string(), rng.pick(culture.family).to_string())
}

/// A family name to take on marriage: any but the present one.
pub(crate) fn another_family(rng: &mut Rng, present: &str) -> String {
    loop {
        let culture = rng.pick(CULTURES);
        let family = rng.pick(culture.family).to_string();
        if family != present {
            return family;
        }
    }
}

/// `first.last` in lower-case ASCII letters, as a directory makes it of the written names.
pub(crate) fn login_base(given: &str, family: &str) -> String {
    format!("{}.{}", romanise(given), romanise(family))
}

fn romanise(name: &str) -> String {
    match ROMANISED.iter().find(|(written, _)| *written == name) {
        Some((_, roman)) => (*roman).to_owned(),
        None => name.chars().map(fold).collect(),
    }
}

fn fold(letter: char) -> String {
    if letter.is_ascii_alphanumeric() {
        return letter.to_ascii_lowercase().to_string();
    }
    let plain = FOLDED.iter().find(|(letters, _)| letters.contains(letter));
    plain.map(|(_, plain)| (*plain).to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(given: &str, family: &str, expected: &str) {
        assert_eq!(login_base(given, family), expected);
    }

    #[test]
    fn logins_of_awkward_names() {
        check("Ada", "Taylor", "ada.taylor");
        check("Siobhán", "O'Brien", "siobhan.obrien");
        check("Jean-Luc", "de la Tour", "jeanluc.delatour");
        check("Jürgen", "Weiß", "jurgen.weiss");
        check("Sigríður", "Þorsteinsdóttir", "sigridur.thorsteinsdottir");
        check("Thị Ánh", "Nguyễn", "thianh.nguyen");
        check("伟", "欧阳", "wei.ouyang");
    }

    #[test]
    fn every_name_has_a_login_of_plain_letters() {
        let names = CULTURES.iter().flat_map(|culture| culture.given.iter().chain(culture.family));
        for name in names {
            let roman = romanise(name);
            let letters = name.chars().filter(|letter| letter.is_alphanumeric()).count();
            assert!(roman.bytes().all(|byte| byte.is_ascii_lowercase()), "{name} became {roman}");
            assert!(roman.len() >= letters, "{name} lost letters: {roman}");
        }
    }

    #[test]
    fn marriage_changes_the_name() {
        let mut rng = Rng::new(3);
        assert!((0..500).all(|_| another_family(&mut rng, "Rossi") != "Rossi"));
    }
}
