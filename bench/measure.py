"""One run: a simulator, a contender, a crowd that answers as soon as it is asked; what it took, and what people felt."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import linear_regression
from typing import Any
from urllib.request import Request, urlopen

from bench.contenders import Contender, Program, Stage
from bench.twenty import END
from bench.waits import lock_waits

TOKEN = "123456789:AA-the-bench-of-Jalon-and-its-peers"  # noqa: S105 - known to a simulator only
PATIENCE = 60.0  # seconds for a process to be there
SETTLING = 2.0  # seconds from its greeting until a contender has done with starting
LONGEST = 300.0  # seconds of a run
TICKS = os.sysconf("SC_CLK_TCK")  # of a second, in which Linux counts a process's time


@dataclass(frozen=True, slots=True)
class Result:
    """One run. Latencies, in milliseconds, are from a person's gesture to the next question on their screen."""

    contender: str
    updates: int
    seconds: float
    p50: float
    p95: float
    p99: float
    cpu_seconds: float  # of the contender's processes, while the crowd walked
    simulator_cpu_seconds: float
    peak_mib: float  # the contender's processes together
    lock_waits: float  # part of the looks at PostgreSQL's sessions at work that found one waiting for a lock

    @property
    def rate(self) -> float:
        """Updates a second."""
        return self.updates / self.seconds

    @property
    def cpu_per_thousand(self) -> float:
        """CPU seconds for a thousand updates."""
        return 1000 * self.cpu_seconds / self.updates

    def public(self) -> dict[str, Any]:
        return {**asdict(self), "rate": self.rate, "cpu_per_thousand": self.cpu_per_thousand}


def run(name: str, contender: Contender, people: int, size: int, stage: Stage) -> Result:
    """Raises `RuntimeError` when the crowd does not come to its end."""
    programs = contender.programs(stage)
    with simulated(stage) as far_end, started(programs, stage.folder / "contender.log") as processes:
        until(lambda: greeted(stage, len(processes)), contender.title)
        time.sleep(SETTLING)
        before, far_before = sum(map(cpu, processes)), cpu(far_end)
        with lock_waits(programs[0].environment.get("DATABASE_URL", "")) as waited:
            control(stage, "POST", "/crowd", {"people": people, "size": size, "until": END})
            walked = _walked(stage, contender.title)
        used, far_used = sum(map(cpu, processes)) - before, cpu(far_end) - far_before
        peak = sum(memory_mib(process.pid, "VmHWM") for process in processes)
    waits = walked["latencies"]
    p50, p95, p99 = (1000 * waits[int(len(waits) * part)] for part in (0.5, 0.95, 0.99))
    return Result(name, walked["gestures"], walked["seconds"], p50, p95, p99, used, far_used, peak, waited.share)


@contextlib.contextmanager
def simulated(stage: Stage) -> Iterator["subprocess.Popen[bytes]"]:
    """The simulator, once it listens."""
    port = stage.url.rpartition(":")[2]
    simulator = Program([stage.python, "-m", "simulator", "--port", port, "--token", stage.token], {})
    with started([simulator], stage.folder / "simulator.log") as (process,):
        until(lambda: listens(int(port)), "the simulator")
        yield process


@contextlib.contextmanager
def staged(new_database: Any, peers_python: str) -> Iterator[Stage]:
    """An empty folder and a free port."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder, socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        taken.close()
        yield Stage(f"http://127.0.0.1:{port}", TOKEN, Path(folder), sys.executable, peers_python, new_database)


@contextlib.contextmanager
def started(programs: Sequence[Program], log: Path) -> Iterator[list["subprocess.Popen[bytes]"]]:
    processes: list[subprocess.Popen[bytes]] = []
    with log.open("ab") as told:
        try:
            for program in programs:
                environment = {**os.environ, **program.environment}
                processes.append(
                    subprocess.Popen(
                        program.command,
                        env=environment,
                        stdout=told,
                        stderr=told,
                    )
                )
            yield processes
        except BaseException:
            print(log.read_text()[-2000:], file=sys.stderr)
            raise
        finally:
            for process in processes:
                process.send_signal(signal.SIGINT)
            for process in processes:
                process.wait(PATIENCE)


def until(there: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        if time.monotonic() > deadline:
            raise RuntimeError(f"{what} did not come up")
        time.sleep(0.05)


def listens(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def greeted(stage: Stage, times: int) -> bool:
    """Every one asks first who it is."""
    return bool(control(stage, "GET", "/calls")["counts"].get("getme", 0) >= times)


def _walked(stage: Stage, title: str) -> dict[str, Any]:
    deadline = time.monotonic() + LONGEST
    while not (crowd := control(stage, "GET", "/crowd"))["over"]:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{title}: {crowd['finished']} of {crowd['people']} people came to the end")
        time.sleep(0.25)
    return crowd


def control(stage: Stage, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """One call of the simulator's control API."""
    data = json.dumps(body).encode() if body else None
    asked = Request(f"{stage.url}/simulator{path}", data, {"Content-Type": "application/json"}, method=method)  # noqa: S310
    with urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
        told: dict[str, Any] = json.load(answer)
    return told


def cpu(process: "subprocess.Popen[bytes]") -> float:
    """Seconds, of all its threads (proc(5), fields 14 and 15)."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mib(pid: int, what: str = "VmRSS") -> float:
    """What a process holds now, or at its peak (`VmHWM`) (proc(5), status)."""
    told = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in told.splitlines() if line.startswith(f"{what}:")).split()[1]) / 1024


def slope(points: Sequence[tuple[float, float]]) -> float:
    """How much the second value grows for each of the first, by least squares, over the second half of the points.

    The first half is left out: caches fill, and the allocator takes what it will keep.
    """
    late = points[len(points) // 2 :]
    return linear_regression([x for x, _ in late], [y for _, y in late]).slope
