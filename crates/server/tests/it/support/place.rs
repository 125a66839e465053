//! Where a test keeps its data: a file of its own, or a database of its own in a throwaway PostgreSQL cluster.

use super::{Setup, TestApp};
use tempfile::TempDir;
use tenure_lab::postgres::{Cluster, Database};

/// A database of one test, gone with it.
pub(crate) enum Place {
    Sqlite(TempDir),
    Postgres(Database),
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        Self::Sqlite(tempfile::tempdir().unwrap())
    }

    pub(crate) fn postgres() -> Self {
        let cluster = Cluster::shared();
        let cluster =
            cluster.unwrap_or_else(|error| panic!("{error}: {:?}", std::error::Error::source(&error)));
        Self::Postgres(cluster.fresh_database().unwrap())
    }

    pub(crate) fn address(&self) -> String {
        match self {
            Self::Sqlite(folder) => format!("sqlite:{}", folder.path().join("tenure.db").display()),
            Self::Postgres(database) => database.address(),
        }
    }
}

/// Each test once on SQLite and once on PostgreSQL, on several threads.
macro_rules! on_both {
    ($($test:ident),+ $(,)?) => {
        mod sqlite {
            $(#[test] fn $test() { crate::support::place::on_sqlite(super::$test); })+
        }
        mod postgres {
            $(#[test] fn $test() { crate::support::place::on_postgres(super::$test); })+
        }
    };
}
pub(crate) use on_both;

/// The same for tests that start several servers in one place.
macro_rules! on_both_places {
    ($($test:ident),+ $(,)?) => {
        mod sqlite_place {
            $(#[test] fn $test() { crate::support::place::run(super::$test(super::Place::sqlite())); })+
        }
        mod postgres_place {
            $(#[test] fn $test() { crate::support::place::run(super::$test(super::Place::postgres())); })+
        }
    };
}
pub(crate) use on_both_places;

pub(crate) fn on_sqlite<F: Future<Output = ()>>(test: impl FnOnce(TestApp) -> F) {
    run(async { test(TestApp::start(Place::sqlite(), Setup::default()).await).await });
}

pub(crate) fn on_postgres<F: Future<Output = ()>>(test: impl FnOnce(TestApp) -> F) {
    run(async { test(TestApp::start(Place::postgres(), Setup::default()).await).await });
}

pub(crate) fn run(test: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(test);
}
