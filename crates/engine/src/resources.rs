//! The same verbs for users and groups, for surfaces that take either.

use crate::{Answer, Caller, Engine, EngineError, Preconditions};
use serde_json::Value;
use tenure_scim::projection::Projection;
use tenure_store::query::Kind;

impl Engine {
    /// POST.
    ///
    /// # Errors
    /// As [`Engine::create_user`] and [`Engine::create_group`].
    pub async fn create(
        &self,
        kind: Kind,
        caller: &Caller,
        body: Value,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        match kind {
            Kind::Users => self.create_user(caller, body, projection).await,
            Kind::Groups => self.create_group(caller, body, projection).await,
        }
    }

    /// GET of one resource.
    ///
    /// # Errors
    /// As [`Engine::user`] and [`Engine::group`].
    pub async fn read(
        &self,
        kind: Kind,
        caller: &Caller,
        id: &str,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        match kind {
            Kind::Users => self.user(caller, id, conditions, projection).await,
            Kind::Groups => self.group(caller, id, conditions, projection).await,
        }
    }

    /// PUT.
    ///
    /// # Errors
    /// As [`Engine::replace_user`] and [`Engine::replace_group`].
    pub async fn replace(
        &self,
        kind: Kind,
        caller: &Caller,
        id: &str,
        body: Value,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        match kind {
            Kind::Users => self.replace_user(caller, id, body, conditions, projection).await,
            Kind::Groups => self.replace_group(caller, id, body, conditions, projection).await,
        }
    }

    /// PATCH.
    ///
    /// # Errors
    /// As [`Engine::patch_user`] and [`Engine::patch_group`].
    pub async fn patch(
        &self,
        kind: Kind,
        caller: &Caller,
        id: &str,
        body: Value,
        conditions: &Preconditions,
        projection: &Projection,
    ) -> Result<Answer, EngineError> {
        match kind {
            Kind::Users => self.patch_user(caller, id, body, conditions, projection).await,
            Kind::Groups => self.patch_group(caller, id, body, conditions, projection).await,
        }
    }

    /// DELETE: a claim or group ends; nobody is deleted.
    ///
    /// # Errors
    /// As [`Engine::delete_user`] and [`Engine::delete_group`].
    pub async fn end(
        &self,
        kind: Kind,
        caller: &Caller,
        id: &str,
        conditions: &Preconditions,
    ) -> Result<(), EngineError> {
        match kind {
            Kind::Users => self.delete_user(caller, id, conditions).await,
            Kind::Groups => self.delete_group(caller, id, conditions).await,
        }
    }
}
