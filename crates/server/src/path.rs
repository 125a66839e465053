//! Paths as real clients write them: with a slash at the end, or doubled ones where a base URL was joined carelessly.

use axum::extract::Request;
use axum::http::Uri;
use axum::http::uri::PathAndQuery;
use axum::middleware::Next;
use axum::response::Response;

pub(crate) async fn normalize(mut request: Request, next: Next) -> Response {
    if let Some(uri) = normalized(request.uri()) {
        *request.uri_mut() = uri;
    }
    next.run(request).await
}

fn normalized(uri: &Uri) -> Option<Uri> {
    let path = uri.path();
    let untidy = path.contains("//") || (path.len() > 1 && path.ends_with('/'));
    if !untidy {
        return None;
    }
    let tidy: String = path.split('/').filter(|part| !part.is_empty()).flat_map(|part| ["/", part]).collect();
    let tidy = if tidy.is_empty() { "/".to_owned() } else { tidy };
    let text = uri.query().map_or_else(|| tidy.clone(), |query| format!("{tidy}?{query}"));
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(text).ok()?);
    Uri::from_parts(parts).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(from: &'static str, to: &str) {
        let uri = Uri::from_static(from);
        assert_eq!(normalized(&uri).unwrap_or(uri).to_string(), to);
    }

    #[test]
    fn paths_are_put_in_order() {
        check("/scim/v2/Users", "/scim/v2/Users");
        check("/scim/v2/Users/", "/scim/v2/Users");
        check("//scim//v2/Users//1?filter=a//b", "/scim/v2/Users/1?filter=a//b");
        check("/", "/");
        check("//", "/");
    }
}
