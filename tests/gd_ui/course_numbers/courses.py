"""The course's numbers by plain NumPy, from the CSV files and the text's own words; nothing of the lab is used."""

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).parents[3]
PRINTED: dict[str, Any] = json.loads((ROOT / "data" / "course_numbers.json").read_text(encoding="utf-8"))


def text_b() -> dict[str, list[float]]:
    """Return what text B prints, by the line's name."""
    with (ROOT / "data" / "line.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    train = [(float(row["x"]), float(row["y"])) for row in rows if row["split"] == "train"]
    x, y = np.array(train).T
    draws = np.random.RandomState(42)
    b, w = draws.randn(1)[0], draws.randn(1)[0]

    def loss(b: float, w: float) -> float:
        return float(np.mean((b + w * x - y) ** 2))

    error = b + w * x - y
    slope_b, slope_w = 2 * error.mean(), 2 * (error * x).mean()
    grid_b, grid_w = np.linspace(-2, 4, 101), np.linspace(-1, 5, 101)
    on_b, on_w = grid_b[np.abs(grid_b - b).argmin()], grid_w[np.abs(grid_w - w).argmin()]
    scaled = (x - x.mean()) / x.std()
    best_w, best_b = (round(value, 1) for value in np.polyfit(scaled, y, 1))
    return {
        "Points: all, training, validation": [len(rows), len(train), len(rows) - len(train)],
        "Random start: b": [b],
        "Random start: w": [w],
        "Loss at the start": [loss(b, w)],
        "Gradient at the start: b": [slope_b],
        "Gradient at the start: w": [slope_w],
        "After one step at rate 0.1: b": [b - 0.1 * slope_b],
        "After one step at rate 0.1: w": [w - 0.1 * slope_w],
        "Slope by a nudge of 0.12 on the grid: b": [(loss(on_b + 0.12, on_w) - loss(on_b, on_w)) / 0.12],
        "Slope by a nudge of 0.12 on the grid: w": [(loss(on_b, on_w + 0.12) - loss(on_b, on_w)) / 0.12],
        "Grid of the loss surface, original feature": [1 - 3, 1 + 3, 2 - 3, 2 + 3],
        "Grid of the loss surface, bad feature": [1 - 3, 1 + 3, 2 / 10 - 3, 2 / 10 + 3],
        "Grid of the loss surface, standardised feature": [best_b - 3, best_b + 3, best_w - 3, best_w + 3],
    }


class Houses:
    """Text C as its listings do it."""

    def __init__(self, file: Path) -> None:
        table = np.loadtxt(file, delimiter=",", skiprows=1, quotechar='"')
        self.rows = len(table)
        train = table[:404]
        table = (table - train.mean(axis=0)) / (train.max(axis=0) - train.min(axis=0))
        self.x, self.y = table[:404, :13], table[:404, 13:]
        self.w = np.random.RandomState(0).randn(13, 1)

    def set_to(self, value: float) -> np.ndarray:
        """Return the start with both weights of the pair set."""
        w = self.w.copy()
        w[5] = w[9] = value
        return w

    def loss(self, w: np.ndarray, b: float = 0.0) -> float:
        """Return the mean of the squared errors."""
        return float(np.mean((self.x @ w + b - self.y) ** 2))

    def gradient(self, w: np.ndarray, b: float = 0.0, rows: slice = slice(None)) -> tuple[np.ndarray, float]:
        """Return the gradient of half of it, of w and of b."""
        error = self.x[rows] @ w + b - self.y[rows]
        return np.mean(error * self.x[rows], axis=0)[:, None], float(np.mean(error))

    def two_weights(self, *, faulty: bool) -> np.ndarray:
        """(2000, 3) w5 and w9 after, the loss before every update; with the listing's fault w5 has one slope."""
        w = self.set_to(-100)
        first = w.copy()
        slope, _ = self.gradient(w)
        first[[5, 9]] -= 0.1 * slope[[5, 9]]
        stale = self.gradient(first)[0][5, 0]
        path = []
        for _ in range(2000):
            loss = self.loss(w)
            slope, _ = self.gradient(w)
            w[5] -= 0.01 * (stale if faulty else slope[5])
            w[9] -= 0.01 * slope[9]
            path.append((w[5, 0], w[9, 0], loss))
        return np.array(path)

    def all_weights(self) -> np.ndarray:
        """(1000,) loss before every update of all weights and b."""
        w, b, losses = self.w.copy(), 0.0, []
        for _ in range(1000):
            losses.append(self.loss(w, b))
            slope, slope_b = self.gradient(w, b)
            w, b = w - 0.01 * slope, b - 0.01 * slope_b
        return np.array(losses)

    def mini_batches(self, seed: int) -> np.ndarray:
        """(50, 5) loss of every batch before its update, start and shuffles from a seed as the lab draws them."""
        w, b, losses = np.random.default_rng(seed).standard_normal((13, 1)), 0.0, []
        shuffles = np.random.default_rng(seed)
        for _ in range(50):
            order = shuffles.permutation(404)
            for first in range(0, 404, 100):
                x, y = self.x[order[first : first + 100]], self.y[order[first : first + 100]]
                error = x @ w + b - y
                losses.append(float(np.mean(error**2)))
                w, b = w - 0.1 * np.mean(error * x, axis=0)[:, None], b - 0.1 * float(np.mean(error))
        return np.array(losses).reshape(50, 5)


def text_c(houses: Houses) -> dict[str, list[float]]:
    """Return what text C prints, by the line's name, where no seed is missing."""
    far, away = houses.set_to(159), houses.set_to(-100)
    slope, slope_b = houses.gradient(far)
    slope_away, _ = houses.gradient(away)
    stepped = away.copy()
    stepped[[5, 9]] -= 0.1 * slope_away[[5, 9]]
    after, _ = houses.gradient(stepped)
    block = PRINTED["housing"]
    on_the_way = houses.all_weights()[[row[0] for row in block["all_weights"]["rows"]]]
    at = [row[0] for row in block["two_weights_only"]["rows"]]
    right, faulty = houses.two_weights(faulty=False)[at], houses.two_weights(faulty=True)[at]
    found = {
        "Rows, columns, rows to train": [houses.rows, 13, 404],
        "Batches of 10 in an epoch, rows in last": [-(-404 // 10), 404 % 10],
        "Batches of 100 in an epoch, rows in last": [-(-404 // 100), 404 % 100],
        "Inputs of the first row, scaled": houses.x[0],
        "Targets of three rows, scaled": houses.y[:3, 0],
        "Predictions of three rows at w5 = w9 = 159": (houses.x[:3] @ far)[:, 0],
        "Gradient of all rows there": slope[:, 0],
        "Gradient of b there: nothing but rounding": [slope_b],
        "Loss at w5 = w9 = -100": [houses.loss(away)],
        "Gradient at w5 = w9 = -100: w5": slope_away[5],
        "Gradient at w5 = w9 = -100: w9": slope_away[9],
        "After one update at rate 0.1: w5": stepped[5],
        "After one update at rate 0.1: w9": stepped[9],
        "After one update at rate 0.1: loss": [houses.loss(stepped)],
        "After one update at rate 0.1: gradient: w5": after[5],
        "After one update at rate 0.1: gradient: w9": after[9],
        "Two weights alone, right code: w5": right[:, 0],
        "Two weights alone, right code: w9": right[:, 1],
        "Two weights alone, right code: loss": right[:, 2],
        "Two weights alone, the listing with its fault": faulty.T.ravel(),
        "All weights: loss on the way": on_the_way,
        "All weights, summed as an older OpenBLAS does": on_the_way,
    }
    for row in range(3):
        alone, _ = houses.gradient(far, rows=slice(row, row + 1))
        found[f"Gradient of row {row + 1} alone at w5 = w9 = 159"] = alone[:, 0]
    return {name: list(map(float, np.ravel(values))) for name, values in found.items()}
