"""What a visitor of the repository reads: links that lead somewhere, one version, the picture."""

import re
import tomllib

import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml

from course import ROOT
from course.site import pages

PAPERS = sorted(path.name for path in ROOT.glob("*.md"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def text(name):
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_to_files(name):
    links = re.findall(r"\]\((?!https?:|\.\./)([^)#]+)", text(name))
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", PAPERS)
def test_named_targets_exist(name):
    targets = set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), flags=re.MULTILINE))
    named = re.findall(r"(?:`|^ {4})make ([a-z-]+)", text(name), flags=re.MULTILINE)
    assert set(named) <= targets


def test_one_version_everywhere():
    assert yaml.safe_load(text("CITATION.cff"))["version"] == VERSION
    assert f"\n## [{VERSION}] - {yaml.safe_load(text('CITATION.cff'))['date-released']}\n" in text(
        "CHANGELOG.md"
    )


def test_readme_shows_what_the_package_draws(tmp_path):
    pages.draw_preview(tmp_path / "now.png")
    shown = plt.imread(ROOT / ".github" / "preview.png")
    assert np.abs(plt.imread(tmp_path / "now.png") - shown).mean() < 0.01, "run `make picture`"


def test_readme_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", text("README.md"), flags=re.DOTALL)
    exec(example, {})
