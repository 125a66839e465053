"""What one suite found: how many checks passed, and a line for each that did not."""

from dataclasses import dataclass, field


@dataclass
class Outcome:
    """The result of one suite. `notes` are worth reading; only `errors` make the run fail."""

    suite: str
    passed: int = 0
    total: int = 0
    skipped: int = 0
    notes: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def print(self) -> None:
        """Prints every check that is not a plain success, then the totals."""
        for note in self.notes:
            print(f"{self.suite}: note: {note}")
        for error in self.errors:
            print(f"{self.suite}: error: {error}")
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        print(f"{self.suite}: {self.passed} of {self.total}{skipped}", flush=True)
