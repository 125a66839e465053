use super::*;
use std::sync::Arc;

const MINUTE: Duration = Duration::from_secs(60);

fn locked() -> SignInFailure {
    SignInFailure::Account { error: "access_denied".into() }
}

async fn holds(standing: &Standing, times: usize) -> Vec<u64> {
    let mut holds = Vec::new();
    for _ in 0..times {
        let began = Instant::now();
        loop {
            match standing.enter().await {
                Ok(pass) => break pass.refused(&SignInFailure::Credentials),
                Err(_) => tokio::time::advance(Duration::from_secs(1)).await,
            }
        }
        holds.push(began.elapsed().as_secs());
    }
    holds
}

#[tokio::test(start_paused = true)]
async fn who_is_refused_is_left_alone_longer_each_time() {
    let standing = Standing::new(MINUTE);
    // The second try comes at once: the first may have met a blip.
    assert_eq!(holds(&standing, 7).await, [0, 0, 60, 240, 900, 900, 900]);
}

#[tokio::test(start_paused = true)]
async fn who_was_accepted_before_is_tried_again_soon() {
    let standing = Standing::new(MINUTE);
    standing.enter().await.unwrap().accepted();
    assert_eq!(holds(&standing, 5).await, [0, 0, 5, 20, 80]);
    tokio::time::advance(LONGEST).await;
    standing.enter().await.unwrap().accepted();
    assert_eq!(holds(&standing, 3).await, [0, 0, 5]);
}

#[tokio::test(start_paused = true)]
async fn a_token_endpoint_is_believed_at_once() {
    let standing = Standing::new(MINUTE);
    standing.enter().await.unwrap().refused(&locked());
    assert_eq!(standing.refusal(), Some(locked()));
    assert_eq!(standing.enter().await.unwrap_err(), locked());
    tokio::time::advance(MINUTE).await;
    assert_eq!(standing.refusal(), None);
    standing.enter().await.unwrap().accepted();
    assert!(standing.enter().await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn refusals_of_calls_that_were_under_way_together_count_once() {
    let standing = Standing::new(MINUTE);
    standing.enter().await.unwrap().accepted();
    let mut passes = Vec::new();
    for _ in 0..8 {
        passes.push(standing.enter().await.unwrap());
    }
    let late = passes.pop().unwrap();
    passes.into_iter().for_each(|it| it.refused(&SignInFailure::Credentials));
    assert_eq!(standing.refusal(), None);
    let probe = standing.enter().await.unwrap();
    // Accepted before the doubt arose: no answer to it.
    late.accepted();
    probe.refused(&SignInFailure::Credentials);
    assert_eq!(standing.refusal(), Some(SignInFailure::Credentials));
}

/// A call that is served.
fn acceptance(pass: Pass<'_>) {
    pass.accepted();
}

/// A call that ends without an answer.
fn silence(_: Pass<'_>) {}

/// What those become who wait while one finds out, and how that ends.
async fn waiting(standing: Standing, end: impl FnOnce(Pass<'_>)) -> Vec<bool> {
    let standing = Arc::new(standing);
    let first = standing.enter().await.unwrap();
    let others: Vec<_> = (0..3)
        .map(|_| {
            let standing = Arc::clone(&standing);
            // A pass is kept for a while, as a call takes its time.
            tokio::spawn(async move {
                let pass = standing.enter().await;
                tokio::time::sleep(MINUTE).await;
                pass.is_ok()
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(1)).await;
    end(first);
    let began = Instant::now();
    let mut passed = Vec::new();
    for each in others {
        passed.push(each.await.unwrap());
    }
    assert!(began.elapsed() <= MINUTE, "nobody waits for the other");
    passed
}

#[tokio::test(start_paused = true)]
async fn one_finds_out_for_all() {
    assert_eq!(waiting(Standing::new(MINUTE), acceptance).await, [true; 3]);
    assert_eq!(waiting(Standing::new(MINUTE), |it| it.refused(&locked())).await, [false; 3]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_tells_nothing_is_waited_for_once() {
    assert_eq!(waiting(Standing::new(MINUTE), silence).await, [true; 3]);
    let doubtful = Standing::new(MINUTE);
    doubtful.enter().await.unwrap().refused(&SignInFailure::Credentials);
    assert_eq!(waiting(doubtful, silence).await, [false; 3]);
}
