"""Mistakes that can be made in any rule, made in a rule that is given."""

import inspect

from optimlib.symbols import number_text, symbol_text


def describe(mistake):
    """Return the name of a misconception and its explanation: two parts of its docstring."""
    name, _, explanation = inspect.getdoc(mistake).partition("\n\n")
    return name.removesuffix("."), " ".join(explanation.split())


def call(rule, t, g, state, w):
    """Return the record of the rule's `update`, which gets the point if it asks for it."""
    return rule.update(t, g, *state, **({"w": w} if rule.sees_point else {}))


def spoiled(rule, name, explanation, *, before=None, after=None):
    """Return the class of a rule like `rule`, with a mistake.

    ``before(self, t)`` returns the rule and the t that are used in place of the right ones,
    ``after(self, record, state, w)`` what is different in the record.
    """
    prepare = before or (lambda self, t: (self, t))
    change = after or (lambda self, record, state, w: {})

    class Spoiled(rule):
        def look_ahead(self, w, *state):
            return rule.look_ahead(prepare(self, 1)[0], w, *state)

        def update(self, t, g, *state, w):
            other, t = prepare(self, t)
            arguments = {"w": w} if rule.sees_point else {}
            record = rule.update(other, t, g, *state, **arguments)
            return record | change(self, record, dict(zip(self.state, state, strict=True)), w)

    Spoiled.__doc__ = f"{name}.\n\n{explanation}"
    return Spoiled


def wrong_sign(rule):
    """Return `rule` with the sign of its step turned around."""
    return spoiled(
        rule,
        "The step goes uphill",
        "`step` has the wrong sign: what is added to w has to lead against the gradient.",
        after=lambda self, record, state, w: {"step": -record["step"]},
    )


def rate_twice(rule):
    """Return `rule` with η once more in its step."""
    return spoiled(
        rule,
        "η applied twice",
        "`step` is multiplied by η once more than in the formula.",
        after=lambda self, record, state, w: {"step": self.lr * record["step"]},
    )


def rate_forgotten(rule):
    """Return `rule` with no η in its step."""
    return spoiled(
        rule,
        "η forgotten",
        "`step` is not multiplied by the learning rate η.",
        after=lambda self, record, state, w: {"step": record["step"] / self.lr},
    )


def rate_decays(rule):
    """Return `rule` with η/√t in its step."""
    return spoiled(
        rule,
        "η divided by √t",
        "`step` has η/√t. A schedule is given as `lr` from outside; the rule takes η as it is.",
        before=lambda self, t: (self.replace_unchecked(lr=self.lr / t**0.5), t),
    )


def new_point(rule):
    """Return `rule` with the new point returned as its step."""
    return spoiled(
        rule,
        "The new point in place of the step",
        "`step` is the difference that will be added to w; w itself is not part of it.",
        after=lambda self, record, state, w: {"step": w + record["step"]},
    )


def state_kept(rule):
    """Return `rule` with the old state in its record."""
    return spoiled(
        rule,
        "The old state is returned",
        "The step is right, but the record holds the state from before it: nothing is remembered.",
        after=lambda self, record, state, w: state,
    )


def fixed_numbers(rule):
    """Return one mistake for each hyperparameter with a default: the default in its place."""
    return [
        _fixed_number(rule, name, value)
        for name, value in rule(lr=1.0).hyperparameters().items()
        if name != "lr" and value != 0  # At 0 a term is missing: a mistake of the rule's own.
    ]


def _fixed_number(rule, name, value):
    symbol, number = symbol_text(name), number_text(value)
    return spoiled(
        rule,
        f"{symbol} is always {number}",
        f"The code has the number {number} where the hyperparameter `{name}` belongs.",
        before=lambda self, t: (self.replace_unchecked(**{name: value}), t),
    )


def betas_swapped(rule):
    """Return `rule` with β₁ and β₂ swapped."""
    return spoiled(
        rule,
        "β₁ and β₂ swapped",
        "β₁ is where β₂ belongs, and the other way round.",
        before=lambda self, t: (self.replace_unchecked(beta1=self.beta2, beta2=self.beta1), t),
    )


def correction_ignores_t(rule):
    """Return `rule` with 1 − β in its corrections."""
    return spoiled(
        rule,
        "Bias correction ignores t",
        "The corrections divide by 1 − β in every step. The power t is missing: 1 − βᵗ.",
        before=lambda self, t: (self, 1),
    )


def counts_from_zero(rule):
    """Return `rule` with t − 1 in place of t."""
    return spoiled(
        rule,
        "t counted from 0",
        "The corrections have 1 − βᵗ⁻¹. Here t is 1 in the first step, so nothing is taken off.",
        before=lambda self, t: (self, t - 1),
    )


def counts_ahead(rule):
    """Return `rule` with t + 1 in place of t."""
    return spoiled(
        rule,
        "t is one too large",
        "The corrections have 1 − βᵗ⁺¹. Here t is 1 in the first step, so nothing is added.",
        before=lambda self, t: (self, t + 1),
    )


def uncorrected(rule):
    """Return `rule` with means that are not corrected."""
    # β to the power infinity is 0: nothing is corrected.
    return spoiled(
        rule,
        "Bias correction forgotten",
        "The means start at 0 and are used as they are; the division by 1 − βᵗ is missing.",
        before=lambda self, t: (self, float("inf")),
    )


def any_rule(rule, *, rate=True):
    """Return what can go wrong in any rule; with `rate`, η as a factor of the step too."""
    mistakes = [wrong_sign(rule), new_point(rule), *fixed_numbers(rule)]
    if rate:
        mistakes += [rate_twice(rule), rate_forgotten(rule)]
    if rule(lr=1.0).state:
        mistakes.append(state_kept(rule))
    return mistakes


def corrected_rule(rule):
    """Return what can go wrong in a rule that corrects its means."""
    return [
        correction_ignores_t(rule),
        counts_from_zero(rule),
        counts_ahead(rule),
        uncorrected(rule),
    ]
