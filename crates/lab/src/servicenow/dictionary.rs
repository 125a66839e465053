//! The dictionary: which tables there are, which columns they have, of what type and length, and who extends whom.
//!
//! The tables stand in `dictionary.txt`. The instance shows them as rows of `sys_dictionary` and `sys_db_object`, but what
//! it enforces is what stands here: a change to those rows alters nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::settings::Settings;

const BUILT_IN: &str = include_str!("dictionary.txt");

/// What a column holds; the names are ServiceNow's internal types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Boolean,
    Integer,
    Reference,
    /// A `sys_id`: compared byte by byte.
    Id,
    DateTime,
    Date,
    Journal,
    Password,
}

/// One column of a table.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub(crate) name: Arc<str>,
    pub(crate) kind: Kind,
    /// The type as `sys_dictionary` shows it.
    pub(crate) internal_type: String,
    pub(crate) max_length: usize,
    pub(crate) reference: Option<Arc<str>>,
    pub(crate) unique: bool,
    pub(crate) indexed: bool,
    pub(crate) mandatory: bool,
    pub(crate) choice: bool,
    pub(crate) default: Option<String>,
    labels: Vec<(String, String)>,
}

/// One table with all its columns, inherited ones included.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    pub(crate) name: Arc<str>,
    pub(crate) label: String,
    pub(crate) extends: Option<Arc<str>>,
    /// The column that stands for a row where it is referred to.
    pub(crate) display: Arc<str>,
    /// The columns that are its own, in order.
    pub(crate) own: Vec<Arc<str>>,
    pub(crate) columns: BTreeMap<Arc<str>, Column>,
}

/// All tables.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    tables: BTreeMap<Arc<str>, Table>,
}

impl Column {
    /// Reads a line of `dictionary.txt`; a line that is none is a mistake in this crate or in the settings.
    fn parse(line: &str) -> Option<Self> {
        let (line, default) = option(line, " default=");
        let (line, labels) = option(&line, " labels=");
        // A default may have blanks in it, and so may labels; whichever comes last has taken the other with it.
        let (default, labels) = match (default, labels) {
            (Some(both), None) if both.contains(" labels=") => {
                let (default, labels) = both.split_once(" labels=")?;
                (Some(default.to_owned()), Some(labels.to_owned()))
            }
            other => other,
        };
        let mut words = line.split_whitespace();
        let (name, internal_type) = (words.next()?, words.next()?);
        let max_length = words.next()?.parse().ok()?;
        let flags: Vec<&str> = words.collect();
        let has = |flag: &str| flags.contains(&flag);
        Some(Self {
            name: name.into(),
            kind: Kind::of(internal_type),
            internal_type: internal_type.to_owned(),
            max_length,
            reference: flags.iter().find_map(|flag| flag.strip_prefix("ref=")).map(Into::into),
            unique: has("unique"),
            indexed: has("indexed") || has("unique"),
            mandatory: has("mandatory"),
            choice: has("choice"),
            default,
            labels: labels.map(|text| pairs(&text)).unwrap_or_default(),
        })
    }

    /// The value that people see as this label.
    pub(crate) fn stored<'a>(&'a self, label: &'a str) -> &'a str {
        self.labels.iter().find(|(_, it)| it == label).map_or(label, |(stored, _)| stored)
    }

    /// What people see instead of the value.
    pub(crate) fn label<'a>(&'a self, value: &'a str) -> &'a str {
        self.labels.iter().find(|(stored, _)| stored == value).map_or(value, |(_, label)| label)
    }
}

impl Kind {
    fn of(internal_type: &str) -> Self {
        match internal_type {
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "reference" => Self::Reference,
            "GUID" => Self::Id,
            "glide_date_time" => Self::DateTime,
            "glide_date" => Self::Date,
            "journal_input" => Self::Journal,
            "password" => Self::Password,
            _ => Self::Text,
        }
    }
}

impl Dictionary {
    /// The built-in tables, with the columns that the settings add or leave out.
    pub(crate) fn new(settings: &Settings) -> Self {
        let mut lines: Vec<(String, Vec<Column>)> = Vec::new();
        for line in BUILT_IN.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            match (line.starts_with('['), lines.last_mut()) {
                (false, Some((_, columns))) => columns.push(Column::parse(line).expect("a column")),
                _ => lines.push((line.to_owned(), Vec::new())),
            }
        }
        let (_, common) = lines.remove(0);
        let mut dictionary = Self { tables: BTreeMap::new() };
        for (head, columns) in lines {
            dictionary.add(&head, columns, &common);
        }
        dictionary.adjust(settings);
        dictionary
    }

    /// The table of this name.
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(name)
    }

    /// All tables by name.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &Table> {
        self.tables.values()
    }

    /// The table at the root of this one's family, which holds the rows of the whole family.
    pub(crate) fn base<'a>(&'a self, table: &'a Table) -> &'a Table {
        table.extends.as_ref().and_then(|name| self.table(name)).map_or(table, |above| self.base(above))
    }

    /// Whether rows of class `class` are rows of `table`.
    pub(crate) fn is_a(&self, class: &str, table: &str) -> bool {
        let above = || self.table(class).and_then(|it| it.extends.as_deref());
        class == table || above().is_some_and(|above| self.is_a(above, table))
    }

    fn add(&mut self, head: &str, columns: Vec<Column>, common: &[Column]) {
        let (name, rest) = head.trim_start_matches('[').split_once("] ").expect("a head of a table");
        let mut parts = rest.split(", ");
        let label = parts.next().expect("a label").to_owned();
        let options: Vec<_> = parts.filter_map(|part| part.split_once('=')).collect();
        let value = |key| options.iter().find(|(it, _)| *it == key).map(|(_, value)| *value);
        let extends: Option<Arc<str>> = value("extends").map(Into::into);
        let inherited = extends.as_deref().and_then(|it| self.table(it)).map(|it| it.columns.clone());
        let start: Vec<Column> = if extends.is_none() { common.to_vec() } else { Vec::new() };
        let own: Vec<Column> = start.into_iter().chain(columns).collect();
        let mut all = inherited.unwrap_or_default();
        let names = own.iter().map(|column| Arc::clone(&column.name)).collect();
        all.extend(own.into_iter().map(|column| (Arc::clone(&column.name), column)));
        let display = value("display").unwrap_or("sys_id").into();
        let table = Table { name: name.into(), label, extends, display, own: names, columns: all };
        self.tables.insert(Arc::clone(&table.name), table);
    }

    fn adjust(&mut self, settings: &Settings) {
        for (table, line) in &settings.columns {
            let column = Column::parse(line).expect("a column as in dictionary.txt");
            let table = self.tables.get_mut(table.as_str()).expect("a table of the instance");
            table.own.push(Arc::clone(&column.name));
            table.columns.insert(Arc::clone(&column.name), column);
        }
        for (table, column) in &settings.without_columns {
            if let Some(table) = self.tables.get_mut(table.as_str()) {
                table.own.retain(|it| **it != **column);
                table.columns.remove(column.as_str());
            }
        }
    }
}

/// The line without the option, and what the option says; an option's text goes to the next option or to the end.
fn option(line: &str, key: &str) -> (String, Option<String>) {
    match line.split_once(key) {
        Some((before, value)) => (before.to_owned(), Some(value.to_owned())),
        None => (line.to_owned(), None),
    }
}

fn pairs(text: &str) -> Vec<(String, String)> {
    let pair = |it: &str| it.split_once(':').map(|(value, label)| (value.to_owned(), label.to_owned()));
    text.split(';').filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read_and_every_reference_leads_somewhere_or_is_known_not_to() {
        let dictionary = Dictionary::new(&Settings::default());
        let outside = ["ldap_server_config", "sys_perspective", "business_unit"];
        for table in dictionary.tables() {
            assert!(table.columns.contains_key(&table.display), "{}", table.name);
            for reference in table.columns.values().filter_map(|column| column.reference.as_deref()) {
                assert!(dictionary.table(reference).is_some() || outside.contains(&reference), "{reference}");
            }
        }
    }

    #[test]
    fn defaults_and_labels_may_have_blanks() {
        let column = Column::parse("state string 40 choice default=not requested labels=a:A b;c:D").unwrap();
        assert_eq!(column.default.as_deref(), Some("not requested"));
        assert_eq!((column.label("a"), column.label("x")), ("A b", "x"));
        assert!(column.choice && !column.unique);
    }

    #[test]
    fn families_share_columns_and_rows() {
        let dictionary = Dictionary::new(&Settings::default());
        let incident = dictionary.table("incident").unwrap();
        assert!(incident.columns.contains_key("assigned_to") && incident.columns.contains_key("caller_id"));
        assert_eq!(&*dictionary.base(incident).name, "task");
        assert!(dictionary.is_a("incident", "task") && !dictionary.is_a("task", "incident"));
    }
}
