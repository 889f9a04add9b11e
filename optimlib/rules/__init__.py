"""The optimizers, one per file."""

from optimlib.rules.adabelief import AdaBelief
from optimlib.rules.adadelta import Adadelta
from optimlib.rules.adafactor import Adafactor
from optimlib.rules.adagrad import AdaGrad
from optimlib.rules.adam import Adam
from optimlib.rules.adamax import Adamax
from optimlib.rules.adamw import AdamW
from optimlib.rules.adan import Adan
from optimlib.rules.ademamix import AdEMAMix
from optimlib.rules.adopt import ADOPT
from optimlib.rules.amsgrad import AMSGrad
from optimlib.rules.averaging import Averaging
from optimlib.rules.bfgs import BFGS
from optimlib.rules.blocks import Blocks
from optimlib.rules.clipping import ClipNorm, ClipValue
from optimlib.rules.conjugate_gradient import ConjugateGradient
from optimlib.rules.dadapt_sgd import DAdaptSGD
from optimlib.rules.dog import DoG
from optimlib.rules.gradient_descent import GradientDescent
from optimlib.rules.l2 import L2, DecoupledWeightDecay
from optimlib.rules.lamb import LAMB
from optimlib.rules.lbfgs import LBFGS
from optimlib.rules.lion import Lion
from optimlib.rules.lookahead import Lookahead
from optimlib.rules.matrix_rule import MatrixRule
from optimlib.rules.momentum import AverageMomentum, HeavyBall, Momentum
from optimlib.rules.muon import Muon
from optimlib.rules.nadam import NAdam
from optimlib.rules.nesterov import Nesterov
from optimlib.rules.newton import Newton
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.prodigy import Prodigy
from optimlib.rules.projection import Projection
from optimlib.rules.radam import RAdam
from optimlib.rules.rmsprop import RMSProp
from optimlib.rules.rprop import Rprop
from optimlib.rules.rule import Rule
from optimlib.rules.sam import SAM
from optimlib.rules.schedule_free import ScheduleFree
from optimlib.rules.shampoo import Shampoo
from optimlib.rules.sign_descent import SignDescent
from optimlib.rules.soap import SOAP
from optimlib.rules.steepest_descent import SteepestDescent
from optimlib.rules.vector_rule import VectorRule
from optimlib.rules.wrapper import Wrapper
from optimlib.rules.yogi import Yogi

__all__ = [
    "ADOPT",
    "BFGS",
    "L2",
    "LAMB",
    "LBFGS",
    "SAM",
    "SOAP",
    "AMSGrad",
    "AdEMAMix",
    "AdaBelief",
    "AdaGrad",
    "Adadelta",
    "Adafactor",
    "Adam",
    "AdamW",
    "Adamax",
    "Adan",
    "AverageMomentum",
    "Averaging",
    "Blocks",
    "ClipNorm",
    "ClipValue",
    "ConjugateGradient",
    "DAdaptSGD",
    "DecoupledWeightDecay",
    "DoG",
    "GradientDescent",
    "HeavyBall",
    "Lion",
    "Lookahead",
    "MatrixRule",
    "Momentum",
    "Muon",
    "NAdam",
    "Nesterov",
    "Newton",
    "Optimizer",
    "Prodigy",
    "Projection",
    "RAdam",
    "RMSProp",
    "Rprop",
    "Rule",
    "ScheduleFree",
    "Shampoo",
    "SignDescent",
    "SteepestDescent",
    "VectorRule",
    "Wrapper",
    "Yogi",
]
