"""What `jalon run` and `jalon bot` do until they are told to stop."""

import asyncio
from collections.abc import Callable

import typer
from telegram import Bot

from bot.library import Library
from jalon import greeting, local, service
from jalon.settings import Settings
from jalon.wiring import make_bot, refuse_another_bot, stores
from jalon.words import NotReady, say
from storage.listing import urgent_dossiers


async def live(settings: Settings, shelf: Library) -> None:
    def greet(bot: Bot, new_key: bool) -> str:
        return greeting.live(settings, bot.username, new_key=new_key)

    await _serve(settings, shelf, settings.telegram_api_url.rstrip("/"), greet)


async def locally(settings: Settings, shelf: Library) -> None:
    async with local.simulator(settings.simulator_port, settings.home / local.FILE) as simulated:

        def greet(bot: Bot, new_key: bool) -> str:
            return greeting.simulated(settings, simulated.address, new_key=new_key)

        await _serve(settings, shelf, simulated.address, greet, simulated.ended)


async def _serve(
    settings: Settings,
    shelf: Library,
    address: str,
    greet: Callable[[Bot, bool], str],
    ended: asyncio.Future[int] | None = None,
) -> None:
    """Runs until it is told to stop, or until what it cannot go on without has `ended`."""
    stopping = asyncio.Event()
    service.stop_on_signals(stopping)
    if ended is not None:
        ended.add_done_callback(lambda _: stopping.set())
    with stores(settings, create=True) as opened:
        refuse_another_bot(settings, opened)
        client = make_bot(settings, address)

        def ready() -> None:
            with opened.database.read() as session:
                waiting = urgent_dossiers(session)
            typer.echo(greet(client, opened.new_key) + (greeting.urgent(settings, waiting) if waiting else ""))

        try:
            await service.serve(settings, opened, shelf, client, stopping, ready)
        finally:
            await client.shutdown()
    if ended is not None and ended.done():
        raise NotReady("simulator_ended")
    typer.echo(say("stopped", settings.language))
