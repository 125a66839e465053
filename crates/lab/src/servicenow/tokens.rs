//! OAuth tokens: who has which, and until when. Checking credentials is for [`super::http`].
//!
//! As on a real instance, a client that asks again gets **the same access token** with what is left of its life.

use std::collections::HashMap;
use std::time::Duration;

use crate::rng::Rng;

const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_";
const LENGTH: usize = 86;

/// All tokens of an instance.
#[derive(Debug)]
pub(crate) struct Tokens {
    rng: Rng,
    access: HashMap<String, Held>,
    refresh: HashMap<String, Held>,
}

/// Whose a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) client_id: String,
    pub(crate) user_name: String,
    /// In Unix seconds.
    expires: i64,
}

/// What a client is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) expires_in: i64,
}

impl Tokens {
    pub(crate) fn new(seed: u64) -> Self {
        Self { rng: Rng::new(seed ^ 0x746f_6b65_6e73), access: HashMap::new(), refresh: HashMap::new() }
    }

    /// The tokens of this user with this client: the present ones as long as they last.
    pub(crate) fn issue(
        &mut self,
        client_id: &str,
        user_name: &str,
        now: i64,
        lives: (Duration, Duration),
    ) -> Issued {
        self.access.retain(|_, held| held.expires > now);
        self.refresh.retain(|_, held| held.expires > now);
        let access = present(&self.access, client_id, user_name);
        let refresh = present(&self.refresh, client_id, user_name);
        let access = access.unwrap_or_else(|| self.add(false, client_id, user_name, now, lives.0));
        let refresh = refresh.unwrap_or_else(|| self.add(true, client_id, user_name, now, lives.1));
        let expires_in = self.access[&access].expires - now;
        Issued { access, refresh, expires_in }
    }

    fn add(&mut self, refresh: bool, client_id: &str, user_name: &str, now: i64, life: Duration) -> String {
        let token = self.rng.word(ALPHABET, LENGTH);
        let expires = now.saturating_add_unsigned(life.as_secs());
        let held = Held { client_id: client_id.to_owned(), user_name: user_name.to_owned(), expires };
        let tokens = if refresh { &mut self.refresh } else { &mut self.access };
        tokens.insert(token.clone(), held);
        token
    }

    /// Whose access token this is, unless it has expired.
    pub(crate) fn holder(&self, access: &str, now: i64) -> Option<&Held> {
        self.access.get(access).filter(|held| held.expires > now)
    }

    /// Whose refresh token this is, unless it has expired.
    pub(crate) fn refresher(&self, refresh: &str, now: i64) -> Option<&Held> {
        self.refresh.get(refresh).filter(|held| held.expires > now)
    }
}

fn present(tokens: &HashMap<String, Held>, client_id: &str, user_name: &str) -> Option<String> {
    let same = |held: &Held| held.client_id == client_id && held.user_name == user_name;
    tokens.iter().find(|(_, held)| same(held)).map(|(token, _)| token.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIVES: (Duration, Duration) = (Duration::from_secs(100), Duration::from_secs(1_000));

    #[test]
    fn a_token_is_the_same_until_it_expires() {
        let mut tokens = Tokens::new(1);
        let first = tokens.issue("c", "u", 0, LIVES);
        let second = tokens.issue("c", "u", 60, LIVES);
        assert_eq!((first.access.as_str(), second.expires_in), (second.access.as_str(), 40));
        assert_eq!(tokens.holder(&first.access, 99).map(|held| held.user_name.as_str()), Some("u"));
        assert_eq!(tokens.holder(&first.access, 100), None);
        let third = tokens.issue("c", "u", 100, LIVES);
        assert_ne!(first.access, third.access);
        assert_eq!(first.refresh, third.refresh);
        assert!(tokens.refresher(&first.refresh, 1_000).is_none());
        assert_ne!(third.access, tokens.issue("c", "v", 100, LIVES).access);
    }
}
