//! `cargo xtask spel`: asks Spring's own evaluator about the operators of expressions, and compares ours with it.
//!
//! Spring's answers are kept in `tests/spel/cases.txt`, so that the tests of `crates/el` need no Java. This command asks
//! Spring again, fails if it answers otherwise (or writes its answers with `--update`), and then runs that test.

use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where Debian puts the jars of `libspring-expression-java` and of what it needs.
const JARS: [&str; 3] = [
    "/usr/share/java/spring3-expression.jar",
    "/usr/share/java/spring3-core.jar",
    "/usr/share/java/commons-logging.jar",
];
const HELP: &str =
    "Java or Spring is missing: `apt-get install default-jdk-headless libspring-expression-java`";

/// What to do with the answers.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Write Spring's answers instead of comparing them
    #[arg(long)]
    update: bool,
}

/// Asks Spring, compares or writes its answers, and runs our test against them.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let path = workspace.root.join("tests/spel/cases.txt");
    let written = std::fs::read_to_string(&path).with_context(|| format!("no `{}`", path.display()))?;
    let answered = with_answers(&written, &ask(&workspace.root, &questions(&written))?)?;
    if arguments.update {
        std::fs::write(&path, &answered)?;
    } else if let Some(difference) = difference(&written, &answered) {
        bail!("Spring answers otherwise than tests/spel/cases.txt says: {difference}");
    }
    println!("{} expressions, answered by Spring", questions(&answered).lines().count() - 1);
    let mut test = workspace.cargo();
    shell::run(test.args(["test", "--locked", "--package", "tenure-el", "--test", "it", "spel::"]))
}

/// Compares the answers and runs our test.
pub(crate) fn compare(workspace: &Workspace) -> Result<()> {
    run(workspace, &Arguments { update: false })
}

/// Whether Spring's evaluator is installed.
pub(crate) fn jars_are_there() -> bool {
    JARS.iter().all(|jar| Path::new(jar).is_file())
}

/// Context and expressions, a line each, as the Java program reads them.
fn questions(cases: &str) -> String {
    cases.lines().filter(|line| is_question(line)).flat_map(|line| [line, "\n"]).collect()
}

fn is_question(line: &str) -> bool {
    !line.is_empty() && !line.starts_with("# ") && !line.starts_with("    ")
}

/// The cases with these answers in place of those they have. The first question is the context, which has none.
fn with_answers(cases: &str, answers: &[String]) -> Result<String> {
    let mut answers = answers.iter();
    let mut text = String::new();
    let mut context = true;
    for line in cases.lines().filter(|line| !line.starts_with("    ")) {
        text.push_str(line);
        text.push('\n');
        if is_question(line) && !std::mem::take(&mut context) {
            let answer = answers.next().context("Spring answered less than it was asked")?;
            text.push_str(&format!("    {answer}\n"));
        }
    }
    ensure!(answers.next().is_none(), "Spring answered more than it was asked");
    Ok(text)
}

fn difference(written: &str, answered: &str) -> Option<String> {
    let pair = written.lines().zip(answered.lines()).find(|(written, answered)| written != answered);
    let ends =
        (written.lines().count() != answered.lines().count()).then(|| "not all are answered".to_owned());
    pair.map(|(written, answered)| format!("`{}` became `{}`", written.trim(), answered.trim())).or(ends)
}

/// Runs the Java program, which compiles itself.
fn ask(root: &Path, questions: &str) -> Result<Vec<String>> {
    ensure!(jars_are_there() && shell::works(Command::new("javac").arg("-version")), HELP);
    let program: PathBuf = root.join("tests/spel/Spel.java");
    let mut command = Command::new("java");
    command.args(["-cp", &JARS.join(":")]).arg(program).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().context("could not start `java`")?;
    let mut input = child.stdin.take().context("`java` has no input")?;
    let questions = questions.to_owned();
    let writer = std::thread::spawn(move || input.write_all(questions.as_bytes()));
    let done = child.wait_with_output()?;
    let written = writer.join();
    ensure!(done.status.success(), "`{}` failed ({})", shell::line(&command), done.status);
    ensure!(written.is_ok_and(|it| it.is_ok()), "`java` did not read all questions");
    let text = String::from_utf8(done.stdout).context("`java` printed something else than text")?;
    Ok(text.lines().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASES: &str = "# a\n\n{a: 1}\n\n# b\n1 + 1\n    2\n#this\n    error\n";

    #[test]
    fn questions_are_lines_without_answers() {
        assert_eq!(questions(CASES), "{a: 1}\n1 + 1\n#this\n");
    }

    #[test]
    fn answers_are_put_in_place() {
        let answers = |texts: &[&str]| texts.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
        assert_eq!(with_answers(CASES, &answers(&["2", "error"])).unwrap(), CASES);
        let changed = with_answers(CASES, &answers(&["3", "error"])).unwrap();
        assert_eq!(difference(CASES, &changed).unwrap(), "`2` became `3`");
        assert!(with_answers(CASES, &answers(&["2"])).is_err());
        assert!(with_answers(CASES, &answers(&["2", "error", "4"])).is_err());
    }
}
