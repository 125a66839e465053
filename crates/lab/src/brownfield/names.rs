//! Names for a large instance: the company's own, which many share, and family names that are put together as those of real
//! languages are, so that most people's name is theirs alone and some are everybody's.

use crate::company::drawn_name;
use crate::rng::Rng;

const GIVEN: &[&str] = &[
    "Alexander",
    "Andrea",
    "Anna",
    "Anthony",
    "Barbara",
    "Brian",
    "Carlos",
    "Caroline",
    "Catherine",
    "Charles",
    "Christine",
    "Daniel",
    "David",
    "Deborah",
    "Dennis",
    "Dorota",
    "Edward",
    "Elena",
    "Elizabeth",
    "Emily",
    "Emma",
    "Eric",
    "Eva",
    "Frank",
    "Gabriel",
    "George",
    "Hannah",
    "Helen",
    "Henrik",
    "Ingrid",
    "Isabel",
    "James",
    "Jane",
    "Jennifer",
    "John",
    "Joseph",
    "Julia",
    "Karen",
    "Katarzyna",
    "Kevin",
    "Kumar",
    "Laura",
    "Linda",
    "Lisa",
    "Louise",
    "Magdalena",
    "Marco",
    "Margaret",
    "Maria",
    "Mark",
    "Martin",
    "Mary",
    "Matthew",
    "Meera",
    "Michael",
    "Mohammed",
    "Monika",
    "Nancy",
    "Nathan",
    "Nicole",
    "Olga",
    "Pamela",
    "Patricia",
    "Paul",
    "Peter",
    "Philip",
    "Rachel",
    "Rajesh",
    "Rebecca",
    "Richard",
    "Robert",
    "Roland",
    "Ronald",
    "Sandra",
    "Sarah",
    "Simon",
    "Sofia",
    "Stefan",
    "Stephen",
    "Sunita",
    "Susan",
    "Thomas",
    "Timothy",
    "Ursula",
    "Valerie",
    "Victor",
    "Walter",
    "Wei",
    "William",
    "Xavier",
    "Yvonne",
    "Zuzana",
];
const COMMON: &[&str] = &[
    "Smith", "Jones", "Brown", "Johnson", "Williams", "Miller", "Davis", "Garcia", "Martin", "Müller",
    "Schmidt", "Singh", "Kumar", "Nguyen", "Chen", "Silva", "Rossi", "Novák", "Kim", "Khan",
];
/// Beginnings and endings of family names of one language.
const FAMILIES: &[(&[&str], &[&str])] = &[
    (
        &[
            "Ash", "Black", "Bran", "Brad", "Carl", "Clay", "Craw", "Dal", "Eden", "Fair", "Glad", "Hart",
            "Hazel", "Kings", "Lang", "Mar", "Nor", "Oak", "Pem", "Red", "Shef", "Stan", "Thorn", "Wal",
            "Whit", "Win",
        ],
        &[
            "bourne", "bury", "by", "combe", "don", "field", "ford", "ham", "hurst", "ley", "man", "shaw",
            "ton", "wood", "worth",
        ],
    ),
    (
        &[
            "Alt", "Berg", "Birken", "Bruck", "Ehren", "Eich", "Fried", "Grün", "Hoch", "Kalten", "Linden",
            "Neu", "Ober", "Rosen", "Schön", "Stein", "Unter", "Wald", "Wein", "Zieg",
        ],
        &[
            "auer", "bacher", "bauer", "berger", "brunner", "ecker", "feld", "hofer", "huber", "mann",
            "meier", "thal",
        ],
    ),
    (
        &[
            "Bart", "Chmiel", "Dąbr", "Grab", "Jabł", "Jank", "Kamin", "Krak", "Lew", "Mal", "Mich", "Ostr",
            "Piotr", "Sad", "Sos", "Wiśni", "Wit", "Zakrz",
        ],
        &["ański", "ecki", "ewski", "iak", "icki", "owicz", "owski", "yński"],
    ),
    (
        &[
            "Alm", "Berg", "Björk", "Dahl", "Ek", "Grön", "Hag", "Lind", "Lund", "Nord", "Sand", "Sjö",
            "Söder", "Strand", "Väst",
        ],
        &["berg", "blom", "dal", "gren", "gård", "holm", "kvist", "man", "ström", "vall"],
    ),
    (
        &[
            "Bell", "Bonn", "Camp", "Castel", "Cor", "Ferr", "Gall", "Lomb", "March", "Mont", "Pell", "Ricc",
            "Sant", "Torr", "Vall",
        ],
        &["acci", "anelli", "ardi", "ari", "elli", "esi", "etti", "ini", "oni", "ucci"],
    ),
    (
        &[
            "Bhatt", "Chandra", "Deva", "Gopala", "Hari", "Jaya", "Krishna", "Mahesh", "Nara", "Rama", "Sri",
            "Subra", "Venka", "Vijaya",
        ],
        &["krishnan", "kumar", "murthy", "nathan", "raj", "raman", "sekhar", "swamy"],
    ),
];

/// A given and a family name.
pub(super) fn draw(rng: &mut Rng) -> (String, String) {
    if rng.chance(80) {
        return drawn_name(rng);
    }
    let given = if rng.chance(200) { drawn_name(rng).0 } else { rng.pick(GIVEN).to_string() };
    (given, family(rng))
}

/// A family name.
pub(super) fn family(rng: &mut Rng) -> String {
    if rng.chance(70) {
        return rng.pick(COMMON).to_string();
    }
    let (beginnings, endings) = rng.pick(FAMILIES);
    let name = format!("{}{}", rng.pick(beginnings), rng.pick(endings));
    if rng.chance(60) { format!("{name}-{}", rng.pick(COMMON)) } else { name }
}

/// The name with one slip of the hand: a letter left out, doubled, swapped with the next or replaced by its neighbour.
pub(super) fn mistyped(rng: &mut Rng, name: &str) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() < 4 {
        return name.to_owned();
    }
    let at = 1 + rng.below(letters.len() - 2);
    match rng.below(4) {
        0 => _ = letters.remove(at),
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => letters[at] = neighbour(letters[at]),
    }
    let typed: String = letters.iter().collect();
    if typed == name { format!("{name}e") } else { typed }
}

/// The letter on the key beside.
fn neighbour(letter: char) -> char {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let beside = ROWS.iter().find_map(|row| {
        let at = row.find(letter)?;
        row[at + 1..].chars().next().or_else(|| row[..at].chars().last())
    });
    beside.unwrap_or('e')
}
