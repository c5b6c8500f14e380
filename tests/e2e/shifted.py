"""`python -m tests.e2e.shifted run`: Jalon by a clock that a test moves, less patient where the test says so (`READ`).

Nothing else of the program is changed.

SQLite's clock is the machine's (`storage.clock.SystemClock`), which a test cannot set: its shift is read from a file at
each look instead. As on a real machine, the clock that only goes on does not jump.
"""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from jalon import wiring
from storage.clock import SystemClock

FILE = "clock-shift"
READ = "READ_SECONDS"  # in the environment: seconds that a call waits for its answer, otherwise as in `jalon.wiring`


def move(folder: Path, seconds: float) -> None:
    """From now on the clock of the Jalon in this folder is so far from the real time."""
    half = folder / f"{FILE}.new"
    half.write_text(str(seconds))
    half.replace(folder / FILE)


def main() -> None:
    file = Path(os.environ["JALON_HOME"]) / FILE

    def now(_: SystemClock) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=float(file.read_text()) if file.exists() else 0)

    SystemClock.now = now  # type: ignore[method-assign]
    if READ in os.environ:
        wiring.PATIENCE = replace(wiring.PATIENCE, read=float(os.environ[READ]))
    from jalon.__main__ import main as jalon

    jalon()


if __name__ == "__main__":
    main()
