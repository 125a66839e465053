//! What the reference leaves open, each as a switch with a default, and the bounds of compiling and evaluating.

use jiff::Timestamp;

/// What an expression is compiled for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Options {
    /// Which of Okta's two dialects is accepted.
    pub dialect: Dialect,
    /// What the result is used as.
    pub expect: Expect,
    /// Where the expression is used; some functions are not available everywhere.
    pub purpose: Purpose,
    /// How large it may be.
    pub limits: SyntaxLimits,
}

/// Okta's two dialects differ in how functions are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// Functions are called as `String.toUpperCase(x)`; profile mappings and group rules of Okta use it.
    Classic,
    /// Functions are called as `x.toUpperCase()`; policies and hooks of Okta Identity Engine use it.
    Identity,
    /// Either, also mixed.
    #[default]
    Any,
}

/// What the result is used as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Expect {
    /// Anything.
    #[default]
    Any,
    /// A condition.
    Boolean,
    /// One value of a record: text, or what can be written as text.
    Text,
}

/// Where the expression is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Purpose {
    /// A profile mapping, or anything else that may use every function.
    #[default]
    Mapping,
    /// A group rule, where Okta allows only functions of `String`, `Arrays`, `user` and group membership.
    GroupRule,
}

/// How large an expression may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxLimits {
    /// Bytes of text.
    pub length: usize,
    /// How deep the tree may be: parentheses, arguments, and also the length of a chain such as `a + b + c`.
    pub depth: usize,
}

impl Default for SyntaxLimits {
    fn default() -> Self {
        Self { length: 8 * 1024, depth: 100 }
    }
}

/// What an evaluation depends on besides the context: the time, what the reference leaves open, and bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The time that `Time.now()` gives.
    pub now: Timestamp,
    /// What null means where text is needed.
    pub nulls: Nulls,
    /// What `substringBefore` and `substringAfter` give when the separator is not there.
    pub without_separator: WithoutSeparator,
    /// Whether `matches` looks at the whole text.
    pub matching: Matching,
    /// What `String.replaceFirst` looks for.
    pub replace_first: ReplaceFirst,
    /// What a property of null is.
    pub null_property: NullProperty,
    /// What unit `Time.fromUnixToIso8601` and `Time.fromIso8601ToUnix` count in.
    pub unix_unit: UnixUnit,
    /// What `EST`, `MST` and `HST` mean as time zones.
    pub short_zones: ShortZones,
    /// How much an evaluation may do.
    pub limits: EvaluationLimits,
}

/// What null means where text is needed.
///
/// | | strict | java | empty |
/// |---|---|---|---|
/// | `"a" + null`, `String.append`, `String.join` | error | `anull` | `a` |
/// | a text function of null, `String.toUpperCase(null)` | null | null | `""` |
/// | other text arguments that are null | error | `null` as text | `""` |
/// | null as a condition | false | error | false |
/// | `null < 1` and other orders | false | null comes first | false |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Nulls {
    /// What would write the text `null` is an error.
    #[default]
    Strict,
    /// As Java and Spring's own language have it.
    Java,
    /// Null is empty text.
    Empty,
}

/// What `substringBefore` and `substringAfter` give when the separator is not there; the reference does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum WithoutSeparator {
    /// Empty text, as the function of the same name in Okta's e-mail templates.
    #[default]
    Empty,
    /// `substringBefore` gives the whole text and `substringAfter` empty text, as Apache Commons has it.
    Whole,
}

/// Whether `matches` looks at the whole text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Matching {
    /// The whole text, as Java's `Pattern.matches`.
    #[default]
    Whole,
    /// Any part of it.
    Part,
}

/// What `String.replaceFirst` looks for; the reference does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ReplaceFirst {
    /// The text as it is.
    #[default]
    Literal,
    /// A regular expression, as Java's method of the same name.
    Regex,
}

/// What a property of null is, e.g. `findDirectoryUser().title` of somebody without a directory user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum NullProperty {
    /// Null.
    #[default]
    Null,
    /// An error unless asked for with `?.`, as in Spring's own language.
    Error,
}

/// What unit Unix times are counted in; the classic reference does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum UnixUnit {
    /// Milliseconds, as the Identity Engine reference has it.
    #[default]
    Milliseconds,
    /// Seconds.
    Seconds,
}

/// What `EST`, `MST` and `HST` mean: the reference lists fixed offsets, and its sample shows daylight saving time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ShortZones {
    /// The region that Joda-Time maps them to, e.g. `America/New_York`.
    #[default]
    Region,
    /// The fixed offset.
    Fixed,
}

/// How much an evaluation may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluationLimits {
    /// Evaluated parts of the expression, elements of lists included.
    pub steps: u64,
    /// Bytes of text made on the way and at the end.
    pub output: usize,
    /// Bytes of a regular expression that is not written in the expression itself.
    pub pattern: usize,
}

impl Default for EvaluationLimits {
    fn default() -> Self {
        Self { steps: 100_000, output: 1024 * 1024, pattern: 1_000 }
    }
}

impl Settings {
    /// The documented defaults at this time.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            nulls: Nulls::default(),
            without_separator: WithoutSeparator::default(),
            matching: Matching::default(),
            replace_first: ReplaceFirst::default(),
            null_property: NullProperty::default(),
            unix_unit: UnixUnit::default(),
            short_zones: ShortZones::default(),
            limits: EvaluationLimits::default(),
        }
    }
}
