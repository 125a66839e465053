//! What a look at the target did not show, or what has to be put right there first.
//!
//! ServiceNow leaves out the rows that our account may not read, and does not say so: only its count, which it takes before
//! that, tells. A query rule hides rows from the count too. Then all that can be seen is that nobody is inactive, which
//! few instances can say of themselves: that is told, and proves nothing.

use super::count::counted;
use super::part::Part;
use super::read::Reading;
use super::records::Records;
use super::{OnboardError, Study};
use crate::SharedEngine;
use crate::deliver::USERS;
use crate::doctor::visibility::CURE;
use std::collections::{HashMap, HashSet};
use tenure_identity::id::SysId;
use tenure_identity::onboard::{Adoption, Answer, Existing, Known};

/// Answers without consequence that are told; nobody reads more.
const MOST_UNHEEDED: usize = 20;

/// One thing that was not shown, or that has to be put right first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// What it is, what it means, and what to do about it.
    pub text: String,
    /// How much it takes away.
    pub weight: Weight,
}

/// How much a gap takes away from what a look can be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Something may be hidden, and nothing shows that it is.
    Suspicion,
    /// The report is poorer for it, and nobody's link is wrong.
    Incomplete,
    /// Records of people are hidden: whoever counts as new may have one of those.
    HidesPeople,
}

impl Gap {
    pub(super) fn minor(text: String) -> Self {
        Self { text, weight: Weight::Incomplete }
    }

    fn of_people(text: String) -> Self {
        Self { text, weight: Weight::HidesPeople }
    }

    /// Whether records of people are hidden.
    pub fn hides_people(&self) -> bool {
        self.weight == Weight::HidesPeople
    }

    /// The word for it, on every surface.
    pub fn label(&self) -> &'static str {
        match self.weight {
            Weight::Suspicion => "suspicion",
            Weight::Incomplete => "incomplete",
            Weight::HidesPeople => "hidden-users",
        }
    }
}

impl Study {
    /// Whether it goes on as if every user had been shown: nothing says otherwise, or a human has said that it is so.
    pub fn is_trusted(&self) -> bool {
        self.despite_gaps || !self.gaps.iter().any(Gap::hides_people)
    }

    /// Whether there are gaps that nobody has accepted; a mere suspicion is none.
    pub fn has_open_gaps(&self) -> bool {
        self.gaps.iter().any(|gap| match gap.weight {
            Weight::Suspicion => false,
            Weight::Incomplete => true,
            Weight::HidesPeople => !self.despite_gaps,
        })
    }
}

/// What was not shown, by what the target counts.
pub(super) async fn hidden(
    engine: &SharedEngine,
    reading: &Reading,
    records: &Records,
) -> Result<Vec<Gap>, OnboardError> {
    let mut gaps = Vec::new();
    for (part, shown) in &records.shown {
        let counted = counted(engine, reading, *part).await?;
        gaps.extend(of_part(*part, counted, *shown));
    }
    gaps.extend(nobody_inactive(&records.users));
    Ok(gaps)
}

fn of_part(part: Part, counted: Option<u64>, shown: u64) -> Option<Gap> {
    let table = part.table();
    let Some(counted) = counted else {
        // Version 1 of the API does not count nothing; somebody there always is.
        return (part == Part::Users).then(|| {
            Gap::of_people(format!(
                "the target does not say how many rows `{USERS}` has, so that hidden ones go unnoticed; let its header \
                 `X-Total-Count` through to us"
            ))
        });
    };
    let hidden = counted.saturating_sub(shown);
    if part == Part::Users {
        return (hidden > 0).then(|| {
            Gap::of_people(format!(
                "`{USERS}` has {counted} rows, and {shown} of them are shown to our account: access rules hide {hidden}, and \
                 who counts as new may have one of those; {CURE}, and look again"
            ))
        });
    }
    // Tasks are closed and groups are left while we read; a few rows are no sign of anything.
    (hidden > 0 && hidden * 100 >= counted).then(|| {
        let lack = part.lack_where_hidden();
        Gap::minor(format!(
            "{lack}: `{table}` has {counted} such rows, and {shown} of them are shown to our account; give it the right to read \
             them all"
        ))
    })
}

fn nobody_inactive(users: &[Existing]) -> Option<Gap> {
    (!users.is_empty() && users.iter().all(|user| user.active)).then(|| Gap {
        text: format!(
            "not one of the {} records is inactive: inactive users may be hidden from our account, and who counts as new may \
             have such a record; as an administrator, see whether `{USERS}` has anybody with active = false; if so, {CURE}, and \
             look again",
            users.len()
        ),
        weight: Weight::Suspicion,
    })
}

/// Answers that name a record that is not there, or is another's by now: nothing follows from them.
pub(super) fn unheeded(rows: &[Existing], known: &[Known], adoption: &Adoption) -> Vec<Gap> {
    let answered: Vec<_> = known
        .iter()
        .filter_map(|person| match &person.answer {
            Some(Answer::Record(record)) => Some((person, record)),
            _ => None,
        })
        .collect();
    if answered.is_empty() {
        return Vec::new();
    }
    let has_link: HashSet<_> = adoption.links.iter().map(|link| link.known.as_str()).collect();
    let links: HashMap<_, _> = adoption.links.iter().map(|link| (&link.record, &link.known)).collect();
    let shown: HashSet<_> = rows.iter().map(|row| &row.sys_id).collect();
    let unheeded = answered.into_iter().filter(|(person, _)| !has_link.contains(person.id.as_str()));
    let gap = |(person, record): (&Known, &SysId)| {
        let why = match links.get(record) {
            Some(other) => format!("which is {other}'s"),
            None if !shown.contains(record) => "which is not among those that are shown to us".to_owned(),
            None => return None,
        };
        let who = &person.id;
        Some(Gap::minor(format!(
            "`{who}` was said to have record {record}, {why}; say it anew with `tenure onboard decide {who} SYS_ID`"
        )))
    };
    unheeded.filter_map(gap).take(MOST_UNHEEDED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tenure_identity::onboard::{Link, MatchedBy};

    #[test]
    fn one_user_who_is_hidden_is_a_gap_and_one_who_came_meanwhile_is_none() {
        let of = |counted, shown| of_part(Part::Users, counted, shown);
        let gap = of(Some(2003), 974).unwrap();
        assert!(gap.hides_people() && gap.text.contains("hide 1029"), "{}", gap.text);
        assert!(of(Some(2003), 2002).is_some());
        assert_eq!((of(Some(2003), 2003), of(Some(2003), 2004)), (None, None));
        assert!(of(None, 2003).unwrap().text.contains("X-Total-Count"));
    }

    #[test]
    fn of_other_tables_a_few_rows_are_no_sign() {
        let of = |counted, shown| of_part(Part::OpenWork, counted, shown);
        assert!(!of(Some(1_000), 500).unwrap().hides_people());
        assert!(of(Some(2), 0).is_some());
        assert_eq!((of(Some(1_000), 995), of(Some(0), 0), of(None, 0)), (None, None, None));
    }

    #[test]
    fn an_answer_that_leads_nowhere_is_said() {
        let row = |id: &str| Existing::new(SysId::new(id), id);
        let says = |who: &str, id: &str| Known {
            answer: Some(Answer::Record(SysId::new(id))),
            ..Known::new(who, who)
        };
        let link = |record: &str, known: &str| Link {
            record: SysId::new(record),
            known: known.to_owned(),
            by: MatchedBy::Answer,
            seed: None,
            replaces: None,
        };
        let known = [says("ada", "gone"), says("bob", "r1"), says("zoe", "r2"), says("eve", "r3")];
        let links = vec![link("r1", "ian"), link("r2", "zoe")];
        let gaps =
            unheeded(&[row("r1"), row("r2"), row("r3")], &known, &Adoption { links, ..Adoption::default() });
        let said: Vec<_> = gaps.iter().map(|gap| gap.text.split(';').next().unwrap_or_default()).collect();
        let expected = [
            "`ada` was said to have record gone, which is not among those that are shown to us",
            "`bob` was said to have record r1, which is ian's",
        ];
        assert_eq!(said, expected, "eve is in a case");
    }

    #[test]
    fn where_nobody_is_inactive_somebody_may_be_hidden() {
        let active = Existing::new(SysId::new("r1"), "ada");
        let inactive = Existing { active: false, ..Existing::new(SysId::new("r2"), "grace") };
        assert_eq!(nobody_inactive(std::slice::from_ref(&active)).unwrap().weight, Weight::Suspicion);
        assert_eq!((nobody_inactive(&[active, inactive]), nobody_inactive(&[])), (None, None));
    }
}
