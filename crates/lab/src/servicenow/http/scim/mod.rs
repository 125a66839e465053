//! ServiceNow's own SCIM service (`/api/now/scim`, plugin `com.snc.integration.scim2`), with its mapping and its traps.
//!
//! A DELETE deletes the row, `externalId` is unique nowhere, the enterprise extension is thrown away, and whoever may call it
//! may do everything. [`attribute`] says what is which column; the set-up that the owner chooses is
//! [`crate::servicenow::faults::Scim`]. No Bulk, no `.search`, no `/Me`, no entity tags: the service has none.

mod attribute;
pub(super) mod discovery;
mod document;
mod failure;
mod filter;
mod list;
mod patch;
mod project;
mod record;
mod save;

use std::borrow::Cow;
use std::time::Duration;

use axum::http::Method;
use serde_json::Value;

use super::answer::{Answer, Media};
use super::asked::Asked;
use crate::servicenow::caller::Caller;
use crate::servicenow::change::Editor;
use crate::servicenow::faults::{Faults, When};
use crate::servicenow::instance::Instance;
use crate::servicenow::observe::Write;
use crate::servicenow::query::bind::View;
use crate::servicenow::refused::Refused;
use attribute::KINDS;
pub(super) use attribute::Kind;
use document::Document;
use failure::Failure;
use project::Projection;
use record::Reader;
use save::{Saved, save};

/// The type of resource that a path names.
pub(super) fn kind(endpoint: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.endpoint == endpoint)
}

/// A call about resources of one kind.
struct Call<'a> {
    instance: &'a Instance,
    faults: &'a Faults,
    asked: &'a Asked,
    caller: &'a Caller,
    kind: &'static Kind,
}

/// Answers a call to the SCIM service.
pub(super) fn answer(
    instance: &Instance,
    faults: &Faults,
    asked: &Asked,
    caller: &Caller,
    kind: &'static Kind,
    id: Option<&str>,
) -> Answer {
    if !faults.scim.installed {
        return Answer::no_resource();
    }
    if !caller.has("scim_admin") {
        return Failure::forbidden().into_answer();
    }
    let caller = &caller.unbound();
    let faults = match faults.scim.rules {
        true => Cow::Borrowed(faults),
        false => Cow::Owned(Faults { scim: faults.scim.clone(), lock_out: false, ..Faults::default() }),
    };
    let call = Call { instance, faults: &faults, asked, caller, kind };
    let result = match (&asked.method, id) {
        (&Method::GET, None) => list::answer(&call),
        (&Method::GET, Some(id)) => call.get(id),
        _ if kind.read_only => Err(Failure::no_method()),
        (&Method::POST, None) => call.post(),
        (&Method::PUT, Some(id)) => call.put(id),
        (&Method::PATCH, Some(id)) => call.patch(id),
        (&Method::DELETE, Some(id)) => call.delete(id),
        _ => Err(Failure::no_method()),
    };
    result.unwrap_or_else(|failure| {
        call.note_vain();
        failure.into_answer()
    })
}

impl Call<'_> {
    fn post(&self) -> Result<Answer, Failure> {
        let document = self.body()?;
        document::check_schemas(&document)?;
        self.check(&document)?;
        let (id, answer) =
            self.write(201, When::Insert, |editor| save(editor, self.kind, None, &document))?;
        Ok(answer.header("Location", format!("{}/{}/{id}", self.base(), self.kind.endpoint)))
    }

    fn put(&self, id: &str) -> Result<Answer, Failure> {
        let document = self.body()?;
        document::check_schemas(&document)?;
        self.check(&document)?;
        let save = |editor: &mut Editor<'_>| save(editor, self.kind, Some(id), &document);
        Ok(self.write(200, When::Update, save)?.1)
    }

    fn patch(&self, id: &str) -> Result<Answer, Failure> {
        let body = self.body()?;
        // What is there is read under the same lock, or of two calls that add members one would be lost.
        let change = |editor: &mut Editor<'_>| {
            let reader = self.reader(editor.terms.view(&editor.data.store));
            let mut document =
                self.document(&reader, id, &Projection::default()).ok_or_else(|| self.not_found(id))?;
            patch::apply(&mut document, &body, &self.faults.scim, |document| self.check(document))?;
            save(editor, self.kind, Some(id), &document)
        };
        let (_, answer) = self.write(200, When::Update, change)?;
        match self.kind.is_group() && self.faults.scim.group_patch_no_content {
            true => Ok(Answer { status: 204, body: String::new(), ..answer }),
            false => Ok(answer),
        }
    }

    fn delete(&self, id: &str) -> Result<Answer, Failure> {
        let deleted =
            self.instance.edit(self.faults, self.caller, |editor| editor.delete(self.kind.table, id));
        deleted.map_err(|refused| match refused {
            Refused::NoRow { .. } => self.not_found(id),
            other => other.into(),
        })?;
        self.note(self.kind.table, id, self.asked.method.as_str(), Vec::new());
        Ok(Answer { status: 204, delay: self.delay(When::Delete), ..Answer::default() })
    }

    /// Carries out a write; gives back the id, and the resource as it is afterwards.
    fn write(
        &self,
        status: u16,
        when: When,
        write: impl FnOnce(&mut Editor<'_>) -> Result<Saved, Failure>,
    ) -> Result<(String, Answer), Failure> {
        let projection = Projection::of(self.asked)?;
        let saved = self.instance.edit(self.faults, self.caller, write)?;
        for (table, sys_id, method, columns) in &saved.writes {
            let method = method.unwrap_or(self.asked.method.as_str());
            self.note(table, sys_id, method, columns.clone());
        }
        if saved.writes.is_empty() {
            self.note_vain();
        }
        let answer = self.found(status, &saved.sys_id, &projection)?;
        Ok((saved.sys_id, Answer { delay: self.delay(when), ..answer }))
    }

    fn delay(&self, when: When) -> Duration {
        Duration::from_millis(self.faults.delay_ms(self.kind.table, when))
    }

    fn check(&self, document: &Document) -> Result<(), Failure> {
        let set_up = &self.faults.scim;
        document::check(self.kind, &self.kind.attributes(set_up), set_up, document)
    }

    fn get(&self, id: &str) -> Result<Answer, Failure> {
        self.found(200, id, &Projection::of(self.asked)?)
    }

    /// The resource of this id.
    fn found(&self, status: u16, id: &str, projection: &Projection<'_>) -> Result<Answer, Failure> {
        let terms = self.instance.terms(self.faults, self.caller);
        let data = self.instance.data();
        let document = self.document(&self.reader(terms.view(&data.store)), id, projection);
        document.map(|it| json(status, &Value::Object(it))).ok_or_else(|| self.not_found(id))
    }

    fn reader<'r>(&'r self, view: View<'r>) -> Reader<'r> {
        Reader::new(self.kind, view, &self.faults.scim)
    }

    fn document(&self, reader: &Reader<'_>, id: &str, projection: &Projection<'_>) -> Option<Document> {
        let row = reader.view.store.rows(self.kind.table).get(id)?;
        Some(self.shown(reader, &reader.record(row), projection))
    }

    /// A record as it is answered with.
    fn shown(
        &self,
        reader: &Reader<'_>,
        record: &record::Record<'_>,
        projection: &Projection<'_>,
    ) -> Document {
        let mut document = reader.resource(record, &self.base());
        if self.kind.is_group() && projection.wants("members") {
            let members = record::members(&reader.view, record.row.sys_id(), &self.base());
            document.insert("members".to_owned(), Value::Array(members));
        }
        projection.apply(document)
    }

    fn body(&self) -> Result<Document, Failure> {
        match serde_json::from_slice(&self.asked.body) {
            Ok(Value::Object(document)) => Ok(document),
            Ok(_) => Err(Failure::syntax("The body must be a JSON object")),
            Err(error) => Err(Failure::syntax(error.to_string())),
        }
    }

    fn base(&self) -> String {
        format!("{}/api/now/scim", self.asked.origin)
    }

    fn not_found(&self, id: &str) -> Failure {
        Failure::not_found(self.kind.name, id)
    }

    fn note(&self, table: &str, sys_id: &str, method: &str, mut columns: Vec<String>) {
        columns.sort_unstable();
        self.instance.note(self.as_write(table, sys_id, method, columns));
    }

    /// Counts a write that changed nothing.
    fn note_vain(&self) {
        if self.asked.writes() {
            let write = self.as_write(self.kind.table, "", self.asked.method.as_str(), Vec::new());
            self.instance.note_vain(write);
        }
    }

    fn as_write(&self, table: &str, sys_id: &str, method: &str, columns: Vec<String>) -> Write {
        Write {
            table: table.to_owned(),
            sys_id: sys_id.to_owned(),
            method: method.to_owned(),
            columns,
            at: self.instance.now(),
            by: self.caller.user_name.clone(),
        }
    }
}

/// SCIM's JSON.
fn json(status: u16, body: &Value) -> Answer {
    Answer { media: Media::Scim, ..Answer::json(status, body) }
}
