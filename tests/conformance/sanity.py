"""scim-sanity: the life of a user and of a group as an identity provider would live it, in strict mode."""

from outcome import Outcome
from scim_sanity.probe.runner import run_probe_api


def run(base_url: str, token: str) -> Outcome:
    """Runs the probe. Resource types that the server does not advertise are skipped by the probe itself."""
    report = run_probe_api(base_url, token=token, strict=True)
    outcome = Outcome("scim-sanity")
    outcome.passed = report["summary"]["passed"]
    outcome.skipped = report["summary"]["skipped"]
    outcome.total = report["summary"]["total"] - outcome.skipped
    for result in report["results"]:
        text = f"{result['status']} {result['name']}: {result.get('message') or 'no reason given'}"
        if result["status"] in ("fail", "error"):
            outcome.errors.append(text)
        elif result["status"] == "warn":
            outcome.notes.append(text)
    return outcome
