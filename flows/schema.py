"""The grammar of packs as JSON Schema, for editors that complete and check while one writes."""

import json
from typing import Any

from flows.pack import Pack

COMMENT = "# yaml-language-server: $schema="


def schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a pack. What needs the whole pack to judge is proved by `jalon flows check`."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **Pack.model_json_schema(by_alias=True),
        "title": "A pack of Jalon",
    }


def schema_text() -> str:
    """The schema as it is kept in docs/pack.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
