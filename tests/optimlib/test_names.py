"""Names from habit: those of PyTorch, Keras and Optax, and names that are almost right."""

import copy
import pickle
from dataclasses import dataclass, fields, replace

import pytest
from cases import OPTIMIZERS
from looping import each

import optimlib as ol
from optimlib.names import ARGUMENTS, CLASSES, RULES


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("SGD", "write ol.GradientDescent(lr), ol.Momentum(lr, beta) or ol.Nesterov(lr, beta)"),
        ("sgd", "write ol.GradientDescent(lr), ol.Momentum(lr, beta) or ol.Nesterov(lr, beta)"),
        ("Adagrad", "did you mean AdaGrad?"),
        ("RMSprop", "did you mean RMSProp?"),
        ("Nadam", "did you mean NAdam?"),
        ("adamw", "did you mean AdamW?"),
        ("lbfgs", "did you mean LBFGS?"),
        ("LionW", "did you mean Lion?"),
        ("gradient_descent", "did you mean GradientDescent?"),
        ("figure", "did you mean figures?"),
        ("clip_by_global_norm", "write ol.ClipNorm(rule, limit)"),
        ("CosineDecay", "write ol.schedules.Cosine(lr, steps)"),
    ],
)
def test_a_name_from_habit(name, hint):
    with pytest.raises(AttributeError) as error:
        getattr(ol, name)
    assert str(error.value) == f"module 'optimlib' has no attribute {name!r}: {hint}"


@pytest.mark.parametrize("name", ["qwertz", "_private", "__path_hook__"])
def test_a_name_that_nothing_is_near_to(name):
    with pytest.raises(AttributeError) as error:
        getattr(ol, name)
    assert str(error.value) == f"module 'optimlib' has no attribute {name!r}"


def test_the_table_of_classes_has_no_name_of_ours_and_leads_to_what_there_is():
    ours = {name.casefold() for name in ol.__all__}
    assert [name for name in CLASSES if name.casefold() in ours] == []
    for text in (*CLASSES.values(), *RULES.values()):
        called = text.replace(" or ", ", ").replace("(", " ").replace(")", " ").split()
        names = [word.removeprefix("ol.").strip(",") for word in called if word.startswith("ol.")]
        assert names
        for name in names:
            thing = ol
            for part in name.split("."):
                thing = getattr(thing, part)
            assert callable(thing)


@pytest.mark.parametrize(
    ("make", "arguments", "message"),
    [
        (ol.Adam, dict(learning_rate=0.1), "Adam has no learning_rate: write lr"),
        (ol.Adam, dict(epsilon=1e-7), "Adam has no epsilon: write eps"),
        (ol.Adam, dict(betas=(0.9, 0.999)), "Adam has no betas: write beta1=0.9, beta2=0.999"),
        (ol.Adam, dict(betas=0.9), "Adam has no betas: write beta1, beta2"),
        (ol.Lion, dict(b1=0.9), "Lion has no b1: write beta1"),
        (ol.Yogi, dict(beta_2=0.9), "Yogi has no beta_2: write beta2"),
        (ol.RMSProp, dict(alpha=0.9), "RMSProp has no alpha: write beta"),
        (ol.RMSProp, dict(rho=0.9), "RMSProp has no rho: write beta"),
        (ol.RMSProp, dict(decay=0.9), "RMSProp has no decay: write beta"),
        (ol.Momentum, dict(momentum=0.9), "Momentum has no momentum: write beta"),
        (ol.GradientDescent, dict(momentum=0.9), "write ol.Momentum(lr, beta)"),
        (ol.GradientDescent, dict(nesterov=True), "write ol.Nesterov(lr, beta) or"),
        (ol.Nesterov, dict(nesterov=True), "Nesterov has no nesterov, only lr, beta, library_form"),
        (ol.Adam, dict(amsgrad=True), "write ol.AMSGrad(lr, beta1, beta2)"),
        (ol.Adam, dict(weight_decay=0.1), "write ol.L2(rule, weight_decay) or"),
        (ol.Rprop, dict(etas=(0.5, 1.2)), "write shrink=0.5, grow=1.2"),
        (ol.AdaGrad, dict(initial_accumulator_value=0.1), "write G0"),
        (ol.NAdam, dict(momentum_decay=0.004), "write psi"),
        (ol.LBFGS, dict(history_size=5), "write memory"),
        (ol.Adam, dict(bias_corection=True), "did you mean bias_correction?"),
        (ol.Adam, dict(Lr=0.1), "did you mean lr?"),
        (ol.GradientDescent, dict(fused=True), "GradientDescent has no fused, only lr"),
        (ol.SteepestDescent, dict(lr=0.1), "SteepestDescent has no lr, only line_search"),
    ],
)
def test_an_argument_from_habit(make, arguments, message):
    with pytest.raises(TypeError) as error:
        make(**arguments)
    assert message in str(error.value)
    assert str(error.value).startswith(f"{make.__name__} has no {next(iter(arguments))}")


def test_a_wrapper_says_which_arguments_are_its_own():
    with pytest.raises(TypeError, match=r"^ClipNorm has no max_norm: write limit$"):
        ol.ClipNorm(ol.Adam(), max_norm=1)
    with pytest.raises(TypeError, match=r"^Averaging has no learning_rate, only rule, start$"):
        ol.Averaging(ol.Adam(), learning_rate=0.1)


@each("cls", OPTIMIZERS)
def test_no_argument_of_a_rule_is_taken_for_another(cls):
    """What the rule has itself is never refused for being a name of others too."""
    own = [field.name for field in fields(cls)]
    for name in {*ARGUMENTS, *RULES} - set(own):
        with pytest.raises(TypeError, match=f"^{cls.__name__} has no {name}"):
            cls(**{name: 0.5})
    assert all(set(ours) - {name} for name, ours in ARGUMENTS.items())


def test_every_line_of_the_table_helps_some_rule():
    arguments = [{field.name for field in fields(cls)} for cls in OPTIMIZERS]
    for name, ours in ARGUMENTS.items():
        assert any(set(ours) <= names and name not in names for names in arguments), name


def test_the_other_ways_to_make_a_rule_stay_open():
    rule = ol.Adam(0.1)
    assert replace(rule, lr=0.2) == ol.Adam(lr=0.2)
    for same in (copy.copy(rule), copy.deepcopy(rule), pickle.loads(pickle.dumps(rule))):
        assert same == rule
    with pytest.raises(TypeError, match=r"^Adam has no learning_rate: write lr$"):
        replace(rule, learning_rate=0.2)
    with pytest.raises(TypeError, match="positional arguments"):
        ol.GradientDescent(0.1, 0.2)


def test_a_class_may_have_arguments_of_its_own():
    @dataclass(frozen=True)
    class Named(ol.GradientDescent):
        def __init__(self, learning_rate):
            object.__setattr__(self, "lr", learning_rate)

    @dataclass(frozen=True)
    class Any(ol.GradientDescent):
        def __init__(self, **given):
            object.__setattr__(self, "lr", given["learning_rate"])

    assert ol.run(Named(learning_rate=0.5), ol.problems.square, 4.0, 1) == 0
    assert ol.run(Any(learning_rate=0.5), ol.problems.square, 4.0, 1) == 0
    with pytest.raises(TypeError, match=r"^Named has no foo, only learning_rate$"):
        Named(foo=0.5)
