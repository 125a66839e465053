//! Joiners, leavers and rehires, how much may happen at once, and how expressions treat what Okta leaves open.

use super::Checker;
use crate::policy::{Beyond, DeactivateWhen, Lifecycle, Limit, Receiver, document};
use jiff::Timestamp;
use tenure_el::settings::{Matching, WithoutSeparator};
use tenure_el::{Nulls, Settings};
use toml::Spanned;

impl Checker<'_> {
    pub(super) fn lifecycle(&mut self, document: document::Lifecycle) -> Lifecycle {
        let (Some(document::Delete::Deactivate) | None) = self.word(document.delete.as_ref());
        Lifecycle {
            lock_out: document.lock_out.unwrap_or(true),
            free_user_name: document.free_user_name.unwrap_or(true),
            deactivate_when: match self.word(document.deactivate_when.as_ref()) {
                Some(document::DeactivateWhen::Authoritative) => DeactivateWhen::Authoritative,
                Some(document::DeactivateWhen::Any) | None => DeactivateWhen::Any,
            },
            hand_over: document.hand_over.map(receivers).unwrap_or_default(),
        }
    }

    pub(super) fn settings(&mut self, document: &document::Expressions) -> Settings {
        let mut settings = Settings::at(Timestamp::UNIX_EPOCH);
        if let Some(nulls) = self.word(document.nulls.as_ref()) {
            settings.nulls = match nulls {
                document::Nulls::Strict => Nulls::Strict,
                document::Nulls::Java => Nulls::Java,
                document::Nulls::Empty => Nulls::Empty,
            };
        }
        if let Some(without) = self.word(document.without_separator.as_ref()) {
            settings.without_separator = match without {
                document::WithoutSeparator::Empty => WithoutSeparator::Empty,
                document::WithoutSeparator::Whole => WithoutSeparator::Whole,
            };
        }
        if let Some(matching) = self.word(document.matches.as_ref()) {
            settings.matching = match matching {
                document::Matching::Whole => Matching::Whole,
                document::Matching::Part => Matching::Part,
            };
        }
        settings
    }

    pub(super) fn limit(&mut self, limit: Spanned<document::Limit>) -> Option<Limit> {
        let span = limit.span();
        let document::Limit { count, percent, window, then } = limit.into_inner();
        if count.is_none() && percent.is_none() {
            self.error(span, "the limit limits nothing", "give `count`, `percent` or both");
        }
        let window_seconds = self.seconds(&window);
        let then = match self.word(then.as_ref()) {
            Some(document::Beyond::Warn) => Beyond::Warn,
            Some(document::Beyond::Hold) | None => Beyond::Hold,
        };
        let count = count.and_then(|count| self.count(&count));
        let percent = percent.and_then(|percent| self.percent(&percent));
        Some(Limit { count, percent, window_seconds, then })
    }

    fn count(&mut self, count: &Spanned<i64>) -> Option<u32> {
        let number = u32::try_from(*count.get_ref());
        if number.is_err() {
            let help = format!("write a number from 0 to {}", u32::MAX);
            self.error(count.span(), format!("{} is no number of people", count.get_ref()), help);
        }
        number.ok()
    }

    fn percent(&mut self, percent: &Spanned<i64>) -> Option<u32> {
        let number = *percent.get_ref();
        let found = u32::try_from(number).ok().filter(|number| *number <= 100);
        if found.is_none() {
            let than = if number < 0 { "less than nobody" } else { "more than everybody" };
            let message = format!("{number} percent are {than}");
            self.error(percent.span(), message, "write a number from 0 to 100");
        }
        found
    }
}

fn receivers(document: document::HandOver) -> Vec<Receiver> {
    let otherwise = document.otherwise.map(|receivers| receivers.0).unwrap_or_default();
    let all = std::iter::once(document.to).chain(otherwise);
    all.map(|receiver| match receiver {
        document::Receiver::Manager => Receiver::Manager,
        document::Receiver::AssignmentGroup => Receiver::AssignmentGroup,
        document::Receiver::Group(name) => Receiver::Group(name),
        document::Receiver::Person(login) => Receiver::Person(login),
    })
    .collect()
}
