"""The errors of this room. Their messages tell who runs Jalon what happened and what to do; they never hold content."""


class StorageError(Exception):
    """Something about the database, a key or a file that its owner has to act on."""


class Unreadable(StorageError):
    """A sealed value cannot be opened here: damaged, moved from another place, or its key is gone."""


class Conflict(StorageError):
    """The row is not, or no longer, as the caller last saw it; nothing was written."""
