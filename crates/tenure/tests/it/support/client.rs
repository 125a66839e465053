//! A SCIM client for tests, and the people whom they talk about.

use serde_json::{Value, json};
use tenure_lab::http::{Client, HttpError, Method, Response, percent_encode};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const PATCH: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

/// One connection with one token.
pub(crate) struct Api(Client);

impl Api {
    pub(crate) fn new(base_url: &str, token: &str) -> Self {
        Self(Client::new(base_url, token).unwrap())
    }

    pub(crate) async fn try_post(&mut self, path: &str, body: &Value) -> Result<Response, HttpError> {
        self.0.request(Method::POST, path, Some(body.clone())).await
    }

    pub(crate) async fn try_patch(&mut self, path: &str, operations: Value) -> Result<Response, HttpError> {
        self.0.request(Method::PATCH, path, Some(patch(&operations))).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Response {
        self.try_post(path, body).await.unwrap()
    }

    pub(crate) async fn get(&mut self, path: &str) -> Response {
        self.0.request(Method::GET, path, None).await.unwrap()
    }

    /// Creates and gives back the id.
    pub(crate) async fn create(&mut self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Applies the operations, which must succeed.
    pub(crate) async fn patch(&mut self, path: &str, operations: Value) {
        let answer = self.try_patch(path, operations).await.unwrap();
        assert_eq!(answer.status, 200, "{}", answer.body);
    }

    pub(crate) async fn deactivate(&mut self, id: &str) {
        self.patch(&format!("/Users/{id}"), json!([{ "op": "replace", "value": { "active": false } }])).await;
    }

    /// DELETE, which must succeed.
    pub(crate) async fn delete(&mut self, path: &str) {
        let answer = self.0.request(Method::DELETE, path, None).await.unwrap();
        assert_eq!(answer.status, 204, "{}", answer.body);
    }

    /// Everything that the filter finds, over as many pages as it takes.
    pub(crate) async fn all(&mut self, endpoint: &str, filter: Option<&str>) -> Vec<Value> {
        let filter = filter.map_or_else(String::new, |filter| format!("&filter={}", percent_encode(filter)));
        let mut found = Vec::new();
        loop {
            let path = format!("{endpoint}?startIndex={}&count=100{filter}", found.len() + 1);
            let mut page = self.get(&path).await;
            assert_eq!(page.status, 200, "{}", page.body);
            let total = page.body["totalResults"].as_u64().unwrap();
            let resources = page.body["Resources"].take();
            let resources = resources.as_array().cloned().unwrap_or_default();
            let last = resources.is_empty();
            found.extend(resources);
            if last || found.len() as u64 >= total {
                return found;
            }
        }
    }
}

fn patch(operations: &Value) -> Value {
    json!({ "schemas": [PATCH], "Operations": operations })
}

/// A user with external id, login, names and employee number.
pub(crate) fn user(external_id: &str, login: &str, given: &str, family: &str, number: &str) -> Value {
    json!({
        "schemas": [USER, ENTERPRISE],
        "externalId": external_id,
        "userName": login,
        "name": { "givenName": given, "familyName": family },
        "active": true,
        ENTERPRISE: { "employeeNumber": number, "department": "Sales" },
    })
}

/// The same with an e-mail address.
pub(crate) fn with_email(mut user: Value, email: &str) -> Value {
    user["emails"] = json!([{ "value": email, "type": "work", "primary": true }]);
    user
}

pub(crate) fn group(name: &str, members: &[String]) -> Value {
    let members: Vec<_> = members.iter().map(|id| json!({ "value": id })).collect();
    let schema = "urn:ietf:params:scim:schemas:core:2.0:Group";
    json!({ "schemas": [schema], "displayName": name, "members": members })
}
