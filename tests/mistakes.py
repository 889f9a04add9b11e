"""Mistakes that students make in rules: the name each should get, and the edits that make it.

The edits are of the exercise's own solution. The name is empty where none is known. The list was
written before the library of misconceptions was looked at, which then named 113 of the first 215.
"""

MISTAKES = {
    "cosine-schedule": [
        ("The first step is one too far", "(t - 1) → t"),
        ("It rises again after the end", "min((t - 1) / steps, 1) → (t - 1) / steps"),
        ("It ends one step early", "(t - 1) / steps → (t - 1) / (steps - 1)"),
        ("½ is missing", "0.5 * (1 + → (1 +"),
        ("π is missing", "np.pi * → "),
        ("It rises", "(1 + np.cos → (1 - np.cos"),
        ("η_min is only subtracted", "return lr_min + → return "),
        ("η_min is added to all", "(lr - lr_min) → lr"),
        ("η_min forgotten", "lr_min + (lr - lr_min) * → lr * "),
        ("A straight line", "0.5 * (1 + np.cos(np.pi * part)) → (1 - part)"),
        ("Degrees in place of radians", "np.pi → 180"),
        ("A quarter of a cosine", "0.5 * (1 + np.cos(np.pi * part)) → np.cos(np.pi / 2 * part)"),
        ("", "return lr_min + → return lr +"),
    ],
    "gradient-descent": [
        ("The step goes uphill", "-lr * g → lr * g"),
        ("η forgotten", "-lr * g → -g"),
        ("η applied twice", "-lr * g → -lr**2 * g"),
        ("The size of the slope", "-lr * g → -lr * np.abs(g)"),
        ("Only the sign of the gradient", "-lr * g → -lr * np.sign(g)"),
        ("η divided by √t", "-lr * g → -lr / np.sqrt(t) * g"),
        ("η divided by t", "-lr * g → -lr / t * g"),
        ("η grows with t", "-lr * g → -lr * t * g"),
        ("A sum in place of a product", "-lr * g → -lr - g"),
        ("Divided by η", "-lr * g → -g / lr"),
        ("The step goes uphill” and “η subtracted", "-lr * g → g - lr"),
        ("A factor 2", "-lr * g → -2 * lr * g"),
        ("The gradient's length divided away", "-lr * g → -lr * g / np.linalg.norm(g)"),
        ("Divided by the number of coordinates", "-lr * g → -lr * g / len(g)"),
        (
            "The gradient's root mean square divided away",
            "-lr * g → -lr * g / np.sqrt(np.mean(g**2))",
        ),
        ("Wrong shape", "-lr * g → -lr * np.sum(g)"),
        ("", "-lr * g → -(lr + 1) * g"),
        ("One slope for all coordinates", "-lr * g → -lr * np.mean(g) * np.ones_like(g)"),
    ],
    "momentum": [
        ("A running average in place of a sum", "beta * v + g → beta * v + (1 - beta) * g"),
        ("The velocity is a step", "beta * v + g → beta * v - lr * g", "step = -lr * v → step = v"),
        (
            "η applied twice” and “The velocity is a step",
            "beta * v + g → beta * v - lr * g",
            "step = -lr * v → step = lr * v",
        ),
        ("g has the wrong sign in v", "beta * v + g → beta * v - g"),
        ("1 − β in place of β", "beta * v + g → (1 - beta) * v + g"),
        ("The past does not fade", "beta * v + g → v + g"),
        ("β and 1 − β swapped", "beta * v + g → (1 - beta) * v + beta * g"),
        ("The step goes uphill", "-lr * v → lr * v"),
        ("η forgotten", "-lr * v → -v"),
        ("The gradient counts twice", "-lr * v → -lr * (v + g)"),
        ("β in the step too", "-lr * v → -lr * beta * v"),
        ("The velocity is not used", "-lr * v → -lr * g"),
        ("βᵗ in place of β", "beta * v + g → beta**t * v + g"),
        ("β multiplies the gradient", "beta * v + g → beta * g + v"),
        ("η in the velocity and in the step", "beta * v + g → beta * v + lr * g"),
        ("A bias correction that Adam has", "-lr * v → -lr * v / (1 - beta**t)"),
        ("Divided by 1 − β", "-lr * v → -lr * v / (1 - beta)"),
        ("β multiplies the gradient too", "beta * v + g → beta * (v + g)"),
        ("The gradient is squared", "beta * v + g → beta * v + g**2"),
        ("Nesterov's step", "-lr * v → -lr * (beta * v + g)"),
    ],
    "heavy-ball": [
        ("η forgotten", "beta * v + lr * g → beta * v + g"),
        ("η multiplies the past too", "beta * v + lr * g → lr * (beta * v + g)"),
        ("g has the wrong sign in v", "beta * v + lr * g → beta * v - lr * g"),
        (
            "The velocity has the other sign",
            "beta * v + lr * g → beta * v - lr * g",
            "step = -v → step = v",
        ),
        ("1 − β in place of β", "beta * v + lr * g → (1 - beta) * v + lr * g"),
        (
            "A running average in place of a sum",
            "beta * v + lr * g → beta * v + (1 - beta) * lr * g",
        ),
        ("The step goes uphill", "step = -v → step = v"),
        ("η in the velocity and in the step", "step = -v → step = -lr * v"),
        ("The past does not fade", "beta * v + lr * g → v + lr * g"),
        ("η and β swapped", "beta * v + lr * g → lr * v + beta * g"),
    ],
    "average-momentum": [
        ("A sum in place of a running average", "beta * v + (1 - beta) * g → beta * v + g"),
        ("β and 1 − β swapped", "beta * v + (1 - beta) * g → (1 - beta) * v + beta * g"),
        ("1 − β has the wrong sign", "beta * v + (1 - beta) * g → beta * v + (beta - 1) * g"),
        ("Parentheses are missing", "beta * v + (1 - beta) * g → beta * v + 1 - beta * g"),
        ("The past does not fade", "beta * v + (1 - beta) * g → v + (1 - beta) * g"),
        ("The step goes uphill", "-lr * v → lr * v"),
        ("A bias correction that Adam has", "-lr * v → -lr * v / (1 - beta**t)"),
        ("The mean is not used", "-lr * v → -lr * g"),
        ("η forgotten", "-lr * v → -v"),
        ("β multiplies the gradient", "beta * v + (1 - beta) * g → beta * v + beta * g"),
    ],
    "nesterov": [
        ("Look-ahead with the wrong sign", "w - lr * beta * v → w + lr * beta * v"),
        ("Look-ahead without η", "w - lr * beta * v → w - beta * v"),
        ("Look-ahead without β", "w - lr * beta * v → w - lr * v"),
        ("No look-ahead", "w - lr * beta * v → w"),
        ("A running average in place of a sum", "beta * v + g → beta * v + (1 - beta) * g"),
        ("Both forms at once", "-lr * v → -lr * (g + beta * v)"),
        ("The step goes uphill", "-lr * v → lr * v"),
        ("η in the velocity and in the step", "    v = beta * v + g →     v = beta * v + lr * g"),
        ("The step starts at the look-ahead point", "-lr * v → look_ahead - lr * v - w"),
        ("The velocity is not used", "-lr * v → -lr * g"),
        ("β in the step too", "-lr * v → -lr * beta * v"),
        ("β and 1 − β swapped", "beta * v + g → (1 - beta) * v + beta * g"),
    ],
    "adagrad": [
        ("ε inside the root", "(np.sqrt(G) + eps) → np.sqrt(G + eps)"),
        ("Parentheses are missing", "(np.sqrt(G) + eps) → np.sqrt(G) + eps"),
        ("The root is missing", "(np.sqrt(G) + eps) → (G + eps)"),
        ("ε forgotten", "(np.sqrt(G) + eps) → np.sqrt(G)"),
        ("The gradient is not squared", "G + g**2 → G + g"),
        ("Sizes in place of squares", "G + g**2 → G + np.abs(g)"),
        ("The past is forgotten", "G + g**2 → g**2"),
        ("The sum is squared", "G + g**2 → (G + g) ** 2"),
        ("One sum for all coordinates", "G + g**2 → G + np.sum(g**2)"),
        ("The gradient is missing", "-lr * g / ( → -lr / ("),
        (
            "η divided by √t too",
            "-lr * g / (np.sqrt(G) + eps) → -lr / np.sqrt(t) * g / (np.sqrt(G) + eps)",
        ),
        ("The gradient is squared", "-lr * g → -lr * g**2"),
        ("A mean in place of the sum", "G + g**2 → G + g**2 / t"),
        ("", "np.sqrt(G) → np.sqrt(np.sum(G))"),
        ("", "G + g**2 → 0.9 * G + 0.1 * g**2"),
        ("The step goes uphill", "-lr * g → lr * g"),
        ("η forgotten", "-lr * g → -g"),
    ],
    "rmsprop": [
        ("ε on the other side of the root", "(np.sqrt(v) + eps) → np.sqrt(v + eps)"),
        ("Parentheses are missing", "(np.sqrt(v) + eps) → np.sqrt(v) + eps"),
        ("The root is missing", "(np.sqrt(v) + eps) → (v + eps)"),
        ("1 − β forgotten", "beta * v + (1 - beta) * g**2 → beta * v + g**2"),
        ("A sum in place of a mean", "beta * v + (1 - beta) * g**2 → v + g**2"),
        ("β and 1 − β swapped", "beta * v + (1 - beta) * g**2 → (1 - beta) * v + beta * g**2"),
        ("The gradient is not squared", "beta * v + (1 - beta) * g**2 → beta * v + (1 - beta) * g"),
        (
            "1 − β is squared too",
            "beta * v + (1 - beta) * g**2 → beta * v + (1 - beta) ** 2 * g**2",
        ),
        ("The past is forgotten", "beta * v + (1 - beta) * g**2 → (1 - beta) * g**2"),
        ("The old mean is squared", "(1 - beta) * g**2 → (1 - beta) * v**2"),
        (
            "A bias correction that Adam has",
            "(np.sqrt(v) + eps) → (np.sqrt(v / (1 - beta**t)) + eps)",
        ),
        ("The gradient is missing", "-lr * g → -lr"),
        ("The root is missing", "np.sqrt(v) → np.abs(v)"),
        ("", "beta * v + (1 - beta) * g**2 → (beta * v + (1 - beta) * g) ** 2"),
        ("One mean for all coordinates", "g**2 → np.sum(g**2)"),
        ("", "-lr * g → -lr * v"),
        ("1 − β has the wrong sign", "beta * v + (1 - beta) * g**2 → beta * v + (beta - 1) * g**2"),
    ],
    "adam": [
        ("β₁ and 1 − β₁ swapped", "beta1 * m + (1 - beta1) * g → (1 - beta1) * m + beta1 * g"),
        ("1 − β₂ forgotten", "beta2 * v + (1 - beta2) * g**2 → beta2 * v + g**2"),
        (
            "The gradient is not squared",
            "beta2 * v + (1 - beta2) * g**2 → beta2 * v + (1 - beta2) * g",
        ),
        (
            "The mean is squared, not the gradient",
            "beta2 * v + (1 - beta2) * g**2 → beta2 * v + (1 - beta2) * m**2",
        ),
        (
            "β₁ in the second mean",
            "beta2 * v + (1 - beta2) * g**2 → beta1 * v + (1 - beta1) * g**2",
        ),
        (
            "1 − β₂ is squared too",
            "beta2 * v + (1 - beta2) * g**2 → beta2 * v + ((1 - beta2) * g) ** 2",
        ),
        ("Parentheses are missing", "(np.sqrt(v_hat) + eps) → np.sqrt(v_hat) + eps"),
        ("The root is missing", "(np.sqrt(v_hat) + eps) → (v_hat + eps)"),
        ("ε inside the root", "(np.sqrt(v_hat) + eps) → np.sqrt(v_hat + eps)"),
        ("βt in place of βᵗ", "beta1**t) → beta1*t)", "v / (1 - beta2**t) → v / (1 - beta2*t)"),
        ("Bias correction forgotten", "m / (1 - beta1**t) → m", "v / (1 - beta2**t) → v"),
        ("t counted from 0", "beta1**t) → beta1 ** (t - 1))", "beta2**t) → beta2 ** (t - 1))"),
        ("β₁ in both corrections", "v / (1 - beta2**t) → v / (1 - beta1**t)"),
        (
            "The correction lacks parentheses",
            "v / (1 - beta2**t) → v / 1 - beta2**t",
            "m / (1 - beta1**t) → m / 1 - beta1**t",
        ),
        ("The gradient in place of its mean", "-lr * m_hat → -lr * g"),
        ("η divided by √t", "-lr * m_hat → -lr / t**0.5 * m_hat"),
        ("The corrected means are kept", "m=m, v=v → m=m_hat, v=v_hat"),
        (
            "The power outside the parentheses",
            "v / (1 - beta2**t) → v / (1 - beta2) ** t",
            "m / (1 - beta1**t) → m / (1 - beta1) ** t",
        ),
        ("Only v is corrected", "-lr * m_hat → -lr * m"),
        ("Only m is corrected", "np.sqrt(v_hat) → np.sqrt(v)"),
        (
            "t is one too large",
            "v / (1 - beta2**t) → v / (1 - beta2 ** (t + 1))",
            "m / (1 - beta1**t) → m / (1 - beta1 ** (t + 1))",
        ),
        (
            "Sizes in place of squares",
            "beta2 * v + (1 - beta2) * g**2 → beta2 * v + (1 - beta2) * np.abs(g)",
        ),
        (
            "The quotient and ε in parentheses",
            "-lr * m_hat / (np.sqrt(v_hat) + eps) → -lr * (m_hat / np.sqrt(v_hat) + eps)",
        ),
        (
            "Multiplied by the corrections",
            "m / (1 - beta1**t) → m * (1 - beta1**t)",
            "v / (1 - beta2**t) → v * (1 - beta2**t)",
        ),
        ("ε forgotten", "-lr * m_hat / (np.sqrt(v_hat) + eps) → -lr * m_hat / np.sqrt(v_hat)"),
        ("The past of m does not fade", "beta1 * m + (1 - beta1) * g → m + (1 - beta1) * g"),
        ("1 − β₁ forgotten", "beta1 * m + (1 - beta1) * g → beta1 * m + g"),
        (
            "Bias correction ignores t",
            "m / (1 - beta1**t) → m / (1 - beta1)",
            "v / (1 - beta2**t) → v / (1 - beta2)",
        ),
    ],
    "adamw": [
        (
            "Decay without η",
            "-lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w) → "
            "-lr * m_hat / (np.sqrt(v_hat) + eps) - weight_decay * w",
        ),
        (
            "Decay without η” and “Decay with the wrong sign",
            "-lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w) → "
            "-lr * m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w",
        ),
        (
            "Decay with the wrong sign",
            "-lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w) → "
            "-lr * (m_hat / (np.sqrt(v_hat) + eps) - weight_decay * w)",
        ),
        (
            "The decay is missing",
            "-lr * (m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w) → "
            "-lr * m_hat / (np.sqrt(v_hat) + eps)",
        ),
        (
            "Decay coupled to the gradient",
            "    m = beta1 →     g = g + weight_decay * w\n    m = beta1",
            "+ weight_decay * w) → )",
        ),
        (
            "The decay is divided by √v̂ too",
            "m_hat / (np.sqrt(v_hat) + eps) + weight_decay * w → "
            "(m_hat + weight_decay * w) / (np.sqrt(v_hat) + eps)",
        ),
        ("The gradient decays", "weight_decay * w) → weight_decay * g)"),
        ("Decay by a constant", "weight_decay * w) → weight_decay)"),
        ("Decay twice", "    m = beta1 →     g = g + weight_decay * w\n    m = beta1"),
        ("Half of λw²", "weight_decay * w) → 0.5 * weight_decay * w**2)"),
        ("The size of the weight decays", "weight_decay * w) → weight_decay * np.abs(w))"),
        ("λ forgotten", "weight_decay * w) → w)"),
        ("η forgotten", "-lr * (m_hat → -(m_hat"),
        ("η twice in the decay", "weight_decay * w) → lr * weight_decay * w)"),
    ],
    "amsgrad": [
        ("The minimum in place of the maximum", "np.maximum(v_max, v) → np.minimum(v_max, v)"),
        ("The maximum of the squares", "np.maximum(v_max, v) → np.maximum(v_max, g**2)"),
        ("The maximum is missing", "np.maximum(v_max, v) → v"),
        ("The maximum is not used", "np.sqrt(v_max) → np.sqrt(v)"),
        ("Wrong shape", "np.maximum(v_max, v) → np.max(v)"),
        ("Parentheses are missing", "(np.sqrt(v_max) + eps) → np.sqrt(v_max) + eps"),
        ("Only m is corrected", "-lr * m / → -lr * m / (1 - beta1**t) /"),
        ("The maximum overwrites v", "v=v,  → v=v_max, "),
        (
            "A bias correction after the maximum",
            "    v_max = np →     m_hat = m / (1 - beta1**t)\n    v_max = np",
            "-lr * m → -lr * m_hat",
            "np.sqrt(v_max) → np.sqrt(v_max / (1 - beta2**t))",
        ),
        (
            "The maximum is averaged",
            "beta2 * v + (1 - beta2) * g**2 → beta2 * v_max + (1 - beta2) * g**2",
        ),
        ("The maximum of this step alone", "np.maximum(v_max, v) → np.maximum(v, g**2)"),
        ("The maximum is not kept", "v_max=v_max → v_max=v"),
        ("The gradient in place of its mean", "-lr * m → -lr * g"),
    ],
    "newton": [
        ("The sign is wrong", "-g / (h → g / (h"),
        ("g and h swapped", "-g / (h + regularization) → -h / (g + regularization)"),
        ("Multiplied by the curvature", "-g / (h + regularization) → -g * (h + regularization)"),
        ("λ beside the quotient", "-g / (h + regularization) → -g / h + regularization"),
        ("λ forgotten", "-g / (h + regularization) → -g / h"),
        (
            "The root of the curvature",
            "-g / (h + regularization) → -g / np.sqrt(h + regularization)",
        ),
        (
            "The curvature's absolute value",
            "-g / (h + regularization) → -g / (np.abs(h) + regularization)",
        ),
        ("η forgotten", "lr * p → p"),
        ("", "-g / (h + regularization) → -g / (h * regularization)"),
        ("Multiplied by the curvature” and “λ forgotten", "-g / (h + regularization) → -g * h"),
    ],
    "schedule-free": [
        ("β and 1 − β swapped", "(1 - beta) * z + beta * w → beta * z + (1 - beta) * w"),
        ("The gradient at the average", "grad(look_ahead) → grad(w)"),
        ("The gradient at z", "grad(look_ahead) → grad(z)"),
        ("z goes uphill", "z = z - lr * g → z = z + lr * g"),
        ("z starts each step at the look-ahead", "z = z - lr * g → z = look_ahead - lr * g"),
        ("Weights η in place of η²", "S = S + lr**2 → S = S + lr", "lr**2 / S → lr / S"),
        ("The step goes uphill", "lr**2 / S * (z - w) → lr**2 / S * (w - z)"),
        ("1/t in place of η²/S", "lr**2 / S * (z - w) → (z - w) / t"),
        ("No mean", "lr**2 / S * (z - w) → z - w"),
        ("w is not subtracted", "lr**2 / S * (z - w) → lr**2 / S * z"),
    ],
    "adadelta": [
        (
            "The quotient is upside down",
            "np.sqrt(u + eps) / np.sqrt(v + eps) → np.sqrt(v + eps) / np.sqrt(u + eps)",
        ),
        (
            "ε outside the roots",
            "np.sqrt(u + eps) / np.sqrt(v + eps) → (np.sqrt(u) + eps) / (np.sqrt(v) + eps)",
        ),
        ("The roots are missing", "np.sqrt(u + eps) / np.sqrt(v + eps) → (u + eps) / (v + eps)"),
        ("u collects gradients", "Delta**2 → g**2"),
        ("The step is not squared", "Delta**2 → Delta"),
        ("u is not used", "np.sqrt(u + eps) / np.sqrt(v + eps) → 1 / np.sqrt(v + eps)"),
        ("1 − ρ forgotten in v", "rho * v + (1 - rho) * g**2 → rho * v + g**2"),
        (
            "η inside the mean of the steps",
            "rho * u + (1 - rho) * Delta**2 → rho * u + (1 - rho) * (lr * Delta) ** 2",
        ),
        ("η forgotten", "-lr * Delta → -Delta"),
        (
            "ρ and 1 − ρ swapped",
            "rho * v + (1 - rho) * g**2 → (1 - rho) * v + rho * g**2",
            "rho * u + (1 - rho) * Delta**2 → (1 - rho) * u + rho * Delta**2",
        ),
        ("", "-lr * Delta → -lr * u"),
        ("u collects gradients", "rho * u + (1 - rho) * Delta**2 → rho * u + (1 - rho) * g**2"),
    ],
    "rprop": [
        (
            "Growing and shrinking swapped",
            "np.where(p > 0, grow * s, np.where(p < 0, shrink * s, s)) → "
            "np.where(p > 0, shrink * s, np.where(p < 0, grow * s, s))",
        ),
        ("The size of the gradient is used", "-s * np.sign(g) → -s * g"),
        ("The step goes uphill", "-s * np.sign(g) → s * np.sign(g)"),
        ("The length is not used", "-s * np.sign(g) → -lr * np.sign(g)"),
        (
            "The lengths are not bounded",
            "np.minimum(np.maximum(s_tilde, lr_min), lr_max) → s_tilde",
        ),
        (
            "No lower bound",
            "np.minimum(np.maximum(s_tilde, lr_min), lr_max) → np.minimum(s_tilde, lr_max)",
        ),
        ("The old gradient is kept", "g_tilde=g, → g_tilde=g_tilde,"),
        ("η multiplies the length", "-s * np.sign(g) → -lr * s * np.sign(g)"),
        (
            "The lengths start anew",
            "grow * s, np.where(p < 0, shrink * s, s) → "
            "grow * lr, np.where(p < 0, shrink * lr, lr)",
        ),
    ],
    "adamax": [
        (
            "The maximum does not fade",
            "np.maximum(beta2 * u, np.abs(g)) → np.maximum(u, np.abs(g))",
        ),
        (
            "Squares in the maximum",
            "np.maximum(beta2 * u, np.abs(g)) → np.maximum(beta2 * u, g**2)",
        ),
        ("The sign is kept", "np.maximum(beta2 * u, np.abs(g)) → np.maximum(beta2 * u, g)"),
        (
            "1 − β₂ in the maximum",
            "np.maximum(beta2 * u, np.abs(g)) → np.maximum(beta2 * u, (1 - beta2) * np.abs(g))",
        ),
        (
            "A mean in place of the maximum",
            "np.maximum(beta2 * u, np.abs(g)) → beta2 * u + (1 - beta2) * np.abs(g)",
        ),
        ("A root of the maximum", "m_hat / (u + eps) → m_hat / (np.sqrt(u) + eps)"),
        ("The maximum corrected", "m_hat / (u + eps) → m_hat / (u / (1 - beta2**t) + eps)"),
        ("Bias correction forgotten", "m_hat / (u + eps) → m / (u + eps)"),
        ("ε forgotten", "m_hat / (u + eps) → m_hat / u"),
        ("β₂ corrects m", "m / (1 - beta1**t) → m / (1 - beta2**t)"),
        ("", "np.abs(g) → np.max(np.abs(g))"),
    ],
    "nadam": [
        ("No step ahead", "mu_next * m / (1 - P * mu_next) → mu * m / (1 - P)"),
        (
            "The product of the wrong step",
            "mu_next * m / (1 - P * mu_next) → mu_next * m / (1 - P)",
        ),
        (
            "Adam's step",
            "m_hat = mu_next * m / (1 - P * mu_next) + (1 - mu) * g / (1 - P) → "
            "m_hat = m / (1 - beta1**t)",
        ),
        ("β₁ᵗ in place of the product", "(1 - mu) * g / (1 - P) → (1 - mu) * g / (1 - beta1**t)"),
        ("v is not corrected", "np.sqrt(v_hat) → np.sqrt(v)"),
        (
            "μ does not warm up",
            "m_hat = mu_next * m / (1 - P * mu_next) + (1 - mu) * g / (1 - P) → "
            "m_hat = beta1 * m / (1 - beta1 ** (t + 1)) + (1 - beta1) * g / (1 - beta1**t)",
        ),
        ("Parentheses are missing", "(np.sqrt(v_hat) + eps) → np.sqrt(v_hat) + eps"),
        ("The step goes uphill", "-lr * m_hat → lr * m_hat"),
    ],
    "radam": [
        (
            "Always rectified",
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat) → "
            "r * m_hat / (np.sqrt(v_hat) + eps)",
        ),
        ("r forgotten", "r * m_hat / (np.sqrt(v_hat) + eps) → m_hat / (np.sqrt(v_hat) + eps)"),
        (
            "m is not corrected in the plain step",
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat) → "
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m)",
        ),
        (
            "A plain step of the gradient",
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat) → "
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), g)",
        ),
        (
            "No step at first",
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), m_hat) → "
            "np.where(rho > 5, r * m_hat / (np.sqrt(v_hat) + eps), 0)",
        ),
        ("The root of r is missing", " ** 0.5 → "),
        ("v is not corrected", "v / (1 - beta2**t)\n    step → v\n    step"),
        ("The step goes uphill", "-lr * np → lr * np"),
        ("The condition turned round", "rho > 5 → rho < 5"),
        ("m is not corrected", "m / (1 - beta1**t) → m"),
    ],
    "adabelief": [
        ("Adam's squares", "(g - m) ** 2 + eps → g**2 + eps"),
        ("The first ε is missing", "(g - m) ** 2 + eps → (g - m) ** 2"),
        ("The second ε is missing", "(np.sqrt(s_hat) + eps) → np.sqrt(s_hat)"),
        (
            "The old mean is subtracted",
            "    m = beta1 * m + (1 - beta1) * g\n"
            "    s = beta2 * s + (1 - beta2) * (g - m) ** 2 + eps → "
            "    s = beta2 * s + (1 - beta2) * (g - m) ** 2 + eps\n"
            "    m = beta1 * m + (1 - beta1) * g",
        ),
        ("Bias correction forgotten", "m / (1 - beta1**t) → m", "s / (1 - beta2**t) → s"),
        ("Sizes in place of squares", "(g - m) ** 2 + eps → np.abs(g - m) + eps"),
        ("The root is missing", "(np.sqrt(s_hat) + eps) → (s_hat + eps)"),
        ("Parentheses are missing", "(np.sqrt(s_hat) + eps) → np.sqrt(s_hat) + eps"),
        ("The sum in place of the gap", "(g - m) ** 2 → (g + m) ** 2"),
        ("1 − β₁ forgotten", "beta1 * m + (1 - beta1) * g → beta1 * m + g"),
    ],
    "yogi": [
        ("v moves the wrong way", "v - (1 - beta2) → v + (1 - beta2)"),
        ("Adam's v", "np.sign(v - g**2) * g**2 → (v - g**2)"),
        ("g² is missing", "np.sign(v - g**2) * g**2 → np.sign(v - g**2)"),
        ("The sign of v − g", "np.sign(v - g**2) * g**2 → np.sign(v - g) * g**2"),
        ("Only m is corrected", "-lr * m / → -lr * m / (1 - beta1**t) /"),
        ("The root is missing", "(np.sqrt(v) + eps) → (v + eps)"),
        ("Parentheses are missing", "(np.sqrt(v) + eps) → np.sqrt(v) + eps"),
        ("The gradient in place of its mean", "-lr * m / → -lr * g /"),
        ("v moves the wrong way", "np.sign(v - g**2) → np.sign(g**2 - v)"),
        ("1 − β₁ forgotten", "beta1 * m + (1 - beta1) * g → beta1 * m + g"),
    ],
    "lion": [
        ("The sign is forgotten", "np.sign(c) → c"),
        ("The sign of the wrong mean", "np.sign(c) → np.sign(m)"),
        ("The sign of the gradient", "np.sign(c) → np.sign(g)"),
        ("The decay is missing", " + weight_decay * w → "),
        (
            "β₁ and β₂ swapped",
            "beta1 * m + (1 - beta1) * g → beta2 * m + (1 - beta2) * g",
            "m = beta2 * m + (1 - beta2) * g → m = beta1 * m + (1 - beta1) * g",
        ),
        ("One β for both", "    m = beta2 * m + (1 - beta2) * g →     m = c"),
        (
            "Decay without η",
            "-lr * (np.sign(c) + weight_decay * w) → -lr * np.sign(c) - weight_decay * w",
        ),
        (
            "Decay with the wrong sign",
            "-lr * (np.sign(c) + weight_decay * w) → -lr * np.sign(c) + lr * weight_decay * w",
        ),
        (
            "The decay inside the sign",
            "-lr * (np.sign(c) + weight_decay * w) → -lr * np.sign(c + weight_decay * w)",
        ),
        (
            "The mean of the mean",
            "m = beta2 * m + (1 - beta2) * g → m = beta2 * c + (1 - beta2) * g",
        ),
        ("", "np.sign(c) → np.tanh(c)"),
        ("The step goes uphill", "-lr * (np.sign(c) → lr * (np.sign(c)"),
        ("", "(np.sign(c) + weight_decay * w) → np.sign(c) * weight_decay * w"),
    ],
    "sign-descent": [
        ("The sign is forgotten", "-lr * np.sign(g) → -lr * g"),
        ("The step goes uphill", "-lr * np.sign(g) → lr * np.sign(g)"),
        ("η forgotten", "-lr * np.sign(g) → -np.sign(g)"),
        ("The gradient's length divided away", "-lr * np.sign(g) → -lr * g / np.linalg.norm(g)"),
        ("The size of the slope", "-lr * np.sign(g) → -lr * np.abs(g)"),
        ("η forgotten", "-lr * np.sign(g) → -np.sign(lr * g)"),
        ("Wrong shape", "-lr * np.sign(g) → -lr * np.sign(np.sum(g))"),
        ("η divided by √t", "-lr * np.sign(g) → -lr / np.sqrt(t) * np.sign(g)"),
    ],
}


def texts(exercise):
    """Yield the name of each mistake in an exercise, its edits, and the text with them."""
    for name, *edits in MISTAKES[exercise.id]:
        yield name, edits, with_edits(exercise.worked, edits)


def with_edits(text, edits):
    for edit in edits:
        old, new = edit.split(" → ")
        assert old in text, (old, text)
        text = text.replace(old, new)
    return text
