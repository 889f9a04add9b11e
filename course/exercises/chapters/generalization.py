"""Exercises of the chapter landscape/generalization."""

from functools import partial
from itertools import product

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip, point
from optimlib.objective import Objective
from optimlib.rules import GradientDescent
from optimlib.symbols import number_text

CHAPTER = "landscape/generalization"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _misfit(x0, y0):
    """Return by how much 3x + 4y falls short of 25."""
    return 25 - 3 * x0 - 4 * y0


def _bowl(h):
    """Return the bowl with the curvature h and its minimum at 1."""
    return Objective(lambda w: h * (w - 1) ** 2 / 2, lambda w: h * (w - 1))


def _stopped(h, steps, lr=0.01):
    return point(GradientDescent(lr), _bowl(h), 0.0, steps)


ADAPTIVE = "RMSProp", "AdaGrad", "Adam"
OTHERS = "momentum", "Nesterov's rule", "gradient descent"


def _who_ends_there(line, adaptive, others, there):
    """Return the question which methods end at the nearest point of ax + by = a² + b², or not."""
    a, b = line
    last, first = others
    written = f"{a if a != 1 else ''}x + {b if b != 1 else ''}y = {a * a + b * b}"
    along = "divide each coordinate by its own size: along (1, 1)."
    sums = f"The steps of {last} are sums of gradients too, hence along ({a}, {b})."
    return dict(
        ask=(
            f"{', '.join([*adaptive, first])} and {last} start at 0 on the line ${written}$. "
            f"Which {'end' if there else 'do not end'} at $({a}, {b})$?"
        ),
        right="others" if there else "adaptive",
        options={
            "all": "all of them",
            "others": f"{last} and {first}",
            "adaptive": " and ".join(adaptive),
            "one": f"{first} only",
        },
        feedback={
            "all": f"{' and '.join(adaptive)} {along}" if there else sums,
            "adaptive": f"These {along}",
            "others": sums,
            "one": sums,
        },
    )


def _draw_who(rng):
    lines = [(3, 4), (4, 3), (1, 2), (2, 1), (1, 3), (3, 1), (2, 3), (3, 2), (2, 5), (1, 4)]
    return dict(
        line=lines[rng.integers(len(lines))],
        adaptive=tuple(rng.permutation(ADAPTIVE)[:2].tolist()),
        others=tuple(rng.permutation(OTHERS)[:2].tolist()),
        there=bool(rng.random() < 0.5),
    )


METHODS = {"adam": "Adam", "descent": "gradient descent"}
# Why a method is not the one that comes closer to a truth.
NOT_CLOSER = {
    ("descent", "equal"): "Gradient descent moves along the rows, so weights of small columns stay "
    "small: that is far from 1.",
    ("adam", "fading"): "Adam moves all weights alike, also where the truth is small.",
    ("adam", "equal"): "Adam's steps are equal in length. With entries of both signs many of them "
    "lead away from 1.",
}


def _which_truth(fade, signs, truths):
    """Return the question which method comes closer to each of two truths."""
    closer = {"equal": "descent" if signs == "both" else "adam", "fading": "descent"}
    written = {"equal": "1", "fading": f"{fade:g}^i"}
    one, other = (f"$w^*_i = {written[truth]}$" for truth in truths)
    entries = "have both signs" if signs == "both" else "are positive"
    feedback = {}
    for pair in product(METHODS, METHODS):
        named = zip(pair, truths, strict=True)
        wrong = [(method, truth) for method, truth in named if method != closer[truth]]
        feedback[", ".join(pair)] = NOT_CLOSER[wrong[0]] if wrong else ""
    right = ", ".join(closer[truth] for truth in truths)
    return dict(
        ask=(
            f"The entries of $A$ {entries}, and its columns are of very different sizes, "
            f"${fade:g}^i$. Which method comes closer to the truth {one}, and which to {other}?"
        ),
        right=right,
        options={", ".join(pair): _closer_words(*pair) for pair in product(METHODS, METHODS)},
        feedback={key: words for key, words in feedback.items() if key != right},
    )


def _closer_words(one, other):
    if one == other:
        return f"{METHODS[one]} to both"
    return f"{METHODS[one]} to the first, {METHODS[other]} to the second"


def _draw_truth(rng):
    return dict(
        fade=float(rng.choice([0.95, 0.96, 0.97, 0.98])),
        signs=str(rng.choice(["one", "both"])),
        truths=tuple(rng.permutation(["equal", "fading"]).tolist()),
    )


EXERCISES = [
    _Number(
        id="generalization/end-on-line",
        layer="predict",
        topic="implicit bias",
        minutes=5,
        difficulty=1,
        ask=lambda x0, y0: (
            f"Where on the line $3x + 4y = 25$ does gradient descent end from $({x0:g}, {y0:g})$? "
            "Give $x$, to three digits."
        ),
        answer=lambda x0, y0: x0 + 3 * _misfit(x0, y0) / 25,
        parameters=dict(x0=1, y0=0),
        digits=3,
        draw=lambda rng: dict(x0=int(rng.integers(-12, 16)), y0=int(rng.integers(-12, 16))),
        solution=lambda x0, y0: (
            f"it moves along (3, 4), and the misfit c is {number_text(_misfit(x0, y0))}: "
            f"x = x₀ + 3c/25 = {number_text(x0 + 3 * _misfit(x0, y0) / 25)}"
        ),
        slips=(
            Slip(
                "The shortest solution",
                lambda x0, y0: 3.0,
                "That is where it ends from 0; from elsewhere it ends next to its start.",
            ),
            Slip(
                "Equal steps in both weights",
                lambda x0, y0: x0 + _misfit(x0, y0) / 7,
                "Methods that divide by coordinate go along (1, 1); the gradient is along (3, 4).",
            ),
            Slip(
                "The length is not squared",
                lambda x0, y0: x0 + 3 * _misfit(x0, y0) / 5,
                "A step c (3, 4) changes 3x + 4y by 25c, so c is the misfit divided by 25.",
            ),
            Slip(
                "y in place of x",
                lambda x0, y0: y0 + 4 * _misfit(x0, y0) / 25,
                "Asked for is x; this is y.",
            ),
            Slip(
                "Only x moves",
                lambda x0, y0: x0 + _misfit(x0, y0) / 3,
                "Both weights move, y even more than x.",
            ),
        ),
    ),
    _Number(
        id="generalization/stopped",
        layer="by hand",
        topic="early stopping",
        minutes=6,
        difficulty=2,
        ask=lambda h, steps: (
            rf"$f = \frac{{1}}{{2}} \cdot {h:g}\,(w - 1)^2$, gradient descent with $\eta = 0.01$ "
            f"from 0: where is it after {steps} steps? Three digits."
        ),
        answer=_stopped,
        parameters=dict(h=2.5, steps=100),
        digits=3,
        draw=lambda rng: dict(
            h=round(rng.uniform(0.5, 4), 2), steps=int(rng.choice([40, 50, 60, 80, 100]))
        ),
        solution=lambda h, steps: (
            f"each step multiplies the distance to 1 by 1 − ηh = {1 - 0.01 * h:g}: "
            f"w = 1 − {1 - 0.01 * h:g}^{steps} = {_stopped(h, steps):.4f}"
        ),
        slips=(
            Slip(
                "The distance in place of the point",
                lambda h, steps: 1 - _stopped(h, steps),
                "(1 − ηh)ᵗ is how far the minimum at 1 still is.",
            ),
            Slip(
                "The minimum with the penalty",
                lambda h, steps: h / (h + 1 / (0.01 * steps)),
                "h/(h + λ) with λ = 1/(ηt) is like it, but not the point of gradient descent.",
            ),
            Slip(
                "The half forgotten",
                lambda h, steps: _stopped(2 * h, steps),
                "With the ½ in front, the derivative is h (w − 1), without a factor 2.",
            ),
            Slip(
                "The first slope in every step",
                lambda h, steps: 0.01 * h * steps,
                "The slope fades on the way to the minimum: factors, not sums.",
            ),
        ),
    ),
    DrawnChoice(
        id="generalization/which-go-there",
        chapter=CHAPTER,
        layer="experiment",
        topic="implicit bias",
        minutes=5,
        difficulty=1,
        made=_who_ends_there,
        parameters=dict(
            line=(3, 4),
            adaptive=("RMSProp", "AdaGrad"),
            others=("momentum", "Nesterov's rule"),
            there=True,
        ),
        draw=_draw_who,
    ),
    DrawnChoice(
        id="generalization/which-truth",
        chapter=CHAPTER,
        layer="experiment",
        topic="implicit bias",
        minutes=12,
        difficulty=3,
        made=_which_truth,
        parameters=dict(fade=0.97, signs="one", truths=("equal", "fading")),
        draw=_draw_truth,
    ),
]
