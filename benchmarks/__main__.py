"""Run the benchmarks named on the command line, or all of them."""

import platform
import sys
from collections.abc import Sequence
from datetime import date
from importlib import import_module
from importlib.metadata import version

from benchmarks.engine.threads import run_pinned

ALL = ("rerun", "playback", "visit", "basins", "engine")


def run(name: str, options: Sequence[str] = ()) -> None:
    """Run one. Each is imported when its turn comes, so that none needs what only another one does."""
    print(f"\n{name}", flush=True)
    if name == "engine":
        run_pinned("benchmarks.engine", options)
    else:
        import_module(f"benchmarks.{name}").main()


def main(arguments: Sequence[str]) -> None:
    """Run what the arguments name, in this order; options after the names are the engine's."""
    first = next((i for i, word in enumerate(arguments) if word.startswith("-")), len(arguments))
    names, options = arguments[:first], arguments[first:]
    if unknown := set(names) - set(ALL):
        raise SystemExit(f"A benchmark must be one of {', '.join(ALL)}; got {', '.join(sorted(unknown))}.")
    if options and names != ["engine"]:
        raise SystemExit(f"Options belong to the engine's benchmark alone; got {' '.join(options)}.")
    numpy = version("numpy")
    print(f"{date.today():%Y-%m-%d}, {platform.machine()}, Python {platform.python_version()}, NumPy {numpy}")
    for name in names or ALL:
        run(name, options)


if __name__ == "__main__":
    main(sys.argv[1:])
