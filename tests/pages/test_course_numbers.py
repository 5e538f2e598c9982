"""The page on the course's numbers, run as a visitor's script: filters, lists, links, with and without the file."""

import functools
from pathlib import Path
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.course_numbers.all import Comparison, compare, every_line, several
from gd_ui.course_numbers.findings import findings
from gd_ui.course_numbers.numbers import AGREES, FAULT, NEEDS_FILE, STATUSES, TEXTS, Line
from gd_ui.housing import BOSTON_FILE, FOLDER, WHY_RETIRED
from gd_ui.lessons import LESSONS
from tests.pages.visits import visited

LIST, HIRING, WORDS = "One list in full", "Hiring, trained to the end", "What the words mean"


def opened(page: str = "pages/course_numbers.py", **link: str) -> AppTest:
    """Open a page at a link."""
    app = visited(page, link)
    assert not app.exception
    return app


def tables(app: AppTest) -> list[list[dict[str, object]]]:
    """Return the rows of every table."""
    return [table.value.to_dict("records") for table in app.dataframe]


def charts(app: AppTest) -> int:
    return sum(element.type == "vega_lite_chart" for element in app.main)


def markup(app: AppTest) -> str:
    """Return all text on the page that Markdown reads."""
    return "\n".join(box.value for box in [*app.markdown, *app.caption, *app.warning, *app.info, *app.error])


@functools.cache
def with_file() -> Comparison:
    """Return the comparison; the Boston file must be at hand."""
    return compare()


def test_at_first_all_lines_and_a_list_are_shown(boston_file: Path) -> None:
    app = opened()
    assert not app.warning
    assert not app.info
    lines, one_list = tables(app)
    assert len(lines) == len(with_file().lines)
    assert "\n".join(findings(with_file())).replace("\n", "  \n") in markup(app)
    assert [row["number"] for row in one_list][:2] == ["iteration 0", "iteration 50"]
    assert charts(app) == 2


def test_the_digits_of_text_b_stand_beside_ours(no_boston_file: None) -> None:
    by_name = {row["what"]: row for row in tables(opened())[0]}
    assert by_name["Loss at the start"]["printed"] == by_name["Loss at the start"]["computed"] == "2.7421577700550976"
    assert by_name["Slope by a nudge of 0.12 on the grid: b"]["computed"] == "-2.90"


def test_the_digits_of_text_c_stand_beside_ours(boston_file: Path) -> None:
    by_name = {row["what"]: row for row in tables(opened())[0]}
    assert by_name["Loss at w5 = w9 = -100"]["computed"] == "686.3005008179159"
    path = by_name["Two weights alone, right code: loss"]
    assert str(path["printed"]).startswith("… 160.6417")
    assert str(path["computed"]).startswith("… 147.4275")


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_can_be_chosen(no_boston_file: None, text: str) -> None:
    app = opened(text=text)
    lines, every = tables(app)[0], every_line(not_computed, not_computed)
    assert {row["text"] for row in lines} == {text}
    assert len(lines) == sum(line.text == text for line in every)
    assert f"{len(lines)} of {len(every)} lines shown" in markup(app)


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_can_be_chosen(boston_file: Path, status: str) -> None:
    app = opened(status=status)
    expected = [judged.line.what for judged in with_file().lines if status in (judged.status, *judged.each)]
    assert not app.warning
    if expected:
        assert [row["what"] for row in tables(app)[0]] == expected
    else:
        assert len(tables(app)) == 1
        assert "No line here is judged so." in markup(app)
    assert bool(expected) is (status not in (NEEDS_FILE, "differs"))


def test_the_controls_change_the_table(boston_file: Path) -> None:
    app = opened()
    app.selectbox(key="status").set_value(FAULT).run()
    assert {row["text"] for row in tables(app)[0]} == {"C"}
    app.segmented_control(key="text").set_value("B").run()
    assert "No line here is judged so." in markup(app)
    app.selectbox(key="status").set_value(AGREES).run()
    assert {row["judged"] for row in tables(app)[0]} == {"agrees"}
    assert not app.exception


def test_without_the_file_the_page_says_what_to_do(no_boston_file: None) -> None:
    app = opened(text="C")
    assert {row["judged"] for row in tables(app)[0]} == {"needs the Boston file"}
    assert {row["computed"] for row in tables(app)[0]} == {""}
    told = "\n".join(box.value for box in app.info)
    assert BOSTON_FILE in told
    assert FOLDER in told
    assert WHY_RETIRED in told
    assert charts(app) == 2  # of a list that needs no file


def test_a_list_without_its_numbers_shows_the_printed_ones(no_boston_file: None) -> None:
    app = opened(list="C: All weights: loss on the way")
    rows = tables(app)[1]
    assert rows[0]["printed"] == "1.8984947314576224"
    assert {row["computed"] for row in rows} == {""}
    assert charts(app) == 0


def test_every_list_opens(boston_file: Path) -> None:
    app = opened()
    for name, judged in several(with_file()).items():
        app.selectbox(key="list").set_value(name).run()
        assert not app.exception, name
        assert charts(app) == 2
        assert len(tables(app)[1]) == judged.size


def test_the_hiring_networks_are_trained_on_request(no_boston_file: None) -> None:
    app = opened(tab=HIRING)
    assert charts(app) == 4
    assert [row["number"] for row in tables(app)[1]] == [f"epoch {epoch:,}" for epoch in range(0, 10_001, 1000)]
    assert "apart at most" in markup(app)


def test_the_words_are_explained(no_boston_file: None) -> None:
    app = opened(tab=WORDS)
    assert "rounded to the digits printed" in markup(app)
    assert charts(app) == 0


@pytest.mark.parametrize(
    "link",
    [
        {"text": "F"},
        {"status": "<b>agrees</b>"},
        {"list": "$x$"},
        {"text": "nan", "status": "1e-320", "list": "zzz"},
    ],
)
def test_nonsense_in_a_link_gives_way_with_a_notice(no_boston_file: None, link: dict[str, str]) -> None:
    app = opened(**link)
    notices = [line for box in app.warning for line in box.value.split("  \n")]
    assert len(notices) == len(link)
    assert "<b>" not in markup(app)
    assert "$" not in markup(app)
    assert len(tables(app)) == 2


def test_an_unknown_tab_shows_the_first(no_boston_file: None) -> None:
    assert charts(opened(tab="nothing")) == 2


def not_computed() -> NoReturn:
    raise AssertionError("a link needs no computation")


LINKS: dict[str, Line] = {line.link: line for line in every_line(not_computed, not_computed)}


def expect_opens(link: str) -> None:
    parts = urlsplit(link)
    lesson = next(lesson for lesson in LESSONS if lesson.path == parts.path)
    settings = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert settings == LINKS[link].settings
    app = opened(lesson.file, **settings)
    assert not app.warning, [box.value for box in app.warning]
    assert not app.error
    for name, value in settings.items():
        assert app.session_state[name] == value, name


@pytest.mark.parametrize("link", [link for link, line in LINKS.items() if not line.needs_boston])
def test_a_link_opens_its_page_with_exactly_these_settings(no_boston_file: None, link: str) -> None:
    expect_opens(link)


@pytest.mark.parametrize("link", [link for link, line in LINKS.items() if line.needs_boston])
def test_a_link_of_text_c_opens_its_page_with_exactly_these_settings(boston_file: Path, link: str) -> None:
    expect_opens(link)


@pytest.mark.parametrize("link", [link for link, line in LINKS.items() if line.needs_boston])
def test_a_link_of_text_c_opens_without_the_file_too(no_boston_file: None, link: str) -> None:
    lesson = next(lesson for lesson in LESSONS if lesson.path == urlsplit(link).path)
    app = opened(lesson.file, **LINKS[link].settings)
    assert not app.error


def test_the_page_link_of_a_list_has_its_settings(boston_file: Path) -> None:
    app = opened(list="C: All weights: loss on the way")
    targets = [element.proto for element in app.main if element.type == "page_link"]
    assert any("from=drawn" in proto.query_string for proto in targets)
