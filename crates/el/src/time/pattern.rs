//! Patterns for times, as Joda-Time and Java's `DateTimeFormatter` write them: `dd MMMM yyyy HH:mm:ss`.
//!
//! A pattern is read once into items. The letters of the two libraries agree on everything but these: `Y` is the year
//! (Joda-Time), never the year of a week; `e` is the day of the week as a number. Letters that are not in the table are
//! errors.

use super::format;
use crate::functions::Fault;
use jiff::Zoned;
use jiff::tz::TimeZone;

/// A pattern, ready to be used.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct DatePattern {
    items: Vec<Item>,
}

/// A part of a pattern.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Item {
    /// Text as it is.
    Literal(String),
    /// A field and how many letters it was written with.
    Field(Field, usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Year,
    Month,
    Day,
    DayOfYear,
    Weekday,
    WeekdayNumber,
    Hour24,
    Hour24From1,
    Hour12,
    Hour12From0,
    HalfDay,
    Minute,
    Second,
    Fraction,
    Era,
    Offset,
    IsoOffset,
    Zone,
}

impl DatePattern {
    /// Reads a pattern.
    pub(crate) fn compile(pattern: &str) -> Result<Self, Box<Fault>> {
        let mut items = Vec::new();
        let mut rest = pattern;
        while let Some(first) = rest.chars().next() {
            let (item, length) = match first {
                '\'' => quoted(rest)?,
                'A'..='Z' | 'a'..='z' => field(rest, first)?,
                _ => (Item::Literal(first.to_string()), first.len_utf8()),
            };
            rest = &rest[length..];
            match (items.last_mut(), item) {
                (Some(Item::Literal(before)), Item::Literal(text)) => before.push_str(&text),
                (_, item) => items.push(item),
            }
        }
        if items.is_empty() {
            return Err(Fault::new("the pattern for times is empty").help("e.g. yyyy-MM-dd"));
        }
        Ok(Self { items })
    }

    /// A time as this pattern shows it.
    pub(crate) fn format(&self, zoned: &Zoned) -> String {
        let mut text = String::new();
        for item in &self.items {
            format::write(&mut text, item, zoned);
        }
        text
    }

    /// The time that a text shows by this pattern; in this zone unless the text names its own.
    pub(crate) fn parse(&self, text: &str, zone: &TimeZone) -> Result<Zoned, Box<Fault>> {
        let mut parsed = format::Parsed::default();
        let mut rest = text;
        for (at, item) in self.items.iter().enumerate() {
            let adjacent = matches!(self.items.get(at + 1), Some(Item::Field(field, _)) if field.is_number());
            rest = parsed.take(item, rest, adjacent).ok_or_else(|| does_not_fit(text))?;
        }
        if !rest.is_empty() {
            return Err(does_not_fit(text));
        }
        parsed.to_zoned(zone).ok_or_else(|| does_not_fit(text))
    }
}

impl Field {
    fn is_number(self) -> bool {
        !matches!(
            self,
            Self::HalfDay | Self::Era | Self::Offset | Self::IsoOffset | Self::Zone | Self::Weekday
        )
    }
}

fn does_not_fit(text: &str) -> Box<Fault> {
    let shown: String = text.chars().take(40).collect();
    Fault::new(format!("`{shown}` does not fit the pattern")).at(0)
}

/// `'text'`; `''` is a quote.
fn quoted(rest: &str) -> Result<(Item, usize), Box<Fault>> {
    if rest.starts_with("''") {
        return Ok((Item::Literal("'".into()), 2));
    }
    let mut text = String::new();
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c != '\'' {
            text.push(c);
        } else if characters.next_if(|(_, next)| *next == '\'').is_some() {
            text.push('\'');
        } else {
            return Ok((Item::Literal(text), at + 1));
        }
    }
    Err(Fault::new("the pattern has a `'` that is not closed").help("for a quote write `''`"))
}

fn field(rest: &str, letter: char) -> Result<(Item, usize), Box<Fault>> {
    let count = rest.chars().take_while(|it| *it == letter).count();
    let field = match letter {
        'y' | 'Y' | 'u' => Field::Year,
        'M' | 'L' => Field::Month,
        'd' => Field::Day,
        'D' => Field::DayOfYear,
        'E' => Field::Weekday,
        'e' => Field::WeekdayNumber,
        'H' => Field::Hour24,
        'k' => Field::Hour24From1,
        'h' => Field::Hour12,
        'K' => Field::Hour12From0,
        'a' => Field::HalfDay,
        'm' => Field::Minute,
        's' => Field::Second,
        'S' => Field::Fraction,
        'G' => Field::Era,
        'Z' => Field::Offset,
        'X' => Field::IsoOffset,
        'z' | 'V' => Field::Zone,
        _ => {
            let fault = Fault::new(format!("the letter `{letter}` has no meaning in a pattern for times"));
            return Err(fault.help("put words in single quotes: `'at' HH:mm`"));
        }
    };
    Ok((Item::Field(field, count), count))
}
