"""The optimizers of deep learning: one piece of NumPy code that runs, explains and draws them."""

from importlib import import_module
from pathlib import Path
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
    sharpness,
    smoothness,
)
from optimlib.descent import iterate, run, trace
from optimlib.identify import Identification, identify
from optimlib.javascript import javascript
from optimlib.line_search import Armijo, ExactLineSearch, StepLength, StrongWolfe
from optimlib.maps import Basins, basins, sweep
from optimlib.names import instead_of_name
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
from optimlib.rules.wrapper import OtherGradient
from optimlib.state import State
from optimlib.trace import Trace

__all__ = [
    "Armijo",
    "Basins",
    "DecayRate",
    "ExactLineSearch",
    "Identification",
    "LearningRate",
    "NonNegative",
    "Objective",
    "Option",
    "OtherGradient",
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
    "identify",
    "iterate",
    "javascript",
    "numerical_gradient",
    "numerical_hessian",
    "probe_convexity",
    "problems",
    "run",
    "schedules",
    "second_directional_derivative",
    "sharpness",
    "smoothness",
    "sweep",
    "taylor",
    "trace",
]
__all__ += rules.__all__


# Parts that need more than NumPy, or that few need: each is imported when it is first named.
_PARTS = ("explorers", "figures", "learning")

if TYPE_CHECKING:
    from optimlib import explorers as explorers
    from optimlib import figures as figures
    from optimlib import learning as learning

    __version__: str
else:

    def __getattr__(name):
        if name in _PARTS:
            return import_module(f"optimlib.{name}")
        if name == "__version__":
            return _version()
        raise AttributeError(
            f"module 'optimlib' has no attribute {name!r}"
            f"{instead_of_name(name, [*__all__, *_PARTS])}"
        )


def __dir__() -> list[str]:
    return sorted({*globals(), *_PARTS, "__version__"})


def _version():
    """Return the version in pyproject.toml: of the clone that this is, or as it was installed."""
    import tomllib
    from importlib.metadata import version

    name = "deep-learning-optimizers"
    beside = Path(__file__).parents[1] / "pyproject.toml"
    if beside.is_file():
        project = tomllib.loads(beside.read_text("utf-8")).get("project", {})
        if project.get("name") == name:
            return project["version"]
    return version(name)
