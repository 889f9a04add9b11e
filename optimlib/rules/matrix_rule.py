"""An optimizer that sees nothing but gradients and moves matrices as matrices."""

import inspect
from dataclasses import dataclass
from typing import Any, ClassVar

from optimlib.objective import Objective
from optimlib.rules.hyperparameters import LearningRate
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record, Start


@dataclass(frozen=True)
class MatrixRule(Optimizer):
    r"""A rule like `Rule`, but one whose `update` sees matrices, not coordinates.

    It runs in `Blocks`, which says where in the point the matrices lie and what shape they have.
    ``update(t, G, *state)`` is given stacks of shape (\*batch, rows, columns), NumPy's own
    convention: ``G @ G.mT``, ``np.linalg.svd(G)`` and ``np.linalg.matrix_norm(G, keepdims=True)``
    take each matrix of the stack alone. Hyperparameters that are arrays come in shape
    (\*batch, 1, 1). Each name that `update` returns is an array that begins with the batch, or one
    number; ``step`` has the shape of ``G``, states keep theirs.

    A rule that also moves vectors says ``vectors: ClassVar = True``: it is given a block of shape
    (n,) as a matrix of one column, (n, 1).

    `formula` reads arithmetic, ``@``, ``.mT``, ``.shape`` and
    ``np.linalg.matrix_norm(..., keepdims=True)``.

    Parameters
    ----------
    lr : float, array over the batch, or callable
        As in `Rule`.

    Examples
    --------
    Steepest descent in the spectral norm: all singular values of the step are the learning rate.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import optimlib as ol
    >>> @dataclass(frozen=True)
    ... class SpectralDescent(ol.MatrixRule):
    ...     def update(self, t, G):
    ...         U, s, Vt = np.linalg.svd(G, full_matrices=False)
    ...         return dict(step=-self.lr * U @ Vt)
    >>> bowl = ol.Objective(f=lambda w: np.sum(w**2, axis=0) / 2, grad=lambda w: w,
    ...                     variables=("a", "b", "c", "d"))
    >>> rule = ol.Blocks({"W": SpectralDescent(lr=0.5)}, {"W": (2, 2)})
    >>> w = ol.run(rule, bowl, {"W": [[3.0, 1.0], [1.0, 3.0]]}, steps=1)
    >>> print(rule.split(w)["W"].round(12))
    [[2.5 1. ]
     [1.  2.5]]
    """

    lr: LearningRate

    sees_point: ClassVar[bool] = False
    vectors: ClassVar[bool] = False
    check_record = Rule.check_record

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.sees_point = "w" in inspect.signature(cls.update).parameters

    def look_ahead(self, w: Array, *state: Any, **nothing: Any) -> Array:
        """Return the matrices at which the next gradient is taken: `w` itself by default."""
        return w

    def update(self, t: int, G: Array, *state: Any, **point: Any) -> Record:
        r"""Return the named intermediates of one step, the new state and ``step`` among them.

        Parameters
        ----------
        t : int
            The number of the step, from 1.
        G : ndarray, shape (\*batch, rows, columns)
            The gradient at `look_ahead`.
        *state : ndarrays
            The state before the step. It must not be changed in place.
        w : ndarray, shape (\*batch, rows, columns)
            The point before the step, passed by name to an `update` that has this parameter.

        Returns
        -------
        dict
            In the order of the computation. ``w + step`` is the next point.
        """
        raise NotImplementedError(f"{type(self).__name__} does not define update")

    def flat_start(self, w0: Start, objective: Objective) -> Any:
        name = type(self).__name__
        raise TypeError(
            f"{name} moves matrices: say where they lie in the point and what shape they have, "
            f'ol.Blocks({{"W": ol.{name}(...)}}, {{"W": (rows, columns)}})'
        )
