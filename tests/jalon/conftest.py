"""A folder of one's own to start Jalon in, as after a fresh clone."""

from pathlib import Path

import pytest

from jalon.home import VARIABLE
from jalon.settings import Settings


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder is an empty one, and its `.env`, if the test writes one, counts. The command speaks English."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    monkeypatch.setenv("JALON_LANGUAGE", "en")
    monkeypatch.setitem(Settings.model_config, "env_file", ".env")
    return tmp_path
