//! A user name that two people have, one after the other: a target lets only one record have it, and the leaver's gives
//! it up for a name that is theirs alone.

use crate::id::PersonId;

/// How many characters a user name may have where the target does not say.
pub const LONGEST: usize = 40;
/// How much of the id stands in the name: enough to tell apart everybody who ever had it.
const OF_THE_ID: usize = 8;

/// The name that takes the place of a user name that was given up: its beginning, and whose it was. The same for the same
/// person each time, and never longer than the column.
pub fn given_up(user_name: &str, who: &PersonId, longest: usize) -> String {
    let id: Vec<char> = who.as_str().chars().filter(char::is_ascii_alphanumeric).collect();
    let id: String = id[id.len().saturating_sub(OF_THE_ID)..].iter().collect();
    let mark = format!(".left-{id}");
    let room = longest.saturating_sub(mark.len());
    let beginning: String = user_name.trim().chars().take(room).collect();
    format!("{beginning}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_says_whose_it_was_and_fits() {
        let id = PersonId::new("0198a3c4-7d2e-7000-8000-0123456789ab");
        assert_eq!(given_up("ada@x.com", &id, LONGEST), "ada@x.com.left-456789ab");
        let long = given_up(&"é".repeat(60), &id, LONGEST);
        assert_eq!((long.chars().count(), long.ends_with("é.left-456789ab")), (LONGEST, true));
    }
}
