"""Every link by which data/README.md points at a figure of the course opens its lesson, and nothing is refused."""

import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.lessons import LESSONS

ROOT = Path(__file__).parents[2]
README = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
LINKS = sorted(set(re.findall(r"`(/[a-z-]+(?:\?[^`]+)?)`", README)))


def test_all_eighteen_figures_have_a_place() -> None:
    rows = re.findall(r"^\| ([\d, ]+) \|", README, re.MULTILINE)
    assert sorted(int(figure) for row in rows for figure in row.split(",")) == list(range(1, 19))


@pytest.mark.parametrize("link", LINKS)
def test_a_link_opens_its_figure(link: str) -> None:
    parts = urlsplit(link)
    lesson = next(lesson for lesson in LESSONS if f"/{lesson.path}" == parts.path)
    app = AppTest.from_file(str(ROOT / "gd_ui" / "app.py"), default_timeout=60)
    app.run()
    for name, values in parse_qs(parts.query).items():
        app.query_params[name] = values[0]
    app.switch_page(f"../{lesson.file}").run()
    assert not app.exception
    assert not app.warning
    for name, values in parse_qs(parts.query).items():
        assert app.session_state[name] == values[0]
