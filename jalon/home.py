"""Jalon's home: the folder of its `.env`, `data/`, `secrets/` and organisation's file, wherever one stands."""

import os
from pathlib import Path

VARIABLE = "JALON_HOME"  # not a setting of `.env`: it says where that file is
PROJECT = Path(__file__).resolve().parent.parent
MARK = "organisation.example.yaml"  # a project's folder holds it; a library's does not


def home() -> Path:
    """JALON_HOME, or else the project's folder. `Path()` where one stands in it, so that what is said stays short.

    The current folder does not count: a command given elsewhere would silently make another database and key there.
    """
    given = os.environ.get(VARIABLE)
    own = PROJECT if (PROJECT / MARK).exists() else Path.cwd()
    folder = Path(given).expanduser().resolve() if given else own
    return Path() if folder == Path.cwd() else folder
