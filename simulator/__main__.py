"""`python -m simulator`: the simulator as a process of its own."""

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from simulator.app import Simulator
from simulator.guard import LOOPBACK
from simulator.server import DEFAULT_USERNAME


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulator", description="A stand-in for Telegram, locally.")
    parser.add_argument("--port", type=int, default=8080, help="0 takes any free one")
    parser.add_argument("--host", default="127.0.0.1", choices=sorted(LOOPBACK), help="loopback only")
    parser.add_argument("--file", type=Path, help="where the state is kept; without it, in memory")
    parser.add_argument("--token", action="append", default=[], help="a bot's token; may be repeated")
    parser.add_argument("--bot-username", default=DEFAULT_USERNAME)
    parser.add_argument("--seed", type=int, help="makes ids and probabilities reproducible")
    parser.add_argument("--attached", action="store_true", help="stop when the standard input ends: with the starter")
    return parser.parse_args()


def _when_input_ends(act: Callable[[], None]) -> None:
    """Calls `act` once the standard input, a pipe, ends: its other end was closed, or its process was killed."""
    loop, source = asyncio.get_running_loop(), sys.stdin.fileno()

    def look() -> None:
        with contextlib.suppress(OSError):  # a reset is an end too
            if os.read(source, 4096):
                return
        loop.remove_reader(source)
        act()

    loop.add_reader(source, look)


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if arguments.attached:
        _when_input_ends(stop.set)
    simulator = Simulator(
        arguments.file,
        host=arguments.host,
        port=arguments.port,
        tokens=arguments.token,
        username=arguments.bot_username,
        seed=arguments.seed,
    )
    async with simulator:
        print(f"simulator ready on {simulator.url}", flush=True)
        await stop.wait()


def main() -> None:
    """Serve until told to stop; a wrong option or a busy port is one line on stderr."""
    try:
        asyncio.run(_serve(_arguments()))
    except (OSError, ValueError) as error:
        sys.exit(f"simulator: {error}")


if __name__ == "__main__":
    main()
