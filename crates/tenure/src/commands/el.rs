//! `tenure el`: checks and tries out expressions. The value is data; what is wrong is told beside the text it is about.

use crate::cli::{DialectWord, ElCommand, NullsWord};
use crate::diagnose::{Place, tell};
use crate::output;
use anyhow::Context;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::path::Path;
use std::process::ExitCode;
use tenure_el::{Dialect, JsonContext, Nulls, Options, Program, Settings, Severity, Vocabulary};
use tenure_engine::Clock;

pub(crate) fn run(command: ElCommand) -> anyhow::Result<ExitCode> {
    match command {
        ElCommand::Eval { expression, context, now, dialect, nulls } => {
            let document = context.as_deref().map_or(Ok(Value::Null), read)?;
            let settings = settings(now, nulls);
            Ok(evaluate(&expression, &document, &settings, dialect))
        }
        ElCommand::Check { expression, dialect } => Ok(check(&expression, dialect)),
    }
}

fn settings(now: Option<Timestamp>, nulls: NullsWord) -> Settings {
    let nulls = match nulls {
        NullsWord::Strict => Nulls::Strict,
        NullsWord::Java => Nulls::Java,
        NullsWord::Empty => Nulls::Empty,
    };
    Settings { nulls, ..Settings::at(now.unwrap_or_else(|| Clock::system().now())) }
}

#[expect(clippy::disallowed_methods, reason = "the person at the command line names the file")]
fn read(path: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("`{}` is not JSON", path.display()))
}

fn evaluate(text: &str, document: &Value, settings: &Settings, dialect: DialectWord) -> ExitCode {
    let Some(program) = compile(text, dialect) else { return ExitCode::FAILURE };
    let context = JsonContext::new(document);
    match program.evaluate(&context, settings) {
        Ok(value) => {
            output::json(&value.into_json());
            ExitCode::SUCCESS
        }
        Err(error) => {
            tell(
                Place { text, file: None, span: error.span },
                Severity::Error,
                &error.message,
                error.help.as_deref(),
            );
            ExitCode::FAILURE
        }
    }
}

fn check(text: &str, dialect: DialectWord) -> ExitCode {
    let Some(program) = compile(text, dialect) else { return ExitCode::FAILURE };
    let reads = program.reads();
    output::json(&json!({
        "gives": program.result_type().to_string(),
        "reads": {
            "attributes": reads.attributes.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "groups": reads.groups, "related": reads.related, "internal": reads.internal, "time": reads.time,
        },
        "warnings": program.warnings().len(),
    }));
    ExitCode::SUCCESS
}

/// Compiles and tells all that there is to tell, also of what works.
fn compile(text: &str, dialect: DialectWord) -> Option<Program> {
    let dialect = match dialect {
        DialectWord::Classic => Dialect::Classic,
        DialectWord::Identity => Dialect::Identity,
        DialectWord::Any => Dialect::Any,
    };
    let compiled = Program::compile(text, &Vocabulary::open(), &Options { dialect, ..Options::default() });
    let diagnostics = match &compiled {
        Ok(program) => program.warnings(),
        Err(diagnostics) => diagnostics,
    };
    for it in diagnostics {
        tell(Place { text, file: None, span: it.span.clone() }, it.severity, &it.message, it.help.as_deref());
    }
    compiled.ok()
}
