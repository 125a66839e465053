use super::*;
use proptest::prelude::*;

fn after(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// How many calls of a lane can start at once.
fn fill(budget: &mut Budget, lane: Lane, now: Instant) -> usize {
    std::iter::from_fn(|| (budget.may_start(lane, now) == Start::Now).then(|| budget.start(lane, now)))
        .count()
}

#[test]
fn a_leaver_has_a_slot_beside_all_others() {
    let now = Instant::now();
    let mut budget = Budget::new(8);
    assert_eq!(fill(&mut budget, Lane::Background, now), 8);
    assert_eq!(budget.may_start(Lane::Normal, now), Start::AfterAnother);
    assert_eq!(fill(&mut budget, Lane::Leaver, now), 1);
    assert_eq!(budget.in_flight(), 9);
    assert_eq!(fill(&mut Budget::new(8), Lane::Leaver, now), 8);
    assert_eq!(
        [fill(&mut Budget::new(1), Lane::Normal, now), fill(&mut Budget::new(1), Lane::Leaver, now)],
        [1, 1]
    );
}

#[test]
fn a_struggling_instance_is_called_less_and_a_leaver_still_gets_through() {
    let now = Instant::now();
    let mut budget = Budget::new(8);
    let mut expected = [4, 2, 1, 1].into_iter();
    for at in 1..=4 {
        budget.start(Lane::Leaver, now + after(at));
        budget.finish(Lane::Leaver, now + after(at), Ended::Overloaded, now + after(at));
        assert_eq!(Some(budget.allowed()), expected.next());
    }
    let now = now + after(10);
    assert_eq!(fill(&mut budget, Lane::Normal, now), 1);
    assert_eq!(fill(&mut budget, Lane::Leaver, now), 1);
}

#[test]
fn the_same_trouble_counts_once() {
    let now = Instant::now();
    let mut budget = Budget::new(8);
    for _ in 0..4 {
        budget.start(Lane::Leaver, now);
    }
    for _ in 0..4 {
        budget.finish(Lane::Leaver, now, Ended::Overloaded, now + after(1));
    }
    assert_eq!(budget.allowed(), 4);
}

#[test]
fn it_grows_slowly_and_not_above_the_ceiling() {
    let now = Instant::now();
    let mut budget = Budget::new(4);
    budget.start(Lane::Normal, now);
    budget.finish(Lane::Normal, now, Ended::Overloaded, now);
    let mut calls = 0;
    while budget.allowed() < 4 {
        budget.start(Lane::Normal, now);
        budget.finish(Lane::Normal, now, Ended::Served, now);
        calls += 1;
        assert!(calls < 100);
    }
    assert!(calls > 6, "{calls}");
    for _ in 0..100 {
        budget.start(Lane::Normal, now);
        budget.finish(Lane::Normal, now, Ended::Served, now);
    }
    assert_eq!(budget.allowed(), 4);
}

#[test]
fn a_pause_holds_for_everybody_and_is_never_shortened() {
    let now = Instant::now();
    let mut budget = Budget::new(4);
    budget.pause(now + after(30));
    budget.pause(now + after(10));
    for lane in Lane::ALL {
        assert_eq!(budget.may_start(lane, now + after(29)), Start::At(now + after(30)));
        assert_eq!(budget.may_start(lane, now + after(30)), Start::Now);
    }
    assert_eq!(budget.paused_for(now + after(10)), Some(after(20)));
    assert_eq!(budget.paused_for(now + after(30)), None);
}

fn rule(calls: u64, remaining: Option<u64>, resets_in: u64) -> Limit {
    Limit { rule: "r".into(), calls, remaining, resets_in: after(resets_in) }
}

#[test]
fn near_the_limit_what_can_wait_is_spread() {
    let now = Instant::now();
    let mut budget = Budget::new(4);
    budget.start(Lane::Normal, now);
    for _ in 0..79 {
        budget.learn(&rule(100, None, 3600), now);
    }
    assert_eq!(budget.may_start(Lane::Normal, now), Start::Now);
    let late = now + after(3500);
    budget.learn(&rule(100, None, 100), late);
    budget.start(Lane::Normal, late);
    // 20 calls are left for 100 s.
    assert_eq!(budget.may_start(Lane::Normal, late), Start::At(late + after(5)));
    assert_eq!(budget.may_start(Lane::Leaver, late), Start::Now);
    assert_eq!(budget.may_start(Lane::Normal, late + after(5)), Start::Now);
    // The hour is over.
    assert_eq!(budget.may_start(Lane::Normal, late + after(101)), Start::Now);
}

#[test]
fn what_was_not_seen_of_an_hour_counts_as_used() {
    let now = Instant::now();
    let used_after = |budget: &mut Budget, seconds: u64, resets_in: u64| {
        budget.learn(&rule(100, None, resets_in), now + after(seconds));
        budget.windows["r"].used
    };
    // A node that starts late in the hour; others may have called all the time.
    let mut late = Budget::new(4);
    assert_eq!(used_after(&mut late, 0, 900), 76);
    assert_eq!(used_after(&mut late, 1, 899), 77);
    // The next hour is seen from its beginning, whenever the first answer comes.
    assert_eq!(used_after(&mut late, 1800, 2700), 1);
    // An hour without a single answer in between.
    assert_eq!(used_after(&mut late, 4 * 3600, 900), 76);
    let mut early = Budget::new(4);
    assert_eq!(used_after(&mut early, 0, 3600), 1);
}

#[test]
fn what_the_instance_counts_is_believed() {
    let now = Instant::now();
    let mut budget = Budget::new(4);
    budget.start(Lane::Normal, now);
    budget.learn(&rule(100, Some(10), 100), now);
    assert_eq!(budget.may_start(Lane::Normal, now), Start::At(now + after(10)));
    budget.learn(&rule(100, Some(0), 3600), now);
    assert_eq!(budget.may_start(Lane::Normal, now), Start::At(now + WIDEST));
    // A new hour begins to count anew.
    budget.learn(&rule(100, None, 7200), now);
    assert_eq!(budget.may_start(Lane::Normal, now), Start::Now);
}

#[derive(Debug, Clone)]
enum Step {
    Start(Lane),
    Finish(usize, Ended),
    Pause(u64),
    Learn(u64, u64),
    Wait(u64),
}

fn step() -> impl Strategy<Value = Step> {
    let lane = prop::sample::select(Lane::ALL.to_vec());
    let ended = prop::sample::select(vec![Ended::Served, Ended::Overloaded, Ended::Other]);
    prop_oneof![
        4 => lane.prop_map(Step::Start),
        3 => (0..16_usize, ended).prop_map(|(which, ended)| Step::Finish(which, ended)),
        1 => (0..100_u64).prop_map(Step::Pause),
        1 => (0..50_u64, 0..4000_u64).prop_map(|(calls, reset)| Step::Learn(calls, reset)),
        2 => (0..100_u64).prop_map(Step::Wait),
    ]
}

proptest! {
    /// Whatever happens: never more than a leaver's call above the ceiling, and somebody can always start sooner or later.
    #[test]
    fn it_is_bounded_and_never_stuck(ceiling in 1..10_usize, steps in prop::collection::vec(step(), 0..200)) {
        let mut now = Instant::now();
        let mut budget = Budget::new(ceiling);
        let mut running = Vec::new();
        for step in steps {
            match step {
                Step::Start(lane) if budget.may_start(lane, now) == Start::Now => {
                    budget.start(lane, now);
                    running.push((lane, now));
                }
                Step::Finish(which, ended) if !running.is_empty() => {
                    let (lane, started) = running.swap_remove(which % running.len());
                    budget.finish(lane, started, ended, now);
                }
                Step::Pause(seconds) => budget.pause(now + after(seconds)),
                Step::Learn(calls, reset) => budget.learn(&rule(calls, None, reset), now),
                Step::Wait(seconds) => now += after(seconds),
                Step::Start(_) | Step::Finish(..) => {}
            }
            prop_assert!(budget.in_flight() <= ceiling + 1);
            prop_assert!((1..=ceiling).contains(&budget.allowed()));
            let others = running.iter().filter(|(lane, _)| *lane != Lane::Leaver).count();
            prop_assert!(others <= ceiling);
            if others == running.len() {
                prop_assert_ne!(budget.may_start(Lane::Leaver, now), Start::AfterAnother);
            }
        }
        for (lane, started) in running {
            budget.finish(lane, started, Ended::Other, now);
        }
        for lane in Lane::ALL {
            prop_assert_eq!(budget.may_start(lane, now + after(10_000)), Start::Now);
        }
    }
}
