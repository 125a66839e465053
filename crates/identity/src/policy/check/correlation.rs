//! How people are recognised, and which sources may bring somebody into being.

use super::reference::usual_key;
use super::{Checker, is_field, list};
use crate::id::SourceName;
use crate::policy::{Correlation, CorrelationRule, OnDoubt, OnRotation, PersonKey, document};
use toml::Spanned;

const NEAR_DUPLICATE: f64 = 0.92;
/// How people are recognised when a document does not say.
const RULES: [CorrelationRule; 3] =
    [CorrelationRule::EmployeeNumber, CorrelationRule::UnlinkedUserName, CorrelationRule::EmailForReview];

/// The columns that people are usually found by.
const USUAL: [&str; 4] = ["u_okta_user_id", "employee_number", "user_name", "email"];

impl Checker<'_> {
    pub(super) fn correlation(&mut self, document: document::Correlation) -> Correlation {
        let rules = document.rules.map(|rules| rules.iter().filter_map(|rule| self.rule(rule)).collect());
        let near = document.near_duplicate.map(|near| self.likeness(&near));
        Correlation {
            rules: rules.unwrap_or_else(|| RULES.to_vec()),
            ambiguous: match self.word(document.ambiguous.as_ref()) {
                Some(document::Ambiguous::Reject) => OnDoubt::Reject,
                Some(document::Ambiguous::Review) | None => OnDoubt::Review,
            },
            rotated_external_id: match self.word(document.rotated_external_id.as_ref()) {
                Some(document::Rotated::Relink) | None => OnRotation::Relink,
                Some(document::Rotated::Review) => OnRotation::Review,
                Some(document::Rotated::Reject) => OnRotation::Reject,
            },
            near_duplicate: near.unwrap_or(NEAR_DUPLICATE),
        }
    }

    /// The link by external id always comes first; its rule says so and adds nothing.
    fn rule(&mut self, rule: &Spanned<document::Rule>) -> Option<CorrelationRule> {
        let (span, rule) = (rule.span(), rule.get_ref());
        let then = self.word(rule.then.as_ref());
        self.find_other_column(rule);
        if rule.then.is_some() && then.is_none() {
            return None;
        }
        let review = then == Some(document::RuleThen::Review);
        let (found, fits) = match rule.claim.get_ref().as_str() {
            "externalId" => return None,
            "employeeNumber" => (CorrelationRule::EmployeeNumber, !rule.unlinked_only && !review),
            "userName" => (CorrelationRule::UnlinkedUserName, rule.unlinked_only && !review),
            "email" | "emails" => (CorrelationRule::EmailForReview, review),
            other => {
                let known = list(["externalId", "employeeNumber", "userName", "email"]);
                let message = format!("people cannot be recognised by `{other}`");
                self.error(rule.claim.span(), message, format!("there are {known}"));
                return None;
            }
        };
        if !fits {
            let (message, help) = unfit(found);
            self.error(span, message, help);
        }
        Some(found)
    }

    /// A rule compares what sources say. The column that it names has to be one that shows just that.
    fn find_other_column(&mut self, rule: &document::Rule) {
        let Some(record) = &rule.record else { return };
        self.check_field(record);
        let attribute = match rule.claim.get_ref().as_str() {
            "email" => "emails",
            other => other,
        };
        let key = PersonKey::ALL.into_iter().find(|key| key.attribute() == attribute);
        let (Some(key), name) = (key, record.get_ref()) else { return };
        if self.shows(name, key) || !is_field(name) {
            return;
        }
        let claim = rule.claim.get_ref();
        let message = format!("`{name}` is not filled from `{claim}`, which the rule compares");
        let help = match USUAL.into_iter().find(|column| self.shows(column, key)) {
            Some(column) => format!("write `record = \"{column}\"`"),
            None => "leave `record` out".to_owned(),
        };
        self.error(record.span(), message, help);
    }

    /// Whether mappings fill the column from this attribute and nothing else.
    fn shows(&self, column: &str, key: PersonKey) -> bool {
        match self.columns.reads.get(column) {
            Some(reads) => reads.iter().eq([key.attribute()]),
            None => usual_key(column) == Some(key),
        }
    }

    fn likeness(&mut self, near: &Spanned<f64>) -> f64 {
        let value = *near.get_ref();
        if !(0.5..=1.0).contains(&value) {
            let message = format!("{value} is no similarity");
            self.error(near.span(), message, "write a number from 0.5 to 1; 0.92 is usual");
        }
        value
    }

    pub(super) fn joiners(&mut self, names: &Spanned<Vec<Spanned<String>>>) -> Vec<SourceName> {
        if names.get_ref().is_empty() {
            let help = "name the sources that may, or leave `create` out for all of them";
            self.warn(names.span(), "no source may bring anybody into being", help);
        }
        names.get_ref().iter().filter_map(|name| self.source(name.get_ref(), name.span())).collect()
    }
}

/// Why a rule proves nothing as it is written, and how it would.
fn unfit(rule: CorrelationRule) -> (&'static str, &'static str) {
    match rule {
        CorrelationRule::EmployeeNumber => {
            ("an employee number links by itself", "leave `unlinked_only` and `then` out")
        }
        CorrelationRule::UnlinkedUserName => (
            "a login alone is no proof while another source claims the person",
            "write `unlinked_only = true`",
        ),
        CorrelationRule::EmailForReview => {
            ("an e-mail address alone never links", "write `then = \"review\"`")
        }
    }
}
