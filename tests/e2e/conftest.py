"""What the tests of the real program share."""

from tests.postgres import own_postgres_server, postgres_server

__all__ = ["own_postgres_server", "postgres_server"]
