"""The command `jalon`, also as `python -m jalon`."""

import os
import signal
import sys
from typing import Any

LASTING = {"run", "bot"}  # Ctrl-C is how they end: no error, and `make run` has nothing to report


def main() -> None:
    """Runs the command. Ctrl-C while Python is still loading it ends quietly, without a traceback of imports."""
    usual = signal.signal(signal.SIGINT, _leave)
    from jalon.cli import app  # what takes time

    signal.signal(signal.SIGINT, usual)
    app(prog_name="jalon")


def _leave(*_: Any) -> None:
    os._exit(0 if LASTING & set(sys.argv[1:2]) else 130)


if __name__ == "__main__":
    main()
