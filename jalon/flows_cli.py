"""`jalon flows`: packs checked, played, drawn. For practitioners as much as for developers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col, select

from flows.diagram import pages
from flows.flow import Flow, version_of
from flows.graph import Graph
from flows.journey import load_journey
from flows.load import PACKS, load_flows, load_packs
from flows.pack import Pack
from flows.play import NAMED_FACTS, STOP, Player
from flows.problems import PackError, Problem
from flows.proof_journey import prove_journey
from flows.schema import schema_text
from flows.stranded import run_told, stranded
from flows.transcript import transcript
from jalon.frame import Command, application
from jalon.words import NotReady, say, spoken
from storage.database import Database
from storage.errors import StorageError
from storage.tables import FlowVersion, RunRow

app = application("flows")

DOCS = Path(str(files("flows"))).parent / "docs"
Paths = Annotated[list[str] | None, typer.Argument()]
Check = Annotated[bool, typer.Option("--check")]


def _held(pack: Pack) -> str:
    graph = Graph(pack)
    return say(
        "pack_held",
        spoken(),
        pack=pack.id,
        steps=len(pack.steps),
        paths=graph.paths,
        outcomes=len(pack.outcomes),
        languages="+".join(pack.languages),
        version=version_of(pack)[:12],
    )


def stranded_runs(url: str) -> Iterator[Problem]:
    """One line for each run of a database that could not go on."""
    database = Database(url, create=False)
    try:
        with database.read() as session:
            runs = session.exec(
                select(RunRow.id, RunRow.flow_version, RunRow.at_node, FlowVersion.source)
                .join(FlowVersion, col(FlowVersion.version) == col(RunRow.flow_version), isouter=True)
                .order_by(col(RunRow.started_at))
            ).all()
    finally:
        database.close()
    judged = {place: stranded(*place) for place in {(version, source, at) for _, version, at, source in runs}}
    for run, version, at, source in runs:
        if why := judged[version, source, at]:
            yield run_told(run, why)


@contextmanager
def _plainly() -> Iterator[None]:
    """What cannot be done is said in plain lines, without a traceback."""
    try:
        yield
    except (NotReady, StorageError, PackError) as error:
        said = error.said(spoken())
    except SQLAlchemyError as error:
        said = say("unasked", spoken(), why=str(error).splitlines()[0])
    else:
        return
    typer.echo(said, err=True)
    raise typer.Exit(1)


def _path(name: str) -> Path:
    """The file or folder of this name; otherwise the shipped pack with this id, whose file is called so."""
    shipped = PACKS / f"{name}.yaml"
    return shipped if shipped.exists() and not Path(name).exists() else Path(name)


@app.command(cls=Command)
def check(paths: Paths = None, against: str | None = None) -> None:
    packs, problems = load_packs(map(_path, paths or []))
    if not paths and not problems:
        with _plainly():
            problems += prove_journey(load_journey(), {pack.id: pack for pack in packs})
    if against:
        with _plainly():
            problems += stranded_runs(against)
    for pack in packs:
        typer.echo(_held(pack))
    for problem in problems:
        typer.echo(problem.said(spoken()), err=True)
    if problems:
        raise typer.Exit(1)


def _flow(name: str) -> Flow:
    """The flow of a file, or a shipped one by its id."""
    given = Path(name)
    flows = load_flows([given] if given.suffix == ".yaml" else [], NAMED_FACTS)
    found = next(iter(flows.values())) if given.suffix == ".yaml" else flows.get(name)
    if found is None:
        raise NotReady("pack_unknown", name=name, known=", ".join(flows))
    return found


@app.command(cls=Command)
def play(pack: str, lang: str = "fr", record: Path | None = None) -> None:
    with _plainly():
        flow = _flow(pack)
    player, entries = Player(flow, lang), list[str]()
    typer.echo("\n".join([*player.hears("/aide"), "", *player.begin()]))
    while player.run.outcome is None:
        try:
            typed = input("> ")
        except (EOFError, KeyboardInterrupt):
            break
        if typed.strip() == STOP:
            break
        entries.append(typed)
        typer.echo("\n".join(["", *player.hears(typed)]))
    if record:
        record.write_text(transcript(flow, lang, entries), encoding="utf-8")
        typer.echo(say("recorded", spoken(), file=record))


def _write_or_compare(wanted: Mapping[Path, str], *, only_check: bool) -> None:
    """Brings files up to date, or fails naming those that are not."""
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        typer.echo(say("file_stale" if only_check else "file_written", spoken(), file=path), err=only_check)
        if not only_check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[path], encoding="utf-8")
    if stale and only_check:
        raise typer.Exit(1)


@app.command(cls=Command)
def diagram(check: Check = False) -> None:
    with _plainly():
        drawn = pages([flow.pack for flow in load_flows().values()], [load_journey()])
    _write_or_compare({DOCS / "flows" / name: text for name, text in drawn.items()}, only_check=check)


@app.command(cls=Command)
def schema(check: Check = False) -> None:
    _write_or_compare({DOCS / "pack.schema.json": schema_text()}, only_check=check)
