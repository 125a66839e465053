//! What holds for every command: it has help, wrong usage is exit code 2, and a reader may go away.

use crate::support::Scene;
use insta::assert_snapshot;
use std::process::Stdio;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["serve"],
    &["demo"],
    &["token"],
    &["token", "create"],
    &["token", "list"],
    &["token", "rotate"],
    &["token", "revoke"],
    &["review"],
    &["review", "list"],
    &["review", "show"],
    &["review", "decide"],
    &["handover"],
    &["handover", "plan"],
    &["handover", "run"],
    &["handover", "status"],
    &["handover", "undo"],
    &["deliver"],
    &["onboard"],
    &["explain"],
    &["lab", "servicenow"],
    &["bench"],
    &["completions"],
    &["man"],
];

#[test]
fn every_command_has_help() {
    let scene = Scene::empty();
    for command in COMMANDS {
        let help = scene.data(&[command, &["--help"][..]].concat());
        assert!(
            help.contains("Usage: tenure") && help.lines().next().is_some_and(|line| !line.is_empty()),
            "{help}"
        );
    }
}

#[test]
fn the_help_names_every_command() {
    assert_snapshot!(Scene::empty().run(&["-h"]), @"
    exit 0
    --- stdout
    A provisioning gateway: one person, one record, for their whole tenure

    Usage: tenure [OPTIONS] <COMMAND>

    Commands:
      serve        Serve SCIM on /scim/v2, the admin API on /api/v1, health on /healthz and /readyz,
                   metrics on /metrics
      demo         Play a year of a simulated company through the whole system; needs no configuration
      token        Make and manage the bearer tokens of identity providers and administrators
      policy       Check, plan, apply and look at the policy: what gets in, where, by whose word
      review       Look at and decide the cases that wait for a human
      deliver      Show what the target has and what it refuses, and have it tried again
      doctor       Look at store, policy, tokens and target, and say what is wrong and how to cure it;
                   exits with 1 if something is bad
      handover     Show what becomes of leavers' open work, have it handed over, and put it back
      onboard      Look at a target that has users already, and say whose they are before the first push
      explain      Show one person: record, claims, links and timeline
      el           Check and try out expressions in the Okta Expression Language
      lab          Simulate a system at the other end, to rehearse against
      bench        Measure the server beside a bare floor
      completions  Print a completion script for your shell
      man          Write the manual pages
      help         Print this message or the help of the given subcommand(s)

    Options:
      -c, --config <FILE>            Configuration file; without one, tenure.toml of this directory if
                                     it is there, else built-in settings [env: TENURE_CONFIG=]
          --log-format <LOG_FORMAT>  How the log on standard error is written [default: text] [possible
                                     values: text, json]
      -h, --help                     Print help (see more with '--help')
      -V, --version                  Print version
    ");
}

#[test]
fn wrong_usage_is_exit_code_2_and_touches_nothing() {
    let scene = Scene::empty();
    for words in [
        &["sevre"][..],
        &[],
        &["token", "create"],
        &["token", "create", "--source", "okta", "--expires", "soon"],
        &["token", "create", "--source", "okta", "--scope", "everything"],
        &["review", "decide", "1", "guess"],
        &["explain"],
        &["demo", "--people", "3"],
    ] {
        let output = scene.output(words);
        assert_eq!(output.status.code(), Some(2), "{}", scene.show(&output));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{}", scene.show(&output));
    }
    assert_eq!(std::fs::read_dir(scene.path()).unwrap().count(), 0);
}

#[test]
fn wrong_usage_says_what_would_be_right() {
    let scene = Scene::empty();
    assert_snapshot!(scene.run(&["token", "create", "--source", "okta", "--expires", "soon"]), @r"
    exit 2
    --- stderr
    error: invalid value 'soon' for '--expires <EXPIRES>': a duration looks like 90d, 12h or 30m

    For more information, try '--help'.
    ");
    assert_snapshot!(scene.run(&["review", "decide", "1", "guess"]), @r"
    exit 2
    --- stderr
    error: invalid value 'guess' for '<RULING>'
      [possible values: link, create, reject, merge, release, keep]

    For more information, try '--help'.
    ");
}

#[test]
fn nobody_reads_and_nothing_panics() {
    let scene = Scene::sqlite();
    scene.token("okta");
    for words in
        [&["token", "list"][..], &["completions", "bash"], &["man"], &["--help"], &["review", "list"]]
    {
        let mut command = scene.command(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Both pipes are closed before anything can be written.
        drop((child.stdout.take(), child.stderr.take()));
        let code = child.wait().unwrap().code();
        assert!(code.is_some_and(|code| code < 100), "tenure {} ended with {code:?}", words.join(" "));
    }
}
