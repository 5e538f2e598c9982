"""What faulty batches do: a slice that ends early, and a short last batch that counts like a full one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from gd_core.shapes import Array
from gd_ui.pitfalls.batch_code import epochs_faulty, epochs_right, two_batches_faulty, two_batches_right
from gd_ui.pitfalls.checks import count, rate_verdict, steepness
from gd_ui.pitfalls.frames import FAULTY, RIGHT, bars, series, span
from gd_ui.pitfalls.pitfall import Clue, Study, Verdict
from gd_ui.pitfalls.rows import Rows, printed

RATE, SMALL, EPOCHS, LAST = 0.1, 10, 50, 10


def slices(rows: Rows) -> Study:
    """The second batch is cut a row short, and the first is used twice."""
    x, y, start = rows.x, rows.y, rows.start()
    read, w = zip(*(train(x, y, start, RATE, SMALL) for train in (two_batches_faulty, two_batches_right)), strict=True)
    shown = 2 * SMALL
    top = float(max(counts.max() for counts in read)) + 0.4
    panels = [
        bars(FAULTY, read[0][:shown], top, "How often each row was read, this listing"),
        bars(RIGHT, read[1][:shown], top, "How often each row was read, as it should be"),
    ]
    second = slice(SMALL, shown)
    never = [int((counts[:shown] == 0).sum()) for counts in read]
    cut = len(range(rows.n)[SMALL : shown - 1])
    by_hand = start.copy()
    for _ in range(2):
        by_hand = by_hand - RATE * x[:SMALL].T @ (x[:SMALL] @ by_hand - y[:SMALL]) / SMALL
    own_mean = bool(np.allclose(w[0], by_hand, rtol=1e-12, atol=0))
    return Study(
        f"Two updates are to use the first {shown} rows, {SMALL} each (rows count from zero). The bars show how often "
        "every row was read. What is wrong in the listing?",
        panels[0],
        panels[1],
        None,
        "",
        {
            "end": Verdict(
                never[0] > 0 and cut < SMALL,
                f"A slice leaves out its end, so the second batch has {cut} rows instead of {SMALL}; and the loop "
                f"names the first batch twice, so {never[0]} of {shown} rows are never read.",
            ),
            "zero": Verdict(bool(read[0][0] == 0), f"The very first row is there: it was read {read[0][0]:.0f} times."),
            "mean": Verdict(
                not own_mean,
                f"Two steps by hand, each divided by the {SMALL} rows of its batch, end at the same weights.",
            ),
            "third": Verdict(
                bool(read[0][shown:].any()), f"Of the {rows.n - shown:,} rows after these, none was read."
            ),
        },
        [
            Clue("Rows in the second batch", f"{cut}", f"{len(range(rows.n)[second])}"),
            Clue(f"Rows among the first {shown} never read", *(f"{count}" for count in never)),
            Clue("Updates that each of the first rows took part in", *(f"{counts[0]:.0f}" for counts in read)),
        ],
        [
            "Two faults hide each other: the batch that is cut short is never used, so no shape disagrees anywhere.",
            f"Rows {SMALL} to {shown - 1} have had no say, and the first {SMALL} had it {read[0][0]:.0f} times.",
            "Count what was read: after one epoch every row must have been read exactly once.",
        ],
    )


def short_batch(rows: Rows) -> Study:
    """The short last batch of an epoch weighs as much as a full one."""
    x, y, size, start = rows.x, rows.y, rows.batch_size, rows.start()

    def run(train: Callable[..., Any], seed: int) -> tuple[Array, Array]:
        sizes, losses = train(x, y, start, RATE, size, EPOCHS, np.random.RandomState(seed))
        return np.array(sizes), np.array(losses)

    (sizes, losses), (even_sizes, even) = run(epochs_faulty, 0), run(epochs_right, 0)
    small = int(sizes.min())
    short = sizes == small
    ends = span(losses, even, np.zeros(1), log=False)
    panels = [
        series(
            FAULTY,
            losses,
            ends,
            "loss of the batch",
            "Loss of every batch, this listing",
            marks=np.flatnonzero(short).tolist(),
            log=False,
        ),
        series(RIGHT, even, ends, "loss of the batch", "Loss of every batch, as it should be", log=False),
    ]
    by_epoch, even_by_epoch = losses.reshape(EPOCHS, -1), even.reshape(EPOCHS, -1)
    jumps = (by_epoch / by_epoch[:, :-1].mean(axis=1, keepdims=True)).ravel()
    even_jumps = even_by_epoch / even_by_epoch.mean(axis=1, keepdims=True)
    scatter = float(jumps[short].std() / jumps[~short].std())
    ratio = float(losses[short].mean() / losses[~short].mean())
    other = run(epochs_faulty, 1)[1]
    clues = [
        Clue(
            "Rows in an epoch's smallest and largest batch",
            f"{small} and {size}",
            f"{even_sizes.min()} and {even_sizes.max()}",
        ),
        Clue(
            "Largest loss of a batch, against the mean of its epoch's full batches",
            f"×{jumps.max():.3g}",
            f"×{even_jumps.max():.3g}",
        ),
    ]
    if rows.from_the_course:
        table = np.array(printed()["mini_batch"]["rows"])
        of_short = table[table[:, 1] == table[:, 1].max()]
        worst = of_short[of_short[:, 2].argmax()]
        clues.append(
            Clue(
                "Largest loss of the short batch",
                f"{losses[short].max():.2f}; the course prints {worst[2]:.2f}, in epoch {worst[0]:.0f}",
                "no short batch",
            )
        )
        full = table[(table[:, 1] < table[:, 1].max()) & (table[:, 0] >= EPOCHS - LAST), 2]
        clues.append(
            Clue(
                f"Mean loss of the full batches, last {LAST} epochs",
                f"{by_epoch[-LAST:, :-1].mean():.3f}; the course prints {full.mean():.3f}",
                f"{even_by_epoch[-LAST:].mean():.3f}",
            )
        )
    return Study(
        f"{rows.n} rows in batches of {size}, {EPOCHS} epochs at rate {RATE:g}, shuffled every epoch. The loss of A "
        "keeps jumping. What is wrong in the listing?",
        panels[0],
        panels[1],
        len(losses) - 1,
        "updates",
        {
            "short": Verdict(
                scatter > 2,
                f"The last batch of an epoch has {count(small, 'row')}; its loss scatters {scatter:.2g} times as "
                f"widely as that of the others, and a row there counts {size / small:.3g} times as much as elsewhere.",
            ),
            "rate": rate_verdict(RATE, steepness(x, 0.5)),
            "order": Verdict(
                bool(np.array_equal(other, losses)),
                "The order is drawn anew: with another seed the losses are others.",
            ),
            "sum": Verdict(
                abs(ratio - small / size) < small / size,
                f"It is a mean: were it a sum, the short batch would have {small / size:.2g} of a full one's loss; it "
                f"has {ratio:.2g} times as much.",
            ),
        },
        clues,
        [
            f"{rows.n} rows leave {small} for the last batch of each epoch, and a mean over {count(small, 'row')} "
            f"swings far more than one over {size}.",
            f"Cut into equal batches, no loss is higher than ×{even_jumps.max():.3g} its epoch's mean; with the short "
            f"batch it is up to ×{jumps.max():.3g}.",
            "Other cures: leave the remainder out of the epoch, or weigh each batch by its rows.",
        ],
    )
