"""What the optimizers around an optimizer share."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from optimlib.objective import Objective
from optimlib.rules.optimizer import Optimizer
from optimlib.types import Array, Record, Start


@dataclass(frozen=True)
class Wrapper(Optimizer):
    """An optimizer around another one, whose state it keeps and whose hyperparameters it shares.

    Wrappers may be wrapped in turn: ``Averaging(ClipNorm(Adam(0.1), limit=1))``. A subclass is a
    dataclass with hyperparameters of its own that defines `advance`, in which it may

    - change the gradient or take it elsewhere: it gives ``self.rule.advance`` an `OtherGradient`
      in place of the objective;
    - change the point after the step, ``w`` in the record that ``self.rule.advance`` returns;
    - remember something: what is named in ``adds = ("average",)``, a tuple, comes last in `state`,
      `initial` returns its start last, and the record holds its new value.

    Parameters
    ----------
    rule : Optimizer
        What is wrapped.

    Raises
    ------
    TypeError
        If `rule` is not an optimizer.
    ValueError
        If `rule` records something under the name that the wrapper adds.

    References
    ----------
    P. Foret, A. Kleiner, H. Mobahi, B. Neyshabur, *Sharpness-Aware Minimization for Efficiently
    Improving Generalization*, ICLR 2021, for the example.

    Examples
    --------
    `SAM` as its paper has it: the gradient is taken where a step of length ρ uphill leads to.

    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> import optimlib as ol
    >>> @dataclass(frozen=True)
    ... class SAM(ol.Wrapper):
    ...     rho: ol.Positive = 0.05
    ...
    ...     def advance(self, t, w, state, objective):
    ...         def uphill(w, g):
    ...             length = np.maximum(np.linalg.norm(g, axis=0), 1e-12)
    ...             return objective.grad(w + self.rho * g / length)
    ...
    ...         return self.rule.advance(t, w, state, ol.OtherGradient(objective, uphill))
    >>> path = ol.trace(SAM(ol.Momentum(lr=0.1), rho=0.5), ol.problems.square, 4.0, steps=2)
    >>> print(path["g"], path["v"], path["w"])
    [9.  7.2] [ 9.  15.3] [3.1  1.57]

    It runs around every rule, from many starts, and the rate inside is swept as its own is:

    >>> sam = SAM(ol.GradientDescent(lr=0.1))
    >>> print(ol.sweep(sam, ol.problems.square, 4.0, 50, lr=[0.01, 0.1], rho=[0.05, 0.5]).round(4))
    [[2.0303 1.2968]
     [0.     0.0031]]
    """

    rule: Optimizer

    adds: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.rule, Optimizer):
            raise TypeError(self._complaint("rule", self.rule, "like ol.Adam(lr=0.1)"))
        for name in self.adds:
            if name in self.rule.state:
                raise ValueError(self._complaint("rule", self.rule, f"without a state {name!r}"))
        super().__post_init__()

    @property
    def core(self) -> Optimizer:
        """What is inside all wrappers."""
        return self.rule.core if isinstance(self.rule, Wrapper) else self.rule

    def in_words(self) -> str:
        return f"{self.rule.in_words()} with {self.called}"

    @property
    def state(self) -> tuple[str, ...]:
        return (*self.rule.state, *self.adds)

    def flat_start(self, w0: Start, objective: Objective) -> Any:
        return self.rule.flat_start(w0, objective)

    def initial(self, w: Array) -> tuple[Array, ...]:
        return self.rule.initial(w)

    def look_ahead(self, w: Array, *state: Array) -> Array:
        """Return the point at which `rule` takes the gradient."""
        inner = state[: len(self.rule.state)]
        return self.rule.look_ahead(w, *inner)  # type: ignore[attr-defined]  # rules have it

    def advance(self, t: int, w: Array, state: Sequence[Array], objective: Objective) -> Record:
        return self.rule.advance(t, w, state, objective)


# It has all that an objective has: a checker may take it for one.
if TYPE_CHECKING:
    _Base = Objective
else:
    _Base = object


class OtherGradient(_Base):
    """Stands in for an objective in a `Wrapper`, with another gradient.

    All else, such as the values that a line search asks for, is that of the objective.

    Parameters
    ----------
    objective : Objective or OtherGradient
        What the wrapper's `advance` is given.
    change : callable
        From the point w and the objective's gradient at w, both of shape (d, N), to the gradient
        that the wrapped rule is given, of the same shape.

    Raises
    ------
    TypeError
        If `objective` has no gradient, or `change` is not callable.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> signs = ol.OtherGradient(ol.problems.saddle, lambda w, g: np.sign(g))
    >>> signs.grad(np.array([3.0, 2.0])), signs.f(np.array([3.0, 2.0]))
    (array([ 1., -1.]), np.float64(5.0))
    """

    def __init__(self, objective: Objective, change: Callable[[Array, Array], Array]) -> None:
        if not callable(getattr(objective, "grad", None)):
            raise TypeError(
                f"objective must be like ol.problems.square, got objective = {objective!r}"
            )
        if not callable(change):
            raise TypeError(f"change must be callable, got change = {change!r}")
        self.objective = objective
        self.change = change

    def grad(self, w: Any) -> Any:
        return self.change(w, self.objective.grad(w))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objective, name)
