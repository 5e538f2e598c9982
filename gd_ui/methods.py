"""The three methods the lab compares, each with one look: the same hue and dash on every page."""

from typing import NamedTuple


class Method(NamedTuple):
    """A way of cutting the stream of examples into updates."""

    name: str
    hue: str  # Streamlit's name of the text colour, set per theme in .streamlit/config.toml
    dash: tuple[float, float]  # so that colour is never the only sign
    width: float  # of its lines, in pixels; many small steps want a thin line

    @property
    def word(self) -> str:
        """The name as it may stand in a column or a parameter."""
        return self.name.replace("-", "_")

    @property
    def label(self) -> str:
        """The name in its colour, as Markdown."""
        return f":{self.hue}[{self.name}]"

    @property
    def title(self) -> str:
        """The name in its colour with a capital letter, as Markdown."""
        return f":{self.hue}[{self.name.capitalize()}]"


BATCH = Method("batch", "blue", (1, 0), 2.6)
MINI_BATCH = Method("mini-batch", "green", (7, 3), 2.0)
STOCHASTIC = Method("stochastic", "orange", (1.5, 2), 1.5)
METHODS: dict[str, Method] = {method.name: method for method in (BATCH, MINI_BATCH, STOCHASTIC)}
