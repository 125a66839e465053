//! `Iso3166Convert.*` and `parseCountryCode`: the codes and names of countries.

use super::{Call, Entry, Fault, Outcome};
use crate::iso3166::{self, Country};
use crate::value::Value;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "Iso3166Convert.toAlpha2(code: text) -> text",
        "The code with two letters, of a code of any kind.",
        (r#"Iso3166Convert.toAlpha2("IND")"#, r#""IN""#),
        alpha2,
    ),
    Entry::new(
        "Iso3166Convert.toAlpha3(code: text) -> text",
        "The code with three letters.",
        (r#"Iso3166Convert.toAlpha3("840")"#, r#""USA""#),
        alpha3,
    ),
    Entry::new(
        "Iso3166Convert.toNumeric(code: text) -> text",
        "The code with three digits.",
        (r#"Iso3166Convert.toNumeric("USA")"#, r#""840""#),
        numeric,
    ),
    Entry::new(
        "Iso3166Convert.toName(code: text) -> text",
        "The name in English.",
        (r#"Iso3166Convert.toName("IN")"#, r#""India""#),
        name,
    ),
    Entry::new(
        ".parseCountryCode(text: text) -> country",
        "The country of a code of any kind, or of an English name.",
        ("'USA'.parseCountryCode().toAlpha2()", r#""US""#),
        parse,
    ),
    Entry::new(
        ".toAlpha2(country: country) -> text",
        "Two letters.",
        ("'USA'.parseCountryCode().toAlpha2()", r#""US""#),
        alpha2,
    ),
    Entry::new(
        ".toAlpha3(country: country) -> text",
        "Three letters.",
        ("'840'.parseCountryCode().toAlpha3()", r#""USA""#),
        alpha3,
    ),
    Entry::new(
        ".toNumeric(country: country) -> text",
        "Three digits.",
        ("'United States'.parseCountryCode().toNumeric()", r#""840""#),
        numeric,
    ),
    Entry::new(
        ".toName(country: country) -> text",
        "The name in English.",
        ("'US'.parseCountryCode().toName()", r#""United States""#),
        name,
    ),
];

fn parse<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(country(call, true)?.map_or(Value::Null, Value::Country))
}

fn alpha2<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(country(call, false)?.map_or(Value::Null, |it| Value::text(it.alpha2)))
}

fn alpha3<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(country(call, false)?.map_or(Value::Null, |it| Value::text(it.alpha3)))
}

fn numeric<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(country(call, false)?.map_or(Value::Null, |it| Value::text(it.numeric)))
}

fn name<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(country(call, false)?.map_or(Value::Null, |it| Value::text(it.name)))
}

/// The country that the argument is or names; null and empty text name none.
fn country(call: &mut Call<'_, '_>, by_name: bool) -> Result<Option<&'static Country>, Box<Fault>> {
    if let Some(Value::Country(country)) = call.arguments.first() {
        return Ok(Some(country));
    }
    let Some(text) = call.subject()? else { return Ok(None) };
    if text.is_empty() {
        return Ok(None);
    }
    let found = iso3166::by_code(&text).or_else(|| by_name.then(|| iso3166::by_name(&text)).flatten());
    match found {
        Some(country) => Ok(Some(country)),
        None => {
            let shown: String = text.chars().take(40).collect();
            let fault = Fault::new(format!("`{shown}` is not a country code")).at(0);
            Err(fault.help("codes are like US, USA or 840"))
        }
    }
}
