"""The clock of a race: at which update does each method stand when the player has read so many examples?

The player counts examples read, the same for all methods. A method's update follows by arithmetic, as in
gd_core.batching: an epoch of n examples is cut into batches of `size`, the last one short. A method's data hold one
entry per update, so the current one is found by index, which costs the same for ten entries and for ten thousand.
"""

from gd_ui.charts.template import STEP, first
from gd_ui.charts.trail import columns
from gd_ui.methods import BATCH, MINI_BATCH, Method


def size(method: Method) -> str:
    """Return the expression for the examples this method reads per update."""
    if method is BATCH:
        return first("this", "n", 1)
    return first("this", "size", 1) if method is MINI_BATCH else "1"


def update(method: Method) -> str:
    """Return the parameter that holds the method's last update."""
    return f"update_{method.word}"


def seen(method: Method) -> str:
    """Return the expression for the examples read up to the method's last update."""
    n, batch = first("this", "n", 1), size(method)
    return f"(floor({STEP} / {n}) * {n} + {batch} * floor(({STEP} % {n}) / {batch}))"


def signals(method: Method, *names: str) -> dict[str, str]:
    """Return the parameters `update`, and of every packed column its list and `now`, with their expressions."""
    n, batch = first("this", "n", 1), size(method)
    at = f"floor({STEP} / {n}) * ceil({n} / {batch}) + floor(({STEP} % {n}) / {batch})"
    return {update(method): at} | columns(method.word, update(method), *names)


def until_next(method: Method) -> str:
    """Return the expression for how many examples are read before the method's next update."""
    n, batch = first("this", "n", 1), size(method)
    return f"min({batch} - ({STEP} % {n}) % {batch}, {n} - {STEP} % {n})"


def batch_in_use() -> tuple[str, str]:
    """Return expressions for where, in reading order, the last finished mini-batch starts and ends."""
    n, batch = first("this", "n", 1), size(MINI_BATCH)
    place = f"({STEP} % {n})"
    end = f"({STEP} - {place} + {batch} * floor({place} / {batch}))"
    length = f"((({end} - 1) % {n}) % {batch} + 1)"
    return f"max(0, {end} - {length})", end
