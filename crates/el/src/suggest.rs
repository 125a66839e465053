//! "Did you mean": the known name that is nearest to an unknown one.

/// Names less alike than this are not what was meant.
const ALIKE: f64 = 0.8;

/// The name that was probably meant, if one is near enough. Names that differ only in case are nearest.
pub(crate) fn nearest<'n>(unknown: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let folded = unknown.to_lowercase();
    let rated = known.into_iter().map(|name| (strsim::jaro_winkler(&folded, &name.to_lowercase()), name));
    let best = rated.max_by(|(one, a), (other, b)| one.total_cmp(other).then_with(|| b.cmp(a)));
    best.filter(|(likeness, _)| *likeness >= ALIKE).map(|(_, name)| name)
}

/// The line of help for an unknown name.
pub(crate) fn did_you_mean<'n>(unknown: &str, known: impl IntoIterator<Item = &'n str>) -> Option<String> {
    nearest(unknown, known).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_names() {
        let names = ["firstName", "lastName", "department"];
        assert_eq!(nearest("firstname", names), Some("firstName"));
        assert_eq!(nearest("departmnt", names), Some("department"));
        assert_eq!(nearest("zzz", names), None);
    }
}
