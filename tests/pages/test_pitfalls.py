"""The page of pitfalls, run as a visitor's script: the list, guesses, the score, links, and the course's figures."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from gd_ui.pitfalls.code import listing, marked
from gd_ui.pitfalls.rows import HOUSES, PATIENTS
from gd_ui.pitfalls.table import PITFALLS
from tests.gd_ui.pitfalls.test_pitfalls import studied
from tests.pages.visits import visited

FIRST = next(iter(PITFALLS))
every_pitfall = pytest.mark.parametrize("name", PITFALLS)


def opened(**link: str) -> AppTest:
    """Open the page at a link."""
    app = visited("pages/pitfalls.py", link)
    assert not app.exception
    return app


def markup(app: AppTest) -> str:
    """Return all text on the page that Markdown reads."""
    return "\n".join(box.value for box in [*app.markdown, *app.caption, *app.warning])


def click(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    assert not app.exception
    return app


def count(app: AppTest, kind: str) -> int:
    return sum(element.type == kind for element in app.main)


@every_pitfall
def test_every_pitfall_asks_first_and_answers_after_the_guess(name: str) -> None:
    pitfall, study = PITFALLS[name], studied(name)
    app = opened(pitfall=name)
    assert count(app, "vega_lite_chart") == 2
    assert study.question in markup(app)
    assert [code.value for code in app.code] == [listing(pitfall.faulty)]
    assert pitfall.fault not in markup(app).lower()
    assert study.verdicts[pitfall.truth].says not in markup(app)
    assert len(app.table) == 0
    for answer in pitfall.answers:
        assert app.button(key=f"answer {answer.name}").label == answer.text

    click(app, f"answer {pitfall.truth}")
    assert "Right." in markup(app)
    assert study.verdicts[pitfall.truth].says in markup(app)
    faulty, right = listing(pitfall.faulty), listing(pitfall.right)
    assert [code.value for code in app.code] == [marked(faulty, right), marked(right, faulty)]
    assert len(app.table) == 1
    assert len(app.table[0].value) == len(study.clues)
    assert count(app, "vega_lite_chart") == 2
    assert all(sentence in markup(app) for sentence in study.showed)
    assert "Guessed right: **1 of 1**, 11 to go" in markup(app)


def test_a_wrong_guess_is_answered_with_what_the_run_says_of_it() -> None:
    app = click(opened(), "answer rate")
    study = studied(FIRST)
    assert "No:" in markup(app)
    assert study.verdicts["rate"].says in markup(app)
    assert study.verdicts[PITFALLS[FIRST].truth].says in markup(app)
    assert "Guessed right: **0 of 1**, 11 to go" in markup(app)


def test_asking_for_the_solution_counts_as_no_guess_and_a_guess_can_be_made_again() -> None:
    app = click(opened(), "show")
    assert "Guessed right: **0 of 0**, 11 to go" in markup(app)
    assert len(app.table) == 1
    assert app.button(key="show").label == "Guess again"
    click(app, "show")
    assert len(app.table) == 0
    assert "12 to go" in markup(app)


def test_the_score_outlives_a_visit_to_another_page_and_settings_do_not() -> None:
    app = click(opened(pitfall=list(PITFALLS)[1]), f"answer {PITFALLS[list(PITFALLS)[1]].truth}")
    app.query_params.clear()
    app.switch_page("../pages/features.py").run()
    app.switch_page("../pages/pitfalls.py").run()
    assert not app.exception
    assert app.selectbox(key="pitfall").value == FIRST
    assert "Guessed right: **1 of 1**, 11 to go" in markup(app)


def test_the_score_is_kept_from_one_pitfall_to_the_next_until_it_is_reset() -> None:
    app = click(opened(), f"answer {PITFALLS[FIRST].truth}")
    buttons = {button.label: button for button in app.button}
    buttons["Next"].click().run()
    assert app.selectbox(key="pitfall").value == list(PITFALLS)[1]
    assert dict(app.query_params)["pitfall"] == list(PITFALLS)[1]
    assert len(app.table) == 0
    click(app, "answer rate")
    assert "Guessed right: **1 of 2**, 10 to go" in markup(app)
    next(button for button in app.button if button.label == "Previous").click().run()
    assert len(app.table) == 1
    next(button for button in app.button if button.label == "Reset").click().run()
    assert "Guessed right: **0 of 0**, 12 to go" in markup(app)
    assert len(app.table) == 0


def test_the_list_goes_round() -> None:
    app = opened()
    next(button for button in app.button if button.label == "Previous").click().run()
    assert app.selectbox(key="pitfall").value == list(PITFALLS)[-1]
    next(button for button in app.button if button.label == "Next").click().run()
    assert app.selectbox(key="pitfall").value == FIRST


@pytest.mark.parametrize("text", ["zzz", "nan", "1e-320", "<img src=x onerror=alert(1)>", "$x$"])
def test_nonsense_in_the_link_gives_the_default_and_a_notice(text: str) -> None:
    app = opened(pitfall=text, data=text)
    assert app.selectbox(key="pitfall").value == FIRST
    (warning,) = app.warning
    assert warning.value.count("the link asked for") == 2
    assert "<" not in warning.value
    assert "$" not in warning.value
    assert count(app, "vega_lite_chart") == 2


def test_without_the_file_a_link_to_the_courses_rows_opens_with_a_notice_and_a_reason(no_boston_file: None) -> None:
    app = opened(data=HOUSES)
    assert "none of diabetes" in app.warning[0].value
    assert "boston_housing.csv" in markup(app)
    assert count(app, "vega_lite_chart") == 2


def test_a_pitfall_with_data_of_its_own_offers_no_other_rows(no_boston_file: None) -> None:
    app = opened(pitfall="odd error")
    assert app.button_group(key="data").disabled
    assert "boston_housing.csv" not in markup(app)


def test_with_the_file_the_courses_printed_path_stands_beside_the_right_one(boston_file: Path) -> None:
    app = click(opened(data=HOUSES), "show")
    cells = app.table[0].value.to_numpy().ravel().tolist()
    assert "-83.31, -35.96, 160.64" in cells
    assert "-78.33, -35.64, 147.43" in cells
    assert "scikit-learn removed the Boston set" in markup(app)


def test_with_the_file_the_course_s_spike_stands_beside_ours(boston_file: Path) -> None:
    app = click(opened(data=HOUSES, pitfall="spikes"), "show")
    text = " ".join(map(str, app.table[0].value.to_numpy().ravel()))
    assert "the course prints 1.27, in epoch 6" in text
    assert "the course prints 0.101" in text


def test_choosing_the_rows_runs_the_pitfall_on_them(boston_file: Path) -> None:
    app = opened(pitfall="rising loss")
    assert app.button_group(key="data").value == PATIENTS
    app.button_group(key="data").set_value(HOUSES).run()
    assert not app.exception
    click(app, "answer shape")
    assert "(13, 13)" in markup(app)
    assert opened(pitfall="rising loss", data=HOUSES).button_group(key="data").value == HOUSES
