"""What holds for every test: no network but this machine's own, no settings but the test's own, a seed one can give again."""

import os
import random
import shutil
import sys
from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
CI = bool(os.environ.get("CI"))
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")

settings.register_profile("local", print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("local"), derandomize=True, deadline=None)


# ------------------------------------------------------------------------------------------------------------ options
def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", type=Path, metavar="DIR", help="keep pictures of the conversation in DIR")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("ci" if CI else "local")
    if not CI and config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = str(random.randrange(2**32))  # xdist hands it to its workers
    for name in PROXIES:
        os.environ.pop(name, None)  # they would come between the tests and this machine
    sys.addaudithook(_only_this_machine)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") and CHROMIUM is None:
        pytest.skip("no Chromium on this machine (on Debian: apt install chromium)")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> Iterator[None]:
    """The last lines: what did not run, and why; the seed of the random tests when one failed."""
    yield
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"not run: {count} {'test' if count == 1 else 'tests'}, {reason}", yellow=True)
    if terminalreporter.stats.get("failed") and config.option.hypothesis_seed is not None:
        terminalreporter.write_line(
            f"random tests again as they were: --hypothesis-seed={config.option.hypothesis_seed}"
        )


def _reason(report: Any) -> str:
    said = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return str(said).removeprefix("Skipped: ")


# ------------------------------------------------------------------------------------------------- only this machine
abroad: list[str] = []  # every connection refused since the guard looked last


def _only_this_machine(event: str, arguments: tuple[Any, ...]) -> None:
    """An audit hook: it sees every connection of this process, whichever library makes it."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a socket of this machine
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if not _is_here(host):
        abroad.append(str(host))
        raise ConnectionRefusedError(f"a test wanted to reach {host}")


def _is_here(host: str | bytes | None) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    if name in (None, "", "localhost"):
        return True
    try:
        return ip_address(str(name)).is_loopback or ip_address(str(name)).is_unspecified
    except ValueError:
        return False


@pytest.fixture(autouse=True)
def stays_here() -> Iterator[None]:
    """Fails the test that wanted to leave this machine, also where its code swallowed the refusal."""
    abroad.clear()
    yield
    assert not abroad, f"the test wanted to reach {', '.join(abroad)}"


# ------------------------------------------------------------------------------------------------- settings of its own
@pytest.fixture(autouse=True, scope="session")
def settings_of_its_own() -> Iterator[None]:
    """Neither the environment nor the `.env` of whoever runs the tests reaches them."""
    from jalon.settings import Settings  # not before pytest is configured

    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("JALON_HOME", raising=False)
        for field in Settings.model_fields:
            patch.delenv(field.upper(), raising=False)
        patch.setitem(Settings.model_config, "env_file", None)
        yield
