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


def described() -> str:
    """Return the sentences that belong above a table."""
    threads = ", ".join(f"{name}={value}" for name, value in ONE_THREAD.items())
    return (
        f"{date.today():%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}.\n"
        f"{versions()}.\n"
        f"One thread, set before NumPy is imported: {threads}.\n"
        "float64 throughout. Medians of rounds in which all take their turn, quartiles in brackets; processor seconds, "
        "all threads counted."
    )
