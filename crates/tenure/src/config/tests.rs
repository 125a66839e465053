use super::*;
use tenure_engine::target::Mode;

fn config(text: &str) -> Result<Config, String> {
    parse(text).and_then(check).map_err(|error| format!("{error:#}"))
}

#[test]
fn nothing_at_all_is_enough() {
    let config = config("").unwrap();
    assert_eq!(config.store_url, "sqlite:tenure.db");
    assert_eq!(config.url(), "http://127.0.0.1:8080");
    assert_eq!(config.sources, [(SourceName::new("okta"), SourceSettings::default())]);
}

#[test]
fn sources_come_in_order_of_rank_then_name() {
    let text = "[sources.okta]\nkind = \"scim\"\n[sources.entra]\nkind = \"scim\"\nvisibility = \"all\"\n\
         [sources.zeta]\nkind = \"scim\"\nrank = 1\n";
    let names: Vec<_> = config(text).unwrap().sources.into_iter().map(|(name, _)| name.to_string()).collect();
    assert_eq!(names, ["zeta", "entra", "okta"]);
}

#[test]
fn mistakes_are_named() {
    let refuse = |text: &str, word: &str| {
        let error = config(text).unwrap_err();
        assert!(error.contains(word), "{error}");
    };
    refuse("[server]\nlisten = \"nonsense\"", "listen");
    refuse("[sevrer]\nlisten = \"127.0.0.1:1\"", "sevrer");
    refuse("[sources.hr]\nkind = \"workday\"", "workday");
    refuse("[sources.\"a b\"]\nkind = \"scim\"", "a b");
    refuse("[server]\npublic_url = \"tenure.example.com\"", "https://");
    refuse("[target]\nkind = \"jira\"", "servicenow");
    refuse("[target]\nkind = \"servicenow\"", "target.url");
    refuse("[target]\nurl = \"https://example.service-now.com\"", "target.kind is missing");
    refuse("[target]\nkey = \"u_key\"", "target.kind is missing");
    refuse("[target]\nkind = \"servicenow\"\nurl = \"http://127.0.0.1:1\"", "target.auth");
    let basic = |rest: &str| {
        format!(
            "[target]\nkind = \"servicenow\"\nurl = \"http://127.0.0.1:1\"\nauth = {{ kind = \"basic\", {rest} }}"
        )
    };
    refuse(&basic("username = \"t\""), "target.auth.password");
    refuse(&basic("username = \"t\", password = \"clear\""), "never the secret itself");
    refuse(&basic("user = \"t\""), "user");
    let far = basic("username = \"t\", password = { env = \"PATH\" }").replace("127.0.0.1:1", "example.com");
    refuse(&far, "target cannot be used");
    refuse("[server]\nrate_limit = { per_second = 0.0 }", "rate_limit");
    refuse("[store]\npassword = {}", "store.password");
    refuse("[store]\npassword = \"clear\"", "password");
}

#[test]
fn what_would_let_nothing_through_is_refused_at_its_place() {
    for (table, keys) in [
        ("server", ["max_body_bytes", "max_in_flight", "timeout_seconds"]),
        ("target", ["concurrency", "timeout_seconds", "lease_seconds"]),
    ] {
        for key in keys {
            let error = config(&format!("[{table}]\n{key} = 0\n")).unwrap_err();
            let place = format!("line 2, column {}, `{key}`", key.len() + 4);
            assert_eq!(error, format!("{place}: it has to be at least 1"));
            assert!(!config(&format!("[{table}]\n{key} = 1\n")).is_err_and(|error| error.contains(key)));
        }
    }
}

#[test]
fn the_key_is_a_column_that_can_be_written() {
    for key in ["sys_id", "sys_created_on"] {
        let error = target_with(&format!("{BASIC}key = \"{key}\"")).unwrap_err();
        assert!(
            error.contains(&format!("target.key is `{key}`")) && error.contains("u_okta_user_id"),
            "{error}"
        );
    }
    assert!(target_with(&format!("{BASIC}key = \"employee_number\"")).is_ok());
}

#[test]
fn a_target_is_read_with_whatever_way_of_signing_in() {
    let with = |auth: &str| {
        let text = format!(
            "[target]\nkind = \"servicenow\"\nurl = \"http://127.0.0.1:1/\"\ndelivery = \"immediate\"\nauth = {{ {auth} }}"
        );
        config(&text).unwrap().target.unwrap()
    };
    let basic = with("kind = \"basic\", username = \"tenure\", password = { env = \"PATH\" }");
    assert_eq!(basic.name, "http://127.0.0.1:1");
    assert_eq!(basic.settings.account.as_deref(), Some("tenure"));
    assert_eq!(basic.settings.mode, Mode::Immediate(Duration::from_secs(10)));
    with("kind = \"oauth\", client_id = \"c\", client_secret = { env = \"PATH\" }");
    with(
        "kind = \"oauth\", client_id = \"c\", client_secret = { env = \"PATH\" }, username = \"u\", \
         password = { env = \"PATH\" }",
    );
    with("kind = \"api_key\", key = { env = \"PATH\" }");
    with(
        "kind = \"oauth\", grant = \"jwt\", client_id = \"c\", private_key = { env = \"PATH\" }, algorithm = \"HS256\", \
         subject = \"tenure\"",
    );
}

#[test]
fn a_target_is_the_same_however_its_address_is_written() {
    let auth = "{ kind = \"basic\", username = \"u\", password = { env = \"PATH\" } }";
    for url in ["https://example.com", "https://example.com/", " HTTPS://Example.COM:443 "] {
        let text = format!("[target]\nkind = \"servicenow\"\nurl = \"{url}\"\nauth = {auth}");
        assert_eq!(config(&text).unwrap().target.unwrap().name, "https://example.com", "{url}");
    }
}

#[test]
fn an_address_that_leads_into_the_instance_is_refused() {
    let auth = "{ kind = \"basic\", username = \"u\", password = { env = \"PATH\" } }";
    for url in ["https://example.service-now.com/api/now", "http://127.0.0.1:1/api/now/table"] {
        let text = format!("[target]\nkind = \"servicenow\"\nurl = \"{url}\"\nauth = {auth}");
        let error = config(&text).unwrap_err();
        assert!(error.contains("`target.url` is the bare instance"), "{error}");
    }
}

fn target_with(rest: &str) -> Result<Option<Target>, String> {
    let text = format!("[target]\nkind = \"servicenow\"\nurl = \"http://127.0.0.1:1\"\n{rest}");
    config(&text).map(|it| it.target)
}

#[test]
fn keys_of_another_way_of_signing_in_are_refused() {
    let secret = "{ env = \"PATH\" }";
    let refuse = |auth: &str, words: &[&str]| {
        let error = target_with(&format!("auth = {{ {} }}", auth.replace("SECRET", secret))).unwrap_err();
        assert!(words.iter().all(|word| error.contains(word)), "{error}");
    };
    let basic = "kind = \"basic\", username = \"u\", password = SECRET";
    let client = "kind = \"oauth\", client_id = \"c\", client_secret = SECRET";
    let by_password = format!("{client}, username = \"u\", password = SECRET");
    let jwt = "kind = \"oauth\", grant = \"jwt\", client_id = \"c\", private_key = SECRET, subject = \"s\"";
    refuse(&format!("{basic}, client_id = \"c\""), &["target.auth.client_id", "kind = \"basic\""]);
    refuse(&format!("{basic}, grant = \"password\""), &["target.auth.grant", "kind = \"oauth\""]);
    refuse("kind = \"api_key\", key = SECRET, username = \"u\"", &["target.auth.username", "api_key"]);
    refuse(&format!("{client}, username = \"u\""), &["target.auth.password is missing"]);
    refuse(&format!("{client}, password = SECRET"), &["target.auth.username is missing"]);
    refuse(&format!("{client}, private_key = SECRET"), &["target.auth.private_key", "grant = \"jwt\""]);
    refuse(&format!("{client}, key = SECRET"), &["target.auth.key", "kind = \"api_key\""]);
    refuse(
        &format!("{by_password}, grant = \"client_credentials\""),
        &["target.auth.username", "client_credentials", "grant = \"password\""],
    );
    refuse(&format!("{by_password}, audience = \"a\""), &["target.auth.audience", "grant = \"jwt\""]);
    refuse(&format!("{jwt}, scope = \"s\""), &["target.auth.scope", "grant = \"jwt\"", "client_credentials"]);
    refuse(&format!("{jwt}, password = SECRET"), &["target.auth.password"]);
    refuse(&format!("{jwt}, algorithm = \"ES512\""), &["target.auth.algorithm is `ES512`", "ES384"]);
}

const BASIC: &str = "auth = { kind = \"basic\", username = \"u\", password = { env = \"PATH\" } }\n";

#[test]
fn a_password_grant_may_have_a_scope() {
    let auth = "kind = \"oauth\", client_id = \"c\", client_secret = { env = \"PATH\" }, username = \"u\", \
                password = { env = \"PATH\" }, scope = \"tables\", token_url = \"http://127.0.0.1:1/token\"";
    assert!(target_with(&format!("auth = {{ {auth} }}")).unwrap().is_some());
}

#[test]
fn an_answer_does_not_wait_longer_than_a_request() {
    let immediate = format!("{BASIC}delivery = \"immediate\"\nwait_seconds = ");
    assert!(target_with(&format!("{immediate}59")).is_ok());
    let error = target_with(&format!("{immediate}60")).unwrap_err();
    assert!(
        error.contains("target.wait_seconds (60)") && error.contains("server.timeout_seconds (60)"),
        "{error}"
    );
    // Nobody waits for what is queued.
    assert!(target_with(&format!("{BASIC}wait_seconds = 90")).is_ok());
}

#[test]
fn a_proxy_has_an_address_and_perhaps_credentials() {
    let proxy = "proxy = \"http://proxy.example.com:3128\"\n";
    let (name, password) = ("proxy_username = \"u\"\n", "proxy_password = { env = \"PATH\" }\n");
    assert!(target_with(&format!("{BASIC}{proxy}")).is_ok());
    assert!(target_with(&format!("{BASIC}{proxy}{name}{password}")).is_ok());
    for (rest, word) in [
        (format!("{proxy}{name}"), "target.proxy_password"),
        (format!("{proxy}{password}"), "target.proxy_username"),
        (format!("{name}{password}"), "target.proxy is missing"),
        ("proxy = \"proxy:3128\"\n".to_owned(), "http://proxy.example.com:3128"),
        (format!("{proxy}{name}proxy_password = \"hunter2\"\n"), "never the secret itself"),
    ] {
        let error = target_with(&format!("{BASIC}{rest}")).unwrap_err();
        assert!(error.contains(word) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_is_written_in_the_clear_is_not_repeated() {
    let url = "[target]\nkind = \"servicenow\"\nurl = \"http://127.0.0.1:1\"\n";
    for text in [
        "[store]\npassword = \"hunter2\"\n".to_owned(),
        "[store]\npassword = \"hunter2\n".to_owned(),
        "[store]\npassword = hunter2\n".to_owned(),
        "[store]\npassword = [\"hunter2\"]\n".to_owned(),
        "[store]\npassword = { env = [\"hunter2\"] }\n".to_owned(),
        "[store]\nurl = \"postgres://u:hunter2@db/tenure\" nonsense\n".to_owned(),
        format!("{url}auth = {{ kind = \"basic\", username = \"t\", password = \"hunter2\" }}"),
        format!("{url}auth = {{ kind = \"basic\", username = \"t\", pasword = \"hunter2\" }}"),
        format!("{url}auth = {{ kind = \"basic\", username = \"t\", password = \"hunter2\""),
        format!("{url}[target.auth]\nkind = \"api_key\"\nkey = \"hunter2\"\n"),
        format!("{url}auth = \"hunter2\"\n"),
    ] {
        let error = config(&text).unwrap_err();
        assert!(error.starts_with("line ") && !error.contains("hunter2"), "{text}\n{error}");
    }
    let error = config("[store]\npassword = 19450507\n").unwrap_err();
    assert!(!error.contains("1945"), "{error}");
}

#[test]
fn an_extension_schema_is_read_in_the_words_of_the_rfc() {
    let text = "[[extensions]]\nresourceType = \"User\"\n[extensions.schema]\nid = \"urn:example:2.0:Badge\"\n\
         name = \"Badge\"\nattributes = [{ name = \"number\", type = \"integer\" }]\n";
    assert!(config(text).unwrap().catalog.user.extension("urn:example:2.0:Badge").is_some());
}
