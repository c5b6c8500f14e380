"""Encryption of content: one data key per beneficiary, wrapped by the master key.

AES-256-GCM with a random 96-bit nonce: safe for 2^32 values a key (NIST SP 800-38D, 8.3), beyond any person's words.
The associated data binds each value to its owner, table, row and column: a value moved elsewhere does not open.
A sealed value: version byte, nonce, ciphertext with its tag. The text is padded, so that the length does not tell which
choice was made.
"""

import json
from collections import OrderedDict
from secrets import token_bytes
from threading import Lock
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from storage.clock import Clock, SystemClock
from storage.errors import Unreadable
from storage.keys import KEY_BYTES
from storage.keys import MasterKey as MasterKey
from storage.sql import insert_or_ignore
from storage.tables import DataKey, table

HOUSE = UUID(int=0)  # owns what came from people not known yet
VERSION = b"\x01"
NONCE_BYTES = 12
BLOCK = 64  # bytes; every choice id and its question's identifiers fit the same few blocks
_PENDING = "vault_pending_keys"
_ANY = "surrogatepass"  # half a surrogate pair may reach us in a message cut by a client

Row = UUID | str
_keys = table(DataKey)


class Vault:
    """Seals and opens content. One per process; safe to share between threads."""

    def __init__(self, master: MasterKey, clock: Clock | None = None, remembered: int = 5_000) -> None:
        """`remembered`: how many unwrapped data keys stay in memory (about 1 kB each)."""
        self._master_key = master
        self._clock = clock or SystemClock()
        self._remembered = remembered
        self._cache: OrderedDict[UUID, AESGCM] = OrderedDict()
        self._lock = Lock()

    def seal(self, session: Session, owner: UUID, table: str, row: Row, column: str, text: str | None) -> bytes | None:
        """The value to store for `text`; None stays None. Makes the owner's data key in this transaction if missing."""
        if text is None:
            return None
        return _encrypt(
            self._key(session, owner, create=True), _pad(text.encode(errors=_ANY)), _place(owner, table, row, column)
        )

    def open(
        self, session: Session, owner: UUID, table: str, row: Row, column: str, sealed: bytes | None
    ) -> str | None:
        """The text sealed for this very place. Raises `Unreadable` when damaged, moved, or when the key is gone."""
        if sealed is None:
            return None
        return _unpad(_decrypt(self._key(session, owner), sealed, _place(owner, table, row, column))).decode(
            errors=_ANY
        )

    def seal_json(self, session: Session, owner: UUID, table: str, row: Row, column: str, value: Any) -> bytes:
        """`seal` for JSON values, None included."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return _encrypt(
            self._key(session, owner, create=True), _pad(text.encode(errors=_ANY)), _place(owner, table, row, column)
        )

    def open_json(self, session: Session, owner: UUID, table: str, row: Row, column: str, sealed: bytes) -> Any:
        padded = _decrypt(self._key(session, owner), sealed, _place(owner, table, row, column))
        return json.loads(_unpad(padded).decode(errors=_ANY))

    # ------------------------------------------------------------------------------------------------------ data keys
    def begin(self, session: Session) -> None:
        """Makes the data key of the house, if it is missing: the database belongs to this master key from now on."""
        self._key(session, HOUSE, create=True)

    def _key(self, session: Session, owner: UUID, *, create: bool = False) -> AESGCM:
        with self._lock:
            if known := self._cache.get(owner):
                self._cache.move_to_end(owner)
                return known
        pending: dict[UUID, AESGCM] = session.info.setdefault(_PENDING, {}).setdefault(self, {})
        if owner not in pending:
            pending[owner] = self._read_key(session, owner) or self._first_key(session, owner, create)
        return pending[owner]

    def _read_key(self, session: Session, owner: UUID) -> AESGCM | None:
        wrapped = session.execute(select(_keys.c.wrapped).where(_keys.c.owner_id == owner)).scalar_one_or_none()
        return None if wrapped is None else unwrap(self._master_key, owner, wrapped)

    def _first_key(self, session: Session, owner: UUID, create: bool) -> AESGCM:
        if not create:
            raise Unreadable("no_data_key", owner=owner)
        master = self._master_key
        wrapped = _wrapped(master, owner, token_bytes(KEY_BYTES))
        values = {"owner_id": owner, "wrapped": wrapped, "master_id": master.id, "created_at": self._clock.now()}
        session.execute(insert_or_ignore(session, _keys), values)
        made = self._read_key(session, owner)  # another worker may have been first: theirs is the key
        if made is None:
            raise Unreadable("data_key_unmade", owner=owner)
        return made

    def _remember(self, keys: dict[UUID, AESGCM]) -> None:
        with self._lock:
            self._cache.update(keys)
            while len(self._cache) > self._remembered:
                self._cache.popitem(last=False)


@event.listens_for(Session, "after_commit")
def _keep_keys(session: Session) -> None:
    """Keys are remembered once committed: one that a rollback took away must not seal anything more."""
    if not session.in_nested_transaction():
        for vault, keys in session.info.pop(_PENDING, {}).items():
            vault._remember(keys)


@event.listens_for(Session, "after_soft_rollback")
def _forget_keys(session: Session, _: Any) -> None:
    """After a rollback, even to a savepoint, the keys of this session are read again."""
    session.info.pop(_PENDING, None)


def unwrap(master: MasterKey, owner: UUID, wrapped: bytes) -> AESGCM:
    """The owner's data key. Raises `Unreadable` when damaged, or wrapped by another master key."""
    return AESGCM(_unwrapped(master, owner, wrapped))


def rewrap(former: MasterKey, master: MasterKey, owner: UUID, wrapped: bytes) -> bytes:
    """The same data key, wrapped by another master key. Raises `Unreadable` when `former` does not open it."""
    return _wrapped(master, owner, _unwrapped(former, owner, wrapped))


def _unwrapped(master: MasterKey, owner: UUID, wrapped: bytes) -> bytes:
    return _decrypt(AESGCM(master.secret), wrapped, _wrapping(owner, master))


def _wrapped(master: MasterKey, owner: UUID, secret: bytes) -> bytes:
    return _encrypt(AESGCM(master.secret), secret, _wrapping(owner, master))


def _wrapping(owner: UUID, master: MasterKey) -> bytes:
    return _place(owner, "data_key", owner, master.id)


def _place(owner: UUID, table: str, row: Row, column: str) -> bytes:
    """Names are ours and hold no NUL, so that no two places share these bytes."""
    return "\0".join((owner.hex, table, row.hex if isinstance(row, UUID) else row, column)).encode()


def _encrypt(key: AESGCM, plain: bytes, place: bytes) -> bytes:
    nonce = token_bytes(NONCE_BYTES)
    return VERSION + nonce + key.encrypt(nonce, plain, place)


def _decrypt(key: AESGCM, sealed: bytes, place: bytes) -> bytes:
    if sealed[:1] != VERSION:
        raise Unreadable("unknown_seal")
    try:
        return key.decrypt(sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :], place)
    except (InvalidTag, ValueError):
        raise Unreadable("closed") from None


def _pad(plain: bytes) -> bytes:
    """ISO/IEC 7816-4: one 0x80, then zeros to a whole number of blocks."""
    return plain + b"\x80" + bytes(-(len(plain) + 1) % BLOCK)


def _unpad(padded: bytes) -> bytes:
    return padded.rstrip(b"\0")[:-1]
