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

    Wrappers may be wrapped in turn: ``Averaging(ClipNorm(Adam(0.1), limit=1))``.

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
    """Stands in for `objective`, with ``change(w, gradient)`` in place of the gradient."""

    def __init__(self, objective: Objective, change: Callable[[Array, Array], Array]) -> None:
        self.objective = objective
        self.change = change

    def grad(self, w: Any) -> Any:
        return self.change(w, self.objective.grad(w))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.objective, name)
