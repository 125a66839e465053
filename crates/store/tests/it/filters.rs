//! Filters and sorting: whatever indexes answer must be what the filter means. A random population and many random
//! filters are asked of the store and of [`Bound::matches`].

use crate::fixture::*;
use crate::support::{Place, on_both_engines};
use serde_json::{Value, json};
use tenure_identity::claim::Claim;
use tenure_identity::group::Group;
use tenure_lab::rng::Rng;
use tenure_scim::Object;
use tenure_scim::filter::{Bound, Filter};
use tenure_scim::path::AttributePath;
use tenure_scim::schema::{Catalog, ENTERPRISE_USER, ResourceType};
use tenure_scim::sort::{Order, SortBy};
use tenure_store::Store;
use tenure_store::query::{From, Kind, Query};

on_both_engines!(
    users_are_filtered_as_the_filter_means,
    groups_are_filtered_as_the_filter_means,
    users_are_sorted_as_the_order_means,
    logins_and_group_names_sort_by_their_keys,
    pages_of_a_scan_fit_together,
    text_that_no_value_has_is_no_error,
);

const USERS: usize = 60;
const GROUPS: usize = 12;
const WORDS: [&str; 12] = [
    "Ada",
    "ada",
    "Adam",
    "ÅSA",
    "a\u{30a}sa",
    "Zoë",
    "O'Neil",
    "a%b_c",
    "ΟΔΟΣ",
    " padded ",
    "x",
    "ada \u{10ffff}",
];

async fn populate(store: &Store, rng: &mut Rng) {
    let users: Vec<_> = (0..USERS).map(|n| user(n, rng)).collect();
    commit_all(store, users).await;
    for n in 0..USERS {
        if rng.chance(100) {
            change(store, &person_id(n), |claim| claim.ended = Some(at(1))).await;
        }
    }
    for n in 0..GROUPS {
        let members: Vec<_> =
            (0..USERS).filter(|_| rng.chance(150)).map(|n| person_id(n).to_string()).collect();
        let members: Vec<_> = members.iter().map(String::as_str).collect();
        let name = format!("{}{}", rng.pick(&WORDS), "·".repeat(n));
        let mut attributes = object(json!({ "displayName": name }));
        if rng.chance(700) {
            attributes.insert("externalId".into(), format!("{}{n}", rng.pick(&WORDS)).into());
        }
        let times = (at(n as i64), at(n as i64 * 7 % 5));
        let group = Group { attributes, created: times.0, modified: times.1, ..group(n) };
        store.commit(&new_group(group, &members)).await.unwrap();
        store.commit(&crowd(&self::group(n), 9, &[], &members[..members.len() / 3])).await.unwrap();
    }
}

fn user(n: usize, rng: &mut Rng) -> tenure_identity::change::Change {
    let mut attributes = Object::new();
    attributes.insert("userName".into(), format!("{}{n}", rng.pick(&WORDS)).into());
    let word = |rng: &mut Rng| Value::from(*rng.pick(&WORDS));
    if rng.chance(800) {
        attributes.insert("externalId".into(), format!("{}{n}", rng.pick(&WORDS)).into());
    }
    for name in ["displayName", "title"] {
        if rng.chance(600) {
            attributes.insert(name.into(), word(rng));
        }
    }
    if rng.chance(700) {
        attributes.insert("active".into(), rng.chance(600).into());
    }
    if rng.chance(700) {
        attributes.insert("name".into(), json!({ "familyName": word(rng), "givenName": word(rng) }));
    }
    let email = |rng: &mut Rng| json!({ "value": format!("{}@x", rng.pick(&WORDS)), "type": rng.pick(&["work", "home"]) });
    let emails: Vec<_> = (0..rng.below(4)).map(|_| email(rng)).collect();
    attributes.insert("emails".into(), emails.into());
    if rng.chance(500) {
        attributes
            .insert(ENTERPRISE_USER.into(), json!({ "employeeNumber": format!("{}{n}", rng.pick(&WORDS)) }));
    }
    let created = at(rng.below(5) as i64);
    let claim = Claim { created, modified: at(rng.below(5) as i64), ..claim(attributes) };
    let mut change = joiner_with(&person_id(n), claim);
    let person = &mut change.person.as_mut().unwrap().person;
    (person.login, person.employee_number) =
        (tenure_identity::person::Held::Shared, tenure_identity::person::Held::Shared);
    change
}

/// Everything that is live, as a filter sees it, in order of age.
async fn everything(store: &Store, place: &Place, kind: Kind) -> Vec<Object> {
    let mut objects = Vec::new();
    for stored in page(store, kind, From::Offset(0), 10_000).await.resources {
        let mut object: Object = serde_json::from_str(&stored.doc).unwrap();
        object.insert("id".into(), stored.id.as_str().into());
        let resource_type = if kind == Kind::Users { "User" } else { "Group" };
        let (created, modified) = (stored.created.to_string(), stored.modified.to_string());
        let meta = json!({ "resourceType": resource_type, "created": created, "lastModified": modified });
        object.insert("meta".into(), meta);
        let relation = match kind {
            Kind::Users => format!(
                "select g.id, g.display_name from members m join groups g on g.id = m.group_id \
                 where m.present = 1 and m.member_id = '{}' order by g.seq",
                stored.id
            ),
            Kind::Groups => format!(
                "select member_id, 'User' from members where present = 1 and group_id = '{}'",
                stored.id
            ),
        };
        let (name, second) = if kind == Kind::Users { ("groups", "display") } else { ("members", "type") };
        let related =
            place.sql(&relation).await.into_iter().map(|row| json!({ "value": row[0], second: row[1] }));
        object.insert(name.into(), related.collect());
        if kind == Kind::Users {
            let active = format!("select active from claims where seq = {}", stored.seq);
            object.insert("active".into(), (place.number(&active).await == 1).into());
        }
        objects.push(object);
    }
    objects
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// One comparison of a random attribute.
fn comparison(kind: Kind, rng: &mut Rng) -> String {
    let word = |rng: &mut Rng| {
        let word = *rng.pick(&WORDS);
        match rng.below(4) {
            0 => quoted(&format!("{word}{}", rng.below(USERS))),
            1 => quoted(&word.chars().take(1 + rng.below(2)).collect::<String>()),
            2 => quoted(&format!(" {word}")),
            _ => quoted(word),
        }
    };
    let texts: &[&str] = match kind {
        Kind::Users => &[
            "userName",
            "externalId",
            "displayName",
            "title",
            "name.familyName",
            "employeeNumber",
            "emails",
            "emails.value",
            "emails.type",
            "groups.display",
            "id",
        ],
        Kind::Groups => &["displayName", "externalId", "id"],
    };
    let id = match kind {
        Kind::Users => group_id(rng.below(GROUPS)).to_string(),
        Kind::Groups => person_id(rng.below(USERS)).to_string(),
    };
    let relation = if kind == Kind::Users { "groups" } else { "members" };
    let all = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"];
    match rng.below(20) {
        0 if kind == Kind::Users => format!("active {} {}", rng.pick(&["eq", "ne"]), rng.chance(500)),
        1 => format!(
            "meta.{} {} {}",
            rng.pick(&["created", "lastModified"]),
            rng.pick(&["eq", "ne", "gt", "ge", "lt", "le"]),
            quoted(&instant(rng))
        ),
        2 => format!(
            "{relation}{} {} {}",
            rng.pick(&["", ".value"]),
            rng.pick(&["eq", "ne", "sw"]),
            quoted(&id)
        ),
        3 => format!("{relation}[value eq {}]", quoted(&id)),
        4 if kind == Kind::Users => {
            format!("emails[type eq \"work\" and value {} {}]", rng.pick(&["eq", "sw"]), word(rng))
        }
        5 if kind == Kind::Users => format!("emails[value eq {} or not (type eq \"home\")]", word(rng)),
        6 => format!("{} {} null", rng.pick(texts), rng.pick(&["eq", "ne"])),
        7 | 8 => format!("{} pr", rng.pick(texts)),
        9 => format!("id eq {}", quoted(person_id(rng.below(USERS)).as_str())),
        10 => format!("{} eq \"\"", rng.pick(texts)),
        11 if kind == Kind::Users => {
            format!("emails.value {} {}", rng.pick(&all), quoted(&format!("{}@x", rng.pick(&WORDS))))
        }
        _ => format!("{} {} {}", rng.pick(texts), rng.pick(&all), word(rng)),
    }
}

fn instant(rng: &mut Rng) -> String {
    let fraction = rng.pick(&["", ".0000005", ".000001", ".5"]);
    format!("{}{fraction}Z", at(rng.below(6) as i64).to_string().trim_end_matches('Z'))
}

fn filter(kind: Kind, depth: usize, rng: &mut Rng) -> String {
    if depth == 0 || rng.chance(400) {
        return comparison(kind, rng);
    }
    let part = |rng: &mut Rng| filter(kind, depth - 1, rng);
    match rng.below(3) {
        0 => format!("({} and {})", part(rng), part(rng)),
        1 => format!("({} or {})", part(rng), part(rng)),
        _ => format!("not ({})", part(rng)),
    }
}

fn bind(filter: &str, resource_type: &ResourceType) -> Bound {
    let parsed = Filter::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    parsed.bind(resource_type).unwrap_or_else(|error| panic!("{filter}: {error}"))
}

async fn listed(store: &Store, kind: Kind, filter: Option<&Bound>, order: Option<&Order>) -> Vec<String> {
    let source = okta();
    let query = Query { kind, source: &source, filter, order, from: From::Offset(0), count: 10_000 };
    let page = store.list(&query).await.unwrap();
    assert_eq!(page.total, page.resources.len() as u64);
    page.resources.into_iter().map(|resource| resource.id).collect()
}

fn meant<'o>(objects: impl IntoIterator<Item = &'o Object>, filter: Option<&Bound>) -> Vec<&'o str> {
    let matching = objects.into_iter().filter(|object| filter.is_none_or(|filter| filter.matches(object)));
    matching.map(|object| object["id"].as_str().unwrap()).collect()
}

async fn compare(place: Place, kind: Kind, resource_type: &ResourceType) {
    let store = place.open().await;
    let mut rng = Rng::new(7);
    populate(&store, &mut rng).await;
    let objects = everything(&store, &place, kind).await;
    assert!(objects.len() > GROUPS / 2);
    let mut found = 0;
    for _ in 0..600 {
        let text = filter(kind, 3, &mut rng);
        let bound = bind(&text, resource_type);
        let expected = meant(&objects, Some(&bound));
        assert_eq!(listed(&store, kind, Some(&bound), None).await, expected, "{text}");
        found += usize::from(!expected.is_empty() && expected.len() < objects.len());
    }
    assert!(found > 100, "only {found} filters select some and not all");
}

async fn users_are_filtered_as_the_filter_means(place: Place) {
    compare(place, Kind::Users, &Catalog::standard().user).await;
}

async fn groups_are_filtered_as_the_filter_means(place: Place) {
    compare(place, Kind::Groups, &Catalog::standard().group).await;
}

async fn users_are_sorted_as_the_order_means(place: Place) {
    let store = place.open().await;
    let mut rng = Rng::new(11);
    populate(&store, &mut rng).await;
    let objects = everything(&store, &place, Kind::Users).await;
    let user = Catalog::standard().user;
    let paths = [
        "id",
        "externalId",
        "meta.created",
        "meta.lastModified",
        "title",
        "name.familyName",
        "emails",
        "active",
        "displayName",
        "employeeNumber",
        "groups.display",
    ];
    for path in paths {
        for descending in [false, true] {
            for filter in [None, Some("active eq true"), Some("title pr"), Some("userName co \"a\"")] {
                let order =
                    SortBy { path: AttributePath::parse(path).unwrap(), descending }.bind(&user).unwrap();
                let bound = filter.map(|filter| bind(filter, &user));
                let mut sorted: Vec<_> = objects.iter().collect();
                sorted.sort_by(|a, b| order.compare(a, b));
                let expected = meant(sorted, bound.as_ref());
                let found = listed(&store, Kind::Users, bound.as_ref(), Some(&order)).await;
                assert_eq!(found, expected, "{path} {descending} {filter:?}");
            }
        }
    }
}

async fn logins_and_group_names_sort_by_their_keys(place: Place) {
    let store = place.open().await;
    let names = ["b", "Ab", "aa", "ÅSA", "_x", "Z", "zz", "ö", "10", "9"];
    for (n, name) in names.into_iter().enumerate() {
        let mut attributes = attributes(n);
        attributes.insert("userName".into(), name.into());
        store.commit(&joiner_with(&person_id(n), claim(attributes))).await.unwrap();
        let attributes = object(json!({ "displayName": name }));
        store.commit(&new_group(Group { attributes, ..group(n) }, &[])).await.unwrap();
    }
    let Catalog { user, group } = Catalog::standard();
    for (kind, resource_type, path) in [(Kind::Users, user, "userName"), (Kind::Groups, group, "displayName")]
    {
        let objects = everything(&store, &place, kind).await;
        for descending in [false, true] {
            let by = SortBy { path: AttributePath::parse(path).unwrap(), descending };
            let order = by.bind(&resource_type).unwrap();
            let mut sorted: Vec<_> = objects.iter().collect();
            sorted.sort_by(|a, b| order.compare(a, b));
            assert_eq!(listed(&store, kind, None, Some(&order)).await, meant(sorted, None), "{path}");
        }
    }
}

async fn pages_of_a_scan_fit_together(place: Place) {
    let store = place.open().await;
    commit_all(&store, (0..1_203).map(joiner)).await;
    let source = okta();
    let user = Catalog::standard().user;
    let bound = bind("userName co \"7\"", &user);
    let descending = SortBy { path: AttributePath::parse("name.familyName").unwrap(), descending: true };
    let order = descending.bind(&user).unwrap();
    for order in [None, Some(&order)] {
        let all = listed(&store, Kind::Users, Some(&bound), order).await;
        let mut paged = Vec::new();
        for offset in (0..all.len()).step_by(50) {
            let from = From::Offset(offset as u64);
            let query =
                Query { kind: Kind::Users, source: &source, filter: Some(&bound), order, from, count: 50 };
            let page = store.list(&query).await.unwrap();
            assert_eq!(page.total, all.len() as u64);
            paged.extend(page.resources.into_iter().map(|resource| resource.id));
        }
        assert_eq!(paged, all);
        let after = Query {
            kind: Kind::Users,
            source: &source,
            filter: Some(&bound),
            order,
            from: From::After(1_000),
            count: 9,
        };
        assert!(store.list(&after).await.unwrap().resources.iter().all(|resource| resource.seq > 1_000));
    }
}

async fn text_that_no_value_has_is_no_error(place: Place) {
    let store = place.open().await;
    store.commit(&joiner(1)).await.unwrap();
    let user = Catalog::standard().user;
    for filter in [
        r#"userName eq "a\u0000""#,
        r#"id eq "\u0000""#,
        r#"externalId sw "\u0000""#,
        r#"groups.value eq "\u0000""#,
    ] {
        let Ok(parsed) = Filter::parse(filter) else { continue };
        assert!(listed(&store, Kind::Users, Some(&parsed.bind(&user).unwrap()), None).await.is_empty());
    }
}
