//! Every time zone of Okta's reference ("Appendix A: Time zone codes"), aliases included, has a meaning here.

use serde_json::json;
use tenure_el::{JsonContext, Options, Program, Settings, Vocabulary};

#[test]
fn every_listed_name_is_known() {
    let listed = include_str!("../vectors/zones.txt");
    let program = Program::compile("Time.now(zone)", &Vocabulary::open(), &Options::default()).unwrap();
    let settings = Settings::at("2015-07-31T17:18:37.979Z".parse().unwrap());
    let known =
        |name: &&str| program.evaluate(&JsonContext::new(&json!({ "zone": name })), &settings).is_err();
    let unknown: Vec<_> = listed.split_whitespace().filter(known).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
    assert!(listed.split_whitespace().count() > 550);
}
