"""Pictures of the site have few colors, and look as they were drawn."""

import matplotlib as mpl
import numpy as np
from PIL import Image

from course.site import pages


def scales():
    """Return maps of values side by side: cells in the colors of three scales."""
    values = np.add.outer(np.linspace(0, 0.5, 60), np.linspace(0, 0.5, 60))
    maps = [mpl.colormaps[name](values, bytes=True)[..., :3] for name in ("viridis", "hsv", "gray")]
    return Image.fromarray(np.hstack(maps).repeat(4, axis=0).repeat(4, axis=1))


def test_a_map_looks_as_it_was_drawn(tmp_path):
    drawn = scales()
    pages.write_webp(drawn, tmp_path / "map.webp")
    with Image.open(tmp_path / "map.webp") as written:
        assert pages.difference(drawn, written.convert("RGB")) <= pages.UNSEEN


def test_few_colors_are_kept(tmp_path):
    drawn = Image.new("RGB", (40, 40), "white")
    drawn.paste("#1064ce", (10, 10, 30, 12))
    pages.write_webp(drawn, tmp_path / "line.webp")
    with Image.open(tmp_path / "line.webp") as written:
        assert np.array_equal(written.convert("RGB"), drawn)


def test_the_sheet_keeps_its_color(tmp_path):
    drawn = Image.new("RGB", (80, 80), (18, 18, 18))
    drawn.paste(scales().resize((60, 20)), (10, 10))
    drawn.paste((0, 24, 8), (10, 40, 70, 60))
    pages.write_webp(drawn, tmp_path / "dark.webp")
    with Image.open(tmp_path / "dark.webp") as written:
        assert written.convert("RGB").getpixel((0, 0)) == (18, 18, 18)


def test_the_difference_is_that_of_means_over_nine_pixels():
    one = Image.new("RGB", (9, 9), (100, 100, 100))
    two = one.copy()
    two.putpixel((4, 4), (100, 190, 100))
    assert pages.difference(one, two) == pages.difference(two, one) == 10
