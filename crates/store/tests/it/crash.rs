//! Durability: a process that commits is killed in the middle; whatever it acknowledged is there afterwards.

use crate::fixture::{joiner, okta};
use crate::support::{Place, on_both_engines};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use tenure_store::query::Kind;
use tenure_store::{Options, Store};

on_both_engines!(what_was_acknowledged_survives_the_process);

/// The address, in the child process.
const ADDRESS: &str = "TENURE_TEST_CRASH_ADDRESS";
const ENOUGH: usize = 200;

async fn what_was_acknowledged_survives_the_process(place: Place) {
    drop(place.open().await);
    let mut child = start(&place.address());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    // The harness may print its own words on the same line.
    let number =
        |line: String| line.split_once("acknowledged ").and_then(|(_, n)| n.trim().parse::<usize>().ok());
    let mut acknowledged: Vec<_> = lines.by_ref().filter_map(number).take(ENOUGH).collect();
    child.kill().unwrap();
    acknowledged.extend(lines.filter_map(number));
    child.wait().unwrap();
    assert!(acknowledged.len() >= ENOUGH, "the child ended early");

    let store = place.open().await;
    for n in acknowledged {
        let id = crate::fixture::person_id(n);
        assert!(store.person(&id).await.unwrap().is_some(), "{id} was acknowledged");
    }
    let live = place.number("select count(*) from claims where live = 1").await;
    assert_eq!(store.total(Kind::Users, &okta()).await.unwrap() as i64, live);
    assert_eq!(place.number("select count(*) from persons").await, live);
    assert_eq!(place.number("select count(*) from events").await, live);
}

fn start(address: &str) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["crash::commit_until_killed", "--exact", "--nocapture", "--test-threads", "1"]);
    child
        .env(ADDRESS, address)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// The child: commits and says so, from several tasks, until it is killed. Without an address there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn commit_until_killed() {
    let Some(address) = std::env::var_os(ADDRESS) else { return };
    let store = Store::open(address.to_str().unwrap(), Options::default()).await.unwrap();
    let commit_forever = async |first: usize| {
        for n in (first..).step_by(8) {
            store.commit(&joiner(n)).await.unwrap();
            let mut out = std::io::stdout().lock();
            writeln!(out, "\nacknowledged {n}")
                .and_then(|()| out.flush())
                .expect("the parent reads until it kills");
        }
    };
    futures_util::future::join_all((0..8).map(commit_forever)).await;
}
