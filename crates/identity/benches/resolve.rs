//! How long it takes to resolve one person under a large policy: thirty mapped fields, twenty roles, ten lines of authority.

use jiff::Timestamp;
use serde_json::{Value, json};
use std::sync::LazyLock;
use tenure_identity::claim::Claim;
use tenure_identity::group::Membership;
use tenure_identity::id::{GroupId, PersonId, SourceName};
use tenure_identity::policy::{PersonKey, Policy, Surroundings};
use tenure_identity::record::Record;
use tenure_identity::resolve::{Before, References, Resolution, Subject, resolve};
use tenure_scim::schema::{Catalog, ENTERPRISE_USER};

fn main() {
    divan::main();
}

/// A person with what is known of them.
struct Known {
    claims: Vec<Claim>,
    record: Record,
    deactivated_at: Option<Timestamp>,
}

static POLICY: LazyLock<Policy> = LazyLock::new(|| {
    let sources = ["okta", "workday"].map(SourceName::new);
    let around = Surroundings { sources: &sources, catalog: &Catalog::standard() };
    Policy::parse(include_str!("policy.toml"), around).expect("the policy is without fault").0
});

static GROUPS: LazyLock<Vec<Membership>> = LazyLock::new(|| {
    let names = ["Everyone", "ServiceNow Users", "ServiceNow Fulfillers", "VPN", "Approvers EMEA", "Sales"];
    names.iter().map(|name| group(name)).collect()
});

static REFERENCES: LazyLock<References> = LazyLock::new(|| {
    let mut references = References::default();
    references.insert(PersonKey::ExternalId, "00u9manager".into(), PersonId::new("p9"));
    references.insert(PersonKey::EmployeeNumber, "e-9".into(), PersonId::new("p9"));
    references
});

/// Somebody whom nobody knew.
#[divan::bench(args = [1, 2])]
fn newcomer(bencher: divan::Bencher<'_, '_>, claims: usize) {
    let known = Known { claims: claims_of(claims), record: Record::default(), deactivated_at: None };
    bencher.bench(|| resolved(&known));
}

/// Somebody about whom nothing changes.
#[divan::bench(args = [1, 2])]
fn unchanged(bencher: divan::Bencher<'_, '_>, claims: usize) {
    let known = settled(claims);
    bencher.bench(|| resolved(&known));
}

/// Somebody who moves from one department to another.
#[divan::bench(args = [1, 2])]
fn mover(bencher: divan::Bencher<'_, '_>, claims: usize) {
    let mut known = settled(claims);
    known.claims = ["okta", "workday"][..claims].iter().map(|name| claim(name, "Marketing")).collect();
    bencher.bench(|| resolved(&known));
}

fn resolved(known: &Known) -> Resolution {
    let before =
        Before { record: &known.record, deactivated_at: known.deactivated_at, provisioned: true, hold: None };
    let subject = Subject { claims: &known.claims, groups: &GROUPS, references: &REFERENCES, before };
    resolve(&POLICY, &subject, Timestamp::UNIX_EPOCH)
}

fn settled(claims: usize) -> Known {
    let new = Known { claims: claims_of(claims), record: Record::default(), deactivated_at: None };
    let Resolution { record, deactivated_at, .. } = resolved(&new);
    Known { record, deactivated_at, ..new }
}

fn claims_of(count: usize) -> Vec<Claim> {
    ["okta", "workday"][..count].iter().map(|name| claim(name, "Sales")).collect()
}

fn claim(source: &str, department: &str) -> Claim {
    let manager = if source == "okta" { "00u9manager" } else { "E-9" };
    let attributes = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE_USER],
        "externalId": format!("{source}-00u1alice"),
        "userName": "alice.archer@example.com",
        "name": { "givenName": "Alice", "familyName": "Archer", "honorificPrefix": "Dr." },
        "displayName": "Alice Archer",
        "title": "Regional Sales Manager",
        "userType": "employee",
        "preferredLanguage": "en-US",
        "timezone": "Europe/London",
        "emails": [{ "value": "alice.archer@example.com", "type": "work", "primary": true }],
        "phoneNumbers": [
            { "value": "+44 20 7946 0958", "type": "work" },
            { "value": "+44 7700 900123", "type": "mobile" },
        ],
        "addresses": [{
            "type": "work", "streetAddress": "1 High Street", "locality": "London", "region": "London",
            "postalCode": "SW1A 1AA", "country": "GB",
        }],
        ENTERPRISE_USER: {
            "employeeNumber": "E-1001", "costCenter": "CC-4711", "organization": "Example Ltd", "division": "EMEA",
            "department": department, "manager": { "value": manager, "displayName": "Grace Hopper" },
        },
    });
    let Value::Object(attributes) = attributes else { unreachable!("it is an object") };
    Claim {
        source: SourceName::new(source),
        attributes: attributes.into(),
        active: true,
        active_since: Timestamp::UNIX_EPOCH,
        ended: None,
        version: 1,
        created: Timestamp::UNIX_EPOCH,
        modified: Timestamp::UNIX_EPOCH,
    }
}

fn group(name: &str) -> Membership {
    Membership {
        id: GroupId::new(name),
        name: name.to_owned(),
        source: SourceName::new("okta"),
        external_id: Some(format!("00g{name}")),
    }
}
