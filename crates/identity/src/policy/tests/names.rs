//! Unknown fields, sources, functions and attributes.

use super::check;

#[test]
fn a_field_that_sys_user_does_not_have() {
    check(
        r#"[mapping.okta]
         titel = "user.title""#,
        &[
            r#"warning at okta: `workday` has no mapping, so that nothing it says reaches a record; add a table `[mapping.workday]`, or `[mapping."*"]` for every source without its own"#,
            "error at titel: sys_user has no field `titel`; did you mean `title`?",
        ],
    );
}

#[test]
fn a_field_that_is_like_nothing() {
    check(
        r#"[mapping.okta]
         shoe_size = "user.title""#,
        &[
            r#"warning at okta: `workday` has no mapping, so that nothing it says reaches a record; add a table `[mapping.workday]`, or `[mapping."*"]` for every source without its own"#,
            "error at shoe_size: sys_user has no field `shoe_size`; columns of your own begin with `u_` or `x_`",
        ],
    );
}

#[test]
fn a_field_of_the_lifecycle() {
    check(
        r#"[mapping.okta]
         active = "user.title""#,
        &[
            r#"warning at okta: `workday` has no mapping, so that nothing it says reaches a record; add a table `[mapping.workday]`, or `[mapping."*"]` for every source without its own"#,
            "error at active: `active` is written by the lifecycle; see `[lifecycle]`; `active` has an order in `[authority]` only",
        ],
    );
}

#[test]
fn a_field_in_authority() {
    check(
        r#"[authority]
         departmnt = ["okta"]"#,
        &["error at departmnt: sys_user has no field `departmnt`; did you mean `department`?"],
    );
}

#[test]
fn a_field_in_correlation() {
    check(
        r#"[correlation]
         rules = [{ claim = "externalId", record = "okta_id" }]"#,
        &[
            r#"error at "okta_id": sys_user has no field `okta_id`; columns of your own begin with `u_` or `x_`"#,
        ],
    );
}

#[test]
fn a_source_with_a_mapping() {
    check(
        r#"[mapping.otka]
         title = "user.title"
         [mapping.okta]
         [mapping.workday]"#,
        &["error at otka: there is no source `otka`; did you mean `okta`?"],
    );
}

#[test]
fn a_source_in_authority() {
    check(
        r#"[authority]
         title = ["sap"]"#,
        &[
            r#"error at "sap": there is no source `sap`; the configuration has `okta`, `workday`; a new one is a table `[sources.sap]` in tenure.toml"#,
        ],
    );
}

#[test]
fn a_source_that_may_create() {
    check(
        r#"[correlation]
         create = ["okta", "wrkday"]"#,
        &[r#"error at "wrkday": there is no source `wrkday`; did you mean `workday`?"#],
    );
}

#[test]
fn a_function() {
    check(
        "[mapping.'*']
         title = 'String.toUperCase(user.title)'",
        &[
            "error at String.toUperCase: unknown function `String.toUperCase`; did you mean `String.toUpperCase`?",
        ],
    );
}

#[test]
fn an_attribute() {
    check(
        "[mapping.'*']
         title = 'user.titel'",
        &["error at titel: unknown attribute `titel`; did you mean `title`?"],
    );
}

#[test]
fn an_attribute_of_the_record() {
    check(
        "[[roles]]
         role = 'admin'
         when = 'record.titel == null'",
        &["error at titel: unknown attribute `titel`; did you mean `title`?"],
    );
}

#[test]
fn another_source_in_a_mapping() {
    check(
        "[mapping.'*']
         title = 'workday.title'",
        &[
            "error at workday: unknown name `workday`; a mapping reads the claim of its own source, as `user.…`",
        ],
    );
}

#[test]
fn a_person_in_a_mapping() {
    check(
        "[mapping.'*']
         title = 'record.title'",
        &["error at record: unknown name `record`; a mapping reads the claim of its own source, as `user.…`"],
    );
}

#[test]
fn a_source_in_a_rule() {
    check(
        "[scope]
         users = 'otka.title == null'",
        &["error at otka: unknown name `otka`; did you mean `okta`?"],
    );
}

#[test]
fn an_attribute_of_correlation() {
    check(
        r#"[correlation]
         rules = [{ claim = "phone", record = "phone" }]"#,
        &[
            r#"error at "phone": people cannot be recognised by `phone`; there are `externalId`, `employeeNumber`, `userName`, `email`"#,
        ],
    );
}
