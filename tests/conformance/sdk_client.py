"""databricks-sdk: a vendor's own SCIM client, which sends `application/json`, pages by 10 000 and reads to the end.

The SDK has its vendor's path built in; `Client` sends the same requests under our base path and changes nothing else.
"""

import logging
import uuid
from collections.abc import Callable
from typing import Any

from databricks.sdk.core import ApiClient, Config
from databricks.sdk.errors import DatabricksError
from databricks.sdk.service import iam
from outcome import Outcome

VENDOR_PATH = "/api/2.0/preview/scim/v2"


class Client(ApiClient):
    """The SDK's transport with another path prefix."""

    def __init__(self, base_url: str, token: str):
        super().__init__(Config(host=base_url, token=token, auth_type="pat", retry_timeout_seconds=10))
        self.base_url = base_url.rstrip("/")

    def do(self, method: str, path: str | None = None, **options: Any) -> Any:
        """Sends what the SDK would send, to our base path."""
        return super().do(method, url=self.base_url + (path or "").removeprefix(VENDOR_PATH), **options)


class Checks:
    """Counts expectations. A request that fails ends the life being tried, because the rest depends on it."""

    def __init__(self) -> None:
        self.outcome = Outcome("databricks-sdk")

    def expect(self, what: str, holds: bool, got: object = "") -> None:
        """Counts one expectation; `got` is shown when it does not hold."""
        self.outcome.total += 1
        if holds:
            self.outcome.passed += 1
        else:
            self.outcome.errors.append(f"{what}, got: {got}")

    def live(self, life: Callable[[], None]) -> None:
        """Runs one life; a refused or broken request is one error with the server's words."""
        try:
            life()
        except Exception as failure:  # noqa: BLE001 - the SDK lets its transport's errors through as they are
            self.expect(f"{life.__name__} goes through", False, f"{type(failure).__name__}: {failure}")


def run(base_url: str, token: str) -> Outcome:
    """Lives one user's and one group's life through the SDK's V2 interfaces."""
    logging.getLogger("databricks").setLevel(logging.ERROR)  # it warns that we are not its vendor's host
    client = Client(base_url, token)
    checks = Checks()
    users, groups = iam.UsersV2API(client), iam.GroupsV2API(client)

    def user_life() -> None:
        try_user(checks, users)

    def group_life() -> None:
        try_group(checks, users, groups)

    checks.live(user_life)
    checks.live(group_life)
    return checks.outcome


def new_user(users: iam.UsersV2API) -> iam.User:
    """Creates a user whose names nobody else has."""
    name = f"sdk-{uuid.uuid4().hex[:12]}"
    return users.create(
        schemas=[iam.UserSchema.URN_IETF_PARAMS_SCIM_SCHEMAS_CORE_2_0_USER],
        user_name=f"{name}@example.com",
        external_id=name,
        display_name="Ada Lovelace",
        name=iam.Name(given_name="Ada", family_name="Lovelace"),
        emails=[iam.ComplexValue(value=f"{name}@example.com", type="work", primary=True)],
        active=True,
    )


def try_user(checks: Checks, users: iam.UsersV2API) -> None:
    """Create, read, find, page, PATCH, PUT, delete."""
    created = new_user(users)
    checks.expect("a created user has an id", bool(created.id), created)

    read = users.get(created.id)
    checks.expect("a user reads back as created", read.emails == created.emails and read.name == created.name, read)

    found = list(users.list(filter=f'userName eq "{created.user_name}"'))
    checks.expect("a filter finds exactly that user", [u.id for u in found] == [created.id], found)

    paged = [u.id for u in users.list(count=1)]
    checks.expect("paging one by one ends and meets everybody once", paged.count(created.id) == 1, paged)

    # The SDK leaves out a value that is false, so the value goes in an object, as Okta sends it.
    leave = iam.Patch(op=iam.PatchOp.REPLACE, value={"active": False})
    users.patch(created.id, schemas=PATCH, operations=[leave])
    checks.expect("PATCH deactivates", users.get(created.id).active is False)

    users.update(created.id, user_name=created.user_name, display_name="Ada King", emails=created.emails, active=True)
    renamed = users.get(created.id)
    checks.expect("PUT replaces", renamed.display_name == "Ada King" and renamed.active is True, renamed)

    checks.expect("a taken userName is refused", refused(lambda: users.create(user_name=created.user_name)))
    users.delete(created.id)
    checks.expect("a deleted user is gone for its source", refused(lambda: users.get(created.id)))


def try_group(checks: Checks, users: iam.UsersV2API, groups: iam.GroupsV2API) -> None:
    """Create with a member, add and remove members by PATCH, find, delete."""
    first, second = new_user(users), new_user(users)
    name = f"SDK {uuid.uuid4().hex[:12]}"
    group = groups.create(display_name=name, members=[iam.ComplexValue(value=first.id)])
    checks.expect("a group has the member it was created with", members(groups, group.id) == {first.id})

    add = iam.Patch(op=iam.PatchOp.ADD, path="members", value=[{"value": second.id}])
    groups.patch(group.id, schemas=PATCH, operations=[add])
    checks.expect("PATCH adds a member", members(groups, group.id) == {first.id, second.id})

    remove = iam.Patch(op=iam.PatchOp.REMOVE, path=f'members[value eq "{first.id}"]')
    groups.patch(group.id, schemas=PATCH, operations=[remove])
    checks.expect("PATCH removes a member by filter", members(groups, group.id) == {second.id})

    found = list(groups.list(filter=f'displayName eq "{name}"'))
    checks.expect("a filter finds exactly that group", [g.id for g in found] == [group.id], found)

    groups.delete(group.id)
    checks.expect("a deleted group is gone", refused(lambda: groups.get(group.id)))
    users.delete(first.id)
    users.delete(second.id)


PATCH = [iam.PatchSchema.URN_IETF_PARAMS_SCIM_API_MESSAGES_2_0_PATCH_OP]


def members(groups: iam.GroupsV2API, group: str) -> set[str]:
    """The ids of a group's members, as read back."""
    return {member.value for member in groups.get(group).members or []}


def refused(request: Callable[[], object]) -> bool:
    """Whether the server answers with an error that the SDK understands."""
    try:
        request()
    except DatabricksError:
        return True
    return False
