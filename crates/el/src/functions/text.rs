//! `String.*`, their deprecated bare forms, and the same as methods.
//!
//! Positions and lengths count UTF-16 code units, as Java does; where the text is ASCII nothing is converted.

use super::{Call, Entry, Fault, Outcome};
use crate::settings::{ReplaceFirst, WithoutSeparator};
use crate::value::Value;
use std::borrow::Cow;

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "String.append(str: text, suffix: text) -> text",
        "The text followed by the suffix.",
        (r#"String.append("This is", " a test")"#, r#""This is a test""#),
        append,
    ),
    Entry::new(
        "String.join(separator: text, str: text...) -> text",
        "The texts, with the separator between them.",
        (r#"String.join(",", "This", "is", "a", "test")"#, r#""This,is,a,test""#),
        join,
    ),
    Entry::new(
        "String.len(str: text) -> integer",
        "How many UTF-16 code units the text has; null has 0.",
        (r#"String.len("This")"#, "4"),
        length,
    ),
    Entry::new(
        "String.removeSpaces(str: text) -> text",
        "The text without its blanks (U+0020).",
        (r#"String.removeSpaces("This is a test")"#, r#""Thisisatest""#),
        remove_spaces,
    ),
    Entry::new(
        "String.replace(str: text, match: text, replacement: text) -> text",
        "The text with every occurrence replaced.",
        (r#"String.replace("This is a test", "is", "at")"#, r#""That at a test""#),
        replace,
    ),
    Entry::new(
        "String.replaceFirst(str: text, match: text, replacement: text) -> text",
        "The text with the first occurrence replaced. A setting makes the match a regular expression.",
        (r#"String.replaceFirst("This is a test", "is", "at")"#, r#""That is a test""#),
        replace_first,
    ),
    Entry::new(
        "String.startsWith(str: text, prefix: text) -> boolean",
        "Whether the text begins so; null does not.",
        (r#"String.startsWith("Kiss", "K")"#, "true"),
        starts_with,
    ),
    Entry::new(
        "String.stringContains(str: text, part: text) -> boolean",
        "Whether the part occurs in the text, by case; in null it does not.",
        (r#"String.stringContains("This is a test", "test")"#, "true"),
        contains,
    ),
    Entry::new(
        "String.stringSwitch(str: text, default: text, keyAndValue: text...) -> text",
        "The value of the first key, in the order of the arguments, that occurs in the text; else the default.",
        (r#"String.stringSwitch("This is a test", "default", "test", "value1")"#, r#""value1""#),
        switch,
    ),
    Entry::new(
        "String.substring(str: text, start: integer, end: integer) -> text",
        "From the start to before the end, counted from 0. Beyond the text is an error.",
        (r#"String.substring("This is a test", 2, 9)"#, r#""is is a""#),
        substring,
    ),
    Entry::new(
        "String.substringAfter(str: text, separator: text) -> text",
        "What follows the first separator. Without one, empty text.",
        (r#"String.substringAfter("abc@okta.com", "@")"#, r#""okta.com""#),
        substring_after,
    ),
    Entry::new(
        "String.substringBefore(str: text, separator: text) -> text",
        "What precedes the first separator. Without one, empty text; a setting makes it the whole text.",
        (r#"String.substringBefore("abc@okta.com", "@")"#, r#""abc""#),
        substring_before,
    ),
    Entry::new(
        "String.toUpperCase(str: text) -> text",
        "The text in capital letters.",
        (r#"String.toUpperCase("This")"#, r#""THIS""#),
        upper,
    ),
    Entry::new(
        "String.toLowerCase(str: text) -> text",
        "The text in small letters.",
        (r#"String.toLowerCase("ThiS")"#, r#""this""#),
        lower,
    ),
    Entry::new("toUpperCase(str: text) -> text", "Old form.", (r#"toUpperCase("This")"#, r#""THIS""#), upper),
    Entry::new("toLowerCase(str: text) -> text", "Old form.", (r#"toLowerCase("ThiS")"#, r#""this""#), lower),
    Entry::new(
        "substring(str: text, start: integer, end: integer) -> text",
        "Old form.",
        (r#"substring("Winston", 0, 1)"#, r#""W""#),
        substring,
    ),
    Entry::new(
        "substringAfter(str: text, separator: text) -> text",
        "Old form.",
        (r#"substringAfter("alex@okta.com", '@')"#, r#""okta.com""#),
        substring_after,
    ),
    Entry::new(
        "substringBefore(str: text, separator: text) -> text",
        "Old form.",
        (r#"substringBefore("alex@okta.com", '@')"#, r#""alex""#),
        substring_before,
    ),
    Entry::new(
        ".toUpperCase(str: text) -> text",
        "In capital letters.",
        ("'test'.toUpperCase()", r#""TEST""#),
        upper,
    ),
    Entry::new(
        ".toLowerCase(str: text) -> text",
        "In small letters.",
        ("'TEST'.toLowerCase()", r#""test""#),
        lower,
    ),
    Entry::new(
        ".substring(str: text, start: integer, end: integer?) -> text",
        "From the start to before the end, or to the end of the text.",
        ("'John'.substring(1, 3)", r#""oh""#),
        substring,
    ),
    Entry::new(
        ".substringAfter(str: text, separator: text) -> text",
        "What follows the first separator.",
        ("'john@okta.com'.substringAfter('@')", r#""okta.com""#),
        substring_after,
    ),
    Entry::new(
        ".substringBefore(str: text, separator: text) -> text",
        "What precedes the first separator.",
        ("'john@okta.com'.substringBefore('@')", r#""john""#),
        substring_before,
    ),
    Entry::new(
        ".replace(str: text, match: text, replacement: text) -> text",
        "With every occurrence replaced.",
        ("'hello'.replace('l', 'p')", r#""heppo""#),
        replace,
    ),
    Entry::new(
        ".replaceFirst(str: text, match: text, replacement: text) -> text",
        "With the first occurrence replaced.",
        ("'hello'.replaceFirst('l', 'p')", r#""heplo""#),
        replace_first,
    ),
    Entry::new(".length(str: text) -> integer", "How long it is.", ("'test'.length()", "4"), length),
    Entry::new(
        ".removeSpaces(str: text) -> text",
        "Without its blanks.",
        ("'This is a test'.removeSpaces()", r#""Thisisatest""#),
        remove_spaces,
    ),
    Entry::new(
        ".startsWith(str: text, prefix: text) -> boolean",
        "Whether it begins so.",
        ("'Kiss'.startsWith('K')", "true"),
        starts_with,
    ),
];

fn append<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let (text, suffix) = (call.text(0)?, call.text(1)?);
    call.made(format!("{text}{suffix}"))
}

fn join<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let separator = call.text(0)?;
    let mut joined = String::new();
    for at in 1..call.count() {
        let text = call.text(at)?;
        call.machine.produce(separator.len() + text.len())?;
        joined.push_str(if at > 1 { &separator } else { "" });
        joined.push_str(&text);
    }
    Ok(Value::from(joined))
}

#[expect(clippy::cast_possible_wrap, reason = "no text is that long")]
fn length<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if call.is_null(0) {
        return Ok(Value::Integer(0));
    }
    Ok(Value::Integer(units(&call.text(0)?) as i64))
}

fn units(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

fn remove_spaces<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.subject()? {
        None => Ok(Value::Null),
        Some(text) if !text.contains(' ') => Ok(Value::Text(text)),
        Some(text) => call.made(text.replace(' ', "")),
    }
}

/// The size is known, and bounded, before the text is made.
fn replace<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    let (searched, replacement) = (call.text(1)?, call.text(2)?);
    let hits = text.matches(searched.as_ref()).count();
    if hits == 0 {
        return Ok(Value::Text(text));
    }
    let length = text.len() - hits * searched.len() + hits.saturating_mul(replacement.len());
    call.machine.produce(length)?;
    Ok(Value::from(text.replace(searched.as_ref(), &replacement)))
}

fn replace_first<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    let (searched, replacement) = (call.text(1)?, call.text(2)?);
    let replaced = match call.machine.settings.replace_first {
        ReplaceFirst::Literal => text.replacen(searched.as_ref(), &replacement, 1),
        ReplaceFirst::Regex => {
            let regex = call.machine.regex(&searched).map_err(|fault| fault.at(1))?;
            regex.replace_first(&text, &replacement)?
        }
    };
    call.made(replaced)
}

fn starts_with<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Boolean(false)) };
    Ok(Value::Boolean(text.starts_with(call.text(1)?.as_ref())))
}

pub(super) fn contains<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Boolean(false)) };
    Ok(Value::Boolean(text.contains(call.text(1)?.as_ref())))
}

fn switch<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    if !call.count().is_multiple_of(2) {
        let last = call.count() - 1;
        return Err(Fault::new("a key without a value").help("keys and values come in pairs").at(last));
    }
    let Some(text) = call.subject()? else { return Ok(call.take(1)) };
    for key in (2..call.count()).step_by(2) {
        if text.contains(call.text(key)?.as_ref()) {
            return Ok(call.take(key + 1));
        }
    }
    Ok(call.take(1))
}

fn substring<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    let start = call.integer(1)?;
    let end = if call.count() > 2 { Some(call.integer(2)?) } else { None };
    let length = units(&text);
    let range = usize::try_from(start).ok().zip(end.map_or(Some(length), |end| usize::try_from(end).ok()));
    let Some((from, to)) = range.filter(|(from, to)| from <= to && *to <= length) else {
        let end = end.map_or_else(String::new, |end| format!(" to {end}"));
        let help = "test the length first, e.g. `String.len(x) > 3 ? … : x`";
        return Err(
            Fault::new(format!("{start}{end} is outside of text with a length of {length}")).help(help)
        );
    };
    if text.is_ascii() {
        return Ok(cut(text, from..to));
    }
    let wanted: Vec<u16> = text.encode_utf16().skip(from).take(to - from).collect();
    call.made(String::from_utf16_lossy(&wanted))
}

/// Part of a text, borrowed if the text is.
fn cut(text: Cow<'_, str>, range: std::ops::Range<usize>) -> Value<'_> {
    match text {
        Cow::Borrowed(text) => Value::text(&text[range]),
        Cow::Owned(text) => Value::from(text[range].to_owned()),
    }
}

fn substring_after<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    let separator = call.text(1)?;
    let from = text.find(separator.as_ref()).map_or(text.len(), |at| at + separator.len());
    let end = text.len();
    Ok(cut(text, from..end))
}

fn substring_before<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    let separator = call.text(1)?;
    let missing = match call.machine.settings.without_separator {
        WithoutSeparator::Empty => 0,
        WithoutSeparator::Whole => text.len(),
    };
    let to = text.find(separator.as_ref()).unwrap_or(missing);
    Ok(cut(text, 0..to))
}

fn upper<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    call.made(text.to_uppercase())
}

fn lower<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let Some(text) = call.subject()? else { return Ok(Value::Null) };
    call.made(text.to_lowercase())
}
