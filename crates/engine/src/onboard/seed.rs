//! The stable key, written into the record that was recognised: looked at first, written alone, and read back from the answer.
//! A key that is not the one to be replaced is never overwritten, whatever was read before.

use super::apply::{Fate, Work};
use crate::deliver::{USERS, in_words};
use tenure_connect::servicenow::{CallError, Fields, Lane, Outcome};
use tenure_identity::id::SysId;
use tenure_identity::reconcile::{Columns, Verdict, verdicts};

/// How often an answer may be lost before that is said.
const LOST_ANSWERS: usize = 3;

impl Work {
    /// Writes the key, unless the record carries it, or carries another one than `replaces`.
    pub(super) async fn seed_key(&self, record: &SysId, key: &str, replaces: Option<&str>) -> Fate {
        let column = self.target.settings.key.as_str();
        self.seed(&Seed { table: USERS, column, value: key, replaces }, record).await
    }

    /// Writes one value into one column of a row.
    pub(super) async fn seed(&self, seed: &Seed<'_>, row: &SysId) -> Fate {
        let mut lost = None;
        for _ in 0..LOST_ANSWERS {
            match self.try_to_seed(seed, row, lost.is_some()).await {
                // Whether it was done is seen by looking, and never by writing again.
                Err(error) if error.outcome() == Outcome::Unknown => lost = Some(error),
                Err(error) => return failed(&error),
                Ok(fate) => return fate,
            }
        }
        lost.map_or(Fate::Standing, |error| failed(&error))
    }

    async fn try_to_seed(&self, seed: &Seed<'_>, row: &SysId, again: bool) -> Result<Fate, CallError> {
        let (client, columns) = (&self.target.client, ["sys_id", seed.column]);
        let Some(before) = client.get(Lane::Background, seed.table, row, &columns).await? else {
            return Ok(Fate::Refused("the record is gone, or hidden from our account".to_owned()));
        };
        match before.get(seed.column) {
            _ if !before.has(seed.column) => return Ok(judged(&Verdict::Dropped { has: None })),
            has if has == seed.value => return Ok(if again { Fate::Landed } else { Fate::Standing }),
            "" => {}
            has if Some(has) == seed.replaces => {}
            has => {
                return Ok(Fate::Refused(format!(
                    "`{}` is `{has}`, which nothing says to replace; look at it again with `tenure onboard`",
                    seed.column
                )));
            }
        }
        let fields = Fields::from([(seed.column.to_owned(), seed.value.to_owned())]);
        let after = client.update(Lane::Background, seed.table, row, &fields, &columns).await?;
        Ok(seed.verdict(&before.fields, &after.fields))
    }
}

/// A value that is to be in a column.
pub(super) struct Seed<'a> {
    pub(super) table: &'a str,
    pub(super) column: &'a str,
    pub(super) value: &'a str,
    /// What may be there before.
    pub(super) replaces: Option<&'a str>,
}

impl Seed<'_> {
    /// What became of the value, by what the target showed before and after.
    pub(super) fn verdict(&self, before: &Fields, after: &Fields) -> Fate {
        let of = |fields: &Fields| -> Columns {
            fields.iter().map(|(column, value)| (column.as_str().into(), value.clone())).collect()
        };
        let asked = Columns::from([(self.column.into(), self.value.to_owned())]);
        let verdicts = verdicts(&asked, &of(before), &of(after));
        verdicts.first().map_or(Fate::Standing, |(_, verdict)| judged(verdict))
    }
}

fn judged(verdict: &Verdict) -> Fate {
    let why = verdict.reason().unwrap_or_default();
    match verdict {
        Verdict::Landed => Fate::Landed,
        Verdict::Truncated { .. } => Fate::Truncated(why),
        Verdict::Dropped { .. } => Fate::Dropped(why),
        Verdict::Altered { .. } => Fate::Altered(why),
    }
}

pub(super) fn failed(error: &CallError) -> Fate {
    let why = in_words(error);
    if error.is_permanent() { Fate::Refused(why) } else { Fate::Unreached(why) }
}
