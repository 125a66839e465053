//! What holds whatever the policy and whatever sources say.

use super::*;
use crate::policy::DeactivateWhen;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const MAPPINGS: [&str; 8] = [
    "title = 'user.title'",
    "title = { value = 'user.title', default = 'None', create_only = true }",
    "title = { value = 'user.title', max_length = 3, too_long = 'cut_at_word' }",
    "title = 'user.title + \"!\"'",
    "city = { value = 'user.nickName', default = 'Rome' }",
    "department = { value = 'user.department ?: user.title', reference = 'cmn_department' }",
    "manager = { value = 'user.manager', reference = 'sys_user', by = 'user_name', missing = 'skip' }",
    "manager = { value = 'user.manager', reference = 'sys_user', by = 'user_name', missing = 'default', default = 'b' }",
];
const ORDERS: [&str; 6] = [
    "title = ['hr', 'okta']",
    "title = ['okta', { source = 'hr', only = 'empty' }]",
    "title = [{ source = 'okta', only = 'empty' }, { source = 'hr', only = 'empty' }]",
    "city = ['hr']",
    "department = ['okta']",
    "manager = ['hr', 'okta']",
];
const RULES: [&str; 9] = [
    "[[fields]]\nfield = 'city'\ngroup = 'A'\nvalue = 'record.title'",
    "[[fields]]\nfield = 'building'\nwhen = 'record.city != null'\nvalue = 'user.title + \"1\"'",
    "[[fields]]\nfield = 'title'\nwhen = 'okta.title == hr.title'\nvalue = '\"same\"'",
    "[[fields]]\nfield = 'country'\nwhen = 'true'\nvalue = 'user.title'",
    "[[roles]]\nrole = 'r'\ngroup = 'A'\neffect = 'deny'\nprecedence = 1",
    "[[roles]]\nrole = 'r'\nwhen = 'user.title == \"a\"'\nprecedence = 2",
    "[[roles]]\nrole = 's'\nwhen = 'user.title + \"\" == record.city'",
    "[scope]\nusers = 'user.title != \"b\"'",
    "[lifecycle]\nlock_out = false\ndeactivate_when = 'authoritative'",
];

/// A policy of lines of the pool, for `okta`, `hr` and `csv`.
fn any_policy() -> impl Strategy<Value = Policy> {
    let lines = || subsequence(&MAPPINGS[..], 0..=MAPPINGS.len());
    let orders = subsequence(&ORDERS[..], 0..=ORDERS.len());
    let rules = subsequence(&RULES[..], 0..=RULES.len());
    (lines(), lines(), orders, rules).prop_map(|(okta, hr, orders, rules)| {
        let (okta, hr, orders) = (one_each(&okta), one_each(&hr), one_each(&orders));
        let rules = rules.join("\n");
        let document = format!(
            "[mapping.okta]\n{okta}\n[mapping.hr]\n{hr}\n[mapping.csv]\n[authority]\ndefault = ['okta', 'hr']\n{orders}\n{rules}"
        );
        let (sources, catalog) = (["okta", "hr", "csv"].map(source), Catalog::standard());
        let around = Surroundings { sources: &sources, catalog: &catalog };
        Policy::parse(&document, around).unwrap_or_else(|problems| panic!("{problems}\n{document}")).0
    })
}

/// Of the lines about one field, the first.
fn one_each(lines: &[&str]) -> String {
    let mut lines = lines.to_vec();
    lines.dedup_by_key(|line| line.split(' ').next());
    lines.join("\n")
}

prop_compose! {
    fn any_claim(name: &'static str)(
        words in prop::collection::vec(prop::option::of("[a-c]|a b c|x{61}"), 4),
        active in any::<bool>(),
        ended in prop::option::of(0i64..4),
        since in 0i64..4,
    ) -> Claim {
        let [title, nick, department, manager] = &words[..] else { unreachable!("there are four") };
        let user = user(name)
            .with("title", json!(title))
            .with("nickName", json!(nick))
            .with(ENTERPRISE_USER, json!({ "department": department, "manager": { "value": manager } }))
            .active(active);
        let claim = ended.map_or_else(|| user.clone().by(name), |second| user.clone().ended_by(name, second));
        Claim { active_since: at(since), ..claim }
    }
}

fn any_claims() -> impl Strategy<Value = Vec<Claim>> {
    (any_claim("okta"), any_claim("hr"), any_claim("csv"))
        .prop_flat_map(|(okta, hr, csv)| subsequence(vec![okta, hr, csv], 0..=3))
}

/// Somebody after these claims.
fn anybody() -> impl Strategy<Value = Somebody> {
    let groups = select(vec![vec![], vec!["A"], vec!["A", "B"]]);
    (any_policy(), any_claims(), groups).prop_map(|(policy, old, groups)| {
        let mut somebody = Somebody::under("");
        somebody.policy = policy;
        for key in ["a", "b"] {
            somebody.references.insert(PersonKey::UserName, key.into(), PersonId::new(format!("p-{key}")));
        }
        somebody.groups(&groups).soon(&old);
        somebody
    })
}

proptest! {
    #[test]
    fn resolving_twice_changes_nothing(mut somebody in anybody(), claims in any_claims()) {
        somebody.soon(&claims);
        let once = somebody.now.clone();
        somebody.soon(&claims);
        let twice = &somebody.now;
        prop_assert_eq!(&twice.record, &once.record);
        prop_assert_eq!((twice.active, twice.deactivated_at), (once.active, once.deactivated_at));
        prop_assert_eq!((twice.provisioned, &twice.waits_for), (once.provisioned, &once.waits_for));
        for decision in &twice.decisions {
            prop_assert!(!matches!(decision.outcome, Outcome::Written | Outcome::Defaulted), "{:?}", decision);
        }
    }

    #[test]
    fn the_order_of_claims_does_not_matter(somebody in anybody(), claims in any_claims().prop_shuffle()) {
        let mut sorted = claims.clone();
        sorted.sort_by(|one, other| one.source.cmp(&other.source));
        prop_assert_eq!(somebody.resolved(&claims), somebody.resolved(&sorted));
    }

    #[test]
    fn who_decides_nothing_changes_nothing(mut somebody in anybody(), claims in any_claims(), csv in any_claim("csv")) {
        somebody.policy.lifecycle.deactivate_when = DeactivateWhen::Authoritative;
        somebody.policy.authority.fields.insert("active".into(), ["okta", "hr"].map(|it| Voice::of(source(it))).to_vec());
        let without: Vec<_> = claims.into_iter().filter(|claim| claim.source != csv.source).collect();
        let with = [without.clone(), vec![csv]].concat();
        let (without, with) = (somebody.resolved(&without), somebody.resolved(&with));
        prop_assert_eq!(&with.record, &without.record);
        prop_assert_eq!((with.active, with.provisioned), (without.active, without.provisioned));
    }

    #[test]
    fn a_leaver_never_ends_with_access(somebody in anybody(), claims in any_claims()) {
        let after = somebody.resolved(&claims);
        prop_assert_eq!(after.record.flag("active"), Some(after.active));
        prop_assert_eq!(after.deactivated_at.is_some(), !after.active);
        if somebody.policy.lifecycle.lock_out {
            prop_assert_eq!(after.record.flag("locked_out"), Some(!after.active));
        }
        let any = somebody.policy.lifecycle.deactivate_when == DeactivateWhen::Any;
        if any && claims.iter().any(|claim| claim.is_live() && !claim.active) {
            prop_assert!(!after.active);
        }
    }

    #[test]
    fn every_value_has_its_reason(somebody in anybody(), claims in any_claims()) {
        let after = somebody.resolved(&claims);
        for (field, value) in &after.record.fields {
            let decided = |it: &&Decision| it.field == *field && it.outcome != Outcome::SkippedNotAuthoritative;
            let decisions: Vec<_> = after.decisions.iter().filter(decided).collect();
            prop_assert_eq!(decisions.len(), 1, "{}", field);
            if matches!(decisions[0].outcome, Outcome::Written | Outcome::Unchanged | Outcome::Defaulted) {
                prop_assert_eq!(decisions[0].to.clone(), Some(value.value.to_string()));
            }
        }
    }
}
