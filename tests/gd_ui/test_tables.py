"""A table as HTML says what the table says, and nothing in it is read as HTML."""

import re

import pandas as pd

from gd_ui.tables import as_html


def test_heads_index_and_cells_are_in_their_places_and_escaped() -> None:
    table = pd.DataFrame({"unit": ["a", "<b>"], "κ": ["1", "x & y"]}).set_index("unit")
    body = as_html(table).split("</style>")[1]
    rows = [re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]
    assert rows == [["unit", "κ"], ["a", "1"], ["&lt;b&gt;", "x &amp; y"]]
    assert body.count('scope="row"') == body.count('scope="col"') == 2
