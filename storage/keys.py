"""The master key: 32 bytes in a file of their own, kept apart from the database and from its backups."""

import base64
import binascii
import hashlib
import hmac
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_bytes

from storage.errors import StorageError

KEY_BYTES = 32  # AES-256


@dataclass(frozen=True, slots=True)
class MasterKey:
    """Wraps the data keys. `id` names the key without revealing it, so that a wrong key is recognised as such."""

    secret: bytes = field(repr=False)

    @property
    def id(self) -> str:
        return hmac.digest(self.secret, b"jalon master key id", hashlib.sha256)[:8].hex()

    @classmethod
    def load(cls, path: Path, database: Path | None = None) -> "MasterKey":
        """Reads the key. `database`: the SQLite file, whose folder must not hold the key.

        Raises `StorageError` when the file is missing, readable by others, malformed, or lies beside the database.
        """
        _refuse_beside(path, database)
        try:
            mode = path.stat().st_mode
            text = path.read_bytes()
        except FileNotFoundError:
            raise StorageError("key_missing", path=path.absolute()) from None
        except OSError as error:
            raise StorageError("key_closed", path=path, why=error) from None
        if stat.S_IMODE(mode) & 0o077:
            raise StorageError("key_open_to_others", path=path)
        return cls(_decode(text, path))

    @classmethod
    def create(cls, path: Path, database: Path | None = None) -> "MasterKey":
        """Makes a key in a new file (mode 600, in a folder of mode 700). Never replaces one: raises `StorageError`."""
        _refuse_beside(path, database)
        secret = token_bytes(KEY_BYTES)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_new(path, base64.b64encode(secret) + b"\n")
        except FileExistsError:
            raise StorageError("key_exists", path=path) from None
        except OSError as error:
            raise StorageError("key_unwritten", path=path, why=error) from None
        return cls(secret)


def _write_new(path: Path, content: bytes) -> None:
    """Writes and syncs the file and its folder: data sealed with a key that a power cut took away would be lost."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _refuse_beside(path: Path, database: Path | None) -> None:
    if database is not None and path.resolve().is_relative_to(database.resolve().parent):
        raise StorageError("key_beside", path=path)


def _decode(text: bytes, path: Path) -> bytes:
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise StorageError("not_a_key", path=path, bytes=KEY_BYTES)
    return secret
