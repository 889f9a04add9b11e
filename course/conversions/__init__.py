"""Which rule of optimlib an optimizer of a package is, and which settings of another equal its."""

from collections.abc import Mapping
from typing import Any

import optimlib as ol
from course.conversions.forms import FORMS, Form
from course.conversions.others import OTHERS
from optimlib.rules.hyperparameters import Range, declarations
from optimlib.rules.optimizer import Optimizer

__all__ = ["FORMS", "OTHERS", "Form", "form_of", "ranges_of", "rule_of", "values_of"]

Settings = Mapping[str, Any]
# What declares the settings that are around a rule.
AROUND = {
    "l2": (ol.L2, "weight_decay"),
    "decay": (ol.DecoupledWeightDecay, "weight_decay"),
    "clip": (ol.ClipNorm, "limit"),
    "k": (ol.Lookahead, "k"),
    "alpha": (ol.Lookahead, "alpha"),
}


def form_of(package: str, optimizer: str, settings: Settings) -> Form | None:
    """Return the form that an optimizer has at these settings, all of them; None if it has none."""
    for form in FORMS.get(f"{package} {optimizer}", []):
        if all(settings.get(name) == value for name, value in form.given.items()):
            return form
    return None


def values_of(form: Form, settings: Settings) -> dict[str, Any]:
    """Return the rule's values at a package's settings, all of them.

    Examples
    --------
    >>> from course import conversions
    >>> form = conversions.FORMS["keras Adagrad"][0]
    >>> names = ("learning_rate", "initial_accumulator_value", "epsilon", "weight_decay")
    >>> conversions.values_of(form, dict(zip(names, (0.1, 0.25, 0.5, None))))
    {'lr': 0.1, 'G0': 0.75, 'eps': 0, 'decay': 0}
    """
    values = {}
    for name, targets in form.targets().items():
        row = settings[name] if len(targets) > 1 else [settings[name]]
        for target, value in zip(targets, row, strict=True):
            value = 0 if value is None else value
            for key in target.lstrip("-").split("+"):
                values[key] = -value if target.startswith("-") else value
    if form.folded:
        values |= {"G0": values["G0"] + values["eps"], "eps": 0}
    return values


def ranges_of(form: Form) -> dict[str, list[Range]]:
    """Return the range of each setting of a package, or of each number in its row.

    Examples
    --------
    >>> from course import conversions
    >>> ranges = conversions.ranges_of(conversions.FORMS["torch Adafactor"][0])
    >>> {name: str(row[0]) for name, row in ranges.items() if name in ("lr", "beta2_decay")}
    {'lr': 'finite and > 0', 'beta2_decay': 'in (-inf, 0)'}
    """
    own = declarations(getattr(ol, form.rule))
    around = {key: (declarations(cls), name) for key, (cls, name) in AROUND.items()}

    def range_of(target):
        key = target.lstrip("-").split("+")[0]
        declared, key = (own, key) if key in own else around[key]
        found = declared[key].range
        if not target.startswith("-"):
            return found
        return Range(gt=-found.lt, ge=-found.le, lt=-found.gt, le=-found.ge)

    return {name: [range_of(target) for target in row] for name, row in form.targets().items()}


def rule_of(form: Form, settings: Settings) -> Optimizer:
    """Return the rule with the package's settings, all of them."""
    values = values_of(form, settings)
    around = {name: values.pop(name, 0) for name in ("l2", "decay", "clip")}
    ahead = {name: values.pop(name) for name in ("k", "alpha") if "k" in form.names.split()}
    rule = getattr(ol, form.rule)(**{**values, **form.options})
    if around["clip"]:
        rule = ol.ClipNorm(rule, around["clip"])
    if around["l2"]:
        rule = ol.L2(rule, around["l2"])
    if around["decay"]:
        rule = ol.DecoupledWeightDecay(rule, around["decay"])
    return ol.Lookahead(rule, **ahead) if ahead else rule
