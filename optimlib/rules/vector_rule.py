"""An optimizer that sees nothing but gradients and looks at all coordinates together."""

import inspect
from dataclasses import dataclass
from typing import Any, ClassVar

from optimlib.rules.hyperparameters import LearningRate
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class VectorRule(Optimizer):
    r"""A rule like `Rule`, but one whose `update` combines the coordinates of a point.

    It is given arrays of shape (d, N), N runs beside each other, and must not mix runs:
    ``np.linalg.norm(g, axis=0)``, ``np.linalg.norm(g, ord=1, axis=0)`` and
    ``np.sum(g * s, axis=0)`` give one number for each run, and broadcast against ``g``.
    States may have the shape (d, N) or (N,): `initial` says which.

    `formula` and `by_hand` read arithmetic and these three calls. JavaScript, exact fractions and
    the compiled run are for rules that act on one coordinate at a time, `Rule`.

    Parameters
    ----------
    lr : float, array over the batch, or callable
        As in `Rule`.

    Examples
    --------
    Steps along the gradient of one length:

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import optimlib as ol
    >>> @dataclass(frozen=True)
    ... class Normalized(ol.VectorRule):
    ...     def update(self, t, g):
    ...         return dict(step=-self.lr * g / np.linalg.norm(g, axis=0))
    >>> print(ol.formula(Normalized(lr=0.5)))
    gₜ = ∇f(wₜ₋₁)
    wₜ = wₜ₋₁ − η gₜ / ‖gₜ‖
    >>> print(ol.by_hand(Normalized(lr=0.5), ol.problems.coupled_bowl, (1, 1), steps=1))
    g₁ = (2 · 1 + 1, 2 · 1 + 1) = (3, 3)
    w₁ = (1, 1) − 0.5 · (3, 3) / ‖(3, 3)‖ ≈ (0.646447, 0.646447)
    """

    lr: LearningRate

    sees_point: ClassVar[bool] = False
    combines: ClassVar[bool] = True
    check_record = Rule.check_record
    advance = Rule.advance

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sees_point = "w" in inspect.signature(cls.update).parameters

    def look_ahead(self, w: Array, *state: Any, **nothing: Any) -> Array:
        """Return the point at which the next gradient is taken: `w` itself, unless overridden."""
        return w

    def update(self, t: int, g: Array, *state: Any, **point: Any) -> Record:
        """Return the named intermediates of one step, the new state and ``step`` among them.

        As `Rule.update`, with one number for each run where coordinates are combined.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update")
