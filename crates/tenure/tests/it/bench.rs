//! `tenure bench`: a short run says everything that it promises.

use serde_json::Value;
use std::process::{Command, Output};

fn bench(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tenure"));
    command.args(["bench", "--people", "50", "--concurrency", "4", "--seconds", "0.05", "--format", "json"]);
    command.args(arguments).output().expect("the binary runs")
}

#[test]
fn a_short_run_gives_complete_json() {
    let output = bench(&[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let operations = report["operations"].as_array().unwrap();
    let names: Vec<_> = operations.iter().map(|operation| operation["name"].as_str().unwrap()).collect();
    let expected = "load get filter_user_name filter_external_id list_page_100 patch_active put group_add_1 \
                    group_add_100 group_add_1000 group_of_10_add_1 group_of_10000_add_1 create";
    assert_eq!(names.join(" "), expected);
    for operation in operations {
        assert!(operation["per_second"].as_f64().unwrap() > 0.0, "{operation}");
        assert!(operation["p99_ms"].as_f64() >= operation["p50_ms"].as_f64(), "{operation}");
        let has_floor = !matches!(operation["name"].as_str(), Some("group_add_100" | "group_add_1000"));
        assert_eq!(operation["ratio_to_floor"].is_number(), has_floor, "{operation}");
    }
    assert_eq!((&report["people"], &report["concurrency"]), (&50.into(), &4.into()));
    assert_eq!(report["policy_plan"]["people"], 50);
    assert!(report["policy_plan"]["people_per_second"].as_f64() > Some(0.0));
    assert_eq!(report["engine"], "sqlite");
    assert!(report["machine"]["cores"].as_u64() > Some(0));
    assert!(report["memory_bytes"]["peak"].as_u64() >= report["memory_bytes"]["idle"].as_u64());
}

#[test]
fn a_store_in_use_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", directory.path().join("mine.db").display());
    assert!(bench(&["--store", &store]).status.success());
    let again = bench(&["--store", &store]);
    assert_eq!(again.status.code(), Some(1));
    let said = String::from_utf8_lossy(&again.stderr).into_owned();
    assert!(said.contains("is not empty"), "{said}");
    assert_eq!(again.stdout, b"");
}

#[test]
fn the_way_to_the_target_is_measured_and_nothing_is_in_vain() {
    let output = bench(&["--target", "--latency", "1"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["people"], &report["engine"]), (&50.into(), &"sqlite".into()));
    let load = &report["load"];
    assert_eq!((&load["calls"]["POST sys_user"], &load["in_vain"]), (&50.into(), &serde_json::json!({})));
    let most = report["concurrency"].as_u64().unwrap() + 1;
    assert!(load["peak_concurrency"].as_u64().unwrap() <= most, "and one for a leaver: {load}");
    assert!(load["share_of_concurrency"].as_f64() > Some(0.0), "{load}");
    let changes = report["changes"].as_array().unwrap();
    let calls: Vec<_> = changes.iter().map(|it| format!("{} {}", it["name"], it["calls"])).collect();
    assert_eq!(calls.join(", ").replace('"', ""), "update_field 1, join_group 1, create 2, leaver 3");
    assert_eq!(report["leavers_during_load_ms"].as_array().unwrap().len(), 10);
    assert!(report["memory_bytes"]["peak"].as_u64() >= report["memory_bytes"]["idle"].as_u64());
}
