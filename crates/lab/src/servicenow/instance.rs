//! One ServiceNow instance in memory: its rows, its clock, its troubles. What it answers over HTTP is in [`super::http`].
//!
//! From outside, without HTTP, an instance can be read and changed as an administrator would by hand; such changes run
//! through the same business rules and the same audit, but are not among [`Instance::writes`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;

use jiff::Timestamp;

use super::base;
use super::caller::Caller;
use super::change::{Data, Draft, Editor, Terms};
use super::clock::Clock;
use super::dictionary::Dictionary;
use super::faults::draw::Draws;
use super::faults::limit::Counts;
use super::faults::{Faults, RateLimit};
use super::observe::{Calls, Write, Writes};
use super::refused::Refused;
use super::row::Row;
use super::settings::Settings;
use super::tokens::Tokens;

/// An instance. Clones are the same instance.
#[derive(Debug, Clone)]
pub struct Instance {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    settings: Settings,
    dictionary: Dictionary,
    clock: Clock,
    data: RwLock<Data>,
    trouble: Mutex<Trouble>,
    calls: Mutex<Calls>,
    writes: Mutex<Writes>,
    vain: Mutex<Writes>,
    tokens: Mutex<Tokens>,
    hibernates: AtomicBool,
}

/// The schedule of faults and how far it has come.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) faults: Arc<Faults>,
    pub(crate) draws: Draws,
    pub(crate) counts: Counts,
}

impl Instance {
    /// An instance with base rows only: roles, the accounts of the settings, the dictionary.
    pub fn new(settings: Settings) -> Self {
        let dictionary = Dictionary::new(&settings);
        let clock = Clock::default();
        let faults = Arc::new(Faults::default());
        let mut data = Data::new(&dictionary, settings.seed);
        let caller = Caller::by_hand();
        let terms = Terms {
            dictionary: &dictionary,
            settings: &settings,
            faults: &faults,
            caller: &caller,
            now: clock.utc(),
        };
        base::lay(&mut data, terms);
        let trouble = Trouble { draws: Draws::new(&faults), counts: Counts::default(), faults };
        let tokens = Mutex::new(Tokens::new(settings.seed));
        let inner = Inner {
            settings,
            dictionary,
            clock,
            data: RwLock::new(data),
            trouble: Mutex::new(trouble),
            calls: Mutex::default(),
            writes: Mutex::default(),
            vain: Mutex::default(),
            tokens,
            hibernates: AtomicBool::new(false),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Everything of a table, rows of tables that extend it included; nothing if there is no such table.
    pub fn rows(&self, table: &str) -> Vec<Row> {
        let Some(table) = self.dictionary().table(table) else { return Vec::new() };
        let data = self.data();
        let rows = data.store.rows(&self.dictionary().base(table).name).iter();
        let of_class = |row: &&Arc<Row>| {
            table.extends.is_none() || self.dictionary().is_a(row.get("sys_class_name"), &table.name)
        };
        rows.filter(of_class).map(|row| Row::clone(row)).collect()
    }

    /// How many rows a base table has, without copying them.
    pub fn count_of(&self, table: &str) -> usize {
        let base = self.dictionary().table(table).map(|table| self.dictionary().base(table));
        base.map_or(0, |base| self.data().store.rows(&base.name).len())
    }

    /// One row.
    pub fn row(&self, table: &str, sys_id: &str) -> Option<Row> {
        let table = self.dictionary().table(table)?;
        let row = self.data().store.rows(&self.dictionary().base(table).name).get(sys_id).cloned()?;
        Some(Row::clone(&row))
    }

    /// The rows that have exactly this value in a column.
    pub fn find(&self, table: &str, column: &str, value: &str) -> Vec<Row> {
        let Some(base) = self.dictionary().table(table).map(|table| self.dictionary().base(table)) else {
            return Vec::new();
        };
        let data = self.data();
        let rows = data.store.rows(&base.name);
        if rows.has_index(column) && !value.is_empty() {
            return rows.exactly(column, value).into_iter().map(|row| Row::clone(row)).collect();
        }
        rows.iter().filter(|row| row.get(column) == value).map(|row| Row::clone(row)).collect()
    }

    /// Makes a row as an administrator would by hand. A value for `sys_id` is taken, however odd.
    ///
    /// # Errors
    ///
    /// What the API would refuse to an administrator too.
    pub fn insert(&self, table: &str, values: &[(&str, &str)]) -> Result<Row, Refused> {
        let written = self.by_hand(|editor| editor.insert(table, &Draft::new(values.iter().copied())))?;
        Ok(Row::clone(&written.row))
    }

    /// Changes a row as an administrator would by hand.
    ///
    /// # Errors
    ///
    /// What the API would refuse to an administrator too.
    pub fn patch(&self, table: &str, sys_id: &str, values: &[(&str, &str)]) -> Result<Row, Refused> {
        let draft = Draft::new(values.iter().copied());
        let written = self.by_hand(|editor| editor.update(table, sys_id, &draft))?;
        Ok(Row::clone(&written.row))
    }

    /// Deletes a row as an administrator would by hand.
    ///
    /// # Errors
    ///
    /// What the API would refuse to an administrator too.
    pub fn remove(&self, table: &str, sys_id: &str) -> Result<Row, Refused> {
        self.by_hand(|editor| editor.delete(table, sys_id)).map(|row| Row::clone(&row))
    }

    /// How often the instance was called.
    pub fn calls(&self) -> Calls {
        lock(&self.inner.calls).clone()
    }

    /// The writes over the API that changed something, oldest first.
    pub fn writes(&self) -> Vec<Write> {
        lock(&self.inner.writes).all()
    }

    /// The writes over the API that changed nothing, oldest first; the columns are those that were asked for, and there is
    /// no row.
    pub fn writes_in_vain(&self) -> Vec<Write> {
        lock(&self.inner.vain).all()
    }

    /// Counts calls and writes anew.
    pub fn forget(&self) {
        lock(&self.inner.calls).forget();
        lock(&self.inner.vain).forget();
        lock(&self.inner.writes).forget();
    }

    /// Whether calls get a page instead of an answer, as when a developer instance sleeps.
    pub fn hibernate(&self, on: bool) {
        self.inner.hibernates.store(on, Ordering::Relaxed);
    }

    /// Puts the clock ahead: tokens expire, hours of rate limits end.
    pub fn advance(&self, by: Duration) {
        self.inner.clock.advance(by);
    }

    /// The time of the instance.
    pub fn now(&self) -> Timestamp {
        self.inner.clock.now()
    }

    /// The settings that it was made with.
    pub fn settings(&self) -> &Settings {
        &self.inner.settings
    }

    /// The schedule in force.
    pub fn faults(&self) -> Arc<Faults> {
        Arc::clone(&self.trouble().faults)
    }

    /// Puts a schedule in force; chance, counts and the hours of rate limits begin anew.
    pub fn set_faults(&self, faults: Faults) {
        let faults = Arc::new(faults);
        *self.trouble() =
            Trouble { draws: Draws::new(&faults), counts: Counts::default(), faults: Arc::clone(&faults) };
        self.show_rules(&faults);
    }

    /// Shows the rules of a schedule where a client can read them: rate limits and the property.
    fn show_rules(&self, faults: &Faults) {
        for rule in self.rows("sys_rate_limit_rules") {
            _ = self.remove("sys_rate_limit_rules", rule.sys_id());
        }
        for (position, rule) in faults.rate_limit.iter().enumerate() {
            self.show_rate_limit(position, rule);
        }
        let name = "glide.invalid_query.returns_no_rows";
        let value = faults.invalid_query_returns_no_rows.to_string();
        for property in self.find("sys_properties", "name", name) {
            _ = self.patch("sys_properties", property.sys_id(), &[("value", &value)]);
        }
    }

    fn show_rate_limit(&self, position: usize, rule: &RateLimit) {
        let id_of = |table, column, name: &Option<String>| {
            let name = name.as_deref().unwrap_or_default();
            self.find(table, column, name).first().map(|row| row.sys_id().to_owned()).unwrap_or_default()
        };
        let user = rule.user.as_ref().map(|_| id_of("sys_user", "user_name", &rule.user)).unwrap_or_default();
        let role = rule.role.as_ref().map(|_| id_of("sys_user_role", "name", &rule.role)).unwrap_or_default();
        let values = [
            ("sys_id", rule_id(position)),
            ("name", format!("Limit {}", position + 1)),
            ("request_limit", rule.limit.to_string()),
            ("user", user),
            ("role", role),
        ];
        let values: Vec<_> = values.iter().map(|(column, value)| (*column, value.as_str())).collect();
        _ = self.insert("sys_rate_limit_rules", &values);
    }

    /// Gives every row another `sys_id` and leaves all else as it is, as when a clone of another instance whose users are
    /// the same people is laid over this one.
    pub fn clone_over(&self) {
        let mut data = self.data_mut();
        super::clone_over::swap_ids(&mut data, self.dictionary());
    }

    fn by_hand<T>(&self, write: impl FnOnce(&mut Editor<'_>) -> Result<T, Refused>) -> Result<T, Refused> {
        let faults = self.faults();
        let caller = Caller::by_hand();
        self.edit(&faults, &caller, write)
    }

    /// Writes as somebody. The lock is held for the write alone.
    pub(crate) fn edit<T, E>(
        &self,
        faults: &Faults,
        caller: &Caller,
        write: impl FnOnce(&mut Editor<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let terms = self.terms(faults, caller);
        write(&mut Editor { data: &mut self.data_mut(), terms, audited: true })
    }

    pub(crate) fn terms<'a>(&'a self, faults: &'a Faults, caller: &'a Caller) -> Terms<'a> {
        let Inner { settings, dictionary, clock, .. } = &*self.inner;
        Terms { dictionary, settings, faults, caller, now: clock.utc() }
    }

    pub(crate) fn dictionary(&self) -> &Dictionary {
        &self.inner.dictionary
    }

    pub(crate) fn data(&self) -> RwLockReadGuard<'_, Data> {
        self.inner.data.read().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn data_mut(&self) -> RwLockWriteGuard<'_, Data> {
        self.inner.data.write().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn trouble(&self) -> MutexGuard<'_, Trouble> {
        lock(&self.inner.trouble)
    }

    pub(crate) fn tokens(&self) -> MutexGuard<'_, Tokens> {
        lock(&self.inner.tokens)
    }

    pub(crate) fn count(&self, count: impl FnOnce(&mut Calls)) {
        count(&mut lock(&self.inner.calls));
    }

    pub(crate) fn note_vain(&self, write: Write) {
        self.count(|calls| calls.write_in_vain(&write.method, &write.table));
        lock(&self.inner.vain).add(write, self.inner.settings.writes_kept);
    }

    pub(crate) fn note(&self, write: Write) {
        lock(&self.inner.writes).add(write, self.inner.settings.writes_kept);
    }

    pub(crate) fn hibernates(&self) -> bool {
        self.inner.hibernates.load(Ordering::Relaxed)
    }
}

/// The id of the rule that shows a rate limit.
pub(crate) fn rule_id(position: usize) -> String {
    format!("{:032x}", 0x5a7e_0000 + position)
}

/// What a panic left half done in these is a count at worst.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
