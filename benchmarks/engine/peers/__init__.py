"""Peers: the same work in what people would use instead, each written as its own users would write it.

A peer is told everything beforehand: the arrays in its own form, the order of the rows, the compiled code. Only the
work itself is timed. What a peer keeps of a run is said in its row; none keeps more than the engine.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from importlib.util import find_spec
from typing import Any, NamedTuple

from benchmarks.engine.answer import Answer

Work = Callable[[], Answer]


class Peer(NamedTuple):
    """Another way to do the work of a case."""

    label: str
    prepare: Callable[[Any], Work]
    """Gets a case ready and returns the work to be timed."""
    keeps: str
    """What it has of the run in the end."""
    part: Callable[[Any], Any] = lambda case: case
    """The part of the case it is timed on, where the whole takes too long and every update costs the same."""
    note: str = ""
    yardstick: bool = False
    """Whether it is a measure to hold the engine against, with no answer of its own."""


Peers = Mapping[str, Sequence[Peer]]
"""By the name of a workload."""


class Family(NamedTuple):
    """The peers that one library makes possible."""

    library: str
    """What to import."""
    package: str
    """What to install."""
    module: str

    @property
    def installed(self) -> bool:
        """Whether the library is there; nothing is imported."""
        return find_spec(self.library) is not None

    @property
    def version(self) -> str:
        """The version installed."""
        return version(self.package)

    def peers(self) -> Peers:
        """Import the peers, and the library with them."""
        peers: Peers = importlib.import_module(f"{__name__}.{self.module}").PEERS
        return peers


FAMILIES = {
    "NumPy": Family("numpy", "numpy", "numpy_loop"),
    "scikit-learn": Family("sklearn", "scikit-learn", "sklearn_sgd"),
    "PyTorch": Family("torch", "torch", "torch_eager"),
    "JAX": Family("jax", "jax", "jax_scan"),
    "numba": Family("numba", "numba", "numba_loop"),
}
"""A peer's label begins with the name of its family."""
