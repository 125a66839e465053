//! `Arrays.*` and the same as methods. Text with commas is accepted wherever a list is.

use super::{Call, Entry, Fault, Outcome, text};
use crate::value::{self, Value};

pub(super) const TABLE: &[Entry] = &[
    Entry::new(
        "Arrays.add(array: list, value: any) -> list",
        "The list with the value at its end, also if it was there already.",
        ("Arrays.add({10, 20, 30}, 40)", "[10,20,30,40]"),
        add,
    ),
    Entry::new(
        "Arrays.remove(array: list, value: any) -> list",
        "The list without this value.",
        ("Arrays.remove({10, 20, 30}, 20)", "[10,30]"),
        remove,
    ),
    Entry::new(
        "Arrays.clear(array: list) -> list",
        "An empty list.",
        ("Arrays.clear({10, 20, 30})", "[]"),
        clear,
    ),
    Entry::new(
        "Arrays.get(array: list, position: integer) -> any",
        "The element at a position, counted from 0. Beyond the list is an error.",
        ("Arrays.get({0, 1, 2}, 0)", "0"),
        get,
    ),
    Entry::new(
        "Arrays.flatten(value: any...) -> list",
        "All values, those of lists among them, in one list.",
        ("Arrays.flatten(10, {20, 30}, 40)", "[10,20,30,40]"),
        flatten,
    ),
    Entry::new(
        "Arrays.contains(array: list, value: any) -> boolean",
        "Whether the value is in the list.",
        ("Arrays.contains({10, 20, 30}, 10)", "true"),
        contains,
    ),
    Entry::new(
        "Arrays.size(array: list) -> integer",
        "How many elements there are; null has 0.",
        ("Arrays.size({10, 20, 30})", "3"),
        size,
    ),
    Entry::new(
        "Arrays.isEmpty(array: list) -> boolean",
        "Whether there are no elements; of null there are none.",
        ("Arrays.isEmpty({10, 20})", "false"),
        is_empty,
    ),
    Entry::new(
        "Arrays.toCsvString(array: list) -> text",
        "The elements with commas between them, neither trimmed nor quoted.",
        (r#"Arrays.toCsvString({"This", "is", " a ", "test"})"#, r#""This,is, a ,test""#),
        to_csv,
    ),
    Entry::new(
        ".add(array: list, value: any) -> list",
        "With the value at its end.",
        ("{'one', 'two'}.add('two')", r#"["one","two","two"]"#),
        add,
    ),
    Entry::new(
        ".remove(array: list, value: any) -> list",
        "Without this value.",
        ("{2, 3}.remove(1)", "[2,3]"),
        remove,
    ),
    Entry::new(".clear(array: list) -> list", "An empty list.", ("{2, 3}.clear()", "[]"), clear),
    Entry::new(
        ".get(array: list, position: integer) -> any",
        "The element at a position.",
        ("{2, 3}.get(1)", "3"),
        get,
    ),
    Entry::new(
        ".flatten(array: list) -> list",
        "With the elements of lists in place of the lists.",
        ("{1, {2, 3}}.flatten()", "[1,2,3]"),
        flatten,
    ),
    Entry::new(
        ".contains(arrayOrText: any, value: any) -> boolean",
        "Whether the value is in the list, or the part in the text.",
        ("{1, 2, 3}.contains('one')", "false"),
        contains_either,
    ),
    Entry::new(".size(array: list) -> integer", "How many elements there are.", ("{1, 2}.size()", "2"), size),
    Entry::new(
        ".isEmpty(array: list) -> boolean",
        "Whether there are no elements.",
        ("{}.isEmpty()", "true"),
        is_empty,
    ),
    Entry::new(
        ".toCsvString(array: list) -> text",
        "With commas between the elements.",
        ("{'a', 'b'}.toCsvString()", r#""a,b""#),
        to_csv,
    ),
];

fn add<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let mut items = call.list(0)?;
    items.push(call.take(1));
    Ok(Value::List(items))
}

fn remove<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let mut items = call.list(0)?;
    let unwanted = call.take(1);
    items.retain(|it| !value::equal(it, &unwanted));
    Ok(Value::List(items))
}

fn clear<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    call.list(0)?;
    Ok(Value::List(Vec::new()))
}

fn get<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let position = call.integer(1)?;
    let items = call.list(0)?;
    let count = items.len();
    let found = usize::try_from(position).ok().and_then(|at| items.into_iter().nth(at));
    found.ok_or_else(|| Fault::new(format!("there is no element at {position} in a list of {count}")).at(1))
}

fn flatten<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let mut flat = Vec::new();
    for at in 0..call.count() {
        let value = call.take(at);
        call.machine.charge(value.weight())?;
        flatten_into(value, &mut flat);
    }
    call.machine.charge(flat.len() as u64)?;
    Ok(Value::List(flat))
}

fn flatten_into<'a>(value: Value<'a>, flat: &mut Vec<Value<'a>>) {
    match value {
        Value::List(items) => items.into_iter().for_each(|it| flatten_into(it, flat)),
        other => match other.elements() {
            Some(items) => items.for_each(|it| flatten_into(it, flat)),
            None => flat.push(other),
        },
    }
}

/// Looks through the list where it is.
fn contains<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let wanted = call.take(1);
    let list = call.take(0);
    if let Some(mut items) = list.elements() {
        call.machine.charge(items.size_hint().0 as u64)?;
        return Ok(Value::Boolean(items.any(|it| value::equal(&it, &wanted))));
    }
    call.arguments[0] = list;
    let items = call.list(0)?;
    Ok(Value::Boolean(items.iter().any(|it| value::equal(it, &wanted))))
}

fn contains_either<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    match call.arguments.first() {
        Some(Value::Text(_)) => text::contains(call),
        _ => contains(call),
    }
}

#[expect(clippy::cast_possible_wrap, reason = "no list is that long")]
fn size<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::Integer(count(call)? as i64))
}

fn is_empty<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    Ok(Value::Boolean(count(call)? == 0))
}

fn count(call: &mut Call<'_, '_>) -> Result<usize, Box<Fault>> {
    let list = call.take(0);
    match list.elements() {
        Some(items) => Ok(items.size_hint().0),
        None => {
            call.arguments[0] = list;
            call.list(0).map(|items| items.len())
        }
    }
}

fn to_csv<'a>(call: &mut Call<'_, 'a>) -> Outcome<'a> {
    let items = call.list(0)?;
    let nulls = call.machine.settings.nulls;
    let mut csv = String::new();
    for (index, item) in items.into_iter().enumerate() {
        csv.push_str(if index > 0 { "," } else { "" });
        let text = super::call::into_text(item, nulls).map_err(|fault| fault.at(0))?;
        call.machine.produce(text.len() + 1)?;
        csv.push_str(&text);
    }
    Ok(Value::from(csv))
}
