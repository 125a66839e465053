//! What somebody's record in the target should be: the fields of our record as the target writes them, with references
//! as the ids of its rows, the groups that they are in, and the roles that they have.

use super::identified::would_be_cut;
use super::manager::MANAGER;
use super::rows::{Name, Named};
use super::trouble::{Trouble, in_words};
use super::{Delivery, ROLES, USERS};
use crate::Engine;
use crate::target::Groups;
use jiff::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;
use tenure_connect::servicenow::{Column, Columns, Lane};
use tenure_identity::id::{FieldName, PersonId, SourceName, SysId};
use tenure_identity::person::Person;
use tenure_identity::policy::{Missing, Policy, Reference};
use tenure_identity::reconcile::{Belonging, Desired, Known, Wish};
use tenure_identity::record::FieldValue;

/// When to look again for a row that somebody else has to make.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);

/// Why a choice keeps its value.
const CHOICE: &str =
    "a choice cannot be emptied through the API; empty it in the target, or map another value";

/// What a record should be, and what stands in the way.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    pub(super) desired: Desired,
    /// People and groups whose records it waits for.
    pub(super) waits_for: Vec<String>,
    /// What cannot be said yet or not at all, in sentences.
    pub(super) obstacles: Vec<String>,
    /// When to look again although nothing has changed here.
    pub(super) again: Option<Timestamp>,
    /// Why a column is not what our record says.
    pub(super) because: BTreeMap<FieldName, String>,
    /// The names of groups and roles, for the timeline.
    pub(super) names: HashMap<SysId, String>,
    /// Choices that our record has no value for any more, if they have one.
    pub(super) choices: BTreeSet<FieldName>,
    /// Tables of ties that our account may not read.
    pub(super) closed: BTreeSet<&'static str>,
    /// When a hand-over wrote the record last.
    pub(super) handed_over: Option<Timestamp>,
    /// The manager, if they have left and were named anew after their reports had been handed over.
    pub(super) named_anew: Option<PersonId>,
}

/// Finds out what one person's record should be.
pub(super) struct Asking<'a> {
    pub(super) engine: &'a Engine,
    pub(super) delivery: &'a Delivery,
    pub(super) policy: &'a Policy,
    pub(super) lane: Lane,
    pub(super) now: Timestamp,
    /// Their record, if it is known.
    pub(super) record: Option<&'a SysId>,
    /// The user name that somebody else needs.
    pub(super) yields: Option<&'a str>,
    /// Columns that we have written.
    pub(super) written: &'a BTreeSet<FieldName>,
}

impl Asking<'_> {
    pub(super) async fn wanted(&self, person: &Person) -> Result<Wanted, Trouble> {
        let handovers = self.handovers().await?;
        let mut out = Wanted { handed_over: handovers.written, ..Wanted::default() };
        let columns = self.columns().await?;
        let records = self.engine.store().records_of(&whom(person)).await?;
        let key = &self.delivery.target.settings.key;
        for (name, field) in &person.record.fields {
            let wish = match &field.value {
                FieldValue::Flag(flag) => Wish::Value(flag.to_string()),
                FieldValue::Person(other) => out.referred(other.id.as_str(), &records),
                FieldValue::Group(other) => out.referred(other.id.as_str(), &records),
                FieldValue::Text(text) => self.text(name, field.source.as_ref(), text, &mut out).await?,
            };
            let wish = match name.as_str() {
                MANAGER => out.manager(wish, field.said_since(), &handovers.takeovers),
                _ => wish,
            };
            let reference = self.reference(name, field.source.as_ref());
            let why = unfit(name, &wish, columns.as_deref(), reference);
            let why = why.or_else(|| would_be_cut(name, key, &wish, columns.as_deref()));
            let wish = match why {
                Some(why) => {
                    out.look_again(self.now);
                    Wish::Leave(why)
                }
                None => wish,
            };
            let wish = if self.is_create_only(name, field.source.as_ref()) { once(wish) } else { wish };
            if let Wish::Leave(why) = &wish {
                out.obstacles.push(format!("`{name}`: {why}"));
            }
            out.desired.columns.insert(name.clone(), wish);
        }
        out.note_unfit(&person.record);
        out.keep_choices(self.written, columns.as_deref());
        if let Some(needed) = self.yields {
            out.yield_user_name(person, needed, columns.as_deref());
        }
        self.groups(person, &records, &mut out);
        self.roles(person, &mut out).await?;
        Ok(out)
    }

    /// The columns of people, where the instance lets us know them.
    async fn columns(&self) -> Result<Option<std::sync::Arc<Columns>>, Trouble> {
        match self.delivery.target.client.columns(self.lane, USERS).await {
            Ok(columns) => Ok(Some(columns)),
            Err(error) if error.is_permanent() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    async fn text(
        &self,
        name: &FieldName,
        source: Option<&SourceName>,
        text: &str,
        out: &mut Wanted,
    ) -> Result<Wish, Trouble> {
        let Some(reference) = self.reference(name, source) else { return Ok(Wish::Value(text.to_owned())) };
        let named = match self.row(reference, text, reference.missing == Missing::Create).await {
            Ok(named) => named,
            Err(trouble) => return out.left(trouble, self.now),
        };
        let table = &reference.table;
        Ok(match (named, reference.missing) {
            (Named::Row(row), _) => Wish::Value(row.to_string()),
            (Named::Several(count), _) => {
                out.look_again(self.now);
                Wish::Leave(format!(
                    "{count} rows of `{table}` are called `{text}`; rename all but one in the target"
                ))
            }
            (Named::Nothing, Missing::Default) => self.by_default(name, source, reference, out).await?,
            (Named::Nothing, _) => {
                out.look_again(self.now);
                Wish::Leave(format!("`{table}` has no `{text}` yet"))
            }
        })
    }

    async fn by_default(
        &self,
        name: &FieldName,
        source: Option<&SourceName>,
        reference: &Reference,
        out: &mut Wanted,
    ) -> Result<Wish, Trouble> {
        let mapping = source.and_then(|source| self.policy.mapping_of_field(source, name.as_str()));
        let Some(default) = mapping.and_then(|mapping| mapping.default.as_deref()) else {
            return Ok(Wish::Leave("neither the value nor a default is in the target".to_owned()));
        };
        out.look_again(self.now);
        match self.row(reference, default, false).await {
            Ok(Named::Row(row)) => Ok(Wish::Value(row.to_string())),
            Ok(_) => Ok(Wish::Leave(format!("`{}` has not even the default `{default}`", reference.table))),
            Err(trouble) => out.left(trouble, self.now),
        }
    }

    async fn row(&self, reference: &Reference, text: &str, make: bool) -> Result<Named, Trouble> {
        let Delivery { target, rows, .. } = self.delivery;
        let name = Name::new(&reference.table, &reference.by, text);
        match make {
            true => self.engine.named_or_made(rows, &target.client, self.lane, &name).await,
            false => self.engine.named(rows, &target.client, self.lane, &name).await,
        }
    }

    /// What the policy says that the field refers to: by the mapping that decided it, else by its rules.
    fn reference(&self, name: &FieldName, source: Option<&SourceName>) -> Option<&Reference> {
        let decided = source.and_then(|source| self.policy.mapping_of_field(source, name.as_str()));
        decided.map_or_else(|| self.policy.reference_of(name), |mapping| mapping.reference.as_ref())
    }

    fn is_create_only(&self, name: &FieldName, source: Option<&SourceName>) -> bool {
        let decided = source.and_then(|source| self.policy.mapping_of_field(source, name.as_str()));
        decided.is_some_and(|mapping| mapping.create_only)
    }

    /// A leaver is in no group.
    fn groups(&self, person: &Person, records: &HashMap<String, SysId>, out: &mut Wanted) {
        let groups = self.delivery.target.settings.groups;
        for group in person.groups.iter().filter(|_| person.active && groups != Groups::None) {
            match records.get(group.id.as_str()) {
                Some(record) => {
                    out.desired.groups.wanted.insert(record.clone());
                    out.names.insert(record.clone(), group.name.clone());
                }
                None => {
                    out.waits_for.push(group.id.to_string());
                    // Whether it will ever be there is the target's owner's decision.
                    if groups == Groups::Create {
                        out.obstacles.push(format!("the group `{}` is not in the target yet", group.name));
                    }
                }
            }
        }
    }

    /// A leaver has no role. Roles that no rule names are left alone.
    async fn roles(&self, person: &Person, out: &mut Wanted) -> Result<(), Trouble> {
        let managed: BTreeMap<_, _> = self.policy.roles.iter().map(|rule| (rule.role.as_str(), ())).collect();
        let mut belonging = Belonging::default();
        for role in managed.into_keys() {
            let name = Name::new(ROLES, "name", role);
            let Delivery { target, rows, .. } = self.delivery;
            let wanted = person.active && person.record.roles.contains(role);
            let named = self.engine.named(rows, &target.client, self.lane, &name).await;
            match out.unless_closed(named, "roles cannot be looked up", self.now)? {
                Some(Named::Row(row)) => {
                    out.names.insert(row.clone(), role.to_owned());
                    if wanted {
                        belonging.wanted.insert(row.clone());
                    }
                    belonging.managed.insert(row);
                }
                Some(_) if wanted => {
                    out.look_again(self.now);
                    out.obstacles.push(format!("the target has no role `{role}`, or does not show it"));
                }
                _ => {}
            }
        }
        out.desired.roles = belonging;
        Ok(())
    }
}

impl Wanted {
    /// The record of somebody, or of a group, that a field refers to.
    fn referred(&mut self, id: &str, records: &HashMap<String, SysId>) -> Wish {
        match records.get(id) {
            Some(record) => Wish::Value(record.to_string()),
            None => {
                self.waits_for.push(id.to_owned());
                Wish::Leave("the record that it refers to is not in the target yet".to_owned())
            }
        }
    }

    /// A row that may not be read or made is no reason to hold up the person; a target that is busy is.
    fn left(&mut self, trouble: Trouble, now: Timestamp) -> Result<Wish, Trouble> {
        match trouble {
            Trouble::Call(error) if error.is_permanent() => {
                self.look_again(now);
                Ok(Wish::Leave(in_words(&error)))
            }
            other => Err(other),
        }
    }

    /// The answer, or nothing if our account may not have one: that stands in the way of what depends on it, and of nothing
    /// else.
    pub(super) fn unless_closed<T>(
        &mut self,
        answer: Result<T, Trouble>,
        what: &str,
        now: Timestamp,
    ) -> Result<Option<T>, Trouble> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(Trouble::Call(error)) if error.is_permanent() => {
                let why = format!("{what}: {}", in_words(&error));
                if !self.obstacles.contains(&why) {
                    self.obstacles.push(why);
                }
                self.look_again(now);
                Ok(None)
            }
            Err(trouble) => Err(trouble),
        }
    }

    /// ServiceNow takes an empty text for a choice as no change, and says that it was done.
    fn keep_choices(&mut self, written: &BTreeSet<FieldName>, columns: Option<&Columns>) {
        let is_choice = |column: &FieldName| {
            columns.is_some_and(|columns| columns.get(column.as_str()).is_some_and(|it| it.choice))
        };
        let wishes = &self.desired.columns;
        let silent = written.iter().filter(|column| !wishes.contains_key(*column));
        let empty = wishes.iter().filter(|(_, wish)| matches!(wish, Wish::Value(value) if value.is_empty()));
        let emptied = silent.chain(empty.map(|(column, _)| column));
        self.choices = emptied.filter(|column| is_choice(column)).cloned().collect();
        let kept = self.choices.iter().map(|column| (column.clone(), Wish::Leave(CHOICE.to_owned())));
        self.desired.columns.extend(kept.collect::<Vec<_>>());
    }

    /// What is to be known of choices that keep a value that nobody gives any more.
    pub(super) fn kept_choices(&self, known: &Known) -> Vec<String> {
        let kept = self.choices.iter().filter(|column| !known.value(column).is_empty());
        kept.map(|column| format!("`{column}` stays `{}`: {CHOICE}", known.value(column))).collect()
    }

    fn look_again(&mut self, now: Timestamp) {
        self.look_again_in(LOOK_AGAIN, now);
    }

    pub(super) fn look_again_in(&mut self, wait: Duration, now: Timestamp) {
        let again = now + wait;
        self.again = Some(self.again.map_or(again, |sooner| sooner.min(again)));
    }
}

/// Everybody whose record in the target has to be known.
pub(super) fn whom(person: &Person) -> Vec<String> {
    let groups = person.groups.iter().map(|group| group.id.to_string());
    groups.chain(referred(person)).collect()
}

/// Whom and what the fields of the record refer to.
pub(super) fn referred(person: &Person) -> impl Iterator<Item = String> {
    person.record.fields.values().filter_map(|field| match &field.value {
        FieldValue::Person(other) => Some(other.id.to_string()),
        FieldValue::Group(other) => Some(other.id.to_string()),
        FieldValue::Text(_) | FieldValue::Flag(_) => None,
    })
}

fn once(wish: Wish) -> Wish {
    match wish {
        Wish::Value(value) => Wish::Once(value),
        other => other,
    }
}

/// Why the column cannot be as it should: one that is not there would be ignored without a word, and text in a reference
/// would be kept as nonsense.
fn unfit(
    name: &FieldName,
    wish: &Wish,
    columns: Option<&Columns>,
    reference: Option<&Reference>,
) -> Option<String> {
    let columns = columns.filter(|columns| columns.is_known())?;
    match (columns.get(name.as_str()), wish) {
        (_, Wish::Leave(_)) => None,
        (None, _) => {
            Some(format!("`{USERS}` has no column `{name}`; create it, or take it out of the policy"))
        }
        (Some(Column { reference: Some(table), .. }), Wish::Value(_)) if reference.is_none() => Some(
            format!("the column refers to `{table}`; say so in the policy with `reference = \"{table}\"`"),
        ),
        _ => None,
    }
}
