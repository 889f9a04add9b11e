"""Exercises of the chapter practice/comparing."""

from functools import partial
from itertools import combinations, product
from math import comb

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip

CHAPTER = "practice/comparing"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _best(losses, k):
    """Return the expected best of k trials, all different."""
    return np.mean([min(drawn) for drawn in combinations(losses, k)])


def _trials(share, chance):
    """Return how many trials have one in this share of the space, with this chance; unrounded."""
    return np.log(1 - chance) / np.log(1 - share)


def _scatter(error, images):
    """Return the standard deviation of an error in percent, counted on so many images."""
    return np.sqrt(error * (100 - error) / images)


def _worst(losses, k):
    """Return the mean of the worst of k trials, all different."""
    return np.mean([max(drawn) for drawn in combinations(losses, k)])


# What the chapter trains at PyTorch's default rates, the largest test error first. The others are
# too close to each other to be asked for.
DEFAULTS = {
    "descent": ("gradient descent", 0.001),
    "momentum": ("momentum", 0.001),
    "adagrad": ("AdaGrad", 0.01),
    "rmsprop": ("RMSProp", 0.01),
    "adam": ("Adam", 0.001),
    "amsgrad": ("AMSGrad", 0.001),
    "nadam": ("NAdam", 0.002),
}


def _last_at_default(offered):
    """Return the question which of the offered is last: one of the first two is among them."""
    right, *wrong = [name for name in DEFAULTS if name in offered]
    feedback = {}
    for name in wrong:
        called, lr = DEFAULTS[name]
        feedback[name] = (
            f"For {called} {lr:g} is about the length of a step in each coordinate; for whom is it "
            "multiplied by a small gradient?"
        )
    feedback |= {
        "momentum": "With β = 0.9 it goes about ten times as far as gradient descent does.",
        "adagrad": "Its steps begin with a length of η in each coordinate and then shrink, but ten "
        "times as large a rate makes up for much of it.",
    }
    return dict(
        ask=(
            "The network is trained for 20 epochs with each of these at PyTorch's default rate. "
            "Which has the largest test error?"
        ),
        right=right,
        options={name: f"{DEFAULTS[name][0]}, η = {DEFAULTS[name][1]:g}" for name in offered},
        feedback={name: feedback[name] for name in wrong},
    )


def _draw_offered(rng):
    first, *others = list(DEFAULTS)[int(rng.random() < 0.4) :]
    return dict(offered=(first, *rng.permutation(others)[:3].tolist()))


EXERCISES = [
    _Number(
        id="comparing/expected-best",
        layer="predict",
        topic="comparison",
        minutes=5,
        difficulty=1,
        ask=lambda losses, k: (
            f"A search has found the losses {', '.join(f'{v:g}' for v in losses)}. What is "
            f"$E_{k}$, the expected best of {k} of these trials? Three digits."
        ),
        answer=_best,
        parameters=dict(losses=(0.5, 0.2, 0.9, 0.3), k=3),
        digits=3,
        draw=lambda rng: dict(
            losses=tuple(float(v) for v in rng.choice(np.arange(2, 20), 4, replace=False) / 10),
            k=int(rng.integers(2, 4)),
        ),
        solution=lambda losses, k: (
            f"the mean of the lowest of each {k}, ("
            + " + ".join(f"{min(drawn):g}" for drawn in combinations(losses, k))
            + f")/{comb(len(losses), k)} = {_best(losses, k):.4g}"
        ),
        slips=(
            Slip(
                "The best of all",
                lambda losses, k: min(losses),
                "That is what all trials together find; a search with fewer may miss it.",
            ),
            Slip(
                "One trial",
                lambda losses, k: np.mean(losses),
                "The mean of all losses is what a single trial is expected to give.",
            ),
            Slip(
                "Drawn with replacement",
                lambda losses, k: np.mean([min(drawn) for drawn in product(losses, repeat=k)]),
                "A search does not run the same trial twice: take subsets.",
            ),
            Slip(
                "The worst in place of the best",
                _worst,
                "Of each subset the lowest loss counts, not the highest.",
            ),
        ),
    ),
    _Number(
        id="comparing/trials",
        layer="by hand",
        topic="comparison",
        minutes=5,
        difficulty=1,
        ask=lambda share, chance: (
            f"A random trial falls into the best {100 * share:g} % of the space with chance "
            f"{share:g}. How many trials are needed to have at least one there with a chance of "
            f"{100 * chance:g} %? A whole number."
        ),
        answer=lambda share, chance: np.ceil(_trials(share, chance)),
        parameters=dict(share=0.05, chance=0.95),
        draw=lambda rng: dict(
            share=float(rng.integers(4, 121)) / 400,
            chance=float(rng.choice([0.9, 0.92, 0.95, 0.96, 0.97, 0.98, 0.99])),
        ),
        solution=lambda share, chance: (
            f"all miss with chance {1 - share:g}ᵏ, at most {1 - chance:.4g}: k ≥ "
            f"ln {1 - chance:.4g} / ln {1 - share:g} = {_trials(share, chance):.4g}, so "
            f"{np.ceil(_trials(share, chance)):g}"
        ),
        slips=(
            Slip(
                "Rounded down",
                lambda share, chance: np.floor(_trials(share, chance)),
                "With so many the chance is still a little too small: round up.",
            ),
            Slip(
                "Not a whole number",
                _trials,
                "Nobody runs a part of a trial: round up.",
            ),
            Slip(
                "Chances added",
                lambda share, chance: chance / share,
                "Two trials may both fall there, so chances do not add; those of missing multiply.",
            ),
            Slip(
                "One on average",
                lambda share, chance: 1 / share,
                "With so many there is one on average, but with a chance of over a third none.",
            ),
            Slip(
                "The two chances mixed up",
                lambda share, chance: np.ceil(np.log(chance) / np.log(1 - share)),
                "What has to be small enough is the chance that all miss: 1 minus that asked for.",
            ),
        ),
    ),
    _Number(
        id="comparing/images",
        layer="by hand",
        topic="comparison",
        minutes=6,
        difficulty=2,
        ask=lambda error, images: (
            f"A network errs on {error:g} % of all digits there are. What is the standard "
            f"deviation of its error from one set of {images} test images to the next? In "
            "percentage points, three digits."
        ),
        answer=_scatter,
        parameters=dict(error=2.5, images=450),
        percent=True,
        digits=3,
        draw=lambda rng: dict(
            error=float(rng.integers(4, 41)) / 2, images=int(rng.integers(3, 41)) * 50
        ),
        solution=lambda error, images: (
            f"√(p (1 − p)/n) = √({error / 100:g} · {1 - error / 100:g} / {images}) = "
            f"{_scatter(error, images) / 100:.3g}, that is {_scatter(error, images):.3g} points"
        ),
        slips=(
            Slip(
                "As a share",
                lambda error, images: _scatter(error, images) / 100,
                "Asked for are percentage points: 100 times this.",
            ),
            Slip(
                "One image",
                lambda error, images: _scatter(error, 1),
                "That is the scatter of a single image; the mean of n has a √n-th of it.",
            ),
            Slip(
                "The number of images",
                lambda error, images: images * _scatter(error, images) / 100,
                "That is how the number of misread images scatters; divide it by n.",
            ),
            Slip(
                "The variance",
                lambda error, images: _scatter(error, images) ** 2,
                "p(1 − p)/n is the variance; the standard deviation is its root.",
            ),
            Slip(
                "Divided by n in place of √n",
                lambda error, images: _scatter(error, 1) / images,
                "The variance is divided by n, so the standard deviation by √n.",
            ),
        ),
    ),
    DrawnChoice(
        id="comparing/defaults",
        chapter=CHAPTER,
        layer="experiment",
        topic="comparison",
        minutes=8,
        difficulty=2,
        made=_last_at_default,
        parameters=dict(offered=("descent", "momentum", "adagrad", "adam")),
        draw=_draw_offered,
    ),
]
