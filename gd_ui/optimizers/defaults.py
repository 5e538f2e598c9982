"""What PyTorch, Keras and scikit-learn have by default, and where they put things: a table of facts.

Read from torch.optim (this project's rules are tested against PyTorch's own paths), from the sources of Keras's
optimizers (keras/src/optimizers) and from sklearn.neural_network's stochastic optimizers.
"""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from gd_core import hyperparameters


class Fact(NamedTuple):
    """One setting or place, in the three libraries; None where a library has no such rule."""

    rule: str
    what: str
    torch: float | str | None
    keras: float | str | None
    sklearn: float | str | None
    ours: str = ""
    """The name of this project's setting, whose default then stands in its column."""
    here: str = ""
    """What stands there otherwise; PyTorch's if nothing is said."""


OUTSIDE, INSIDE = "outside the root", "inside the root"
FACTS = (
    Fact("momentum", "the velocity holds", "gradients", "rate × gradients", "rate × gradients"),
    Fact("momentum", "β unless given", 0.0, 0.0, 0.9, ours="momentum"),
    Fact("momentum", "Nesterov's form unless given", "no", "no", "yes", here="a rule of its own"),
    Fact("adagrad", "the sum of squares starts at", 0.0, 0.1, None),
    Fact("adagrad", "ε", 1e-10, 1e-7, None, "eps"),
    Fact("adagrad", "ε stands", OUTSIDE, INSIDE, None),
    Fact("rmsprop", "β₂ (alpha; rho)", 0.99, 0.9, None, "beta2"),
    Fact("rmsprop", "ε", 1e-8, 1e-7, None, "eps"),
    Fact("rmsprop", "ε stands", OUTSIDE, INSIDE, None),
    Fact("adam", "ε", 1e-8, 1e-7, 1e-8, "eps"),
    Fact("adam", "ε is added", "after the correction of s", "before the correction of s", "before the correction of s"),
)
"""Facts of three libraries, as of PyTorch 2.13, Keras 3 and scikit-learn 1.9."""


def facts_table() -> pd.DataFrame:
    """Return the facts as texts, and beside them what this project does."""
    rows = [
        {
            "Rule": fact.rule,
            "What": fact.what,
            "PyTorch": _text(fact.torch),
            "Keras": _text(fact.keras),
            "scikit-learn": _text(fact.sklearn),
            "Here": fact.here or _text(own_default(fact) if fact.ours else fact.torch),
        }
        for fact in FACTS
    ]
    return pd.DataFrame(rows).set_index("Rule")


def own_default(fact: Fact) -> float:
    """Return this project's default of a fact's setting."""
    return hyperparameters(fact.rule)[fact.ours]


def _text(value: float | str | None) -> str:
    if value is None:
        return "no such rule"
    return value if isinstance(value, str) else f"{value:g}"
