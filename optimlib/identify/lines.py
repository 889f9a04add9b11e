"""Lines of PyTorch, Keras and Optax that take the steps of a rule.

One table says which optimizer of a library a rule is, and what it calls the settings there. A line
holds for a constant learning rate. What the table says was run beside the libraries, as recorded in
tests/golden/lines.json.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from optimlib import rules
from optimlib.rules.optimizer import Optimizer
from optimlib.rules.wrapper import Wrapper

LIBRARIES = {"torch": "PyTorch", "keras": "Keras", "optax": "Optax"}
WRAPPERS = (rules.ClipNorm, rules.ClipValue, rules.L2, rules.DecoupledWeightDecay)
# At a constant rate, and at β₂ in floating point, these make no difference.
ALIKE = ("lr_inside", "at_threshold")


@dataclass(frozen=True)
class Line:
    """A rule as an optimizer of a library.

    Attributes
    ----------
    rule : str
        The name of its class.
    call : str
        What is called, and after a space what is given as it stands.
    settings : str
        What the library calls the settings: ``alpha:beta``, ``betas:beta1,beta2`` of a row, a minus
        sign where it turns a number's sign.
    options : dict
        The rule's fields that are not named there and not those by default.
    around : str
        What the library calls what may be around a rule: ``L2:weight_decay``.
    """

    rule: str
    call: str
    settings: str
    options: Mapping[str, Any] = field(default_factory=dict)
    around: str = ""


COUPLED, DECOUPLED = "L2:weight_decay", "DecoupledWeightDecay:weight_decay"
CLIPPED = "ClipNorm:clipnorm ClipValue:clipvalue"
KERAS = f"{DECOUPLED} {CLIPPED}"
TORCH_ADAM = "lr betas:beta1,beta2 eps"
KERAS_ADAM = "learning_rate:lr beta_1:beta1 beta_2:beta2 epsilon:eps"
OPTAX_ADAM = "learning_rate:lr b1:beta1 b2:beta2 eps"
INSIDE, BEFORE = {"eps_inside": True}, {"eps_before_correction": True}
LIBRARY, CORRECTED = {"library_form": True}, {"bias_correction": True}
OPTAX_YOGI = CORRECTED | {"m0": 1e-6, "v0": 1e-6}
OPTAX_MUON = CORRECTED | {"average": True}

TABLE = (
    Line("GradientDescent", "torch.optim.SGD", "lr", around=COUPLED),
    Line("Momentum", "torch.optim.SGD", "lr momentum:beta dampening", around=COUPLED),
    Line("Nesterov", "torch.optim.SGD nesterov=True", "lr momentum:beta", LIBRARY, COUPLED),
    Line(
        "AdaGrad", "torch.optim.Adagrad", "lr eps initial_accumulator_value:G0 lr_decay",
        around=COUPLED,
    ),
    Line("RMSProp", "torch.optim.RMSprop", "lr alpha:beta eps momentum centered", {}, COUPLED),
    Line("Adadelta", "torch.optim.Adadelta", "lr rho eps", {}, COUPLED),
    Line(
        "Rprop", "torch.optim.Rprop", "lr etas:shrink,grow step_sizes:lr_min,lr_max", {"skip": True}
    ),
    Line("Adam", "torch.optim.Adam", TORCH_ADAM, {}, COUPLED),
    Line("Adam", "torch.optim.AdamW", TORCH_ADAM, {}, DECOUPLED),
    Line("AdamW", "torch.optim.AdamW", TORCH_ADAM + " weight_decay"),
    Line("AMSGrad", "torch.optim.Adam amsgrad=True", TORCH_ADAM, CORRECTED, COUPLED),
    Line("Adamax", "torch.optim.Adamax", TORCH_ADAM, INSIDE, COUPLED),
    Line("NAdam", "torch.optim.NAdam", TORCH_ADAM + " momentum_decay:psi", {}, COUPLED),
    Line("RAdam", "torch.optim.RAdam", TORCH_ADAM, BEFORE, COUPLED),
    Line("GradientDescent", "keras.optimizers.SGD", "learning_rate:lr", {}, KERAS),
    Line("Momentum", "keras.optimizers.SGD", "learning_rate:lr momentum:beta", {}, KERAS),
    Line(
        "Nesterov", "keras.optimizers.SGD nesterov=True", "learning_rate:lr momentum:beta",
        LIBRARY, KERAS,
    ),
    Line(
        "AdaGrad", "keras.optimizers.Adagrad",
        "learning_rate:lr initial_accumulator_value:G0 epsilon:eps", INSIDE, KERAS,
    ),
    Line(
        "RMSProp", "keras.optimizers.RMSprop",
        "learning_rate:lr rho:beta momentum epsilon:eps centered", INSIDE, KERAS,
    ),
    Line("Adadelta", "keras.optimizers.Adadelta", "learning_rate:lr rho epsilon:eps", {}, KERAS),
    Line("Adam", "keras.optimizers.Adam", KERAS_ADAM, BEFORE, KERAS),
    Line("Adamax", "keras.optimizers.Adamax", KERAS_ADAM, {}, KERAS),
    Line("NAdam", "keras.optimizers.Nadam", KERAS_ADAM, {"psi": 1.0}, KERAS),
    Line(
        "Lion", "keras.optimizers.Lion",
        "learning_rate:lr beta_1:beta1 beta_2:beta2 weight_decay", {}, CLIPPED,
    ),
    Line("LAMB", "keras.optimizers.Lamb", KERAS_ADAM),
    Line("GradientDescent", "optax.sgd", "learning_rate:lr"),
    Line("Momentum", "optax.sgd", "learning_rate:lr momentum:beta"),
    Line("Nesterov", "optax.sgd nesterov=True", "learning_rate:lr momentum:beta", LIBRARY),
    Line("SignDescent", "optax.sign_sgd", "learning_rate:lr"),
    Line(
        "AdaGrad", "optax.adagrad", "learning_rate:lr initial_accumulator_value:G0 eps", INSIDE
    ),
    Line("RMSProp", "optax.rmsprop", "learning_rate:lr decay:beta eps momentum centered", INSIDE),
    Line(
        "RMSProp", "optax.rmsprop eps_in_sqrt=False",
        "learning_rate:lr decay:beta eps momentum centered",
    ),
    Line("Adadelta", "optax.adadelta", "learning_rate:lr rho eps"),
    Line("Adam", "optax.adam", OPTAX_ADAM),
    Line("Adam", "optax.adamw", OPTAX_ADAM, {}, DECOUPLED),
    Line("AdamW", "optax.adamw", OPTAX_ADAM + " weight_decay"),
    Line("Adamax", "optax.adamax", OPTAX_ADAM, INSIDE),
    Line("NAdam", "optax.nadam", OPTAX_ADAM, {"psi": None}),
    Line("RAdam", "optax.radam", OPTAX_ADAM + " threshold"),
    Line("AMSGrad", "optax.amsgrad", OPTAX_ADAM, CORRECTED | {"max_of_corrected": True}),
    Line("AdaBelief", "optax.adabelief", OPTAX_ADAM + " eps_root:eps"),
    Line("Yogi", "optax.yogi", OPTAX_ADAM, OPTAX_YOGI),
    Line("Lion", "optax.lion", "learning_rate:lr b1:beta1 b2:beta2 weight_decay"),
    Line("LAMB", "optax.lamb", OPTAX_ADAM + " weight_decay"),
    Line("ADOPT", "optax.contrib.adopt", OPTAX_ADAM),
    Line("AdEMAMix", "optax.contrib.ademamix", OPTAX_ADAM + " b3:beta3 alpha weight_decay"),
    Line(
        "Prodigy", "optax.contrib.prodigy",
        "learning_rate:lr betas:beta1,beta2 eps weight_decay estim_lr0:d0", CORRECTED,
    ),
    Line("Muon", "optax.contrib.muon", "learning_rate:lr beta eps", OPTAX_MUON),
)  # fmt: skip
# What Optax chains before an optimizer.
CHAINED = {
    "L2": "optax.add_decayed_weights",
    "ClipNorm": "optax.clip_by_global_norm",
    "ClipValue": "optax.clip",
}


def lines(found: Iterable[Optimizer]) -> dict[str, str]:
    """Return by library a line that takes the same steps as these rules, which are equivalent.

    Examples
    --------
    >>> import optimlib as ol
    >>> from optimlib.identify.lines import lines
    >>> for library, line in lines([ol.AdamW(lr=0.1, weight_decay=0.5)]).items():
    ...     print(f"{library}: {line}")
    PyTorch: torch.optim.AdamW(params, lr=0.1, betas=(0.9, 0.999), eps=1e-08, weight_decay=0.5)
    Optax: optax.adamw(learning_rate=0.1, b1=0.9, b2=0.999, eps=1e-08, weight_decay=0.5)
    """
    known: dict[str, str] = {}
    for rule in found:
        if not rule.has_schedules():
            for line in TABLE:
                text = _line(line, rule)
                if text is not None:
                    known.setdefault(LIBRARIES[line.call.partition(".")[0]], text)
    return {name: known[name] for name in LIBRARIES.values() if name in known}


def _line(line: Line, rule: Optimizer) -> str | None:
    """Return the line's text for a rule with what is around it, None if it is another one."""
    around = {}
    while isinstance(rule, Wrapper) and isinstance(rule, WRAPPERS):
        (value,) = rule.hyperparameters().values()
        around[type(rule).__name__] = value
        rule = rule.rule
    pairs = dict(_pairs(line.settings))
    if type(rule).__name__ != line.rule or not _is_form(rule, line, pairs.values()):
        return None
    call, *given = line.call.split()
    given = [*_given(rule, pairs), *given]
    names = {wrapper: name for wrapper, (name,) in _pairs(line.around)}
    chained = []
    for wrapper, value in around.items():
        if wrapper in names:
            given.append(f"{names[wrapper]}={value!r}")
        elif call.startswith("optax.") and wrapper in CHAINED:
            chained.append(f"{CHAINED[wrapper]}({value!r})")
        else:
            return None
    first = ["params"] if call.startswith("torch.") else []
    text = f"{call}({', '.join([*first, *given])})"
    return f"optax.chain({', '.join([*chained, text])})" if chained else text


def _pairs(settings: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (name before the colon, names behind it) of settings."""
    for entry in settings.split():
        name, _, own = entry.partition(":")
        yield name, (own or name).split(",")


def _is_form(rule, line, named):
    """Return whether all fields of a rule that the library has no setting for are the line's."""
    open_fields = {own for names in named for own in names}
    return all(
        getattr(rule, f.name) == line.options.get(f.name, f.default)
        for f in fields(rule)
        if f.name not in open_fields and f.name not in ALIKE
    )


def _given(rule, pairs):
    """Yield the arguments, without what is None or False."""
    for name, own in pairs.items():
        values = tuple(getattr(rule, field_name) for field_name in own)
        value = values if len(values) > 1 else values[0]
        if value is not None and value is not False:
            yield f"{name}={value!r}"
