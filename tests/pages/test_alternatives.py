"""What a screen reader says of a chart stays while a control moves; with another text Streamlit would build it anew."""

import pytest

from tests.pages.visits import visited

OTHERWISE = {
    "one_step": {"lr": "0.05", "point": "3"},
    "loss_surface": {"loss": "absolute", "of": "one row", "cut_b": "1.5"},
    "gradient": {"nudge": "0.5", "batch": "7"},
    "batch_sizes": {"lr": "0.02", "batch": "4", "seeds": "10"},
    "learning_rates": {"lr": "0.1,0.7,0.9", "updates": "50"},
    "features": {"scaling": "min-max", "lr": "0.02"},
    "optimizers": {"rates": "same", "lr": "0.01", "updates": "100"},
    "house_prices": {"lr": "0.1", "scaling": "standardise"},
    "backprop": {"lr": "0.5", "stage": "Loss"},
    "beyond_convex": {"lr": "0.005", "rule": "momentum"},
}
"""Other settings than a page's defaults, by page; none that changes which charts there are."""


def alternatives(page: str, link: dict[str, str]) -> list[str]:
    """Return the texts of all charts of a page opened at a link."""
    app = visited(f"pages/{page}.py", link)
    assert not app.exception
    charts = [element for element in app.main if element.type == "vega_lite_chart"]
    return [chart.proto.alt for chart in charts]


@pytest.mark.parametrize("page", OTHERWISE)
def test_alternative_texts_do_not_change_with_a_control(page: str) -> None:
    texts = alternatives(page, {})
    assert texts
    assert all(texts)
    assert alternatives(page, OTHERWISE[page]) == texts
