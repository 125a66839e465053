//! The scan: what indexes cannot decide is decided on the resources themselves, in pieces, with a bound.

use super::{From, Kind, Page, Query, SCAN_LIMIT, Stored, stored};
use crate::Store;
use crate::driver::Statement;
use crate::encode::object;
use crate::error::StoreError;
use crate::query::translate::{Condition, and_after};
use serde_json::{Value, json};
use tenure_identity::id::{GroupId, PersonId};
use tenure_scim::Object;
use tenure_scim::filter::Bound;
use tenure_scim::sort::SortKey;

/// Resources that are read at a time; other requests run in between.
const PIECE: u32 = 500;

/// A resource that satisfies the filter, by its place in the order that was asked for.
struct Match {
    key: Option<SortKey>,
    seq: i64,
}

impl Store {
    pub(super) async fn scanned_page(
        &self,
        query: &Query<'_>,
        condition: Option<Condition>,
    ) -> Result<Page, StoreError> {
        let mut matches = self.scan(query, condition.as_ref()).await?;
        if let Some(order) = query.order {
            matches.sort_by(|a, b| match (&a.key, &b.key) {
                (Some(a), Some(b)) => order.compare_keys(a, b),
                _ => a.seq.cmp(&b.seq),
            });
        }
        let total = matches.len() as u64;
        let start = match query.from {
            From::Offset(offset) => usize::try_from(offset).unwrap_or(usize::MAX),
            From::After(seq) => matches.partition_point(|found| found.seq <= seq),
        };
        let page = matches.into_iter().skip(start).take(query.count as usize);
        let mut resources = Vec::new();
        for found in page {
            resources.extend(self.by_seq(query.kind, found.seq).await?);
        }
        Ok(Page { total, resources })
    }

    async fn scan(&self, query: &Query<'_>, condition: Option<&Condition>) -> Result<Vec<Match>, StoreError> {
        let (mut after, mut seen, mut matches) = (0, 0, Vec::new());
        loop {
            let piece = and_after(condition.cloned(), after);
            let rows = self.rows(query, Some(&piece), "t.seq", PIECE, 0).await?;
            let last = rows.len() < PIECE as usize;
            seen += rows.len();
            for row in rows {
                let resource = stored(row)?;
                after = resource.seq;
                matches.extend(self.examine(query, &resource).await?);
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

    async fn examine(&self, query: &Query<'_>, resource: &Stored) -> Result<Option<Match>, StoreError> {
        let mut object = object(&resource.doc, "resource")?;
        add_envelope(&mut object, query.kind, resource);
        if let Some(filter) = query.filter {
            self.add_relations(query.kind, filter, &resource.id, &mut object).await?;
            if !filter.matches(&object) {
                return Ok(None);
            }
        }
        let key = query.order.map(|order| order.key(&object));
        Ok(Some(Match { key, seq: resource.seq }))
    }

    /// Members and groups are not part of the document; a filter that asks for them needs them.
    async fn add_relations(
        &self,
        kind: Kind,
        filter: &Bound,
        id: &str,
        object: &mut Object,
    ) -> Result<(), StoreError> {
        match kind {
            Kind::Groups if mentions(filter, "members") => {
                let members = self.members(&GroupId::new(id), u32::MAX).await?;
                let members = members.iter().map(|member| Value::Object(member.to_object()));
                object.insert("members".into(), members.collect());
            }
            Kind::Users if mentions(filter, "groups") => {
                let groups = self.groups_of(&PersonId::new(id)).await?;
                let groups =
                    groups.iter().map(|group| json!({ "value": group.id, "display": group.display_name }));
                object.insert("groups".into(), groups.collect());
            }
            Kind::Users | Kind::Groups => {}
        }
        Ok(())
    }

    async fn by_seq(&self, kind: Kind, seq: i64) -> Result<Option<Stored>, StoreError> {
        let sql = match kind {
            Kind::Users => {
                "select seq, person_id, version, created_at, modified_at, doc from claims where seq = $1"
            }
            Kind::Groups => {
                "select seq, id, version, created_at, modified_at, doc from groups where seq = $1"
            }
        };
        let rows = self.database.query(Statement::new(sql, [seq.into()])).await?;
        rows.into_iter().next().map(stored).transpose()
    }
}

/// What a filter or an order may ask for beside the document.
fn add_envelope(object: &mut Object, kind: Kind, resource: &Stored) {
    let resource_type = match kind {
        Kind::Users => "User",
        Kind::Groups => "Group",
    };
    object.insert("id".into(), resource.id.as_str().into());
    object.insert(
        "meta".into(),
        json!({
            "resourceType": resource_type,
            "created": resource.created.to_string(),
            "lastModified": resource.modified.to_string(),
        }),
    );
}

fn mentions(filter: &Bound, attribute: &str) -> bool {
    match filter {
        Bound::And(items) | Bound::Or(items) => items.iter().any(|item| mentions(item, attribute)),
        Bound::Not(inner) => mentions(inner, attribute),
        Bound::Test(test) => test.target.attribute == attribute,
        Bound::Element { target, .. } => target.attribute == attribute,
        Bound::Never => false,
    }
}
