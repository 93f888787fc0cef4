"""What is on, sign-ups, check-ins, lists and the year's figures; 500 people for 50 places."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections import Counter
from itertools import count
from typing import Any

from benchmarks.server import ROOT, Server
from benchmarks.venues import Call, measure_calls


WHO = "zuzhi-qiuwen"
CREATED, REPEATED = 201, 200
CLIENTS, CROWD = 32, 500
CROSS_MS, XLSX_S = 50, 0.8


def furnish(server: Server) -> dict[str, Any]:
    told = subprocess.run(
        [sys.executable, "-m", "benchmarks.gather"],
        cwd=ROOT, env=server.env, check=True, stdout=subprocess.PIPE, text=True,
    ).stdout  # fmt: skip
    return dict(json.loads(told.strip().splitlines()[-1]))


numbers = count(1)


def person() -> bytes:
    number = next(numbers)
    told = {"name": f"测速{number}", "phone": f"186{number:08d}", "agrees": True}
    return json.dumps(told).encode()


def calls(about: dict[str, Any]) -> list[Call]:
    codes = iter(about["codes"])
    again = about["codes"][-1]
    door = f"/api/v1/sessions/{about['door']}/check-ins"

    def scan() -> bytes:
        return json.dumps({"code": next(codes)}).encode()

    return [
        Call(label="报名成功", path=f"/api/v1/sessions/{about['open']}/sign-ups", who="token", goal=14,
             body=person, status=CREATED),
        Call(label="签到", path=door, who="token", goal=8, body=scan, status=CREATED),
        Call(label="重复签到", path=door, who="token", goal=8, status=REPEATED,
             body=lambda: json.dumps({"code": again}).encode()),
        Call(label="活动页", path=f"/activities/{about['open']}/", who="", goal=7),
        Call(label="近期活动 20 场", path="/activities/", who="", goal=10),
        Call(label="接口 sessions 50 条", path="/api/v1/sessions?limit=50", who=""),
    ]  # fmt: skip


def measure_activities(server: Server, requests: int, empty: str) -> list[str]:
    told = furnish(server)
    token = server.manage("token", WHO).strip().splitlines()[-1]
    headers = {"": {}, "token": {
        "Authorization": f"Bearer {token}", "Content-Type": "application/json"}}  # fmt: skip
    rows, bases = measure_calls(server, calls(told), headers, requests, empty)
    wall, spent = told["xlsx"]
    slow = "" if spent <= XLSX_S else " ✗"
    crossed = "，".join(
        f"{code.partition('.')[2]} {ms:.1f}{'' if ms <= CROSS_MS else ' ✗'}"
        for code, ms in told["crossed"].items()
    )
    return [
        f"### 活动（空视图 {min(bases):.2f}–{max(bases):.2f} ms）", "",
        "| page or call | queries | CPU ms | ratio | goal | kB, gzip | goal | p50 / p95 ms, 1 client | … 8 clients | req/s |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|", *rows, "",
        f"5,000 attendees to XLSX: {spent:.2f} s of processor time, {wall:.2f} s (goal ≤ {XLSX_S} s{slow}).", "",
        f"Year of the district by street × month, milliseconds, nothing kept (goal ≤ {CROSS_MS}): {crossed}.", "",
        crowd(server, told, headers["token"]), "",
    ]  # fmt: skip


def crowd(server: Server, about: dict[str, Any], headers: dict[str, str]) -> str:
    """500 people for 50 places from 32 clients; bounded, loopback only."""
    path, states, lock = (
        f"/api/v1/sessions/{about['fifty']}/sign-ups",
        Counter[str](),
        threading.Lock(),
    )
    line = iter([person() for _each in range(CROWD)])

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        while True:
            with lock:
                body = next(line, None)
            if body is None:
                return
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            told = json.loads(answer.read())
            with lock:
                states[told.get("state", str(answer.status))] += 1

    spent, begun = server.cpu_seconds(), time.perf_counter()
    threads = [threading.Thread(target=client) for _each in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    elapsed, spent = time.perf_counter() - begun, server.cpu_seconds() - spent
    right = states == {"confirmed": about["capacity"], "waitlisted": CROWD - about["capacity"]}
    return (
        f"{CROWD} people for {about['capacity']} places from {CLIENTS} clients: "
        f"{dict(states)}{'' if right else ' ✗'} in {elapsed:.1f} s ({CROWD / elapsed:.0f} a second, "
        f"{spent * 1000 / CROWD:.1f} ms of processor time each)."
    )
