"""Who may talk to the simulator: programs of this machine, and its own page. Nobody else's page."""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})

# The page needs nothing from elsewhere and may not be framed.
SECURITY_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def _host(authority: str) -> str | None:
    try:
        return urlsplit(f"//{authority}").hostname
    except ValueError:
        return None


def objection(request: web.Request) -> str | None:
    """Why the request is refused, or None.

    A foreign Host means DNS rebinding; a foreign Origin or a cross-site fetch means somebody else's page.
    """
    if _host(request.headers.get("Host", "")) not in LOOPBACK:
        return "this address is not the simulator's"
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.headers["Host"]:
        return "only the simulator's own page may do this"
    foreign = request.headers.get("Sec-Fetch-Site", "none") in ("cross-site", "same-site")
    if foreign and not _is_visit(request):
        return "only the simulator's own page may do this"
    return None


def _is_visit(request: web.Request) -> bool:
    """Following a link to the page: harmless, and how an invitation is opened. Following one to a method is not."""
    acts = request.path.startswith(("/bot", "/file", "/simulator"))
    return request.headers.get("Sec-Fetch-Mode") == "navigate" and not acts


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse strangers before anything else."""
    reason = objection(request)
    if reason is not None:
        return web.json_response({"error": reason}, status=403)
    return await handler(request)
