//! People whom a source does not claim, shown to a source that may see everybody (`visibility = "all"`), so that an IdP's
//! import can match people before the first push. Their resource is rendered from the record.

use crate::{Engine, EngineError, Visibility};
use serde_json::{Value, json};
use tenure_identity::id::{PersonId, SourceName};
use tenure_scim::filter::{Bound, CompareOp, Op, Operand};
use tenure_scim::render::Relations;
use tenure_scim::schema::USER;
use tenure_scim::{Error, Object};
use tenure_store::query::{SCAN_LIMIT, Stored};
use tenure_store::read::unclaimed::Unclaimed;

/// People that are read at a time.
const PIECE: u32 = 500;

impl Engine {
    /// Those who satisfy the filter: how many in all, and the ones of this page.
    pub(crate) async fn unclaimed_page(
        &self,
        source: &SourceName,
        filter: Option<&Bound>,
        offset: u64,
        count: u32,
    ) -> Result<(u64, Vec<Stored>), EngineError> {
        let (mut total, mut page) = (0, Vec::new());
        let mut take = |resource: Stored| {
            if total >= offset && page.len() < count as usize {
                page.push(resource);
            }
            total += 1;
        };
        if let Some(pinned) = filter.and_then(pinned) {
            for resource in self.unclaimed_named(source, &pinned).await? {
                if self.satisfies(filter, &resource)? {
                    take(resource);
                }
            }
            return Ok((total, page));
        }
        let (mut after, mut seen) = (String::new(), 0);
        loop {
            let piece = self.store.unclaimed(source, &after, PIECE).await?;
            let (last, length) = (piece.last().map(|person| person.id.to_string()), piece.len());
            for resource in piece.iter().map(rendered) {
                if self.satisfies(filter, &resource)? {
                    take(resource);
                }
            }
            seen += length;
            match last {
                Some(last) if length == PIECE as usize => after = last,
                _ => return Ok((total, page)),
            }
            if seen >= SCAN_LIMIT {
                return Err(
                    Error::too_many(format!("there are more than {SCAN_LIMIT} people to look at")).into()
                );
            }
        }
    }

    async fn unclaimed_named(&self, source: &SourceName, who: &str) -> Result<Vec<Stored>, EngineError> {
        let mut found = Vec::new();
        for id in self.store.find_people(who).await? {
            found.extend(self.store.unclaimed_person(source, &id).await?.as_ref().map(rendered));
        }
        Ok(found)
    }

    fn satisfies(&self, filter: Option<&Bound>, resource: &Stored) -> Result<bool, EngineError> {
        let Some(filter) = filter else { return Ok(true) };
        let document = crate::users::parse(&resource.doc)?;
        Ok(filter.matches(&self.envelope(resource).wrap(document, Relations::None)))
    }

    /// One person whom the source never claimed, if it may see them. After its own DELETE a source gets 404, whatever it
    /// may see of others.
    pub(crate) async fn visible_unclaimed(
        &self,
        source: &SourceName,
        id: &PersonId,
    ) -> Result<Option<Stored>, EngineError> {
        if self.visibility(source) != Visibility::All {
            return Ok(None);
        }
        Ok(self.store.unclaimed_person(source, id).await?.as_ref().map(rendered))
    }
}

/// The text that everybody who satisfies the filter has as login, address, number or id, if there is one.
fn pinned(filter: &Bound) -> Option<String> {
    match filter {
        Bound::And(items) => items.iter().find_map(pinned),
        Bound::Test(test) => match (&test.op, test.target.name().as_str()) {
            (Op::Compare(CompareOp::Eq, Operand::Text(text)), "id" | "userName" | "emails.value") => {
                Some(text.clone())
            }
            _ => None,
        },
        Bound::Element { target, filter } if target.attribute == "emails" => element_value(filter),
        _ => None,
    }
}

fn element_value(filter: &Bound) -> Option<String> {
    match filter {
        Bound::And(items) => items.iter().find_map(element_value),
        Bound::Test(test) if test.target.attribute == "value" => match &test.op {
            Op::Compare(CompareOp::Eq, Operand::Text(text)) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}

/// What the record says, in SCIM's words.
fn rendered(person: &Unclaimed) -> Stored {
    let text = |field: &str| person.record.text(field);
    let mut document = json!({
        "schemas": [USER],
        "userName": text("user_name").unwrap_or(person.id.as_str()),
        "active": person.active,
    });
    let parts = [("givenName", "first_name"), ("middleName", "middle_name"), ("familyName", "last_name")];
    let name: Object = parts
        .into_iter()
        .filter_map(|(part, field)| Some((part.to_owned(), Value::from(text(field)?))))
        .collect();
    if !name.is_empty() {
        document["name"] = Value::Object(name);
    }
    if let Some(email) = text("email") {
        document["emails"] = json!([{ "value": email, "type": "work", "primary": true }]);
    }
    if let Some(title) = text("title") {
        document["title"] = title.into();
    }
    Stored {
        seq: 0,
        id: person.id.to_string(),
        version: person.version,
        created: person.created,
        modified: person.modified,
        doc: document.to_string(),
    }
}
