//! PATCH (RFC 7644 §3.5.2): any request on any object is carried out or refused. The input is `[object, request]`.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use std::sync::LazyLock;
use tenure_scim::patch::{self, PatchRequest};
use tenure_scim::schema::Catalog;

static CATALOG: LazyLock<Catalog> = LazyLock::new(Catalog::standard);

fuzz_target!(|bytes: &[u8]| {
    let Ok((Value::Object(current), request)) = serde_json::from_slice::<(Value, Value)>(bytes) else {
        return;
    };
    let Ok(request) = PatchRequest::parse(request) else { return };
    // Refused or not, it must end without a panic.
    let _ = patch::apply(&request, &current, &CATALOG.user);
});
