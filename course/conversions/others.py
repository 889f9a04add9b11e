"""In words: what an optimizer computes where no rule of optimlib takes its steps.

The words are for the settings that have no line in `FORMS`: for some packages that is the default.
"""

RECTIFIED = "rectified as RAdam unless `rectify=False`"
OTHERS = {
    "torch ASGD": (
        "gradient descent with w ← (1 − λη)w and a rate η/(1 + λη₀t)^α; the average is kept beside"
        " the point"
    ),
    "keras Ftrl": (
        "w is computed anew from sums of gradients that start at 0: where a gradient is 0 at "
        "first, w becomes 0"
    ),
    "keras Muon": (
        "vectors and the layers that are named: Adam with ε before the correction; matrices: "
        "scaled by 0.2√max(rows, columns); λ decoupled"
    ),
    "keras ScheduleFreeAdamW": "weights 1/t, other decay, and no average to evaluate",
    "optax rprop": "Rprop a step late: the first step is 0",
    "optax lars": "momentum of gradients scaled by 0.001‖w‖/‖g‖",
    "optax adan": "b2 weighs the past in one mean and the present in the rest",
    "optax novograd": "momentum (as a sum) of g/‖g‖, with a running mean of ‖g‖²",
    "optax sm3": (
        "AdaGrad whose steps are averaged from 0, of a matrix the smallest of the sums of its row "
        "and column"
    ),
    "optax fromage": (
        "a step of η‖w‖ along g, then all of w divided by √(1 + η²): w shrinks where g is 0"
    ),
    "optax optimistic_gradient_descent": "2g − g₋, and g in the first step",
    "optax dog": "DoG whose first distance is given in another way (`init_step`)",
    "timm nadamw": (
        "Adam with Nesterov's look-ahead, of which only the second term is corrected: the first "
        "step is 1.9 times as long"
    ),
    "timm rmsproptf": "RMSProp with ε inside the root and v from 1, so the first steps are short",
    "timm laprop": "g/√v̂ is averaged, not g, with the correction",
    "timm lars": "gradient descent where λ = 0 (unless `always_adapt=True`)",
    "timm madgrad": "a cube root in place of the root, from the start point: averages of duals",
    "timm novograd": "momentum (as a sum) of g/‖g‖, with a running mean of ‖g‖²",
    "timm adafactorbv": "BigVision's Adafactor: no size of w, a running mean of steps",
    "timm muon": (
        "vectors: AdamW with Nesterov; matrices: Newton-Schulz with other coefficients and scale"
    ),
    "timm adabelief": RECTIFIED,
    "timm adopt": "ADOPT with bounds (t − 1)^⅓ in place of (t − 1)^¼ (`clip_exp`)",
    "pytorch_optimizer ADOPT": "ADOPT with the bound t^¼, the first gradient counted",
    "pytorch_optimizer RAdam": (
        "RAdam that does not move before it is rectified (unless `degenerated_to_sgd=True`)"
    ),
    "pytorch_optimizer Ranger": (
        "RAdam in Lookahead; in the first five steps, before it is rectified, it goes up the "
        "gradient (unless `degenerated_to_sgd=True`)"
    ),
    "pytorch_optimizer Lamb": (
        "LAMB whose rate is divided by 1 − β₁ᵗ after the ratio: the first step is 10 times as long"
    ),
    "pytorch_optimizer DiffGrad": "Adam times 1/(1 + exp(−|g − g₋|))",
    "pytorch_optimizer AdaMod": "Adam whose rates are at most their own running mean, from 0",
    "pytorch_optimizer AdaBound": "Adam whose rates are clipped to bounds that close in",
    "pytorch_optimizer AdamS": (
        "Adam with ληw divided by the root of the mean of v: where all gradients are 0, by ε"
    ),
    "pytorch_optimizer QHAdam": "Adam with shares ν₁ of m and ν₂ of v beside g and g²",
    "pytorch_optimizer MADGRAD": (
        "a cube root in place of the root, from the start point: averages of duals"
    ),
    "pytorch_optimizer AggMo": "the mean of several momenta",
    "pytorch_optimizer ASGD": (
        "gradient descent whose rate grows, bounded by an estimate of the curvature: adaptive SGD,"
        " where PyTorch's ASGD averages"
    ),
    "pytorch_optimizer SM3": (
        "AdaGrad on a vector; of a matrix the smallest of the sums of its row and column"
    ),
    "pytorch_optimizer FTRL": (
        "w is computed anew from sums of gradients: where a gradient is 0 at first, w becomes 0"
    ),
    "pytorch_optimizer SWATS": (
        "Adam with ε before the correction, then momentum, once a projected rate stays the same"
    ),
    "pytorch_optimizer LaProp": "g/√v̂ is averaged, not g",
    "torch_optimizer SGDW": "momentum, and ηλ is taken from every weight, whatever its size",
    "torch_optimizer QHM": "(1 − ν)g beside ν times a running mean of g",
    "torch_optimizer QHAdam": "Adam with shares ν₁ of m and ν₂ of v beside g and g²",
    "torch_optimizer AdaMod": "Adam whose rates are at most their own running mean, from 0",
    "torch_optimizer AdaBound": "Adam whose rates are clipped to bounds that close in",
    "torch_optimizer AggMo": "the mean of several momenta",
    "torch_optimizer DiffGrad": "Adam times 1/(1 + exp(−|g − g₋|))",
    "torch_optimizer MADGRAD": (
        "a cube root in place of the root, from the start point: averages of duals"
    ),
    "torch_optimizer NovoGrad": "momentum (as a sum) of g/‖g‖, with a running mean of ‖g‖²",
    "torch_optimizer SWATS": (
        "Adam with ε before the correction, then momentum, once a projected rate stays the same"
    ),
    "torch_optimizer PID": (
        "gradient descent; with `momentum`, sums of gradients and of their changes beside it"
    ),
    "torch_optimizer A2GradUni": (
        "an accelerated method without η: L and the spread of the gradients set the step"
    ),
    "torch_optimizer Lamb": (
        "LAMB whose correction multiplies the rate after the ratio (`debias=True`)"
    ),
    "heavyball AdamW": "AdamW with the larger of √v̂ and ε, not their sum",
    "heavyball NAdam": "NAdam with the larger of √v̂ and ε, not their sum",
    "heavyball RMSprop": "RMSProp with the correction and the larger of √v̂ and ε, not their sum",
    "heavyball ADOPT": (
        "no step at the first gradient; then as Adam with the v of the step before, not averaged "
        "as ADOPT's paper does"
    ),
    "heavyball LaProp": "g/√v̂ is averaged, not g",
    "heavyball SFAdamW": "schedule-free AdamW with the larger of √v̂ and ε, not their sum",
    "optimi StableAdamW": (
        "AdamW whose rate is divided by the root mean square of g/√v, where that is above 1"
    ),
    "schedulefree RAdamScheduleFree": "schedule-free RAdam: no step before it is rectified",
    "dadaptation DAdaptAdam": "Adam whose rate is an estimate of the distance to the minimum",
    "dadaptation DAdaptAdaGrad": "AdaGrad whose rate is an estimate of the distance to the minimum",
    "adan_pytorch Adan": (
        "βs weigh the present; the first gradient is in no mean, and counts in the correction"
    ),
    "adabelief_pytorch AdaBelief": RECTIFIED,
}
