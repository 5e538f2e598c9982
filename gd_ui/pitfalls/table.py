"""The table of pitfalls: the nine errata of the course, and three that catch everybody sooner or later.

The names are symptoms, because they can be read before the reader has guessed. A new pitfall is one entry here, a
faulty function with the right one beside it, and a study of both.
"""

from __future__ import annotations

from gd_ui.pitfalls import (
    batch_code,
    batches,
    choice_code,
    choices,
    frozen,
    gradient_code,
    orders,
    report_code,
    reports,
    tuning,
)
from gd_ui.pitfalls import gradient as gradients
from gd_ui.pitfalls.pitfall import Answer, Pitfall

_RATE = Answer("rate", "The learning rate is too large for this loss.")
_SIGN = Answer("sign", "A sign is wrong: the step goes uphill.")

PITFALLS: dict[str, Pitfall] = {
    pitfall.name: pitfall
    for pitfall in (
        Pitfall(
            "lopsided path", "a misspelled argument freezes a slope", "Erratum E1, course text C",
            gradient_code.two_weights_faulty, gradient_code.two_weights_right, frozen.frozen,
            (
                _RATE,
                Answer("scale", "The two columns were not scaled to a common range."),
                Answer("frozen", "One weight is moved by the same stale slope at every update."),
                _SIGN,
            ),
            "frozen",
        ),
        Pitfall(
            "rising loss", "a broadcast turns the weights into a table", "Erratum E2, course text C",
            gradient_code.mini_batches_faulty, gradient_code.mini_batches_right, gradients.broadcast,
            (
                Answer("shape", "The gradient has another shape than the weights it is taken from."),
                _RATE,
                _SIGN,
                Answer("short", "The short last batch of each epoch throws the run off."),
            ),
            "shape",
        ),
        Pitfall(
            "half speed", "the gradient is that of half the loss reported", "Erratum E3, course text C",
            gradient_code.all_weights_faulty, gradient_code.all_weights_right, gradients.half_gradient,
            (
                Answer("part", "The step is taken from a part of the rows only."),
                _RATE,
                _SIGN,
                Answer("half", "The slope applied does not belong to the loss that is reported."),
            ),
            "half",
        ),
        Pitfall(
            "rows never read", "a slice ends early, a batch is used twice", "Erratum E4, course text C",
            batch_code.two_batches_faulty, batch_code.two_batches_right, batches.slices,
            (
                Answer("zero", "The slices begin at one, so the first row is left out."),
                Answer("end", "The second slice is a row short, and the loop never uses it."),
                Answer("mean", "The step is divided by another number than the rows of its batch."),
                Answer("third", "The loop goes on to rows of a third batch."),
            ),
            "end",
        ),
        Pitfall(
            "spikes", "the short last batch weighs as much as a full one", "Erratum E5, course text C",
            batch_code.epochs_faulty, batch_code.epochs_right, batches.short_batch,
            (
                _RATE,
                Answer("order", "Every epoch reads the rows in the same order."),
                Answer("sum", "The loss is a sum over the batch, so it grows with the batch."),
                Answer("short", "The last batch of an epoch has a handful of rows and counts like the others."),
            ),
            "short",
        ),
        Pitfall(
            "stuck between", "broadcasting hides a target of the wrong shape", "Erratum E6, course text D",
            report_code.train_network_faulty, report_code.train_network_right, reports.two_targets,
            (
                Answer("column", "The targets stand in a column, the outputs in a row."),
                Answer("rate", "The learning rate is too small to get anywhere."),
                Answer("small", "The network is too small for two different outputs."),
                Answer("start", "Both outputs start alike, and nothing can tell them apart."),
            ),
            "column", own_rows=False,
        ),
        Pitfall(
            "twin runs", "a “random” mini-batch in order", "Erratum E7, course text D",
            batch_code.random_batches_faulty, batch_code.random_batches_right, orders.twin_runs,
            (
                Answer("seed", "All runs were given the same seed."),
                Answer("full", "Every update reads all rows, so chance has nothing to decide."),
                Answer("order", "The rows are never drawn: every epoch takes them as they are stored."),
                Answer("still", "The weights do not move at all."),
            ),
            "order", own_rows=False,
        ),
        Pitfall(
            "odd error", "the mean of squares is called root mean square", "Erratum E8, course text A",
            report_code.root_mean_square_faulty, report_code.root_mean_square_right, reports.missing_root,
            (
                _RATE,
                Answer("root", "What is reported is no root: it is the mean of the squares."),
                Answer("sum", "The squares are added up and never averaged."),
                Answer("half", "The slope belongs to another loss."),
            ),
            "root", own_rows=False,
        ),
        Pitfall(
            "slow escape", "two limits of sections hide the joint one", "Erratum E9, course text B",
            choice_code.descend_faulty, choice_code.descend_right, choices.two_limits,
            (
                Answer("alone", "The rate is too large even for one parameter moved alone."),
                Answer("gradient", "The gradient is wrong."),
                Answer("joint", "The limit is taken from one parameter at a time, and both move together."),
                Answer("start", "The start is too far from the solution."),
            ),
            "joint", own_rows=False,
        ),
        Pitfall(
            "typing error", "data leakage: the scaling has seen the held-out rows", "A classic, not in the course",
            choice_code.scaled_faulty, choice_code.scaled_right, choices.leak,
            (
                Answer("chance", "The two runs differ by chance: something is drawn at random."),
                Answer("leak", "Held-out rows take part in preparing the training rows."),
                _RATE,
                Answer("fits", "The descent goes up instead of down."),
            ),
            "leak",
        ),
        Pitfall(
            "sawtooth", "no shuffle on sorted data", "A classic, not in the course",
            batch_code.in_batches_faulty, batch_code.in_batches_right, orders.sawtooth,
            (
                Answer("short", "The short last batch of each epoch throws the run off."),
                _RATE,
                Answer("sorted", "The rows are stored in order of their target and read in that order."),
                Answer("unscaled", "The columns are not scaled to a common range."),
            ),
            "sorted",
        ),
        Pitfall(
            "lucky rate", "a rate tuned on the loss of the last batch", "A classic, not in the course",
            report_code.best_rate_faulty, report_code.best_rate_right, tuning.lucky_rate,
            (
                Answer("limit", "Rates beyond the stable limit were tried."),
                Answer("short", "The runs are too short for any rate to come down."),
                Answer("coarse", "The rates tried lie too far apart."),
                Answer("last", "A rate is scored on a few rows only, those of the last batch."),
            ),
            "last",
        ),
    )
}  # fmt: skip
"""By name, in the order of the list."""
