"""The parameters of a call, wherever they came from: JSON, query string, form or multipart."""

import json
from dataclasses import dataclass, field
from typing import Any

from simulator.errors import bad_request


@dataclass(slots=True, frozen=True)
class Upload:
    """A file sent with the call."""

    name: str
    mime_type: str
    content: bytes


@dataclass(slots=True, frozen=True)
class Params:
    """Read as the servers read them: a form's texts and JSON's own types mean the same."""

    values: dict[str, Any]
    uploads: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """ "" when absent."""
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """Garbage counts as absent, as in the servers' `get_integer_arg`."""
        value = self.values.get(name)
        try:
            return default if value is None or value == "" else int(value)
        except (TypeError, ValueError):
            return default

    def boolean(self, name: str) -> bool:
        """true, yes and 1 are true (the servers' `to_bool`)."""
        return str(self.values.get(name, "")).lower() in ("true", "yes", "1")

    def json(self, name: str, complaint: str) -> Any:
        """A structure, which forms carry as JSON text; `complaint` is the refusal when it cannot be read."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value.strip():
            return None
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(complaint) from None

    def upload(self, name: str) -> Upload | None:
        """The file under `name`, sent directly or as `attach://other`."""
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.uploads.get(value.removeprefix("attach://"))
        return self.uploads.get(name)
