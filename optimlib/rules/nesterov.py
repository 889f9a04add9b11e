"""Nesterov's accelerated gradient with a constant momentum coefficient."""

from dataclasses import dataclass
from typing import ClassVar

from optimlib.rules.hyperparameters import DecayRate
from optimlib.rules.rule import Rule
from optimlib.types import Array, Record


@dataclass(frozen=True)
class Nesterov(Rule):
    r"""Nesterov momentum: take the gradient where the velocity is about to carry the point.

    Look-ahead form: :math:`g_t = \nabla f(w_{t-1} - \eta\beta v_{t-1})`,
    :math:`v_t = \beta v_{t-1} + g_t`, :math:`w_t = w_{t-1} - \eta v_t`.

    Library form (PyTorch, Keras, Optax): :math:`g_t = \nabla f(w_{t-1})`,
    :math:`v_t = \beta v_{t-1} + g_t`, :math:`w_t = w_{t-1} - \eta (g_t + \beta v_t)`. From the
    same start, with constant η and β, its points are the look-ahead points of the first form.

    Parameters
    ----------
    lr : float, array over the batch, or schedule
        Learning rate η > 0.
    beta : float, array over the batch, or schedule
        Momentum coefficient β in [0, 1).
    library_form : bool
        Which of the two forms.

    References
    ----------
    Y. Nesterov, *A method for solving the convex programming problem with convergence rate
    O(1/k²)*, Doklady AN SSSR 269 (1983) 543-547. I. Sutskever, J. Martens, G. Dahl, G. Hinton,
    *On the importance of initialization and momentum in deep learning*, ICML 2013.

    Examples
    --------
    >>> import optimlib as ol
    >>> print(ol.by_hand(ol.Nesterov(lr=0.1), ol.problems.square, 4.0, steps=2))
    w̃₁ = 4 − 0.1 · 0.9 · 0 = 4
    g₁ = 2 · 4 = 8
    v₁ = 0.9 · 0 + 8 = 8
    w₁ = 4 − 0.1 · 8 = 3.2
    <BLANKLINE>
    w̃₂ = 3.2 − 0.1 · 0.9 · 8 = 2.48
    g₂ = 2 · 2.48 = 4.96
    v₂ = 0.9 · 8 + 4.96 = 12.16
    w₂ = 3.2 − 0.1 · 12.16 = 1.984
    """

    beta: DecayRate = 0.9
    library_form: bool = False

    state = ("v",)
    forms: ClassVar = {"library form": dict(library_form=True)}

    def look_ahead(self, w: Array, v: Array) -> Array:
        return w if self.library_form else w - self.lr * self.beta * v

    def update(self, t: int, g: Array, v: Array) -> Record:
        v = self.beta * v + g
        return dict(v=v, step=-self.lr * (g + self.beta * v if self.library_form else v))
