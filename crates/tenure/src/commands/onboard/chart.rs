//! Bar charts as SVG inside a page. Every bar has its words and its number beside it, so that colour says nothing alone, and
//! every chart has its figures as a table for those who cannot see it.

use super::page::escaped;
use std::fmt::Write;

/// One bar: what it stands for, how many, and its colour by place in the palette of the page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bar<'a> {
    pub(super) label: &'a str,
    pub(super) count: usize,
    pub(super) tone: Tone,
}

/// Colours of the page, by what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Plain,
    Attention,
    Serious,
}

impl Tone {
    fn class(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Plain => "plain",
            Self::Attention => "attention",
            Self::Serious => "serious",
        }
    }
}

const WIDTH: f64 = 560.0;
const ROW: f64 = 26.0;
const THICK: f64 = 16.0;
/// Where the bars begin, after the words.
const LEFT: f64 = 170.0;
/// What is left free for the numbers.
const RIGHT: f64 = 70.0;

/// A titled chart with its figures as a table. Of nothing there is no chart.
pub(super) fn figure(title: &str, bars: &[Bar<'_>]) -> String {
    let total: usize = bars.iter().map(|bar| bar.count).sum();
    if total == 0 {
        return String::new();
    }
    format!(
        "<figure><figcaption>{title}</figcaption>{chart}<details><summary>Figures as a table</summary>{table}</details></figure>",
        title = escaped(title),
        chart = chart(title, bars),
        table = table(bars, total),
    )
}

fn chart(title: &str, bars: &[Bar<'_>]) -> String {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or(0).max(1);
    let height = ROW * bars.len() as f64;
    let label = escaped(&format!("Bar chart: {title}. The figures are in the table that follows."));
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {height}\" role=\"img\" aria-label=\"{label}\">");
    for (place, bar) in bars.iter().enumerate() {
        let top = ROW * place as f64 + (ROW - THICK) / 2.0;
        // What there is can be seen, however few.
        let least = if bar.count == 0 { 0.0 } else { 2.0 };
        let length = ((WIDTH - LEFT - RIGHT) * bar.count as f64 / most as f64).max(least);
        let (middle, end) = (top + THICK / 2.0, LEFT + length + 6.0);
        let (words, tone) = (escaped(bar.label), bar.tone.class());
        let _ = write!(
            svg,
            "<text x=\"{x}\" y=\"{middle}\" text-anchor=\"end\">{words}</text>\
             <rect class=\"{tone}\" x=\"{LEFT}\" y=\"{top}\" width=\"{length:.1}\" height=\"{THICK}\" rx=\"2\"/>\
             <text class=\"count\" x=\"{end:.1}\" y=\"{middle}\">{count}</text>",
            x = LEFT - 8.0,
            count = grouped(bar.count),
        );
    }
    svg + "</svg>"
}

fn table(bars: &[Bar<'_>], total: usize) -> String {
    let rows = bars.iter().map(|bar| {
        let share = 100.0 * bar.count as f64 / total as f64;
        format!(
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{share:.1} %</td></tr>",
            escaped(bar.label),
            grouped(bar.count)
        )
    });
    let head = "<tr><th scope=\"col\">What</th><th scope=\"col\">Count</th><th scope=\"col\">Share</th></tr>";
    format!(
        "<table class=\"figures\"><thead>{head}</thead><tbody>{}</tbody></table>",
        rows.collect::<String>()
    )
}

/// A number with narrow spaces between thousands.
pub(super) fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push('\u{202f}');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        for (count, text) in
            [(0, "0"), (999, "999"), (1000, "1\u{202f}000"), (1_234_567, "1\u{202f}234\u{202f}567")]
        {
            assert_eq!(grouped(count), text);
        }
    }

    #[test]
    fn a_bar_is_as_long_as_it_counts_and_says_so() {
        let bar = |label, count| Bar { label, count, tone: Tone::Plain };
        let chart = figure("A < B", &[bar("many", 3000), bar("few & far", 1), bar("none", 0)]);
        assert!(
            chart.contains("width=\"320.0\"")
                && chart.contains("width=\"2.0\"")
                && chart.contains("width=\"0.0\"")
        );
        assert!(chart.contains("A &lt; B") && chart.contains("few &amp; far"));
        assert!(chart.contains("<td>3\u{202f}000</td><td>100.0 %</td>"), "{chart}");
        assert_eq!(figure("nothing", &[bar("none", 0)]), "");
    }
}
