//! stub
/// x
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";
