"""Comparison: one workload, the engine and its peers in turn, every peer's answer held against the engine's first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from benchmarks.engine.answer import AGREEMENT, distance
from benchmarks.engine.case import Case
from benchmarks.engine.peers import FAMILIES, Peer, Peers, Work
from benchmarks.engine.timing import Spread, in_turn, spread
from benchmarks.engine.workloads import Workload

OURS = "gd_core"


class Row(NamedTuple):
    """One contender on one workload."""

    workload: str
    label: str
    keeps: str = ""
    seconds: Spread | None = None
    """For the whole workload; None for a contender that was not timed."""
    ratio: Spread | None = None
    """Its time over ours, round by round."""
    goal: float | None = None
    """What the ratio should be at least."""
    note: str = ""

    @property
    def holds(self) -> bool | None:
        """Whether the goal is reached; None without a goal or a time."""
        return None if self.goal is None or self.ratio is None else self.ratio.median >= self.goal


def installed() -> dict[str, Peers]:
    """Import the peers of every library that is installed, by the library's name."""
    return {name: family.peers() for name, family in FAMILIES.items() if family.installed}


def compared(name: str, workload: Workload, found: Mapping[str, Peers], rounds: int) -> Iterator[Row]:
    """Time a workload against the peers found and yield our row, then theirs, then those that a goal names in vain."""
    case = workload.case
    works: dict[str, Work] = {OURS: case.ours}
    shares, rows = {OURS: 1.0}, [Row(name, OURS, "path, loss" if name[:2] != "W5" else "surface")]
    for peer in [peer for peers in found.values() for peer in peers.get(name, ())]:
        part = peer.part(case)
        work = peer.prepare(part)
        note, agrees = _examined(peer, part, case, work)
        rows.append(Row(name, peer.label, peer.keeps, goal=workload.goals.get(peer.label), note=note))
        if agrees:
            works[peer.label], shares[peer.label] = work, case.size / part.size
    taken = in_turn(works, rounds)
    for row in rows:
        if row.label in taken:
            whole = taken[row.label] * shares[row.label]
            ratio = None if row.label == OURS else spread(whole / taken[OURS])
            row = row._replace(seconds=spread(whole), ratio=ratio)
        yield row
    for label in [label for label in workload.goals if label not in {row.label for row in rows}]:
        yield Row(name, label, goal=workload.goals[label], note="absent: not installed")


def _examined(peer: Peer, part: Case, case: Case, work: Work) -> tuple[str, bool]:
    """Hold a peer's answer against ours; return what to say of it, and whether it may be timed."""
    notes = [f"timed over {part.timed} of {case.timed}"] if part.size != case.size else []
    notes += [peer.note] if peer.note else []
    if peer.yardstick:
        return "; ".join(notes), True
    apart = distance(part.ours(), work())
    agrees = apart <= AGREEMENT
    notes.append(f"equal to {apart:.0e}" if agrees else f"REFUSED: its answer differs by {apart:.0e}")
    return "; ".join(notes), agrees
