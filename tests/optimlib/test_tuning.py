"""Fair comparisons: what is tried, on which seeds, and what is said of the result."""

from itertools import combinations

import numpy as np
import pytest

import optimlib as ol
from optimlib import learning
from optimlib.learning.intervals import holm, mean_with_interval

stats = pytest.importorskip("scipy.stats")

LOGS = [0.01, 0.1, 1.0]


class Setting:
    """In place of an optimizer: what it was made with."""

    def __init__(self, **values):
        self.values = values
        self.rate = values.get("lr", 1.0)


def valley(best, shift=0.0, noise=0.0):
    """Return a measure that is least at lr = best; its noise is of the seed, not of the rule."""

    def measure(setting, seeds):
        rng = [np.random.default_rng(seed) for seed in seeds]
        return np.exp(
            np.log(setting.rate / best) ** 2 + shift + noise * np.array([r.normal() for r in rng])
        )

    return measure


def compared(contestants, measure, **options):
    options = {"name": "a name", "quantity": "a quantity", "progress": False} | options
    return learning.tune(contestants, measure, **options)


def both(grid, other=None):
    return {"one": (Setting, grid), "other": (Setting, grid if other is None else other)}


# Counts


def test_counts_are_those_of_a_loop():
    values = np.exp(np.random.default_rng(0).normal(size=(12, 400)))
    values[3, ::7] = np.nan
    values[:, 1] = 0.1
    for column, first, stays in zip(
        values.T,
        learning.first_below(values, 0.8),
        learning.stays_below(values, 0.8),
        strict=True,
    ):
        below = [bool(v < 0.8) for v in column]
        assert first == next((t for t in range(12) if below[t]), np.inf)
        assert stays == next((t for t in range(12) if all(below[t:])), np.inf)
    assert {0, 11, np.inf} <= set(learning.stays_below(values, 0.8))


# Intervals


def test_intervals_and_p_are_students():
    rng = np.random.default_rng(1)
    for n in (2, 5, 20):
        a, b = rng.normal([[0.3], [0]], size=(2, n))
        expected = stats.ttest_rel(a, b)
        low, high = expected.confidence_interval(0.95)
        (mean, *ends), p = mean_with_interval(a - b)
        np.testing.assert_allclose(
            [mean, *ends, p], [np.mean(a - b), low, high, expected.pvalue], rtol=1e-10
        )
    (mean, low, high), p = mean_with_interval([0.1] * 20)
    assert (low, high, p) == (mean, mean, 0.0)
    assert mean_with_interval([0.0, 0.0]) == ((0.0, 0.0, 0.0), 1.0)


def test_holms_correction_is_the_closed_test_of_bonferroni():
    rng = np.random.default_rng(2)
    for size in (1, 2, 5):
        for p in rng.uniform(0, 0.3, (20, size)):
            sets = [s for k in range(1, size + 1) for s in combinations(range(size), k)]
            expected = [max(min(1, len(s) * p[list(s)].min()) for s in sets if i in s)
                        for i in range(size)]  # fmt: skip
            np.testing.assert_allclose(holm(p), expected)


def test_equal_contestants_are_told_apart_in_one_comparison_of_twenty_at_most():
    rng, apart = np.random.default_rng(3), 0
    for _ in range(200):
        table = rng.normal(size=(4, 1020))
        contestants = {f"c{k}": (Setting, {"k": [k]}) for k in range(4)}
        result = compared(
            contestants,
            lambda s, seeds, table=table: table[s.values["k"], seeds],
            scale="linear",
            tuning=[0],
            judging=range(1000, 1010),
        )
        apart += any(pair.differs for pair in result.pairs)
    assert apart <= 20


# What is tried


@pytest.mark.parametrize("best", [1e-5, 0.1, 300.0])
def test_a_grid_is_widened_until_its_best_is_inside(best):
    row = compared(both({"lr": LOGS}), valley(best)).rows[0]
    rates = sorted(settings["lr"] for settings, _ in row.trials)
    assert not row.at_edge
    assert rates[0] < row.settings["lr"] < rates[-1]
    assert abs(np.log10(row.settings["lr"] / best)) < 0.51


def test_a_best_that_stays_at_the_end_is_said():
    result = compared(both({"lr": LOGS}, {}), lambda s, seeds: np.full(len(seeds), s.rate))
    assert [row.at_edge for row in result.rows] == [("lr",), ()]
    assert len(result.rows[0].trials) == 3 + 8 * 2
    assert " lr  " in str(result).splitlines()[3]


def test_a_range_that_ends_is_no_edge():
    def measure(rule, seeds):
        return np.full(len(seeds), 2.0 - rule.beta)

    row = compared(
        {"one": (ol.Momentum, {"lr": [0.1], "beta": [0.9, 0.99, 0.999]}), "two": (Setting, {})},
        lambda rule, seeds: measure(rule, seeds) if hasattr(rule, "beta") else np.ones(len(seeds)),
    ).rows[0]
    assert row.settings["beta"] == pytest.approx(1 - 1e-19, abs=1e-15)

    row = compared(
        {"one": (ol.Momentum, {"lr": [0.1], "beta": [0.0, 0.3, 0.6]}), "two": (Setting, {})},
        lambda rule, seeds: np.full(len(seeds), 1.0 + getattr(rule, "beta", 0)),
    ).rows[0]
    assert row.settings["beta"] == 0
    assert not row.at_edge


@pytest.mark.parametrize(
    ("values", "beyond", "between"),
    [
        ([1e-3, 1e-2, 1e-1], 1.0, 0.03162),
        ([0.1, 0.3, 1, 3], 9.322, 1.732),
        ([0.9, 0.99, 0.999], 0.9999, 0.9968377),
        ([1, 3, 5], 7, 4),
        ([16, 32, 64], 128, 45),
    ],
)
def test_grids_go_on_as_they_are_spaced(values, beyond, between):
    axis = learning.tuning.Axis(values)
    assert axis.beyond(-1) == pytest.approx(beyond)
    assert axis.around(values[-1]) == [pytest.approx(between, rel=1e-4)]
    assert axis.ends(values[0]) == [0]
    assert axis.ends(values[1]) == []


def test_choices_are_not_widened():
    measure = lambda s, seeds: np.full(len(seeds), 1.0 + s.values["nesterov"])  # noqa: E731
    grids = {"nesterov": [True, False]}
    result = compared(both(grids), measure)
    assert [row.settings for row in result.rows] == [{"nesterov": False}] * 2
    assert [len(row.trials) for row in result.rows] == [2, 2]


def test_all_have_the_same_number_of_trials():
    result = compared(
        {
            "wide": (Setting, {"lr": LOGS}),
            "few": (Setting, {"lr": [0.1, 0.2, 0.4]}),
            "two numbers": (Setting, {"lr": [0.1, 0.2, 0.4], "beta": [0.5, 0.75, 0.875]}),
        },
        lambda s, seeds: valley(1e4)(s, seeds) * (1 + abs(s.values.get("beta", 0) - 0.7)),
    )
    counts = [len(row.trials) for row in result.rows]
    assert len(set(counts)) == 1
    for row in result.rows:
        tried = [tuple(settings.items()) for settings, _ in row.trials]
        assert len(set(tried)) == len(tried)


def test_the_choice_and_the_judgement_see_other_seeds():
    seen = []

    def measure(setting, seeds):
        seen.append(seeds.tolist())
        # The seeds of the judgement have another best rate.
        return valley(0.1 if seeds[0] == 1 else 1.0)(setting, seeds)

    result = compared(both({"lr": LOGS}), measure, tuning=[1, 2], judging=[3, 4, 5])
    assert [row.settings["lr"] for row in result.rows] == [0.1, 0.1]
    assert seen[-2:] == [[3, 4, 5]] * 2
    assert set(map(tuple, seen[:-2])) == {(1, 2)}


def test_what_fails_with_a_seed_comes_after_what_never_fails():
    def measure(setting, seeds):
        return np.where((seeds % 2 == 0) & (setting.rate > 0.5), np.nan, 1 / setting.rate)

    result = compared({"a": (Setting, {"lr": LOGS}), "b": (Setting, {"lr": [1.0]})}, measure)
    a, b = result.rows
    assert a.settings["lr"] <= 0.5
    assert (a.failures, b.failures) == (0, 10)
    pair = result.pair("a", "b")
    assert pair.first == "a"
    assert np.isnan(pair.ratio).all()
    assert pair.p == pytest.approx(1.0)
    assert "failed with 10 of 20 seeds" in str(result)


@pytest.mark.parametrize("failures", [1, 4, 10, 15, 20])
def test_with_failures_p_is_that_of_the_sign_test(failures):
    """One is worse where the other one does not fail."""

    def measure(setting, seeds):
        return np.where((seeds % 20 < failures) & (setting.rate == 1), np.nan, 2 - setting.rate)

    result = compared({"a": (Setting, {"lr": [0.5]}), "b": (Setting, {"lr": [1.0]})}, measure)
    pair = result.pair("a", "b")
    assert (pair.first, pair.wins) == ("a", failures)
    assert pair.p == pytest.approx(stats.binomtest(failures, 20).pvalue, rel=1e-12)


def test_trials_that_are_measured_together_are_the_same():
    bowl = ol.problems.quadratic(kappa=30)

    def steps(rule, seeds):
        w0 = learning.random_starts(seeds, dim=2, size=3)
        return learning.first_below(ol.trace(rule, bowl, w0, steps=100).values, 1e-2)

    contestants = {
        "one": (ol.GradientDescent, {"lr": LOGS}),
        "two": (ol.HeavyBall, {"lr": LOGS, "beta": [0.0, 0.4, 0.8]}),
        "as it is": (lambda: ol.Adam(0.1), {}),
    }
    rows = [compared(contestants, steps, together=flag).rows for flag in (False, True)]
    for alone, together in zip(*rows, strict=True):
        assert alone.trials == together.trials
        assert alone.settings == together.settings
        np.testing.assert_array_equal(alone.results, together.results)


def test_random_starts_are_those_of_their_seeds():
    few, more = (learning.random_starts(range(n), 3, size=2) for n in (4, 2000))
    np.testing.assert_array_equal(few, more[:, :4])
    np.testing.assert_allclose(more.std(axis=1), 2, rtol=0.1)


# What is said


def test_pairs_share_their_seeds():
    """A difference much smaller than the noise is seen, since the noise is of the seed."""
    measure = valley(1.0, noise=2.0)
    shifted = lambda s, seeds: measure(s, seeds) * (1 + 0.01 * s.values["k"])  # noqa: E731
    result = compared({f"c{k}": (Setting, {"k": [k]}) for k in (0, 1)}, shifted)
    assert result.shows("c0 < c1")
    assert not result.shows("c1 < c0")
    assert not result.shows("c0 ~ c1")
    np.testing.assert_allclose(result.pair("c1", "c0").ratio, [1 / 1.01] * 3)


def test_means_closer_than_the_resolution_are_not_told_apart():
    measure = lambda s, seeds: 10.0 + s.values["k"] + 0 * seeds  # noqa: E731
    contestants = {f"c{k}": (Setting, {"k": [k]}) for k in (0, 1, 5)}
    for scale in ("log", "linear"):
        result = compared(contestants, measure, scale=scale, resolution=2)
        assert result.shows("c0 ~ c1")
        assert result.shows("c1 < c5")
        assert "measured to within 2;" in str(result)


def test_the_table():
    measure = lambda s, seeds: (2 + s.values["k"] + 0.01 * (seeds % 3)) * 1.0  # noqa: E731
    contestants = {name: (Setting, {"k": [k]}) for k, name in enumerate(["best", "next", "last"])}
    result = compared(contestants, measure, scale="linear", judging=range(90, 96))
    assert str(result).splitlines() == [
        "a name: a quantity; less is better",
        "tuned with 10 seeds, judged with 6 others: means, 95 % intervals",
        "      trials  chosen  at the edge             measured",
        "best       1     k 0           no  2.01 [2.001, 2.019]",
        "next       1     k 1           no  3.01 [3.001, 3.019]",
        "last       1     k 2           no  4.01 [4.001, 4.019]",
        "best < next: -1 [-1, -1], p < 0.0001",
        "best < last: -2 [-2, -2], p < 0.0001",
    ]
    page = result._repr_html_()
    assert "<caption>a name: a quantity; less is better. tuned" in page
    assert "<p>best &lt; next: -1" in page


@pytest.mark.parametrize(
    ("spread", "text"),
    [
        (0.01, "0.1234 [0.1229, 0.124]"),
        (0.1, "0.123 [0.118, 0.129]"),
        (0.23, "0.12 [0.11, 0.14]"),  # by 9.8 % down and by 10.8 % up
        (3, "0.12 [0.032, 0.47]"),
        (5, "0.12 [0.013, 1.15]"),
    ],
)
def test_a_wide_interval_has_few_digits(spread, text):
    # Student's t for eight logarithms that are half of the spread above or below: 0.447 spread.
    measure = lambda s, seeds: 0.12341 * np.exp(spread * (seeds % 2 - 0.5))  # noqa: E731
    result = compared({"all": (Setting, {}), "same": (Setting, {})}, measure, judging=range(90, 98))
    assert f"  {text}\n" in str(result)


def test_large_numbers_have_no_exponent():
    measure = lambda s, seeds: 2012.0 + 200 * (seeds % 2)  # noqa: E731
    result = compared({"all": (Setting, {}), "same": (Setting, {})}, measure, judging=range(90, 98))
    assert "  2110 [2020, 2200]\n" in str(result)


def test_wrong_arguments():
    measure = valley(1.0)
    good = both({"lr": LOGS})
    for words, arguments in {
        "contestants must be like": ({"a": ol.Adam}, measure),
        "contestants must be at least two": ({"a": (Setting, {})}, measure),
        "one: lr must be different values, got ..": (both({"lr": []}), measure),
        "got .1, 1.": (both({"lr": [1, 1]}), measure),
        "a number for each seed, shape .10,., got shape .3,. for one": (
            good, lambda s, seeds: np.ones(3)),
        "positive numbers on the scale 'log', got 0.0 for one": (
            good, lambda s, seeds: 0.0 * seeds),
        "what measure returns for one must be": (good, lambda s, seeds: ["x"] * len(seeds)),
    }.items():  # fmt: skip
        with pytest.raises((TypeError, ValueError), match=words):
            compared(*arguments)
    for words, options in {
        "tuning must be seeds like range.10., got tuning = .0.5": {"tuning": [0.5]},
        "judging must have no seed of tuning, got in both .3.": {"tuning": [3], "judging": [3, 4]},
        "judging must be at least 2 different seeds": {"judging": [7]},
        "tuning must be different seeds, got tuning = ": {"tuning": []},
        "scale must be one of log, linear, got scale = 'cubic'": {"scale": "cubic"},
        "resolution must be a number": {"resolution": "a day"},
        "progress must be True or False": {"progress": 1},
    }.items():
        with pytest.raises((TypeError, ValueError), match=words):
            compared(good, measure, **options)
    result = compared(good, measure)
    for words, claim in {
        "first must be one of one, other, got first = 'Adam'": "Adam < one",
        "claim must be like": "one > other",
        "two contestants, got twice 'one'": "one ~ one",
    }.items():
        with pytest.raises(ValueError, match=words):
            result.shows(claim)
