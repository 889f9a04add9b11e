"""Which rule of optimlib an optimizer of a package is, and what the package calls its settings.

A line says of each setting of the package what it is in the rule: ``momentum:beta``, or
``betas:beta1,beta2`` of a row; ``momentum:beta1+beta2`` is both, and a minus sign turns a number's
sign. Beside the rule's own settings there are `l2` and `decay`, coupled and decoupled weight decay,
`clip`, the largest norm of a gradient, `k` and `alpha` of `Lookahead` around the rule. The tests
run every line beside what was recorded from the package.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Form:
    """An optimizer of a package, at the settings `given`, as a rule.

    Attributes
    ----------
    rule : str
        The name of a class of optimlib.
    names : str
        The settings, as above.
    options : dict
        Options of the rule, and settings that the package fixes.
    given : dict
        Settings of the package for which this line holds.
    folded : bool
        Whether ε is added to what the sum of squares starts at, and so is nothing but that.
    seen : bool
        Whether the package shows the points at which gradients are taken.
    positive : tuple of str
        The settings that must be above 0: at 0 the package refuses them, or does something else.
    tolerance : float
        How near the points come: some packages compute a part in float32, Muon's in bfloat16.
    """

    rule: str
    names: str
    options: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    folded: bool = False
    seen: bool = False
    positive: tuple[str, ...] = ()
    tolerance: float = 1e-9

    def targets(self) -> dict[str, list[str]]:
        """Return of each setting of the package what it is in the rule."""
        pairs = (entry.partition(":") for entry in self.names.split())
        return {name: (target or name).split(",") for name, _, target in pairs}


SINGLE, BFLOAT = 1e-6, 0.02
AVERAGE, MUON = {"average": True}, "lr momentum:beta weight_decay:decay eps"
LIBRARY, AFTER = {"library_form": True}, {"eps_before_correction": True}
INSIDE = {"eps_inside": True}
TORCH_ADAM = "lr betas:beta1,beta2 eps weight_decay:l2"
TORCH_ADAMW = "lr betas:beta1,beta2 eps weight_decay:decay"
PLAIN_ADAM = "lr betas:beta1,beta2 eps"
KERAS = "learning_rate:lr "
KERAS_ADAM = KERAS + "beta_1:beta1 beta_2:beta2 epsilon:eps weight_decay:decay"
OPTAX = "learning_rate:lr "
OPTAX_ADAM = OPTAX + "b1:beta1 b2:beta2 eps"
LION = "lr betas:beta1,beta2 weight_decay:decay"
CORRECTED = {"bias_correction": True}
RANGER = "lr alpha k betas:beta1,beta2 eps weight_decay:l2"
ADAN = {"proximal": False}
OPTIMI_ADAN = "lr betas:beta1,beta2,beta3 eps weight_decay"

FORMS: dict[str, list[Form]] = {
    "torch SGD": [
        Form("Momentum", "lr momentum:beta dampening weight_decay:l2", {}, {"nesterov": False}),
        Form(
            "Nesterov", "lr momentum:beta weight_decay:l2", LIBRARY, {"nesterov": True},
            positive=("momentum",),
        ),
    ],
    "torch Adagrad": [
        Form("AdaGrad", "lr lr_decay weight_decay:l2 initial_accumulator_value:G0 eps"),
    ],
    "torch RMSprop": [
        Form("RMSProp", "lr alpha:beta eps weight_decay:l2 momentum", {}, {"centered": False}),
        Form(
            "RMSProp", "lr alpha:beta eps weight_decay:l2 momentum",
            {"centered": True}, {"centered": True},
        ),
    ],
    "torch Adadelta": [Form("Adadelta", "lr rho eps weight_decay:l2")],
    "torch Rprop": [
        Form("Rprop", "lr etas:shrink,grow step_sizes:lr_min,lr_max", {"skip": True}),
    ],
    "torch Adam": [
        Form("Adam", TORCH_ADAM, {}, {"amsgrad": False}),
        Form("AMSGrad", TORCH_ADAM, CORRECTED, {"amsgrad": True}),
    ],
    "torch AdamW": [Form("Adam", TORCH_ADAMW, {}, {"amsgrad": False})],
    "torch Adamax": [Form("Adamax", TORCH_ADAM, INSIDE)],
    "torch NAdam": [Form("NAdam", TORCH_ADAM + " momentum_decay:psi", tolerance=SINGLE)],
    "torch RAdam": [Form("RAdam", TORCH_ADAM, AFTER)],
    "torch Adafactor": [
        Form(
            "Adafactor", "lr beta2_decay:-power d:limit weight_decay:decay",
            {"clamped": True, "eps": 2.0**-52},
        ),
    ],
    "keras SGD": [
        Form("Momentum", KERAS + "momentum:beta weight_decay:decay", {}, {"nesterov": False}),
        Form("Nesterov", KERAS + "momentum:beta weight_decay:decay", LIBRARY, {"nesterov": True}),
    ],
    "keras Adagrad": [
        Form(
            "AdaGrad", KERAS + "initial_accumulator_value:G0 epsilon:eps weight_decay:decay",
            folded=True,
        ),
    ],
    "keras RMSprop": [
        Form("RMSProp", KERAS + "rho:beta momentum epsilon:eps weight_decay:decay", INSIDE),
    ],
    "keras Adadelta": [Form("Adadelta", KERAS + "rho epsilon:eps weight_decay:decay")],
    "keras Adam": [Form("Adam", KERAS_ADAM, AFTER, {"amsgrad": False})],
    "keras AdamW": [Form("Adam", KERAS_ADAM, AFTER, {"amsgrad": False})],
    "keras Adamax": [Form("Adamax", KERAS_ADAM)],
    "keras Nadam": [Form("NAdam", KERAS_ADAM, {"psi": 1.0})],
    "keras Lion": [
        Form(
            "Lion", KERAS + "beta_1:beta1 beta_2:beta2 weight_decay:decay", positive=("beta_1",),
        ),
    ],
    "keras Adafactor": [
        Form(
            "Adafactor",
            KERAS + "beta_2_decay:-power epsilon_1:eps epsilon_2:floor clip_threshold:limit "
            "weight_decay:decay",
            tolerance=SINGLE,
        ),
    ],
    "keras Lamb": [Form("LAMB", KERAS_ADAM)],
    "optax sgd": [
        Form("Momentum", OPTAX + "momentum:beta", {}, {"nesterov": False}),
        Form("Nesterov", OPTAX + "momentum:beta", LIBRARY, {"nesterov": True}),
    ],
    "optax adagrad": [
        Form("AdaGrad", OPTAX + "initial_accumulator_value:G0 eps", folded=True),
    ],
    "optax rmsprop": [
        Form("RMSProp", OPTAX + "decay:beta eps momentum", INSIDE, {"eps_in_sqrt": True}),
        Form("RMSProp", OPTAX + "decay:beta eps momentum", {}, {"eps_in_sqrt": False}),
    ],
    "optax adadelta": [Form("Adadelta", OPTAX + "rho eps")],
    "optax adam": [Form("Adam", OPTAX_ADAM)],
    "optax adamw": [Form("Adam", OPTAX_ADAM + " weight_decay:decay")],
    "optax adamax": [Form("Adamax", OPTAX_ADAM, INSIDE)],
    "optax nadam": [Form("NAdam", OPTAX_ADAM, {"psi": None})],
    "optax radam": [Form("RAdam", OPTAX_ADAM + " threshold", {"at_threshold": True})],
    "optax amsgrad": [Form("AMSGrad", OPTAX_ADAM, CORRECTED | {"max_of_corrected": True})],
    "optax adabelief": [Form("AdaBelief", OPTAX_ADAM + " eps_root:eps")],
    "optax yogi": [Form("Yogi", OPTAX_ADAM, CORRECTED | {"m0": 1e-6, "v0": 1e-6})],
    "optax lion": [Form("Lion", OPTAX + "b1:beta1 b2:beta2 weight_decay:decay")],
    "optax adafactor": [
        Form(
            "Adafactor", OPTAX + "decay_rate:power clipping_threshold:limit eps",
            {"capped": False, "factored": False}, tolerance=SINGLE,
        ),
    ],
    "optax lamb": [Form("LAMB", OPTAX_ADAM + " weight_decay")],
    "optax sign_sgd": [Form("Lion", OPTAX, {"beta1": 0.0, "beta2": 0.0})],
    "optax adopt": [Form("ADOPT", OPTAX_ADAM)],
    "optax ademamix": [
        Form("AdEMAMix", OPTAX_ADAM + " b3:beta3 alpha weight_decay"),
    ],
    "optax schedule_free_sgd": [
        Form(
            "ScheduleFree", OPTAX + "b1:beta", seen=True, positive=("b1",),
        ),
    ],
    "optax prodigy": [
        Form("Prodigy", OPTAX + "betas:beta1,beta2 eps weight_decay estim_lr0:d0", CORRECTED),
    ],
    "timm sgdw": [
        Form("Momentum", "lr momentum:beta dampening weight_decay:decay", {}, {"nesterov": False}),
        Form(
            "Nesterov", "lr momentum:beta weight_decay:decay", LIBRARY, {"nesterov": True},
            positive=("momentum",),
        ),
    ],
    "timm adamw": [Form("Adam", TORCH_ADAMW)],
    "timm adabelief": [Form("AdaBelief", TORCH_ADAMW, {}, {"rectify": False})],
    "timm lion": [Form("Lion", LION)],
    "timm adan": [Form("Adan", OPTIMI_ADAN)],
    "timm adopt": [Form("ADOPT", TORCH_ADAM, {}, {"clip_exp": 0.25})],
    "timm lamb": [
        Form(
            "LAMB", "lr betas:beta1,beta2 eps weight_decay max_grad_norm:clip",
            positive=("weight_decay",),
        ),
    ],
    "pytorch_optimizer SGDW": [
        Form("Momentum", "lr momentum:beta dampening weight_decay:decay", {}, {"nesterov": False}),
    ],
    "pytorch_optimizer AdaBelief": [Form("AdaBelief", TORCH_ADAMW, {}, {"rectify": False})],
    "pytorch_optimizer AdaMax": [Form("Adamax", TORCH_ADAMW, INSIDE)],
    "pytorch_optimizer Adan": [Form("Adan", OPTIMI_ADAN)],
    "pytorch_optimizer AdEMAMix": [
        Form("AdEMAMix", "lr betas:beta1,beta2,beta3 alpha eps weight_decay"),
    ],
    "pytorch_optimizer Lion": [Form("Lion", LION)],
    "torch_optimizer AdaBelief": [Form("AdaBelief", TORCH_ADAM)],
    "torch_optimizer RAdam": [
        Form("RAdam", TORCH_ADAM, {"at_threshold": True} | AFTER, tolerance=SINGLE),
    ],
    "torch_optimizer Yogi": [Form("Yogi", TORCH_ADAM, CORRECTED | {"m0": 1e-6, "v0": 1e-6})],
    "torch_optimizer Lamb": [
        Form(
            "LAMB", "lr betas:beta1,beta2 eps weight_decay clamp_value:limit",
            {"bias_correction": False}, {"debias": False},
        ),
    ],
    "torch_optimizer Ranger": [
        Form("RAdam", RANGER, {"at_threshold": True} | AFTER, positive=("eps",), tolerance=SINGLE),
    ],
    "pytorch_ranger Ranger": [
        Form("RAdam", RANGER, {"at_threshold": True} | AFTER, positive=("eps",), tolerance=SINGLE),
    ],
    "optimi Ranger": [Form("RAdam", RANGER)],
    "pytorch_optimizer Yogi": [
        Form("Yogi", TORCH_ADAMW, CORRECTED | {"m0": 1e-6, "v0": 1e-6}),
    ],
    "pytorch_optimizer SignSGD": [Form("Lion", "lr momentum:beta1+beta2 weight_decay:decay")],
    "pytorch_optimizer Tiger": [Form("Lion", "lr beta:beta1+beta2 weight_decay:decay")],
    "heavyball SGD": [Form("Momentum", "lr beta weight_decay:decay", tolerance=SINGLE)],
    "torch Muon": [
        Form(
            "Muon", MUON, AVERAGE | {"clamped": True, "scale": "rows"}, {"nesterov": True},
            tolerance=BFLOAT,
        ),
        Form(
            "Muon", MUON, AVERAGE | {"clamped": True, "scale": "rows", "nesterov": False},
            {"nesterov": False}, tolerance=BFLOAT,
        ),
    ],
    "optax muon": [
        Form(
            "Muon", OPTAX + "beta weight_decay:decay eps", AVERAGE | CORRECTED, {"nesterov": True},
        ),
        Form(
            "Muon", OPTAX + "beta weight_decay:decay eps",
            AVERAGE | CORRECTED | {"nesterov": False}, {"nesterov": False},
        ),
    ],
    "muon SingleDeviceMuon": [
        Form("Muon", "lr momentum:beta weight_decay:decay", AVERAGE | {"scale": "rows"},
             tolerance=BFLOAT),
    ],
    "optimi SGD": [
        Form("Momentum", "lr momentum:beta weight_decay:l2", {}, {"dampening": False}),
    ],
    "optimi Adam": [Form("Adam", TORCH_ADAM)],
    "optimi AdamW": [Form("Adam", TORCH_ADAMW)],
    "optimi RAdam": [Form("RAdam", TORCH_ADAM)],
    "optimi Lion": [Form("Lion", LION)],
    "optimi Adan": [Form("Adan", OPTIMI_ADAN)],
    "schedulefree SGDScheduleFree": [Form("ScheduleFree", "lr momentum:beta", seen=True)],
    "schedulefree AdamWScheduleFree": [
        Form("ScheduleFree", "lr betas:beta,beta2 eps weight_decay", seen=True),
    ],
    "prodigyopt Prodigy": [Form("Prodigy", "lr d0 betas:beta1,beta2 eps weight_decay")],
    "dog DoG": [Form("DoG", "lr reps_rel:r0 eps weight_decay:l2")],
    "lion_pytorch Lion": [Form("Lion", LION)],
    "adabelief_pytorch AdaBelief": [Form("AdaBelief", TORCH_ADAMW, {}, {"rectify": False})],
    "sklearn SGDOptimizer": [
        Form("Momentum", "learning_rate_init:lr momentum:beta", {}, {"nesterov": False}),
        Form("Nesterov", "learning_rate_init:lr momentum:beta", LIBRARY, {"nesterov": True}),
    ],
    "sklearn AdamOptimizer": [
        Form("Adam", "learning_rate_init:lr beta_1:beta1 beta_2:beta2 epsilon:eps", AFTER),
    ],
    "transformers Adafactor": [
        Form(
            "Adafactor", "lr decay_rate:-power clip_threshold:limit eps:eps,floor "
            "weight_decay:decay", {"capped": False}, {"relative_step": False},
        ),
    ],
}  # fmt: skip
