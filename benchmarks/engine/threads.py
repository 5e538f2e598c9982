"""Threads: one for everybody. The settings must stand before NumPy is imported, so a process is started with them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "NUMBA_NUM_THREADS": "1",
    "NPROC": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "JAX_PLATFORMS": "cpu",
}
"""For the linear algebra of NumPy, PyTorch and scikit-learn, for numba, and (the last three) for JAX."""


def pinned() -> bool:
    """Return whether this process was started with the settings."""
    return all(os.environ.get(name) == value for name, value in ONE_THREAD.items())


def run_pinned(module: str, arguments: Sequence[str]) -> None:
    """Run a module in a process with one thread; end this one too, with the same code, if that one fails."""
    command = [sys.executable, "-m", module, *arguments]
    if code := subprocess.run(command, env=os.environ | ONE_THREAD, check=False).returncode:
        raise SystemExit(code)
