"""`python -m jalon`."""

from jalon.cli import app

app()
