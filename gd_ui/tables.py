"""A table as one element: every cell of Streamlit's own table is a Markdown element, and costs as much as one."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pandas as pd

_STYLE = f"<style>{Path(__file__).with_suffix('.css').read_text(encoding='utf-8')}</style>"


def as_html(table: pd.DataFrame) -> str:
    """Return a table of texts, its index as the first column; where it is too wide it scrolls within itself."""
    heads = [str(name) for name in (table.index.name or "", *table.columns)]
    lines = [_row("th", "col", heads)]
    for name, cells in zip(table.index, table.to_numpy().tolist(), strict=True):
        lines.append(_row("th", "row", [str(name)], list(map(str, cells))))
    return f'{_STYLE}<div class="gd-table"><table>{"".join(lines)}</table></div>'


def _row(tag: str, scope: str, heads: list[str], cells: list[str] | None = None) -> str:
    titles = "".join([f'<{tag} scope="{scope}">{escape(text)}</{tag}>' for text in heads])
    return f"<tr>{titles}{''.join([f'<td>{escape(text)}</td>' for text in cells or []])}</tr>"
