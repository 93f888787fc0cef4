"""Every indicator counted anew at the district and each street; every value against its rows."""

import json
import subprocess
import sys
import time

from benchmarks.server import ROOT, Server


GOAL_ALL_S, GOAL_CHECK_S = 10, 300


def measure_figures(server: Server) -> list[str]:
    told = json.loads(run(server, "-m", "benchmarks.recount").splitlines()[-1])
    begun = time.perf_counter()
    said = run(server, "-m", "changle.site.command", "check", "--figures").strip().splitlines()[-1]
    took = time.perf_counter() - begun
    return [
        "### 统计", "",
        f"All {told['indicators']} indicators of the year counted anew from their rows at the district: "
        f"{told['district']:.2f} s (goal ≤ {GOAL_ALL_S}); with {told['streets']} streets, their months "
        f"and sums kept beside them: {told['all']:.2f} s of processor time.", "",
        f"`changle check --figures`, every value of every place and month against its rows: {took:.0f} s "
        f"(goal ≤ {GOAL_CHECK_S}). {said}", "",
    ]  # fmt: skip


def run(server: Server, *words: str) -> str:
    answer = subprocess.run(
        [sys.executable, *words], cwd=ROOT, env=server.env, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return answer.stdout
