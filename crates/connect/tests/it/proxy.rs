//! Calling through a proxy: everything that is called, and with which credentials.

use crate::support::{Instance, answer, basic, json as reply, rows};
use serde_json::json;
use tenure_connect::servicenow::{Auth, CallError, Lane, Proxy, Query, ServiceNow, SetUpError, Settings};

/// Nobody listens here: what gets an answer has gone through the proxy.
const NOWHERE: &str = "http://127.0.0.1:9";

fn through(proxy: &Instance, url: &str, auth: Auth, credentials: Option<(&str, &str)>) -> ServiceNow {
    let credentials = credentials.map(|(name, password)| (name.to_owned(), password.into()));
    let proxy = Some(Proxy { url: proxy.url.clone(), credentials });
    ServiceNow::new(Settings { proxy, ..Settings::new(url, auth) }).unwrap()
}

async fn list(client: &ServiceNow) -> Result<(), CallError> {
    client.list(Lane::Normal, "sys_user", &Query::all(), &[]).await.map(drop)
}

#[tokio::test]
async fn calls_and_sign_ins_go_through_the_proxy() {
    let proxy = Instance::start(|asked| match asked.path.as_str() {
        "/oauth_token.do" => reply(200, json!({ "access_token": "t1", "expires_in": 1799 })),
        _ => rows(json!([]), 0),
    })
    .await;
    let auth = Auth::ClientCredentials {
        client_id: "app".into(),
        client_secret: "app-secret".into(),
        scope: None,
        token_url: None,
    };
    list(&through(&proxy, NOWHERE, auth, Some(("porter", "pass")))).await.unwrap();
    let asked = proxy.asked();
    let paths: Vec<_> = asked.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(paths, ["/oauth_token.do", "/api/now/table/sys_user"]);
    assert!(asked.iter().all(|it| it.headers["proxy-authorization"] == "Basic cG9ydGVyOnBhc3M="));
    assert!(asked.iter().all(|it| it.headers["host"] == "127.0.0.1:9"));
    list(&through(&proxy, NOWHERE, basic(), None)).await.unwrap();
    assert!(!proxy.asked().pop().unwrap().headers.contains_key("proxy-authorization"));
}

#[tokio::test]
async fn a_proxy_sees_of_an_instance_only_its_name() {
    let proxy = Instance::start(|_| answer(407, "text/html", "<html>who are you?</html>")).await;
    let client = through(&proxy, "https://example.service-now.com", basic(), Some(("porter", "pass")));
    let error = client.insert(Lane::Normal, "sys_user", &Default::default(), &[]).await.unwrap_err();
    assert!(matches!(error, CallError::Unreachable { .. }), "{error}");
    assert!(error.help().is_some_and(|it| it.contains("proxy")));
    let asked = proxy.asked_once();
    assert_eq!(asked.method, "CONNECT");
    assert_eq!(asked.headers["proxy-authorization"], "Basic cG9ydGVyOnBhc3M=");
    assert!(!asked.headers.contains_key("authorization"));
}

#[test]
fn an_address_that_is_no_proxy_is_refused() {
    for url in
        ["", "proxy:3128", "socks5://proxy:1", "http://porter:pass@proxy:3128", "http://proxy:3128/path?a=b"]
    {
        let proxy = Some(Proxy { url: url.to_owned(), credentials: None });
        let settings = Settings { proxy, ..Settings::new("https://example.service-now.com", basic()) };
        let error = ServiceNow::new(settings).expect_err(url);
        assert!(matches!(error, SetUpError::NotAProxy), "{url}: {error}");
        assert!(!error.to_string().contains("pass@"));
    }
}
