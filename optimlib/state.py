"""What an optimizer remembers: with it a run goes on where another one ended."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimlib.types import Array


class Layout:
    r"""The engine's layout, in which the last axis counts runs, and the caller's, (d, \*batch)."""

    def __init__(self, shape: tuple[int, ...], batch: tuple[int, ...]) -> None:
        self.batch = batch
        self.single = shape == () and batch == ()

    def restore(self, value: Any) -> Any:
        """Return an array of the engine's layout in the caller's."""
        if not isinstance(value, np.ndarray) or value.ndim == 0:
            return value
        if self.single:
            return value.squeeze()[()]
        if self.batch == ():
            return value[..., 0][()]
        return value.reshape(value.shape[:-1] + self.batch)[()]


@dataclass(frozen=True, eq=False, repr=False)
class State:
    r"""What an optimizer remembers after `t` steps. It can be pickled.

    Given together with the point where a run ended, the state lets `iterate`, `trace`, `run` and
    `learning.train` go on, bit for bit as if the run had not been interrupted. Without it the
    steps are counted from 1 again and the optimizer remembers nothing.

    Attributes
    ----------
    t : int
        How many steps have been taken.
    names : tuple of str
        What the optimizer remembers: ``state[name]`` for each, shape (d, \*batch) as a rule.

    Examples
    --------
    >>> import optimlib as ol
    >>> rule, problem = ol.Momentum(lr=0.1), ol.problems.square
    >>> path = ol.trace(rule, problem, 4.0, steps=2)
    >>> path.state
    <State after 2 steps: v>
    >>> ol.trace(rule, problem, path["w"][-1], steps=1, state=path.state)["w"]
    array([0.248])
    >>> ol.trace(rule, problem, 4.0, steps=3)["w"]
    array([3.2  , 1.84 , 0.248])
    """

    t: int
    arrays: dict[str, Array]
    layout: Layout
    dtype: np.dtype[Any]

    @property
    def names(self) -> tuple[str, ...]:
        """What the optimizer remembers."""
        return tuple(self.arrays)

    def __getitem__(self, name: str) -> Any:
        if name not in self.arrays:
            raise KeyError(f"no {name!r} in this state, only {', '.join(self.names)}")
        return self.layout.restore(self.arrays[name])

    def __repr__(self) -> str:
        steps = f"{self.t} step{'' if self.t == 1 else 's'}"
        return f"<State after {steps}: {', '.join(self.names) or 'nothing'}>"

    def of(self, rule: Any, w: Array) -> list[Array]:
        """Return the arrays as the state of `rule` at the points `w`, shape (d, N).

        Raises
        ------
        ValueError
            If they do not fit.
        """
        name = type(rule).__name__
        if self.names != rule.state:
            needed = ", ".join(rule.state) or "nothing"
            raise ValueError(f"state must be of {needed} for {name}, got state = {self!r}")
        arrays = list(self.arrays.values())
        for own, array, new in zip(self.names, arrays, rule.initial(w), strict=True):
            if array.shape != new.shape or self.dtype != w.dtype:
                raise ValueError(
                    f"state must have {own} of shape {new.shape} and type {w.dtype} for w0, where "
                    f"the last axis counts runs, got shape {array.shape} and type {self.dtype}"
                )
        return arrays
