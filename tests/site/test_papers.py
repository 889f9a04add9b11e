"""What a visitor of the repository reads: links that lead somewhere, one version, the picture."""

import posixpath
import re
import tomllib
from pathlib import PurePosixPath

import matplotlib.pyplot as plt
import numpy as np
import pytest
import yaml
from environments import tracked

from course import ROOT, exercises
from course.site import pages, picture

PAPERS = sorted(name for name in tracked() if name.endswith(".md") and "/appendix/" not in name)
ENTRIES = {name.split("/")[0] for name in tracked()}
# Where a file lies on GitHub, seen from the repository's address; and what else is linked there.
BRANCH = PurePosixPath("blob/main")
PAGES = {"security/advisories/new"}
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]


def text(name):
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", PAPERS)
def test_links_lead_to_files(name):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", text(name))
    at = {posixpath.normpath(BRANCH / PurePosixPath(name).parent / link) for link in links}
    lost = [page for page in at - PAGES if not (ROOT / posixpath.relpath(page, BRANCH)).exists()]
    assert lost == []


@pytest.mark.parametrize("name", PAPERS)
def test_named_targets_exist(name):
    targets = set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), flags=re.MULTILINE))
    named = re.findall(r"(?:`|^ {4})make ([a-z-]+)", text(name), flags=re.MULTILINE)
    assert set(named) <= targets


@pytest.mark.parametrize("name", PAPERS)
def test_named_files_exist(name):
    named = re.findall(r"`([\w.-]+/[\w./-]*)`", text(name))
    assert [
        path for path in named if path.split("/")[0] in ENTRIES and not (ROOT / path).exists()
    ] == []


def test_the_root_is_small():
    assert len(ENTRIES) <= 22


def test_one_version_everywhere():
    assert yaml.safe_load(text("CITATION.cff"))["version"] == VERSION
    assert f"\n## [{VERSION}] - {yaml.safe_load(text('CITATION.cff'))['date-released']}\n" in text(
        "CHANGELOG.md"
    )


def test_readme_shows_what_the_package_draws(tmp_path):
    pages.draw_preview(tmp_path / "now.png")
    shown = plt.imread(ROOT / ".github" / "preview.png")
    assert np.abs(plt.imread(tmp_path / "now.png") - shown).mean() < 0.01, "run `make picture`"


def test_readme_says_what_the_page_answers():
    names = {"np": np}
    exec(picture.slipped(), names)
    mistake = exercises.check(picture.EXERCISE, names["update"]).mistake
    assert f"it looks like “{mistake}”" in text("README.md")
