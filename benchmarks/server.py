"""A server of its own for one measurement: started on loopback, asked, and ended."""

import http.client
import os
import re
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil


ROOT = Path(__file__).resolve().parents[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(folder: Path, port: int, database: str) -> dict[str, str]:
    env = {
        k: v for k, v in os.environ.items() if not k.startswith("CHANGLE_") and k != "DATABASE_URL"
    }
    env |= {"CHANGLE_DATA": str(folder), "PORT": str(port), "CHANGLE_DEMO": "1"}
    env["CHANGLE_API_RATE"] = "1000000"
    if database:
        env["DATABASE_URL"] = database
    return env


class Server:
    def __init__(self, folder: Path, *, database: str = "") -> None:
        self.folder, self.port = folder, free_port()
        self.env = environment(folder, self.port, database)
        self.seconds_to_first_page = 0.0

    def __enter__(self) -> "Server":
        begun = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "changle.site.command", "run"],
            cwd=ROOT, env=self.env, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT,
        )  # fmt: skip
        while time.perf_counter() - begun < 300:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=2).read()
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the server did not start") from None
                time.sleep(0.05)
            else:
                break
        self.seconds_to_first_page = time.perf_counter() - begun
        return self

    def __exit__(self, *_what: object) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def processes(self) -> list[psutil.Process]:
        parent = psutil.Process(self.process.pid)
        return [parent, *parent.children(recursive=True)]

    def cpu_seconds(self) -> float:
        return sum(t.user + t.system for t in (p.cpu_times() for p in self.processes()))

    def megabytes(self) -> float:
        """Proportional set size: shared pages are counted once."""
        return sum(p.memory_full_info().pss for p in self.processes()) / 2**20

    def manage(self, *arguments: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "changle.site.command", *arguments],
            cwd=ROOT, env=self.env, check=True, capture_output=True, text=True,
        ).stdout  # fmt: skip

    def sign_in(self, username: str) -> str:
        """The cookie of a sample role."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/account/sign-in/")
        answer = connection.getresponse()
        page = answer.read().decode()
        jar = cookies(answer)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if token is None:
            raise SystemExit("no form to sign in by")
        action = re.search(r'action="([^"]*demo[^"]*)"', page)
        if action is None:
            raise SystemExit("no demonstration button")
        body = f"csrfmiddlewaretoken={token[1]}&username={username}"
        headers = {"Cookie": jar, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", action[1], body, headers)
        answer = connection.getresponse()
        answer.read()
        return "; ".join(filter(None, [jar, cookies(answer)]))


def cookies(answer: http.client.HTTPResponse) -> str:
    return "; ".join(line.split(";")[0] for line in answer.headers.get_all("Set-Cookie") or [])


@dataclass(frozen=True)
class Measure:
    cpu_ms: float  # processor time per request, of all server processes
    median_ms: float
    p95_ms: float
    per_second: float


def ask(
    server: Server,
    path: str,
    headers: dict[str, str],
    *,
    clients: int,
    requests: int,
    body: Callable[[], bytes] | None = None,
    status: int = 200,
) -> Measure:
    """`requests` in all, by `clients` that keep their connections; bounded, loopback only.

    `body`: what is posted, a new one each time; `status`: the answer that is looked for.
    """
    each = max(1, requests // clients)
    times: list[float] = []
    faults: list[str] = []
    lock = threading.Lock()

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        mine = []
        for _turn in range(each):
            begun = time.perf_counter()
            if body is None:
                connection.request("GET", path, headers=headers)
            else:
                connection.request("POST", path, body(), headers)
            answer = connection.getresponse()
            answer.read()
            mine.append(time.perf_counter() - begun)
            if answer.status != status:
                faults.append(f"{path}: {answer.status}")
                break
        with lock:
            times.extend(mine)

    before, begun = server.cpu_seconds(), time.perf_counter()
    threads = [threading.Thread(target=client) for _each in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed, spent = time.perf_counter() - begun, server.cpu_seconds() - before
    if faults:
        raise SystemExit(f"not measured: {faults[0]}")
    times.sort()
    return Measure(
        spent * 1000 / len(times), statistics.median(times) * 1000,
        times[int(len(times) * 0.95) - 1] * 1000, len(times) / elapsed,
    )  # fmt: skip
