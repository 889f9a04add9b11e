"""The mark and the lines under the titles are what optimizers do."""

import re

import numpy as np
import pytest
from colors import contrast

from course import ROOT
from course.site import face
from optimlib import figures

CHAPTERS = {path.stem for path in (ROOT / "chapters").rglob("*.ipynb")}


def drawn(svg):
    """Return the points of the polyline in an SVG."""
    text = re.search(r'points="([^"]*)"', svg)[1]
    return np.array([[float(number) for number in point.split(",")] for point in text.split()])


def test_the_mark_is_up_to_date():
    text = face.MARK.read_text("utf-8")
    assert text == face.mark(), "run `python -m course.site.face`"


def test_the_mark_is_a_path_of_gradient_descent_to_the_middle():
    x, y = drawn(face.mark()).T - 16
    t = np.arange(x.size)
    assert np.allclose(x, x[0] * (1 - 0.43) ** t, atol=0.1)
    assert np.allclose(y, y[0] * (1 - 4 * 0.43) ** t, atol=0.1)


def test_the_line_of_gradient_descent_is_its_closed_form():
    svg = face.line("gradient-descent")
    assert f'stroke="{figures.COLORS["GradientDescent"]}"' in svg
    height = (face.HEIGHT - 1 - drawn(svg)[:, 1]) / (face.HEIGHT - 2)
    expected = 0.92 ** np.arange(height.size)
    assert np.allclose(height, (expected - expected[-1]) / (1 - expected[-1]), atol=0.01)


@pytest.mark.parametrize("chapter", face.LINES)
def test_every_line_belongs_to_a_chapter_and_is_small(chapter):
    assert chapter in CHAPTERS
    assert len(face.line(chapter)) < 1000


def test_a_drawing_on_white_is_drawn_on_the_dark_sheet():
    white, yellow = np.array([255, 255, 255]), np.array([253, 231, 37])
    inks = np.array(face.INKS)
    half = (inks + white) // 2
    picture = np.concatenate([[white], [yellow], inks, half]).astype(np.uint8)[None]
    sheet, map_color, *lines = face.for_dark(picture)[0].astype(int)
    assert sheet.tolist() == [18, 18, 18]
    assert map_color.tolist() == yellow.tolist()
    inks_now, half_now = lines[: len(inks)], lines[len(inks) :]
    assert contrast(inks_now[0], sheet) > 7
    assert np.abs(np.array(inks_now[1:]) - inks[1:]).max() <= 8
    assert np.abs(half_now - (np.array(inks_now) + sheet) / 2).max() <= 12


def test_words_on_a_map_stay():
    picture = np.full((9, 9, 3), 255, np.uint8)
    picture[2:7, 2:7] = 68, 1, 84
    picture[4, 4] = 255
    dark = face.for_dark(picture)
    assert dark[4, 4].tolist() == [255, 255, 255]
    assert dark[3, 3].tolist() == [68, 1, 84]
    assert dark[0, 0].tolist() == [18, 18, 18]
