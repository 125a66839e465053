//! Completions and manual pages.

use crate::support::Scene;

#[test]
fn completions_come_for_each_shell() {
    let scene = Scene::empty();
    for (shell, sign) in [("bash", "_tenure()"), ("zsh", "#compdef tenure"), ("fish", "complete -c tenure")] {
        let script = scene.data(&["completions", shell]);
        assert!(script.contains(sign) && script.contains("rotate"), "{shell}: {script}");
    }
}

#[test]
fn there_is_a_page_for_each_command() {
    let scene = Scene::empty();
    assert_eq!(scene.data(&["man", "pages/man1"]), "");
    let folder = std::fs::read_dir(scene.path().join("pages/man1")).unwrap();
    let mut pages: Vec<_> = folder.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    pages.sort();
    insta::assert_snapshot!(pages.join("\n"), @"
    tenure-bench.1
    tenure-completions.1
    tenure-deliver-link.1
    tenure-deliver-retry.1
    tenure-deliver-status.1
    tenure-deliver.1
    tenure-demo.1
    tenure-doctor.1
    tenure-el-check.1
    tenure-el-eval.1
    tenure-el.1
    tenure-explain.1
    tenure-handover-plan.1
    tenure-handover-run.1
    tenure-handover-status.1
    tenure-handover-undo.1
    tenure-handover.1
    tenure-lab-servicenow.1
    tenure-lab.1
    tenure-man.1
    tenure-onboard-decide.1
    tenure-onboard.1
    tenure-policy-apply.1
    tenure-policy-check.1
    tenure-policy-history.1
    tenure-policy-plan.1
    tenure-policy-rollback.1
    tenure-policy-show.1
    tenure-policy.1
    tenure-review-decide.1
    tenure-review-list.1
    tenure-review-show.1
    tenure-review-undo.1
    tenure-review.1
    tenure-serve.1
    tenure-token-create.1
    tenure-token-list.1
    tenure-token-revoke.1
    tenure-token-rotate.1
    tenure-token.1
    tenure.1
    ");
    assert!(scene.data(&["man"]).contains(".TH tenure 1"));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let scene = Scene::empty();
    scene.write("file", "");
    insta::assert_snapshot!(scene.run(&["man", "file/pages"]), @r"
    exit 1
    --- stderr
    error: cannot make `file/pages`
      because: Not a directory (os error 20)
    ");
}
