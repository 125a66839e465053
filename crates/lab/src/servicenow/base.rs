//! What an instance has before anybody works with it: roles, accounts, properties, and the dictionary as rows.

use super::change::{Data, Draft, Editor, Terms};
use super::settings::Settings;

const ROLES: &[(&str, &str)] = &[
    ("admin", "The system administrator"),
    ("security_admin", "May change access rules"),
    ("user_admin", "Administers users, groups, locations and companies"),
    ("role_admin", "Administers roles"),
    ("itil", "Works on tasks"),
    ("snc_platform_rest_api_access", "May use the Table, Import Set, Aggregate and Attachment APIs"),
    ("snc_read_only", "Reads and never writes"),
    ("internal_integration_user", "Integrates other systems"),
    ("personalize_dictionary", "Reads and changes the dictionary"),
    ("approver_user", "Approves"),
    ("catalog", "Administers the catalogue"),
    ("knowledge", "Administers knowledge"),
    ("asset", "Manages assets"),
    ("sales_manager", "Manages sales"),
    ("report_user", "Makes reports"),
    ("scim_admin", "Uses the SCIM service, which goes past access rules"),
];

/// Fills an instance that is empty.
pub(crate) fn lay(data: &mut Data, terms: Terms<'_>) {
    let mut editor = Editor { data, terms, audited: false };
    roles(&mut editor);
    accounts(&mut editor, terms.settings);
    dictionary(&mut editor);
    let property = [("name", "glide.invalid_query.returns_no_rows"), ("value", "false"), ("type", "boolean")];
    put(&mut editor, "sys_properties", &property);
    put(
        &mut editor,
        "sys_properties",
        &[("name", "glide.sys.default.tz"), ("value", "GMT"), ("type", "string")],
    );
}

fn put(editor: &mut Editor<'_>, table: &str, values: &[(&str, &str)]) -> String {
    let written = editor.insert(table, &Draft::new(values.iter().copied()));
    written.expect("nothing forbids the base rows").row.sys_id().to_owned()
}

fn roles(editor: &mut Editor<'_>) {
    for (name, description) in ROLES {
        put(editor, "sys_user_role", &[("name", name), ("description", description)]);
    }
}

fn accounts(editor: &mut Editor<'_>, settings: &Settings) {
    for account in &settings.accounts {
        let is_person = account.roles.iter().any(|role| role == "admin");
        let user = put(
            editor,
            "sys_user",
            &[
                ("user_name", &account.user_name),
                ("user_password", &account.password),
                ("last_name", &account.user_name),
                ("web_service_access_only", if is_person { "false" } else { "true" }),
            ],
        );
        for name in &account.roles {
            let known = editor.data.store.rows("sys_user_role").exactly("name", name);
            let role = known.first().map(|role| role.sys_id().to_owned());
            let role = role.unwrap_or_else(|| put(editor, "sys_user_role", &[("name", name)]));
            put(editor, "sys_user_has_role", &[("user", &user), ("role", &role)]);
        }
    }
}

/// `sys_db_object` and `sys_dictionary`, as clients discover tables and columns.
fn dictionary(editor: &mut Editor<'_>) {
    let dictionary = editor.terms.dictionary;
    // A table comes after the one that it extends.
    let (roots, heirs): (Vec<_>, Vec<_>) = dictionary.tables().partition(|table| table.extends.is_none());
    for table in roots.into_iter().chain(heirs) {
        let above = table.extends.as_deref().unwrap_or_default();
        let above = editor.data.store.rows("sys_db_object").exactly("name", above);
        let above = above.first().map(|row| row.sys_id().to_owned()).unwrap_or_default();
        let object = [("name", &*table.name), ("label", &table.label), ("super_class", &above)];
        put(editor, "sys_db_object", &object);
        put(editor, "sys_dictionary", &[("name", &table.name), ("internal_type", "collection")]);
        for column in table.own.iter().map(|name| &table.columns[name]) {
            let flag = |is: bool| if is { "true" } else { "false" };
            let length = column.max_length.to_string();
            let entry = [
                ("name", &*table.name),
                ("element", &column.name),
                ("column_label", &label(&column.name)),
                ("internal_type", &column.internal_type),
                ("max_length", &length),
                ("reference", column.reference.as_deref().unwrap_or_default()),
                ("choice", if column.choice { "1" } else { "0" }),
                ("unique", flag(column.unique)),
                ("mandatory", flag(column.mandatory)),
                ("default_value", column.default.as_deref().unwrap_or_default()),
            ];
            put(editor, "sys_dictionary", &entry);
        }
    }
}

/// `first_name` as people read it: First name.
fn label(column: &str) -> String {
    let words = column.trim_start_matches("sys_").replace('_', " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
