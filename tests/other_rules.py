"""Answers that are another rule than the one asked for, and what is said of them."""

# The parameters beside state and hyperparameters are those that the text uses.
# For each exercise: what is said, "" if nothing is, and the body of the function.
OTHER_RULES = {
    "adam": [
        (
            "What you wrote is RMSProp: `ol.RMSProp(lr, beta=beta2, eps=eps)`.",
            "v = beta2 * v + (1 - beta2) * g**2; step = -lr * g / (np.sqrt(v) + eps)",
        ),
        (
            "What you wrote is RMSProp: `ol.RMSProp(lr, beta=0.99, eps=1e-07, eps_inside=True)`.",
            "v = 0.99 * v + 0.01 * g * g; step = -lr * g / np.sqrt(v + 1e-7)",
        ),
        (
            "What you wrote is Adam: "
            "`ol.Adam(lr, beta1=beta1, beta2=0.95, eps=eps, bias_correction=False)`.",
            "m = beta1 * m + (1 - beta1) * g; v = 0.95 * v + 0.05 * g**2; "
            "step = -lr * m / (np.sqrt(v) + eps)",
        ),
        (
            "What you wrote is average momentum: `ol.AverageMomentum(lr, beta=beta1)`; "
            "its v is called m here.",
            "m = beta1 * m + (1 - beta1) * g; step = -lr * m",
        ),
        (
            "What you wrote is gradient descent: `ol.GradientDescent(lr=0.01)`.",
            "step = -0.01 * g",
        ),
        # Inventions: of no rule, and of one that is left in the last step alone.
        ("", "v = beta2 * v + (1 - beta2) * abs(g)**3; step = -lr * g / (v**0.5 + eps)"),
        ("", "v = beta2 * v + (1 - beta2) * g**2; step = -lr * np.tanh(g) / (np.sqrt(v) + eps)"),
        (
            "",
            "v = beta2 * v + (1 - beta2) * g**2; "
            "step = -lr * g / (np.sqrt(v) + np.where(t > 9, 2 * eps, eps))",
        ),
        # RMSProp's step, and a memory that is not RMSProp's.
        ("", "s = beta2 * v + (1 - beta2) * g**2; step = -lr * g / (np.sqrt(s) + eps); v = s * s"),
    ],
    "adagrad": [
        (
            "What you wrote is RMSProp: `ol.RMSProp(lr, beta=0.99, eps=eps, eps_inside=True)`; "
            "its v is called G here.",
            "G = 0.99 * G + (1 - 0.99) * g**2; step = -lr * g / np.sqrt(G + eps)",
        ),
        ("", "G = 0.99 * G + 0.03 * g**2; step = -lr * g / np.sqrt(G + eps)"),
    ],
    "momentum": [
        (
            "What you wrote is Nesterov: `ol.Nesterov(lr, beta=beta)`.",
            "v = beta * v + grad(w - lr * beta * v); step = -lr * v",
        ),
        ("", "v = beta * v + grad(w - 2 * lr * beta * v); step = -lr * v"),
    ],
    "lion": [
        ("What you wrote is sign descent: `ol.SignDescent(lr)`.", "step = -lr * np.sign(g)"),
        # From signs alone a number cannot be told.
        ("", "m = (m + g) / 2; step = -lr * np.sign(m)"),
    ],
    "nadam": [
        (
            "What you wrote is Adam: `ol.Adam(lr, beta1=beta1, beta2=beta2, eps=eps)`.",
            "m = beta1 * m + (1 - beta1) * g; v = beta2 * v + (1 - beta2) * g**2; "
            "step = -lr * m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)",
        ),
    ],
    "schedule-free": [
        # Average momentum begins at 0, and z at the point.
        ("", "z = beta * z + (1 - beta) * grad(w); step = -lr * z"),
    ],
}
REMEMBERING = """
v = 0
def update(g, lr, beta2, eps):
    global v
    v = beta2 * v + (1 - beta2) * g**2
    return dict(m=g, v=v, step=-lr * g / (np.sqrt(v) + eps))
"""


def other_rules(exercise):
    """Yield what is said of an answer that is another rule, and the answer's text."""
    for said, body in OTHER_RULES[exercise.id]:
        parameters = dict.fromkeys([*exercise.parameters, "w", "grad", "t", "g"])
        lines = [f"def update({', '.join(parameters)}):", *body.split("; ")]
        returned = ", ".join(f"{name}={name}" for name in exercise.names)
        yield said, "\n    ".join([*lines, f"return dict({returned})"]) + "\n"
