use super::*;

const PATIENT: Duration = Duration::from_secs(1000);

async fn take(pace: &Arc<Pace>, lane: Lane) -> Permit {
    pace.acquire(lane, PATIENT).await.expect("nobody is paused for so long")
}

/// Waits in a lane and writes its name down when its turn has come.
fn queue(pace: &Arc<Pace>, lane: Lane, served: &Arc<Mutex<Vec<Lane>>>) -> tokio::task::JoinHandle<()> {
    let (pace, served) = (Arc::clone(pace), Arc::clone(served));
    tokio::spawn(async move {
        let permit = take(&pace, lane).await;
        served.lock().unwrap().push(lane);
        permit.end(Ended::Served);
    })
}

async fn until_waiting(pace: &Arc<Pace>, count: usize) {
    while pace.report().waiting != count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(start_paused = true)]
async fn leavers_go_first_and_each_lane_keeps_its_order() {
    let pace = Pace::new(1);
    let (held, beside) = (take(&pace, Lane::Normal).await, take(&pace, Lane::Leaver).await);
    let served = Arc::default();
    let mut tasks = Vec::new();
    for (count, lane) in
        [Lane::Background, Lane::Normal, Lane::Leaver, Lane::Normal, Lane::Leaver].into_iter().enumerate()
    {
        tasks.push(queue(&pace, lane, &served));
        until_waiting(&pace, count + 1).await;
    }
    held.end(Ended::Served);
    beside.end(Ended::Served);
    for task in tasks {
        task.await.unwrap();
    }
    let expected = [Lane::Leaver, Lane::Leaver, Lane::Normal, Lane::Normal, Lane::Background];
    assert_eq!(*served.lock().unwrap(), expected);
    assert_eq!((pace.report().in_flight, pace.report().calls), (0, 7));
}

#[tokio::test(start_paused = true)]
async fn everybody_waits_for_the_end_of_a_pause() {
    let pace = Pace::new(4);
    let begin = Instant::now();
    pace.refused(Duration::from_secs(30));
    let served = Arc::default();
    let tasks = [Lane::Leaver, Lane::Normal, Lane::Background].map(|lane| queue(&pace, lane, &served));
    for task in tasks {
        task.await.unwrap();
    }
    assert!(begin.elapsed() >= Duration::from_secs(30));
    assert!(begin.elapsed() < Duration::from_secs(31));
    assert_eq!((pace.report().refusals, pace.report().paused_for), (1, None));
}

#[tokio::test(start_paused = true)]
async fn a_pause_reaches_those_who_wait_for_a_slot() {
    let pace = Pace::new(1);
    let held = take(&pace, Lane::Normal).await;
    let begin = Instant::now();
    let served = Arc::default();
    let waiting = queue(&pace, Lane::Normal, &served);
    until_waiting(&pace, 1).await;
    pace.refused(Duration::from_secs(10));
    held.end(Ended::Overloaded);
    waiting.await.unwrap();
    assert!(begin.elapsed() >= Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_longer_than_they_want() {
    let pace = Pace::new(1);
    let held = take(&pace, Lane::Normal).await;
    let waiting = {
        let pace = Arc::clone(&pace);
        tokio::spawn(async move { pace.acquire(Lane::Normal, Duration::from_secs(5)).await.err() })
    };
    until_waiting(&pace, 1).await;
    pace.refused(Duration::from_secs(60));
    assert_eq!(waiting.await.unwrap(), Some(PausedTooLong(Duration::from_secs(60))));
    drop(held);
    assert_eq!((pace.report().in_flight, pace.report().waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn who_gives_up_leaves_no_gap() {
    let pace = Pace::new(1);
    let held = take(&pace, Lane::Normal).await;
    let served = Arc::default();
    let first = queue(&pace, Lane::Normal, &served);
    until_waiting(&pace, 1).await;
    let second = queue(&pace, Lane::Background, &served);
    until_waiting(&pace, 2).await;
    first.abort();
    assert!(first.await.unwrap_err().is_cancelled());
    held.end(Ended::Served);
    second.await.unwrap();
    assert_eq!(*served.lock().unwrap(), [Lane::Background]);
    assert_eq!((pace.report().in_flight, pace.report().waiting), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn calls_are_spread_near_the_limit() {
    let pace = Pace::new(4);
    drop(take(&pace, Lane::Normal).await);
    let resets_in = Duration::from_secs(100);
    pace.learn(&Limit { rule: "r".into(), calls: 100, remaining: Some(10), resets_in });
    let begin = Instant::now();
    let served = Arc::default();
    let tasks = [(); 3].map(|()| queue(&pace, Lane::Background, &served));
    drop(take(&pace, Lane::Leaver).await);
    assert!(begin.elapsed() < Duration::from_secs(1));
    for task in tasks {
        task.await.unwrap();
    }
    let took = begin.elapsed();
    assert!(took >= Duration::from_secs(25) && took < Duration::from_secs(35), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn who_waited_for_a_slot_learns_that_calls_are_spread() {
    let pace = Pace::new(1);
    let held = take(&pace, Lane::Normal).await;
    let served = Arc::default();
    let waiting = queue(&pace, Lane::Normal, &served);
    until_waiting(&pace, 1).await;
    let resets_in = Duration::from_secs(100);
    pace.learn(&Limit { rule: "r".into(), calls: 100, remaining: Some(10), resets_in });
    held.end(Ended::Served);
    // Nobody else comes who could hand out the permit.
    tokio::time::timeout(Duration::from_secs(60), waiting).await.unwrap().unwrap();
}
