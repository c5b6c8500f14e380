"""What the tests of the real program share."""

from tests.postgres import postgres_server

__all__ = ["postgres_server"]
