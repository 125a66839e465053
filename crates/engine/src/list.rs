//! Lists of users, groups or both: bound to the schema, paged by index or cursor, rendered into one answer.

use crate::{Caller, Engine, EngineError, Visibility};
use std::collections::HashMap;
use tenure_scim::Error;
use tenure_scim::filter::Bound;
use tenure_scim::query::{Cursor, ListQuery, Page, Paging, list_response};
use tenure_scim::schema::ResourceType;
use tenure_scim::sort::Order;
use tenure_store::error::StoreError;
use tenure_store::query::{From, Kind, Query, Stored};
use tenure_store::read::resources::GroupOf;

/// A query that has been typed for one resource type.
struct Typed {
    kind: Kind,
    filter: Option<Bound>,
    order: Option<Order>,
}

impl Engine {
    /// GET of a list, or POST to its `.search`.
    ///
    /// # Errors
    /// If the query does not fit the schema, no index serves it and there is too much to look at, or the store fails.
    pub async fn list(&self, caller: &Caller, kind: Kind, query: &ListQuery) -> Result<String, EngineError> {
        let typed = self.typed(kind, query, false)?;
        let count = query.page.count().unwrap_or(self.settings.default_page).min(self.settings.max_page);
        let fingerprint = query.fingerprint(&self.resource_type(kind).endpoint);
        let from = self.from(&query.page, fingerprint)?;
        let (total, resources) = self.page(caller, &typed, from, count).await?;
        let bodies = self.render_page(kind, &resources, query).await?;
        let by_age = typed.order.is_none() && self.visibility(&caller.actor.source) == Visibility::Own;
        let shown = Shown { from, count, total, resources: &resources };
        let paging = self.paging(&query.page, &shown, by_age, fingerprint);
        Ok(list_response(total, &paging, bodies.iter().map(String::as_str)))
    }

    /// GET of the root, or POST to its `.search`: users, then groups (RFC 7644 §3.4.2.1).
    ///
    /// # Errors
    /// As [`Engine::list`]; cursors are not offered here.
    pub async fn list_everything(&self, caller: &Caller, query: &ListQuery) -> Result<String, EngineError> {
        let Page::Index { start, count } = query.page else {
            return Err(
                Error::invalid_cursor("a search over all resource types is paged by startIndex").into()
            );
        };
        let count = count.unwrap_or(self.settings.default_page).min(self.settings.max_page);
        let (mut skip, mut room, mut total, mut bodies) = (start.saturating_sub(1), count, 0, Vec::new());
        for kind in [Kind::Users, Kind::Groups] {
            let typed = self.typed(kind, query, true)?;
            let (found, resources) = self.page(caller, &typed, From::Offset(skip), room).await?;
            skip = skip.saturating_sub(found);
            room -= u32::try_from(resources.len()).unwrap_or(room).min(room);
            total += found;
            bodies.extend(self.render_page(kind, &resources, query).await?);
        }
        Ok(list_response(total, &Paging::Index { start }, bodies.iter().map(String::as_str)))
    }

    fn resource_type(&self, kind: Kind) -> &ResourceType {
        match kind {
            Kind::Users => &self.catalog.user,
            Kind::Groups => &self.catalog.group,
        }
    }

    fn typed(&self, kind: Kind, query: &ListQuery, lenient: bool) -> Result<Typed, EngineError> {
        let resource_type = self.resource_type(kind);
        let bind = |filter: &tenure_scim::filter::Filter| match lenient {
            true => filter.bind_lenient(resource_type),
            false => filter.bind(resource_type),
        };
        let filter = query.filter.as_ref().map(bind).transpose()?;
        let order = match (&query.sort, lenient) {
            (None, _) => None,
            (Some(sort), false) => Some(sort.bind(resource_type)?),
            (Some(sort), true) => sort.bind(resource_type).ok(),
        };
        Ok(Typed { kind, filter, order })
    }

    async fn page(
        &self,
        caller: &Caller,
        typed: &Typed,
        from: From,
        count: u32,
    ) -> Result<(u64, Vec<Stored>), EngineError> {
        let query = Query {
            kind: typed.kind,
            source: &caller.actor.source,
            filter: typed.filter.as_ref(),
            order: typed.order.as_ref(),
            from,
            count,
        };
        let everybody = typed.kind == Kind::Users && self.visibility(&caller.actor.source) == Visibility::All;
        let page = self.store.list(&query).await.map_err(|error| match error {
            StoreError::ScanTooLarge { limit } => EngineError::Request(Error::too_many(format!(
                "no index serves this filter or order, and there are more than {limit} resources to look at; \
                 filter on id, externalId, userName, displayName, emails.value, employeeNumber, active or meta"
            ))),
            other => EngineError::Store(other),
        })?;
        let (mut total, mut resources) = (page.total, page.resources);
        if everybody {
            self.add_unclaimed(caller, typed, from, count, &mut total, &mut resources).await?;
        }
        Ok((total, resources))
    }

    /// Whom the source does not claim comes after whom it claims.
    async fn add_unclaimed(
        &self,
        caller: &Caller,
        typed: &Typed,
        from: From,
        count: u32,
        total: &mut u64,
        resources: &mut Vec<Stored>,
    ) -> Result<(), EngineError> {
        if typed.order.is_some() {
            let detail = "sortBy is not offered to a source that sees everybody; leave it out";
            return Err(Error::invalid_value(detail).into());
        }
        // A place in the order of age says nothing about those who come after; such a cursor is not given out here.
        let From::Offset(offset) = from else { return Err(unknown_cursor().into()) };
        let room = count - u32::try_from(resources.len()).unwrap_or(count).min(count);
        let skip = offset.saturating_sub(*total);
        let filter = typed.filter.as_ref();
        let (others, more) = self.unclaimed_page(&caller.actor.source, filter, skip, room).await?;
        *total += others;
        resources.extend(more);
        Ok(())
    }

    async fn render_page(
        &self,
        kind: Kind,
        resources: &[Stored],
        query: &ListQuery,
    ) -> Result<Vec<String>, EngineError> {
        let mut bodies = Vec::with_capacity(resources.len());
        match kind {
            Kind::Users => {
                let mut groups = self.groups_of_page(resources, query).await?;
                for resource in resources {
                    let groups = groups.remove(&resource.id).unwrap_or_default();
                    bodies.push(self.show_user(resource, &groups, &query.projection).await?.body);
                }
            }
            Kind::Groups => {
                for resource in resources {
                    bodies.push(self.show_stored_group(resource, &query.projection).await?.body);
                }
            }
        }
        Ok(bodies)
    }

    async fn groups_of_page(
        &self,
        resources: &[Stored],
        query: &ListQuery,
    ) -> Result<HashMap<String, Vec<GroupOf>>, EngineError> {
        if resources.is_empty() || !query.projection.wants(&self.catalog.user, "groups") {
            return Ok(HashMap::new());
        }
        let ids: Vec<_> = resources.iter().map(|resource| resource.id.clone()).collect();
        Ok(self.store.groups_of_many(&ids).await?)
    }

    fn from(&self, page: &Page, fingerprint: u64) -> Result<From, EngineError> {
        match page {
            Page::Index { start, .. } => Ok(From::Offset(start.saturating_sub(1))),
            Page::Cursor { cursor: None, .. } => Ok(From::Offset(0)),
            Page::Cursor { cursor: Some(text), .. } => {
                let cursor = Cursor::decode(text)?;
                cursor.check(fingerprint, self.clock.now().as_second(), self.settings.cursor_seconds)?;
                Ok(position(&cursor.position)?)
            }
        }
    }

    fn paging(&self, page: &Page, shown: &Shown<'_>, by_age: bool, query_hash: u64) -> Paging {
        match page {
            Page::Index { start, .. } => Paging::Index { start: *start },
            Page::Cursor { .. } => {
                let issued = self.clock.now().as_second();
                let position = if by_age { shown.next_by_age() } else { shown.next_by_offset() };
                let next = position.map(|position| Cursor { position, query_hash, issued }.encode());
                Paging::Cursor { next, previous: None }
            }
        }
    }
}

/// A page as it was shown.
struct Shown<'a> {
    from: From,
    /// How many were wanted.
    count: u32,
    total: u64,
    resources: &'a [Stored],
}

impl Shown<'_> {
    /// A page that is not full is the last one.
    fn next_by_age(&self) -> Option<String> {
        let full = self.resources.len() == self.count as usize;
        self.resources.last().filter(|_| full).map(|last| format!("after:{}", last.seq))
    }

    fn next_by_offset(&self) -> Option<String> {
        let From::Offset(offset) = self.from else { return None };
        let next = offset + self.resources.len() as u64;
        (!self.resources.is_empty() && next < self.total).then(|| format!("offset:{next}"))
    }
}

/// In order of age a cursor is the place after the last resource; in any other order it is how many came before.
fn position(text: &str) -> Result<From, Error> {
    let (kind, number) = text.split_once(':').ok_or_else(unknown_cursor)?;
    match kind {
        "after" => number.parse().map(From::After).map_err(|_| unknown_cursor()),
        "offset" => number.parse().map(From::Offset).map_err(|_| unknown_cursor()),
        _ => Err(unknown_cursor()),
    }
}

fn unknown_cursor() -> Error {
    Error::invalid_cursor("the cursor is not one of ours; begin again with an empty cursor")
}
