//! One small instance, in every form of the report.

use super::{Report, csv};
use jiff::Timestamp;
use serde_json::Value;
use tenure_engine::onboard::{Gap, Weight};
use tenure_identity::id::{SourceName, SysId};
use tenure_identity::onboard::{Adoption, Answer, Existing, Known, Lengths, Name, Survey, adopt, survey};
use tenure_identity::policy::Policy;

fn row(id: &str, login: &str, first: &str, last: &str) -> Existing {
    Existing { name: Name::of(first, last), ..Existing::new(SysId::new(id), login) }
}

/// A link by number, a double of it, somebody with a hostile name, a program, and somebody whom nobody claims.
fn rows() -> Vec<Existing> {
    let number = Some("E1".to_owned());
    vec![
        Existing { employee_number: number.clone(), open_work: 3, ..row("r1", "ada", "Ada", "Lovelace") },
        Existing { employee_number: number, active: false, ..row("r2", "alovelace", "Ada", "Lovelace") },
        row("r3", "=cmd|' /C calc'!A0", "<script>alert(1)</script>", "O\"Neil & Söhne"),
        Existing {
            web_service_access_only: true,
            key: Some("00u9".into()),
            ..row("r4", "svc_backup", "", "")
        },
        Existing { key: Some("00u2".into()), ..row("r5", "grace", "Grace", "Hopper") },
    ]
}

fn known() -> Vec<Known> {
    let person = |id: &str, login: &str, first, last| Known {
        external_id: Some(id.to_owned()),
        name: Name::of(first, last),
        ..Known::new(id, login)
    };
    vec![
        Known { employee_number: Some("E1".into()), ..person("00u1", "ada", "Ada", "Lovelace") },
        person("00u2", "ghopper", "Grace", "Hopper"),
        person("00u3", "zoe", "Zoë", "Baker"),
    ]
}

/// What a report is made from.
struct Sample {
    rows: Vec<Existing>,
    known: Vec<Known>,
    survey: Survey,
    adoption: Adoption,
    gaps: Vec<Gap>,
}

impl Sample {
    fn of(rows: Vec<Existing>, known: Vec<Known>) -> Self {
        let policy = Policy::built_in(&[SourceName::new("okta")]);
        let taken: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
        let survey = survey(&rows, &Lengths::of(&policy, &"u_okta_user_id".into()), taken);
        let adoption = adopt(&policy, &rows, &known);
        Self { rows, known, survey, adoption, gaps: Vec::new() }
    }

    fn report(&self) -> Report<'_> {
        let Self { rows, known, survey, adoption, gaps } = self;
        Report::new("https://example.service-now.com", survey, adoption, rows, known, gaps)
    }
}

fn sample() -> Sample {
    Sample::of(rows(), known())
}

#[test]
fn the_table_tells_the_numbers_and_what_needs_a_decision() {
    let table = sample().report().table();
    let first = "https://example.service-now.com, 2026-03-02 08:00:00Z: 5 records, 4 active; 1 of 3 active people carry a stable key";
    assert_eq!(table.lines().next(), Some(first));
    for text in [
        "duplicate-suspect",
        "Cases to decide",
        "several-records",
        "Ada Lovelace (alovelace)",
        "r1 looks like the one to keep",
    ] {
        assert!(table.contains(text), "{text} is not in\n{table}");
    }
    assert!(!table.contains("Conflicts to mend"), "{table}");
}

fn json(sample: &Sample) -> Value {
    let report = sample.report();
    serde_json::to_value(report.json(None)).unwrap()
}

fn csv_of(sample: &Sample) -> String {
    let mut bytes = Vec::new();
    sample.report().csv(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn json_has_everything_by_stable_names() {
    let json = json(&sample());
    let kinds = |list: &str, name: &str| -> Vec<String> {
        json[list]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it[name].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let findings =
        ["duplicate-suspect", "no-stable-key", "no-stable-key", "service-account", "inactive-but-unlocked"];
    assert_eq!(kinds("findings", "kind"), findings);
    assert_eq!(kinds("duplicates", "keep"), ["r1"]);
    assert_eq!(kinds("links", "by"), ["stable-key"]);
    assert_eq!(kinds("cases", "suggested"), ["r1"]);
    assert_eq!(kinds("unclaimed", "account"), ["person", "service"]);
    assert_eq!(json["newcomers"][0]["name"], "Zoë Baker");
    assert_eq!(json["cases"][0]["people"][0]["user_name"], "ada");
    assert_eq!(json["findings"][0]["records"][0]["open_work"], 3);
    assert_eq!(
        (&json["conflicts"], &json["figures"]["accounts"]["service"]),
        (&Value::Array(vec![]), &1.into())
    );
    assert_eq!((&json["gaps"], &json["hides_users"]), (&Value::Array(vec![]), &false.into()));
    assert_eq!((&json["newcomers"][0]["name_taken_by"], &json["applied"]), (&Value::Null, &Value::Null));
}

#[test]
fn a_gap_is_told_in_every_form() {
    let gap = Gap { text: "3 of 5 <users> are hidden".to_owned(), weight: Weight::HidesPeople };
    let sample = Sample { gaps: vec![gap], ..sample() };
    let report = sample.report();
    let table = report.table();
    assert!(table.starts_with("Users are probably hidden") && table.contains("3 of 5 <users>"), "{table}");
    assert!(table.contains("a hidden one may be theirs") && !table.contains("the first push makes one"));
    let json = json(&sample);
    assert_eq!((&json["gaps"][0], &json["hides_users"]), (&"3 of 5 <users> are hidden".into(), &true.into()));
    let text = csv_of(&sample);
    assert!(text.lines().nth(1).unwrap().starts_with("gap,hidden-users,"), "{text}");
    assert!(text.contains("one that is hidden may be"), "{text}");
    let page = report.page();
    let (gap, cards) = (page.find("3 of 5 &lt;users&gt;").unwrap(), page.find("class=\"cards\"").unwrap());
    assert!(gap < cards, "before anything that is said of what was shown");
}

#[test]
fn a_newcomer_whose_user_name_is_taken_is_told_with_the_record() {
    let known = vec![Known { answer: Some(Answer::New), ..Known::new("00u7", "grace") }];
    let sample = Sample::of(rows(), known);
    let table = sample.report().table();
    assert!(table.contains("User names to change first"), "{table}");
    assert_eq!(json(&sample)["newcomers"][0]["name_taken_by"], "r5");
    assert!(csv_of(&sample).contains("record r5 has their user name"));
    assert!(sample.report().page().contains("record r5 has their user name"));
}

#[test]
fn csv_has_a_row_for_each_and_no_formula() {
    let text = csv_of(&sample());
    let rows = csv::read(text.as_bytes()).unwrap();
    let sections: Vec<_> = rows.iter().map(|row| row.cells[0].as_str()).collect();
    let expected = [
        "section",
        "finding",
        "finding",
        "finding",
        "finding",
        "finding",
        "case",
        "link",
        "unclaimed",
        "unclaimed",
        "newcomer",
    ];
    assert_eq!(sections, expected);
    assert!(rows.iter().all(|row| row.cells.len() == 7));
    assert!(rows.iter().flat_map(|row| &row.cells).all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
}

#[test]
fn the_page_stands_alone_and_runs_nothing() {
    let page = sample().report().page();
    for forbidden in ["<script", "javascript:", "onload", "<link", "src=", "@import", "url("] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    assert!(page.contains(
        "&lt;script&gt;alert(1)&lt;/script&gt; O&quot;Neil &amp; Söhne (=cmd|&#39; /C calc&#39;!A0)"
    ));
    assert!(page.contains("<html lang=\"en\">") && page.contains("prefers-color-scheme: dark"));
    // Every chart has its figures as a table, and every anchor somewhere to go.
    assert_eq!(page.matches("<svg ").count(), page.matches("<table class=\"figures\">").count());
    for anchor in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.contains(&format!("id=\"{anchor}\"")), "{anchor}");
    }
}

#[test]
fn elements_are_closed() {
    let page = sample().report().page();
    for element in [
        "section", "details", "summary", "table", "thead", "tbody", "tr", "td", "th", "ul", "li", "figure",
        "svg", "dl", "div", "nav",
    ] {
        let opened =
            page.matches(&format!("<{element}>")).count() + page.matches(&format!("<{element} ")).count();
        assert_eq!(opened, page.matches(&format!("</{element}>")).count(), "{element}");
    }
}

#[test]
fn a_report_of_nothing_is_a_report() {
    let nothing = Sample::of(Vec::new(), Vec::new());
    let report = nothing.report();
    assert!(report.page().contains("Onboarding report") && !report.page().contains("<section"));
    assert_eq!(csv_of(&nothing), "section,kind,record,record_name,person,person_name,evidence\r\n");
    assert_eq!(json(&nothing)["findings"], Value::Array(vec![]));
    assert!(report.table().contains("0 records, 0 active"));
}
