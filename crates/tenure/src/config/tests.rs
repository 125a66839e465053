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
    assert_eq!(basic.settings.mode, Mode::Immediate(std::time::Duration::from_secs(10)));
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
fn an_extension_schema_is_read_in_the_words_of_the_rfc() {
    let text = "[[extensions]]\nresourceType = \"User\"\n[extensions.schema]\nid = \"urn:example:2.0:Badge\"\n\
         name = \"Badge\"\nattributes = [{ name = \"number\", type = \"integer\" }]\n";
    assert!(config(text).unwrap().catalog.user.extension("urn:example:2.0:Badge").is_some());
}
