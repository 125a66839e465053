//! Builders for tests: what a source sends, what is known, and a small world that carries plans out.

mod world;

pub(crate) use world::{Told, World};

use crate::claim::{Claim, says_active};
use crate::event::Actor;
use crate::id::{PersonId, SourceName};
use crate::person::{Held, Person};
use crate::policy::Policy;
use crate::resolve::{Subject, resolve};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tenure_scim::Object;
use tenure_scim::schema::ENTERPRISE_USER;

/// So many seconds after the beginning of time.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn source(name: &str) -> SourceName {
    SourceName::new(name)
}

pub(crate) fn actor(name: &str) -> Actor {
    Actor { source: source(name), writer: "token".into(), request: None }
}

/// The built-in policy; `okta` decides before `hr`.
pub(crate) fn policy() -> Policy {
    static BUILT_IN: LazyLock<Policy> = LazyLock::new(|| Policy::built_in(&[source("okta"), source("hr")]));
    BUILT_IN.clone()
}

pub(crate) fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("{value} is no object") };
    object
}

/// What a source sends about somebody.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct User(pub(crate) Object);

pub(crate) fn user(login: &str) -> User {
    User(object(json!({ "userName": login })))
}

impl User {
    pub(crate) fn with(mut self, attribute: &str, value: Value) -> Self {
        self.0.insert(attribute.into(), value);
        self
    }

    pub(crate) fn without(mut self, attribute: &str) -> Self {
        self.0.remove(attribute);
        self
    }

    pub(crate) fn id(self, external_id: &str) -> Self {
        self.with("externalId", json!(external_id))
    }

    pub(crate) fn login(self, login: &str) -> Self {
        self.with("userName", json!(login))
    }

    pub(crate) fn number(self, number: &str) -> Self {
        self.with(ENTERPRISE_USER, json!({ "employeeNumber": number }))
    }

    pub(crate) fn email(self, email: &str) -> Self {
        self.with("emails", json!([{ "value": email }]))
    }

    pub(crate) fn name(self, given: &str, family: &str) -> Self {
        self.with("name", json!({ "givenName": given, "familyName": family }))
    }

    pub(crate) fn active(self, active: bool) -> Self {
        self.with("active", json!(active))
    }

    /// This as a live claim.
    pub(crate) fn by(self, name: &str) -> Claim {
        Claim {
            source: source(name),
            active: says_active(&self.0).unwrap_or(true),
            attributes: self.0.into(),
            active_since: at(0),
            ended: None,
            version: 1,
            created: at(0),
            modified: at(0),
        }
    }

    /// This as a claim that ended.
    pub(crate) fn ended_by(self, name: &str, second: i64) -> Claim {
        Claim { active: false, ended: Some(at(second)), ..self.by(name) }
    }
}

/// Somebody with these claims, and the record that they imply.
pub(crate) fn person(id: &str, claims: Vec<Claim>) -> Person {
    let resolution = resolve(&policy(), &Subject::of(&claims), at(0));
    Person {
        id: PersonId::new(id),
        version: 1,
        record: resolution.record,
        active: resolution.active,
        deactivated_at: resolution.deactivated_at,
        created: at(0),
        claims,
        login: Held::Exclusively(None),
        employee_number: Held::Exclusively(None),
        groups: Vec::new(),
        provisioned: resolution.provisioned,
        waits: false,
        due: 0,
        hold: None,
    }
}
