//! How to reach an instance and as whom. Settings are checked once, when a client is made; secrets do not print.

use super::auth::{self, Credentials};
use reqwest::Url;
use secrecy::SecretString;
use std::time::Duration;

/// How to reach one instance, as whom, and how hard to press.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `https://INSTANCE.service-now.com`; plain HTTP only towards this machine.
    pub url: String,
    /// As whom to call.
    pub auth: Auth,
    /// Through what to call, token endpoint included. Without it, as the system's proxy variables say.
    pub proxy: Option<Proxy>,
    /// The most calls at one time. The client goes below it by itself when the instance struggles.
    pub concurrency: usize,
    /// How long one call may take, from the connection to the last byte.
    pub timeout: Duration,
    /// How long one call may wait in all because the instance allows no more calls for now.
    pub patience: Duration,
    /// How long credentials that were refused are left alone, the first time: refused sign-ins lock accounts.
    pub hold: Duration,
    /// How many requests one call of the Batch API may carry.
    pub batch: usize,
}

impl Settings {
    /// Settings with 8 calls at a time of 60 s each, 2 minutes of patience, a minute's hold, and 50 requests in a batch.
    pub fn new(url: impl Into<String>, auth: Auth) -> Self {
        Self {
            url: url.into(),
            auth,
            proxy: None,
            concurrency: 8,
            timeout: Duration::from_secs(60),
            patience: Duration::from_secs(120),
            hold: Duration::from_secs(60),
            batch: 50,
        }
    }
}

/// A proxy between us and the instance. It sees the instance's name, and nothing of what is sent to it.
#[derive(Debug, Clone)]
pub struct Proxy {
    /// `http://PROXY:PORT`, or `https`.
    pub url: String,
    /// Name and password, if it wants to know who asks.
    pub credentials: Option<(String, SecretString)>,
}

/// The ways in which an instance lets a program sign in. A `token_url` of `None` is `{url}/oauth_token.do`.
#[derive(Debug, Clone)]
pub enum Auth {
    /// HTTP Basic.
    Basic {
        /// The integration account.
        username: String,
        /// Its password.
        password: SecretString,
    },
    /// OAuth with the password grant. The account must be allowed an interactive session.
    Password {
        /// The OAuth application.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
        /// The integration account.
        username: String,
        /// Its password.
        password: SecretString,
        /// What the token shall allow, if the application has scopes.
        scope: Option<String>,
        /// Where tokens are had.
        token_url: Option<String>,
    },
    /// OAuth with the client credentials grant: runs as the user named in the application's registry entry.
    ClientCredentials {
        /// The OAuth application.
        client_id: String,
        /// Its secret.
        client_secret: SecretString,
        /// What the token shall allow, if the application has scopes.
        scope: Option<String>,
        /// Where tokens are had.
        token_url: Option<String>,
    },
    /// OAuth with a signed assertion (RFC 7523).
    Jwt {
        /// The OAuth application, which is the assertion's issuer.
        client_id: String,
        /// Its secret, if the registry entry asks for it.
        client_secret: Option<SecretString>,
        /// The private key as PEM; for `Hs*` the shared secret itself.
        key_pem: SecretString,
        /// What to sign with.
        algorithm: SigningAlgorithm,
        /// The value of the user field that the registry entry maps.
        subject: String,
        /// Whom the assertion is for: the token endpoint if `None`. Older set-ups want the client id.
        audience: Option<String>,
        /// The key's id in the registry entry.
        key_id: Option<String>,
        /// Where tokens are had.
        token_url: Option<String>,
    },
    /// A REST API key, sent as `x-sn-apikey`.
    ApiKey {
        /// The key.
        key: SecretString,
    },
}

/// The algorithms that ServiceNow takes for assertions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names of RFC 7518 section 3.1")]
pub enum SigningAlgorithm {
    Rs256,
    Rs384,
    Rs512,
    Es256,
    Es384,
    Hs256,
    Hs384,
    Hs512,
}

impl SigningAlgorithm {
    /// Reads `RS256` and the like. ES512 is missing because the library that signs does not know it.
    pub fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "RS256" => Self::Rs256,
            "RS384" => Self::Rs384,
            "RS512" => Self::Rs512,
            "ES256" => Self::Es256,
            "ES384" => Self::Es384,
            "HS256" => Self::Hs256,
            "HS384" => Self::Hs384,
            "HS512" => Self::Hs512,
            _ => return None,
        })
    }
}

/// Why no client can be made of these settings.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// Not an address.
    #[error("the {which} address is not a URL; it looks like `https://example.service-now.com`")]
    NotAnAddress {
        /// `instance` or `token`.
        which: &'static str,
    },
    /// Everything that is sent could be read on the way.
    #[error(
        "the {which} address `{host}` is not https, so that passwords and people's data could be read on the way; only this machine itself may be called by http"
    )]
    NotEncrypted {
        /// `instance` or `token`.
        which: &'static str,
        /// The host it names.
        host: String,
    },
    /// A password in the address would be logged by everything that logs addresses.
    #[error(
        "the {which} address of `{host}` holds a user name, a password, a query or a fragment; give credentials under `auth`"
    )]
    NotPlain {
        /// `instance` or `token`.
        which: &'static str,
        /// The host it names.
        host: String,
    },
    /// The path of the API would be added to that of a page, or of the API itself.
    #[error(
        "the instance address goes on behind `{host}`; `target.url` is the bare instance, such as \
         `https://example.service-now.com`, and the path of the API is added to it"
    )]
    NotBare {
        /// The host it names.
        host: String,
    },
    /// Nothing could ever be called.
    #[error("`{setting}` is 0, so that nothing could ever be called")]
    Zero {
        /// The setting.
        setting: &'static str,
    },
    /// A credential that cannot be sent in a header.
    #[error(
        "the {which} has characters that cannot be sent; look for a line break at its end, or a colon in a user name"
    )]
    Unsendable {
        /// Which credential.
        which: &'static str,
    },
    /// The key cannot sign.
    #[error("the private key cannot sign with {algorithm:?}; it must be PEM of the right kind, unencrypted")]
    Key {
        /// The algorithm asked for.
        algorithm: SigningAlgorithm,
        /// What is wrong with it.
        #[source]
        source: jsonwebtoken::errors::Error,
    },
    /// A proxy of a kind that cannot be used.
    #[error(
        "the proxy's address is not one; it looks like `http://proxy.example.com:3128`, without a password in it"
    )]
    NotAProxy,
    /// No TLS, for example.
    #[error("no HTTP client can be made on this machine")]
    Client {
        /// What is missing.
        #[source]
        source: reqwest::Error,
    },
}

/// Settings that passed every check.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) url: Url,
    pub(super) credentials: Credentials,
    pub(super) http: reqwest::Client,
}

/// Checks the settings and makes what is needed to call.
pub(super) fn check(settings: &Settings) -> Result<Checked, SetUpError> {
    let nothing = [
        ("concurrency", settings.concurrency == 0),
        ("batch", settings.batch == 0),
        ("timeout", settings.timeout.is_zero()),
    ];
    if let Some((setting, _)) = nothing.into_iter().find(|(_, is_nothing)| *is_nothing) {
        return Err(SetUpError::Zero { setting });
    }
    let url = address("instance", &settings.url)?;
    if let Some(host) = url.host_str().filter(|_| is_within_instance(&url)) {
        return Err(SetUpError::NotBare { host: host.to_owned() });
    }
    let credentials = Credentials::new(&settings.auth, &url)?;
    let http = http_client(&url, settings)?.build().map_err(|source| SetUpError::Client { source })?;
    Ok(Checked { url, credentials, http })
}

/// An address that may be called.
pub(super) fn address(which: &'static str, text: &str) -> Result<Url, SetUpError> {
    let mut url = Url::parse(text.trim()).map_err(|_| SetUpError::NotAnAddress { which })?;
    let Some(host) = url.host_str().map(str::to_owned) else {
        return Err(SetUpError::NotAnAddress { which });
    };
    if url.scheme() != "https" && !(url.scheme() == "http" && is_this_machine(&host)) {
        return Err(SetUpError::NotEncrypted { which, host });
    }
    let more = [!url.username().is_empty(), url.password().is_some(), url.query().is_some()];
    if more.contains(&true) || url.fragment().is_some() {
        return Err(SetUpError::NotPlain { which, host });
    }
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(&path);
    Ok(url)
}

/// Whether an address leads to a page or the API of an instance. A gateway may well keep an instance behind a path of its own.
fn is_within_instance(url: &Url) -> bool {
    let is_ours = url.host_str().is_some_and(|host| host.ends_with(".service-now.com"));
    let path = url.path();
    let is_api = format!("{path}/").contains("/api/now/");
    (is_ours && path != "/") || is_api || path.ends_with(".do")
}

fn is_this_machine(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|it| it.is_loopback())
}

/// Redirects are not followed, because they lead to login pages; cookies are not kept, because they pin a node.
fn http_client(url: &Url, settings: &Settings) -> Result<reqwest::ClientBuilder, SetUpError> {
    let connect = Duration::from_secs(10).min(settings.timeout.mul_f64(0.75));
    let builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .connect_timeout(connect)
        .user_agent(concat!("tenure/", env!("CARGO_PKG_VERSION")));
    Ok(match &settings.proxy {
        Some(through) => builder.proxy(proxy(through)?),
        // No proxy of the system's leads to this machine.
        None if url.host_str().is_some_and(is_this_machine) => builder.no_proxy(),
        None => builder,
    })
}

fn proxy(through: &Proxy) -> Result<reqwest::Proxy, SetUpError> {
    let url = Url::parse(through.url.trim()).map_err(|_| SetUpError::NotAProxy)?;
    let more = [!url.username().is_empty(), url.password().is_some(), url.query().is_some()];
    let is_bare = !more.contains(&true) && url.fragment().is_none() && url.path() == "/";
    if !matches!(url.scheme(), "http" | "https") || !is_bare {
        return Err(SetUpError::NotAProxy);
    }
    let proxy = reqwest::Proxy::all(url).map_err(|_| SetUpError::NotAProxy)?;
    Ok(match &through.credentials {
        Some((name, password)) => proxy.custom_http_auth(auth::basic(name, password)?),
        None => proxy,
    })
}
