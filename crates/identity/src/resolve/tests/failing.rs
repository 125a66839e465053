//! Expressions that fail for one person: the field keeps its value, the others go on, and somebody is told.

use super::*;

#[test]
fn a_mapping_that_fails_blocks_nothing() {
    let policy = "[mapping.'*']\ntitle = 'user.title + \"!\"'\ncity = 'user.nickName'";
    let nick = |user: User, name: &str| user.with("nickName", json!(name)).by("okta");
    Somebody::under(policy)
        .claims(&[nick(titled("Boss"), "Rome")])
        .has("title", Some("Boss!"))
        .found(&[])
        .claims(&[nick(user("ada"), "Bern")])
        .said("title", &["rejected Boss! (this is null, and would write the text `null`)"])
        .because(
            "title",
            &["`user.title + \"!\"` by `okta` gave nothing: this is null, and would write the text `null`; the old value stays"],
        )
        .has("title", Some("Boss!"))
        .has("city", Some("Bern"))
        .found(&["`title`: `user.title + \"!\"` by `okta` gave nothing: this is null, and would write the text `null`"])
        .unfit(&["title"]);
}

#[test]
fn a_rule_that_fails_leaves_its_field_as_it_was() {
    let policy = "[[fields]]\nfield = 'title'\nwhen = 'true'\nvalue = 'user.nickName + \"!\"'";
    let named = titled("Clerk").with("nickName", json!("Al"));
    Somebody::under(policy)
        .claims(&[named.by("okta")])
        .has("title", Some("Al!"))
        .claims(&[titled("Clerk").by("okta")])
        .has("title", Some("Al!"))
        .said("title", &["skipped (not authoritative) - Clerk", "rejected Al! -"])
        .found(&["`title`: the rule `true` gave nothing: this is null, and would write the text `null`"])
        .unfit(&["title"]);
}

#[test]
fn a_role_that_fails_stays_as_it_was() {
    let policy = "
        [[roles]]\nrole = 'boss'\nwhen = 'String.stringContains(user.title + \"\", \"Boss\")'
        [[roles]]\nrole = 'everybody'\nwhen = 'true'";
    let untold = [user("ada").by("okta")];
    Somebody::under(policy).claims(&untold).roles(&["everybody"]);
    Somebody::under(policy)
        .claims(&[titled("Boss").by("okta")])
        .claims(&untold)
        .roles(&["boss", "everybody"])
        .said("roles", &["rejected - boss", "unchanged - everybody"]);
}

#[test]
fn nulls_are_as_the_policy_says() {
    let java = "[mapping.'*']\ntitle = 'user.title + \"!\"'\n[expressions]\nnulls = 'java'";
    Somebody::under(java).claims(&[user("ada").by("okta")]).has("title", Some("null!"));
    let empty = "[mapping.'*']\ntitle = 'user.title + \"!\"'\n[expressions]\nnulls = 'empty'";
    Somebody::under(empty).claims(&[user("ada").by("okta")]).has("title", Some("!"));
}
