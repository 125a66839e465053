//! How expressions see people: `user.department`, `workday.title`, `record.email`, `isMemberOfGroupName(…)`.
//!
//! In a mapping `user` (or `appuser`) is the claim of the mapping's source. In rules about a person (fields, roles,
//! scope) `user` is the whole person: of each attribute the first source in the order of authority that has one; a
//! source's name is that source's claim, and `record` is the record as the mappings made it. Attributes have their
//! SCIM names, those of extensions without their URN, and the names of Okta's own profile, so that mappings can be
//! brought over as they are. A source that decides no field is heard under its own name only.

use crate::claim::Claim;
use crate::group::Membership;
use crate::id::SourceName;
use crate::record::{FieldValue, Record};
use serde_json::Value as Json;
use tenure_el::{Attribute, Context, Group, Type, Value, Vocabulary};
use tenure_scim::Object;
use tenure_scim::schema::{self, Catalog, ENTERPRISE_USER, Kind, ResourceType};

/// A claim, for the mapping of its source.
#[derive(Debug, Clone, Copy)]
pub struct ClaimView<'a> {
    /// What the source says.
    pub claim: &'a Claim,
    /// The groups that the person is in.
    pub groups: &'a [Membership],
    /// The enterprise extension, where half of what mappings read is.
    enterprise: Option<&'a Object>,
}

/// A whole person, for rules about people.
#[derive(Debug, Clone, Copy)]
pub struct PersonView<'a> {
    /// What sources say, the first in authority first.
    pub claims: &'a [ClaimView<'a>],
    /// Whose words count where no source is named: those of so many claims, from the first on.
    pub heard: usize,
    /// The groups that the person is in.
    pub groups: &'a [Membership],
    /// The record so far.
    pub record: &'a Record,
}

impl<'a> ClaimView<'a> {
    /// The claim of somebody who is in these groups.
    pub fn of(claim: &'a Claim, groups: &'a [Membership]) -> Self {
        let enterprise = find(&claim.attributes, ENTERPRISE_USER).and_then(Json::as_object);
        Self { claim, groups, enterprise }
    }

    fn read(&self, path: &[Box<str>]) -> Option<Value<'a>> {
        let (name, rest) = path.split_first()?;
        let found = match aliased(name) {
            Some(place) => self.at(place)?,
            None => self.named(name)?,
        };
        // `user.manager` alone is whom it names; the rest of the enterprise extension's complex attribute is behind it.
        if rest.is_empty() && &**name == "manager" {
            return part(found, "value").or(Some(found)).map(Value::json);
        }
        let found = rest.iter().try_fold(found, |value, name| part(value, name))?;
        Some(Value::json(found))
    }

    fn named(&self, name: &str) -> Option<&'a Json> {
        let claim = &*self.claim.attributes;
        let extension = || {
            let extensions =
                claim.iter().filter(|(urn, _)| urn.contains(':')).map(|(_, extension)| extension);
            extensions.filter_map(|extension| part(extension, name)).next()
        };
        find(claim, name).or_else(|| find(self.enterprise?, name)).or_else(extension)
    }

    fn at(&self, place: &Place) -> Option<&'a Json> {
        let claim = &*self.claim.attributes;
        match place {
            Place::Part(attribute, sub) => part(find(claim, attribute)?, sub),
            Place::Same(attribute) => find(claim, attribute),
            Place::Manager(sub) => part(find(self.enterprise?, "manager")?, sub),
            Place::Element(attribute, preferences, sub) => {
                let elements = find(claim, attribute)?.as_array()?;
                let mut chosen =
                    preferences.iter().filter_map(|it| elements.iter().find(|element| it.fits(element)));
                part(chosen.next()?, sub)
            }
        }
    }
}

/// An attribute of a resource. There are few, so that looking at each is quicker than a hash.
fn find<'a>(object: &'a Object, name: &str) -> Option<&'a Json> {
    object.iter().find(|(key, _)| *key == name).map(|(_, value)| value)
}

fn part<'a>(value: &'a Json, name: &str) -> Option<&'a Json> {
    find(value.as_object()?, name)
}

impl Context for ClaimView<'_> {
    fn attribute(&self, attribute: &Attribute) -> Option<Value<'_>> {
        match &*attribute.root {
            "user" | "appuser" | "source" => self.read(&attribute.path),
            _ => None,
        }
    }

    fn groups(&self) -> Box<dyn Iterator<Item = Group<'_>> + '_> {
        Box::new(self.groups.iter().map(group))
    }
}

impl Context for PersonView<'_> {
    fn attribute(&self, attribute: &Attribute) -> Option<Value<'_>> {
        let path = &attribute.path;
        match &*attribute.root {
            "user" | "appuser" => {
                let mut words = self.claims[..self.heard].iter().map(|claim| claim.read(path));
                words.find_map(|word| word.filter(|value| !is_blank(value)))
            }
            "record" => field(self.record, path),
            source => self.claims.iter().find(|view| view.claim.source.as_str() == source)?.read(path),
        }
    }

    fn groups(&self) -> Box<dyn Iterator<Item = Group<'_>> + '_> {
        Box::new(self.groups.iter().map(group))
    }
}

/// Nothing, or nothing but blanks.
fn is_blank(value: &Value<'_>) -> bool {
    value.is_null() || value.as_text().is_some_and(|text| text.trim().is_empty())
}

/// A group goes by the id that its source gave it, so that Okta's and Entra's own rules fit; by ours where there is none.
fn group(membership: &Membership) -> Group<'_> {
    let id = membership.external_id.as_deref().unwrap_or(membership.id.as_str());
    Group { source_id: Some(membership.source.as_str()), ..Group::new(id, &membership.name) }
}

fn field<'a>(record: &'a Record, path: &[Box<str>]) -> Option<Value<'a>> {
    let [name] = path else { return None };
    Some(match &record.fields.get(&**name)?.value {
        FieldValue::Text(text) => Value::text(text),
        FieldValue::Person(person) => Value::text(&person.said),
        FieldValue::Group(group) => Value::text(&group.said),
        FieldValue::Flag(flag) => Value::Boolean(*flag),
    })
}

/// An attribute that Okta's profile has and SCIM has elsewhere.
struct Alias {
    name: &'static str,
    kind: Place,
}

enum Place {
    /// A sub-attribute of a single complex attribute.
    Part(&'static str, &'static str),
    /// The same under another name.
    Same(&'static str),
    /// A sub-attribute of the element that is preferred.
    Element(&'static str, &'static [Preference], &'static str),
    /// A sub-attribute of `manager` in the enterprise extension.
    Manager(&'static str),
}

#[derive(Clone, Copy)]
enum Preference {
    Primary,
    Typed(&'static str),
    First,
}

const WORK_FIRST: &[Preference] = &[Preference::Primary, Preference::Typed("work"), Preference::First];
/// ServiceNow's own SCIM mapping reads home addresses only; the others serve where there is none.
const HOME_FIRST: &[Preference] =
    &[Preference::Typed("home"), Preference::Primary, Preference::Typed("work"), Preference::First];

const fn alias(name: &'static str, kind: Place) -> Alias {
    Alias { name, kind }
}

const ALIASES: &[Alias] = &[
    alias("city", Place::Element("addresses", HOME_FIRST, "locality")),
    alias("countryCode", Place::Element("addresses", HOME_FIRST, "country")),
    alias("email", Place::Element("emails", WORK_FIRST, "value")),
    alias("firstName", Place::Part("name", "givenName")),
    alias("homePhone", Place::Element("phoneNumbers", &[Preference::Typed("home")], "value")),
    alias("honorificPrefix", Place::Part("name", "honorificPrefix")),
    alias("honorificSuffix", Place::Part("name", "honorificSuffix")),
    alias("lastName", Place::Part("name", "familyName")),
    alias("login", Place::Same("userName")),
    alias("managerDisplayName", Place::Manager("displayName")),
    alias("managerId", Place::Manager("value")),
    alias("middleName", Place::Part("name", "middleName")),
    alias("mobilePhone", Place::Element("phoneNumbers", &[Preference::Typed("mobile")], "value")),
    alias("primaryPhone", Place::Element("phoneNumbers", WORK_FIRST, "value")),
    alias(
        "secondEmail",
        Place::Element("emails", &[Preference::Typed("other"), Preference::Typed("home")], "value"),
    ),
    alias("state", Place::Element("addresses", HOME_FIRST, "region")),
    alias("streetAddress", Place::Element("addresses", HOME_FIRST, "streetAddress")),
    alias("workPhone", Place::Element("phoneNumbers", &[Preference::Typed("work")], "value")),
    alias("zipCode", Place::Element("addresses", HOME_FIRST, "postalCode")),
];

fn aliased(name: &str) -> Option<&'static Place> {
    ALIASES.iter().find(|alias| alias.name == name).map(|alias| &alias.kind)
}

/// The attribute of a claim that the name stands for.
pub(super) fn attribute_of(name: &str) -> &str {
    match aliased(name) {
        Some(Place::Part(attribute, _) | Place::Same(attribute) | Place::Element(attribute, ..)) => attribute,
        Some(Place::Manager(_)) => "manager",
        None => name,
    }
}

impl Preference {
    fn fits(self, element: &Json) -> bool {
        match self {
            Self::Primary => part(element, "primary").and_then(Json::as_bool) == Some(true),
            Self::Typed(kind) => {
                part(element, "type").and_then(Json::as_str).is_some_and(|it| it.eq_ignore_ascii_case(kind))
            }
            Self::First => true,
        }
    }
}

/// What a mapping may read: the attributes of users, with their types.
pub(super) fn claim_vocabulary(catalog: &Catalog) -> Vocabulary {
    ["user", "appuser", "source"]
        .into_iter()
        .fold(Vocabulary::empty(), |vocabulary, root| with_user(vocabulary, root, &catalog.user))
}

/// What a rule about a person may read.
pub(super) fn person_vocabulary<'a>(
    catalog: &Catalog,
    sources: impl IntoIterator<Item = &'a SourceName>,
    fields: impl IntoIterator<Item = &'a str>,
) -> Vocabulary {
    let mut vocabulary = Vocabulary::empty();
    for root in ["user", "appuser"].into_iter().chain(sources.into_iter().map(SourceName::as_str)) {
        vocabulary = with_user(vocabulary, root, &catalog.user);
    }
    fields.into_iter().fold(vocabulary, |it, field| it.with(&format!("record.{field}"), Type::Text))
}

fn with_user(mut vocabulary: Vocabulary, root: &str, user: &ResourceType) -> Vocabulary {
    let extensions = user.extensions.iter().flat_map(|extension| &extension.schema.attributes);
    for attribute in user.schema.attributes.iter().chain(extensions) {
        let name = attribute.name.as_str();
        // A password is never kept, and what the server adds is not part of a claim.
        if attribute.returned == schema::Returned::Never || matches!(name, "id" | "meta" | "groups") {
            continue;
        }
        vocabulary = vocabulary.with(&format!("{root}.{name}"), attribute_type(attribute));
    }
    let own = ALIASES.iter().map(|alias| alias.name).chain(["externalId"]);
    own.fold(vocabulary, |vocabulary, name| vocabulary.with(&format!("{root}.{name}"), Type::Text))
}

fn attribute_type(attribute: &schema::Attribute) -> Type {
    // What is behind `manager` is text and an object at once.
    if attribute.name == "manager" {
        return Type::Any;
    }
    let one = match attribute.kind {
        Kind::Boolean => Type::Boolean,
        Kind::Integer => Type::Integer,
        Kind::Decimal => Type::Number,
        Kind::Complex => Type::any_object(),
        Kind::String | Kind::DateTime | Kind::Reference | Kind::Binary => Type::Text,
    };
    if attribute.multi_valued { Type::list(one) } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claim() -> Object {
        crate::testing::object(json!({
            "userName": "ada", "name": { "givenName": "Ada" }, "title": "Countess",
            "emails": [{ "value": "home@x", "type": "Home" }, { "value": "main@x", "primary": true }],
            "addresses": [{ "type": "work", "locality": "London" }, { "type": "home", "locality": "Ockham" }],
            ENTERPRISE_USER: { "department": "Sales", "manager": { "value": "00u9", "displayName": "Grace" } },
            "urn:acme:User": { "team": "Red" },
        }))
    }

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let claim = crate::testing::User(claim()).by("okta");
        let view = ClaimView::of(&claim, &[]);
        let found = view.attribute(&Attribute::parse(path));
        assert_eq!(found.as_ref().and_then(Value::as_text), expected, "{path}");
    }

    #[test]
    fn attributes_have_scim_names_and_those_of_the_profile() {
        check("user.userName", Some("ada"));
        check("user.login", Some("ada"));
        check("user.name.givenName", Some("Ada"));
        check("appuser.firstName", Some("Ada"));
        check("user.department", Some("Sales"));
        check("user.team", Some("Red"));
        check("user.manager", Some("00u9"));
        check("user.manager.displayName", Some("Grace"));
        check("user.managerId", Some("00u9"));
        check("user.nickName", None);
        check("workday.title", None);
    }

    #[test]
    fn the_preferred_element_is_meant() {
        check("user.email", Some("main@x"));
        check("user.secondEmail", Some("home@x"));
        check("user.city", Some("Ockham"));
        check("user.mobilePhone", None);
    }

    #[test]
    fn of_a_person_the_first_source_with_a_value_speaks() {
        use crate::testing::user;
        let okta = user("ada").with("title", json!("")).by("okta");
        let hr = user("al").with("title", json!("Countess")).by("hr");
        let record = Record::default();
        let claims = [&okta, &hr].map(|claim| ClaimView::of(claim, &[]));
        let view = PersonView { claims: &claims, heard: 2, groups: &[], record: &record };
        let text = |path: &str| {
            view.attribute(&Attribute::parse(path)).and_then(|it| it.to_text().map(String::from))
        };
        assert_eq!(text("user.title").as_deref(), Some("Countess"));
        assert_eq!(text("user.userName").as_deref(), Some("ada"));
        assert_eq!(text("hr.userName").as_deref(), Some("al"));
        assert_eq!(text("record.title"), None);
    }
}
