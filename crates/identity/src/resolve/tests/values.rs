//! Values: defaults, what is written once, what is too long.

use super::*;

#[test]
fn a_default_stands_in() {
    Somebody::under("[mapping.'*']\ntitle = { value = 'user.title', default = 'None' }")
        .claims(&[user("alice").by("okta")])
        .said("title", &["defaulted - None"])
        .because("title", &["no source that decides it has a value"])
        .claims(&[user("alice").by("okta")])
        .said("title", &["unchanged - None"])
        .claims(&[titled("Boss").by("okta")])
        .said("title", &["written None Boss"])
        .claims(&[user("alice").by("okta")])
        .said("title", &["defaulted Boss None"]);
}

#[test]
fn the_default_is_that_of_the_first_who_decides() {
    let policy = "
        [mapping.okta]\ntitle = { value = 'user.title', default = 'by okta' }
        [mapping.workday]\ntitle = { value = 'user.title', default = 'by workday' }
        [authority]\ntitle = ['workday', 'okta']";
    let claims = [user("alice").by("okta"), user("alice").by("workday")];
    Somebody::under(policy).claims(&claims).has("title", Some("by workday"));
    Somebody::under(policy).claims(&claims[..1]).has("title", Some("by okta"));
}

#[test]
fn what_is_written_once_is_left_alone() {
    Somebody::under("[mapping.'*']\ntitle = { value = 'user.title', create_only = true }")
        .claims(&[user("alice").by("okta")])
        .said("title", &[])
        .claims(&[titled("Clerk").by("okta")])
        .said("title", &["written - Clerk"])
        .claims(&[titled("Boss").by("okta")])
        .said("title", &["unchanged - Clerk"])
        .because("title", &["it is written once and then left alone"])
        .claims(&[user("alice").by("okta")])
        .said("title", &["unchanged - Clerk"]);
}

/// What `text` becomes in a column of ten characters.
#[track_caller]
fn shortened(how: &str, text: &str, expected: &str) {
    let policy =
        format!("[mapping.'*']\ntitle = {{ value = 'user.title', max_length = 10, too_long = '{how}' }}");
    let mut alice = Somebody::under(&policy);
    alice.claims(&[titled(text).by("okta")]).has("title", Some(expected));
    let length = text.chars().count();
    let reason = format!("shortened as the policy says: it had {length} characters and `title` holds 10");
    let reason: &[&str] = if length > 10 { &[&reason] } else { &[] };
    alice.because("title", reason);
    alice.claims(&[titled(text).by("okta")]).said("title", &[&format!("unchanged - {expected}")]);
}

#[test]
fn long_values_are_shortened_by_the_rule() {
    shortened("cut", "ten letter", "ten letter");
    shortened("cut", "Marketing Lead", "Marketing");
    shortened("cut", "Éclairagiste", "Éclairagis");
    shortened("cut_at_word", "ten letter", "ten letter");
    shortened("cut_at_word", "Head of Sales", "Head of");
    shortened("cut_at_word", "Head of it all", "Head of it");
    shortened("cut_at_word", "Geschäftsführerin", "Geschäftsf");
}

#[test]
fn a_default_that_is_too_long_is_shortened_too() {
    Somebody::under(
        "[mapping.'*']\ncountry = { value = 'user.countryCode', default = 'Germany', too_long = 'cut' }",
    )
    .claims(&[user("alice").by("okta")])
    .said("country", &["defaulted - Ger"]);
}

#[test]
fn values_are_text_without_blanks_around() {
    let policy = "[mapping.'*']\ntitle = 'user.title'\nvip = 'user.title == \"Boss\"'\nu_level = '1 + 2'";
    Somebody::under(policy)
        .claims(&[titled("  Boss ").by("okta")])
        .has("title", Some("Boss"))
        .has("vip", Some("false"))
        .has("u_level", Some("3"))
        .claims(&[titled("Boss").by("okta")])
        .has("vip", Some("true"))
        .claims(&[titled("   ").by("okta")])
        .said("title", &["written Boss -"])
        .because("title", &["no source that decides it has a value any more"]);
}
