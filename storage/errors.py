"""The errors of this room. Their messages tell who runs Jalon what happened and what to do; they never hold content."""


class StorageError(Exception):
    """Something about the database, a key or a file that its owner has to act on.

    `message` may have `{holes}`, which `holes` fill: the command says the same sentence in its reader's language.
    """

    def __init__(self, message: str, **holes: object) -> None:
        self.message, self.holes = message, holes
        super().__init__(message.format_map(holes) if holes else message)


class Unreadable(StorageError):
    """A sealed value cannot be opened here: damaged, moved from another place, or its key is gone."""


class Conflict(StorageError):
    """The row is not, or no longer, as the caller last saw it; nothing was written."""
