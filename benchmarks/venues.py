"""Rooms found, looked at and booked, over 60 rooms and 20,000 bookings to come."""

import gzip
import http.client
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import quote

from benchmarks.server import ROOT, Server, ask


WHO = "zuzhi-qiuwen"  # who leads a body and books for it
CREATED, CONFLICT = 201, 409
DAY = timedelta(days=1)
Body = Callable[[], bytes]


@dataclass(frozen=True, kw_only=True)
class Call:
    label: str
    path: str
    who: str  # "token", or whose cookie; "" for nobody
    goal: float | None = None  # a multiple of the empty view
    most_kb: float | None = None  # compressed
    body: Body | None = None  # of a POST, a new one each time
    status: int = 200


def furnish(server: Server, times: int) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.furnish", str(times)],
        cwd=ROOT, env=server.env, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    return dict(json.loads(told.strip().splitlines()[-1]))


def calls(about: dict[str, Any]) -> list[Call]:
    at = datetime.fromisoformat(about["at"])
    on, week = f"on={at:%Y-%m-%d}", between(at - DAY * 3, at + DAY * 4)
    turns = count()

    def wish(space: int, start: datetime, length: timedelta) -> bytes:
        told = {"space": space, "starts_at": start.isoformat(), "purpose": "测速",
                "ends_at": (start + length).isoformat(), "organisation": about["body"]}  # fmt: skip
        return json.dumps(told).encode()

    def taken() -> bytes:
        return wish(about["taken"], at, timedelta(hours=2))

    def free() -> bytes:
        """Five minutes each, a hundred a day from nine o'clock on."""
        day, slot = divmod(next(turns), 100)
        start = at.replace(hour=9) - DAY * 25 + DAY * day + timedelta(minutes=5 * slot)
        return wish(about["free"], start, timedelta(minutes=5))

    venue = f"/desk/venues/{about['centre']}/"
    return [
        Call(label="预约已被占用的时段", path="/api/v1/bookings", who="token", goal=12,
             body=taken, status=CONFLICT),
        Call(label="预约成功", path="/api/v1/bookings", who="token", body=free, status=CREATED),
        Call(label="60 间、2 万个预约中找空闲", goal=10, who="token",
             path=f"/api/v1/spaces/free?{between(at, at + timedelta(hours=2))}&capacity=20"),
        Call(label="一个场地一周的占用", path=f"/api/v1/spaces/{about['taken']}/timeline?{week}",
             who="token"),
        Call(label="最大的中心全部场地的一周，全部订满", path=f"{venue}?view=week&{on}", who="qu", goal=18,
             most_kb=30),
        Call(label="一个中心 60 间、一年 2 万个预约，其中一周", goal=18, who="qu", most_kb=30,
             path=f"/desk/venues/{about['year']}/?view=week&{on}"),
        Call(label="一个中心 60 间的一周，全部订满（2,520 个）", who="qu",
             path=f"/desk/venues/{about['many']}/?view=week&{on}"),
        Call(label="同一中心的一天", path=f"{venue}?{on}", who="qu", most_kb=30),
    ]  # fmt: skip


def between(start: datetime, end: datetime) -> str:
    return f"from={quote(start.isoformat())}&to={quote(end.isoformat())}"


def measure_venues(server: Server, requests: int, empty: str, times: int) -> list[str]:
    told = furnish(server, times)
    token = server.manage("token", WHO).strip().splitlines()[-1]
    headers = {"": {}, "qu": {"Cookie": server.sign_in("qu")}, "token": {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json"}}  # fmt: skip
    rows, bases = measure_calls(server, calls(told), headers, requests, empty)
    return [
        f"### 场地（空视图 {min(bases):.2f}–{max(bases):.2f} ms）", "",
        "| page or call | queries | CPU ms | ratio | goal | kB, gzip | goal | p50 / p95 ms, 1 client | … 8 clients | req/s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|", *rows, "",
    ]  # fmt: skip


def measure_calls(
    server: Server, all_calls: list[Call], headers: dict[str, Any], requests: int, empty: str
) -> tuple[list[str], list[float]]:
    """A line for each call, and what the empty view beside each took."""
    counted = count_queries(server, all_calls)
    ask(server, empty, {}, clients=4, requests=80)
    rows: list[str] = []
    bases: list[float] = []
    for call, queries in zip(all_calls, counted, strict=True):
        args = {"headers": headers[call.who], "body": call.body, "status": call.status}
        ask(server, call.path, clients=4, requests=24, **args)
        # The machine's pace changes within a run: each call beside an empty view of its own.
        base = ask(server, empty, {}, clients=1, requests=max(400, requests))
        bases.append(base.cpu_ms)
        alone = ask(server, call.path, clients=1, requests=requests, **args)
        crowd = ask(server, call.path, clients=8, requests=requests, **args)
        size = compressed(server, call, headers[call.who])
        ratio = alone.cpu_ms / base.cpu_ms
        rows.append(
            f"| {call.label} | {queries} | {alone.cpu_ms:.2f} | {ratio:.1f} | {goal(ratio, call.goal)} "
            f"| {size:.1f} | {goal(size, call.most_kb)} | {alone.median_ms:.1f} / {alone.p95_ms:.1f} "
            f"| {crowd.median_ms:.1f} / {crowd.p95_ms:.1f} | {crowd.per_second:.0f} |"
        )
    return rows, bases


def goal(value: float, most: float | None) -> str:
    return "" if most is None else f"≤ {most:g}{'' if value <= most else ' ✗'}"


def compressed(server: Server, call: Call, headers: dict[str, str]) -> float:
    """Kilobytes of an answer, as the front server sends it on."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    method = "POST" if call.body else "GET"
    connection.request(method, call.path, call.body() if call.body else None, headers)
    return len(gzip.compress(connection.getresponse().read(), 6)) / 1000


def count_queries(server: Server, all_calls: list[Call]) -> list[str]:
    pages = [
        (WHO if call.who == "token" else call.who, call.path, call.who == "token",
         [call.body().decode() for _turn in range(2)] if call.body else [])
        for call in all_calls
    ]  # fmt: skip
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.queries"], cwd=ROOT,
        env=server.env | {"BENCH_PAGES": json.dumps(pages)}, stdout=subprocess.PIPE, text=True,
        check=True,
    )  # fmt: skip
    return list(json.loads(answer.stdout.strip().splitlines()[-1]))
