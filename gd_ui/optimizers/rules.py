"""The six update rules that race, each with one look on the whole page: hue, dash, shape and name all differ."""

from __future__ import annotations

from typing import NamedTuple

from gd_ui.charts.template import INK


class Rule(NamedTuple):
    """One update rule and how it is drawn."""

    name: str
    """In gd_core.OPTIMIZERS, in links, in columns and in parameters."""
    slot: str
    """Its colour in charts."""
    hue: str
    """Streamlit's name of the text colour, empty for ink."""
    dash: tuple[float, ...]
    shape: str
    """Of its dots, as Vega names it."""
    sign: str
    """The same shape as a character."""
    tuned: tuple[str, ...]
    """Which of the reader's settings it has, besides the rate."""

    @property
    def label(self) -> str:
        """The name in its colour, after its sign, as Markdown."""
        text = f"{self.sign} **{self.name}**"
        return f":{self.hue}[{text}]" if self.hue else text


RULES: dict[str, Rule] = {
    rule.name: rule
    for rule in (
        Rule("gd", INK, "", (1, 0), "circle", "●", ()),
        Rule("momentum", "lane 1", "violet", (8, 3), "square", "■", ("momentum",)),
        Rule("nesterov", "lane 3", "red", (2, 2), "triangle-up", "▲", ("momentum",)),
        Rule("adagrad", "lane 2", "yellow", (8, 3, 2, 3), "diamond", "◆", ("eps",)),
        Rule("rmsprop", "lane 5", "gray", (4, 2), "cross", "✚", ("rho", "eps")),
        Rule("adam", "lane 4", "gray", (12, 2, 2, 2), "triangle-down", "▼", ("beta1", "beta2", "eps")),
    )
}
"""In the order of gd_core.OPTIMIZERS."""
ADAPTIVE = ("adagrad", "rmsprop", "adam")
"""Rules that divide each parameter's gradient by its own size: their rate is a distance."""
