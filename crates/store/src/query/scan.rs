//! The scan: what indexes cannot decide is decided on the resources themselves, in pieces, with a bound.

use super::{ACTIVE, From, Kind, Page, Query, SCAN_LIMIT, Stored, rows, stored};
use crate::Store;
use crate::driver::{Row, Statement};
use crate::encode::texts;
use crate::error::StoreError;
use crate::query::excerpt::Excerpt;
use crate::query::translate::{Condition, and_after};
use serde_json::{Value, json};
use std::collections::HashMap;
use tenure_identity::id::GroupId;
use tenure_scim::Object;
use tenure_scim::sort::{Order, SortKey};

/// Resources that are read at a time; other requests run in between.
const PIECE: u32 = 500;

/// A resource that satisfies the filter, by its place in the order that was asked for.
struct Match {
    key: Option<SortKey>,
    seq: i64,
    /// The resource itself, if it is known already that it is on the page.
    resource: Option<Stored>,
}

/// The groups of each user of a piece, as a filter sees them.
type Groups = HashMap<String, Vec<Value>>;

impl Store {
    pub(super) async fn scanned_page(
        &self,
        query: &Query<'_>,
        condition: Option<Condition>,
    ) -> Result<Page, StoreError> {
        let matches = self.scan(query, condition.as_ref()).await?;
        let total = matches.len() as u64;
        let resources = match query.order {
            None => matches.into_iter().filter_map(|found| found.resource).collect(),
            Some(order) => self.by_seq(query.kind, &sorted(matches, order, query)).await?,
        };
        Ok(Page { total, resources })
    }

    async fn scan(&self, query: &Query<'_>, condition: Option<&Condition>) -> Result<Vec<Match>, StoreError> {
        let excerpt = Excerpt::of(query);
        let (mut after, mut seen, mut kept, mut matches) = (0, 0, 0, Vec::new());
        loop {
            let piece = and_after(condition.cloned(), after);
            let rows = self
                .database
                .query(rows(query, Some(&piece), Condition::by_age(Some(&piece)), PIECE, 0))
                .await?;
            let last = rows.len() < PIECE as usize;
            seen += rows.len();
            let groups = self.groups_of_all(query, &excerpt, &rows).await?;
            for row in rows {
                let (active, resource) = (row.flag(ACTIVE)?, stored(row)?);
                after = resource.seq;
                let Some(key) = self.examine(query, &excerpt, &resource, active, &groups).await? else {
                    continue;
                };
                let on_page =
                    key.is_none() && kept < query.count && is_past(query.from, matches.len(), after);
                kept += u32::from(on_page);
                matches.push(Match { key, seq: after, resource: on_page.then_some(resource) });
            }
            if last {
                return Ok(matches);
            }
            if seen >= SCAN_LIMIT {
                return Err(StoreError::ScanTooLarge { limit: SCAN_LIMIT });
            }
            tokio::task::yield_now().await;
        }
    }

    /// The key by which a resource that satisfies the filter is sorted, if it is sorted at all.
    async fn examine(
        &self,
        query: &Query<'_>,
        excerpt: &Excerpt<'_>,
        resource: &Stored,
        active: bool,
        groups: &Groups,
    ) -> Result<Option<Option<SortKey>>, StoreError> {
        let mut object = excerpt.read(&resource.doc)?;
        add_envelope(&mut object, query.kind, excerpt, resource);
        if query.kind == Kind::Users {
            object.insert("active".into(), active.into());
        }
        if let Some(groups) = groups.get(&resource.id) {
            object.insert("groups".into(), groups.clone().into());
        }
        if query.kind == Kind::Groups && excerpt.has("members") {
            let members = self.members(&GroupId::new(resource.id.as_str()), u32::MAX).await?;
            object.insert(
                "members".into(),
                members.iter().map(|member| Value::Object(member.to_object())).collect(),
            );
        }
        if query.filter.is_some_and(|filter| !filter.matches(&object)) {
            return Ok(None);
        }
        Ok(Some(query.order.map(|order| order.key(&object))))
    }

    /// Groups are not part of a user's document; a filter that asks for them needs them, all of a piece at once.
    async fn groups_of_all(
        &self,
        query: &Query<'_>,
        excerpt: &Excerpt<'_>,
        rows: &[Row],
    ) -> Result<Groups, StoreError> {
        let mut groups = Groups::new();
        if query.kind != Kind::Users || !excerpt.has("groups") {
            return Ok(groups);
        }
        let ids = rows.iter().map(|row| row.clone().text(1)).collect::<Result<Vec<_>, _>>()?;
        let sql = format!(
            "select m.member_id, g.id, g.display_name from members as m join groups as g on g.id = m.group_id \
             where m.member_id in {} and m.present = 1 and g.live = 1 order by g.seq",
            self.database.dialect().array_elements(1)
        );
        for mut row in self.database.query(Statement::built(sql, vec![texts(&ids).into()])).await? {
            let group = json!({ "value": row.text(1)?, "display": row.text(2)? });
            groups.entry(row.text(0)?).or_default().push(group);
        }
        Ok(groups)
    }

    /// These resources, in this order.
    async fn by_seq(&self, kind: Kind, seqs: &[i64]) -> Result<Vec<Stored>, StoreError> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let sql = format!(
            "select seq, {}, version, created_at, modified_at, doc from {} \
             where seq in (select cast(value as bigint) from {} as sought)",
            kind.id(),
            kind.table(),
            self.database.dialect().array_elements(1)
        );
        let rows = self.database.query(Statement::built(sql, vec![json!(seqs).to_string().into()])).await?;
        let found = rows.into_iter().map(|row| stored(row).map(|resource| (resource.seq, resource)));
        let mut found = found.collect::<Result<HashMap<_, _>, _>>()?;
        Ok(seqs.iter().filter_map(|seq| found.remove(seq)).collect())
    }
}

/// Whether the match with this index and sequence number comes at or after the beginning of the page.
fn is_past(from: From, index: usize, seq: i64) -> bool {
    match from {
        From::Offset(offset) => index as u64 >= offset,
        From::After(after) => seq > after,
    }
}

/// The sequence numbers of the page.
fn sorted(mut matches: Vec<Match>, order: &Order, query: &Query<'_>) -> Vec<i64> {
    matches.sort_by(|a, b| match (&a.key, &b.key) {
        (Some(a), Some(b)) => order.compare_keys(a, b),
        _ => a.seq.cmp(&b.seq),
    });
    let past = |(index, found): &(usize, Match)| is_past(query.from, *index, found.seq);
    let page = matches.into_iter().enumerate().filter(past).take(query.count as usize);
    page.map(|(_, found)| found.seq).collect()
}

/// What a filter or an order may ask for beside the document.
fn add_envelope(object: &mut Object, kind: Kind, excerpt: &Excerpt<'_>, resource: &Stored) {
    object.insert("id".into(), resource.id.as_str().into());
    if !excerpt.has("meta") {
        return;
    }
    let resource_type = match kind {
        Kind::Users => "User",
        Kind::Groups => "Group",
    };
    object.insert(
        "meta".into(),
        json!({
            "resourceType": resource_type,
            "created": resource.created.to_string(),
            "lastModified": resource.modified.to_string(),
        }),
    );
}
