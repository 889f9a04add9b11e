"""The optimizers of deep learning: one piece of NumPy code that runs, explains and draws them."""

from importlib import import_module
from typing import TYPE_CHECKING

from optimlib import problems, rules, schedules
from optimlib.calculus import (
    TaylorModel,
    derivative_error,
    directional_derivative,
    numerical_gradient,
    numerical_hessian,
    second_directional_derivative,
    taylor,
)
from optimlib.curvature import (
    classify,
    condition_number,
    critical_points,
    definiteness,
    probe_convexity,
    smoothness,
)
from optimlib.descent import iterate, run, trace
from optimlib.javascript import javascript
from optimlib.line_search import Armijo, ExactLineSearch, StepLength, StrongWolfe
from optimlib.maps import Basins, basins, sweep
from optimlib.notation import by_hand, formula
from optimlib.objective import Objective, Stream, check_gradient
from optimlib.rules import *  # noqa: F403
from optimlib.rules.hyperparameters import (
    DecayRate,
    LearningRate,
    NonNegative,
    Option,
    Positive,
    Range,
)
from optimlib.state import State
from optimlib.trace import Trace

__all__ = [
    "Armijo",
    "Basins",
    "DecayRate",
    "ExactLineSearch",
    "LearningRate",
    "NonNegative",
    "Objective",
    "Option",
    "Positive",
    "Range",
    "State",
    "StepLength",
    "Stream",
    "StrongWolfe",
    "TaylorModel",
    "Trace",
    "basins",
    "by_hand",
    "check_gradient",
    "classify",
    "condition_number",
    "critical_points",
    "definiteness",
    "derivative_error",
    "directional_derivative",
    "formula",
    "iterate",
    "javascript",
    "numerical_gradient",
    "numerical_hessian",
    "probe_convexity",
    "problems",
    "run",
    "schedules",
    "second_directional_derivative",
    "smoothness",
    "sweep",
    "taylor",
    "trace",
]
__all__ += rules.__all__


if TYPE_CHECKING:
    from optimlib import explorers as explorers
    from optimlib import figures as figures
    from optimlib import learning as learning
else:

    def __getattr__(name):
        """Import a part that needs more than NumPy when it is first named."""
        if name in ("explorers", "figures", "learning"):
            return import_module(f"optimlib.{name}")
        raise AttributeError(f"module 'optimlib' has no attribute {name!r}")
