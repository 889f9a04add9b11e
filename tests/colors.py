"""How much light colors are, and how they stand out from each other, as WCAG 2 defines it."""

import numpy as np


def linear(color):
    """Return the red, green and blue light of a color, "#1064CE" or numbers up to 255."""
    if isinstance(color, str):
        color = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    parts = np.array(color) / 255
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(color, other):
    """Return the contrast of two colors, from 1 to 21."""
    low, high = sorted(linear(each) @ [0.2126, 0.7152, 0.0722] for each in (color, other))
    return (high + 0.05) / (low + 0.05)
