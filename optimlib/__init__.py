"""The optimizers of deep learning: one piece of NumPy code that runs, explains and draws them."""

from optimlib import problems
from optimlib.descent import iterate, run, trace
from optimlib.maps import Basins, basins, sweep
from optimlib.notation import by_hand, formula
from optimlib.objective import Objective, Stream, check_gradient
from optimlib.rules import (
    AdaBelief,
    Adadelta,
    AdaGrad,
    Adam,
    Adamax,
    AdamW,
    AMSGrad,
    AverageMomentum,
    GradientDescent,
    HeavyBall,
    Lion,
    Momentum,
    NAdam,
    Nesterov,
    Optimizer,
    RAdam,
    RMSProp,
    Rprop,
    Rule,
    Yogi,
)
from optimlib.trace import Trace

__all__ = [
    "AMSGrad",
    "AdaBelief",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "Adamax",
    "AverageMomentum",
    "Basins",
    "GradientDescent",
    "HeavyBall",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Objective",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Rprop",
    "Rule",
    "Stream",
    "Trace",
    "Yogi",
    "basins",
    "by_hand",
    "check_gradient",
    "formula",
    "iterate",
    "problems",
    "run",
    "sweep",
    "trace",
]
