"""The clock of a race: at which update does each method stand when the player has read so many examples?

The player counts examples read, the same for all methods. A method's update follows by arithmetic, as in
gd_core.batching: an epoch of n examples is cut into batches of `size`, the last one short. A method's data hold one row
per update, so its current row is found by index, which costs the same for ten rows and for ten thousand; a filter would
visit every row at every frame.
"""

from gd_ui.charts.template import STEP, first
from gd_ui.methods import BATCH, MINI_BATCH, Method


def size(method: Method) -> str:
    """Return the expression for the examples this method reads per update."""
    if method is BATCH:
        return first("this", "n", 1)
    return first("this", "size", 1) if method is MINI_BATCH else "1"


def update(method: Method) -> str:
    """Return the parameter that holds the method's last update."""
    return f"update_{_word(method)}"


def row(method: Method) -> str:
    """Return the parameter that holds the method's data row at that update, or at its last drawable one."""
    return f"row_{_word(method)}"


def signals(method: Method) -> dict[str, str]:
    """Return both parameters with their expressions, for the data `this` and those named after the method."""
    n, batch = first("this", "n", 1), size(method)
    at = f"floor({STEP} / {n}) * ceil({n} / {batch}) + floor(({STEP} % {n}) / {batch})"
    rows = f"data('{method.name}')"
    return {update(method): at, row(method): f"{rows}[min({update(method)}, length({rows}) - 1)]"}


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


def _word(method: Method) -> str:
    return method.name.replace("-", "_")
