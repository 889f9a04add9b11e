"""The optimizers of deep learning: one piece of NumPy code that runs, explains and draws them."""

from optimlib import problems
from optimlib.descent import iterate, run, trace
from optimlib.notation import by_hand, formula
from optimlib.objective import Objective, Stream, check_gradient
from optimlib.rules import (
    AdaGrad,
    Adam,
    AverageMomentum,
    GradientDescent,
    HeavyBall,
    Momentum,
    Nesterov,
    Optimizer,
    RMSProp,
    Rule,
)
from optimlib.trace import Trace

__all__ = [
    "AdaGrad",
    "Adam",
    "AverageMomentum",
    "GradientDescent",
    "HeavyBall",
    "Momentum",
    "Nesterov",
    "Objective",
    "Optimizer",
    "RMSProp",
    "Rule",
    "Stream",
    "Trace",
    "by_hand",
    "check_gradient",
    "formula",
    "iterate",
    "problems",
    "run",
    "trace",
]
