"""The database and the cast of the storage tests."""

from tests.storage.conftest import clock, master, sqlite, sqlite_template, sqlite_url, vault

__all__ = ["clock", "master", "sqlite", "sqlite_template", "sqlite_url", "vault"]
