//! Columns that are missing, too short, of another kind, or not unique.

use super::{about, examined, of, says, with_faults};
use crate::support::Place;
use crate::support::target::Scene;
use tenure_engine::doctor::Verdict::{Bad, Good, Note, Unknown};
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Instance, Settings};

const MAPPING: &str = "[mapping.\"*\"]\nuser_name = \"user.userName\"\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_column_is_told_with_what_to_create() {
    let scene = of(Settings::default().without("sys_user", "u_okta_user_id")).await;
    let cure = ["no column `u_okta_user_id`", "table `sys_user`", "String, maximum length 255; tick Unique"];
    says(&examined(&scene).await, "columns", Bad, &cure);
    let site = "u_okta_user_id = \"user.externalId\"\nu_site = { value = \"user.city\", reference = \"cmn_location\", by = \"name\" }\n";
    scene.apply(&format!("{MAPPING}{site}")).await;
    says(&examined(&scene).await, "columns", Bad, &["`u_site`: type Reference, to table `cmn_location`"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_of_another_kind_or_length_are_told() {
    let lines =
        ["u_place reference 32 ref=cmn_location", "u_text string 40", "u_boss reference 32 ref=sys_user"];
    let columns = lines.map(|line| ("sys_user".to_owned(), line.to_owned())).to_vec();
    let scene = of(Settings { columns, ..Settings::default() }).await;
    let key = "u_okta_user_id = { value = \"user.externalId\", max_length = 100 }\n";
    let columns = "u_place = { value = \"user.city\", reference = \"cmn_building\", by = \"name\" }\n\
         u_text = { value = \"user.city\", reference = \"cmn_location\", by = \"name\" }\n\
         u_boss = \"user.title\"\n";
    scene.apply(&format!("{MAPPING}{key}{columns}")).await;
    let checks = examined(&scene).await;
    says(&checks, "columns", Bad, &["`u_place` refers to `cmn_location`", "says `cmn_building`"]);
    says(&checks, "columns", Bad, &["`u_text` is of type string", "`cmn_location`"]);
    says(&checks, "columns", Bad, &["`u_boss` refers to `sys_user`", "takes it for text"]);
    assert_eq!(about(&checks, "columns").len(), 3);

    scene.apply(&format!("{MAPPING}{key}u_text = {{ value = \"user.title\", max_length = 200 }}\n")).await;
    let cure = ["`u_text` holds 40", "lets 200", "max_length = 40"];
    says(&examined(&scene).await, "columns", Note, &cure);
    scene.apply(&format!("{MAPPING}{key}")).await;
    says(&examined(&scene).await, "columns", Good, &["columns that the policy fills are there"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_must_have_a_value_is_filled() {
    let column = ("sys_user".to_owned(), "u_badge string 40 mandatory default=none".to_owned());
    let scene = of(Settings { columns: vec![column], ..Settings::default() }).await;
    says(&examined(&scene).await, "columns", Note, &["`u_badge` must have a value", "optional"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_unique_or_not_filled_is_told() {
    let settings = TargetSettings { key: "employee_number".into(), ..TargetSettings::default() };
    let scene = Scene::of(Place::sqlite(), Instance::new(Settings::default()), settings).await;
    says(&examined(&scene).await, "stable key", Bad, &["not unique", "tick Unique"]);
    scene.apply(MAPPING).await;
    let cure = "no mapping of the policy fills `employee_number`";
    says(&examined(&scene).await, "stable key", Bad, &[cure]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dictionary_that_is_hidden_is_told() {
    let scene = with_faults("[[hidden]]\ntable = \"sys_dictionary\"\n").await;
    says(&examined(&scene).await, "dictionary", Unknown, &["sys_dictionary", "personalize_dictionary"]);
}
