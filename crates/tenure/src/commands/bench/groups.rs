//! Adding members to groups: groups of a given size are made beforehand, and each request adds people to one of them
//! who are not in it yet.

use super::load::{Crew, Request, Source};
use super::operation::Ids;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tenure_lab::http::Method;

/// What is measured on groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Adding {
    pub(super) name: &'static str,
    /// Members at first.
    pub(super) base: usize,
    /// Members that one request adds.
    pub(super) add: usize,
}

impl Adding {
    /// For so many people. What does not fit becomes as large as it can be.
    pub(super) fn all(people: usize) -> [Self; 5] {
        [
            Self { name: "group_add_1", base: 0, add: 1 },
            Self { name: "group_add_100", base: 0, add: 100.min(people) },
            Self { name: "group_add_1000", base: 0, add: 1_000.min(people) },
            Self { name: "group_of_10_add_1", base: 10, add: 1 },
            Self { name: "group_of_10000_add_1", base: 10_000.min(people / 2), add: 1 },
        ]
    }

    pub(super) fn words(self) -> String {
        let members = if self.add == 1 { "member" } else { "members" };
        match self.base {
            0 => format!("add {} {members} to a group", self.add),
            base => format!("add {} {members} to a group of {base}", self.add),
        }
    }

    /// How often a group can be added to. A small group stays small.
    fn room(self, people: usize) -> usize {
        let rest = (people - self.base) / self.add;
        if self.base < 100 && self.add == 1 { rest.min(10) } else { rest }
    }

    /// Groups for at least so many requests, and the requests. The crew makes the groups.
    pub(super) async fn prepare(self, crew: &mut Crew, ids: &Ids, requests: usize) -> anyhow::Result<Source> {
        let room = self.room(ids.len());
        let groups = self.make(crew, ids, requests.div_ceil(room)).await?;
        let (turn, ids) = (AtomicUsize::new(0), Arc::clone(ids));
        Ok(Arc::new(move || {
            let turn = turn.fetch_add(1, Ordering::Relaxed);
            let position = turn / groups.len();
            let from = self.base + position * self.add;
            (position < room).then(|| add(&groups[turn % groups.len()], &ids[from..from + self.add]))
        }))
    }

    async fn make(self, crew: &mut Crew, ids: &Ids, count: usize) -> anyhow::Result<Vec<String>> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let last = MADE.fetch_add(count, Ordering::Relaxed) + count;
        let (left, ids) = (AtomicUsize::new(count), Arc::clone(ids));
        let source: Source = Arc::new(move || {
            let left =
                left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).ok()?;
            Some(create(last - left, &ids[..self.base]))
        });
        let made = crew.work(None, &source).await?.made;
        Ok(made.into_iter().map(|(_, id)| id).collect())
    }
}

pub(super) fn create(number: usize, members: &[String]) -> Request {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Measured group {number}","members":[{}]}}"#,
        list(members)
    );
    Request::send(Method::POST, "/Groups".to_owned(), body)
}

pub(super) fn add(group: &str, members: &[String]) -> Request {
    let body = format!(
        r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":[{{"op":"add","path":"members","value":[{}]}}]}}"#,
        list(members)
    );
    Request::send(Method::PATCH, format!("/Groups/{group}"), body)
}

fn list(members: &[String]) -> String {
    members.iter().map(|id| format!(r#"{{"value":"{id}"}}"#)).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_fit_the_people_there_are() {
        for people in [50, 1_000, 100_000] {
            for adding in Adding::all(people) {
                assert!(adding.room(people) >= 1, "{adding:?}");
                assert!(adding.base + adding.room(people) * adding.add <= people, "{adding:?}");
            }
        }
        assert_eq!(Adding::all(100_000)[4].words(), "add 1 member to a group of 10000");
        assert_eq!(Adding::all(100_000)[2].words(), "add 1000 members to a group");
    }

    #[test]
    fn bodies_are_json() {
        let members = ["a".to_owned(), "b".to_owned()];
        for request in [create(1, &members), add("g", &members)] {
            let body: serde_json::Value = serde_json::from_slice(&request.body.unwrap()).unwrap();
            assert!(body.to_string().contains(r#"[{"value":"a"},{"value":"b"}]"#));
        }
    }
}
