//! Whether every source has a token that works, and for how long.

use super::Check;
use crate::Engine;
use jiff::{SignedDuration, Timestamp};
use tenure_identity::id::SourceName;
use tenure_store::tokens::{Holder, StoredToken};

/// How long before its end a token should be replaced.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

pub(super) async fn of_sources(engine: &Engine) -> Vec<Check> {
    match engine.store.tokens().await {
        Ok(tokens) => {
            let now = engine.clock.now();
            engine.settings.sources.keys().map(|source| of_source(source, &tokens, now)).collect()
        }
        Err(error) => {
            vec![Check::unknown("tokens", error.to_string(), "the store did not tell the tokens")]
        }
    }
}

fn of_source(source: &SourceName, tokens: &[StoredToken], now: Timestamp) -> Check {
    let is_its = |token: &&StoredToken| matches!(&token.holder, Holder::Source(name) if name == source);
    let works = |token: &&StoredToken| {
        token.revoked.is_none_or(|at| at > now) && token.expires.is_none_or(|at| at > now)
    };
    let working: Vec<_> = tokens.iter().filter(is_its).filter(works).collect();
    // A token without an end outlives all others.
    let last = working.iter().map(|token| token.expires.unwrap_or(Timestamp::MAX)).max();
    match last {
        None => Check::note(
            "tokens",
            format!("the source `{source}` has no token that works"),
            "it cannot sign in",
        )
        .cure(format!(
            "`tenure token create --source {source} --expires 90d`, and give the secret to the source"
        )),
        Some(last) if last < now + SOON => {
            let id = working.iter().find(|token| token.expires == Some(last)).map_or("ID", |token| &token.id);
            Check::note(
                "tokens",
                format!("the last token of the source `{source}` ends at {last}"),
                "after that the source is turned away, and leavers keep their access",
            )
            .cure(format!("`tenure token rotate {id}`, and give the new secret to the source"))
        }
        Some(_) => {
            Check::good("tokens", format!("the source `{source}` has a token that works"), "it can sign in")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Verdict;

    fn token(expires_in: Option<i64>, revoked: bool) -> StoredToken {
        StoredToken {
            id: "t1".into(),
            holder: Holder::Source(SourceName::new("okta")),
            hash: String::new(),
            scopes: String::new(),
            created: Timestamp::UNIX_EPOCH,
            expires: expires_in.map(|days| Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * days)),
            made_until: None,
            revoked: revoked.then_some(Timestamp::UNIX_EPOCH),
        }
    }

    #[track_caller]
    fn check(tokens: &[StoredToken], verdict: Verdict, cure: Option<&str>) {
        let check = of_source(&SourceName::new("okta"), tokens, Timestamp::UNIX_EPOCH);
        assert_eq!(check.verdict, verdict, "{check:?}");
        assert_eq!(check.cure.is_some(), cure.is_some(), "{check:?}");
        assert!(check.cure.unwrap_or_default().contains(cure.unwrap_or_default()));
    }

    #[test]
    fn a_source_needs_a_token_that_lasts() {
        check(&[], Verdict::Note, Some("token create --source okta"));
        check(&[token(None, true), token(Some(0), false)], Verdict::Note, Some("token create"));
        check(&[token(Some(13), false)], Verdict::Note, Some("token rotate t1"));
        check(&[token(Some(15), false)], Verdict::Good, None);
        check(&[token(Some(13), false), token(None, false)], Verdict::Good, None);
    }
}
