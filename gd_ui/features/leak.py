"""The leak: what changes when the statistics of a scaling are taken from all rows instead of the training rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from gd_core import SCALINGS
from gd_core.shapes import Array
from gd_ui.charts.template import Frames, one_row
from gd_ui.datasets import short
from gd_ui.features.sets import start_of
from gd_ui.features.study import Run, Study, descent, in_original_units, variant
from gd_ui.lanes import LANES


class Leak(NamedTuple):
    """One descent on rows scaled honestly and one with the leak, equally many steps of each."""

    honest: Run
    leaky: Run
    column: int
    """The column whose held-out values the leak moves most, in units of its own spread."""
    moved: float
    """How far it moves a value of that column at most, in scaled units."""

    @property
    def nbytes(self) -> int:
        """Memory of the paths."""
        return sum(run.history.path.nbytes + run.history.loss.nbytes for run in (self.honest, self.leaky))

    def held_out_losses(self, step: int) -> tuple[float, float]:
        """Return the validation losses, honest and leaky, after a step; -1 is the last."""
        losses = []
        for run in (self.honest, self.leaky):
            assert run.history.validation_loss is not None  # every set of this lesson holds rows out
            losses.append(float(run.history.validation_loss[0, step]))
        return losses[0], losses[1]

    @property
    def same_line(self) -> bool:
        """Whether both have the same least-squares fit: a linear model undoes any scaling."""
        honest, leaky = (in_original_units(run.variant.best, run.variant) for run in (self.honest, self.leaky))
        return bool(np.allclose(honest, leaky, rtol=1e-6, atol=1e-9 * float(np.abs(honest).max())))


def leak(study: Study) -> Leak:
    """Fit the scaling twice and descend twice, at the one rate for all or each at its own best."""
    data, settings = study.data, study.settings
    x, scaler = data.x, SCALINGS[settings.scaling]
    everything = np.concatenate([data.train, data.validation])
    start = start_of(settings.data)
    honest = study.runs[-1]
    seen = variant("leaky", LANES[2], scaler(x[everything]), data, start)
    moved = np.abs(seen.scaler.apply(x[data.validation]) - honest.variant.scaler.apply(x[data.validation])).max(axis=0)
    column = int(moved.argmax())
    leaky = descent(seen, settings.learning_rate or seen.own_best, settings.steps)
    return Leak(honest, leaky, column, float(moved[column]))


def leak_frames(found: Leak, study: Study) -> Frames:
    """Return the held-out values of the column that moves most, scaled both ways."""
    rows = study.data.x[study.data.validation]
    honest, leaky = (run.variant.scaler.apply(rows)[:, found.column] for run in (found.honest, found.leaky))
    low, high = _ends(np.concatenate([honest, leaky]))
    this = {"left": low, "right": high, "bottom": low, "top": high}
    this_names = {"across": "scaled by training rows →", "up": "↑ scaled by all rows"}
    name = f"held-out values of {short(study.data.features[found.column])}"
    return {
        "this": one_row({**this, **this_names, "column": name}),
        "held_out": {"honest": honest.astype("f4"), "leaked": leaky.astype("f4")},
    }


def _ends(values: Array) -> tuple[float, float]:
    pad = 0.06 * float(np.ptp(values)) or 1.0
    return float(values.min()) - pad, float(values.max()) + pad
