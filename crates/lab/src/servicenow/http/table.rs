//! The Table API: lists, rows, writes.
//!
//! A page is cut before row access rules apply, and the total is counted before them too, so that a page can be short or
//! empty although rows that the caller can see follow.

use std::time::Duration;

use axum::http::Method;
use serde_json::{Map, Value};

use super::answer::Answer;
use super::asked::Asked;
use super::render::Form;
use crate::http::percent_encode;
use crate::servicenow::caller::Caller;
use crate::servicenow::change::Draft;
use crate::servicenow::dictionary::Table;
use crate::servicenow::faults::{Faults, When};
use crate::servicenow::instance::Instance;
use crate::servicenow::observe::Write;
use crate::servicenow::query::Query;
use crate::servicenow::refused::Refused;

/// `sysparm_limit` without a word from the caller.
const LIMIT: usize = 10_000;

/// A call about one table.
struct Call<'a> {
    instance: &'a Instance,
    faults: &'a Faults,
    asked: &'a Asked,
    caller: &'a Caller,
    table: &'a Table,
}

/// Answers a call to the Table API.
pub(super) fn answer(
    instance: &Instance,
    faults: &Faults,
    asked: &Asked,
    caller: &Caller,
    first_version: bool,
    table: &str,
    sys_id: Option<&str>,
) -> Answer {
    let table = match instance.terms(faults, caller).table(table) {
        Ok(table) => table,
        Err(refused) => return Answer::refusal(&refused),
    };
    let call = Call { instance, faults, asked, caller, table };
    let result = match (&asked.method, sys_id) {
        (&Method::GET | &Method::HEAD, None) => Ok(call.list(first_version)),
        (&Method::GET | &Method::HEAD, Some(sys_id)) => call.get(sys_id),
        (&Method::POST, None) => call.post(),
        (&Method::PUT | &Method::PATCH, Some(sys_id)) => call.patch(sys_id),
        (&Method::DELETE, Some(sys_id)) => call.delete(sys_id),
        _ => Ok(Answer::no_method()),
    };
    result.unwrap_or_else(|refused| {
        call.note_vain();
        Answer::refusal(&refused)
    })
}

/// The query of a call: `sysparm_query`, or else its plain `column=value` parameters.
pub(super) fn query(asked: &Asked) -> Query {
    if let Some(query) = asked.parameter("sysparm_query") {
        return Query::parse(query);
    }
    let plain =
        asked.parameters.iter().filter(|(name, _)| !name.starts_with("sysparm_") && name != "x-sn-apikey");
    let conditions: Vec<String> = plain.map(|(name, value)| format!("{name}={value}")).collect();
    Query::parse(&conditions.join("^"))
}

impl Call<'_> {
    fn list(&self, first_version: bool) -> Answer {
        let terms = self.instance.terms(self.faults, self.caller);
        let data = self.instance.data();
        let view = terms.view(&data.store);
        let mut rows = view.search(self.table, &query(self.asked), self.faults.invalid_query_returns_no_rows);
        rows.retain(|row| !terms.is_filtered(self.table, row));
        let number = |name| self.asked.parameter(name).and_then(|text| text.parse::<usize>().ok());
        let (offset, limit) =
            (number("sysparm_offset").unwrap_or(0), number("sysparm_limit").unwrap_or(LIMIT));
        let page = rows.iter().skip(offset).take(limit);
        let form = Form::of(self.asked, self.instance.settings().display_offset);
        let shown: Vec<Value> = page
            .filter(|row| terms.sees(self.table, row))
            .map(|row| form.row(&view, self.table, row))
            .collect();
        if shown.is_empty() && first_version {
            return Answer::no_row();
        }
        let answer = Answer::result(200, Value::Array(shown));
        self.paged(answer, offset, limit, rows.len())
    }

    /// The headers of a list.
    fn paged(&self, answer: Answer, offset: usize, limit: usize, total: usize) -> Answer {
        let counts = !self.asked.is("sysparm_no_count");
        let answer = if counts { answer.header("X-Total-Count", total.to_string()) } else { answer };
        if self.asked.is("sysparm_suppress_pagination_header") || limit == 0 {
            return answer;
        }
        let mut links = Vec::new();
        if offset + limit < total {
            links.push(self.link("next", offset + limit, limit));
        }
        if offset > 0 {
            links.push(self.link("prev", offset.saturating_sub(limit), limit));
        }
        links.push(self.link("first", 0, limit));
        if counts {
            links.push(self.link("last", total.saturating_sub(1) / limit * limit, limit));
        }
        answer.header("Link", links.join(","))
    }

    fn link(&self, relation: &str, offset: usize, limit: usize) -> String {
        let own = ["sysparm_limit", "sysparm_offset"];
        let kept = self.asked.parameters.iter().filter(|(name, _)| !own.contains(&name.as_str()));
        let kept: String = kept.map(|(name, value)| format!("{name}={}&", percent_encode(value))).collect();
        let Asked { origin, path, .. } = self.asked;
        format!("<{origin}{path}?{kept}sysparm_limit={limit}&sysparm_offset={offset}>;rel=\"{relation}\"")
    }

    fn get(&self, sys_id: &str) -> Result<Answer, Refused> {
        let terms = self.instance.terms(self.faults, self.caller);
        let data = self.instance.data();
        let row = terms.find(&data.store, self.table, sys_id).ok_or_else(|| self.no_row(sys_id))?;
        let form = Form::of(self.asked, self.instance.settings().display_offset);
        Ok(Answer::result(200, form.row(&terms.view(&data.store), self.table, &row)))
    }

    fn post(&self) -> Result<Answer, Refused> {
        let draft = match self.draft() {
            Ok(draft) => draft,
            Err(answer) => return Ok(answer),
        };
        let name = &*self.table.name;
        let written = self.instance.edit(self.faults, self.caller, |editor| editor.insert(name, &draft))?;
        let sys_id = written.row.sys_id().to_owned();
        self.note(&sys_id, written.columns);
        let location = format!("{}/api/now/table/{name}/{sys_id}", self.asked.origin);
        Ok(self.written(201, &sys_id, When::Insert).header("Location", location))
    }

    fn patch(&self, sys_id: &str) -> Result<Answer, Refused> {
        let draft = match self.draft() {
            Ok(draft) => draft,
            Err(answer) => return Ok(answer),
        };
        let name = &*self.table.name;
        let written =
            self.instance.edit(self.faults, self.caller, |editor| editor.update(name, sys_id, &draft))?;
        match written.columns.is_empty() {
            true => self.note_vain(),
            false => self.note(sys_id, written.columns),
        }
        Ok(self.written(200, sys_id, When::Update))
    }

    fn delete(&self, sys_id: &str) -> Result<Answer, Refused> {
        let name = &*self.table.name;
        self.instance.edit(self.faults, self.caller, |editor| editor.delete(name, sys_id))?;
        self.note(sys_id, Vec::new());
        Ok(Answer { status: 204, delay: self.delay(When::Delete), ..Answer::default() })
    }

    /// The row as it is after a write; whoever wrote it is shown it, even where they could not read it.
    fn written(&self, status: u16, sys_id: &str, when: When) -> Answer {
        let terms = self.instance.terms(self.faults, self.caller);
        let data = self.instance.data();
        let form = Form::of(self.asked, self.instance.settings().display_offset);
        let row = data.store.rows(&self.instance.dictionary().base(self.table).name).get(sys_id);
        let shown = row.map(|row| form.row(&terms.view(&data.store), self.table, row));
        Answer { delay: self.delay(when), ..Answer::result(status, shown.unwrap_or_default()) }
    }

    fn delay(&self, when: When) -> Duration {
        Duration::from_millis(self.faults.delay_ms(&self.table.name, when))
    }

    /// The values that the body holds; of an array the first element, as the API has it.
    fn draft(&self) -> Result<Draft, Answer> {
        let body: Value = serde_json::from_slice(&self.asked.body)
            .map_err(|error| Answer::unreadable(&error.to_string()))?;
        let object: Map<String, Value> = match body {
            Value::Object(object) => object,
            Value::Array(list) => match list.into_iter().next() {
                Some(Value::Object(object)) => object,
                _ => return Err(Answer::unreadable("the body holds no record")),
            },
            _ => return Err(Answer::unreadable("the body holds no record")),
        };
        Ok(Draft::of_json(&object, self.asked.is("sysparm_input_display_value")))
    }

    fn note(&self, sys_id: &str, columns: Vec<String>) {
        self.instance.note(self.as_write(sys_id, columns));
    }

    /// Counts a write that changed nothing.
    fn note_vain(&self) {
        if self.asked.writes() {
            let mut columns = Vec::new();
            if let Ok(draft) = self.draft() {
                draft.copy_to(|column, _| columns.push(column.to_owned()));
            }
            self.instance.note_vain(self.as_write("", columns));
        }
    }

    fn as_write(&self, sys_id: &str, mut columns: Vec<String>) -> Write {
        columns.sort_unstable();
        Write {
            table: self.table.name.to_string(),
            sys_id: sys_id.to_owned(),
            method: self.asked.method.to_string(),
            columns,
            at: self.instance.now(),
            by: self.caller.user_name.clone(),
        }
    }

    fn no_row(&self, sys_id: &str) -> Refused {
        Refused::NoRow { table: self.table.name.to_string(), sys_id: sys_id.to_owned() }
    }
}
