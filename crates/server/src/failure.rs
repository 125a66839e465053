//! Everything that can go wrong, as a response. This is the one place that maps errors to status codes. What the client
//! reads is SCIM's error message, under `/api` problem details (RFC 9457), and of health and metrics plain text: see
//! [`speak`].

mod speak;

pub(crate) use speak::{Problem, Surface, speak};

use axum::http::header::{ALLOW, ETAG, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use std::error::Error as _;
use std::sync::Arc;
use tenure_engine::EngineError;
use tenure_identity::receive::{CannotDecide, Refusal};
use tenure_scim::error::{Error, ErrorKind, error_body};
use tenure_scim::etag::Version;
use tenure_store::error::StoreError;

/// A response that is not what the client asked for.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Who asks is not known. `given` says whether there was a token at all.
    Unauthorized { given: bool },
    /// The token may not do this.
    Forbidden { scope: &'static str },
    /// A token of the other kind: a source's at the admin API, or an administrator's at SCIM.
    OtherDoor { needed: &'static str, cure: &'static str },
    /// An operation that nobody has said who may call.
    Closed,
    /// Discovery does not filter.
    NotFiltered,
    /// No such endpoint.
    NoEndpoint,
    /// No such schema or resource type.
    NoSuch { what: &'static str, name: String },
    /// The endpoint does not take this method; which ones it takes, where axum does not say so itself.
    MethodNotAllowed { allow: Option<String> },
    /// We do not offer this.
    NotImplemented(&'static str),
    /// The client does not accept JSON.
    NotAcceptable { offered: &'static str },
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The path cannot be decoded.
    PathBroken,
    /// A parameter or field is missing, unknown or wrong; the text names it.
    Malformed(String),
    /// The body is larger than we read.
    BodyTooLarge { limit: usize },
    /// The connection ended before the body did.
    BodyBroken,
    /// The token asks too much.
    TooManyRequests { seconds: u64 },
    /// We are asked too much.
    Overloaded,
    /// It took too long.
    TimedOut,
    /// A panic, which has been logged.
    Panicked,
    /// The operation did not happen.
    Engine(EngineError),
}

/// A failure on its way out, until it is put into words.
#[derive(Debug, Clone)]
struct Told(Arc<Failure>);

impl From<EngineError> for Failure {
    fn from(error: EngineError) -> Self {
        Self::Engine(error)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(EngineError::Request(error))
    }
}

impl Failure {
    /// The status, also for the parts of a bulk answer.
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Self::Unauthorized { .. } => StatusCode::UNAUTHORIZED,
            Self::Forbidden { .. } | Self::OtherDoor { .. } | Self::Closed | Self::NotFiltered => {
                StatusCode::FORBIDDEN
            }
            Self::NoEndpoint | Self::NoSuch { .. } => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed { .. } => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotImplemented(_) => StatusCode::NOT_IMPLEMENTED,
            Self::NotAcceptable { .. } => StatusCode::NOT_ACCEPTABLE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::PathBroken | Self::BodyBroken | Self::Malformed(_) => StatusCode::BAD_REQUEST,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Overloaded | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Engine(error) => engine_status(error),
        }
    }

    fn scim_type(&self) -> Option<&'static str> {
        match self {
            Self::Engine(EngineError::Request(error)) => error.kind.scim_type(),
            Self::Engine(EngineError::Refused(_) | EngineError::GroupTaken { .. }) => {
                ErrorKind::Uniqueness.scim_type()
            }
            Self::Engine(EngineError::Undeliverable { .. }) => ErrorKind::InvalidValue.scim_type(),
            Self::PathBroken | Self::BodyBroken => ErrorKind::InvalidSyntax.scim_type(),
            _ => None,
        }
    }

    fn detail(&self) -> String {
        match self {
            Self::Unauthorized { given: false } => {
                "a bearer token is needed: `Authorization: Bearer …`".to_owned()
            }
            Self::Unauthorized { given: true } => {
                "the bearer token is unknown, expired or revoked".to_owned()
            }
            Self::Forbidden { scope } => format!("the token lacks the scope `{scope}`"),
            Self::OtherDoor { needed, .. } => {
                format!("the token is of another kind; here {needed} is needed")
            }
            Self::Closed => "nobody may call this operation".to_owned(),
            Self::Malformed(what) => what.clone(),
            Self::NotFiltered => "this endpoint does not filter; ask without `filter`".to_owned(),
            Self::NoEndpoint => {
                "there is no such endpoint; SCIM is served under /scim/v2, the admin API under /api/v1"
                    .to_owned()
            }
            Self::NoSuch { what, name } => format!("there is no {what} `{name}`"),
            Self::MethodNotAllowed { .. } => {
                "the endpoint does not take this method; the `Allow` header names those that it takes"
                    .to_owned()
            }
            Self::NotImplemented(what) => (*what).to_owned(),
            Self::NotAcceptable { offered } => format!("answers are {offered}"),
            Self::UnsupportedMediaType => {
                "bodies must be application/scim+json or application/json".to_owned()
            }
            Self::PathBroken => "the path is not percent-encoded UTF-8".to_owned(),
            Self::BodyTooLarge { limit } => format!("the body is larger than {limit} bytes"),
            Self::BodyBroken => "the body could not be read to its end".to_owned(),
            Self::TooManyRequests { seconds } => {
                format!("the token has asked too much; go on after {seconds} s")
            }
            Self::Overloaded => "too many requests are being worked on; try again in a second".to_owned(),
            Self::TimedOut => {
                "the request took too long; it may have been carried out, so look before repeating".to_owned()
            }
            Self::Panicked => "the request met a defect of the server, which has been logged".to_owned(),
            Self::Engine(error) => error.to_string(),
        }
    }

    /// SCIM's error message, also for the parts of a bulk answer.
    pub(crate) fn body(&self) -> serde_json::Value {
        // SCIM has no place of its own for the cure.
        let detail = self.help().map_or_else(|| self.detail(), |help| format!("{}; {help}", self.detail()));
        error_body(self.status().as_u16(), self.scim_type(), &detail)
    }

    fn problem(&self) -> Problem {
        Problem::new(self.status(), self.detail(), self.help())
    }

    /// What to do about it, where there is a cure.
    fn help(&self) -> Option<String> {
        match self {
            Self::Unauthorized { .. } => Some("make one with `tenure token create`".to_owned()),
            Self::OtherDoor { cure, .. } => Some((*cure).to_owned()),
            Self::Forbidden { .. } => Some("use a token that was made with this scope".to_owned()),
            Self::Engine(error) => error.help(),
            _ => None,
        }
    }

    /// A failure is logged once, here, with its cause; a refusal of the client's making is only in the access log.
    pub(crate) fn log(&self) {
        if let Self::Engine(EngineError::Store(error)) = self {
            let causes = std::iter::successors(error.source(), |&cause| cause.source());
            let causes: Vec<_> = causes.map(ToString::to_string).collect();
            tracing::error!(%error, causes = causes.join(": "), "a request failed");
        }
    }

    fn headers(&self) -> Option<(axum::http::HeaderName, HeaderValue)> {
        match self {
            Self::MethodNotAllowed { allow: Some(methods) } => {
                Some((ALLOW, HeaderValue::from_str(methods).ok()?))
            }
            Self::Unauthorized { given: false } => {
                Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"tenure\"")))
            }
            Self::Unauthorized { given: true } => {
                let value = "Bearer realm=\"tenure\", error=\"invalid_token\"";
                Some((WWW_AUTHENTICATE, HeaderValue::from_static(value)))
            }
            Self::TooManyRequests { seconds } => Some((RETRY_AFTER, HeaderValue::from(*seconds))),
            Self::Overloaded
            | Self::Engine(EngineError::Busy | EngineError::Store(StoreError::Unavailable(_))) => {
                Some((RETRY_AFTER, HeaderValue::from_static("1")))
            }
            Self::Engine(EngineError::VersionMoved { current } | EngineError::NotModified { current }) => {
                Some((ETAG, HeaderValue::from_str(&Version(*current).to_string()).ok()?))
            }
            _ => None,
        }
    }
}

fn engine_status(error: &EngineError) -> StatusCode {
    match error {
        EngineError::Request(error) => request_status(error.kind),
        EngineError::NotFound { .. } | EngineError::NoSuch { .. } => StatusCode::NOT_FOUND,
        EngineError::VersionMoved { .. } => StatusCode::PRECONDITION_FAILED,
        EngineError::NotModified { .. } => StatusCode::NOT_MODIFIED,
        EngineError::Refused(
            Refusal::Taken { .. }
            | Refusal::Rotated { .. }
            | Refusal::Doubtful { .. }
            | Refusal::Held { .. }
            | Refusal::Rejected { .. },
        )
        | EngineError::GroupTaken { .. }
        | EngineError::PolicyMoved { .. }
        | EngineError::RecordTaken { .. }
        | EngineError::NotThere { .. }
        | EngineError::NoRecord { .. }
        | EngineError::HandedOverElsewhere
        | EngineError::NoTarget
        | EngineError::StillActive { .. }
        | EngineError::NoReceiver
        | EngineError::CannotDecide(CannotDecide::Decided(_))
        | EngineError::CannotUndo(_) => StatusCode::CONFLICT,
        EngineError::CannotDecide(_) | EngineError::Policy(_) | EngineError::Undeliverable { .. } => {
            StatusCode::BAD_REQUEST
        }
        EngineError::TargetFailed { .. } => StatusCode::BAD_GATEWAY,
        EngineError::Busy | EngineError::Store(StoreError::Unavailable(_)) => StatusCode::SERVICE_UNAVAILABLE,
        EngineError::Store(_) | EngineError::UnusablePolicy { .. } => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// RFC 7644 tables 8 and 9, RFC 9865 §4.
fn request_status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::Uniqueness => StatusCode::CONFLICT,
        ErrorKind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for Failure {
    /// Status and headers; the words follow in [`speak`], which knows the surface.
    fn into_response(self) -> Response {
        self.log();
        let mut response = self.status().into_response();
        response.headers_mut().extend(self.headers());
        response.extensions_mut().insert(Told(Arc::new(self)));
        response
    }
}
