"""`make run` around the installation: a Python that will not do, an installation broken off, the second time.

A small script stands in for Python: what is tested here is the Makefile, not pip.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.jalon.program import ROOT, environment

PYTHON = """#!/bin/sh
echo "$*" >> {log}
case "$*" in
    "-m venv .venv") mkdir -p .venv/bin && cp "$0" .venv/bin/python && touch .venv/bin/pip ;;
    *"-r requirements.lock") test ! -e cut ;;
    "-m jalon run") echo "Jalon is running" ;;
esac
"""


class Clone:
    """A folder with the Makefile, and a Python that notes what it is asked."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.log = folder, folder / "log"
        for name in ("Makefile", "requirements.lock", "requirements-dev.lock"):
            shutil.copy(ROOT / name, folder)
        self.python = folder / "python"
        self.python.write_text(PYTHON.format(log=self.log))
        self.python.chmod(0o755)

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["make", *words], cwd=self.folder, env=environment({}), capture_output=True, text=True)

    def run(self) -> str:
        done = self.make("run", f"PYTHON={self.python}")
        return done.stdout

    def asked(self) -> list[str]:
        """What Python was asked since the last look, in a word each."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        words = {"venv": "venv", "-r": "packages", "-e": "jalon"}
        found = (re.search(r" (venv|-r|-e) ", line) for line in lines)
        return [words[match[1]] for match in found if match]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return Clone(tmp_path)


def test_the_first_time_and_the_second(clone: Clone) -> None:
    assert clone.run() == "Jalon s'installe dans .venv (une seule fois, une minute environ)…\nJalon is running\n"
    assert clone.asked() == ["venv", "packages", "jalon"]
    assert clone.run() == "Jalon is running\n"
    assert clone.asked() == []


def test_an_installation_broken_off_starts_from_nothing(clone: Clone) -> None:
    (clone.folder / "cut").touch()
    assert "Jalon is running" not in clone.run()
    (clone.folder / ".venv" / "half").touch()
    (clone.folder / "cut").unlink()
    clone.asked()
    assert clone.run().endswith("Jalon is running\n")
    assert clone.asked() == ["venv", "packages", "jalon"]
    assert not (clone.folder / ".venv" / "half").exists()


def test_a_new_version_installs_what_changed(clone: Clone) -> None:
    clone.run()
    clone.asked()
    later = (clone.folder / ".venv" / ".runtime-installed").stat().st_mtime + 5
    os.utime(clone.folder / "requirements.lock", (later, later))
    assert clone.run() == "Jalon is running\n"
    assert clone.asked() == ["packages", "jalon"]


def test_a_python_that_is_too_old_or_absent(clone: Clone) -> None:
    for python in ("false", "no-such-python"):
        done = clone.make("run", f"PYTHON={python}")
        assert done.returncode != 0
        assert done.stdout == (
            "Jalon a besoin de Python 3.11 ou plus récent. S'il a un autre nom ici : make run PYTHON=python3.12\n"
        )


def test_a_python_without_venv(clone: Clone) -> None:
    clone.python.write_text('#!/bin/sh\ncase "$*" in *venv*) mkdir .venv; exit 1 ;; esac\n')
    assert "(sur Debian : apt install python3-venv)" in clone.run()
    assert not (clone.folder / ".venv").exists()


def test_make_alone_lists_every_goal(clone: Clone) -> None:
    listed = [line.split()[0] for line in clone.make().stdout.splitlines()]
    goals = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert goals
    assert sorted(listed) == sorted(goals[1].split())
