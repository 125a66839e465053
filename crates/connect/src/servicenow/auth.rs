//! Signing in: a fixed header, or OAuth tokens that are kept until shortly before they expire and fetched by one caller for
//! all. ServiceNow takes forms only, and gives the same access token again until it expires.

use super::error::{Call, CallError, SignInFailure, Verb};
use super::settings::{self, Auth, SetUpError};
use super::signer::Signer;
use super::{classify, wire};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderName, HeaderValue, header};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// The most that a token endpoint may answer.
const LARGEST: usize = 64 * 1024;
/// A token is no longer used this long before it expires; shortly before, the endpoint gives the same one again.
const MARGIN: Duration = Duration::from_secs(30);
/// How long a token holds that does not say so: ServiceNow's default.
const UNSAID: u64 = 1800;

/// As whom to call.
#[derive(Debug)]
pub(super) enum Credentials {
    /// The same header with each call.
    Header(HeaderName, HeaderValue),
    /// A token that has to be fetched.
    Token(Box<Grant>),
}

/// How tokens are had.
#[derive(Debug)]
pub(super) struct Grant {
    endpoint: Url,
    client_id: String,
    client_secret: Option<SecretString>,
    kind: Kind,
    tokens: Mutex<Tokens>,
}

#[derive(Debug)]
enum Kind {
    Password { username: String, password: SecretString, scope: Option<String> },
    Client { scope: Option<String> },
    Assertion(Box<Signer>),
}

#[derive(Debug, Default)]
struct Tokens {
    access: Option<Access>,
    refresh: Option<SecretString>,
    /// Counts the tokens, so that a token is not thrown away because an older one was refused.
    generation: u64,
    /// The last refusal: who was already waiting then need not ask as well, as refusals lock accounts.
    refusal: Option<(Instant, SignInFailure)>,
}

#[derive(Debug)]
struct Access {
    header: HeaderValue,
    use_until: Instant,
}

/// What a call carries.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
    generation: u64,
}

/// What a token endpoint grants.
struct Granted {
    header: HeaderValue,
    expires_in: Duration,
    refresh: Option<SecretString>,
}

impl Credentials {
    /// Checks and prepares credentials; `base` is the instance.
    pub(super) fn new(auth: &Auth, base: &Url) -> Result<Self, SetUpError> {
        let granted =
            |token_url: &Option<String>, client_id: &String, client_secret: Option<&SecretString>, kind| {
                let endpoint = match token_url {
                    Some(text) => settings::address("token", text)?,
                    None => settings::address(
                        "token",
                        &format!("{}/oauth_token.do", base.as_str().trim_end_matches('/')),
                    )?,
                };
                let (client_id, client_secret) = (client_id.clone(), client_secret.cloned());
                let tokens = Mutex::default();
                Ok(Self::Token(Box::new(Grant { endpoint, client_id, client_secret, kind, tokens })))
            };
        match auth {
            Auth::Basic { username, password } => {
                Ok(Self::Header(header::AUTHORIZATION, basic(username, password)?))
            }
            Auth::ApiKey { key } => {
                let unsendable = SetUpError::Unsendable { which: "API key" };
                let value = secret_header(key.expose_secret()).ok_or(unsendable)?;
                Ok(Self::Header(HeaderName::from_static("x-sn-apikey"), value))
            }
            Auth::Password { client_id, client_secret, username, password, scope, token_url } => {
                let (username, password) = (username.clone(), password.clone());
                let kind = Kind::Password { username, password, scope: scope.clone() };
                granted(token_url, client_id, Some(client_secret), kind)
            }
            Auth::ClientCredentials { client_id, client_secret, scope, token_url } => {
                granted(token_url, client_id, Some(client_secret), Kind::Client { scope: scope.clone() })
            }
            Auth::Jwt {
                client_id,
                client_secret,
                key_pem,
                algorithm,
                subject,
                audience,
                key_id,
                token_url,
            } => {
                let key = super::signer::Key { pem: key_pem, algorithm: *algorithm, id: key_id.clone() };
                let signer = Signer::new(&key, subject.clone(), audience.clone())?;
                granted(token_url, client_id, client_secret.as_ref(), Kind::Assertion(Box::new(signer)))
            }
        }
    }

    /// What the next call carries; fetches a token if none is at hand.
    ///
    /// # Errors
    /// If the token endpoint gives none. Nothing of the call itself has been sent then.
    pub(super) async fn sign_in(
        &self,
        http: &reqwest::Client,
        timeout: Duration,
    ) -> Result<SignedIn, CallError> {
        match self {
            Self::Header(name, value) => {
                Ok(SignedIn { name: name.clone(), value: value.clone(), generation: 0 })
            }
            Self::Token(grant) => grant.sign_in(http, timeout).await,
        }
    }

    /// Throws away the token that was refused, unless there is a newer one already.
    pub(super) async fn discard(&self, refused: &SignedIn) {
        if let Self::Token(grant) = self {
            let mut tokens = grant.tokens.lock().await;
            if tokens.generation == refused.generation {
                tokens.access = None;
            }
        }
    }
}

impl Grant {
    async fn sign_in(&self, http: &reqwest::Client, timeout: Duration) -> Result<SignedIn, CallError> {
        let asked = Instant::now();
        let mut tokens = self.tokens.lock().await;
        if let Some(access) = tokens.access.as_ref().filter(|it| it.use_until > Instant::now()) {
            return Ok(signed_in(access.header.clone(), tokens.generation));
        }
        if let Some((_, reason)) = tokens.refusal.as_ref().filter(|(at, _)| *at >= asked) {
            return Err(CallError::Unauthenticated { call: signing_in(), reason: reason.clone() });
        }
        let granted = self.fetch(http, timeout, &mut tokens).await;
        if let Err(CallError::Unauthenticated { reason, .. }) = &granted {
            tokens.refusal = Some((Instant::now(), reason.clone()));
        }
        let Granted { header, expires_in, refresh } = granted?;
        let margin = MARGIN.min(expires_in / 10);
        tokens.access =
            Some(Access { header: header.clone(), use_until: Instant::now() + expires_in - margin });
        tokens.refresh = refresh.or_else(|| tokens.refresh.take());
        tokens.generation += 1;
        Ok(signed_in(header, tokens.generation))
    }

    /// By the refresh token where there is one that is still good, else from the beginning.
    async fn fetch(
        &self,
        http: &reqwest::Client,
        timeout: Duration,
        tokens: &mut Tokens,
    ) -> Result<Granted, CallError> {
        if let Some(refresh) = tokens.refresh.clone() {
            let form = vec![("grant_type", "refresh_token".into()), ("refresh_token", refresh)];
            match self.ask(http, timeout, form).await {
                Err(CallError::Unauthenticated { .. }) => tokens.refresh = None,
                other => return other,
            }
        }
        let form = self.form()?;
        self.ask(http, timeout, form).await
    }

    fn form(&self) -> Result<Vec<(&'static str, SecretString)>, CallError> {
        Ok(match &self.kind {
            Kind::Password { username, password, scope } => [
                ("grant_type", "password".into()),
                ("username", username.as_str().into()),
                ("password", password.clone()),
            ]
            .into_iter()
            .chain(scoped(scope.as_deref()))
            .collect(),
            Kind::Client { scope } => {
                let grant = [("grant_type", "client_credentials".into())];
                grant.into_iter().chain(scoped(scope.as_deref())).collect()
            }
            Kind::Assertion(signer) => {
                let assertion = signer.assertion(&self.client_id, self.endpoint.as_str());
                let unsigned =
                    || CallError::Unauthenticated { call: signing_in(), reason: SignInFailure::Assertion };
                vec![
                    ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer".into()),
                    ("assertion", assertion.ok_or_else(unsigned)?),
                ]
            }
        })
    }

    async fn ask(
        &self,
        http: &reqwest::Client,
        timeout: Duration,
        mut form: Vec<(&'static str, SecretString)>,
    ) -> Result<Granted, CallError> {
        form.push(("client_id", self.client_id.as_str().into()));
        form.extend(self.client_secret.iter().map(|it| ("client_secret", it.clone())));
        let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.expose_secret())).collect();
        let request = http.post(self.endpoint.clone()).header(header::ACCEPT, "application/json").form(&form);
        let call = signing_in();
        let received = wire::exchange(&call, request, timeout, LARGEST).await?;
        read(&call, &received)
    }
}

fn signed_in(value: HeaderValue, generation: u64) -> SignedIn {
    SignedIn { name: header::AUTHORIZATION, value, generation }
}

fn signing_in() -> Call {
    Call { verb: Verb::SignIn, table: "".into(), sys_id: None }
}

/// Reads the endpoint's answer (RFC 6749 section 5).
fn read(call: &Call, received: &wire::Received) -> Result<Granted, CallError> {
    let refused = (400..500).contains(&received.status) && received.status != 429;
    let error = refused.then(|| serde_json::from_slice::<Value>(&received.body).ok()).flatten();
    if let Some(error) = error.as_ref().and_then(|it| it["error"].as_str()) {
        return Err(CallError::Unauthenticated { call: call.clone(), reason: refusal(error) });
    }
    let answer =
        classify::Answer { status: received.status, headers: &received.headers, body: &received.body };
    let unreadable = |reason| CallError::Unreadable { call: call.clone(), status: received.status, reason };
    let classify::Meaning::Json(granted) = classify::classify(call, &answer, crate::outside::wall_clock())?
    else {
        return Err(unreadable("the token endpoint says nothing"));
    };
    let token =
        granted["access_token"].as_str().ok_or_else(|| unreadable("the token endpoint gives no token"))?;
    let header = secret_header(&format!("Bearer {token}"))
        .ok_or_else(|| unreadable("the token cannot be sent in a header"))?;
    // Numbers are text in ServiceNow more often than not.
    let seconds = &granted["expires_in"];
    let seconds = seconds.as_u64().or_else(|| seconds.as_str()?.parse().ok()).unwrap_or(UNSAID);
    let refresh = granted["refresh_token"].as_str().map(Into::into);
    Ok(Granted { header, expires_in: Duration::from_secs(seconds.min(24 * 3600)), refresh })
}

fn scoped(scope: Option<&str>) -> Option<(&'static str, SecretString)> {
    scope.map(|it| ("scope", it.into()))
}

/// Who is meant by an OAuth error. What is no error code is not repeated: it could be anything.
fn refusal(error: &str) -> SignInFailure {
    let is_code = error.len() <= 60 && error.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
    let error = if is_code { error } else { "not an OAuth error code" }.to_owned();
    match error.as_str() {
        "invalid_client" | "unauthorized_client" | "unsupported_grant_type" | "invalid_scope" => {
            SignInFailure::Application { error }
        }
        _ => SignInFailure::Account { error },
    }
}

/// Name and password as HTTP Basic sends them.
///
/// # Errors
/// If the name holds a colon: it ends the name (RFC 7617 section 2).
pub(super) fn basic(username: &str, password: &SecretString) -> Result<HeaderValue, SetUpError> {
    if username.contains(':') {
        return Err(SetUpError::Unsendable { which: "user name" });
    }
    let pair = format!("{username}:{}", password.expose_secret());
    let value = secret_header(&format!("Basic {}", STANDARD.encode(pair)));
    Ok(value.expect("Base64 can be sent in a header"))
}

fn secret_header(text: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
