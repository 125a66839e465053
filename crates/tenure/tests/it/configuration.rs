//! `tenure.toml`: where it is looked for, and what a mistake in it looks like.

use crate::support::Scene;
use insta::assert_snapshot;

/// What `tenure token list` says with this configuration.
fn with(text: &str) -> String {
    let scene = Scene::empty();
    scene.write("tenure.toml", text);
    scene.run(&["token", "list"])
}

#[test]
fn without_a_file_there_is_one_source_and_a_database_here() {
    let scene = Scene::empty();
    assert_snapshot!(scene.run(&["token", "create", "--source", "okta"]), @r"
    exit 0
    --- stdout
    [secret]
    --- stderr
    token `tok_0000000000000001` works until it is revoked; the secret below is not shown again
    ");
    assert!(scene.path().join("tenure.db").exists());
}

#[test]
fn the_file_is_named_by_option_or_environment() {
    let scene = Scene::empty();
    scene.write("a.toml", "[store]\nurl = \"sqlite:a.db\"\n");
    scene.write("b.toml", "[store]\nurl = \"sqlite:b.db\"\n");
    let listed = |words: &[&str]| {
        let output = scene.command(words).env("TENURE_CONFIG", "a.toml").output().unwrap();
        assert!(output.status.success(), "{}", scene.show(&output));
    };
    listed(&["token", "list"]);
    assert!(scene.path().join("a.db").exists() && !scene.path().join("b.db").exists());
    listed(&["token", "list", "--config", "b.toml"]);
    assert!(scene.path().join("b.db").exists() && !scene.path().join("tenure.db").exists());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    assert_snapshot!(Scene::empty().run(&["token", "list", "--config", "nowhere.toml"]), @r"
    exit 1
    --- stderr
    error: configuration file `nowhere.toml` cannot be read
      because: No such file or directory (os error 2)
    ");
}

#[test]
fn an_unknown_key_is_told_with_its_line() {
    assert_snapshot!(with("[server]\nlisten = \"127.0.0.1:1\"\nlisten_on = 3\n"), @r"
    exit 1
    --- stderr
    error: `tenure.toml` cannot be used
      because: line 3, column 1: unknown field `listen_on`, expected one of `listen`, `public_url`, `tls`, `patch_returns`, `rate_limit`, `max_body_bytes`, `max_in_flight`, `timeout_seconds`
    ");
}

#[test]
fn a_value_of_the_wrong_kind_is_told_with_its_line() {
    assert_snapshot!(with("[server]\nmax_in_flight = \"many\"\n"), @r#"
    exit 1
    --- stderr
    error: `tenure.toml` cannot be used
      because: line 2, column 17, `max_in_flight`: invalid type: string, expected a whole number
    "#);
    assert_snapshot!(with("[server]\nlisten = \"localhost\"\n"), @r#"
    exit 1
    --- stderr
    error: `tenure.toml` cannot be used
      because: line 2, column 10, `listen`: invalid address; it must be IP:PORT
    "#);
}

#[test]
fn text_that_is_not_toml_is_told_with_its_line() {
    assert_snapshot!(with("[server\nlisten = 1\n"), @r"
    exit 1
    --- stderr
    error: `tenure.toml` cannot be used
      because: line 1, column 8: unclosed table, expected `]`
    ");
}

#[test]
fn what_this_version_does_not_do_is_said() {
    assert_snapshot!(with("[sources.hr]\nkind = \"workday\"\n"), @r"
    exit 1
    --- stderr
    error: sources.hr.kind is `workday`; this version of Tenure takes `scim`
    ");
    assert_snapshot!(with("[target]\nurl = \"https://example.service-now.com\"\n"), @"
    exit 1
    --- stderr
    error: target.kind is missing; it is `servicenow`, or `none`: Tenure is the directory itself
    ");
    assert_snapshot!(with("[target]\nkind = \"servicenow\"\n"), @"
    exit 1
    --- stderr
    error: target.url is missing; it is the instance, such as `https://example.service-now.com`
    ");
}

#[test]
fn a_secret_that_is_missing_is_named() {
    let store = "[store]\nurl = \"postgres://tenure@127.0.0.1:1/tenure?sslmode=disable\"\n";
    assert_snapshot!(with(&format!("{store}password = {{ env = \"TENURE_DB_PASSWORD\" }}\n")), @r"
    exit 1
    --- stderr
    error: store.password: environment variable `TENURE_DB_PASSWORD` is not set, or is not text
    ");
    assert_snapshot!(with(&format!("{store}password = {{ file = \"secrets/db\" }}\n")), @r"
    exit 1
    --- stderr
    error: store.password: file `secrets/db` cannot be read
      because: No such file or directory (os error 2)
    ");
    assert_snapshot!(with(&format!("{store}password = \"in the clear\"\n")), @r#"
    exit 1
    --- stderr
    error: `tenure.toml` cannot be used
      because: line 3, column 12, `password`: invalid type: string, expected { env = "NAME" } or { file = "PATH" }, never the secret itself
    "#);
}

#[test]
fn a_store_that_cannot_be_opened_is_named_without_its_password() {
    assert_snapshot!(with("[store]\nurl = \"sqlite:nowhere/tenure.db\"\n"), @r"
    exit 1
    --- stderr
    error: the store cannot be used
      because: the database `nowhere/tenure.db` cannot be opened
      because: unable to open database file: nowhere/tenure.db
      because: Error code 14: unable to open database file
    ");
    assert_snapshot!(with("[store]\nurl = \"mysql://tenure@db/tenure\"\n"), @r"
    exit 1
    --- stderr
    error: the store cannot be used
      because: `mysql://tenure@db/tenure` is not a store address; use `sqlite:PATH` or `postgres://USER@HOST/DATABASE`
    ");
    assert_snapshot!(with("[store]\nurl = \"postgres://tenure:hunter2@127.0.0.1:1/tenure?sslmode=disable\"\n"), @r"
    exit 1
    --- stderr
    error: the store cannot be used
      because: the database `postgres://tenure@127.0.0.1:1/tenure` cannot be opened
      because: error connecting to server
      because: Connection refused (os error 111)
    ");
}

#[test]
fn a_file_that_is_no_database_is_left_alone() {
    let scene = Scene::empty();
    let text = "these are somebody's notes, not a database\n".repeat(40);
    scene.write("tenure.db", &text);
    assert_snapshot!(scene.run(&["token", "list"]), @r"
    exit 1
    --- stderr
    error: the store cannot be used
      because: the database `tenure.db` cannot be opened
      because: file is not a database
    ");
    assert_eq!(std::fs::read(scene.path().join("tenure.db")).unwrap(), text.as_bytes());
}

#[test]
fn a_schema_of_another_build_is_refused() {
    let scene = Scene::empty();
    scene.data(&["token", "list"]);
    let mut bytes = std::fs::read(scene.path().join("tenure.db")).unwrap();
    let checksum = regex::bytes::Regex::new("(?-u)[0-9a-f]{64}").unwrap().find(&bytes).unwrap().start();
    bytes[checksum] = if bytes[checksum] == b'0' { b'1' } else { b'0' };
    scene.write("tenure.db", bytes);
    assert_snapshot!(scene.run(&["token", "list"]), @"
    exit 1
    --- stderr
    error: the store cannot be used
      because: migration 13 of this database is not the one that this Tenure knows; it was changed by hand or by another build
    ");
}
