//! What lies on somebody's desk, and what is left there.

use crate::support::bodies::managed;
use crate::support::target::{Scene, value};
use crate::support::{operations, user};
use serde_json::json;
use tenure_engine::handover::HandoverInFull;
use tenure_identity::event::EventKind;
use tenure_identity::id::PersonId;
use tenure_lab::servicenow::{Instance, Row};

/// Managers first, then the desk.
pub(super) const POLICY: &str = r#"
[mapping."*"]
user_name = "user.userName"
u_okta_user_id = "user.externalId"
manager = { value = "user.managerId", reference = "sys_user", by = "u_okta_user_id", missing = "defer" }
[lifecycle]
hand_over = { to = "manager", otherwise = { group = "Service Desk" } }
"#;

/// Tables and the columns that name whom something lies with.
const DESK: [(&str, &str); 6] = [
    ("task", "assigned_to"),
    ("sysapproval_approver", "approver"),
    ("sys_user_group", "manager"),
    ("sys_user", "manager"),
    ("cmn_department", "dept_head"),
    ("cmn_cost_center", "manager"),
];

/// Ada, who reports to the boss, and what lies with her.
pub(super) struct Desk {
    pub(super) scene: Scene,
    pub(super) ada: String,
    pub(super) boss: String,
    /// Their records in the target.
    pub(super) record: String,
    pub(super) boss_record: String,
}

impl Desk {
    /// A desk with everything that can lie on one, under the policy.
    pub(super) async fn new(scene: Scene, policy: &str) -> Self {
        let desk = Self::empty(scene, policy).await;
        fill(&desk.scene.instance, &desk.record, "", 3);
        desk
    }

    pub(super) async fn empty(scene: Scene, policy: &str) -> Self {
        let group = [("name", "Service Desk"), ("active", "true")];
        scene.instance.insert("sys_user_group", &group).unwrap();
        scene.apply(policy).await;
        let boss = scene.create(user("boss")).await;
        let ada = scene.create(managed("ada", "ext-boss")).await;
        scene.settled().await;
        let [record, boss_record] = ["ada", "boss"].map(|name| scene.record(name).sys_id().to_owned());
        Self { scene, ada, boss, record, boss_record }
    }

    pub(super) async fn active(&self, who: &str, active: bool) {
        let change = operations(json!([{ "op": "replace", "value": { "active": active } }]));
        self.scene.patch(&format!("/Users/{who}"), change).await.expect(200);
    }

    /// Ada leaves, and whatever follows from it is waited for.
    pub(super) async fn leave(&self) {
        self.active(&self.ada, false).await;
        self.scene.handed_over().await;
    }

    pub(super) fn person(&self) -> PersonId {
        PersonId::new(&self.ada)
    }

    pub(super) async fn handover(&self) -> HandoverInFull {
        self.scene.engine.handover(&self.person()).await.unwrap()
    }

    /// Rows of the table that lie with this record.
    pub(super) fn lying(&self, table: &str, record: &str) -> Vec<Row> {
        let (_, column) = DESK.iter().find(|(it, _)| *it == table).unwrap();
        self.scene.instance.find(table, column, record)
    }

    /// How many notes each task has, by number: `INC1: 1`.
    pub(super) fn notes(&self) -> Vec<String> {
        let note = |task: &Row| {
            let notes = self.scene.instance.find("sys_journal_field", "element_id", task.sys_id());
            (!notes.is_empty()).then(|| format!("{}: {}", value(task, "number"), notes.len()))
        };
        let mut notes: Vec<_> = self.scene.instance.rows("task").iter().filter_map(note).collect();
        notes.sort();
        notes
    }

    pub(super) async fn told(&self) -> String {
        let kinds = [EventKind::HandedOver, EventKind::HandoverUndone, EventKind::Finding];
        self.scene.told_of(&self.ada, &kinds).await.join("\n")
    }
}

/// A desk whose boss has somebody above them in the target.
pub(super) async fn with_chief(desk: Desk) -> (Desk, String) {
    let chief =
        desk.scene.instance.insert("sys_user", &[("user_name", "chief"), ("active", "true")]).unwrap();
    let above = [("manager", chief.sys_id())];
    desk.scene.instance.patch("sys_user", &desk.boss_record, &above).unwrap();
    (desk, chief.sys_id().to_owned())
}

/// As many incidents and catalogue tasks, closed ones too, and one of everything else.
/// The mark tells one filling from the next.
pub(super) fn fill(instance: &Instance, record: &str, mark: &str, tasks: usize) {
    let insert = |table: &str, values: &[(&str, &str)]| instance.insert(table, values).unwrap();
    let network = insert("sys_user_group", &[("name", "Network"), ("active", "true"), ("manager", record)]);
    for n in 0..tasks {
        let number = format!("INC{mark}{n}");
        let of =
            [("number", number.as_str()), ("assigned_to", record), ("assignment_group", network.sys_id())];
        insert("incident", &of);
        insert("sc_task", &[("number", &format!("TASK{mark}{n}")), ("assigned_to", record)]);
    }
    insert("incident", &[("number", "OLD"), ("assigned_to", record), ("active", "false")]);
    let change = insert("change_request", &[("number", "CHG1")]);
    let approval = [("approver", record), ("state", "requested"), ("sysapproval", change.sys_id())];
    insert("sysapproval_approver", &approval);
    insert("sysapproval_approver", &[("approver", record), ("state", "approved")]);
    let [linus, gone] = ["linus", "gone"].map(|name| format!("{name}{mark}"));
    insert("sys_user", &[("user_name", &linus), ("manager", record), ("active", "true")]);
    insert("sys_user", &[("user_name", &gone), ("manager", record), ("active", "false")]);
    insert("cmn_department", &[("name", "Research"), ("dept_head", record)]);
    insert("cmn_cost_center", &[("name", "CC1"), ("manager", record)]);
    let linus = instance.find("sys_user", "user_name", &linus).remove(0);
    let delegation = |ends: &str| {
        let of = [("user", linus.sys_id()), ("delegate", record), ("ends", ends)];
        insert("sys_user_delegate", &of);
    };
    delegation("2999-01-01 00:00:00");
    delegation("2001-01-01 00:00:00");
    delegation("");
}

/// Everything open that lies with the record.
pub(super) fn open_work(instance: &Instance, record: &str) -> Vec<String> {
    let mut open = Vec::new();
    for (table, column) in DESK {
        let is_open = |row: &Row| match table {
            "sysapproval_approver" => value(row, "state") == "requested",
            "sys_user" | "task" => row.is("active"),
            _ => true,
        };
        let rows = instance.find(table, column, record);
        open.extend(rows.iter().filter(|row| is_open(row)).map(|row| format!("{table} {}", row.sys_id())));
    }
    let now = instance.now().strftime("%Y-%m-%d %H:%M:%S").to_string();
    let delegated = instance.find("sys_user_delegate", "delegate", record);
    let lasting =
        delegated.iter().map(|row| value(row, "ends")).filter(|ends| ends.is_empty() || *ends > now);
    open.extend(lasting.map(|ends| format!("delegation until {ends}")));
    open
}
