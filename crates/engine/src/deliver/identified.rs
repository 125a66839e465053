//! Nobody is made in the target without what identifies them. A record without its user name can be used by nobody, one
//! without the stable key is found by nobody again, and of either the target would keep a beginning without a word.

use super::desire::Wanted;
use super::person::Work;
use super::trouble::Trouble;
use super::user_name::USER_NAME;
use tenure_connect::servicenow::Columns as Known;
use tenure_identity::id::FieldName;
use tenure_identity::reconcile::{Columns, Wish};
use tenure_identity::record::Record;

/// Why there is no user name, if nothing was refused.
const UNSAID: &str = "no source says what it is; map it in the policy, or have the source send it";

impl Work<'_> {
    /// Refuses to make a record of these columns if the user name is not among them, or not the stable key that the person
    /// has. Who has no stable key is known by the user name alone.
    pub(super) fn must_be_identified(&self, columns: &Columns) -> Result<(), Trouble> {
        let key = self.key();
        let wishes = &self.wanted.desired.columns;
        let why = |column: &FieldName| match wishes.get(column) {
            Some(Wish::Leave(why)) => Some(why.as_str()),
            _ => (*column == USER_NAME && !columns.contains_key(column)).then_some(UNSAID),
        };
        match [USER_NAME.into(), key].iter().find_map(|column| Some((column, why(column)?))) {
            None => Ok(()),
            Some((column, why)) => {
                Err(Trouble::Doubt(format!("no record is made without `{column}`: {why}")))
            }
        }
    }
}

impl Wanted {
    /// What was said and does not go into a field of our record: it is known to whoever asks where they stand, and what
    /// the target has stays.
    pub(super) fn note_unfit(&mut self, record: &Record) {
        for (name, why) in &record.unfit {
            self.obstacles.push(format!("`{name}`: {why}"));
            if !record.fields.contains_key(name) {
                self.desired.columns.insert(name.clone(), Wish::Leave(why.clone()));
            }
        }
    }
}

/// Why the user name or the stable key is not sent: the column would keep only its beginning, which is another's perhaps.
pub(super) fn would_be_cut(
    name: &FieldName,
    key: &FieldName,
    wish: &Wish,
    columns: Option<&Known>,
) -> Option<String> {
    let (Wish::Value(value) | Wish::Once(value)) = wish else { return None };
    let room = columns?.get(name.as_str())?.max_length?;
    let length = value.chars().count();
    ((*name == USER_NAME || name == key) && length > room).then(|| {
        format!(
            "the value has {length} characters and the target's column holds {room}; nothing is cut; make the column longer \
             there, or have the policy shorten the value"
        )
    })
}
