#!/usr/bin/env python3
# A tiny run of tools/bench-peers: every peer brings up all of its guests in every part, and each
# line of chapter 14 has its figure. How long anything took is not looked at.
# usage: peers_test.py BUILD
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUESTS, WIDTH = 6, 2
FIGURES = {"guests/s over the floor's", "guests/s over xargs's", "guests/s over asyncio's",
           "own CPU over the floor's", "makespan over the best possible",
           "resident per guest in flight", "peak however long the feed", "start-up to first spawn"}


def run(build, directory):
    file = pathlib.Path(directory, "figures.json")
    subprocess.run([ROOT / "tools/bench-peers", "--guests", str(GUESTS), "--widths", str(WIDTH),
                    "--repeat", "1", "--as-built", "--build", build, "--json", file], check=True)
    return json.loads(file.read_text())


def main():
    with tempfile.TemporaryDirectory() as directory:
        record = run(sys.argv[1], directory)
    peers = {"floor", "smolfleet", "xargs", "parallel", "asyncio"} - set(record["left_out"])
    assert set(record["left_out"]) <= {"parallel"}, record["left_out"]
    for part in ("speed", "makespan"):
        runs = {run["peer"]: run for run in record["runs"] if run["part"] == part}
        assert set(runs) == peers, (part, sorted(runs))
        for peer, run_of_peer in runs.items():
            assert run_of_peer["guests"] == run_of_peer["done"] == GUESTS, run_of_peer
            assert run_of_peer["own_cpu_s"] <= run_of_peer["all_cpu_s"] + 0.02, (peer, run_of_peer)
    figures = {line["figure"] for line in record["chapter_14"]}
    assert figures - {"guests/s over parallel's"} == FIGURES, figures
    if record["left_out"]:
        print("GNU parallel is not installed: not tried (tools/install-deps --bench)")


if __name__ == "__main__":
    main()
