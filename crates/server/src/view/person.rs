//! People: the record with who decided each field, the claims of all sources, and the links.

use super::Event;
use jiff::Timestamp;
use serde::Serialize;
use std::collections::BTreeMap;
use tenure_engine::explain;
use tenure_identity::id::{PersonId, SourceName};
use tenure_identity::resolve::explain::FieldExplanation;
use tenure_identity::{claim, limit, person, record};
use tenure_scim::Object;
use utoipa::ToSchema;

/// A person without what sources say of them.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonSummary {
    /// The id, which never changes; also the SCIM `id`.
    pub id: String,
    /// Whether they have access.
    pub active: bool,
    /// Since when they have none.
    pub deactivated_at: Option<Timestamp>,
    /// When they first came.
    pub created: Timestamp,
    /// Whether they are, or have ever been, in the policy's scope; nobody else is delivered anywhere.
    pub provisioned: bool,
    /// What keeps access that their claims do not give.
    pub hold: Option<Hold>,
    /// What is true of them, by the target's field names.
    pub record: BTreeMap<String, Field>,
    /// The roles that the policy gives them, of those that it manages.
    pub roles: Vec<String>,
}

/// A person with everything that is known of them but the timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Person {
    /// The id, which never changes; also the SCIM `id`.
    pub id: String,
    /// Whether they have access.
    pub active: bool,
    /// Since when they have none.
    pub deactivated_at: Option<Timestamp>,
    /// When they first came.
    pub created: Timestamp,
    /// Whether they are, or have ever been, in the policy's scope; nobody else is delivered anywhere.
    pub provisioned: bool,
    /// What keeps access that their claims do not give.
    pub hold: Option<Hold>,
    /// What is true of them, by the target's field names.
    pub record: BTreeMap<String, Field>,
    /// The roles that the policy gives them, of those that it manages.
    pub roles: Vec<String>,
    /// The groups that they are in, by name.
    pub groups: Vec<String>,
    /// What each source says, ended claims included.
    pub claims: Vec<Claim>,
    /// The external ids by which sources know them now.
    pub links: Vec<Link>,
    /// External ids that their claims no longer have, newest first.
    pub former_links: Vec<Link>,
}

/// A person with their timeline.
#[derive(Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// Each field: where its value comes from, by which rule, and who was skipped.
    pub fields: Vec<ExplainedField>,
    /// The newest events, oldest first.
    pub timeline: Vec<Event>,
    /// Where they stand in the target; null if nothing was ever to be delivered.
    pub delivery: Option<super::Delivery>,
}

/// Access that would have ended, and what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Hold {
    /// The mass-change case.
    pub case: String,
    /// `held` while it waits for a human, `kept` or `released` by the answer.
    #[schema(examples("held", "kept", "released"))]
    pub state: String,
    /// Since when it is so.
    pub since: Timestamp,
    /// By whose word access would have ended.
    pub source: String,
}

/// One field of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct Field {
    /// The value as text; flags are `true` and `false`, a person or a group is the id.
    pub value: String,
    /// What the source calls the person or group that the field refers to.
    pub said: Option<String>,
    /// The source that decided it; null for what a rule, a default or the lifecycle decides.
    pub source: Option<String>,
    /// Since when it is so.
    pub since: Option<Timestamp>,
    /// What it was before.
    pub former: Option<FormerValue>,
}

/// What a field was before.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormerValue {
    /// The value.
    pub value: String,
    /// Who had decided it.
    pub source: Option<String>,
    /// Since when it was so.
    pub since: Option<Timestamp>,
}

/// One field with its reasons.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExplainedField {
    /// The field; `roles` comes once for each role.
    pub field: String,
    /// Its value under the policy in force.
    pub value: Option<String>,
    /// What the source calls the person or group that the field refers to.
    pub said: Option<String>,
    /// The source that decided it.
    pub source: Option<String>,
    /// The expression that it came from.
    pub expression: Option<String>,
    /// Why it is so.
    pub rule: String,
    /// Since when.
    pub since: Option<Timestamp>,
    /// What it was before.
    pub former: Option<FormerValue>,
    /// Who else had a word, what they said, and why it does not count.
    pub skipped: Vec<Skipped>,
}

/// A word that does not count.
#[derive(Debug, Serialize, ToSchema)]
pub struct Skipped {
    /// Who said it.
    pub source: Option<String>,
    /// What they said.
    pub value: Option<String>,
    /// Why it does not count.
    pub reason: Option<String>,
}

/// What one source says of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Claim {
    /// Whom it is about.
    pub person: String,
    /// Who says it.
    pub source: String,
    /// The source's own id of the person.
    pub external_id: Option<String>,
    /// The login as the source writes it.
    pub user_name: String,
    /// Whether the source says that the person is active.
    pub active: bool,
    /// When that last changed.
    pub active_since: Timestamp,
    /// When the source ended the claim, if it did.
    pub ended: Option<Timestamp>,
    /// Counts the changes.
    pub version: i64,
    /// When the source first made it.
    pub created: Timestamp,
    /// When it last changed.
    pub modified: Timestamp,
    /// The SCIM attributes, as they were accepted.
    #[schema(value_type = Object)]
    pub attributes: Object,
}

/// A source's id of a person.
#[derive(Debug, Serialize, ToSchema)]
pub struct Link {
    /// The source.
    pub source: String,
    /// Its id of the person.
    pub external_id: String,
}

impl PersonSummary {
    /// A person without their claims.
    pub fn of(person: &person::Person) -> Self {
        Self {
            id: person.id.to_string(),
            active: person.active,
            deactivated_at: person.deactivated_at,
            created: person.created,
            provisioned: person.provisioned,
            hold: person.hold.as_ref().map(Hold::of),
            record: fields(&person.record),
            roles: person.record.roles.iter().cloned().collect(),
        }
    }
}

impl Person {
    /// A person with claims and links.
    pub fn of(person: &person::Person, former: &[(SourceName, String)]) -> Self {
        let PersonSummary { id, active, deactivated_at, created, provisioned, hold, record, roles } =
            PersonSummary::of(person);
        let live = person.claims.iter().filter(|claim| claim.is_live());
        let links = live.filter_map(|claim| Some(Link::new(&claim.source, claim.external_id()?)));
        Self {
            id,
            active,
            deactivated_at,
            created,
            provisioned,
            hold,
            record,
            roles,
            groups: person.groups.iter().map(|group| group.name.clone()).collect(),
            claims: person.claims.iter().map(|claim| Claim::of(&person.id, claim)).collect(),
            links: links.collect(),
            former_links: former.iter().map(|(source, id)| Link::new(source, id)).collect(),
        }
    }
}

impl Hold {
    fn of(hold: &limit::Hold) -> Self {
        Self {
            case: hold.case.to_string(),
            state: hold.state.label().to_owned(),
            since: hold.since,
            source: hold.source.to_string(),
        }
    }
}

impl Claim {
    /// A claim about this person.
    pub fn of(person: &PersonId, claim: &claim::Claim) -> Self {
        Self {
            person: person.to_string(),
            source: claim.source.to_string(),
            external_id: claim.external_id().map(str::to_owned),
            user_name: claim.user_name().to_owned(),
            active: claim.active,
            active_since: claim.active_since,
            ended: claim.ended,
            version: claim.version,
            created: claim.created,
            modified: claim.modified,
            attributes: Object::clone(&claim.attributes),
        }
    }
}

impl Link {
    fn new(source: &SourceName, external_id: &str) -> Self {
        Self { source: source.to_string(), external_id: external_id.to_owned() }
    }
}

impl Explanation {
    /// Somebody explained; with a field, only that one of the record is shown.
    pub fn of(explained: &explain::Explanation, field: Option<&str>) -> Self {
        let mut person = Person::of(&explained.person, &explained.former_links);
        person.record.retain(|name, _| field.is_none_or(|field| field == name));
        Self {
            person,
            fields: explained.fields.iter().map(ExplainedField::of).collect(),
            timeline: explained.timeline.iter().map(Event::of).collect(),
            delivery: explained
                .delivery
                .as_ref()
                .map(|it| super::Delivery::of(it, Some(explained.person.display()))),
        }
    }
}

impl ExplainedField {
    /// A field as it was explained.
    pub fn of(explained: &FieldExplanation) -> Self {
        let skipped = explained.skipped.iter().map(|skipped| Skipped {
            source: skipped.source.as_ref().map(ToString::to_string),
            value: skipped.to.clone(),
            reason: skipped.reason.clone(),
        });
        Self {
            field: explained.field.to_string(),
            value: explained.value.clone(),
            said: explained.said.clone(),
            source: explained.source.as_ref().map(ToString::to_string),
            expression: explained.expression.clone(),
            rule: explained.rule.clone(),
            since: explained.since,
            former: explained.former.as_ref().map(FormerValue::of),
            skipped: skipped.collect(),
        }
    }
}

impl FormerValue {
    fn of(former: &record::Former) -> Self {
        Self {
            value: former.value.clone(),
            source: former.source.as_ref().map(ToString::to_string),
            since: former.since,
        }
    }
}

/// A record by the target's field names.
pub(super) fn fields(record: &record::Record) -> BTreeMap<String, Field> {
    let field = |field: &record::Field| Field {
        value: field.value.to_string(),
        said: field.value.said().map(str::to_owned),
        source: field.source.as_ref().map(ToString::to_string),
        since: field.since,
        former: field.former.as_deref().map(FormerValue::of),
    };
    record.fields.iter().map(|(name, value)| (name.to_string(), field(value))).collect()
}
