//! References: which person or group goes by what a source said.

use crate::Store;
use crate::driver::{Statement, Value};
use crate::error::StoreError;
use crate::keys;
use std::collections::{BTreeMap, BTreeSet};
use tenure_identity::id::{GroupId, PersonId, SourceName};
use tenure_identity::policy::{GroupKey, PersonKey, ReferenceKey};
use tenure_identity::resolve::{References, Wanted};

/// References that are looked up at a time.
const AT_ONCE: usize = 32;

impl Store {
    /// Who and what goes by these keys, by the word of these sources; a key that several people have means nobody.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn references(
        &self,
        sources: &[&SourceName],
        wanted: &BTreeSet<Wanted>,
    ) -> Result<References, StoreError> {
        let mut references = References::default();
        let keys: BTreeSet<_> = wanted.iter().map(|wanted| (wanted.key, wanted.text.as_str())).collect();
        let keys: Vec<_> = keys.into_iter().collect();
        for keys in keys.chunks(AT_ONCE) {
            let mut rows = self.database.query(referred(sources, keys)).await?;
            let mut found: BTreeMap<i64, BTreeSet<String>> = BTreeMap::new();
            for row in &mut rows {
                found.entry(row.int(0)?).or_default().insert(row.text(1)?);
            }
            for (index, found) in found {
                let wanted = usize::try_from(index).ok().and_then(|index| keys.get(index));
                let (Some((key, text)), Some(id), 1) = (wanted, found.first(), found.len()) else { continue };
                match key {
                    ReferenceKey::Person(key) => {
                        references.insert(*key, (*text).to_owned(), PersonId::new(id));
                    }
                    ReferenceKey::Group(key) => {
                        references.insert_group(*key, (*text).to_owned(), GroupId::new(id));
                    }
                }
            }
        }
        Ok(references)
    }
}

/// Who and what goes by each of the keys, with its place in the list; everything has our own id too.
fn referred(sources: &[&SourceName], keys: &[(ReferenceKey, &str)]) -> Statement {
    let mut looks = Looks::default();
    for (index, (key, text)) in keys.iter().enumerate() {
        match key {
            ReferenceKey::Person(key) => looks.for_person(index, *key, text, sources),
            ReferenceKey::Group(key) => looks.for_group(index, *key, text, sources),
        }
    }
    Statement::built(looks.sql, looks.params)
}

/// Queries that become one.
#[derive(Default)]
struct Looks {
    sql: String,
    params: Vec<Value>,
}

impl Looks {
    fn for_person(&mut self, index: usize, key: PersonKey, text: &str, sources: &[&SourceName]) {
        self.add(index, "id from persons", &[("id", text)], "");
        if key == PersonKey::ExternalId {
            for source in sources {
                let both = [("source", source.as_str()), ("external_id", text)];
                self.add(index, "person_id from claims", &both, "");
            }
        } else {
            let kind = format!(" and kind = {}", keys::kind_of_person(key));
            self.add(index, "person_id from claim_keys", &[("key", text)], &kind);
        }
    }

    fn for_group(&mut self, index: usize, key: GroupKey, text: &str, sources: &[&SourceName]) {
        self.add(index, "id from groups", &[("id", text)], " and live + 0 = 1");
        match key {
            GroupKey::Name => self.add(index, "id from groups", &[("display_key", text)], " and live = 1"),
            GroupKey::ExternalId => sources.iter().for_each(|source| {
                let both = [("source", source.as_str()), ("external_id", text)];
                self.add(index, "id from groups", &both, " and live + 0 = 1");
            }),
        }
    }

    /// One more query: of rows in which each of the columns has its value.
    fn add(&mut self, index: usize, what: &str, columns: &[(&str, &str)], more: &str) {
        let mut conditions = Vec::with_capacity(columns.len());
        for (column, value) in columns {
            self.params.push((*value).into());
            conditions.push(format!("{column} = ${}", self.params.len()));
        }
        let union = if self.sql.is_empty() { "" } else { " union all " };
        let conditions = conditions.join(" and ");
        self.sql += &format!("{union}select cast({index} as bigint) as n, {what} where {conditions}{more}");
    }
}
