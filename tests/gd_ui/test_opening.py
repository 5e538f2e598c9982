"""The opening of a page is one element, and nothing in its texts is read as HTML."""

from streamlit.testing.v1 import AppTest


def test_the_question_and_the_claim_are_one_element() -> None:
    def page() -> None:
        from gd_ui.opening import opening

        opening("Is 1 < 2?", "Claim to test: a & b.")

    app = AppTest.from_function(page).run()
    (shown,) = (element for element in app.main if element.type == "html")
    assert "<h4>Is 1 &lt; 2?</h4><p>Claim to test: a &amp; b.</p>" in shown.proto.body
