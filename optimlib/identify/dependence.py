"""On what steps depend, found out by playing almost the same to fresh copies."""

from dataclasses import dataclass

import numpy as np

from optimlib.identify.playing import Played, Player
from optimlib.types import Array

STEPS, BEFORE = 14, 5


@dataclass(frozen=True)
class Dependence:
    """On what steps depend; None where it was not tried.

    Attributes
    ----------
    random : whether the same is played twice with different results
    weight : on the point
    history : on the gradients before
    length : on how many gradients there were before, even if all of them were 0
    others : on the gradients of other coordinates
    """

    random: bool | None = None
    weight: bool | None = None
    history: bool | None = None
    length: bool | None = None
    others: bool | None = None

    def __str__(self) -> str:
        if self.random is None:
            return "on what was not tried: that takes fresh copies, identify(fresh=...)"
        words = {
            "chance (the same gradients gave other steps)": self.random,
            "the weight": self.weight,
            "earlier gradients": self.history,
            "the number of earlier gradients": self.length,
            "the gradients of other coordinates": self.others,
        }
        seen = [name for name, yes in words.items() if yes]
        return "on " + ", ".join(["the gradient", *seen])


def dependence(player: Player, played: Played) -> Dependence:
    """Return on what the steps depend that were played from the start of a run."""
    w, g = played.w[0], played.g[:STEPS]
    again = player.play(w, g)
    if differ(played, again, range(STEPS)):
        return Dependence(random=True)
    moved = player.play(w + np.where(np.arange(len(w)) % 2, 0.5, -1.25), g)
    weight = differ(played, moved, range(STEPS))
    # Where the point matters all is played at one point: else all would seem to matter through it.
    base = player.play(w, g, stay=True) if weight else played
    past, one = g.copy(), g.copy()
    past[:BEFORE] = np.roll(past[:BEFORE], 3, axis=1)[::-1] * 0.5
    one[:, 0] = g[::-1, 0] * -7
    changed, alone = (player.play(w, given, weight) for given in (past, one))
    return Dependence(
        random=False,
        weight=weight,
        history=differ(base, changed, range(BEFORE, STEPS)),
        length=_counts(player, base, weight),
        others=differ(base, alone, range(STEPS), coordinates=slice(1, None)),
    )


def _counts(player, base, weight):
    """Return whether steps are others after rests, None if rests are not survived.

    Where the point matters it is 0, at which nothing decays in a rest.
    """
    w = np.zeros_like(base.w[0]) if weight else base.w[0]
    g = np.concatenate([np.zeros((BEFORE, len(w))), base.g[: STEPS - BEFORE]])
    try:
        base = player.play(w, base.g, weight) if weight else base
        late = player.play(w, g, weight)
    except ValueError:
        return None
    rested = Played(g[BEFORE:], late.w[BEFORE:], late.after[BEFORE:], late.dtype)
    return differ(base, rested, range(STEPS - BEFORE))


def differ(one: Played, other: Played, steps: range, coordinates: slice = slice(None)) -> bool:
    """Return whether steps differ by more than rounding, in any of the coordinates."""
    rows = slice(steps.start, steps.stop)
    a: Array = one.steps[rows, coordinates]
    b: Array = other.steps[rows, coordinates]
    size = np.maximum(np.abs(a), np.abs(b))
    share = 1e-9 if one.dtype.itemsize >= 8 else 1e-3
    noise = one.noise[rows, coordinates] + other.noise[rows, coordinates]
    return bool(np.any(np.abs(a - b) > 8 * noise + share * size))
