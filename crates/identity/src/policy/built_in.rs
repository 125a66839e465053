//! The policy that applies when nobody wrote another: a document like any other.

use super::Policy;
use super::check::Surroundings;
use crate::id::SourceName;
use tenure_scim::schema::Catalog;

/// The document.
pub const BUILT_IN: &str = include_str!("built_in.toml");

impl Policy {
    /// The built-in policy for these sources; the first of them decides where several have a value.
    pub fn built_in(sources: &[SourceName]) -> Self {
        let around = Surroundings { sources, catalog: &Catalog::standard() };
        let (policy, _) = Policy::parse(BUILT_IN, around).expect("the built-in document is tested");
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_document_is_without_fault() {
        let (okta, catalog) = ([SourceName::new("okta")], Catalog::standard());
        let around = Surroundings { sources: &okta, catalog: &catalog };
        assert_eq!(Policy::parse(BUILT_IN, around).unwrap().1, []);
    }
}
