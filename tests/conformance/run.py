"""Runs foreign SCIM test suites and a foreign SCIM client against a running server.

usage: run.py BASE_URL [TOKEN]

Without TOKEN it is read from TENURE_TOKEN. Every check that is not a plain success is printed, then the totals.
The exit code is 1 if any suite found an error, else 0. The suites create and delete people and groups: give them a
server that holds nothing else.
"""

import os
import sys
import traceback
from collections.abc import Callable

import sanity
import sdk_client
import tester
from outcome import Outcome


def main(arguments: list[str]) -> int:
    """Runs the suites in order and tells whether any found an error."""
    if not 1 <= len(arguments) <= 2:
        print(__doc__, file=sys.stderr)
        return 2
    base_url = arguments[0].rstrip("/")
    token = arguments[1] if len(arguments) == 2 else os.environ.get("TENURE_TOKEN", "")
    outcomes = [attempt(suite.__name__, suite.run, base_url, token) for suite in (tester, sanity, sdk_client)]
    return 1 if any(outcome.errors for outcome in outcomes) else 0


def attempt(name: str, suite: Callable[[str, str], Outcome], base_url: str, token: str) -> Outcome:
    """Runs one suite; a suite that breaks is an error and does not keep the others from running."""
    try:
        outcome = suite(base_url, token)
    except Exception:  # noqa: BLE001 - whatever a foreign suite trips over is a finding
        outcome = Outcome(name, errors=[traceback.format_exc().rstrip()])
    outcome.print()
    return outcome


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
