"""Whose optimizer is this? A step function is played gradients until its rule is known."""

from collections.abc import Callable
from typing import Any

from optimlib.identify import adapters
from optimlib.identify.finding import found
from optimlib.identify.playing import Step
from optimlib.identify.report import Identification

__all__ = ["Identification", "identify"]


def identify(
    step: Any = None,
    *,
    fresh: Callable[[], Step] | None = None,
    torch: Callable[[list[Any]], Any] | None = None,
    optax: Any = None,
    keras: Callable[[], Any] | None = None,
) -> Identification:
    """Find out what an optimizer computes: its rule, the form, every setting, or where it differs.

    It is called with gradients chosen to tell apart all rules of this package with their options,
    weight decays, clippings and schedules. What fits is run beside it with new gradients. A rule
    is named only if every coordinate of every step agrees, to 1e-9 or what the type allows.

    Points are vectors. Where fresh copies take matrices too, and move them otherwise, these are
    identified as well. Exactly one argument is given.

    Parameters
    ----------
    step : callable
        ``step(w, g)`` returns the new point, an array like `w`; it remembers what it needs from
        call to call. Also one of this package's optimizers, an Optax transformation, a PyTorch
        optimizer's class (with settings: a `functools.partial`), or a Keras optimizer.
    fresh : callable
        Without arguments; returns a new `step` without a past. More can be told with it: whether
        steps are random, and on what they depend.
    torch : callable
        Returns a PyTorch optimizer for a list of parameters: ``lambda p: Adam(p, lr=0.1)``.
    optax : GradientTransformation
    keras : callable
        Without arguments; returns a Keras optimizer.

    Returns
    -------
    Identification
        It prints itself as a report.

    Raises
    ------
    TypeError
        If not exactly one argument is given, or it is of another kind; if a call returns no
        numbers.
    ValueError
        If a call raises an error, returns another shape, inf or nan, or changes what it is given
        in place. It says which call.

    Examples
    --------
    >>> import numpy as np
    >>> import optimlib as ol
    >>> velocity = 0
    >>> def step(w, g):
    ...     global velocity
    ...     velocity = 0.75 * velocity - 0.02 * g
    ...     return w + velocity
    >>> ol.identify(step).rule
    Momentum(lr=0.02, beta=0.75, dampening=None)
    """
    given = {"step": step, "fresh": fresh, "torch": torch, "optax": optax, "keras": keras}
    named = [name for name, value in given.items() if value is not None]
    if len(named) != 1:
        raise TypeError(
            "identify must be given exactly one of step, fresh, torch, optax and keras, "
            f"got {', '.join(named) or 'none'}"
        )
    if optax is not None:
        if not (
            callable(getattr(optax, "init", None)) and callable(getattr(optax, "update", None))
        ):
            raise TypeError(f"optax must be a GradientTransformation, got optax = {optax!r}")
        return found(adapters.of_optax(optax), True)
    if step is not None and (maker := adapters.recognized(step)):
        return found(maker, True)
    if not callable(given[named[0]]):
        raise TypeError(f"{named[0]} must be callable, got {named[0]} = {given[named[0]]!r}")
    if fresh is not None:
        return found(fresh, True)
    if torch is not None:
        return found(adapters.of_torch(torch), True)
    if keras is not None:
        return found(adapters.of_keras(keras), True)
    return found(lambda: step, False)
