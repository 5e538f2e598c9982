"""The start page opens with its race, every lesson is linked, and every question runs with its own settings."""

from urllib.parse import parse_qs

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.lessons import LESSONS, ROOT
from gd_ui.methods import METHODS
from gd_ui.questions import QUESTIONS


@pytest.fixture(scope="module")
def start_page() -> AppTest:
    """Provide the app as it opens; tests only read it."""
    app = AppTest.from_file(str(ROOT / "gd_ui" / "app.py"), default_timeout=60).run()
    assert not app.exception
    return app


def links(app: AppTest) -> list:
    return [element.proto for element in app.main if element.type == "page_link"]


def test_the_start_page_shows_its_race_without_complaint(start_page: AppTest) -> None:
    assert not start_page.warning
    assert not start_page.error
    assert [element.type for element in start_page.main].count("vega_lite_chart") == 2
    assert [element.type for element in start_page.main].count("bidi_component") == 1


def test_the_shared_map_and_the_loss_curves_have_every_update_of_the_race(start_page: AppTest) -> None:
    protos = [element.proto for element in start_page.main if element.type == "vega_lite_chart"]
    for proto, columns in zip(protos, (["loss"], ["path", "length"]), strict=True):
        (sent,) = (sent for sent in proto.datasets if sent.name == "this")
        (this,) = pa.ipc.open_stream(sent.data.data).read_all().to_pylist()
        assert this["total"] == 480
        for method, updates in zip(METHODS.values(), (6, 30, 480), strict=True):
            for column in columns:
                assert len(this[f"{column}_{method.word}"].split(" ")) == updates + 1


def test_every_lesson_is_linked(start_page: AppTest) -> None:
    linked = {link.page for link in links(start_page) if not link.query_string}
    assert {lesson.path for lesson in LESSONS if lesson.path} <= linked


def test_every_question_is_a_link_with_its_settings(start_page: AppTest) -> None:
    asked = {link.label: link for link in links(start_page) if link.label.startswith("**")}
    assert set(asked) == {f"**{question.asks}**" for question in QUESTIONS}
    for question in QUESTIONS:
        link = asked[f"**{question.asks}**"]
        assert link.page == question.lesson
        assert {name: values[0] for name, values in parse_qs(link.query_string).items()} == question.settings


def test_questions_differ_and_end_with_a_question_mark() -> None:
    assert len({question.asks for question in QUESTIONS}) == len(QUESTIONS)
    assert len({(question.lesson, *question.settings.items()) for question in QUESTIONS}) == len(QUESTIONS)
    assert all(question.asks.endswith("?") for question in QUESTIONS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.asks)
def test_a_question_names_a_lesson_there_is(question) -> None:
    assert question.lesson in {lesson.path for lesson in LESSONS}
