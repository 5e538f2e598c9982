"""The table of lessons agrees with the files and opens in the app."""

import sys
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.lessons import LESSONS, ROOT, Lesson, by_section

APP = ROOT / "gd_ui" / "app.py"
SECTIONS = ("", "Learn", "Compare", "Apply", "Check")


def opened(lesson: Lesson) -> AppTest:
    """Run the app on one lesson's page."""
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    return app.switch_page(f"../{lesson.file}").run() if lesson.path else app


def test_every_file_in_the_folder_of_pages_is_listed_once() -> None:
    listed = sorted(ROOT / lesson.file for lesson in LESSONS)
    assert listed == sorted((ROOT / "pages").glob("*.py"))


def test_paths_and_titles_are_unique() -> None:
    assert len({lesson.path for lesson in LESSONS}) == len(LESSONS)
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)


def test_exactly_one_lesson_is_the_start_page_and_it_comes_first() -> None:
    assert [lesson.path for lesson in LESSONS].count("") == 1
    assert LESSONS[0].path == ""


def test_sections_come_in_the_order_of_a_course() -> None:
    assert list(by_section()) == [section for section in SECTIONS if section in by_section()]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.title)
def test_the_app_shows_the_lesson_without_an_exception(lesson: Lesson) -> None:
    assert not opened(lesson).exception


def test_the_app_finds_its_packages_wherever_it_is_started(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    elsewhere = [entry for entry in sys.path if Path(entry or ".").resolve() != ROOT]
    monkeypatch.setattr(sys, "path", elsewhere)
    monkeypatch.chdir(tmp_path)
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert str(ROOT) in sys.path
