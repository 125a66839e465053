//! A clone over the instance: every row gets another id, and everything that refers to it follows.

use std::collections::HashMap;
use std::sync::Arc;

use super::change::Data;
use super::dictionary::{Column, Dictionary, Kind};
use super::row::Row;
use super::store::Store;

/// Columns that hold ids without being references.
const PLAIN: [&str; 3] = ["element_id", "documentkey", "document_id"];

/// Gives every row a new id.
pub(crate) fn swap_ids(data: &mut Data, dictionary: &Dictionary) {
    let old: Vec<String> =
        data.store.tables().flat_map(|(_, rows)| rows.iter().map(|row| row.sys_id().to_owned())).collect();
    let new: HashMap<String, String> = old.into_iter().map(|id| (id, data.new_id())).collect();
    let mut store = Store::new(dictionary);
    for (name, rows) in data.store.tables() {
        for row in rows.iter() {
            store.rows_mut(name).put(swapped(dictionary, name, row, &new));
        }
    }
    data.store = store;
    data.follow(&new);
}

fn swapped(dictionary: &Dictionary, base: &str, row: &Row, new: &HashMap<String, String>) -> Row {
    let class =
        dictionary.table(row.get("sys_class_name")).filter(|class| &*dictionary.base(class).name == base);
    let table = class.or_else(|| dictionary.table(base)).expect("the base table is in the dictionary");
    let mut copy = row.clone();
    for column in table.columns.values().filter(|column| holds_ids(column)) {
        let ids = row.get(&column.name).split(',').map(|id| new.get(id).map_or(id, String::as_str));
        copy.set(&column.name, &ids.collect::<Vec<_>>().join(","));
    }
    copy
}

fn holds_ids(column: &Column) -> bool {
    let is_typed = matches!(column.kind, Kind::Reference | Kind::Id) || column.internal_type == "glide_list";
    is_typed || PLAIN.contains(&&*column.name)
}

impl Data {
    /// The rings name their rows by id too.
    fn follow(&mut self, new: &HashMap<String, String>) {
        for id in self.rings.values_mut().flatten() {
            if let Some(new) = new.get(&**id) {
                *id = Arc::from(new.as_str());
            }
        }
    }
}
