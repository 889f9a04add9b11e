"""Mistakes that can be made in any rule, made in a rule that is given."""

import inspect

import numpy as np

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


def edited(rule, text, name, explanation, *edits):
    """Return the class of a rule like `rule` whose step is a text with edits.

    Parameters
    ----------
    rule : type
    text : str
        Python that computes the state and ``step`` from t, g, w, the state and hyperparameters.
    name, explanation : str
    edits : str
        ``"old → new"``; each old text has to be there.

    Raises
    ------
    ValueError
        If an old text is not there.

    Examples
    --------
    >>> from optimlib.rules import GradientDescent
    >>> wrong = edited(GradientDescent, "step = -lr * g", "Uphill", "The sign.", "-lr → lr")
    >>> wrong(lr=0.5).update(t=1, g=4.0, w=1.0)
    {'step': 2.0}
    """
    for old, new in (edit.split(" → ") for edit in edits):
        if old not in text:
            raise ValueError(f"edits must be of the text, got {old!r}")
        text = text.replace(old, new)
    code = compile(text, name, "exec")

    class Edited(rule):
        def update(self, t, g, *state, w=None):
            values = dict(zip(self.state, state, strict=True)) | self.hyperparameters()
            values |= {"np": np, "t": t, "g": g, "w": w}
            exec(code, values)
            return {name: values[name] for name in (*self.state, "step")}

    Edited.__doc__ = f"{name}.\n\n{explanation}"
    return Edited


# What goes wrong with means and quotients, whatever they are called in a rule.
_USUAL = [
    ("β₁ and 1 − β₁ swapped", "`m` has (1 − β₁) m + β₁ g: β₁ is the weight of the past.",
     "beta1 * m + (1 - beta1) * g → (1 - beta1) * m + beta1 * g"),
    ("1 − β₁ forgotten", "`m` has g where (1 − β₁) g belongs: no mean, but 1/(1 − β₁) times one.",
     "m = beta1 * m + (1 - beta1) * g → m = beta1 * m + g"),
    ("The past of m does not fade", "`m` has the old m whole, where β₁ m belongs.",
     "m = beta1 * m → m = m"),
    ("β₂ and 1 − β₂ swapped", "`v` has (1 − β₂) v + β₂ g²: β₂ is the weight of the past.",
     "beta2 * v + (1 - beta2) * g**2 → (1 - beta2) * v + beta2 * g**2"),
    ("1 − β₂ forgotten", "`v` has g² where (1 − β₂) g² belongs: no mean, but 1/(1 − β₂) times one.",
     "v = beta2 * v + (1 - beta2) * g**2 → v = beta2 * v + g**2"),
    ("1 − β₂ is squared too", "`v` has ((1 − β₂) g)²: only the gradient is squared.",
     "(1 - beta2) * g**2 → ((1 - beta2) * g) ** 2"),
    ("The gradient is not squared",
     "`v` has g where g² belongs; its root is nan where it is below 0.",
     "beta2 * v + (1 - beta2) * g**2 → beta2 * v + (1 - beta2) * g"),
    ("β₁ in the second mean", "The second mean has β₁ where β₂ belongs; its correction has β₂.",
     "v = beta2 * v + (1 - beta2) * g**2 → v = beta1 * v + (1 - beta1) * g**2"),
    ("Bias correction forgotten", "The division of both means by 1 − βᵗ is missing.",
     "m_hat = m / (1 - beta1**t) → m_hat = m", "v_hat = v / (1 - beta2**t) → v_hat = v"),
    ("m is not corrected", "`step` has m where m̂ belongs: m starts at 0 and needs its correction.",
     "m_hat = m / (1 - beta1**t) → m_hat = m"),
    ("v is not corrected", "`step` has v where v̂ belongs: v starts at 0 and needs its correction.",
     "v_hat = v / (1 - beta2**t) → v_hat = v"),
    ("β₁ in both corrections", "v̂ is v / (1 − β₁ᵗ), where β₂ belongs.",
     "v / (1 - beta2**t) → v / (1 - beta1**t)"),
    ("βt in place of βᵗ",
     "The corrections divide by 1 − βt: `beta * t` is a product, not the power.",
     "m / (1 - beta1**t) → m / (1 - beta1 * t)", "v / (1 - beta2**t) → v / (1 - beta2 * t)"),
    ("The power outside the parentheses",
     "The corrections divide by (1 − β)ᵗ, where 1 − βᵗ belongs.",
     "m / (1 - beta1**t) → m / (1 - beta1) ** t", "v / (1 - beta2**t) → v / (1 - beta2) ** t"),
    ("The correction lacks parentheses", "m / 1 − βᵗ is m less βᵗ: 1 − βᵗ needs parentheses.",
     "m / (1 - beta1**t) → m / 1 - beta1**t", "v / (1 - beta2**t) → v / 1 - beta2**t"),
    ("Multiplied by the corrections", "m̂ and v̂ have 1 − βᵗ as a factor: divide by it.",
     "m / (1 - beta1**t) → m * (1 - beta1**t)", "v / (1 - beta2**t) → v * (1 - beta2**t)"),
    ("β₂ corrects m", "m̂ is m / (1 − β₂ᵗ), where β₁ belongs.",
     "m / (1 - beta1**t) → m / (1 - beta2**t)"),
    ("1 − β₁ has the wrong sign", "`m` has (β₁ − 1) g, where (1 − β₁) g belongs.",
     "m = beta1 * m + (1 - beta1) → m = beta1 * m + (beta1 - 1)"),
    ("1 − β₂ has the wrong sign", "`v` has (β₂ − 1) g², where (1 − β₂) g² belongs.",
     "v = beta2 * v + (1 - beta2) → v = beta2 * v + (beta2 - 1)"),
    ("The past of v does not fade", "`v` has the old v whole, where β₂ v belongs.",
     "v = beta2 * v + → v = v +"),
    ("The gradient in place of its mean", "`step` has g where m̂ belongs: m is not used.",
     "-lr * m_hat → -lr * g"),
    ("The gradient in place of its mean", "`step` has g where m belongs: m is not used.",
     "-lr * m / → -lr * g /"),
    ("Only m is corrected", "`step` has m / (1 − β₁ᵗ). This rule uses m as it is.",
     "-lr * m / → -lr * m / (1 - beta1**t) /"),
    ("The gradient is missing", "`step` has η over the root, without the gradient: no direction.",
     "-lr * g / → -lr / "),
    ("The gradient is squared", "`step` has g² where g belongs: its sign is lost.",
     "-lr * g / → -lr * g**2 / "),
    *(
        case
        for x in ("v_hat", "s_hat", "v_max", "v", "G")
        for case in (
            ("ε forgotten", "`step` divides by the root alone, which may be 0.",
             f"(np.sqrt({x}) + eps) → np.sqrt({x})"),
            ("ε inside the root", "`step` has ε inside the root, where it acts like √ε outside.",
             f"(np.sqrt({x}) + eps) → np.sqrt({x} + eps)"),
            ("Parentheses are missing", "Without parentheses ε is added to the quotient.",
             f"(np.sqrt({x}) + eps) → np.sqrt({x}) + eps"),
            ("The quotient and ε in parentheses", "`step` has η times the quotient plus ε.",
             f"m_hat / (np.sqrt({x}) + eps) → (m_hat / np.sqrt({x}) + eps)"),
            ("ε subtracted", "`step` has the root less ε. ε is added, to keep it from 0.",
             f"(np.sqrt({x}) + eps) → (np.sqrt({x}) - eps)"),
            ("The root is missing", "`step` divides by squares; only their root is of g's size.",
             f"(np.sqrt({x}) + eps) → ({x} + eps)"),
        )
    ),
]  # fmt: skip


def usual(rule, text, known):
    """Return the usual mistakes that can be made in a text, but for those whose names are known.

    Parameters
    ----------
    rule : type
    text : str
        As `edited` wants it.
    known : sequence of types
        Other mistakes of the rule.
    """
    names = {describe(mistake)[0] for mistake in known}
    return [
        edited(rule, text, name, explanation, *edits)
        for name, explanation, *edits in _USUAL
        if name not in names and all(edit.split(" → ")[0] in text for edit in edits)
    ]
