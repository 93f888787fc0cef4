"""Cost per page and call as multiples of an empty view of the same server, in one run.

bin/bench              ×1 on SQLite
bin/bench --only venues --sizes 1 13   the calls of shared rooms alone; or activities, figures, pages
bin/bench --all        ×1 and ×13, SQLite and PostgreSQL, import, start and memory; writes RESULTS.md
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.activities import measure_activities
from benchmarks.figures import measure_figures
from benchmarks.server import ROOT, Measure, Server, ask
from benchmarks.venues import measure_venues


EMPTY = "/healthz"
TABLES = ("T1", "T9", "T10", "A1", "A2", "T15", "T16")
PAGES = [  # path, who, goal as a multiple of the empty view (None: none set)
    ("公众名录 40 行", "/organisations/", "", 9.0),
    ("公众首页", "/", "", None),
    ("组织公开页", "/organisations/{organisation}/", "", 12.0),
    ("区总览", "/desk/overview/", "qu", 20.0),
    ("街道总览", "/desk/overview/", "jie-zhangjiabu", 20.0),
    ("工作台名录 40 行", "/desk/organisations/", "qu", 9.0),
    ("组织页", "/desk/organisations/{organisation}/", "qu", 12.0),
    ("名录检索“舞蹈”", "/desk/organisations/?q=%E8%88%9E%E8%B9%88", "qu", None),
    ("批量审核备案 50 份", "/desk/filings/review/", "jie-zhangjiabu", 20.0),
    ("信用与等级（组织）", "/desk/organisations/{organisation}/credit/", "qu", None),
    ("人员（组织）", "/desk/organisations/{organisation}/people/", "qu", None),
    ("接口 organisations 50 条", "/api/v1/organisations?limit=50", "token", 8.0),
    (
        "接口 registered by street",
        "/api/v1/indicators/registry.registered?by=street",
        "token",
        None,
    ),
    *((f"全区报表 {table}", f"/desk/figures/report/{table}/", "qu", 20.0) for table in TABLES),
    (
        "自选统计",
        "/desk/figures/explore/?code=registry.filed&code=registry.filings&rows=place",
        "qu",
        None,
    ),
    ("大屏", "/desk/wall/", "qu", 20.0),
    ("孵化看板 50 家", "/desk/incubation/", "qu", None),
    ("漏斗与批次", "/desk/incubation/funnel/", "qu", None),
    ("接口 incubatees 50 条", "/api/v1/incubatees?limit=50", "token", 8.0),
]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only", choices=("pages", "venues", "activities", "figures"), default="")
    parser.add_argument("--sizes", type=int, nargs="+", default=[])
    parser.add_argument("--requests", type=int, default=240)
    parser.add_argument("--database", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    sizes = chosen.sizes or ([1, 13] if chosen.all else [1])
    sections = [run_size(size, chosen.database, chosen.requests, chosen.only) for size in sizes]
    if chosen.all:
        sections.append(import_speed())
        RESULTS.write_text(HEAD.format(machine=machine()) + "\n".join(sections), "utf-8")
    sys.stdout.write("\n".join(sections))


RESULTS = ROOT / "benchmarks" / "RESULTS.md"
HEAD = """# Results

Made by `bin/bench --all`. Processor time per request is that of all server processes, from the
system's own accounting;
**ratio** is its multiple of an empty view (`{empty}`, through all middleware) of the same server in the same run.
Machines differ and so do runs:
read the ratios, not the milliseconds.

{{machine}}

""".format(empty=EMPTY)


def machine() -> str:
    cpu = next(
        (
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        "?",
    )
    return f"Machine: {os.cpu_count()} cores, {cpu}; Python {platform.python_version()}."


def run_size(times: int, database: str, requests: int, only: str) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with Server(folder, database=database) as server:
            first = server.seconds_to_first_page
        if times > 1:
            subprocess.run(
                [sys.executable, "-m", "benchmarks.scale", str(times)],
                cwd=ROOT,
                env=server.env,
                check=True,
            )
        with Server(folder, database=database) as server:
            second = server.seconds_to_first_page
            figures = []  # first: what other sections put in by the thousand is no real record
            if only == "figures" or (not only and times == 1):
                figures = measure_figures(server)
            rows, memory = measure(server, requests) if only in {"", "pages"} else ([], 0.0)
            venues = []
            if only in {"", "venues"}:
                venues += measure_venues(server, requests, EMPTY, times)
            if only in {"", "activities"}:
                venues += measure_activities(server, requests, EMPTY)
    engine = "PostgreSQL" if database else "SQLite"
    if only in {"venues", "activities", "figures"}:
        return "\n".join([f"## ×{times}, {engine}", "", *figures, *venues])
    lines = [
        f"## ×{times}, {engine}", "",
        "| page or call | queries | CPU ms | ratio | goal | p50 / p95 ms, 1 client | p50 / p95 ms, 8 clients | req/s, 8 clients |",
        "|---|---:|---:|---:|---:|---:|---:|---:|", *rows, "",
        f"First start with the sample district {first:.1f} s, second start {second:.1f} s to the first page; "
        f"{memory:.0f} MB after the run (proportional set size of server, workers and background worker).", "",
        *figures, *venues,
    ]  # fmt: skip
    return "\n".join(lines)


def measure(server: Server, requests: int) -> tuple[list[str], float]:
    token = server.manage("token", "qu").strip().splitlines()[-1]
    server.manage("shell", "-v0", "-c", FIFTY)
    organisation = server.manage("shell", "-v0", "-c", FIRST).strip().splitlines()[-1]
    counted = count_queries(server, organisation)
    jars = {name: server.sign_in(name) for name in ("qu", "jie-zhangjiabu")}
    headers = {"": {}, "token": {"Authorization": f"Bearer {token}"}}
    headers |= {name: {"Cookie": jar} for name, jar in jars.items()}
    ask(server, EMPTY, {}, clients=4, requests=80)
    empty = ask(server, EMPTY, {}, clients=1, requests=max(400, requests))
    crowd = ask(server, EMPTY, {}, clients=8, requests=max(400, requests))
    rows = [row("空视图 " + EMPTY, "0", empty, crowd, empty, None)]
    for (label, path, who, goal), queries in zip(PAGES, counted, strict=True):
        path = path.format(organisation=organisation)
        ask(server, path, headers[who], clients=4, requests=24)
        alone = ask(server, path, headers[who], clients=1, requests=requests)
        crowd = ask(server, path, headers[who], clients=8, requests=requests)
        rows.append(row(label, queries, alone, crowd, empty, goal))
    return rows, server.megabytes()


# Fifty applications that wait for one street: those of the sample, and copies of the first.
FIFTY = """
from changle.ground.filing.models import Filing
waiting = list(Filing.objects.filter(state='street_review').order_by('pk'))
rows = []
for number in range(50 - len(waiting)):
    row = Filing.objects.get(pk=waiting[0].pk)
    row.pk, row.name = None, f'测速{number}号合唱队'
    rows.append(row)
Filing.objects.bulk_create(rows)
"""


FIRST = (
    "from changle.ground.registry.models import Organisation as O;"
    "print(O.objects.filter(short_name='秋文社工').values_list('pk', flat=True)[0])"
)


def count_queries(server: Server, organisation: str) -> list[str]:
    pages = [
        (
            "qu" if who == "token" else who,
            path.format(organisation=organisation),
            who == "token",
            [],
        )
        for _label, path, who, _goal in PAGES
    ]
    env = server.env | {"BENCH_PAGES": json.dumps(pages)}
    answer = subprocess.run(
        [sys.executable, "-m", "benchmarks.queries"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    return list(json.loads(answer.stdout.strip().splitlines()[-1]))


def row(
    label: str, queries: str, alone: Measure, crowd: Measure, empty: Measure, goal: float | None
) -> str:
    ratio = alone.cpu_ms / empty.cpu_ms
    told = "" if goal is None else f"≤ {goal:g}{'' if ratio <= goal else ' ✗'}"
    return (
        f"| {label} | {queries} | {alone.cpu_ms:.2f} | {ratio:.1f} | {told} | {alone.median_ms:.1f} / {alone.p95_ms:.1f} "
        f"| {crowd.median_ms:.1f} / {crowd.p95_ms:.1f} | {crowd.per_second:.0f} |"
    )


def import_speed() -> str:
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        env = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | {"CHANGLE_DATA": name}
        answer = subprocess.run(
            [sys.executable, "-m", "benchmarks.import_speed"],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            check=True,
        )
    told = json.loads(answer.stdout.strip().splitlines()[-1])
    lines = ["## Import of a spreadsheet", "", "| what | value |", "|---|---:|"]
    lines += [f"| {key} | {value} |" for key, value in told.items()]
    return "\n".join([*lines, "", f"Measured in {time.perf_counter() - begun:.0f} s.", ""])


if __name__ == "__main__":
    main()
