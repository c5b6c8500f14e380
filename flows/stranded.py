"""Whether a run can go on: its version is stored, can still be read, and has the node where the person is."""

from flows.flow import Flow
from flows.load import pack_from_json
from flows.problems import PackError


def stranded(version: str, source: str | None, at: str) -> str | None:
    """Why a run at `at` in this stored version could not go on; None where it can."""
    if source is None:
        return f"its version {version} is not stored"
    try:
        flow = Flow(pack_from_json(source))
    except PackError as error:
        return f"its version {version} can no longer be read: {error.lines[0]}"
    if flow.version != version:
        return f"its version {version} is now read as another one ({flow.version})"
    ends = {f"@{name}" for name in flow.pack.outcomes}
    return None if at in flow.nodes or at in ends else f"its version {version} has no {at}"
