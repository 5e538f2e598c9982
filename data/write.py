"""Write the course's data sets as CSV files beside this script: `python data/write.py`."""

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from gd_core import COURSE_DATA, to_csv  # noqa: E402 - found only after the path is set

for name, generate in COURSE_DATA.items():
    (HERE / f"{name}.csv").write_text(to_csv(generate()), encoding="utf-8", newline="\n")
