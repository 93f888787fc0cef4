"""How fast a list of 100,000 organisations is imported, beside reading it and inserting its rows.

Prints one line of JSON. `python -m benchmarks.import_speed [ROWS]`; it makes its own database.
"""

import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


ROWS = 100_000
PHASES = ("prepare", "read", "bare", "import")
HEADER = ["名称", "统一社会信用代码", "所属街道", "住所", "法定代表人", "成立日期", "注册资金（万元）",
          "联系电话"]  # fmt: skip


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        told: dict[str, Any] = {"rows": rows}
        for phase in PHASES:
            told |= in_own_process(phase, rows, folder)
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")


def in_own_process(phase: str, rows: int, folder: str) -> dict[str, Any]:
    """So that the memory of one phase is not that of another."""
    surroundings = {**os.environ, "CHANGLE_DATA": folder, "CHANGLE_DEMO": "1",
                    "DJANGO_SETTINGS_MODULE": "changle.site.settings"}  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.import_speed", str(rows), phase, folder],
        env=surroundings, stdout=subprocess.PIPE, check=True,
    )  # fmt: skip
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def phase(name: str, rows: int, folder: Path) -> dict[str, Any]:
    import django  # noqa: PLC0415  only a phase needs it

    django.setup()
    from benchmarks import import_phases  # noqa: PLC0415  models need what was set up

    path = folder / "list.csv"
    if name == "prepare":
        import_phases.prepare()
        write_list(path, rows, import_phases.streets())
        return {}
    begun = time.perf_counter()
    getattr(import_phases, f"{name}_list")(path, now=datetime.now(UTC))
    seconds = round(time.perf_counter() - begun, 2)
    if name == "import":
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        return {"import s": seconds, "peak MB": peak}
    return {{"read": "read s", "bare": "bare bulk insert s"}[name]: seconds}


def write_list(path: Path, rows: int, streets: list[str]) -> None:
    from changle.core.codes import uscc_check  # noqa: PLC0415  with the phases

    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(rows):
            first = f"5{number % 3 + 1}610112T{number:08d}"
            writer.writerow([
                f"样例甲乙丙{number}服务中心", first + uscc_check(first),
                streets[number % len(streets)], f"样例路 {number % 500} 号", f"样例甲{number % 97}",
                f"20{number % 20:02d}-0{number % 9 + 1}-1{number % 9}", number % 50 + 1,
                f"029-8{number % 10**7:07d}",
            ])  # fmt: skip


if __name__ == "__main__":
    if len(sys.argv) > 3:
        answer = phase(sys.argv[2], int(sys.argv[1]), Path(sys.argv[3]))
        sys.stdout.write("\n" + json.dumps(answer, ensure_ascii=False) + "\n")
    else:
        main()
