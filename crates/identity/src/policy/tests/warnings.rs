//! What works and should be written differently.

use super::check;

#[test]
fn an_order_for_a_field_that_nobody_maps() {
    check(
        "[authority]
         u_team = ['okta']",
        &[
            r#"warning at u_team: `u_team` has an order of authority, and no mapping fills it; add `u_team = "user.…"` to the mapping of `okta`"#,
        ],
    );
}

#[test]
fn an_order_of_sources_that_do_not_map_the_field() {
    check(
        "[mapping.okta]
         title = 'user.title'
         [mapping.workday]
         city = 'user.city'
         [authority]
         title = ['workday']",
        &[
            "warning at title: `title` is decided by `workday`, whose mapping does not fill it; map it there too, or name `okta` in the order",
        ],
    );
}

#[test]
fn an_order_for_active_that_decides_nothing() {
    check(
        "[authority]
         active = ['workday']",
        &[
            r#"warning at active: `active` has an order, and any source ends access; write `deactivate_when = "authoritative"` under [lifecycle], or take the order away"#,
        ],
    );
}

#[test]
fn an_order_for_active_without_those_who_bring_people() {
    let order = "[lifecycle]
         deactivate_when = 'authoritative'
         [authority]
         active = ['workday']";
    check(
        order,
        &[
            "warning at active: `okta` may bring people into being and does not decide `active`: they have no access until `workday` claims them too; name `okta` last in the order, if its word is to count as long as `workday` says nothing",
        ],
    );
    check(&format!("{order}\n[correlation]\ncreate = ['workday']"), &[]);
    check(&order.replace("'workday'", "'workday', 'okta'"), &[]);
}

#[test]
fn a_source_without_a_mapping() {
    check(
        "[mapping.okta]
         title = 'user.title'",
        &[
            r#"warning at okta: `workday` has no mapping, so that nothing it says reaches a record; add a table `[mapping.workday]`, or `[mapping."*"]` for every source without its own"#,
        ],
    );
}

#[test]
fn filling_before_deciding() {
    check(
        "[authority]
         title = [{ source = 'okta', only = 'empty' }, 'workday']",
        &[
            "warning at 'workday': `okta` may only fill what is empty, and comes before `workday`; `workday` decides all the same; put it first",
        ],
    );
}

#[test]
fn a_reference_that_is_plain_text() {
    check(
        "[mapping.'*']
         manager = 'user.manager'",
        &[
            r#"warning at manager: `manager` refers to sys_user, and the value is plain text; write `{ value = …, reference = "sys_user", by = "user_name" }`"#,
        ],
    );
}

#[test]
fn nobody_may_join() {
    check(
        "[correlation]
         create = []",
        &[
            "warning at []: no source may bring anybody into being; name the sources that may, or leave `create` out for all of them",
        ],
    );
}
