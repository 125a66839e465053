"""scim2-tester: discovers the server from its own schemas, then tries every attribute in every operation."""

from httpx2 import Client
from outcome import Outcome
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import CheckResult, Status, check_server

PASSED = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE}
FAILED = {Status.ERROR, Status.CRITICAL}


def run(base_url: str, token: str) -> Outcome:
    """Runs every check that applies to what the server says it supports."""
    headers = {"Authorization": f"Bearer {token}"}
    with Client(base_url=base_url, headers=headers, timeout=30) as http:
        return count(check_server(SyncSCIMClient(http)))


def count(results: list[CheckResult]) -> Outcome:
    """Sorts results into passed, worth a note, and wrong. A deviation leaves a SHOULD, not a MUST, of the RFC."""
    outcome = Outcome("scim2-tester")
    for result in results:
        if result.status is Status.SKIPPED:
            outcome.skipped += 1
        else:
            outcome.total += 1
        if result.status in PASSED:
            outcome.passed += 1
        if result.status in FAILED:
            outcome.errors.append(line(result))
        elif result.status is not Status.SUCCESS:
            outcome.notes.append(line(result))
    return outcome


def line(result: CheckResult) -> str:
    """One check in one line: what was tried, on what, and what came of it."""
    where = f" ({result.resource_type})" if result.resource_type else ""
    data = f" [{str(result.data)[:300]}]" if result.data is not None and result.status in FAILED else ""
    return f"{result.status.name.lower()} {result.title}{where}: {result.reason or 'no reason given'}{data}"
