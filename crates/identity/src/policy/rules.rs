//! Rules about people: fields that follow from groups, and roles. Two rules that want the same thing differently are an
//! error unless their precedence is stated, and a field that depends on itself is one too.

use super::check::Checker;
use super::problem::Problem;
use super::{FieldRule, RoleRule, document};
use crate::id::FieldName;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use tenure_el::{Expect, Program};
use toml::Spanned;

impl Checker<'_> {
    pub(super) fn field_rules(&mut self, rules: Vec<document::FieldRule>) -> Vec<FieldRule> {
        let claims = rules.iter().map(|rule| (&rule.field, rule.precedence.as_ref()));
        self.check_precedence(claims.collect(), "field");
        let mut checked = Vec::new();
        for rule in rules {
            self.check_field(&rule.field);
            let when = self.when(&rule.field, rule.group.as_ref(), rule.when.as_ref());
            let vocabulary = self.person.clone();
            let value = self.expression(rule.value.get_ref(), rule.value.span(), &vocabulary, Expect::Text);
            let (Some(when), Some(value)) = (when, value) else { continue };
            let precedence = rule.precedence.map_or(0, Spanned::into_inner);
            let span = rule.field.span();
            let field = FieldName::new(rule.field.get_ref());
            checked.push((span, FieldRule { field, when, value, precedence, max_length: None }));
        }
        self.in_order(checked)
    }

    pub(super) fn role_rules(&mut self, rules: Vec<document::RoleRule>) -> Vec<RoleRule> {
        let claims = rules.iter().map(|rule| (&rule.role, rule.precedence.as_ref()));
        self.check_precedence(claims.collect(), "role");
        let mut checked = Vec::new();
        for rule in rules {
            if rule.role.get_ref().trim().is_empty() {
                self.problems.push(Problem::error(rule.role.span(), "the role has no name"));
            }
            let when = self.when(&rule.role, rule.group.as_ref(), rule.when.as_ref());
            let Some(when) = when else { continue };
            checked.push(RoleRule {
                role: rule.role.into_inner(),
                when,
                grant: rule.effect == document::Effect::Grant,
                precedence: rule.precedence.map_or(0, Spanned::into_inner),
            });
        }
        checked.sort_by(|a, b| (&a.role, a.precedence).cmp(&(&b.role, b.precedence)));
        checked
    }

    /// The condition of a rule: an expression, or a group, or both of them.
    fn when(
        &mut self,
        about: &Spanned<String>,
        group: Option<&Spanned<String>>,
        when: Option<&Spanned<String>>,
    ) -> Option<Program> {
        match (group, when) {
            (None, Some(when)) => self.condition(when),
            (Some(group), None) => {
                let name = group.get_ref().replace('\'', "''");
                let vocabulary = self.person.clone();
                let text = format!("isMemberOfGroupName('{name}')");
                self.expression(&text, group.span(), &vocabulary, Expect::Boolean)
            }
            (None, None) => {
                let message = format!("the rule for `{}` does not say for whom", about.get_ref());
                self.problems
                    .push(Problem::error(about.span(), message).help("add `when = '…'` or `group = \"…\"`"));
                None
            }
            (Some(_), Some(when)) => {
                let problem = Problem::error(when.span(), "`group` and `when` exclude each other");
                self.problems.push(problem.help("write `isMemberOfGroupName(\"…\") AND …` as `when`"));
                None
            }
        }
    }

    /// Rules for one thing need different precedences.
    fn check_precedence(&mut self, rules: Vec<(&Spanned<String>, Option<&Spanned<i64>>)>, what: &str) {
        let mut seen: BTreeMap<&str, Vec<Option<i64>>> = BTreeMap::new();
        for (name, precedence) in rules {
            let stated = precedence.map(|it| *it.get_ref());
            let earlier = seen.entry(name.get_ref()).or_default();
            if !earlier.is_empty()
                && (stated.is_none() || earlier.contains(&stated) || earlier.contains(&None))
            {
                let message = format!(
                    "there are two rules for the {what} `{}`, and neither comes first",
                    name.get_ref()
                );
                let help = "give each a `precedence` of its own (the lowest is tried first), or join their conditions with OR";
                self.problems.push(Problem::error(name.span(), message).help(help));
            }
            earlier.push(stated);
        }
    }

    /// What another rule reads of the record comes before it.
    fn in_order(&mut self, rules: Vec<(Range<usize>, FieldRule)>) -> Vec<FieldRule> {
        let mut waiting: BTreeMap<FieldName, Vec<(Range<usize>, FieldRule)>> = BTreeMap::new();
        for (span, rule) in rules {
            waiting.entry(rule.field.clone()).or_default().push((span, rule));
        }
        let mut ordered = Vec::new();
        while !waiting.is_empty() {
            let names: BTreeSet<_> = waiting.keys().cloned().collect();
            let reads =
                |rules: &[(Range<usize>, FieldRule)]| rules.iter().any(|(_, rule)| reads_any(rule, &names));
            let Some(next) = waiting.iter().find(|(_, rules)| !reads(rules)).map(|(name, _)| name.clone())
            else {
                let circle = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                for (span, rule) in waiting.into_values().flatten() {
                    let message =
                        format!("`{}` depends on itself: the rules for {circle} read each other", rule.field);
                    self.problems.push(
                        Problem::error(span, message)
                            .help("let one of them read a source, as `user.…`, instead of `record.…`"),
                    );
                }
                break;
            };
            let mut rules = waiting.remove(&next).expect("it was found there");
            rules.sort_by_key(|(_, rule)| rule.precedence);
            ordered.extend(rules.into_iter().map(|(_, rule)| rule));
        }
        ordered
    }
}

fn reads_any(rule: &FieldRule, names: &BTreeSet<FieldName>) -> bool {
    let attributes = [&rule.when, &rule.value].into_iter().flat_map(|program| &program.reads().attributes);
    let mut fields = attributes.filter(|it| &*it.root == "record").filter_map(|it| it.path.first());
    fields.any(|field| names.contains(&**field))
}
