//! Joiners, leavers and rehires, how much may happen at once, and how expressions treat what Okta leaves open.

use super::Checker;
use crate::policy::{Beyond, DeactivateWhen, Lifecycle, Limit, Receiver, document};
use jiff::Timestamp;
use tenure_el::settings::{Matching, WithoutSeparator};
use tenure_el::{Nulls, Settings};
use toml::Spanned;

pub(super) fn lifecycle(document: document::Lifecycle) -> Lifecycle {
    let (Some(document::Delete::Deactivate) | None) = document.delete;
    Lifecycle {
        lock_out: document.lock_out.unwrap_or(true),
        free_user_name: document.free_user_name.unwrap_or(true),
        deactivate_when: match document.deactivate_when {
            Some(document::DeactivateWhen::Authoritative) => DeactivateWhen::Authoritative,
            Some(document::DeactivateWhen::Any) | None => DeactivateWhen::Any,
        },
        hand_over: document.hand_over.map(receivers).unwrap_or_default(),
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

pub(super) fn expressions(document: &document::Expressions) -> Settings {
    let mut settings = Settings::at(Timestamp::UNIX_EPOCH);
    if let Some(nulls) = document.nulls {
        settings.nulls = match nulls {
            document::Nulls::Strict => Nulls::Strict,
            document::Nulls::Java => Nulls::Java,
            document::Nulls::Empty => Nulls::Empty,
        };
    }
    if let Some(without) = document.without_separator {
        settings.without_separator = match without {
            document::WithoutSeparator::Empty => WithoutSeparator::Empty,
            document::WithoutSeparator::Whole => WithoutSeparator::Whole,
        };
    }
    if let Some(matching) = document.matches {
        settings.matching = match matching {
            document::Matching::Whole => Matching::Whole,
            document::Matching::Part => Matching::Part,
        };
    }
    settings
}

impl Checker<'_> {
    pub(super) fn limit(&mut self, limit: Spanned<document::Limit>) -> Option<Limit> {
        let span = limit.span();
        let limit = limit.into_inner();
        if limit.count.is_none() && limit.percent.is_none() {
            self.error(span, "the limit limits nothing", "give `count`, `percent` or both");
            return None;
        }
        if let Some(percent) = limit.percent.as_ref().filter(|percent| *percent.get_ref() > 100) {
            let message = format!("{} percent are more than everybody", percent.get_ref());
            self.error(percent.span(), message, "write a number from 0 to 100");
        }
        Some(Limit {
            count: limit.count,
            percent: limit.percent.map(Spanned::into_inner),
            window_seconds: self.seconds(&limit.window),
            then: match limit.then {
                Some(document::Beyond::Warn) => Beyond::Warn,
                Some(document::Beyond::Hold) | None => Beyond::Hold,
            },
        })
    }
}
