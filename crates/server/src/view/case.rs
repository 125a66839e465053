//! Cases: the question with both sides, and the answer.

use super::PersonSummary;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use tenure_engine::review;
use tenure_identity::{case, correlate};
use tenure_scim::Object;
use utoipa::ToSchema;

/// A case as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseSummary {
    /// Its id, which the refused source is told.
    pub id: String,
    /// What the question is.
    #[schema(examples(
        "ambiguous-match",
        "email-match",
        "recycled-login",
        "rotated-identity",
        "unmatched",
        "near-duplicate",
        "mass-change"
    ))]
    pub kind: String,
    /// Whether a claim waits for the answer.
    pub blocking: bool,
    /// The source whose claim raised it.
    pub source: String,
    /// What the source calls the person.
    pub identity: String,
    /// Whom the claim is about, as far as it says so: `Ada Lovelace (ada@example.com)`.
    pub who: String,
    /// The claim, as it was sent.
    #[schema(value_type = Object)]
    pub claim: Object,
    /// The ids of the people who could be meant, or who look alike; of a mass change, the first whom it holds.
    pub candidates: Vec<String>,
    /// What spoke for and against when it was raised, one sentence each; the first is the question.
    pub evidence: Vec<String>,
    /// When it was raised.
    pub opened: Timestamp,
    /// The answer, once there is one.
    pub decided: Option<Decided>,
}

/// A case with its candidates side by side.
#[derive(Debug, Serialize, ToSchema)]
pub struct Case {
    /// Its id, which the refused source is told.
    pub id: String,
    /// What the question is.
    #[schema(examples(
        "ambiguous-match",
        "email-match",
        "recycled-login",
        "rotated-identity",
        "unmatched",
        "near-duplicate",
        "mass-change"
    ))]
    pub kind: String,
    /// Whether a claim waits for the answer.
    pub blocking: bool,
    /// The source whose claim raised it.
    pub source: String,
    /// What the source calls the person.
    pub identity: String,
    /// Whom the claim is about, as far as it says so: `Ada Lovelace (ada@example.com)`.
    pub who: String,
    /// The claim, as it was sent.
    #[schema(value_type = Object)]
    pub claim: Object,
    /// The people who could be meant, or who look alike, as they are now; of a mass change, the first whom it holds.
    pub candidates: Vec<Candidate>,
    /// What spoke for and against when it was raised, one sentence each; the first is the question.
    pub evidence: Vec<String>,
    /// When it was raised.
    pub opened: Timestamp,
    /// The answer, once there is one.
    pub decided: Option<Decided>,
}

/// Somebody who could be meant, beside the claim.
#[derive(Debug, Serialize, ToSchema)]
pub struct Candidate {
    /// The person as they are now.
    pub person: PersonSummary,
    /// Key by key, what each of the two has.
    pub evidence: Vec<Evidence>,
    /// How alike they look: 0 (nothing in common) to 1 (the same but for form).
    pub similarity: f64,
    /// What looks alike, one sentence each.
    pub alike: Vec<String>,
}

/// What the claim and a candidate have under one key, folded.
#[derive(Debug, Serialize, ToSchema)]
pub struct Evidence {
    /// The key.
    #[schema(examples("external id", "employee number", "login", "e-mail", "name"))]
    pub kind: String,
    /// What the claim has.
    pub claim: Option<String>,
    /// What the candidate has.
    pub record: Option<String>,
    /// Whether they have it in common.
    pub agrees: bool,
}

/// A human's answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decided {
    /// `link`, `create`, `reject`, `merge`, `release` or `keep`.
    #[schema(examples("link", "create", "reject", "merge", "release", "keep"))]
    pub ruling: String,
    /// The person whom it names.
    pub person: Option<String>,
    /// Why, if they said so.
    pub note: Option<String>,
    /// Who answered.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// When a claim first went through by it, somebody lost access, or the case was closed without an answer; from then on
    /// it cannot be taken back.
    pub used: Option<Timestamp>,
}

impl CaseSummary {
    /// A case with the ids of its candidates.
    pub fn of(case: &case::Case) -> Self {
        Self {
            id: case.id.to_string(),
            kind: case.kind.label().to_owned(),
            blocking: case.kind.blocks(),
            source: case.source.to_string(),
            identity: case.identity.clone(),
            who: who(case),
            claim: case.claim.clone(),
            candidates: case.candidates.iter().map(ToString::to_string).collect(),
            evidence: case.evidence.clone(),
            opened: case.opened,
            decided: case.decided.as_ref().map(Decided::of),
        }
    }
}

impl Case {
    /// A case with its candidates.
    pub fn of(question: &review::Question) -> Self {
        let summary = CaseSummary::of(&question.case);
        Self {
            id: summary.id,
            kind: summary.kind,
            blocking: summary.blocking,
            source: summary.source,
            identity: summary.identity,
            who: summary.who,
            claim: summary.claim,
            candidates: question.candidates.iter().map(Candidate::of).collect(),
            evidence: summary.evidence,
            opened: summary.opened,
            decided: summary.decided,
        }
    }
}

impl Candidate {
    fn of(candidate: &review::Candidate) -> Self {
        let beside = &candidate.beside;
        Self {
            person: PersonSummary::of(&candidate.person),
            evidence: beside.comparisons.iter().map(Evidence::of).collect(),
            similarity: (beside.similarity * 100.0).round() / 100.0,
            alike: beside.alike.clone(),
        }
    }
}

impl Evidence {
    fn of(comparison: &correlate::Comparison) -> Self {
        Self {
            kind: comparison.key.label().to_owned(),
            claim: comparison.claim.clone(),
            record: comparison.person.clone(),
            agrees: comparison.agrees,
        }
    }
}

impl Decided {
    fn of(decided: &case::Decided) -> Self {
        Self {
            ruling: decided.ruling.label().to_owned(),
            person: decided.ruling.person().map(ToString::to_string),
            note: decided.note.clone(),
            by: decided.by.clone(),
            at: decided.at,
            used: decided.used,
        }
    }
}

/// Whom the claim is about: `Ada Lovelace (ada@example.com)`, as far as it says so.
pub fn who(case: &case::Case) -> String {
    let login = case.claim.get("userName").and_then(Value::as_str).unwrap_or(&case.identity);
    let part = |part| case.claim.get("name").and_then(|name| name.get(part)).and_then(Value::as_str);
    let name: Vec<_> = ["givenName", "familyName"].into_iter().filter_map(part).collect();
    if name.is_empty() { login.to_owned() } else { format!("{} ({login})", name.join(" ")) }
}
