"""The optimizers, one per file."""

from optimlib.rules.adagrad import AdaGrad
from optimlib.rules.adam import Adam
from optimlib.rules.gradient_descent import GradientDescent
from optimlib.rules.momentum import AverageMomentum, HeavyBall, Momentum
from optimlib.rules.nesterov import Nesterov
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.rmsprop import RMSProp
from optimlib.rules.rule import Rule

__all__ = [
    "AdaGrad",
    "Adam",
    "AverageMomentum",
    "GradientDescent",
    "HeavyBall",
    "Momentum",
    "Nesterov",
    "Optimizer",
    "RMSProp",
    "Rule",
]
