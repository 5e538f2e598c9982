"""Where and with what the figures were measured: date, processor, versions. No names of hosts or folders."""

from __future__ import annotations

import os
import platform
from datetime import date
from pathlib import Path

from benchmarks.engine.peers import FAMILIES
from benchmarks.engine.threads import ONE_THREAD

CPUINFO = Path("/proc/cpuinfo")


def processor() -> str:
    """Return the processor's name."""
    if CPUINFO.is_file():
        for line in CPUINFO.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> str:
    """Return what is installed, and say what is not."""
    found = [f"{name} {family.version}" if family.installed else f"{name} absent" for name, family in FAMILIES.items()]
    return ", ".join([f"Python {platform.python_version()}", *found])


def place() -> str:
    """Return date and machine, and that there was one thread."""
    cores = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    return f"{date.today():%Y-%m-%d}, {processor()}, {cores}; one thread, float64"


def busy() -> str:
    """Return how busy the machine is with other work, where it can tell."""
    return f"Load of the machine before the start: {os.getloadavg()[0]:.1f}.\n" if hasattr(os, "getloadavg") else ""


def described(rounds: int) -> str:
    """Return the sentences that belong above a table of so many rounds."""
    threads = ", ".join(f"{name}={value}" for name, value in ONE_THREAD.items())
    return (
        f"{place()}.\n"
        f"{versions()}.\n"
        f"{busy()}"
        f"Threads, set before NumPy is imported: {threads}.\n"
        f"Medians of {rounds} rounds in which all take their turn, quartiles in brackets; processor seconds of all "
        "threads.\n"
        "Times ours: the other's time over the engine's, round by round; above 1 the engine is faster, and at 0.25 the "
        "other is four times as fast.\n"
        "The engine draws the order of the rows while it is timed; the others are told theirs before, and are compiled."
    )
