//! How long it takes to compile and to evaluate the expressions of a policy: `cargo bench -p tenure-el`.

#![expect(clippy::unwrap_used, reason = "a benchmark that fails panics")]

use serde_json::{Value as Json, json};
use tenure_el::{JsonContext, Options, Program, Settings, Vocabulary};

/// What mappings, roles and scopes look like.
const EXPRESSIONS: [&str; 10] = [
    "user.userName",
    "user.name.givenName + ' ' + user.name.familyName",
    "user.department ?: 'Unassigned'",
    "String.substringBefore(user.email, '@')",
    "String.toLowerCase(String.removeSpaces(user.title))",
    "user.department == 'Sales' AND String.stringContains(user.title, 'Manager')",
    "isMemberOfGroupName('ServiceNow Admins')",
    "user.title matches '(?i).*manager.*' ? 'manager' : 'staff'",
    "user.emails.?[type == 'work'][0].value",
    "Arrays.contains(user.tags, 'remote') ? 1 : 0",
];

fn main() {
    divan::main();
}

fn programs() -> Vec<Program> {
    let compile = |text: &&str| Program::compile(text, &Vocabulary::open(), &Options::default()).unwrap();
    EXPRESSIONS.iter().cycle().take(50).map(compile).collect()
}

fn document() -> Json {
    json!({
        "user": {
            "userName": "ada@example.com", "email": "ada@example.com", "title": "Regional Manager", "department": "Sales",
            "name": { "givenName": "Ada", "familyName": "Lovelace" }, "tags": ["office", "remote"],
            "emails": [{ "type": "home", "value": "a@home.example" }, { "type": "work", "value": "ada@example.com" }],
        },
        "groups": [{ "id": "1", "name": "Everyone" }, { "id": "2", "name": "ServiceNow Users" }],
    })
}

/// Fifty expressions about one person.
#[divan::bench]
fn fifty_expressions(bencher: divan::Bencher<'_, '_>) {
    let (programs, document) = (programs(), document());
    let context = JsonContext::new(&document);
    let settings = Settings::at(jiff::Timestamp::UNIX_EPOCH);
    bencher.bench(|| {
        for program in &programs {
            divan::black_box(program.evaluate(&context, &settings).unwrap());
        }
    });
}

#[divan::bench(args = EXPRESSIONS)]
fn one(bencher: divan::Bencher<'_, '_>, expression: &str) {
    let program = Program::compile(expression, &Vocabulary::open(), &Options::default()).unwrap();
    let document = document();
    let context = JsonContext::new(&document);
    let settings = Settings::at(jiff::Timestamp::UNIX_EPOCH);
    bencher.bench(|| divan::black_box(program.evaluate(&context, &settings).unwrap()).is_null());
}

#[divan::bench]
fn compile_fifty_expressions() -> usize {
    programs().len()
}
