//! What is wrong with the text of `tenure.toml`, in plain words and without repeating it: the line may hold a secret that
//! somebody wrote where a reference belongs.

/// Where the mistake is, and what it is.
pub(super) fn describe(text: &str, error: &toml::de::Error) -> String {
    let message = in_plain_words(&without_value(error.message()));
    let Some(span) = error.span() else { return message };
    let place = place(text, span.start);
    match key(text, span.start) {
        Some(key) => format!("{place}, `{key}`: {message}"),
        None => format!("{place}: {message}"),
    }
}

/// The key of the value that begins there. Text that is not TOML has none: what looks like a key may be within a secret.
fn key(text: &str, at: usize) -> Option<&str> {
    text.parse::<toml::Table>().ok()?;
    let before = text.get(..at)?.trim_end().strip_suffix('=')?.trim_end();
    let begin = before.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')));
    before.get(begin.map_or(0, |at| at + 1)..).filter(|key| !key.is_empty())
}

fn place(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}")
}

/// A value of the wrong kind is repeated by those who read it; its kind is enough.
fn without_value(message: &str) -> String {
    let wrong = ["invalid type: ", "invalid value: "];
    let repeated =
        wrong.iter().find_map(|it| Some((it, message.strip_prefix(it)?.rsplit_once(", expected ")?)));
    match repeated {
        Some((wrong, (value, expected))) => {
            let kind = value.split(['"', '`']).next().unwrap_or_default().trim();
            format!("{wrong}{kind}, expected {expected}")
        }
        None => message.trim_end().replace('\n', ", "),
    }
}

/// People who write configurations do not know the names of our types.
fn in_plain_words(message: &str) -> String {
    let whole = ["usize", "u64", "i64"].map(|name| (format!("expected {name}"), "expected a whole number"));
    let words = [
        (" f64".to_owned(), " a number"),
        ("socket address syntax".to_owned(), "address; it must be IP:PORT"),
    ];
    whole.iter().chain(&words).fold(message.to_owned(), |text, (from, to)| text.replace(from, to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_as_people_count() {
        let text = "[server]\nname = \"ü\" x\n";
        assert_eq!([place(text, 0), place(text, 9)], ["line 1, column 1", "line 2, column 1"]);
        assert_eq!(place(text, text.find('x').unwrap()), "line 2, column 12");
        assert_eq!([place(text, text.len()), place(text, 1000)], ["line 3, column 1"; 2]);
    }

    #[test]
    fn a_key_is_told_where_there_certainly_is_one() {
        let of = |text: &'static str, at: &str| key(text, text.find(at).unwrap());
        assert_eq!(of("a = 1\nb-c.d = \"x\"\n", "\"x"), Some("b-c.d"));
        assert_eq!(of("a = { b = \"x\", c = 5 }\n", "5"), Some("c"));
        assert_eq!(of("a = 5\n", "5"), Some("a"));
        assert_eq!(of("a = [5]\n", "5"), None);
        assert_eq!(of("\na = \"hun=ter2\n", "ter2"), None);
    }

    #[test]
    fn values_are_left_out_whatever_they_say() {
        for (message, expected) in [
            (r#"invalid type: string "a, expected b", expected c"#, "invalid type: string, expected c"),
            ("invalid type: integer `5`, expected u64", "invalid type: integer, expected u64"),
            ("invalid value: floating point `1.5`, expected a", "invalid value: floating point, expected a"),
            ("invalid type: map, expected a string", "invalid type: map, expected a string"),
            ("unclosed table\nexpected `]`", "unclosed table, expected `]`"),
        ] {
            assert_eq!(without_value(message), expected);
        }
    }
}
