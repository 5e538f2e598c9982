"""Print the table and what goes with it. Start it with `python -m benchmarks engine`, which pins the threads first."""

from __future__ import annotations

import argparse
from pathlib import Path

from benchmarks.engine import cold, growth, machine, promises
from benchmarks.engine.comparison import compared, installed
from benchmarks.engine.table import HEAD, line
from benchmarks.engine.threads import pinned
from benchmarks.engine.workloads import WORKLOADS

CHART = Path("growth.html")


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks engine", description="Time the engine and its peers.")
    parser.add_argument("--only", help="some workloads, such as W1,W6; then nothing else is measured")
    parser.add_argument("--rounds", type=int, default=7, help="how often each takes its turn, once at least (7)")
    parser.add_argument(
        "--chart", type=Path, default=CHART, help=f"file for the chart of growth, .html or .json ({CHART})"
    )
    options = parser.parse_args()
    if not pinned():
        parser.error("threads are not pinned; start it with python -m benchmarks engine")
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1; got {options.rounds}")
    if options.chart.suffix not in (".html", ".json"):
        parser.error(f"--chart must end in .html or .json; got {options.chart}")
    names = [name for name in WORKLOADS if options.only is None or name.split()[0] in options.only.split(",")]
    if not names:
        parser.error(
            f"--only must name some of {sorted({name.split()[0] for name in WORKLOADS})}; got {options.only!r}"
        )
    print(machine.described(options.rounds))
    for name in names:
        print(f"{name}: {WORKLOADS[name].title}")
    print(f"\n{HEAD}")
    found, goals = installed(), []
    for name in names:
        for row in compared(name, WORKLOADS[name], found, options.rounds):
            print(line(row), flush=True)
            goals += [] if row.holds is None else [row.holds]
    print(f"\n{sum(goals)} of {len(goals)} goals of this table hold.")
    if options.only is None:
        print()
        promises.main()
        cold.main()
        growth.main(options.chart)


if __name__ == "__main__":
    main()
