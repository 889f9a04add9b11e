"""The stops of sliders, in V8: round values at even distances."""

from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("optimlib.explorers")

RANGES = [
    (0.01, 1.1, True),
    (1e-4, 1, True),
    (1e-10, 10, True),
    (1, 100, True),
    (0.25, 4, True),
    (1.0, 1.07, True),
    (0, 0.99, False),
    (-1, 2, False),
    (-1.2, 7.3, False),
    (0.005, 0.25, False),
    (-5.12, 5.12, False),
    (0.0375, 12.5, False),
]


def stops(client, low, high, log):
    return np.array(client("stopsOf(range)", range={"min": low, "max": high, "log": log}))


@pytest.mark.parametrize(("low", "high", "log"), RANGES)
def test_a_slider_stops_at_its_ends_and_between_them_at_even_distances(client, low, high, log):
    found = stops(client, low, high, log)
    assert (found[0], found[-1]) == (low, high)
    assert 190 < found.size < 700
    ways = np.log(found) if log else found
    assert np.all(np.diff(ways) > 0)
    assert np.max(np.diff(ways)) <= np.ptp(ways) / 190


@pytest.mark.parametrize(("low", "high", "log"), RANGES)
def test_stops_are_round(client, low, high, log):
    """As multiples of 1, 2 or 5 times a power of ten that is near the distance to the next."""
    inner = stops(client, low, high, log)[1:-1]
    for value, after in pairwise(inner):
        power = 10.0 ** np.floor(np.log10(after - value) + 1e-9)
        assert abs(value / power - round(value / power)) < 1e-6, value


@pytest.mark.parametrize(
    ("low", "high", "log", "values"),
    [
        (0.01, 1.1, True, [0.05, 0.1, 0.5, 0.9, 0.95]),
        (1, 100, True, [2, 10, 50, 90]),
        (0, 0.99, False, [0.1, 0.5, 0.9, 0.95]),
        (1e-10, 10, True, [1e-8, 2e-8, 1e-3, 0.1, 5]),
        (-1, 2, False, [-0.5, 0, 1.9]),
    ],
)
def test_values_of_texts_are_stops(client, low, high, log, values):
    found = stops(client, low, high, log)
    assert [value for value in values if value not in found] == []


def test_a_slider_stands_at_the_stop_that_is_nearest(client):
    for value, place in {-9: 0, 0: 0, 0.9: 0, 1.1: 1, 2: 1, 3.1: 2, 4: 2, 9: 2}.items():
        assert client("placeAmong([0, 2, 4], v)", v=value) == place
