//! Whether the target can be reached, and whether it lets us in: one small read tells both.

use super::{Check, LANE, cure_of};
use crate::deliver::{USERS, what_happened};
use crate::target::Target;
use tenure_connect::servicenow::{CallError, Query};

/// What was found, and whether there is any use in going on.
pub(super) async fn look(target: &Target) -> (Vec<Check>, bool) {
    let Err(error) = target.client.glance(LANE, USERS, &Query::all(), &["sys_id"]).await else {
        return (vec![reached(target), signed_in()], true);
    };
    let (found, cure) = (what_happened(&error), cure_of(&error));
    let (checks, go_on) = match &error {
        error if error.is_no_resource() => {
            let means = "`target.url` does not lead to an instance; nothing can be delivered";
            let bare = "say the bare instance in `target.url`, such as `https://example.service-now.com`: the path of the \
                 API is added to it";
            (vec![Check::bad("reach", found, means).cure(bare)], false)
        }
        CallError::Unauthenticated { .. } => {
            let means = "nothing can be read or delivered";
            (vec![reached(target), Check::bad("credentials", found, means).cure(cure)], false)
        }
        CallError::Refused(_) | CallError::Missing { .. } | CallError::CannotAsk { .. } => {
            let means = "our account signs in and may not read people, so that nobody is ever found";
            let rights = Check::bad("rights to read", found, means)
                .cure("give the account `user_admin` and `snc_platform_rest_api_access`");
            (vec![reached(target), signed_in(), rights], true)
        }
        CallError::RateLimited { .. } => {
            let means = "our calls of this hour are used up; deliveries wait";
            (vec![reached(target), Check::bad("rates", found, means).cure(cure)], false)
        }
        _ => (vec![Check::bad("reach", found, "nothing can be delivered; it waits").cure(cure)], false),
    };
    (checks, go_on)
}

fn reached(target: &Target) -> Check {
    Check::good("reach", format!("{} answers", target.name), "its Table API can be called")
}

fn signed_in() -> Check {
    Check::good("credentials", "they are accepted", "we are signed in")
}
