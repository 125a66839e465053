//! Two nodes over one database: each hand-over is done by one of them.

use super::desk::{Desk, POLICY, fill, open_work};
use crate::support::Place;
use crate::support::bodies::managed;
use crate::support::operations;
use crate::support::target::Scene;
use serde_json::json;
use tenure_engine::target::TargetSettings;
use tenure_lab::servicenow::{Fault, FaultKind, Faults, Instance, Settings};

#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_hand_everything_over_once() {
    let instance = Instance::new(Settings::default());
    let scene = Scene::of(Place::postgres(), instance, TargetSettings::default()).await;
    let desk = Desk::empty(scene, POLICY).await;
    let mut people = vec![(desk.ada.clone(), desk.record.clone())];
    for n in 0..7 {
        let id = desk.scene.create(managed(&format!("p{n}"), "ext-boss")).await;
        desk.scene.settled().await;
        people.push((id, desk.scene.record(&format!("p{n}")).sys_id().to_owned()));
    }
    for (n, (_, record)) in people.iter().enumerate() {
        fill(&desk.scene.instance, record, &format!("-{n}-"), 4);
    }
    let cut = Fault { rate: 0.05, ..Fault::new(FaultKind::CutAfter) };
    desk.scene.instance.set_faults(Faults { seed: 3, ..Faults::default().with(cut) });
    let (other, worker) = desk.scene.second_node().await;
    other.engine.refresh_policy().await.unwrap();
    for (id, _) in &people {
        let change = operations(json!([{ "op": "replace", "value": { "active": false } }]));
        desk.scene.patch(&format!("/Users/{id}"), change).await.expect(200);
    }
    desk.scene.handed_over().await;
    worker.abort();
    for (_, record) in &people {
        assert_eq!(open_work(&desk.scene.instance, record), Vec::<String>::new());
    }
    let notes = desk.notes();
    assert_eq!(notes.len(), 8 * people.len());
    assert!(notes.iter().all(|note| note.ends_with(": 1")), "{notes:?}");
}
