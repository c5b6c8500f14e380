"""How the command tells what it can do, and what was mistyped: the texts are in phrases.yaml, found by name.

`help_COMMAND` is the help of a command, `help_COMMAND_PARAMETER` that of an option or argument, `value_PARAMETER` the
name of an argument. They are looked up when the command is typed, in the language of that moment.
"""

import re
import sys
import traceback
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from jalon.words import say, spoken, written
from storage.inbox import where

# What typer finds wrong with a line, in its words → in ours. What is not here is said in its words.
MISTYPED = (
    (r"No such command '(?P<given>.*?)'\.?(?: Did you mean (?P<near>.*)\?)?", "no_command"),
    (r"No such option: (?P<given>\S+)(?: \(Possible options: (?P<near>.*)\))?", "no_option"),
    (r"Missing argument '(?P<given>.*)'\.", "value_missing"),
    (r"Option '(?P<given>.*)' requires an argument\.", "nothing_after"),
    (r"Option '(?P<given>.*)' does not take a value\.", "value_unwanted"),
    (r"Got unexpected extra argument\(s\) \((?P<given>.*)\)", "too_much"),
)
QUOTE = "'"  # typer writes them around what is near
Row = tuple[str, str]


def application(name: str) -> typer.Typer:
    """A group of commands that speaks as this module says."""
    return typer.Typer(
        name=name, cls=Group, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
    )


class Command(TyperCommand):
    """A command, and its help."""

    def __init__(self, name: str | None, **attributes: Any) -> None:
        super().__init__(name, **attributes)
        _name(self)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_parameters(self, ctx, formatter)


class Group(TyperGroup):
    """Commands, and the list of them; without any word it is that list that is wanted."""

    def __init__(self, *, name: str | None = None, **attributes: Any) -> None:
        super().__init__(name=name, **attributes)
        _name(self)

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        return super().parse_args(ctx, args or ["--help"])

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        _write_usage(self, ctx, formatter)

    def format_options(self, ctx: Any, formatter: Any) -> None:
        _write_parameters(self, ctx, formatter)
        _write(formatter, "commands", [(name, each.help or "") for name, each in self.commands.items()])

    def main(self, *args: Any, **options: Any) -> Any:
        try:
            status = super().main(*args, **{**options, "standalone_mode": False})
        except TyperException as error:
            typer.echo(f"jalon: {_mistyped(error)}", err=True)
            sys.exit(error.exit_code)
        except Exception as error:
            _crashed(error)
            sys.exit(1)
        sys.exit(status or 0)


def _crashed(error: Exception) -> None:
    """One line to send to somebody. No message and no value of the program: they may hold a key, or what people wrote."""
    if (written("LOG_LEVEL") or "").upper() == "DEBUG":
        typer.echo("".join(traceback.format_tb(error.__traceback__)), err=True)
    typer.echo(f"jalon: {say('crashed', spoken(), error=where(error))}", err=True)


def _mistyped(error: TyperException) -> str:
    """What is wrong with a line, then what may have been meant, or else where to look."""
    message, language = error.format_message(), spoken()
    for pattern, key in MISTYPED:
        if found := re.fullmatch(pattern, message):
            said, near = say(f"mistyped_{key}", language, given=found["given"]), found.groupdict().get("near")
            if near:
                return f"{said} {say('mistyped_near', language, near=near.replace(QUOTE, ''))}"
            where = getattr(error, "ctx", None)
            return f"{said} {say('mistyped_see', language, command=where.command_path if where else 'jalon')}"
    return message


def _name(command: TyperCommand | TyperGroup) -> None:
    command.help = say(f"help_{command.name}", spoken())
    for parameter in command.params:
        if isinstance(parameter, TyperArgument | TyperOption):
            parameter.help = say(f"help_{command.name}_{parameter.name}", spoken())
        if isinstance(parameter, TyperArgument):
            parameter.metavar = say(f"value_{parameter.name}", spoken())


def _write_usage(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    words = ["[OPTIONS]", *(each.metavar for each in _of(command, TyperArgument))]
    if isinstance(command, TyperGroup):
        words.append(say("frame_subcommand", spoken()))
    formatter.write_usage(ctx.command_path, " ".join(words), prefix=say("frame_usage", spoken()) + " ")


def _write_parameters(command: TyperCommand | TyperGroup, ctx: Any, formatter: Any) -> None:
    _write(formatter, "arguments", [(each.metavar, each.help or "") for each in _of(command, TyperArgument)])
    options = [_option(each) for each in _of(command, TyperOption)]
    _write(formatter, "options", [*options, ("--help", say("frame_help", spoken()))])


def _of(command: TyperCommand | TyperGroup, kind: type) -> Iterator[Any]:
    return (parameter for parameter in command.params if isinstance(parameter, kind))


def _option(option: TyperOption) -> Row:
    """`--name …` when it takes a word; and what it is without one."""
    names = ", ".join(option.opts) + ("" if option.is_flag else " …")
    without = say("frame_default", spoken(), default=option.default) if option.default else ""
    return names, f"{option.help} {without}".rstrip()


def _write(formatter: Any, section: str, rows: list[Row]) -> None:
    if rows:
        with formatter.section(say(f"frame_{section}", spoken())):
            formatter.write_dl(rows)
