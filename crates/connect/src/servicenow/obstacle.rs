//! Why there is no connection, in words that somebody can act on. The libraries below say that sending failed, and hide the
//! reason at the end of a chain of causes, partly in types that cannot be named; none of it holds a secret once the
//! address is gone.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};

/// There is no connection; nothing was sent.
#[derive(Debug, thiserror::Error)]
#[error("{obstacle} ({reason})")]
pub(super) struct NoConnection {
    obstacle: Obstacle,
    /// What the innermost cause says.
    reason: String,
}

/// What is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Obstacle {
    Name,
    Refused,
    Silence,
    Tls,
    Proxy,
    Other,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "DNS does not know the name",
            Self::Refused => "the connection was refused",
            Self::Silence => "nobody answered in time",
            Self::Tls => "no TLS came about",
            Self::Proxy => "the proxy does not let us through",
            Self::Other => "no connection came about",
        })
    }
}

impl NoConnection {
    pub(super) fn of(error: &reqwest::Error) -> Self {
        let causes: Vec<_> = causes(error).collect();
        let seen: Vec<_> = causes.iter().filter_map(|cause| obstacle(*cause)).collect();
        // Behind a proxy, what fails is the way to or through it.
        let through_proxy = seen.contains(&Obstacle::Proxy).then_some(Obstacle::Proxy);
        let in_time = error.is_timeout().then_some(Obstacle::Silence);
        Self {
            obstacle: through_proxy.or(in_time).or(seen.first().copied()).unwrap_or(Obstacle::Other),
            reason: causes.last().map(ToString::to_string).unwrap_or_default(),
        }
    }

    /// What to do next.
    pub(super) fn help(&self) -> &'static str {
        match self.obstacle {
            Obstacle::Name => {
                "check the name in `target.url`, this machine's DNS, and whether a proxy is the only way out"
            }
            Obstacle::Refused => {
                "check the address and its port: nothing listens there, or a firewall refuses us"
            }
            Obstacle::Silence => {
                "check the network and the firewall, and whether a proxy is the only way out"
            }
            Obstacle::Tls => {
                "check that the address is the instance's and speaks https, and that this machine trusts whoever signed its \
                 certificate: a proxy that looks into TLS signs with its own"
            }
            Obstacle::Proxy => {
                "check `target.proxy`, its user name and its password, and that it knows the way"
            }
            Obstacle::Other => "check the address, the proxy and the network",
        }
    }
}

/// All causes, the error itself first.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // An I/O error passes over the error that it wraps.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        }
    })
}

fn obstacle(cause: &(dyn Error + 'static)) -> Option<Obstacle> {
    let Some(error) = cause.downcast_ref::<io::Error>() else {
        // Types that hyper-util does not show (seen in 0.1.21).
        return match cause.to_string() {
            text if text == "dns error" => Some(Obstacle::Name),
            text if text.starts_with("tunnel error") => Some(Obstacle::Proxy),
            _ => None,
        };
    };
    match error.kind() {
        ErrorKind::ConnectionRefused => Some(Obstacle::Refused),
        ErrorKind::TimedOut => Some(Obstacle::Silence),
        // Of all that is read before there is a connection, TLS alone can be malformed or end too soon.
        ErrorKind::InvalidData | ErrorKind::UnexpectedEof => Some(Obstacle::Tls),
        _ => None,
    }
}
