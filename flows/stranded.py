"""Whether a run can go on: its version is stored, can still be read, and has the node where the person is."""

from flows.flow import Flow
from flows.load import pack_from_json
from flows.problems import PackError, Phrase, Problem


def run_told(run: object, why: Phrase) -> Problem:
    """The line about a run of a database that could not go on."""
    return Problem(why, file=Phrase("run", id=run))


def stranded(version: str, source: str | None, at: str) -> Phrase | None:
    """Why a run at `at` in this stored version could not go on; None where it can."""
    if source is None:
        return Phrase("version_not_stored", version=version)
    try:
        flow = Flow(pack_from_json(source))
    except PackError as error:
        return Phrase("version_unreadable", version=version, why=error.lines[0])
    if flow.version != version:
        return Phrase("version_other", version=version, found=flow.version)
    ends = {f"@{name}" for name in flow.pack.outcomes}
    return None if at in flow.nodes or at in ends else Phrase("version_without", version=version, at=at)
