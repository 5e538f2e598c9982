"""gd_core: gradient descent on plain NumPy arrays, with its whole history kept.

Three ideas carry everything. Parameters are one flat row per run, theta (R, P), so optimizers are elementwise
and a learning rate (R, 1) is a sweep. Linear regression is the network with no hidden layer. A loss surface
is a run axis that never steps.

    from gd_core import Problem, Recipe, noisy_line, prepare, train

    task = prepare(Problem("line"), noisy_line())
    history = train(task.train, Recipe(learning_rate=(0.1, 0.8), epochs=50))
    history.loss        # (2, 51): two rates, the start and 50 updates
"""

from gd_core.batching import ORDERS, Batching, Plan
from gd_core.bowl import Bowl, bowl
from gd_core.chain import Chain, chain
from gd_core.curvature import REGIMES, Curvature, curvature, hessian, single_example_limit
from gd_core.data import (
    COURSE_DATA,
    Dataset,
    applicants,
    dataset,
    from_csv,
    noisy_line,
    noisy_line_start,
    thousand_points,
    three_points,
    to_csv,
)
from gd_core.descent import NEVER, History, descend, everywhere
from gd_core.experiment import Problem, Recipe, Task, prepare, train
from gd_core.fixed import only
from gd_core.gradcheck import DIFFERENCES, GradientCheck, check_gradient, numerical_gradient
from gd_core.landscapes import LANDSCAPES, Landscape
from gd_core.least_squares import least_squares
from gd_core.losses import LOSSES, Loss
from gd_core.models import ACTIVATIONS, Activation, Model, linear
from gd_core.objective import Differentiable, Objective, objective
from gd_core.optimizers import OPTIMIZERS, Optimizer, hyperparameters
from gd_core.scaling import SCALINGS, Scaler, constant_columns, original_units, scaled_units
from gd_core.schedules import SCHEDULES
from gd_core.surface import Plane, coordinate_plane, principal_plane, section, surface
from gd_core.sweep import Outcome, final_loss, sweep

__all__ = [
    "ACTIVATIONS",
    "COURSE_DATA",
    "DIFFERENCES",
    "LANDSCAPES",
    "LOSSES",
    "NEVER",
    "OPTIMIZERS",
    "ORDERS",
    "REGIMES",
    "SCALINGS",
    "SCHEDULES",
    "Activation",
    "Batching",
    "Bowl",
    "Chain",
    "Curvature",
    "Dataset",
    "Differentiable",
    "GradientCheck",
    "History",
    "Landscape",
    "Loss",
    "Model",
    "Objective",
    "Optimizer",
    "Outcome",
    "Plan",
    "Plane",
    "Problem",
    "Recipe",
    "Scaler",
    "Task",
    "applicants",
    "bowl",
    "chain",
    "check_gradient",
    "constant_columns",
    "coordinate_plane",
    "curvature",
    "dataset",
    "descend",
    "everywhere",
    "final_loss",
    "from_csv",
    "hessian",
    "hyperparameters",
    "least_squares",
    "linear",
    "noisy_line",
    "noisy_line_start",
    "numerical_gradient",
    "objective",
    "only",
    "original_units",
    "prepare",
    "principal_plane",
    "scaled_units",
    "section",
    "single_example_limit",
    "surface",
    "sweep",
    "thousand_points",
    "three_points",
    "to_csv",
    "train",
]
