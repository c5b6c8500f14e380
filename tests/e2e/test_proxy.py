"""The reverse proxy and the units of docs/scaling.md, as they stand there, before real workers and in systemd's own reading."""

import asyncio
import re
import shutil
import signal
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import pytest

from jalon.cli import app
from tests.bot.test_webhook import free_port
from tests.e2e.balancer import LEAVE, Balancer
from tests.e2e.program import ROOT
from tests.e2e.test_workers import walk, workers
from tests.postgres import Server

EXAMPLES = ROOT / "docs" / "scaling"
UNITS = sorted(EXAMPLES.glob("*.service"))
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
ANALYZE = shutil.which("systemd-analyze")
ALONE = "daemon off; pid {folder}/pid; error_log {folder}/error.log; events {{ }}"
PATHS = "access_log {folder}/access.log;" + "".join(
    f"{kind}_temp_path {{folder}}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
)


class Nginx(Balancer):
    """The example before the workers, its certificate aside; `url` is the address for Telegram."""

    async def __aenter__(self) -> "Nginx":
        self._session = aiohttp.ClientSession(timeout=LEAVE)
        self._folder = TemporaryDirectory()
        port = free_port()
        self._process = await asyncio.to_thread(self._started, Path(self._folder.name), port)
        self.url = f"http://127.0.0.1:{port}/telegram"
        return self

    def _started(self, folder: Path, port: int) -> subprocess.Popen[bytes]:
        main = folder / "nginx.conf"
        http = f"{PATHS.format(folder=folder)}\n{self._site(port)}"
        main.write_text(f"{ALONE.format(folder=folder)}\nhttp {{\n{http}}}\n")
        subprocess.run([str(NGINX), "-t", "-q", "-c", str(main)], check=True)
        return subprocess.Popen([str(NGINX), "-c", str(main)])

    def _site(self, port: int) -> str:
        example = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
        site = re.sub(r"^ *ssl_certificate.*\n", "", example, flags=re.MULTILINE)
        (worker,) = self.workers
        addresses = {"listen 443 ssl": f"listen 127.0.0.1:{port}", "127.0.0.1:8443": worker.removeprefix("http://")}
        for there, here in addresses.items():
            assert there in site
            site = site.replace(there, here)
        return site

    async def __aexit__(self, *error: object) -> None:
        self._process.terminate()
        await asyncio.to_thread(self._process.wait, 10)
        self._folder.cleanup()
        await self._session.close()


@pytest.mark.postgresql
@pytest.mark.skipif(NGINX is None, reason="no nginx on this machine (on Debian: apt install nginx-light)")
async def test_people_are_served_through_the_proxy_while_a_worker_dies(tmp_path: Path, postgres_server: Server) -> None:
    port = free_port()
    async with workers(tmp_path, postgres_server, port, port, before=Nginx) as them:
        persons = await them.newcomers(4)
        await asyncio.gather(*(walk(person, 3) for person in persons))
        await them.programs[0].stop(signal.SIGKILL)
        await asyncio.gather(*(walk(person, 3) for person in persons))
        await them.delivered()
        them.check(persons, twice=1)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_can_read_the_units(unit: Path, tmp_path: Path) -> None:
    if ANALYZE is None:
        pytest.skip("no systemd on this machine")
    text = unit.read_text(encoding="utf-8")
    (program,) = re.findall(r"^ExecStart=(\S+)", text, re.MULTILINE)
    here = tmp_path / unit.name.replace("@", "@1")
    here.write_text(text.replace(program, "/bin/true"))
    done = subprocess.run([ANALYZE, "verify", str(here)], capture_output=True, text=True)
    assert (done.returncode, [line for line in done.stderr.splitlines() if unit.stem in line]) == (0, [])


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_the_units_start_what_there_is(unit: Path) -> None:
    (command,) = re.findall(r"^ExecStart=/srv/jalon/\.venv/bin/jalon (\S+)$", unit.read_text(), re.MULTILINE)
    assert command in {known.name for known in app.registered_commands}
