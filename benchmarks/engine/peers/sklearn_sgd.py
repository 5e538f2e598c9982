"""scikit-learn: SGDRegressor without penalty and at a constant rate is plain stochastic descent.

Its loss is (p - y)²/2, so its rate is twice ours.
"""

from __future__ import annotations

import numpy as np
from sklearn.linear_model import SGDRegressor

from benchmarks.engine.answer import Answer
from benchmarks.engine.case import Descent
from benchmarks.engine.peers import Peer, Peers, Work


def regressor(case: Descent) -> SGDRegressor:
    """Return one that does not shuffle, as it cannot be told an order; shuffling does not take it longer."""
    rate, epochs = 2 * float(case.rates[0]), case.recipe.epochs
    return SGDRegressor(
        penalty=None, learning_rate="constant", eta0=rate, max_iter=epochs, tol=None, shuffle=False, average=False
    )


def fit(case: Descent) -> Work:
    """All updates in one compiled call, which keeps the last parameters only."""
    x, y = np.ascontiguousarray(case.objective.x), case.target.copy()

    def work() -> Answer:
        model = regressor(case).fit(x, y)
        return Answer(np.append(model.coef_, model.intercept_)[None, None])

    return work


def partial_fit(case: Descent) -> Work:
    """One call per update, the parameters read after each."""
    x, y, rows = case.objective.x, case.target, case.rows[0, :, 0].tolist()

    def work() -> Answer:
        model = regressor(case)
        path = [case.start]
        for i in rows:
            model.partial_fit(x[i : i + 1], y[i : i + 1])
            path.append(np.append(model.coef_, model.intercept_))
        return Answer(np.array(path)[None])

    return work


COMPILED = Peer(
    "scikit-learn fit", fit, "the end", lambda case: case.in_stored_order(), "compared in the order it reads, as stored"
)
PEERS: Peers = {
    "W1": [Peer("scikit-learn partial_fit", partial_fit, "path", lambda case: case.of_epochs(2)), COMPILED],
    "W2": [Peer("scikit-learn partial_fit", partial_fit, "path", lambda case: case.of_epochs(5)), COMPILED],
}
