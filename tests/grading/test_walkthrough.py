"""The page for instructors, executed line by line in an empty folder."""

import csv
import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "chapters" / "appendix" / "instructors.ipynb"


def commands():
    """Return the lines of the page's shell blocks but for the first, which clones the course."""
    cells = json.loads(PAGE.read_text("utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    blocks = [part.partition("```")[0] for part in text.split("```bash\n")[1:]]
    assert blocks[0].startswith("git clone")
    return "\n".join(blocks[1:]).replace("~/course", str(ROOT))


@pytest.mark.skipif(not (ROOT / ".venv").is_dir(), reason="run `make book` first")
def test_the_page_for_instructors_works_line_by_line(tmp_path):
    script = "set -euo pipefail\n" + commands()
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for student in ("ada", "emmy", "sofia"):
        assert (tmp_path / "handouts" / f"{student}-sheet.html").is_file()
        assert (tmp_path / "keys" / f"{student}-key.html").is_file()
        assert (tmp_path / "notebooks" / f"{student}.ipynb").is_file()
    assert ET.parse(tmp_path / "moodle" / "moodle.xml").findall("question")
    assert "GROUP" in (tmp_path / "canvas" / "quiz.txt").read_text("utf-8")
    release = (tmp_path / "release" / "first-order" / "first-order.ipynb").read_text("utf-8")
    assert "HIDDEN TESTS" not in release
    with (tmp_path / "graded" / "points.csv").open(encoding="utf-8") as file:
        points = {row["student"]: float(row["points"]) for row in csv.DictReader(file)}
    assert points == {"ada": 20, "emmy": 0}
    assert (tmp_path / "gradebook.db").is_file()
