"""What fields declare: the ranges of the package's hyperparameters, and those of readers."""

import sys
from dataclasses import dataclass, make_dataclass, replace
from fractions import Fraction
from textwrap import indent
from types import ModuleType
from typing import Annotated, Any, ClassVar, Optional

import numpy as np
import pytest
from cases import OPTIMIZERS, WRAPPERS
from looping import each

import optimlib as ol
from optimlib.rules.hyperparameters import declarations

SQUARE = ol.problems.square

# The ranges of the literature and of PyTorch, Optax and Keras, by the names in this package.
RANGES = {
    "lr": "finite and > 0",
    "lr_min": "finite and > 0",
    "lr_max": "finite and > 0",
    "lr_decay": "finite and >= 0",
    "beta": "in [0, 1)",
    "beta1": "in [0, 1)",
    "beta2": "in [0, 1)",
    "beta3": "in [0, 1)",
    "rho": "in [0, 1)",
    "momentum": "in [0, 1)",
    "dampening": "in [0, 1]",
    "eps": "finite and >= 0",
    "weight_decay": "finite and >= 0",
    "psi": "finite and >= 0",
    "regularization": "finite and >= 0",
    "grow": "finite and >= 1",
    "shrink": "in (0, 1]",
    "limit": "finite and > 0",
    "alpha": "in (0, 1]",
    "G0": "finite and >= 0",
    "m0": "finite and >= 0",
    "v0": "finite and >= 0",
    "threshold": "finite and >= 4",
    "k": ">= 1",
    "start": ">= 1",
    "memory": ">= 1",
    "restart": ">= 1",
    "a": "finite",
    "b": "finite",
    "c": "finite",
    "rms": "finite and > 0",
    "power": "finite and > 0",
    "floor": "finite and >= 0",
    "every": ">= 1",
    "exponent": "finite and > 0",
    "ns_steps": ">= 0",
    "d0": "finite and > 0",
    "r0": "finite and > 0",
}

# Where a name means something else in one rule.
OWN_RANGES = {"AdEMAMix alpha": "finite and >= 0", "SAM rho": "finite and > 0"}


def range_of(cls, name):
    assert name in RANGES, f"add the range of {name} to RANGES in test_hyperparameters.py"
    return OWN_RANGES.get(f"{cls.__name__} {name}", RANGES[name])


EXAMPLES = {type(make(0.1)): make(0.1) for make in WRAPPERS.values()}
EXAMPLES[ol.Blocks] = ol.Blocks({"rest": ol.Adam(0.1)}, {"w": (1,)})
EXAMPLES |= {
    cls: cls(lr=0.1) if issubclass(cls, ol.Rule) else cls()
    for cls in OPTIMIZERS
    if cls not in EXAMPLES
}
LIMITED = {
    f"{cls.__name__} {name}": (cls, name, declared)
    for cls in OPTIMIZERS
    for name, declared in declarations(cls).items()
    if declared.range
}
every_limited_field = each("cls, name, declared", LIMITED)


def made(cls, name, value):
    others = {"scale": None} if name == "rms" else {}
    if name == "eps" and cls is ol.ScheduleFree:
        others = {"beta2": 0.9}
    return replace(EXAMPLES[cls], **{name: value}, **others)


def outside(limits, whole):
    """Return values that are just outside of a range, and those that are in none."""
    step = 1 if whole else 1e-9
    low = limits.low if limits.gt >= limits.ge else limits.low - step
    high = limits.high if limits.lt <= limits.le else limits.high + step
    ends = [int(x) if whole else x for x in (low, high) if abs(x) < np.inf]
    return ends if whole else [*ends, -np.inf, np.inf, np.nan]


@each("cls", OPTIMIZERS)
def test_declared_ranges_are_those_of_the_literature(cls):
    for name, declared in declarations(cls).items():
        if declared.range or name in RANGES:
            limits = str(declared.range).removeprefix("finite and " * (declared.kind is int))
            assert limits == range_of(cls, name), name


@every_limited_field
def test_value_outside_of_the_declared_range_is_refused(cls, name, declared):
    values = outside(declared.range, declared.kind is int)
    assert values
    for value in values:
        with pytest.raises(ValueError, match=f"{name} must be") as error:
            made(cls, name, value)
        said = f"{cls.__name__}: {name} must be {range_of(cls, name)}, got {name} = {value!r}"
        assert str(error.value) == said
        if declared.is_hyperparameter:
            with pytest.raises(ValueError, match=f"{cls.__name__}: {name} must be"):
                made(cls, name, np.array([0.5 * sum(declared.range.usual or (1, 1)), value]))


@every_limited_field
def test_value_in_the_declared_range_is_accepted(cls, name, declared):
    limits = declared.range
    ends = [x for x in (limits.low, limits.high) if limits.contains(x)]
    inside = [*ends, max(limits.low, -1) + 1e-9, *(limits.usual or ())]
    for value in ends if declared.kind is int else inside:
        value = int(value) if declared.kind is int else value
        assert getattr(made(cls, name, value), name) == value
    if declared.is_hyperparameter:
        for number in (Fraction(1), Fraction(1, 2), np.float32(0.5), np.array([0.5, 1])):
            if limits.contains(number):
                assert made(cls, name, number) is not None
    if declared.optional:
        assert getattr(made(cls, name, None), name) is None


@every_limited_field
def test_value_must_be_a_number(cls, name, declared):
    values = ["0.5", [0.5], 0.5j, True, np.array(["a"]), np.array([True])]
    values += [] if declared.optional else [None]
    values += [0.5, Fraction(1)] if declared.kind is int else []
    values += [] if declared.is_hyperparameter else [np.array([0.5]), lambda t: 0.5]
    for value in values:
        with pytest.raises(TypeError, match=f"{cls.__name__}: {name} must be an? ") as error:
            made(cls, name, value)
        assert str(error.value).endswith(f"got {name} = {value!r}")


def test_type_is_said_in_words():
    for make, words in (
        (lambda: ol.Adam("a"), "lr must be a number, a NumPy array or a schedule, got"),
        (lambda: ol.NAdam(psi="a"), "psi must be a number, a NumPy array, a schedule or None, got"),
        (lambda: ol.AdaGrad(0.1, G0="a"), "G0 must be a number, got"),
        (lambda: ol.LBFGS(memory="a"), "memory must be an integer, got"),
        (lambda: ol.ConjugateGradient(restart="a"), "restart must be an integer or None, got"),
        (lambda: ol.Adam(0.1, eps_inside="a"), "eps_inside must be True or False, got"),
    ):
        with pytest.raises(TypeError, match=f": {words} .* = 'a'$"):
            make()


@pytest.mark.parametrize("name", ["lr", "lr_min", "lr_max"])
def test_only_a_schedule_may_reach_a_rate_of_zero(name):
    rule = ol.Rprop(**{"lr": 0.1, name: lambda t: np.array([0.0, 0.1])})
    assert list(getattr(rule.at(1), name)) == [0, 0.1]
    with pytest.raises(ValueError, match=f"{name} must be finite and >= 0, got {name} = -1.0"):
        ol.Rprop(**{"lr": 0.1, name: lambda t: -1.0}).at(1)
    with pytest.raises(ValueError, match=r"beta must be in \[0, 1\), got beta = 1.0"):
        ol.Momentum(0.1, beta=lambda t: 1.0).at(1)


# Ranges.


@pytest.mark.parametrize(
    ("limits", "words", "inside", "outside"),
    [
        (ol.Range(), "finite", [0, -1e308, 1e308], [np.inf, -np.inf, np.nan]),
        (ol.Range(gt=0), "finite and > 0", [5e-324], [0, -0.0, np.inf]),
        (ol.Range(ge=1), "finite and >= 1", [1], [1 - 1e-16, np.inf]),
        (ol.Range(gt=-1, lt=2), "in (-1, 2)", [0], [-1, 2]),
        (ol.Range(ge=-1, le=2), "in [-1, 2]", [-1, 2], [-1.1, 2.1]),
        (ol.Range(gt=0, ge=0, le=1), "in (0, 1]", [1], [0]),
        (ol.Range(lt=0.5), "in (-inf, 0.5)", [-3], [0.5]),
        (ol.Range(ge=2, le=2), "in [2, 2]", [2], [1, 3]),
    ],
)
def test_range_is_what_it_says(limits, words, inside, outside):
    assert str(limits) == words
    assert all(map(limits.contains, inside))
    assert not any(map(limits.contains, outside))
    assert limits.contains(np.array(inside))
    assert not limits.contains(np.array([*inside, outside[0]]))
    assert eval(repr(limits), {"Range": ol.Range}) == limits


@pytest.mark.parametrize(
    "limits", [dict(gt=1, lt=1), dict(ge=1, lt=1), dict(ge=2, le=1), dict(gt=np.nan)]
)
def test_range_must_have_a_value(limits):
    with pytest.raises(ValueError, match=r"^Range: some value must be left, got Range\("):
        ol.Range(**limits)


@pytest.mark.parametrize("usual", [(0, 2), (0.5, 0.5), (-1, 0.5)])
def test_usual_values_must_be_in_the_range(usual):
    with pytest.raises(ValueError, match=r"usual must be .* in the range, got .*usual="):
        ol.Range(ge=0, lt=1, usual=usual)


# Readers' rules.


@dataclass(frozen=True)
class Own(ol.Rule):
    growth: float = 0.5
    limit_x: float = -3.0
    rho: float = 1.5
    momentum: float = -2.0
    beta: float = 7.0
    shrinkage: float = 0.0
    share: Annotated[float, ol.Range(ge=0, lt=1)] = 0.5
    decay: Annotated[float, "of the rate"] = -1.0
    extra: float | None = None
    other: Optional[ol.DecayRate] = None  # noqa: UP045
    memory: Annotated[ol.Option[int], ol.Range(ge=1)] = 3
    offset: ol.Option[float] = -1.0
    matrix: ol.Option[np.ndarray] = None
    title: str = "own"
    half: ClassVar[float] = 0.5

    def update(self, t, g):
        return dict(step=-self.lr * self.half * self.rho * g)


def test_names_of_readers_are_theirs():
    rule = Own(0.1)
    names = ["lr", "growth", "limit_x", "rho", "momentum", "beta", "shrinkage", "share", "decay"]
    assert list(rule.hyperparameters()) == names
    for name in names[1:7]:
        for value in (-1e9, 0, 2.5):
            assert getattr(replace(rule, **{name: value}), name) == value
        with pytest.raises(ValueError, match=f"^Own: {name} must be finite, got {name} = nan$"):
            replace(rule, **{name: np.nan})
    assert list(replace(rule, extra=5.0, other=0.5).hyperparameters()) == [*names, "extra", "other"]
    assert ol.formula(rule).text.split("\n")[-1] == "wₜ = wₜ₋₁ − ½η ρ gₜ"
    assert ol.sweep(rule, SQUARE, 4.0, 1, rho=[1.0, -1.0]) == pytest.approx([3.6**2, 4.4**2])


@pytest.mark.parametrize(
    ("name", "value", "error", "words"),
    [
        ("share", 1.0, ValueError, r"in \[0, 1\)"),
        ("other", 1.0, ValueError, r"in \[0, 1\)"),
        ("extra", np.inf, ValueError, "finite"),
        ("memory", 0, ValueError, ">= 1"),
        ("memory", 1.5, TypeError, "an integer"),
        ("offset", "1", TypeError, "a number"),
        ("lr", -1, ValueError, "finite and > 0"),
    ],
)
def test_what_readers_declare_is_checked(name, value, error, words):
    with pytest.raises(error, match=f"^Own: {name} must be {words}, got {name} = {value!r}$"):
        replace(Own(0.1), **{name: value})


def test_field_that_is_given_another_default_keeps_its_range():
    @dataclass(frozen=True)
    class Mine(ol.Adam):
        lr: float = 0.5
        beta1: float = 0.0
        eps: Annotated[float, ol.Range()] = -1.0

    assert Mine().hyperparameters() == {"lr": 0.5, "beta1": 0.0, "beta2": 0.999, "eps": -1.0}
    with pytest.raises(ValueError, match="Mine: lr must be finite and > 0, got lr = -1"):
        Mine(-1)
    with pytest.raises(ValueError, match=r"Mine: beta1 must be in \[0, 1\), got beta1 = 1"):
        Mine(beta1=1)


# Numbers that are declared as nothing.

DATACLASS = "@dataclass(frozen=True)\n"


def defined(text, future="", name="somewhere"):
    """Return the class Mine of a module, or of a function there, that `text` writes."""
    module = ModuleType(name)
    imports = (
        "from dataclasses import dataclass\nfrom typing import *\n"
        "import numpy as np\nimport optimlib as ol\n"
    )
    sys.modules[name] = module
    exec(compile(future + imports + text, name, "exec"), vars(module))
    return module.Mine


@pytest.fixture(autouse=True)
def _no_module_left():
    yield
    sys.modules.pop("somewhere", None)


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize("kind", ["float", "ol.DecayRate", "float | None", "Optional[float]"])
@pytest.mark.parametrize("place", ["module", "function"])
def test_annotations_may_be_text(future, kind, place):
    body = f"{DATACLASS}class Mine(ol.Rule):\n    gain: {kind} = 0.5\n    quick: bool = False\n"
    if place == "function":
        body = f"def make():\n{indent(body, '    ')}    return Mine\nMine = make()\n"
    Mine = defined(body, future)
    assert Mine(0.1).hyperparameters() == {"lr": 0.1, "gain": 0.5}
    with pytest.raises(ValueError, match=r"^Mine: gain must be .*, got gain = nan$"):
        Mine(0.1, gain=np.nan)
    with pytest.raises(TypeError, match=r"^Mine: quick must be True or False, got quick = 1$"):
        Mine(0.1, quick=1)


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize(
    ("kind", "value", "option"),
    [
        ("int", "3", "int"),
        ("int | None", "3", "int"),
        ("np.float64", "np.float64(0.5)", "float"),
        ("'np.float64'", "0.5", "float"),
        ("Any", "0.5", "float"),
        ("object", "np.int64(1)", "int"),
        ("float | str", "0.5", "float"),
        ("complex", "0.5j", "float"),
        ("'Unheard'", "0.5", "float"),
        ("Annotated[int, ol.Range(ge=1)]", "3", "int"),
    ],
)
def test_number_that_is_no_hyperparameter_is_refused(future, kind, value, option):
    Mine = defined(f"{DATACLASS}class Mine(ol.Rule):\n    gain: {kind} = {value}\n", future)
    with pytest.raises(TypeError) as error:
        Mine(0.1)
    text = kind if future else kind.strip("'")
    unknown = f" ({text!r} is not known)" if "Unheard" in kind else ""
    assert str(error.value) == (
        "Mine: gain must be declared as a hyperparameter, gain: float, or as an option, "
        f"gain: ol.Option[{option}], to be a number{unknown}, got gain = {value}"
    )
    declared = defined(f"{DATACLASS}class Mine(ol.Rule):\n    gain: float = 1\n", future)
    assert declared(0.1).hyperparameters() == {"lr": 0.1, "gain": 1}
    option = defined(f"{DATACLASS}class Mine(ol.Rule):\n    gain: ol.Option[int] = 1\n", future)
    assert option(0.1).hyperparameters() == {"lr": 0.1}


def test_array_that_is_no_hyperparameter_is_refused():
    Mine = make_dataclass("Mine", [("gain", Any)], bases=(ol.Rule,), frozen=True)
    assert Mine(0.1, "a name").hyperparameters() == {"lr": 0.1}
    with pytest.raises(TypeError, match=r"^Mine: gain must be declared .*, got gain = array\("):
        Mine(0.1, np.array([0.1, 0.2]))


@pytest.mark.parametrize("base", ["ol.Rule", "ol.Optimizer", "ol.Wrapper", "ol.Adam"])
@pytest.mark.parametrize(("name", "value"), [("beta", "0.9"), ("_k", "3"), ("beta1", "0.5")])
def test_number_in_the_body_of_a_class_is_refused(base, name, value):
    with pytest.raises(TypeError) as error:
        defined(f"{DATACLASS}class Mine({base}):\n    {name} = {value}\n")
    assert str(error.value) == (
        f"Mine: {name} must be declared as a hyperparameter, {name}: float = {value}, "
        f"or as a constant, {name}: ClassVar = {value}, got {name} = {value}"
    )


def test_number_in_the_body_of_another_base_is_refused():
    with pytest.raises(TypeError, match=r"^Mine: gain must be declared .*, got gain = 2$"):
        defined("class Mixin:\n    gain = 2\nclass Mine(Mixin, ol.Rule): pass\n")


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize("kind", ["ClassVar", "ClassVar[float]", "ClassVar[int]"])
@pytest.mark.parametrize("decorator", [DATACLASS, ""])
def test_constant_of_a_class_is_no_hyperparameter(future, kind, decorator):
    text = (
        f"{decorator}class Half(ol.Rule):\n    share: {kind} = 2\n"
        "    def update(self, t, g):\n        return dict(step=-self.share * self.lr * g)\n"
        "class Mine(Half):\n    share = 3\n"
    )
    Mine = defined(text, future)
    assert Mine(0.1).hyperparameters() == {"lr": 0.1}
    assert ol.run(Mine(0.1), SQUARE, 4.0, 1) == pytest.approx(1.6)
    assert ol.run(Mine.__base__(0.1), SQUARE, 4.0, 1) == pytest.approx(2.4)
    assert ol.sweep(Mine(0.1), SQUARE, 4.0, 1, lr=[0.1]) == pytest.approx([1.6**2])


@pytest.mark.parametrize("future", ["", "from __future__ import annotations\n"])
@pytest.mark.parametrize(
    ("base", "field", "value"),
    [
        ("ol.Rule", "gain: float", "0.5"),
        ("ol.Rule", "gain: int", "2"),
        ("ol.Rule", "gain: ol.DecayRate | None", "None"),
        ("ol.Adam", "beta1: float", "0.5"),
    ],
)
def test_class_that_is_no_dataclass_is_refused(future, base, field, value):
    Mine = defined(f"class Mine({base}):\n    {field} = {value}\n", future)
    name = field.partition(":")[0]
    with pytest.raises(TypeError) as error:
        Mine(0.1)
    assert str(error.value) == (
        f"Mine: {name} must be a field, as it is with @dataclass(frozen=True) above the class, "
        f"got {name} = {value}"
    )


def test_what_is_no_number_needs_no_declaration():
    text = (
        f"{DATACLASS}class Mine(ol.Rule):\n    title: str = 'mine'\n    inner: Any = None\n"
        "    powers: tuple = (1, 2)\n    names = ('a', 'b')\n    careful = True\n"
        "    __weight__ = 3\n    state = ('v',)\n"
    )
    assert defined(text)(0.1).hyperparameters() == {"lr": 0.1}
