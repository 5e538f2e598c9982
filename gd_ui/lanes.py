"""Lanes: up to five things compared that are no methods, such as learning rates, each with one look on every page.

Hue, dash and shape all differ, so that colour is never the only sign.
"""

from typing import NamedTuple


class Lane(NamedTuple):
    """One place in a comparison."""

    number: int  # from 1
    hue: str  # Streamlit's name of the text colour, set per theme in .streamlit/config.toml
    dash: tuple[float, ...]
    shape: str  # of its dots, as Vega names it
    sign: str  # the same shape as a character, for text

    @property
    def slot(self) -> str:
        """The name of its colour in charts."""
        return f"lane {self.number}"

    @property
    def word(self) -> str:
        """Its name in columns and parameters."""
        return f"lane_{self.number}"

    def label(self, text: str) -> str:
        """Return a text in the lane's colour, after its sign, as Markdown. The text must be ours, not a reader's."""
        return f":{self.hue}[{self.sign} {text}]"


LANES = (
    Lane(1, "violet", (1, 0), "circle", "●"),
    Lane(2, "yellow", (8, 3), "square", "■"),
    Lane(3, "red", (2, 2), "triangle-up", "▲"),
    Lane(4, "gray", (8, 3, 2, 3), "diamond", "◆"),
    Lane(5, "gray", (4, 2), "cross", "✚"),
)
