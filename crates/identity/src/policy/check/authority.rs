//! Who decides which field: orders of sources, and orders that decide nothing.

use super::{Checker, is_field, list};
use crate::id::{FieldName, SourceName};
use crate::policy::{Authority, DeactivateWhen, Policy, Voice, document};
use std::collections::BTreeMap;
use toml::Spanned;

impl Checker<'_> {
    pub(super) fn authority(
        &mut self,
        document: BTreeMap<Spanned<String>, Vec<Spanned<document::Voice>>>,
    ) -> Authority {
        let mut authority = Authority {
            default: self.around.sources.iter().cloned().map(Voice::of).collect(),
            fields: BTreeMap::new(),
        };
        for (field, order) in document {
            let voices = self.order(&order);
            if field.get_ref() == "default" {
                authority.default = voices;
                continue;
            }
            if field.get_ref() != "active" {
                self.check_field(&field);
            }
            if order.is_empty() {
                let message = format!("nobody decides `{}`", field.get_ref());
                self.error(field.span(), message, "name at least one source");
            }
            authority.fields.insert(FieldName::new(field.get_ref()), voices);
        }
        authority
    }

    fn order(&mut self, order: &[Spanned<document::Voice>]) -> Vec<Voice> {
        let mut voices: Vec<Voice> = Vec::new();
        for voice in order {
            self.word(voice.get_ref().only.as_ref());
            let only_if_empty = voice.get_ref().only.is_some();
            let Some(source) = self.source(&voice.get_ref().source, voice.span()) else { continue };
            if voices.iter().any(|earlier| earlier.source == source) {
                let message = format!("`{source}` comes twice in this order");
                self.error(voice.span(), message, "an order of authority names each source once");
                continue;
            }
            if let Some(early) = voices.iter().find(|it| it.only_if_empty && !only_if_empty) {
                let message =
                    format!("`{}` may only fill what is empty, and comes before `{source}`", early.source);
                self.warn(voice.span(), message, format!("`{source}` decides all the same; put it first"));
            }
            voices.push(Voice { source, only_if_empty });
        }
        voices
    }

    /// Orders of fields that none of the sources in them maps.
    pub(super) fn find_idle_orders(&mut self, policy: &Policy, orders: &[Spanned<String>]) {
        for field in orders {
            let name = field.get_ref().as_str();
            if name == "active" && policy.lifecycle.deactivate_when == DeactivateWhen::Any {
                let help =
                    "write `deactivate_when = \"authoritative\"` under [lifecycle], or take the order away";
                self.warn(field.span(), "`active` has an order, and any source ends access", help);
            }
            if name == "active" && policy.lifecycle.deactivate_when == DeactivateWhen::Authoritative {
                self.find_joiners_without_access(policy, field);
            }
            let Some(order) = policy.authority.fields.get(name).filter(|_| is_field(name)) else { continue };
            if !order.is_empty() && !order.iter().any(|voice| maps(policy, &voice.source, name)) {
                self.idle_order(policy, field, order);
            }
        }
    }

    /// Sources that bring people into being and have no word about their access: whoever comes by them has none.
    fn find_joiners_without_access(&mut self, policy: &Policy, active: &Spanned<String>) {
        let (order, _) = policy.authority.order("active");
        let mute = |source: &&SourceName| {
            policy.may_create(source) && policy.authority.rank("active", source).is_none()
        };
        let mute: Vec<_> = self.around.sources.iter().filter(mute).map(SourceName::as_str).collect();
        if mute.is_empty() || order.is_empty() {
            return;
        }
        let (mute, deciding) = (list(mute), list(order.iter().map(|voice| voice.source.as_str())));
        let message = format!(
            "{mute} may bring people into being and does not decide `active`: they have no access until {deciding} claims them too"
        );
        let help = format!(
            "name {mute} last in the order, if its word is to count as long as {deciding} says nothing"
        );
        self.warn(active.span(), message, help);
    }

    fn idle_order(&mut self, policy: &Policy, field: &Spanned<String>, order: &[Voice]) {
        let name = field.get_ref().as_str();
        let others: Vec<_> = self.around.sources.iter().filter(|source| maps(policy, source, name)).collect();
        let deciding = list(order.iter().map(|voice| voice.source.as_str()));
        let (message, help) = if others.is_empty() {
            let message = format!("`{name}` has an order of authority, and no mapping fills it");
            (message, format!("add `{name} = \"user.…\"` to the mapping of {deciding}"))
        } else {
            let message = format!("`{name}` is decided by {deciding}, whose mapping does not fill it");
            let mapping = list(others.into_iter().map(SourceName::as_str));
            (message, format!("map it there too, or name {mapping} in the order"))
        };
        self.warn(field.span(), message, help);
    }

    /// Sources that have no table although others have one.
    pub(super) fn find_unmapped_sources(&mut self, tables: &document::Mappings) {
        let Some(place) = tables.keys().next().map(Spanned::span) else { return };
        for source in self.around.sources {
            if tables.contains_key("*") || tables.contains_key(source.as_str()) {
                continue;
            }
            let message = format!("`{source}` has no mapping, so that nothing it says reaches a record");
            let help = format!(
                "add a table `[mapping.{source}]`, or `[mapping.\"*\"]` for every source without its own"
            );
            self.warn(place.clone(), message, help);
        }
    }
}

fn maps(policy: &Policy, source: &SourceName, field: &str) -> bool {
    policy.mapping_of_field(source, field).is_some()
}
