//! The operations on people, each as a stream of requests: to the server, and of the least that a server could do.

use super::load::{Request, Source};
use super::people::{body, external_id, pick, user_name};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tenure_lab::http::{Method, percent_encode};

/// What is measured on people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operation {
    Create,
    Get,
    FilterUserName,
    FilterExternalId,
    PatchActive,
    Put,
    ListPage,
}

/// Which server the requests are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum To {
    Tenure,
    Floor,
}

/// The ids of the people who were loaded, by number.
pub(super) type Ids = Arc<Vec<String>>;

impl Operation {
    /// In the order in which they are measured: creating comes last, so that the others meet the people who were loaded.
    pub(super) const ALL: [Self; 7] = [
        Self::Get,
        Self::FilterUserName,
        Self::FilterExternalId,
        Self::ListPage,
        Self::PatchActive,
        Self::Put,
        Self::Create,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Get => "get",
            Self::FilterUserName => "filter_user_name",
            Self::FilterExternalId => "filter_external_id",
            Self::PatchActive => "patch_active",
            Self::Put => "put",
            Self::ListPage => "list_page_100",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Create => "create a user",
            Self::Get => "GET a user by id",
            Self::FilterUserName => "filter by userName",
            Self::FilterExternalId => "filter by externalId",
            Self::PatchActive => "PATCH active",
            Self::Put => "PUT a user",
            Self::ListPage => "list a page of 100",
        }
    }

    /// Requests without end. Both servers get the same people in the same order.
    pub(super) fn requests(self, to: To, ids: &Ids) -> Source {
        let (turn, ids) = (AtomicU64::new(0), Arc::clone(ids));
        Arc::new(move || {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            Some(match to {
                To::Tenure => self.to_tenure(turn, &ids),
                To::Floor => self.to_floor(turn, &ids),
            })
        })
    }

    fn to_tenure(self, turn: u64, ids: &[String]) -> Request {
        let anybody = pick(turn, ids.len());
        match self {
            Self::Create => create(To::Tenure, ids.len() + index(turn)),
            Self::Get => Request::get(format!("/Users/{}", ids[anybody])),
            Self::FilterUserName => filter("userName", &user_name(anybody)),
            Self::FilterExternalId => filter("externalId", &external_id(anybody)),
            Self::PatchActive => {
                let (person, active) = switched(turn, ids.len());
                let operation = format!(
                    r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"replace","value":{{"active":{active}}}}}]}}"#
                );
                Request::send(Method::PATCH, format!("/Users/{}", ids[person]), operation)
            }
            Self::Put => {
                let person = index(turn) % ids.len();
                Request::send(Method::PUT, format!("/Users/{}", ids[person]), body(person, turn + 1))
            }
            Self::ListPage => Request::get(format!("/Users?startIndex={}&count=100", anybody + 1)),
        }
    }

    fn to_floor(self, turn: u64, ids: &[String]) -> Request {
        let anybody = pick(turn, ids.len());
        match self {
            Self::Create => create(To::Floor, ids.len() + index(turn)),
            Self::Get => Request::get(format!("/rows/{}", ids[anybody])),
            Self::FilterUserName | Self::FilterExternalId => {
                Request::get(format!("/keys/{}", user_name(anybody)))
            }
            Self::PatchActive | Self::Put => {
                let person = index(turn) % ids.len();
                Request::send(Method::PUT, format!("/rows/{}", ids[person]), body(person, turn + 1))
            }
            Self::ListPage => Request::get(format!("/pages/{}", ids[anybody])),
        }
    }
}

/// The request that makes the person of this number.
pub(super) fn create(to: To, number: usize) -> Request {
    let path = match to {
        To::Tenure => "/Users".to_owned(),
        To::Floor => format!("/keys/{}", user_name(number)),
    };
    Request::send(Method::POST, path, body(number, 0)).numbered(number)
}

fn filter(attribute: &str, value: &str) -> Request {
    Request::get(format!("/Users?filter={}", percent_encode(&format!("{attribute} eq \"{value}\""))))
}

fn index(turn: u64) -> usize {
    usize::try_from(turn).unwrap_or(usize::MAX)
}

/// Blocks of people are switched off and then on again, so that every request changes something and no two that are on
/// their way at a time are about the same person.
fn switched(turn: u64, people: usize) -> (usize, bool) {
    let block = people.min(256);
    let (round, within) = (index(turn) / (2 * block), index(turn) % (2 * block));
    ((round * block + within % block) % people, within >= block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_who_is_switched_off_is_switched_on_again() {
        let people = 1_000;
        let mut active = vec![true; people];
        for turn in 0..10 * 2 * 256 {
            let (person, on) = switched(turn, people);
            assert_ne!(active[person], on, "turn {turn} changes nothing");
            active[person] = on;
        }
        assert!(active.iter().all(|&active| active));
    }

    #[test]
    fn requests_are_about_the_people_who_were_loaded() {
        let ids: Ids = Arc::new((0..50).map(|number| format!("id-{number}")).collect());
        for operation in Operation::ALL {
            for to in [To::Tenure, To::Floor] {
                let request = operation.requests(to, &ids)().unwrap();
                let made = operation == Operation::Create;
                assert_eq!(request.number, if made { 50 } else { 0 });
                assert!(request.path.is_ascii() && !request.path.contains(' '), "{}", request.path);
            }
        }
    }
}
