"""What is printed: formulas as specified, and arithmetic that can be read back and is right."""

import re
import xml.etree.ElementTree as ET
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import islice

import numpy as np
import pytest
import reading
from cases import PAIRS, PROBLEMS, RULES
from looping import each

import optimlib as ol
from optimlib.expression import Call, record_problem, record_rule
from optimlib.symbols import number_latex, number_text, symbol_latex, symbol_text

SQUARE = ol.problems.square

# Formulas: the specification, written by hand from the papers' notation.

GRADIENT = ("gₜ = ∇f(wₜ₋₁)", r"g_t &= \nabla f(w_{t-1})")
STEP = ("wₜ = wₜ₋₁ − η vₜ", r"w_t &= w_{t-1} - \eta v_t")
MEAN_OF_SQUARES = ("vₜ = β vₜ₋₁ + (1 − β) gₜ²", r"v_t &= \beta v_{t-1} + (1 - \beta) g_t^2")
TWO_MEANS = (
    ("mₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ", r"m_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t"),
    ("vₜ = β₂ vₜ₋₁ + (1 − β₂) gₜ²", r"v_t &= \beta_2 v_{t-1} + (1 - \beta_2) g_t^2"),
)
ADAN_CHANGE = (
    "Δₜ = (gₜ − g̃ₜ₋₁ if t > 1; else 0)",
    r"\Delta_t &= \begin{cases} g_t - \tilde{g}_{t-1} & \text{if } t > 1 \\ 0 & \text{else} "
    r"\end{cases}",
)
ADAN_MEANS = (
    TWO_MEANS[0],
    ("dₜ = β₂ dₜ₋₁ + (1 − β₂) Δₜ", r"d_t &= \beta_2 d_{t-1} + (1 - \beta_2) \Delta_t"),
    (
        "vₜ = β₃ vₜ₋₁ + (1 − β₃) (gₜ + β₂ Δₜ)²",
        r"v_t &= \beta_3 v_{t-1} + (1 - \beta_3) (g_t + \beta_2 \Delta_t)^2",
    ),
)
ADAN_BEFORE = ("g̃ₜ = gₜ", r"\tilde{g}_t &= g_t")
ADAN = (
    GRADIENT,
    ADAN_CHANGE,
    *ADAN_MEANS,
    ADAN_BEFORE,
    ("m̂ₜ = mₜ / (1 − β₁ᵗ)", r"\hat{m}_t &= \frac{m_t}{1 - \beta_1^t}"),
    ("d̂ₜ = dₜ / (1 − β₂ᵗ)", r"\hat{d}_t &= \frac{d_t}{1 - \beta_2^t}"),
    ("v̂ₜ = vₜ / (1 − β₃ᵗ)", r"\hat{v}_t &= \frac{v_t}{1 - \beta_3^t}"),
    (
        "uₜ = (m̂ₜ + β₂ d̂ₜ) / (√v̂ₜ + ε)",
        r"u_t &= \frac{\hat{m}_t + \beta_2 \hat{d}_t}{\sqrt{\hat{v}_t} + \varepsilon}",
    ),
)
PROXIMAL = (
    "wₜ = wₜ₋₁ − η (uₜ + λ wₜ₋₁) / (1 + η λ)",
    r"w_t &= w_{t-1} - \frac{\eta (u_t + \lambda w_{t-1})}{1 + \eta \lambda}",
)


def mean_from_the_first(line, first, step=1):
    """Return the line of a mean that starts with its first value, in step `step`."""
    (name, text), (left, latex) = line[0].split(" = "), line[1].split(" &= ")
    return (
        f"{name} = ({text} if t > {step}; else {first[0]})",
        rf"{left} &= \begin{{cases}} {latex} & \text{{if }} t > {step} \\ {first[1]}"
        r" & \text{else} \end{cases}",
    )


ADOPT_SCALED = (
    "ĝₜ = gₜ / max(√vₜ₋₁, ε)",
    r"\hat{g}_t &= \frac{g_t}{\max\left(\sqrt{v_{t-1}},\, \varepsilon\right)}",
)
ADOPT_REST = (
    ("mₜ = β₁ mₜ₋₁ + (1 − β₁) uₜ", r"m_t &= \beta_1 m_{t-1} + (1 - \beta_1) u_t"),
    mean_from_the_first(TWO_MEANS[1], ("gₜ²", "g_t^2")),
    ("wₜ = wₜ₋₁ − η mₜ", r"w_t &= w_{t-1} - \eta m_t"),
)
FORMULAS = {
    "GradientDescent": (GRADIENT, ("wₜ = wₜ₋₁ − η gₜ", r"w_t &= w_{t-1} - \eta g_t")),
    "Momentum": (GRADIENT, ("vₜ = β vₜ₋₁ + gₜ", r"v_t &= \beta v_{t-1} + g_t"), STEP),
    "HeavyBall": (
        GRADIENT,
        ("vₜ = β vₜ₋₁ + η gₜ", r"v_t &= \beta v_{t-1} + \eta g_t"),
        ("wₜ = wₜ₋₁ − vₜ", r"w_t &= w_{t-1} - v_t"),
    ),
    "AverageMomentum": (
        GRADIENT,
        ("vₜ = β vₜ₋₁ + (1 − β) gₜ", r"v_t &= \beta v_{t-1} + (1 - \beta) g_t"),
        STEP,
    ),
    "Nesterov": (
        ("gₜ = ∇f(wₜ₋₁ − η β vₜ₋₁)", r"g_t &= \nabla f(w_{t-1} - \eta \beta v_{t-1})"),
        ("vₜ = β vₜ₋₁ + gₜ", r"v_t &= \beta v_{t-1} + g_t"),
        STEP,
    ),
    "Nesterov, library form": (
        GRADIENT,
        ("vₜ = β vₜ₋₁ + gₜ", r"v_t &= \beta v_{t-1} + g_t"),
        ("wₜ = wₜ₋₁ − η (gₜ + β vₜ)", r"w_t &= w_{t-1} - \eta (g_t + \beta v_t)"),
    ),
    "AdaGrad": (
        GRADIENT,
        ("Gₜ = Gₜ₋₁ + gₜ²", r"G_t &= G_{t-1} + g_t^2"),
        (
            "wₜ = wₜ₋₁ − η gₜ / (√Gₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta g_t}{\sqrt{G_t} + \varepsilon}",
        ),
    ),
    "RMSProp": (
        GRADIENT,
        MEAN_OF_SQUARES,
        (
            "wₜ = wₜ₋₁ − η gₜ / (√vₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta g_t}{\sqrt{v_t} + \varepsilon}",
        ),
    ),
    "RMSProp, eps inside": (
        GRADIENT,
        MEAN_OF_SQUARES,
        (
            "wₜ = wₜ₋₁ − η gₜ / √(vₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta g_t}{\sqrt{v_t + \varepsilon}}",
        ),
    ),
    "Adam": (
        GRADIENT,
        *TWO_MEANS,
        ("m̂ₜ = mₜ / (1 − β₁ᵗ)", r"\hat{m}_t &= \frac{m_t}{1 - \beta_1^t}"),
        ("v̂ₜ = vₜ / (1 − β₂ᵗ)", r"\hat{v}_t &= \frac{v_t}{1 - \beta_2^t}"),
        (
            "wₜ = wₜ₋₁ − η m̂ₜ / (√v̂ₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}",
        ),
    ),
    "Adam, uncorrected": (
        GRADIENT,
        *TWO_MEANS,
        (
            "wₜ = wₜ₋₁ − η mₜ / (√vₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta m_t}{\sqrt{v_t} + \varepsilon}",
        ),
    ),
}
M_HAT = ("m̂ₜ = mₜ / (1 − β₁ᵗ)", r"\hat{m}_t &= \frac{m_t}{1 - \beta_1^t}")
V_HAT = ("v̂ₜ = vₜ / (1 − β₂ᵗ)", r"\hat{v}_t &= \frac{v_t}{1 - \beta_2^t}")
ADAM_STEP = (
    "wₜ = wₜ₋₁ − η m̂ₜ / (√v̂ₜ + ε)",
    r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}",
)
V_MAX = ("vᵐᵃˣₜ = max(vᵐᵃˣₜ₋₁, vₜ)", r"v^{\max}_t &= \max(v^{\max}_{t-1},\, v_t)")
YOGI = (
    "vₜ = vₜ₋₁ − (1 − β₂) sign(vₜ₋₁ − gₜ²) gₜ²",
    r"v_t &= v_{t-1} - (1 - \beta_2) \operatorname{sign}(v_{t-1} - g_t^2) g_t^2",
)
MEAN_OF_GRADIENTS = (
    "ḡₜ = β ḡₜ₋₁ + (1 − β) gₜ",
    r"\bar{g}_t &= \beta \bar{g}_{t-1} + (1 - \beta) g_t",
)
RPROP = (
    ("pₜ = gₜ g̃ₜ₋₁", r"p_t &= g_t \tilde{g}_{t-1}"),
    (
        "s̃ₜ = (η⁺ sₜ₋₁ if pₜ > 0; η⁻ sₜ₋₁ if pₜ < 0; else sₜ₋₁)",
        r"\tilde{s}_t &= \begin{cases} \eta^+ s_{t-1} & \text{if } p_t > 0 \\ "
        r"\eta^- s_{t-1} & \text{if } p_t < 0 \\ s_{t-1} & \text{else} \end{cases}",
    ),
    (
        "sₜ = min(max(s̃ₜ, ηᵐⁱⁿ), ηᵐᵃˣ)",
        r"s_t &= \min(\max(\tilde{s}_t,\, \eta^{\min}),\, \eta^{\max})",
    ),
)
RADAM = (
    ("ρ∞ = 2 / (1 − β₂) − 1", r"\rho_{\infty} &= \frac{2}{1 - \beta_2} - 1"),
    (
        "ρₜ = ρ∞ − 2t β₂ᵗ / (1 − β₂ᵗ)",
        r"\rho_t &= \rho_{\infty} - \frac{2 t \beta_2^t}{1 - \beta_2^t}",
    ),
    (
        "rₜ = √|(ρₜ − 4) (ρₜ − 2) ρ∞ / ((ρ∞ − 4) (ρ∞ − 2) ρₜ)|",
        r"r_t &= \sqrt{\left|\frac{(\rho_t - 4) (\rho_t - 2) \rho_{\infty}}"
        r"{(\rho_{\infty} - 4) (\rho_{\infty} - 2) \rho_t}\right|}",
    ),
)


def radam_step(relation, sign):
    return (
        f"wₜ = wₜ₋₁ − η (rₜ m̂ₜ / (√v̂ₜ + ε) if ρₜ {sign} 5; else m̂ₜ)",
        r"w_t &= w_{t-1} - \eta \begin{cases} \frac{r_t \hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}"
        rf" & \text{{if }} \rho_t {relation} 5 \\ \hat{{m}}_t & \text{{else}} \end{{cases}}",
    )


FORMULAS |= {
    "Adam, eps inside": (
        GRADIENT,
        *TWO_MEANS,
        M_HAT,
        V_HAT,
        (
            "wₜ = wₜ₋₁ − η m̂ₜ / √(v̂ₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{\sqrt{\hat{v}_t + \varepsilon}}",
        ),
    ),
    "Adam, eps before correction": (
        GRADIENT,
        *TWO_MEANS,
        (
            "αₜ = η √(1 − β₂ᵗ) / (1 − β₁ᵗ)",
            r"\alpha_t &= \frac{\eta \sqrt{1 - \beta_2^t}}{1 - \beta_1^t}",
        ),
        (
            "wₜ = wₜ₋₁ − αₜ mₜ / (√vₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\alpha_t m_t}{\sqrt{v_t} + \varepsilon}",
        ),
    ),
    "Momentum, dampened": (
        GRADIENT,
        (
            "vₜ = (gₜ if t = 1; else β vₜ₋₁ + (1 − τ) gₜ)",
            r"v_t &= \begin{cases} g_t & \text{if } t = 1 \\ "
            r"\beta v_{t-1} + (1 - \tau) g_t & \text{else} \end{cases}",
        ),
        STEP,
    ),
    "AdaGrad, eps inside": (
        GRADIENT,
        ("Gₜ = Gₜ₋₁ + gₜ²", r"G_t &= G_{t-1} + g_t^2"),
        (
            "wₜ = wₜ₋₁ − η gₜ / √(Gₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta g_t}{\sqrt{G_t + \varepsilon}}",
        ),
    ),
    "AdaGrad, decaying": (
        GRADIENT,
        ("Gₜ = Gₜ₋₁ + gₜ²", r"G_t &= G_{t-1} + g_t^2"),
        (
            "wₜ = wₜ₋₁ − (η / (1 + (t − 1) δ)) gₜ / (√Gₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\frac{\eta}{1 + (t - 1) \delta} g_t}"
            r"{\sqrt{G_t} + \varepsilon}",
        ),
    ),
    "RMSProp, centered": (
        GRADIENT,
        MEAN_OF_SQUARES,
        MEAN_OF_GRADIENTS,
        (
            "wₜ = wₜ₋₁ − η gₜ / (√(vₜ − ḡₜ²) + ε)",
            r"w_t &= w_{t-1} - \frac{\eta g_t}{\sqrt{v_t - \bar{g}_t^2} + \varepsilon}",
        ),
    ),
    "RMSProp, momentum": (
        GRADIENT,
        MEAN_OF_SQUARES,
        (
            "bₜ = μ bₜ₋₁ + gₜ / (√vₜ + ε)",
            r"b_t &= \mu b_{t-1} + \frac{g_t}{\sqrt{v_t} + \varepsilon}",
        ),
        ("wₜ = wₜ₋₁ − η bₜ", r"w_t &= w_{t-1} - \eta b_t"),
    ),
    "RMSProp, as Keras": (
        GRADIENT,
        MEAN_OF_SQUARES,
        MEAN_OF_GRADIENTS,
        (
            "bₜ = μ bₜ₋₁ + η gₜ / √(vₜ − ḡₜ² + ε)",
            r"b_t &= \mu b_{t-1} + \frac{\eta g_t}{\sqrt{v_t - \bar{g}_t^2 + \varepsilon}}",
        ),
        ("wₜ = wₜ₋₁ − bₜ", r"w_t &= w_{t-1} - b_t"),
    ),
    "RMSProp, lr inside": (
        GRADIENT,
        MEAN_OF_SQUARES,
        (
            "bₜ = μ bₜ₋₁ + η gₜ / (√vₜ + ε)",
            r"b_t &= \mu b_{t-1} + \frac{\eta g_t}{\sqrt{v_t} + \varepsilon}",
        ),
        ("wₜ = wₜ₋₁ − bₜ", r"w_t &= w_{t-1} - b_t"),
    ),
    "Adadelta": (
        GRADIENT,
        ("vₜ = ρ vₜ₋₁ + (1 − ρ) gₜ²", r"v_t &= \rho v_{t-1} + (1 - \rho) g_t^2"),
        (
            "Δₜ = (√(uₜ₋₁ + ε) / √(vₜ + ε)) gₜ",
            r"\Delta_t &= \frac{\sqrt{u_{t-1} + \varepsilon}}{\sqrt{v_t + \varepsilon}} g_t",
        ),
        ("uₜ = ρ uₜ₋₁ + (1 − ρ) Δₜ²", r"u_t &= \rho u_{t-1} + (1 - \rho) \Delta_t^2"),
        ("wₜ = wₜ₋₁ − η Δₜ", r"w_t &= w_{t-1} - \eta \Delta_t"),
    ),
    "Rprop": (
        GRADIENT,
        *RPROP,
        ("g̃ₜ = gₜ", r"\tilde{g}_t &= g_t"),
        ("wₜ = wₜ₋₁ − sₜ sign(gₜ)", r"w_t &= w_{t-1} - s_t \operatorname{sign}(g_t)"),
    ),
    "Rprop, skipping": (
        GRADIENT,
        *RPROP,
        (
            "g̃ₜ = (0 if pₜ < 0; else gₜ)",
            r"\tilde{g}_t &= \begin{cases} 0 & \text{if } p_t < 0 \\ g_t & \text{else} \end{cases}",
        ),
        (
            "wₜ = wₜ₋₁ − sₜ sign(g̃ₜ)",
            r"w_t &= w_{t-1} - s_t \operatorname{sign}(\tilde{g}_t)",
        ),
    ),
    "AMSGrad": (
        GRADIENT,
        *TWO_MEANS,
        V_MAX,
        (
            "wₜ = wₜ₋₁ − η mₜ / (√vᵐᵃˣₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta m_t}{\sqrt{v^{\max}_t} + \varepsilon}",
        ),
    ),
    "AMSGrad, corrected": (
        GRADIENT,
        *TWO_MEANS,
        V_MAX,
        M_HAT,
        ("v̂ₜ = vᵐᵃˣₜ / (1 − β₂ᵗ)", r"\hat{v}_t &= \frac{v^{\max}_t}{1 - \beta_2^t}"),
        ADAM_STEP,
    ),
    "AMSGrad, max of corrected": (
        GRADIENT,
        *TWO_MEANS,
        M_HAT,
        V_HAT,
        ("vᵐᵃˣₜ = max(vᵐᵃˣₜ₋₁, v̂ₜ)", r"v^{\max}_t &= \max(v^{\max}_{t-1},\, \hat{v}_t)"),
        (
            "wₜ = wₜ₋₁ − η m̂ₜ / (√vᵐᵃˣₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{\sqrt{v^{\max}_t} + \varepsilon}",
        ),
    ),
    "AdamW": (
        GRADIENT,
        *TWO_MEANS,
        M_HAT,
        V_HAT,
        (
            "wₜ = wₜ₋₁ − η (m̂ₜ / (√v̂ₜ + ε) + λ wₜ₋₁)",
            r"w_t &= w_{t-1} - \eta \left(\frac{\hat{m}_t}{\sqrt{\hat{v}_t} + \varepsilon}"
            r" + \lambda w_{t-1}\right)",
        ),
    ),
    "Adamax": (
        GRADIENT,
        TWO_MEANS[0],
        ("uₜ = max(β₂ uₜ₋₁, |gₜ|)", r"u_t &= \max(\beta_2 u_{t-1},\, |g_t|)"),
        M_HAT,
        (
            "wₜ = wₜ₋₁ − η m̂ₜ / (uₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{u_t + \varepsilon}",
        ),
    ),
    "Adamax, eps inside": (
        GRADIENT,
        TWO_MEANS[0],
        (
            "uₜ = max(β₂ uₜ₋₁, |gₜ| + ε)",
            r"u_t &= \max(\beta_2 u_{t-1},\, |g_t| + \varepsilon)",
        ),
        M_HAT,
        ("wₜ = wₜ₋₁ − η m̂ₜ / uₜ", r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{u_t}"),
    ),
    "NAdam": (
        GRADIENT,
        *TWO_MEANS,
        (
            "μₜ = β₁ (1 − ½ · 0.96^(t ψ))",
            r"\mu_t &= \beta_1 (1 - \tfrac{1}{2} \cdot 0.96^{t \psi})",
        ),
        (
            "μₜ₊₁ = β₁ (1 − ½ · 0.96^((t + 1) ψ))",
            r"\mu_{t+1} &= \beta_1 (1 - \tfrac{1}{2} \cdot 0.96^{(t + 1) \psi})",
        ),
        ("Pₜ = Pₜ₋₁ μₜ", r"P_t &= P_{t-1} \mu_t"),
        (
            "m̂ₜ = μₜ₊₁ mₜ / (1 − Pₜ μₜ₊₁) + (1 − μₜ) gₜ / (1 − Pₜ)",
            r"\hat{m}_t &= \frac{\mu_{t+1} m_t}{1 - P_t \mu_{t+1}} + "
            r"\frac{(1 - \mu_t) g_t}{1 - P_t}",
        ),
        V_HAT,
        ADAM_STEP,
    ),
    "NAdam, constant momentum": (
        GRADIENT,
        *TWO_MEANS,
        (
            "m̂ₜ = β₁ mₜ / (1 − β₁^(t + 1)) + (1 − β₁) gₜ / (1 − β₁ᵗ)",
            r"\hat{m}_t &= \frac{\beta_1 m_t}{1 - \beta_1^{t + 1}} + "
            r"\frac{(1 - \beta_1) g_t}{1 - \beta_1^t}",
        ),
        V_HAT,
        ADAM_STEP,
    ),
    "RAdam": (GRADIENT, *TWO_MEANS, M_HAT, *RADAM, V_HAT, radam_step(">", ">")),
    "RAdam, at threshold": (GRADIENT, *TWO_MEANS, M_HAT, *RADAM, V_HAT, radam_step(r"\ge", "≥")),
    "RAdam, eps before correction": (
        GRADIENT,
        *TWO_MEANS,
        M_HAT,
        *RADAM,
        (
            "wₜ = wₜ₋₁ − η (rₜ √(1 − β₂ᵗ) m̂ₜ / (√vₜ + ε) if ρₜ > 4; else m̂ₜ)",
            r"w_t &= w_{t-1} - \eta \begin{cases} "
            r"\frac{r_t \sqrt{1 - \beta_2^t} \hat{m}_t}{\sqrt{v_t} + \varepsilon}"
            r" & \text{if } \rho_t > 4 \\ \hat{m}_t & \text{else} \end{cases}",
        ),
    ),
    "AdaBelief": (
        GRADIENT,
        TWO_MEANS[0],
        (
            "sₜ = β₂ sₜ₋₁ + (1 − β₂) (gₜ − mₜ)² + ε",
            r"s_t &= \beta_2 s_{t-1} + (1 - \beta_2) (g_t - m_t)^2 + \varepsilon",
        ),
        M_HAT,
        ("ŝₜ = sₜ / (1 − β₂ᵗ)", r"\hat{s}_t &= \frac{s_t}{1 - \beta_2^t}"),
        (
            "wₜ = wₜ₋₁ − η m̂ₜ / (√ŝₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta \hat{m}_t}{\sqrt{\hat{s}_t} + \varepsilon}",
        ),
    ),
    "Yogi": (
        GRADIENT,
        TWO_MEANS[0],
        YOGI,
        (
            "wₜ = wₜ₋₁ − η mₜ / (√vₜ + ε)",
            r"w_t &= w_{t-1} - \frac{\eta m_t}{\sqrt{v_t} + \varepsilon}",
        ),
    ),
    "Yogi, corrected": (GRADIENT, TWO_MEANS[0], YOGI, M_HAT, V_HAT, ADAM_STEP),
    "Lion": (
        GRADIENT,
        ("cₜ = β₁ mₜ₋₁ + (1 − β₁) gₜ", r"c_t &= \beta_1 m_{t-1} + (1 - \beta_1) g_t"),
        ("mₜ = β₂ mₜ₋₁ + (1 − β₂) gₜ", r"m_t &= \beta_2 m_{t-1} + (1 - \beta_2) g_t"),
        (
            "wₜ = wₜ₋₁ − η (sign(cₜ) + λ wₜ₋₁)",
            r"w_t &= w_{t-1} - \eta (\operatorname{sign}(c_t) + \lambda w_{t-1})",
        ),
    ),
    "SignDescent": (
        GRADIENT,
        ("wₜ = wₜ₋₁ − η sign(gₜ)", r"w_t &= w_{t-1} - \eta \operatorname{sign}(g_t)"),
    ),
}
AHEAD = (
    "gₜ = ∇f((1 − β) zₜ₋₁ + β wₜ₋₁)",
    r"g_t &= \nabla f((1 - \beta) z_{t-1} + \beta w_{t-1})",
)
WEIGHTED = (
    ("Sₜ = Sₜ₋₁ + η²", r"S_t &= S_{t-1} + \eta^2"),
    (
        "wₜ = wₜ₋₁ + (η² / Sₜ) (zₜ − wₜ₋₁)",
        r"w_t &= w_{t-1} + \frac{\eta^2}{S_t} (z_t - w_{t-1})",
    ),
)
FORMULAS |= {
    "ScheduleFree": (AHEAD, ("zₜ = zₜ₋₁ − η gₜ", r"z_t &= z_{t-1} - \eta g_t"), *WEIGHTED),
    "ScheduleFree, weight decay": (
        AHEAD,
        (
            "zₜ = zₜ₋₁ − η (gₜ + λ ((1 − β) zₜ₋₁ + β wₜ₋₁))",
            r"z_t &= z_{t-1} - \eta (g_t + \lambda ((1 - \beta) z_{t-1} + \beta w_{t-1}))",
        ),
        *WEIGHTED,
    ),
    "ScheduleFree, Adam": (
        AHEAD,
        TWO_MEANS[1],
        V_HAT,
        (
            "zₜ = zₜ₋₁ − η gₜ / (√v̂ₜ + ε)",
            r"z_t &= z_{t-1} - \eta \frac{g_t}{\sqrt{\hat{v}_t} + \varepsilon}",
        ),
        *WEIGHTED,
    ),
    "ScheduleFree, AdamW": (
        AHEAD,
        TWO_MEANS[1],
        V_HAT,
        (
            "zₜ = zₜ₋₁ − η (gₜ / (√v̂ₜ + ε) + λ ((1 − β) zₜ₋₁ + β wₜ₋₁))",
            r"z_t &= z_{t-1} - \eta \left(\frac{g_t}{\sqrt{\hat{v}_t} + \varepsilon}"
            r" + \lambda ((1 - \beta) z_{t-1} + \beta w_{t-1})\right)",
        ),
        *WEIGHTED,
    ),
}
FORMULAS |= {
    "Adan": (*ADAN, PROXIMAL),
    "Adan, decoupled": (
        *ADAN,
        ("wₜ = wₜ₋₁ − η (uₜ + λ wₜ₋₁)", r"w_t &= w_{t-1} - \eta (u_t + \lambda w_{t-1})"),
    ),
    "Adan, uncorrected": (
        GRADIENT,
        ADAN_CHANGE,
        mean_from_the_first(ADAN_MEANS[0], ("gₜ", "g_t")),
        mean_from_the_first(ADAN_MEANS[1], ("Δₜ", r"\Delta_t"), step=2),
        mean_from_the_first(ADAN_MEANS[2], ("(gₜ + β₂ Δₜ)²", r"(g_t + \beta_2 \Delta_t)^2")),
        ADAN_BEFORE,
        (
            "uₜ = (mₜ + β₂ dₜ) / (√vₜ + ε)",
            r"u_t &= \frac{m_t + \beta_2 d_t}{\sqrt{v_t} + \varepsilon}",
        ),
        PROXIMAL,
    ),
    "AdEMAMix": (
        GRADIENT,
        TWO_MEANS[0],
        (
            "m̄ₜ = β₃ m̄ₜ₋₁ + (1 − β₃) gₜ",
            r"\bar{m}_t &= \beta_3 \bar{m}_{t-1} + (1 - \beta_3) g_t",
        ),
        TWO_MEANS[1],
        M_HAT,
        V_HAT,
        (
            "wₜ = wₜ₋₁ − η ((m̂ₜ + α m̄ₜ) / (√v̂ₜ + ε) + λ wₜ₋₁)",
            r"w_t &= w_{t-1} - \eta \left(\frac{\hat{m}_t + \alpha \bar{m}_t}"
            r"{\sqrt{\hat{v}_t} + \varepsilon} + \lambda w_{t-1}\right)",
        ),
    ),
    "ADOPT": (
        GRADIENT,
        ADOPT_SCALED,
        (
            "uₜ = min(max(ĝₜ, −√√(t − 1)), √√(t − 1))",
            r"u_t &= \min\left(\max\left(\hat{g}_t,\, -\sqrt{\sqrt{t - 1}}\right),\, "
            r"\sqrt{\sqrt{t - 1}}\right)",
        ),
        *ADOPT_REST,
    ),
    "ADOPT, unclipped": (
        GRADIENT,
        ADOPT_SCALED,
        (
            "uₜ = (ĝₜ if t > 1; else 0)",
            r"u_t &= \begin{cases} \hat{g}_t & \text{if } t > 1 \\ 0 & \text{else} \end{cases}",
        ),
        *ADOPT_REST,
    ),
}
# Where a state starts stands in no formula.
FORMULAS["AdaGrad, G from 0.1"] = FORMULAS["AdaGrad"]
FORMULAS["AdaGrad, as Keras"] = FORMULAS["AdaGrad, eps inside"]
FORMULAS["Yogi, as Optax"] = FORMULAS["Yogi, corrected"]
PROBLEM_FORMULAS = {
    "square": ("f(w) = w²", "f'(w) = 2w"),
    "cube": ("f(x) = x³", "f'(x) = 3x²"),
    "quartic": ("f(x) = x⁴", "f'(x) = 4x³"),
    "tanh": ("f(x) = tanh(x)", "f'(x) = 1 − tanh²(x)"),
    "cosh(c=1)": ("f(x) = cosh(x)", "f'(x) = sinh(x)"),
    "cosh(c=0.5)": ("f(x) = cosh(½x)", "f'(x) = ½sinh(½x)"),
    "x_cos(c=1)": ("f(x) = x cos(πx)", "f'(x) = cos(πx) − πx sin(πx)"),
    "x_cos(c=0.15)": ("f(x) = x cos(0.15πx)", "f'(x) = cos(0.15πx) − 0.15πx sin(0.15πx)"),
    "coupled_bowl": ("f(x, y) = x² + y² + x y", "∇f(x, y) = (2x + y, 2y + x)"),
    "quadratic(kappa=10)": ("f(x, y) = ½(x² + 10y²)", "∇f(x, y) = (x, 10y)"),
    "quadratic(kappa=100, angle=0.5)": (
        "f(x, y) = ½(23.755x² + 77.245y²) − 41.6528x y",
        "∇f(x, y) = (23.755x − 41.6528y, −41.6528x + 77.245y)",
    ),
    "saddle": ("f(x, y) = x² − y²", "∇f(x, y) = (2x, −2y)"),
    "rosenbrock": (
        "f(x, y) = (1 − x)² + 100(y − x²)²",
        "∇f(x, y) = (−2(1 − x) − 400x (y − x²), 200(y − x²))",
    ),
    "elongated_bowl": ("f(x, y) = 0.1x² + 2y²", "∇f(x, y) = (0.2x, 4y)"),
    "booth": (
        "f(x, y) = (x + 2y − 7)² + (2x + y − 5)²",
        "∇f(x, y) = (10x + 8y − 34, 8x + 10y − 38)",
    ),
    "matyas": (
        "f(x, y) = 0.26(x² + y²) − 0.48x y",
        "∇f(x, y) = (0.52x − 0.48y, 0.52y − 0.48x)",
    ),
    "monkey_saddle": ("f(x, y) = x³ − 3x y²", "∇f(x, y) = (3x² − 3y², −6x y)"),
    "himmelblau": (
        "f(x, y) = (x² + y − 11)² + (x + y² − 7)²",
        "∇f(x, y) = (4x (x² + y − 11) + 2(x + y² − 7), 2(x² + y − 11) + 4y (x + y² − 7))",
    ),
    "three_hump_camel": (
        "f(x, y) = 2x² − 1.05x⁴ + x⁶ / 6 + x y + y²",
        "∇f(x, y) = (4x − 4.2x³ + x⁵ + y, x + 2y)",
    ),
    "mccormick": (
        "f(x, y) = sin(x + y) + (x − y)² − 1.5x + 2.5y + 1",
        "∇f(x, y) = (cos(x + y) + 2(x − y) − 1.5, cos(x + y) − 2(x − y) + 2.5)",
    ),
}


@pytest.mark.parametrize("title", RULES)
def test_formula_of_a_rule_is_as_specified(title):
    assert title in FORMULAS, f"{title}: add its formula to FORMULAS in test_notation.py"
    shown = ol.formula(RULES[title](0.1))
    text, latex = zip(*FORMULAS[title], strict=True)
    assert shown.text.split("\n") == list(text)
    assert latex_lines(shown) == list(latex)
    assert str(shown) == shown.text
    assert shown._repr_latex_() == f"$$\n{shown.latex}\n$$"
    assert ET.fromstring(shown.to_html()).text == shown.text  # also where a formula has < in it


@pytest.mark.parametrize("name", PROBLEM_FORMULAS)
def test_formula_of_a_problem_is_as_specified(name):
    shown = ol.formula(PROBLEMS[name])
    assert tuple(shown.text.split("\n")) == PROBLEM_FORMULAS[name]


@each("problem", PROBLEMS)
def test_formula_of_every_problem_is_well_formed(problem):
    shown = ol.formula(problem)
    assert not re.search(r"\(\(\w+\)\)|− −|\+ −|--|\b1 ·", shown.text)
    assert_latex_is_well_formed(shown.latex)


def latex_lines(shown):
    """Return the lines of the aligned block, without what ends them."""
    return [re.sub(r" *\\\\(\[.*\])?$", "", line) for line in shown.latex.split("\n")[1:-1]]


def test_formula_of_a_problem_in_latex():
    assert latex_lines(ol.formula(ol.problems.x_cos(0.15))) == [
        r"f(x) &= x \cos(0.15 \pi x)",
        r"f'(x) &= \cos(0.15 \pi x) - 0.15 \pi x \sin(0.15 \pi x)",
    ]
    assert r"\tfrac{1}{2} (x^2 + 10 y^2)" in ol.formula(ol.problems.quadratic()).latex


def test_hyperparameter_with_a_schedule_carries_its_step():
    shown = ol.formula(ol.Momentum(lambda t: 0.1 / t, beta=0.9))
    assert shown.text.split("\n")[1:] == ["vₜ = β vₜ₋₁ + gₜ", "wₜ = wₜ₋₁ − ηₜ vₜ"]
    shown = ol.formula(ol.Adam(0.1, beta1=lambda t: 0.5))
    assert shown.text.split("\n")[1] == "mₜ = β₁ₜ mₜ₋₁ + (1 − β₁ₜ) gₜ"
    assert r"\beta_{1,t} m_{t-1}" in shown.latex


@pytest.mark.parametrize("subject", [ol.Adam, 3, "Adam", None])
def test_formula_of_something_else_is_a_type_error(subject):
    with pytest.raises(TypeError, match="subject must be a Rule, Blocks or an Objective, got "):
        ol.formula(subject)


# By hand


def test_adam_by_hand():
    assert (
        ol.by_hand(ol.Adam(lr=0.1), SQUARE, 4.0, steps=3).text
        == """\
g₁ = 2 · 4 = 8
m₁ = 0.9 · 0 + (1 − 0.9) · 8 = 0.8
v₁ = 0.999 · 0 + (1 − 0.999) · 8² = 0.064
m̂₁ = 0.8 / (1 − 0.9¹) = 8
v̂₁ = 0.064 / (1 − 0.999¹) = 64
w₁ = 4 − 0.1 · 8 / (√64 + 10⁻⁸) ≈ 3.9

g₂ = 2 · 3.9 ≈ 7.8
m₂ = 0.9 · 0.8 + (1 − 0.9) · 7.8 ≈ 1.5
v₂ = 0.999 · 0.064 + (1 − 0.999) · 7.8² ≈ 0.124776
m̂₂ = 1.5 / (1 − 0.9²) ≈ 7.89474
v̂₂ = 0.124776 / (1 − 0.999²) ≈ 62.4192
w₂ = 3.9 − 0.1 · 7.89474 / (√62.4192 + 10⁻⁸) ≈ 3.80007

g₃ = 2 · 3.80007 ≈ 7.60015
m₃ = 0.9 · 1.5 + (1 − 0.9) · 7.60015 ≈ 2.11001
v₃ = 0.999 · 0.124776 + (1 − 0.999) · 7.60015² ≈ 0.182413
m̂₃ = 2.11001 / (1 − 0.9³) ≈ 7.78603
v̂₃ = 0.182413 / (1 − 0.999³) ≈ 60.8653
w₃ = 3.80007 − 0.1 · 7.78603 / (√60.8653 + 10⁻⁸) ≈ 3.70027"""
    )


def test_negative_start_folds_its_signs():
    assert (
        ol.by_hand(ol.Momentum(lr=0.1), SQUARE, -4.0, steps=2).text
        == """\
g₁ = 2 · (−4) = −8
v₁ = 0.9 · 0 − 8 = −8
w₁ = −4 − 0.1 · (−8) = −3.2

g₂ = 2 · (−3.2) = −6.4
v₂ = 0.9 · (−8) − 6.4 = −13.6
w₂ = −3.2 − 0.1 · (−13.6) = −1.84"""
    )


# A line is written from one tree, of the rule or of the gradient, and the numbers in it: scalars or
# vectors, of either sign, some as powers of ten. So each rule is written with both kinds and both
# signs and each gradient with both signs; which problem a rule is written with adds no tree to it.
# The pairs named here add numbers to places where the others do not have them: then whatever the
# writer meets in any pair of rule and problem (an operation, the form of the number in each of its
# places) it meets in one of these.
MORE_PAIRS = {
    "Nesterov": ["x_cos(c=0.15)"],
    "Nesterov, library form": ["goldstein_price"],
    "GradientDescent": ["goldstein_price"],
    "HeavyBall": ["tanh"],
    "RMSProp, eps inside": ["tanh"],
    "RMSProp, centered": ["tanh"],
    "Rprop": ["reddi", "tanh", "coupled_bowl"],
    "Rprop, skipping": ["reddi", "coupled_bowl"],
    "Adadelta": ["beale", "himmelblau", "square"],
    "AMSGrad": ["tanh"],
    "AdamW": ["cube", "x_cos(c=0.15)"],
    "Adamax": ["coupled_bowl"],
    "RAdam, eps before correction": ["square"],
    "Yogi": ["tanh"],
}
BY_HAND = [tuple(pair.split(" on ")) for pair in PAIRS]
BY_HAND += [(title, name) for title, names in MORE_PAIRS.items() for name in names]
by_hand_cases = each(
    "title, name, sign",
    {
        f"{title} on {name}, {'minus ' * (sign < 0)}start": (title, name, sign)
        for title, name in dict.fromkeys(BY_HAND)
        for sign in (1, -1)
    },
)


def operations(node):
    """Return the operations that a tree is made of."""
    if not isinstance(node, Call):
        return set()
    return {node.function}.union(*map(operations, node.arguments))


ARITHMETIC = {np.add, np.subtract, np.negative, np.multiply, np.divide, np.power, np.sqrt}
CHOICES = {np.where, np.equal, np.less, np.greater, np.greater_equal, np.maximum, np.minimum}
FUNCTIONS = {1: {np.cos, np.sin, np.sinh, np.tanh}, 2: {np.cos, np.sin, np.exp}}
NUMBERS = {1: (r"\(−[\d.]+\)", "= −", " = 0$"), 2: (r"\(−?[\d.]+, −[\d.]+\)", r"√\(\d")}


@pytest.mark.parametrize("dim", [1, 2])
def test_cases_by_hand_have_every_rule_gradient_operation_and_form_of_number(dim):
    pairs = [(title, name) for title, name in BY_HAND if PROBLEMS[name].dim == dim]
    titles, names = map(set, zip(*pairs, strict=True))
    assert titles == set(RULES)
    assert names == {name for name, problem in PROBLEMS.items() if problem.dim == dim}
    trees = [node for name in names for node in record_problem(PROBLEMS[name], "grad")]
    for title in titles:
        trees += record_rule(RULES[title](0.1)).names.values()
    found = set().union(*map(operations, trees))
    assert found >= ARITHMETIC | CHOICES | FUNCTIONS[dim] | {np.absolute, np.sign}
    shown = "\n".join(example(*pair, sign)[1].text for pair in pairs for sign in (1, -1))
    for form in (*NUMBERS[dim], " 10⁻⁸", r"\d·10⁻", r"\d·10[²³⁴⁵⁶⁷⁸⁹]", "≈"):
        assert re.search(form, shown, re.MULTILINE), form


@cache
def example(title, name, sign):
    """Return a rule, what by_hand prints for three steps, and the records behind it."""
    rule, problem = RULES[title](0.003), PROBLEMS[name]
    start = sign * np.asarray(problem.start)
    shown = ol.by_hand(rule, problem, start, 3)
    return rule, shown, list(islice(ol.iterate(rule, problem, start), 3))


# How the names of records are written, by hand.
WRITTEN = {
    **{"look_ahead": "w̃", "m_hat": "m̂", "v_hat": "v̂", "s_hat": "ŝ", "s_tilde": "s̃"},
    **{"g_tilde": "g̃", "g_bar": "ḡ", "v_max": "vᵐᵃˣ", "Delta": "Δ", "alpha": "α"},
    **{"mu": "μ", "rho": "ρ", "m_bar": "m̄", "g_hat": "ĝ", "d_hat": "d̂"},
}


def written(name, t):
    """Return how a name of step t is written."""
    if name == "rho_inf":
        return "ρ∞"
    if name == "mu_next":
        return "μ" + "₁₂₃₄"[t]
    return WRITTEN.get(name, name) + "₀₁₂₃"[t]


@by_hand_cases
def test_every_line_by_hand_can_be_computed_again(title, name, sign):
    rule, shown, records = example(title, name, sign)
    expected = [(n, r["t"], r[n]) for r in records for n in r if n not in ("t", "step")]
    lines = reading.lines(shown.text)
    assert len(lines) == len(expected)
    exact = {1, 2, *rule.hyperparameters().values()}
    for (symbol, expression, equal, value), (recorded, t, truth) in zip(
        lines, expected, strict=True
    ):
        assert symbol == written(recorded, t)
        if not np.all(np.isfinite(truth)):
            continue
        stated = reading.value_of(value or expression)
        assert np.all(np.abs(stated - truth) <= reading.rounding(truth)), (symbol, value, truth)
        computed, error = reading.evaluate(expression, exact)
        assert computed.shape == np.shape(truth)
        if np.any(np.abs(computed - truth) > error):
            # A number that is shown as one of the exact ones may have been rounded to it.
            error = 1.01 * reading.evaluate(expression)[1]
        assert np.all(np.abs(computed - truth) <= error), (symbol, expression, truth)
        dropped = np.any(np.abs(stated - truth) > 500 * np.finfo(float).eps * np.abs(truth))
        if value is not None:
            assert equal == ("≈" if dropped else "="), (symbol, value, truth)


def to_text(latex):
    """Translate a LaTeX expression into the text that `reading` reads."""
    plain = {r"\left(": "(", r"\right)": ")", r"\cdot": "·", r",\,": ",", r"\pi": "π", "-": "−"}
    plain |= {r"\left|": "|", r"\right|": "|", r"\operatorname{sign}": "sign", r"\ge": "≥"}
    plain |= {r"\infty": "∞"}
    plain |= {r"\max": "max", r"\min": "min", r"\exp": "exp", r" & \text{if } ": " if "}
    for old, new in plain.items():
        latex = latex.replace(old, new)
    latex = re.sub(r"\\begin\{cases\} (.*?) \\end\{cases\}", cases, latex)
    latex = re.sub(r"\\(cos|sin|cosh|sinh|tanh)(\^2)?", lambda m: m[1] + "²" * bool(m[2]), latex)
    before = None
    while latex != before:
        before = latex
        latex = re.sub(r"\^(\d)|\^\{(−?\d+)\}", superscript, latex)
        latex = re.sub(r"\^\{([^{}]*)\}", r"^(\1)", latex)
        latex = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"(\1) / (\2)", latex)
        latex = re.sub(r"\\sqrt\{([^{}]*)\}", r"√(\1)", latex)
    return latex


def cases(match):
    *rows, last = match[1].split(r" \\ ")
    return "(" + "; ".join([*rows, "else " + last.removesuffix(r" & \text{else}")]) + ")"


def superscript(match):
    return (match[1] or match[2]).translate(str.maketrans("0123456789−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"))


@by_hand_cases
def test_latex_says_the_same_as_the_text(title, name, sign):
    _, shown, _ = example(title, name, sign)
    assert_latex_is_well_formed(shown.latex)
    typeset, lines = latex_lines(shown), reading.lines(shown.text)
    assert len(typeset) == len(lines)
    for line, (_, expression, equal, value) in zip(typeset, lines, strict=True):
        _, right = line.split(" &= ")
        assert (r" \approx " in right) == (equal == "≈")
        # The sign of a condition does not end the expression.
        right = re.sub(r"(\\text\{if \} [^&]*?) = ", r"\1 ＝ ", right)
        parts = [part.replace("＝", "=") for part in re.split(r" = | \\approx ", right)]
        texts = [expression] if value is None else [expression, value]
        for part, text in zip(parts, texts, strict=True):
            actual, expected = reading.value_of(to_text(part)), reading.value_of(text)
            np.testing.assert_allclose(actual, expected, rtol=1e-12)


def assert_latex_is_well_formed(latex):
    assert latex.startswith("\\begin{aligned}\n")
    assert latex.endswith("\n\\end{aligned}")
    assert latex.count(r"\left(") == latex.count(r"\right)")
    for opening, closing in ("{}", "()"):
        depth = 0
        for character in latex:
            depth += (character == opening) - (character == closing)
            assert depth >= 0
        assert depth == 0
    for line in latex.split("\n")[1:-1]:
        line = re.sub(r"\\begin\{cases\}.*?\\end\{cases\}", "", line)
        assert line.count("&") == 1
    assert not set(latex) & set("−·√πβη≈₁²")


def pairs(text):
    """Return {position of each opening parenthesis: position of its closing one}."""
    stack, found = [], {}
    for i, character in enumerate(text):
        if character == "(":
            stack.append(i)
        elif character == ")":
            found[stack.pop()] = i
    return found


UGLY = (r"\d\.0(?!\d)", "− −", r"\+ −", "· −", "/ −", "-", r"\+ \+", r"e[−+]?\d", "  ")


def assert_reads_like_a_person_writes(text):
    for ugly in (
        r"\d\.0(?!\d)",
        "− −",
        r"\+ −",
        "· −",
        "/ −",
        "--",
        "-",
        r"\+ \+",
        "e[−+]?\\d",
        "  ",
    ):
        assert not re.search(ugly, text), (ugly, text)
    found = pairs(text)
    for opening, closing in found.items():
        inner = text[opening + 1 : closing]
        assert found.get(opening + 1) != closing - 1, f"doubled parentheses: {text}"
        before = text[:opening]
        if re.fullmatch(r"[\d.]+", inner) and not re.search(r"[a-z²]$", before):
            raise AssertionError(f"parentheses about a plain number: {text}")
        if before.endswith((" = ", " + ")) and ", " not in inner and " if " not in inner:
            following = text[closing + 1 :]
            assert following.startswith((" ·", " /", *"²³⁴⁵⁶")), f"needless parentheses: {text}"


@by_hand_cases
def test_by_hand_reads_like_a_person_writes(title, name, sign):
    _, shown, _ = example(title, name, sign)
    for line in shown.text.split("\n"):
        assert_reads_like_a_person_writes(line)


@pytest.mark.parametrize(
    "ugly",
    [
        "w₁ = 1.0 · 4 = 4",
        "w₁ = 4 − −0.8 = 4.8",
        "w₁ = 4 + −0.8 = 3.2",
        "w₁ = 4 - 0.8 = 3.2",
        "w₁ = ((4 − 1)) · 2 = 6",
        "w₁ = (4) − 1 = 3",
        "w₁ = 4 + (0.9 − 1) = 3.9",
        "w₁ = 1e−8 · 2 = 2",
    ],
)
def test_ugly_lines_are_found(ugly):
    with pytest.raises(AssertionError):
        assert_reads_like_a_person_writes(ugly)


@pytest.mark.parametrize("bad", ["2 · −4", "4 − − 8", "2 4", "(4", "4)", "1.0e5", "cos 3 +", "x"])
def test_reader_does_not_read_everything(bad):
    with pytest.raises(reading.Unreadable):
        reading.value_of(bad)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4 − 0.1 · 8", 3.2),
        ("−4 − 0.1 · (−8)", -3.2),
        ("0.1 · 8 / (√64 + 10⁻⁸)", 0.8 / (8 + 1e-8)),
        ("2.5·10⁻⁹ / (1 − 0.9²)", 2.5e-9 / 0.19),
        ("(−8)² − 2 · 3³", 10.0),
        ("1 − tanh²(4)", 1 - np.tanh(4) ** 2),
        ("(1, 2) − 0.1 · (4, 5)", [0.6, 1.5]),
        ("√((4, 9) + 7) · 2^(3 − 1)", [4 * 11**0.5, 16]),
    ],
)
def test_reader_computes_what_is_written(text, value):
    np.testing.assert_allclose(reading.value_of(text), value, rtol=1e-14)


def assert_lines_are_right(rule, problem, start, steps):
    shown = ol.by_hand(rule, problem, start, steps)
    for line in filter(None, shown.text.split("\n")):
        assert_reads_like_a_person_writes(line)
        assert "π" not in line
    exact = {1, 2, *rule.hyperparameters().values()}
    for name, expression, _, value in reading.lines(shown.text):
        computed, error = reading.evaluate(expression, exact)
        stated = reading.value_of(value)
        assert np.all(np.abs(computed - stated) <= error + reading.rounding(stated)), name


@pytest.mark.parametrize("start", [1e-14, -1e-14, 2.5e11, -2.5e11, -1e100, -np.pi])
@pytest.mark.parametrize("title", ["GradientDescent", "Nesterov", "Adam"])
def test_tiny_and_huge_numbers_are_written_as_powers_of_ten(title, start):
    assert_lines_are_right(RULES[title](0.1), SQUARE, start, 2)


def test_divergence_is_written_out():
    shown = ol.by_hand(ol.GradientDescent(1e200), SQUARE, 4.0, 3)
    assert (
        shown.text
        == """\
g₁ = 2 · 4 = 8
w₁ = 4 − 10²⁰⁰ · 8 = −8·10²⁰⁰

g₂ = 2 · (−8·10²⁰⁰) = −1.6·10²⁰¹
w₂ = −8·10²⁰⁰ − 10²⁰⁰ · (−1.6·10²⁰¹) = ∞

g₃ = 2 · ∞ = ∞
w₃ = ∞ − 10²⁰⁰ · ∞ = nan"""
    )
    assert r"-8 \cdot 10^{200}" in shown.latex
    assert r"\infty" in shown.latex


@pytest.mark.parametrize("start", [np.float32(4), np.array([4], dtype=np.float32)], ids=repr)
def test_single_precision_by_hand(start):
    text = ol.by_hand(ol.GradientDescent(0.1), SQUARE, start, 1).text
    assert text.split("\n") == ["g₁ = 2 · 4 = 8", "w₁ = 4 − 0.1 · 8 = 3.2"]


@each("make", RULES)
def test_fractions_by_hand_are_written_as_decimals(make):
    if "psi" in make(0.1).hyperparameters():
        with pytest.raises(TypeError, match="has no exact rational value"):
            ol.by_hand(make(0.1), SQUARE, Fraction(4), 2)
        return
    exact = ol.by_hand(make(0.1), SQUARE, Fraction(4), 2).text
    floats = ol.by_hand(make(0.1), SQUARE, 4.0, 2).text
    assert exact.replace("≈", "=") == floats.replace("≈", "=")


@pytest.mark.parametrize("start", [1.0, -1.0, 0.5, -0.5, 0.0])
def test_values_that_look_like_constants_are_not_simplified(start):
    bowl = ol.Objective(lambda w: w**2, lambda w: w * 2)
    shown = f"{start:g}" if start >= 0 else f"(−{-start:g})"
    first, _ = ol.by_hand(ol.GradientDescent(0.1), bowl, start, 1).text.split("\n")
    assert first.startswith(f"g₁ = 2 · {shown} = ")


def test_schedule_by_hand_shows_the_value_of_each_step():
    text = ol.by_hand(ol.GradientDescent(lambda t: 0.1 / t), SQUARE, 4.0, 2).text
    assert text.split("\n")[-1] == "w₂ = 3.2 − 0.05 · 6.4 = 2.88"


def test_no_steps_by_hand_are_no_lines():
    assert ol.by_hand(ol.Adam(0.1), SQUARE, 4.0, 0).text == ""


@pytest.mark.parametrize(
    ("rule", "problem", "start"),
    [
        (ol.Adam(0.1), SQUARE, np.ones((1, 3))),
        (ol.Adam(np.array([0.1, 0.2])), SQUARE, 4.0),
        (ol.GradientDescent(np.array([0.1])), ol.problems.saddle, (1.0, 2.0)),
    ],
)
def test_more_than_one_run_by_hand_is_rejected(rule, problem, start):
    with pytest.raises(ValueError, match="by_hand shows one run: w0 must be one start"):
        ol.by_hand(rule, problem, start, 1)


def test_gradient_without_a_formula_is_only_named():
    steep = ol.Objective(lambda w: np.abs(w), lambda w: np.interp(w, [-1, 1], [-1, 1]))
    text = ol.by_hand(ol.GradientDescent(0.1), steep, 4.0, 1).text
    assert text.split("\n") == ["g₁ = ∇f(4) = 1", "w₁ = 4 − 0.1 · 1 = 3.9"]


# Rules of one's own


@dataclass(frozen=True)
class Unusual(ol.Rule):
    gamma: float = 0.5
    decay_rate: float = 0.25
    alpha12: float = 2.0
    state = ("velocity", "u_bar")

    def update(self, t, g, velocity, u_bar):
        velocity = self.gamma * velocity - 1.0 * g
        u_bar = 0 * g + u_bar + self.alpha12 * (g - (velocity - self.decay_rate))
        return dict(velocity=velocity, u_bar=u_bar, step=-(-self.lr * velocity) / np.cos(u_bar))


def test_unusual_names_are_written_out():
    assert ol.formula(Unusual(0.1)).text.split("\n")[1:] == [
        "velocityₜ = γ velocityₜ₋₁ − gₜ",
        "ūₜ = ūₜ₋₁ + α₁₂ (gₜ − (velocityₜ − decay rate))",
        "wₜ = wₜ₋₁ + η velocityₜ / cos(ūₜ)",
    ]
    latex = ol.formula(Unusual(0.1)).latex
    for part in (r"\mathrm{velocity}_{t-1}", r"\bar{u}_t", r"\alpha_{12}", r"\mathrm{decay\ rate}"):
        assert part in latex
    assert_latex_is_well_formed(latex)


def test_unusual_rule_by_hand_is_right():
    text = ol.by_hand(Unusual(0.1), SQUARE, -4.0, 2).text
    text = text.replace("velocity", "v").replace("ū", "u")
    for _, expression, _, value in reading.lines(text):
        computed, error = reading.evaluate(expression, {0.1, 0.25, 0.5, 2})
        assert abs(computed - reading.value_of(value)) <= error + reading.rounding(computed)


@pytest.mark.parametrize(
    ("step", "written"),
    [
        (lambda g, lr: -lr * np.sign(g), "− η sign(gₜ)"),
        (lambda g, lr: lr * abs(g - 1), "+ η |gₜ − 1|"),
        (lambda g, lr: -lr * abs(g) ** 0.25, "− η |gₜ|^0.25"),
        (lambda g, lr: lr * (1.0 * g), "+ η gₜ"),
        (lambda g, lr: -(g - 1), "− (gₜ − 1)"),
        (lambda g, lr: g - (g - 2) + 0, "+ gₜ − (gₜ − 2)"),
        (lambda g, lr: 0 * g - lr * g, "− η gₜ"),
        (lambda g, lr: -lr * (-g), "+ η gₜ"),
        (lambda g, lr: -2 * g, "− 2gₜ"),
        (lambda g, lr: g * -0.5, "− ½gₜ"),
        (lambda g, lr: lr / (2 * g), "+ η / (2gₜ)"),
        (lambda g, lr: lr / (g / 2), "+ η / (gₜ / 2)"),
        (lambda g, lr: (g**2) ** 3, "+ (gₜ²)³"),
        (lambda g, lr: (-g) ** 2, "+ (−gₜ)²"),
        (lambda g, lr: np.sqrt(g**2), "+ √(gₜ²)"),
        (lambda g, lr: np.square(g), "+ gₜ²"),
        (lambda g, lr: lr**-1 * g, "+ η⁻¹ gₜ"),
        (lambda g, lr: np.pi * g, "+ πgₜ"),
        (lambda g, lr: 1e-3 * g, "+ 0.001gₜ"),
        (lambda g, lr: 1e-12 * g, "+ 10⁻¹²gₜ"),
        (lambda g, lr: 1e-14 * g, "+ 10⁻¹⁴gₜ"),
        (lambda g, lr: 1e20 * g, "+ 10²⁰gₜ"),
        (lambda g, lr: lr * g / np.sqrt(g) * g, "+ (η gₜ / √gₜ) gₜ"),
    ],
)
def test_terms_are_written_as_a_person_would(step, written):
    class Written(ol.Rule):
        def update(self, t, g):
            return dict(step=step(g, self.lr))

    assert ol.formula(Written(0.1)).text.split("\n")[1] == f"wₜ = wₜ₋₁ {written}"


def test_name_for_the_gradient_itself_is_explained_or_not_used():
    """A rule may remember the gradient; its formula must not use a name that no line defines."""

    class Remembers(ol.Rule):
        state = ("last",)

        def update(self, t, g, last):
            return dict(change=g - last, last=g, step=-self.lr * (2 * g - last))

    lines = ol.formula(Remembers(0.1)).text.split("\n")
    defined = {line.split(" = ")[0] for line in lines}
    used = set(re.findall(r"[a-z]+ₜ(?!₋)", " ".join(line.split(" = ")[1] for line in lines)))
    assert used <= defined, lines


# Symbols and numbers


@pytest.mark.parametrize(
    ("name", "index", "text", "latex"),
    [
        ("lr", "", "η", r"\eta"),
        ("eps", "", "ε", r"\varepsilon"),
        ("beta1", "t", "β₁ₜ", r"\beta_{1,t}"),
        ("m_hat", "3", "m̂₃", r"\hat{m}_3"),
        ("m_hat", "12", "m̂₁₂", r"\hat{m}_{12}"),
        ("look_ahead", "t-1", "w̃ₜ₋₁", r"\tilde{w}_{t-1}"),
        ("G", "t", "Gₜ", "G_t"),
        ("growth_rate", "", "growth rate", r"\mathrm{growth\ rate}"),
        ("lambda_max2", "", "lambda max₂", r"\mathrm{lambda\ max}_2"),
        ("weight_decay", "", "λ", r"\lambda"),
        ("rho", "3", "ρ₃", r"\rho_3"),
        ("rho_inf", "t", "ρ∞", r"\rho_{\infty}"),
        ("mu_next", "2", "μ₃", r"\mu_3"),
        ("mu_next", "t-1", "μₜ", r"\mu_t"),
        ("v_max", "t", "vᵐᵃˣₜ", r"v^{\max}_t"),
        ("lr_min", "t", "ηᵐⁱⁿₜ", r"\eta^{\min}_t"),
        ("grow", "", "η⁺", r"\eta^+"),
        ("shrink", "", "η⁻", r"\eta^-"),
        ("momentum", "", "μ", r"\mu"),
        ("dampening", "", "τ", r"\tau"),
        ("lr_decay", "", "δ", r"\delta"),
        ("Delta", "t", "Δₜ", r"\Delta_t"),
    ],
)
def test_symbols(name, index, text, latex):
    assert symbol_text(name, index) == text
    assert symbol_latex(name, index) == latex


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (0, "0", "0"),
        (-0.0, "0", "0"),
        (1.0, "1", "1"),
        (-8.0, "−8", "-8"),
        (0.1 + 0.2, "0.3", "0.3"),
        (3.8000743, "3.80007", "3.80007"),
        (1e-8, "10⁻⁸", "10^{-8}"),
        (-1e-8, "−10⁻⁸", "-10^{-8}"),
        (2.5e-9, "2.5·10⁻⁹", r"2.5 \cdot 10^{-9}"),
        (1234567.0, "1.23457·10⁶", r"1.23457 \cdot 10^{6}"),
        (float("inf"), "∞", r"\infty"),
        (float("-inf"), "−∞", r"-\infty"),
        (float("nan"), "nan", r"\text{nan}"),
        (Fraction(2, 3), "0.666667", "0.666667"),
        (np.array([1.0, -0.5]), "(1, −0.5)", r"(1,\, -0.5)"),
    ],
)
def test_numbers(value, text, latex):
    assert number_text(value) == text
    assert number_latex(value) == latex


def test_an_integer_start_does_not_truncate_the_first_state():
    rule = ol.AdaGrad(lr=0.3, G0=0.1)
    whole = ol.by_hand(rule, ol.problems.square, 4, steps=1).text
    assert whole == ol.by_hand(rule, ol.problems.square, 4.0, steps=1).text
    assert "G₁ = 0.1 + 8² = 64.1" in whole
