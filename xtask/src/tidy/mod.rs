//! `cargo xtask tidy`: the walls of docs/ARCHITECTURE.md and the house rules that no compiler and no lint knows.
//!
//! Each check is a function from what is in the repository to findings. A finding says where, what, why it matters and
//! what to do; there is no list of exceptions.

mod decisions;
mod directions;
mod finding;
mod lexer;
mod links;
mod repository;
mod rust;
mod share;
mod size;
mod walls;

use crate::workspace::Workspace;
use anyhow::{Result, bail};
use repository::Repository;

/// Runs every check, prints the findings, and fails if there are any.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let repository = Repository::read(&workspace.root)?;
    let mut findings = directions::check(&workspace.packages);
    findings.extend(directions::check_purity(workspace)?);
    findings.extend(size::check(workspace)?);
    findings.extend(repository.rust.iter().flat_map(rust::check));
    findings.extend(repository.rust.iter().flat_map(walls::check));
    findings.extend(repository.sql.iter().flat_map(walls::check_sql));
    findings.extend(links::check(&repository.markdown, |path| workspace.root.join(path).exists()));
    findings.extend(decisions::check(&repository.markdown));
    for finding in &findings {
        println!("{finding}\n");
    }
    println!("{}", share::describe(&repository.rust));
    match findings.len() {
        0 => Ok(()),
        1 => bail!("tidy found one thing"),
        many => bail!("tidy found {many} things"),
    }
}
