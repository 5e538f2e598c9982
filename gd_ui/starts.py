"""Starts: where a descent may begin, as a reader chooses or types it."""

STARTS = ("given", "drawn", "typed")
FARTHEST = 1e6
"""The largest weight a reader may start from; beyond it numbers soon leave the range of the charts."""


def parsed_start(text: str, count: int) -> tuple[float, ...] | None:
    """Return `count` numbers from a text like "0.5, -1", or None if it says anything else."""
    try:
        values = tuple(float(part) for part in text.split(","))
    except ValueError:
        return None
    good = len(values) == count and all(abs(value) <= FARTHEST for value in values)
    return values if good else None
