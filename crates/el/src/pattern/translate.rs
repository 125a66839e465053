//! From Java's syntax of regular expressions to the engine's, character by character.

use crate::functions::Fault;

/// What `.` is in Java: anything but a line end, of which there are five.
const DOT: &str = r"[^\n\r\x{85}\x{2028}\x{2029}]";

pub(super) fn translate(pattern: &str) -> Result<String, Box<Fault>> {
    let mut translator = Translator { rest: pattern, out: String::new(), dot_all: vec![false], class: 0 };
    while !translator.rest.is_empty() {
        translator.step()?;
    }
    Ok(translator.out)
}

struct Translator<'p> {
    rest: &'p str,
    out: String,
    /// Whether `.` is everything, for each group around.
    dot_all: Vec<bool>,
    /// How many brackets are open.
    class: usize,
}

impl Translator<'_> {
    fn step(&mut self) -> Result<(), Box<Fault>> {
        match self.rest.chars().next() {
            Some('\\') => return self.escape(),
            Some('[') => self.class += 1,
            Some(']') => self.class = self.class.saturating_sub(1),
            Some('(') if self.class == 0 => return self.group(),
            Some(')') if self.class == 0 && self.dot_all.len() > 1 => _ = self.dot_all.pop(),
            Some('.') if self.class == 0 && self.dot_all.last() != Some(&true) => {
                self.replace(1, DOT);
                return Ok(());
            }
            Some('*' | '+' | '?' | '}') if self.class == 0 && self.rest[1..].starts_with('+') => {
                return Err(lacks("possessive quantifiers such as `*+`", "leave out the `+`"));
            }
            _ => {}
        }
        self.keep(1);
        Ok(())
    }

    /// Takes over so many characters.
    fn keep(&mut self, count: usize) {
        let length = self.rest.chars().take(count).map(char::len_utf8).sum();
        let (kept, rest) = self.rest.split_at(length);
        self.out.push_str(kept);
        self.rest = rest;
    }

    /// Puts something else for so many bytes.
    fn replace(&mut self, length: usize, with: &str) {
        self.out.push_str(with);
        self.rest = &self.rest[length..];
    }

    fn group(&mut self) -> Result<(), Box<Fault>> {
        let around = self.dot_all.last().copied().unwrap_or_default();
        let Some(kind) = self.rest.strip_prefix("(?") else {
            self.dot_all.push(around);
            self.keep(1);
            return Ok(());
        };
        for (start, name) in
            [("=", "look-ahead `(?=…)`"), ("!", "look-ahead `(?!…)`"), (">", "atomic groups `(?>…)`")]
        {
            if kind.starts_with(start) {
                return Err(lacks(name, "say what should match, not what should follow"));
            }
        }
        if kind.starts_with("<=") || kind.starts_with("<!") {
            return Err(lacks("look-behind `(?<…)`", "say what should match, not what should precede"));
        }
        if kind.starts_with('<') || kind.starts_with("P<") {
            self.dot_all.push(around);
            self.keep(2);
            return Ok(());
        }
        self.flags(kind.len(), around)
    }

    /// `(?i)` or `(?i:…)`.
    fn flags(&mut self, left: usize, around: bool) -> Result<(), Box<Fault>> {
        let kind = &self.rest[self.rest.len() - left..];
        let length = kind.find([':', ')']).unwrap_or(kind.len());
        let flags = &kind[..length];
        if let Some(flag) = flags.chars().find(|it| !matches!(it, 'i' | 'm' | 's' | 'u' | '-')) {
            return Err(lacks(&format!("flag `{flag}`"), "the flags are i, m, s and u"));
        }
        let (on, off) = flags.split_once('-').unwrap_or((flags, ""));
        let dot_all = (around || on.contains('s')) && !off.contains('s');
        match kind[length..].starts_with(':') {
            true => self.dot_all.push(dot_all),
            false => self.dot_all.iter_mut().last().into_iter().for_each(|it| *it = dot_all),
        }
        // Case is folded for all letters already; `u` has nothing to add, and would turn Unicode off as `-u`.
        let flags = flags.replace('u', "");
        let flags = flags.trim_end_matches('-');
        let end = &kind[length..];
        let written =
            if flags.is_empty() && end.starts_with(')') { String::new() } else { format!("(?{flags}") };
        let taken = 2 + length + usize::from(end.starts_with(')'));
        if end.starts_with(')') && !written.is_empty() {
            self.out.push_str(&written);
            self.replace(taken, ")");
        } else {
            self.replace(taken, &written);
        }
        Ok(())
    }

    fn escape(&mut self) -> Result<(), Box<Fault>> {
        let Some(letter) = self.rest[1..].chars().next() else {
            return Err(Fault::new("the pattern ends with a single backslash").help("write `\\\\` for one"));
        };
        let inside = self.class > 0;
        let same = match letter {
            'd' => "[0-9]",
            'D' => "[^0-9]",
            'w' => "[a-zA-Z_0-9]",
            'W' => "[^a-zA-Z_0-9]",
            's' => r"[ \t\n\x0B\f\r]",
            'S' => r"[^ \t\n\x0B\f\r]",
            'h' => r"[ \t\x{A0}\x{1680}\x{180e}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]",
            'e' => r"\x1B",
            'Z' if !inside => r"(?:\n|\r\n|[\r\x{85}\x{2028}\x{2029}])?\z",
            'R' if !inside => r"(?:\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])",
            'Q' => return self.quote(),
            '0' | 'c' => return Err(lacks(&format!("`\\{letter}`"), "write the character as `\\x41`")),
            '1'..='9' | 'k' => {
                return Err(lacks("references to groups", "what a group matched cannot be asked for again"));
            }
            'G' | 'X' | 'N' | 'v' | 'V' | 'H' => return Err(lacks(&format!("`\\{letter}`"), "")),
            'p' | 'P' => return self.property(),
            _ => {
                self.keep(2);
                return Ok(());
            }
        };
        self.replace(2, same);
        Ok(())
    }

    /// `\Q…\E`: everything between is meant as it is.
    fn quote(&mut self) -> Result<(), Box<Fault>> {
        let inside = &self.rest[2..];
        let length = inside.find("\\E").unwrap_or(inside.len());
        let quoted = regex::escape(&inside[..length]);
        let end = (2 + length + 2).min(self.rest.len());
        self.replace(end, &quoted);
        Ok(())
    }

    /// `\p{Lu}`; Java's POSIX names are ASCII only.
    fn property(&mut self) -> Result<(), Box<Fault>> {
        let Some((name, _)) = self.rest[2..].strip_prefix('{').and_then(|it| it.split_once('}')) else {
            self.keep(3);
            return Ok(());
        };
        let set = match name {
            "Lower" => "a-z",
            "Upper" => "A-Z",
            "ASCII" => r"\x00-\x7F",
            "Alpha" => "a-zA-Z",
            "Digit" => "0-9",
            "Alnum" => "a-zA-Z0-9",
            "Punct" => r"!-/:-@\[-`{-~",
            "Graph" => "!-~",
            "Print" => " -~",
            "Blank" => r" \t",
            "Cntrl" => r"\x00-\x1F\x7F",
            "XDigit" => "0-9a-fA-F",
            "Space" => r" \t\n\x0B\f\r",
            _ if name.starts_with("java") || name.starts_with("In") => {
                return Err(lacks(&format!("`\\p{{{name}}}`"), "name a category or a script, e.g. `\\p{L}`"));
            }
            _ => {
                self.keep(3 + name.chars().count() + 1);
                return Ok(());
            }
        };
        let not = if self.rest.starts_with("\\P") { "^" } else { "" };
        self.replace(3 + name.len() + 1, &format!("[{not}{set}]"));
        Ok(())
    }
}

fn lacks(what: &str, help: &str) -> Box<Fault> {
    let fault = Fault::new(format!("regular expressions here have no {what}"));
    if help.is_empty() { fault } else { fault.help(help.to_owned()) }
}
