"""The master key: made once, readable by its owner alone, kept away from the database."""

import base64
import stat
from pathlib import Path

import pytest

from storage.errors import StorageError
from storage.keys import MasterKey


def written(path: Path, content: bytes, mode: int = 0o600) -> Path:
    path.write_bytes(content)
    path.chmod(mode)
    return path


def test_a_key_made_is_a_key_read(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "master.key"
    assert MasterKey.create(path) == MasterKey.load(path)


def test_only_its_owner_can_reach_it(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "master.key"
    MasterKey.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    made = MasterKey.create(tmp_path / "master.key")
    with pytest.raises(StorageError, match="never replaced"):
        MasterKey.create(tmp_path / "master.key")
    assert MasterKey.load(tmp_path / "master.key") == made


def test_two_keys_are_never_alike(tmp_path: Path) -> None:
    keys = [MasterKey.create(tmp_path / f"{n}.key") for n in range(5)]
    assert len({key.secret for key in keys}) == len({key.id for key in keys}) == 5


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602])
def test_a_key_that_others_can_reach_is_refused(tmp_path: Path, mode: int) -> None:
    path = written(tmp_path / "master.key", base64.b64encode(bytes(32)), mode)
    with pytest.raises(StorageError, match="chmod 600"):
        MasterKey.load(path)


@pytest.mark.parametrize(
    "content", [b"", b"short", base64.b64encode(bytes(31)), base64.b64encode(bytes(33)), bytes(32)]
)
def test_what_is_no_key_is_refused_without_quoting_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(StorageError, match="not a master key") as refusal:
        MasterKey.load(written(tmp_path / "master.key", content))
    assert not content or content.decode() not in str(refusal.value)


def test_a_missing_key_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="put the copy you kept back at"):
        MasterKey.load(tmp_path / "master.key")


@pytest.mark.parametrize("place", ["data/master.key", "data/deeper/master.key", "other/../data/master.key"])
def test_a_key_beside_the_database_is_refused(tmp_path: Path, place: str) -> None:
    database = tmp_path / "data" / "jalon.db"
    for act in (MasterKey.create, MasterKey.load):
        with pytest.raises(StorageError, match="put it elsewhere"):
            act(tmp_path / place, database)
    assert not (tmp_path / place).exists()


def test_a_link_does_not_hide_a_key_beside_the_database(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "elsewhere").symlink_to(tmp_path / "data")
    with pytest.raises(StorageError, match="put it elsewhere"):
        MasterKey.create(tmp_path / "elsewhere" / "master.key", tmp_path / "data" / "jalon.db")


def test_a_key_elsewhere_is_welcome(tmp_path: Path) -> None:
    MasterKey.create(tmp_path / "secrets" / "master.key", tmp_path / "data" / "jalon.db")


def test_the_key_is_in_no_representation(tmp_path: Path) -> None:
    key = MasterKey(b"0123456789abcdef0123456789abcdef")
    assert "0123456789abcdef" not in f"{key!r} {key} {key.id}"
