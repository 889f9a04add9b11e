"""The optimizers, one per file."""

from optimlib.rules.adabelief import AdaBelief
from optimlib.rules.adadelta import Adadelta
from optimlib.rules.adagrad import AdaGrad
from optimlib.rules.adam import Adam
from optimlib.rules.adamax import Adamax
from optimlib.rules.adamw import AdamW
from optimlib.rules.amsgrad import AMSGrad
from optimlib.rules.gradient_descent import GradientDescent
from optimlib.rules.lion import Lion
from optimlib.rules.momentum import AverageMomentum, HeavyBall, Momentum
from optimlib.rules.nadam import NAdam
from optimlib.rules.nesterov import Nesterov
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.radam import RAdam
from optimlib.rules.rmsprop import RMSProp
from optimlib.rules.rprop import Rprop
from optimlib.rules.rule import Rule
from optimlib.rules.yogi import Yogi

__all__ = [
    "AMSGrad",
    "AdaBelief",
    "AdaGrad",
    "Adadelta",
    "Adam",
    "AdamW",
    "Adamax",
    "AverageMomentum",
    "GradientDescent",
    "HeavyBall",
    "Lion",
    "Momentum",
    "NAdam",
    "Nesterov",
    "Optimizer",
    "RAdam",
    "RMSProp",
    "Rprop",
    "Rule",
    "Yogi",
]
