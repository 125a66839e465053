//! Rules about people: fields that follow from groups, and roles. Two rules that want the same thing differently are an
//! error unless their precedence is stated.

use super::order::in_order;
use super::{About, Checker};
use crate::id::FieldName;
use crate::policy::columns::column;
use crate::policy::{FieldRule, RoleRule, document};
use std::collections::BTreeMap;
use tenure_el::{Expect, Program};
use toml::Spanned;

/// What a rule wants, and when it is tried.
struct Claim<'d> {
    about: &'d Spanned<String>,
    wants: &'d str,
    precedence: Option<i64>,
}

impl Checker<'_> {
    pub(super) fn field_rules(&mut self, rules: Vec<document::FieldRule>) -> Vec<FieldRule> {
        let claims = rules.iter().map(|rule| Claim {
            about: &rule.field,
            wants: rule.value.get_ref(),
            precedence: rule.precedence,
        });
        self.find_conflicts(claims, "field");
        let checked: Vec<_> = rules.into_iter().filter_map(|rule| self.field_rule(rule)).collect();
        self.find_discord(&checked);
        in_order(checked, &mut self.problems)
    }

    fn field_rule(&mut self, rule: document::FieldRule) -> Option<(Spanned<String>, FieldRule)> {
        self.check_field(&rule.field);
        let field = FieldName::new(rule.field.get_ref());
        let when = self.when(&rule.field, rule.group.as_ref(), rule.when.as_ref());
        let value = self.expression(&rule.value, About::Person, Expect::Text);
        let reference = self.reference_of_rule(&rule);
        let known = column(field.as_str()).and_then(|column| column.max_length);
        let max_length = self.columns.lengths.get(&field).copied().or(known);
        let precedence = rule.precedence.unwrap_or_default();
        let checked = FieldRule { field, when: when?, value: value?, reference, precedence, max_length };
        Some((rule.field, checked))
    }

    pub(super) fn role_rules(&mut self, rules: Vec<document::RoleRule>) -> Vec<RoleRule> {
        let claims = rules.iter().map(|rule| Claim {
            about: &rule.role,
            wants: if denies(rule) { "deny" } else { "grant" },
            precedence: rule.precedence,
        });
        self.find_conflicts(claims, "role");
        let mut checked: Vec<_> = rules.into_iter().filter_map(|rule| self.role_rule(rule)).collect();
        checked.sort_by(|a, b| (&a.role, a.precedence).cmp(&(&b.role, b.precedence)));
        checked
    }

    fn role_rule(&mut self, rule: document::RoleRule) -> Option<RoleRule> {
        if rule.role.get_ref().trim().is_empty() {
            self.error(rule.role.span(), "the role has no name", "write it as the target has it");
        }
        self.word(rule.effect.as_ref());
        let when = self.when(&rule.role, rule.group.as_ref(), rule.when.as_ref())?;
        Some(RoleRule {
            grant: !denies(&rule),
            role: rule.role.into_inner(),
            when,
            precedence: rule.precedence.unwrap_or_default(),
        })
    }

    /// The condition of a rule: an expression, or a group.
    fn when(
        &mut self,
        about: &Spanned<String>,
        group: Option<&Spanned<String>>,
        when: Option<&Spanned<String>>,
    ) -> Option<Program> {
        match (group, when) {
            (None, Some(when)) => self.condition(when),
            (Some(group), None) => self.member_of(group),
            (None, None) => {
                let message = format!("the rule for `{}` does not say for whom", about.get_ref());
                self.error(about.span(), message, "add `when = '…'` or `group = \"…\"`");
                None
            }
            (Some(_), Some(when)) => {
                let help = "write `isMemberOfGroupName(\"…\") AND …` as `when`";
                self.error(when.span(), "`group` and `when` exclude each other", help);
                None
            }
        }
    }

    fn member_of(&mut self, group: &Spanned<String>) -> Option<Program> {
        if group.get_ref().trim().is_empty() {
            self.error(group.span(), "the group has no name", "write it as its source has it");
            return None;
        }
        let text = format!("isMemberOfGroupName('{}')", group.get_ref().replace('\'', "''"));
        match self.compile(&text, About::Person, Expect::Boolean) {
            Ok(program) => Some(program),
            Err(_) => {
                let help = "write `when = '…'` with the expression itself";
                self.error(group.span(), "the group's name cannot be part of an expression", help);
                None
            }
        }
    }

    /// Rules that want different things of the same need different precedences.
    fn find_conflicts<'d>(&mut self, claims: impl Iterator<Item = Claim<'d>>, what: &str) {
        let mut seen: BTreeMap<&str, Vec<Claim<'d>>> = BTreeMap::new();
        for claim in claims {
            let name = claim.about.get_ref();
            let earlier = seen.entry(name).or_default();
            if earlier.iter().any(|other| other.wants != claim.wants && !is_settled(other, &claim)) {
                let message =
                    format!("two rules want the {what} `{name}` differently, and neither comes first");
                let help = "give each a `precedence` of its own; the lowest is tried first";
                self.error(claim.about.span(), message, help);
            }
            earlier.push(claim);
        }
    }
}

/// Whether it is stated which of both is tried first.
fn is_settled(one: &Claim<'_>, other: &Claim<'_>) -> bool {
    one.precedence.is_some() && other.precedence.is_some() && one.precedence != other.precedence
}

fn denies(rule: &document::RoleRule) -> bool {
    rule.effect.as_ref().is_some_and(|said| matches!(said.get_ref().0, Ok(document::Effect::Deny)))
}
