//! Members of groups in every dialect.

use super::*;
use crate::schema::GROUP;

fn split(operations: Value) -> Result<(PatchRequest, Vec<MemberChange>), Error> {
    split_members(PatchRequest::parse(json!({ "Operations": operations })).unwrap(), &catalog().group)
}

fn show(change: &MemberChange) -> String {
    let members = |members: &[Member]| members.iter().map(|m| m.value.as_str()).collect::<Vec<_>>().join(" ");
    match change {
        MemberChange::Add(added) => format!("+{}", members(added)),
        MemberChange::Remove(ids) => format!("-{}", ids.join(" ")),
        MemberChange::RemoveMatching(_) => "-?".into(),
        MemberChange::RemoveAll => "-*".into(),
        MemberChange::Replace(all) => format!("={}", members(all)),
    }
}

/// What one operation does to the members; nothing of it is left.
#[track_caller]
fn changes(operation: Value, expected: &str) {
    let (rest, changes) = split(json!([operation])).unwrap();
    let shown: Vec<_> = changes.iter().map(show).collect();
    assert_eq!(shown.join(", "), expected);
    assert_eq!(rest.operations, []);
}

#[track_caller]
fn refused(operation: Value, expected: Error) {
    assert_eq!(split(json!([operation])), Err(at(1, expected)));
}

fn removing(value: Value) -> Value {
    json!({ "op": "Remove", "path": "members", "value": value })
}

#[test]
fn added() {
    changes(add("members", json!([{ "value": "1" }, { "value": "2", "display": "B" }])), "+1 2");
    changes(add("members", json!({ "value": "1" })), "+1");
    changes(add("MEMBERS", json!(["1", "2", { "value": "1", "type": "User" }])), "+1 2");
    changes(add("members.value", json!("1")), "+1");
    changes(add(&format!("{GROUP}:members"), json!(["1"])), "+1");
    changes(add(r#"members[value eq "1"]"#, json!({ "display": "A" })), "+1");
    changes(add("members", json!([])), "");
}

#[test]
fn removed() {
    changes(remove(r#"members[value eq "1"]"#), "-1");
    changes(remove(r#"members[value eq "1" or value eq 2]"#), "-1 2");
    changes(remove(r#"members[type eq "User"]"#), "-?");
    changes(remove(r#"members[value eq "1" and type eq "User"]"#), "-?");
    changes(removing(json!([{ "value": "1" }, { "value": "2" }])), "-1 2");
    changes(removing(json!("1")), "-1");
    changes(removing(json!([])), "");
    changes(removing(json!(null)), "-*");
    changes(remove("members"), "-*");
}

#[test]
fn replaced() {
    changes(replace("members", json!([{ "value": "1" }])), "=1");
    changes(replace("members", json!([])), "-*");
    changes(replace("members", json!(null)), "-*");
    changes(replace(r#"members[value eq "1"].display"#, json!("A")), "+1");
    changes(replace(r#"members[value eq "1"].value"#, json!("2")), "-1, +2");
    changes(replace(r#"members[value eq "1"]"#, json!(null)), "-1");
}

#[test]
fn without_a_path() {
    changes(merge(json!({ "members": [{ "value": "1" }] })), "=1");
    changes(merge(json!({ "members": [] })), "-*");
    changes(json!({ "op": "add", "value": { "members": ["1"] } }), "+1");
    changes(json!({ "op": "add", "value": { format!("{GROUP}:members"): ["1"] } }), "+1");
    changes(json!({ "op": "add", "value": { GROUP: { "members": ["1"] } } }), "+1");
}

#[test]
fn oktas_rename_leaves_members_alone() {
    let rename = merge(json!({ "id": "g", "displayName": "G" }));
    let (rest, changes) = split(json!([rename])).unwrap();
    assert_eq!((rest.operations.len(), changes), (1, vec![]));
}

#[test]
fn the_rest_keeps_its_order_and_numbers() {
    let core = json!({ GROUP: { "displayName": "H", "members": ["3"] } });
    let (rest, changes) = split(json!([
        remove(r#"members[value eq "1"]"#),
        add("members", json!(["2"])),
        merge(json!({ "displayName": "G", "members": ["9"] })),
        merge(core),
    ]))
    .unwrap();
    let shown: Vec<_> = changes.iter().map(show).collect();
    assert_eq!(shown, ["-1", "+2", "=9", "=3"]);
    let left: Vec<_> = rest.operations.into_iter().map(|o| (o.number, o.value.unwrap())).collect();
    assert_eq!(left, [(3, json!({ "displayName": "G" })), (4, json!({ GROUP: { "displayName": "H" } }))]);
}

#[test]
fn users_have_no_members() {
    let request = PatchRequest::parse(json!({ "Operations": [add("members", json!(["1"]))] })).unwrap();
    assert_eq!(split_members(request.clone(), &catalog().user).unwrap(), (request, vec![]));
}

#[test]
fn wrong_members() {
    let value = "every element of `members` needs a `value`";
    refused(add("members", json!([{ "display": "A" }])), Error::invalid_value(value));
    refused(add("members", json!([true])), Error::invalid_value("`members` must be an object, not `true`"));
    let changed = Error::mutability("members can be added and removed, but not changed");
    refused(replace("members.display", json!("A")), changed.clone());
    refused(remove(r#"members[value eq "1"].display"#), changed);
    let selected = Error::no_target("members can only be selected by `value eq` here");
    refused(replace(r#"members[type eq "User"].display"#, json!("A")), selected);
}

#[test]
fn too_many_members() {
    let half: Vec<_> = (0..100_001).map(|n| n.to_string()).collect();
    let two = json!([add("members", json!(half)), removing(json!(half))]);
    assert_eq!(split(two), Err(at(2, Error::too_many("the request names more than 200000 members"))));
}

#[test]
fn members_of_a_new_group() {
    let body = json!({ "displayName": "G", "members": [
        { "value": "1", "$ref": "https://h/scim/v2/Users/1" }, { "value": "2", "type": "Group", "displayName": "Two" }
    ] });
    let mut accepted = accept(body, &catalog().group).unwrap().attributes;
    let member = |value: &str, kind: &str, display: Option<&str>| Member {
        value: value.into(),
        kind: Some(kind.into()),
        display: display.map(Into::into),
    };
    assert_eq!(take_members(&mut accepted), [member("1", "User", None), member("2", "Group", Some("Two"))]);
    assert_eq!(take_members(&mut accepted), []);
    assert!(!accepted.contains_key("members"));
}

#[test]
fn whole_groups_can_be_patched_too() {
    let group = catalog().group;
    let current = accept(json!({ "displayName": "G", "members": ["1", "2"] }), &group).unwrap().attributes;
    let operations = json!([
        remove(r#"members[value eq "1"]"#),
        add("members", json!([{ "value": "3" }])),
        removing(json!([{ "value": "2" }]))
    ]);
    let request = PatchRequest::parse(json!({ "Operations": operations })).unwrap();
    let after = apply(&request, &current, &group).unwrap().attributes;
    assert_eq!(after["members"], json!([{ "value": "3" }]));
}
