//! What the book shows can be used as it stands.

use crate::support::Scene;

const POLICY: &str = include_str!("../../../../docs/POLICY.md");

/// The first block of TOML that begins like this.
fn block<'a>(page: &'a str, beginning: &str) -> &'a str {
    let blocks = page.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.filter(|block| block.starts_with(beginning)).take(1).next().expect(beginning)
}

#[test]
fn the_sample_policy_is_without_fault() {
    let scene = Scene::empty();
    scene.write("tenure.toml", "[sources.okta]\nkind = \"scim\"\n[sources.workday]\nkind = \"scim\"\n");
    scene.write("policy.toml", block(POLICY, "[correlation]"));
    insta::assert_snapshot!(scene.run(&["policy", "check", "policy.toml"]), @"
    exit 0
    --- stderr
    `policy.toml` can be applied
    ");
}
