"""The real program in a process of its own, in a folder of its own, with an environment of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
LEAVE = 60.0  # seconds to start, refuse or finish the turn in hand, also on a busy machine
KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "VIRTUAL_ENV")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What the program sees: nothing of the tester's own settings; English unless they say otherwise."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), "JALON_LANGUAGE": "en", **settings}


class Program:
    """A running `jalon …`. Reading blocks: from a test with a loop, call it in a thread."""

    def __init__(self, folder: Path, *arguments: str, **settings: str) -> None:
        self.errors = folder / "errors.txt"
        self.said = ""
        with self.errors.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jalon", *arguments],
                cwd=folder,
                env=environment({"JALON_HOME": str(folder), **settings}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )

    def until(self, words: str) -> str:
        """Reads until a line matches the pattern `words`; gives what its group holds, or the match."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.said += line
            if found := re.search(words, line):
                return found[found.re.groups]
        raise AssertionError(f"{words!r} was not said; this was: {self.said}\n{self.errors.read_text()}")

    def address(self) -> str:
        """The address of the chat page, once it is said."""
        return self.until(r"Chat +(http://\S+)")

    @property
    def pid(self) -> int:
        return self._process.pid

    def kill(self) -> None:
        """As the power cut does."""
        self._process.kill()
        self._process.communicate()

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """As Ctrl-C does; gives the exit status."""
        self._process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        """Waits for the end; gives the exit status."""
        rest, _ = self._process.communicate(timeout=LEAVE)
        self.said += rest
        return self._process.returncode

    @property
    def alive(self) -> bool:
        return self._process.poll() is None


@contextmanager
def running(folder: Path, *arguments: str, **settings: str) -> Iterator[Program]:
    """`jalon run`, or what the arguments say; killed in the end if it is still there."""
    program = Program(folder, *(arguments or ("run",)), **settings)
    try:
        yield program
    finally:
        if program.alive:
            program.kill()
