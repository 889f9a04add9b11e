"""Exercises of the chapter curvature/quasi-newton."""

from functools import partial

import numpy as np

from course.exercises.choices import DrawnChoice
from course.exercises.numbers import NumberExercise, Slip
from optimlib import problems
from optimlib.descent import trace
from optimlib.line_search import ExactLineSearch
from optimlib.rules import BFGS
from optimlib.symbols import number_text

CHAPTER = "curvature/quasi-newton"
_Number = partial(NumberExercise, chapter=CHAPTER)


def _first(kappa, x0, y0):
    """Return the run of the first step of BFGS, from H = I with exact search."""
    bfgs = BFGS(scaled=False, line_search=ExactLineSearch())
    return trace(bfgs, problems.quadratic(kappa=kappa), (x0, y0), 1)


def _pair(kappa, x0, y0):
    run = _first(kappa, x0, y0)
    return run["s"][0], run["y"][0]


def _corner(kappa, x0, y0, swapped=False, turned=False, added=True):
    """Return the lower right entry of the first updated H, computed with a slip."""
    s, y = _pair(kappa, x0, y0)
    if swapped:
        s, y = y, s
    V = np.eye(2) - np.outer(s, y) / (s @ y)
    H = V.T @ V if turned else V @ V.T
    return (H + added * np.outer(s, s) / (s @ y))[1, 1]


def _updated(kappa, x0, y0):
    """Return H after the first step."""
    return _first(kappa, x0, y0)["H"][0]


def _way(kappa, x0, y0):
    s, y = _pair(kappa, x0, y0)
    return (
        f"s = {number_text(s)}, y = {number_text(y)}, sᵀy = {number_text(s @ y)}; "
        f"H = (I − s yᵀ/sᵀy)(I − y sᵀ/sᵀy) + s sᵀ/sᵀy has the rows "
        + " and ".join(map(number_text, _updated(kappa, x0, y0)))
    )


def _first_step(kind, number):
    """Return the question what the first steps of BFGS and of CG are, from some H₀."""
    start = {"unit": "I", "multiple": f"{number:g}\\,I", "inverse": r"\nabla^2 f(w_0)^{-1}"}[kind]
    written = f"{number:g} I" if kind == "multiple" else "I"
    right, feedback = (
        "steepest descent",
        {
            "newton": "Newton's step needs the Hessian, and no pair s, y has been seen yet.",
            "newton, steepest descent": "BFGS estimates the inverse Hessian from pairs s, y; "
            f"before the first there are none, and H₀ is {written}.",
        },
    )
    if kind == "inverse":
        right, feedback = (
            "newton, steepest descent",
            {
                "newton": "CG is given no Hessian: its first direction is −g.",
                "steepest descent": "p = −H₀g with the inverse Hessian is Newton's step.",
            },
        )
    neither = "Put H₀ into p = −Hg; and CG has no direction yet to correct by."
    return dict(
        ask=(
            f"Of which method is the first step of BFGS with $H_0 = {start}$, and of which that of "
            f"CG{'' if kind == 'unit' else ', both with an exact line search'}?"
        ),
        right=right,
        options={
            "newton": "Newton's method, both",
            "steepest descent": "steepest descent, both",
            "newton, steepest descent": "Newton's method for BFGS, steepest descent for CG",
            "neither": "neither, in both cases",
        },
        feedback=feedback | {"neither": neither},
    )


def _draw_first_step(rng):
    return dict(
        kind=str(rng.choice(["unit", "multiple", "inverse"])),
        number=float(rng.choice([0.01, 0.1, 0.5, 2, 10])),
    )


EXERCISES = [
    _Number(
        id="quasi-newton/distinct",
        layer="predict",
        topic="conjugate gradients",
        minutes=4,
        difficulty=1,
        ask=lambda n, rank: (
            rf"A Hessian in {n} variables is $I$ plus a matrix of rank {rank} that has {rank} "
            "different positive eigenvalues. After how many steps does CG end?"
        ),
        answer=lambda n, rank: rank + 1,
        parameters=dict(n=1000, rank=3),
        digits=3,
        draw=lambda rng: dict(n=int(rng.integers(2, 41)) * 100, rank=int(rng.integers(3, 21))),
        solution=lambda n, rank: (
            f"the eigenvalue 1, {n - rank} times, and {rank} others: {rank + 1} different ones"
        ),
        slips=(
            Slip(
                "One for each variable",
                lambda n, rank: n,
                "n is the most it can take; what counts is how many different eigenvalues there "
                "are.",
            ),
            Slip(
                "The eigenvalue 1 is not counted",
                lambda n, rank: rank,
                "I gives the other directions the eigenvalue 1: one more value.",
            ),
            Slip(
                "Only the eigenvalue 1",
                lambda n, rank: n - rank,
                "That many directions share the eigenvalue 1, and one step serves them all.",
            ),
            Slip(
                "A step like Newton's",
                lambda n, rank: 1,
                "CG knows no Hessian: it needs a step for each different eigenvalue.",
            ),
        ),
    ),
    DrawnChoice(
        id="quasi-newton/first-step",
        chapter=CHAPTER,
        layer="predict",
        topic="quasi-Newton methods",
        minutes=3,
        difficulty=1,
        made=_first_step,
        parameters=dict(kind="unit", number=1),
        draw=_draw_first_step,
    ),
    _Number(
        id="quasi-newton/first-update",
        layer="by hand",
        topic="quasi-Newton methods",
        minutes=12,
        difficulty=3,
        ask=lambda kappa, x0, y0: (
            rf"BFGS with exact search on $\frac{{1}}{{2}}(x^2 + {kappa:g} y^2)$ from "
            rf"$({x0:g}, {y0:g})$ with $H = I$: what is the lower right entry of $H$ after the "
            "first update? Four digits."
        ),
        answer=lambda kappa, x0, y0: _updated(kappa, x0, y0)[1, 1],
        parameters=dict(kappa=2, x0=2.0, y0=1.0),
        digits=4,
        draw=lambda rng: dict(
            kappa=int(rng.integers(2, 11)),
            x0=float(rng.integers(1, 10)),
            y0=float(rng.integers(1, 8)),
        ),
        solution=_way,
        slips=(
            Slip(
                "s and y swapped",
                partial(_corner, swapped=True),
                "That updates an estimate of the Hessian, Bs = y; H is one of its inverse, Hy = s.",
            ),
            Slip(
                "The other side transposed",
                partial(_corner, turned=True),
                "y stands inside, next to H: (I − s yᵀ/sᵀy) H (I − y sᵀ/sᵀy).",
            ),
            Slip(
                "The last term forgotten",
                partial(_corner, added=False),
                "Without s sᵀ/sᵀy the new H would make Hy = 0, not Hy = s.",
            ),
            Slip(
                "No update",
                lambda kappa, x0, y0: 1.0,
                "That is the entry of I, before the update.",
            ),
            Slip(
                "The upper left entry",
                lambda kappa, x0, y0: _updated(kappa, x0, y0)[0, 0],
                "This belongs to the first variable.",
            ),
        ),
    ),
]
