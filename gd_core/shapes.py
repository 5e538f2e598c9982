"""Shape letters and array types that every module of the core shares.

    R  runs        independent descents computed side by side
    T  steps       updates of one run; a history has T + 1 entries, entry 0 is the start
    N  examples    rows of a data set
    B  batch       rows used by one update
    D  features    input columns
    K  outputs     target columns
    P  parameters  weights and biases of a model, laid out as one flat row

The run axis R always comes first and is always there, even for one run: comparing is the normal case here.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.intp] | slice
"""Which examples: a slice, indices (B,) shared by all runs, or indices (R, B) with one row per run."""

FULL: slice = slice(None)
"""All examples, in their stored order."""
